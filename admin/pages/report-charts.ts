import { LitElement, css, html, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { t } from '../texts/texts.ts';

/** What is drawn in one colour, in the order of `values`. */
export interface Series {
  name: string;
  /** 1 to 3: colours that can be told apart by whoever sees no red or green, on light and dark. */
  tone: 1 | 2 | 3;
}

/** One place on the axis. `null`: there was nothing to measure. */
export interface Point {
  label: string;
  values: readonly (number | null)[];
}

const HEIGHT = 190;
const LEFT = 44;
const FOOT = 24;

/** The least round number at or above `value`, `least` or more, whose half is whole: counts have no two and a half. */
export function roundUp(value: number, least = 4): number {
  if (value <= least) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value)!;
}

/** Which of so many labels are written so that they do not touch: about eight, the first among them. */
export function labelled(count: number, most = 8): (index: number) => boolean {
  const step = Math.max(1, Math.ceil(count / most));
  return (index) => index % step === 0;
}

/**
 * Columns, stacked where there are several series. What the eye sees stands in a table for whoever reads or hears instead, and can be
 * opened by everybody.
 */
@customElement('consult-admin-column-chart')
export class ColumnChart extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--pc-2);
        min-inline-size: 0;
      }

      svg {
        display: block;
        inline-size: 100%;
        block-size: auto;
        overflow: visible;
      }

      .grid {
        stroke: var(--pc-line);
        stroke-width: 1;
        vector-effect: non-scaling-stroke;
      }

      text {
        fill: var(--pc-text-2);
        font-size: 11px;
        font-variant-numeric: tabular-nums;
      }

      .tone-1 {
        fill: var(--pc-accent);
      }

      .tone-2 {
        fill: light-dark(#c2410c, #fb923c);
      }

      .tone-3 {
        fill: light-dark(#0f766e, #5eead4);
      }

      .column:hover rect {
        filter: brightness(1.12);
      }

      .hover {
        fill: transparent;
      }

      .column:hover .hover {
        fill: color-mix(in srgb, var(--pc-text) 5%, transparent);
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-1) var(--pc-4);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      li {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      .swatch {
        inline-size: 10px;
        block-size: 10px;
      }

      details {
        font-size: var(--pc-text-s);
      }

      summary {
        display: inline-block;
        padding-block: var(--pc-1);
        color: var(--pc-text-2);
        cursor: pointer;
      }

      .scroll {
        position: relative;
        max-block-size: 260px;
        overflow: auto;
      }

      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }

      th,
      td {
        padding: 4px var(--pc-2);
        text-align: end;
        border-block-end: 1px solid var(--pc-line);
        font-weight: 400;
      }

      th:first-child {
        text-align: start;
      }

      thead th {
        font-weight: 600;
        color: var(--pc-text-2);
      }
    `,
  ];

  /** What the picture shows, in a few words. */
  @property() label = '';
  @property({ attribute: false }) series: readonly Series[] = [];
  @property({ attribute: false }) points: readonly Point[] = [];
  /** How a value is written. */
  @property({ attribute: false }) format: (value: number) => string = String;
  /** Where the axis ends at the least, so that its lines differ as they are written. */
  @property({ attribute: false }) least = 4;

  /** How wide it is on the screen, px: drawn in just that, so that its words have one size whatever its place. */
  @state() private width = 640;
  // In the next frame: drawing anew changes the height, which the observer would call a loop.
  readonly #watch = new ResizeObserver(([entry]) => void requestAnimationFrame(() => (this.width = Math.max(240, Math.round(entry?.contentRect.width ?? 640)))));

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  override render() {
    const { width } = this;
    const top = roundUp(Math.max(0, ...this.points.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0))), this.least);
    const step = (width - LEFT) / Math.max(1, this.points.length);
    const y = (value: number) => (HEIGHT - FOOT) * (1 - value / top);
    const shown = labelled(this.points.length, Math.max(2, Math.floor((width - LEFT) / 70)));
    return html`
      ${this.series.length > 1 ? html`<ul>${this.series.map(({ name, tone }) => html`<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="tone-${tone}" width="10" height="10" rx="2"></rect></svg>${name}</li>`)}</ul>` : nothing}
      <svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${this.label}>
        ${[0, 1, 2, 3, 4].map((line) => {
          const value = (top * line) / 4;
          return svg`<line class="grid" x1=${LEFT} x2=${width} y1=${y(value)} y2=${y(value)}></line>${line % 2 === 0 ? svg`<text x=${LEFT - 8} y=${y(value) + 4} text-anchor="end">${this.format(value)}</text>` : nothing}`;
        })}
        ${this.points.map((point, index) => this.#column(point, LEFT + index * step, step, y, shown(index)))}
      </svg>
      <details>
        <summary>${t('asTable')}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${this.label}>${this.#table()}</div>
      </details>
    `;
  }

  #column({ label, values }: Point, x: number, step: number, y: (value: number) => number, written: boolean) {
    let below = 0;
    const width = Math.max(1, Math.min(36, step * 0.68));
    const said = values.map((value, index) => `${this.series.length > 1 ? `${this.series[index]!.name}: ` : ''}${value === null ? '–' : this.format(value)}`).join(', ');
    return svg`
      <g class="column">
        <title>${label}: ${said}</title>
        <rect class="hover" x=${x} y="0" width=${step} height=${HEIGHT - FOOT}></rect>
        ${values.map((value, index) => {
          if (!value) return nothing;
          const [low, high] = [y(below), y(below + value)];
          below += value;
          return svg`<rect class="tone-${this.series[index]!.tone}" x=${x + (step - width) / 2} y=${high} width=${width} height=${Math.max(1, low - high)} rx=${Math.min(3, width / 4)}></rect>`;
        })}
        ${written ? svg`<text x=${x + step / 2} y=${HEIGHT - 6} text-anchor="middle">${label}</text>` : nothing}
      </g>
    `;
  }

  #table() {
    return html`
      <table>
        <thead><tr><th scope="col"><span class="hush">${t('day')}</span></th>${this.series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${this.points.map(({ label, values }) => html`<tr><th scope="row">${label}</th>${values.map((value) => html`<td>${value === null ? '–' : this.format(value)}</td>`)}</tr>`)}</tbody>
      </table>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-column-chart': ColumnChart;
  }
}
