import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { CareView } from '../engine/call/call-care.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';

/** How good the connection is, as bars; the figures behind them on demand, and what happened in the last minute as a file. */
@element('peer-consult-call-quality')
export class CallQuality extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: inline-block;
        color: inherit;
      }

      .bars {
        display: inline-flex;
        gap: 2px;
        align-items: flex-end;
        min-inline-size: 32px;
        min-block-size: 32px;
        padding: 8px 6px;
        border: 0;
        border-radius: var(--pc-radius);
        background: none;
        color: inherit;
        cursor: pointer;
      }

      .bars i {
        inline-size: 4px;
        border-radius: 1px;
        background: currentcolor;
        opacity: 0.3;
      }

      .bars i:nth-child(1) {
        block-size: 5px;
      }

      .bars i:nth-child(2) {
        block-size: 8px;
      }

      .bars i:nth-child(3) {
        block-size: 11px;
      }

      .bars i:nth-child(4) {
        block-size: 14px;
      }

      .bars i.lit {
        opacity: 1;
      }

      .figures {
        position: absolute;
        inset-block-start: 100%;
        inset-inline-end: 0;
        z-index: 3;
        display: grid;
        gap: var(--pc-2);
        inline-size: max-content;
        max-inline-size: min(260px, 80vw);
        padding: var(--pc-3);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        box-shadow: var(--pc-shadow);
        color: var(--pc-text);
        font-size: var(--pc-text-s);
        text-align: start;
        text-shadow: none;
      }

      dl {
        display: grid;
        grid-template-columns: auto auto;
        gap: 2px var(--pc-3);
        margin: 0;
      }

      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
        text-align: end;
      }
    `,
  ];

  @property({ attribute: false }) care: CareView | null = null;
  /** The call is over: only the file is left to be had. */
  @property({ type: Boolean }) over = false;
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  @state() private open = false;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.#outside);
  }

  override render() {
    const { care } = this;
    if (!care) return nothing;
    const t = callTexts(this.locale).quality;
    const download = html`<button class="button quiet" type="button" data-action="diagnostics" @click=${this.#download}>${t.download}</button>`;
    if (this.over) return download;
    const { figures, rung } = care;
    if (!figures) return nothing;
    const grade = t.grades[figures.bars] ?? '';
    return html`
      <button class="bars" part="quality" type="button" data-action="quality" data-bars=${figures.bars} aria-expanded=${this.open} aria-label=${t.connection(grade)} title=${t.connection(grade)}
        @click=${() => (this.open = !this.open)} @keydown=${this.#onKeyDown}>
        ${[1, 2, 3, 4].map((bar) => html`<i class=${bar <= figures.bars ? 'lit' : ''} aria-hidden="true"></i>`)}
      </button>
      ${this.open
        ? html`<div class="figures" role="group" aria-label=${t.title} @keydown=${this.#onKeyDown}>
            <strong>${t.connection(grade)}</strong>
            ${rung === 'full' ? nothing : html`<p>${rung === 'low' ? t.smallPicture : t.noPicture}</p>`}
            <dl>
              <dt>${t.delay}</dt><dd>${figures.rttMs} ms</dd>
              <dt>${t.loss}</dt><dd>${figures.lossPercent} %</dd>
              <dt>${t.jitter}</dt><dd>${figures.jitterMs} ms</dd>
              <dt>${t.path}</dt><dd>${figures.relayed ? t.relayed : t.direct}</dd>
              ${figures.width ? html`<dt>${t.picture}</dt><dd>${figures.width}×${figures.height}, ${figures.framesPerSecond}/s</dd>` : nothing}
            </dl>
            ${download}
          </div>`
        : nothing}
    `;
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    event.preventDefault();
    event.stopPropagation();
    this.open = false;
    this.renderRoot.querySelector<HTMLElement>('.bars')?.focus();
  };

  readonly #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  readonly #download = (): void => {
    if (!this.care) return;
    const url = URL.createObjectURL(new Blob([JSON.stringify(this.care.diagnostics(), null, 2)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'call-diagnostics.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-quality': CallQuality;
  }
}
