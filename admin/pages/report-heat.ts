import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { language, t } from '../texts/texts.ts';

/** How deep a cell is coloured, 0 to 4, by its share of the busiest. */
export function depthOf(value: number, most: number): 0 | 1 | 2 | 3 | 4 {
  if (value <= 0 || most <= 0) return 0;
  return Math.min(4, Math.ceil((value / most) * 4)) as 1 | 2 | 3 | 4;
}

/** The hours of the week as a table whose cells are the deeper the more began in them. */
@customElement('consult-admin-heat-map')
export class HeatMap extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      /* Positioned, so that words for hearing alone are cut with the rest. */
      .scroll {
        position: relative;
        overflow-x: auto;
      }

      table {
        inline-size: 100%;
        min-inline-size: 560px;
        border-spacing: 2px;
        border-collapse: separate;
        font-size: var(--pc-text-xs);
        font-variant-numeric: tabular-nums;
        table-layout: fixed;
      }

      thead th {
        font-weight: 400;
        color: var(--pc-text-2);
        text-align: start;
        white-space: nowrap;
        overflow: visible;
      }

      thead th:first-child {
        inline-size: 44px;
      }

      tbody th {
        font-weight: 600;
        color: var(--pc-text-2);
        text-align: start;
      }

      td {
        block-size: 22px;
        border-radius: 4px;
        text-align: center;
        background: var(--pc-surface-2);
        color: transparent;
      }

      td:hover {
        outline: 2px solid var(--pc-text);
        outline-offset: -1px;
      }

      .depth-1 {
        background: color-mix(in srgb, var(--pc-accent) 22%, var(--pc-surface));
      }

      .depth-2 {
        background: color-mix(in srgb, var(--pc-accent) 45%, var(--pc-surface));
      }

      .depth-3 {
        background: color-mix(in srgb, var(--pc-accent) 70%, var(--pc-surface));
      }

      .depth-4 {
        background: var(--pc-accent);
      }
    `,
  ];

  /** [day, 0 = Sunday][hour]. */
  @property({ attribute: false }) heat: readonly (readonly number[])[] = [];
  @property() label = '';

  override render() {
    const most = Math.max(0, ...this.heat.flat());
    // Any Sunday will do.
    const day = (index: number, weekday: 'short' | 'long') => new Intl.DateTimeFormat(language.value, { weekday, timeZone: 'UTC' }).format(Date.UTC(2026, 1, 1 + index));
    const hour = (index: number) => new Intl.DateTimeFormat(language.value, { hour: 'numeric', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 1, index));
    // The week begins on Monday where people work by it.
    const days = [1, 2, 3, 4, 5, 6, 0].filter((index) => this.heat[index]);
    return html`
      <div class="scroll" tabindex="0" role="group" aria-label=${this.label}><table>
        <thead><tr><th scope="col"><span class="hush">${t('day')}</span></th>${Array.from({ length: 24 }, (_none, index) => html`<th scope="col">${index % 6 === 0 ? hour(index) : html`<span class="hush">${hour(index)}</span>`}</th>`)}</tr></thead>
        <tbody>
          ${days.map((index) => html`<tr><th scope="row">${day(index, 'short')}</th>${this.heat[index]!.map((value, at) => html`<td class="depth-${depthOf(value, most)}" title=${`${day(index, 'long')} ${hour(at)}: ${value}`}><span class="hush">${value}</span></td>`)}</tr>`)}
        </tbody>
      </table></div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-heat-map': HeatMap;
  }
}
