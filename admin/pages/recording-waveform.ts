import { LitElement, css, html, nothing, svg } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { TimelineItem } from '../../protocol/playback.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { duration, language, t } from '../texts/texts.ts';
import { barsOf } from './recording-shape.ts';

/** One speaker: who it is, and how loud over time; null while that is not known. */
export interface SpeakerRow {
  of: 'visitor' | 'agent' | 'mix';
  name: string;
  peaks: readonly number[] | null;
}

const smallStepMs = 5_000;
const largeStepMs = 30_000;
const bars = 240;

/**
 * The sound of a recording, a row for each speaker, as one slider of time: click, drag, arrows, page keys, Home and End. What happened
 * is drawn above and over it; what those marks mean stands in the list beside it.
 *
 * @fires seek `detail: { atMs }`
 * @fires toggle Space: play or pause.
 */
@customElement('consult-admin-recording-waveform')
export class RecordingWaveform extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      .track {
        position: relative;
        display: grid;
        cursor: pointer;
        touch-action: pan-y;
        user-select: none;
        border-radius: var(--pc-radius-s);
      }

      .name {
        padding-inline-start: var(--pc-1); /* clear of the line at the beginning */
        font-size: var(--pc-text-xs);
        font-weight: 600;
        line-height: 1.6;
        color: var(--pc-text-2);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      svg {
        display: block;
        inline-size: 100%;
        overflow: visible;
      }

      .lane {
        block-size: 12px;
      }

      .row {
        block-size: 44px;
        border-block-end: 1px solid var(--pc-line);
      }

      .bars {
        fill: var(--pc-control-line);
      }

      .row.visitor .played {
        fill: var(--pc-good);
      }

      .row .played {
        fill: var(--pc-accent);
      }

      .gap,
      .pause {
        fill: var(--pc-danger);
        fill-opacity: 0.14;
        stroke: var(--pc-danger);
        stroke-width: 1px;
      }

      .pause {
        fill: var(--pc-warn);
        stroke: var(--pc-warn);
        stroke-dasharray: 4 3;
      }

      .mark {
        stroke: var(--pc-accent);
        stroke-width: 3px;
      }

      .mark.note {
        stroke: var(--pc-warn);
      }

      .mark.quality {
        stroke: var(--pc-danger);
      }

      .mark.guest {
        stroke: var(--pc-good);
      }

      .mark.other {
        stroke: var(--pc-control-line);
      }

      .head {
        position: absolute;
        inset: 0;
        block-size: 100%;
        pointer-events: none;
      }

      .head line {
        stroke: var(--pc-text);
        stroke-width: 2px;
      }

      .making {
        animation: pc-wait 1.4s ease-in-out infinite;
      }

      @keyframes pc-wait {
        50% {
          opacity: 0.4;
        }
      }

      @media (forced-colors: active) {
        .bars {
          fill: GrayText;
        }

        .row .played,
        .row.visitor .played {
          fill: Highlight;
        }
      }
    `,
  ];

  @property({ attribute: false }) rows: readonly SpeakerRow[] = [];
  @property({ attribute: false }) items: readonly TimelineItem[] = [];
  @property({ type: Number }) durationMs = 0;
  @property({ type: Number }) atMs = 0;
  /** The waveform is not here yet. */
  @property({ type: Boolean }) making = false;
  @query('.track') private track!: HTMLElement;
  readonly #drawn = new WeakMap<readonly number[], string>();
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const at = this.#x(this.atMs);
    return html`
      <div
        class="track" role="slider" tabindex="0" aria-label=${t('playerPosition')} aria-valuemin="0" aria-valuemax=${Math.round(this.durationMs / 1000)}
        aria-valuenow=${Math.round(this.atMs / 1000)} aria-valuetext=${t('playerAt', { at: duration(this.atMs), length: duration(this.durationMs) })}
        @keydown=${this.#key} @pointerdown=${this.#grab} @pointermove=${this.#drag}
      >
        <svg class="lane" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">${this.items.map((item) => this.#mark(item))}</svg>
        ${this.rows.map(({ of, name, peaks }, index) => html`
          <span class="name">${name}</span>
          <svg class="row ${of} ${this.making ? 'making' : ''}" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
            ${this.items.map((item) => this.#stretch(item))}
            <clipPath id="played${index}"><rect x="0" y="0" width=${at} height="100"></rect></clipPath>
            <path class="bars" d=${this.#bars(peaks)}></path>
            <path class="played" clip-path="url(#played${index})" d=${this.#bars(peaks)}></path>
          </svg>
        `)}
        <svg class="head" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true"><line x1=${at} x2=${at} y1="0" y2="100" vector-effect="non-scaling-stroke"></line></svg>
      </div>
    `;
  }

  #x(ms: number): number {
    return this.durationMs > 0 ? Math.round(Math.min(1, Math.max(0, ms / this.durationMs)) * 10_000) / 10 : 0;
  }

  #bars(peaks: readonly number[] | null): string {
    if (!peaks) return barsOf([0], 1);
    const known = this.#drawn.get(peaks);
    if (known !== undefined) return known;
    const drawn = barsOf(peaks, bars);
    this.#drawn.set(peaks, drawn);
    return drawn;
  }

  #mark({ kind, what, atMs, toMs }: TimelineItem) {
    if (kind === 'gap' || kind === 'pause' || atMs > this.durationMs) return nothing;
    const look = kind === 'note' || kind === 'quality' ? kind : kind === 'message' ? '' : 'other';
    const from = this.#x(atMs);
    if (kind === 'quality') return svg`<line class="mark quality" x1=${from} x2=${this.#x(toMs ?? atMs)} y1="10" y2="10" vector-effect="non-scaling-stroke"></line>`;
    // The two members are there all the time; a colleague beside them comes and goes.
    if (kind === 'presence' && (what === 'listened' || what === 'talked')) {
      return svg`<line class="mark guest" x1=${from} x2=${Math.max(from + 2, this.#x(toMs ?? atMs))} y1="2" y2="2" vector-effect="non-scaling-stroke"></line>`;
    }
    return svg`<line class="mark ${look}" x1=${from} x2=${from} y1="1" y2="9" vector-effect="non-scaling-stroke"></line>`;
  }

  #stretch({ kind, atMs, toMs }: TimelineItem) {
    if (kind !== 'gap' && kind !== 'pause') return nothing;
    const from = this.#x(atMs);
    return svg`<rect class=${kind} x=${from} y="4" width=${Math.max(2, this.#x(toMs ?? atMs) - from)} height="92" vector-effect="non-scaling-stroke"></rect>`;
  }

  #seek(atMs: number): void {
    this.dispatchEvent(new CustomEvent('seek', { detail: { atMs: Math.min(this.durationMs, Math.max(0, atMs)) } }));
  }

  #key(event: KeyboardEvent): void {
    const forwards = getComputedStyle(this).direction === 'rtl' ? -1 : 1;
    const steps: Record<string, () => void> = {
      ArrowRight: () => this.#seek(this.atMs + forwards * smallStepMs), ArrowUp: () => this.#seek(this.atMs + smallStepMs),
      ArrowLeft: () => this.#seek(this.atMs - forwards * smallStepMs), ArrowDown: () => this.#seek(this.atMs - smallStepMs),
      PageUp: () => this.#seek(this.atMs + largeStepMs), PageDown: () => this.#seek(this.atMs - largeStepMs),
      Home: () => this.#seek(0), End: () => this.#seek(this.durationMs),
      ' ': () => this.dispatchEvent(new Event('toggle')),
    };
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step();
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.track.setPointerCapture(event.pointerId);
    this.#pointed(event);
  }

  #drag(event: PointerEvent): void {
    if (this.track.hasPointerCapture(event.pointerId)) this.#pointed(event);
  }

  #pointed(event: PointerEvent): void {
    const box = this.track.getBoundingClientRect();
    if (box.width > 0) this.#seek(((event.clientX - box.left) / box.width) * this.durationMs);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-recording-waveform': RecordingWaveform;
  }
}
