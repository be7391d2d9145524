import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Call, MediaQuality } from '../../protocol/shapes.ts';
import { barsOf } from '../../widget/engine/call/quality.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { base } from '../../widget/styles/base.ts';
import { callTexts, callTextsHere } from '../../widget/texts/call-texts.ts';
import { language, t } from '../texts/texts.ts';

/** How the connection of a call that is over was: one word, and what each side measured on demand. Nothing where nobody measured. */
@customElement('consult-admin-call-quality')
export class CallQuality extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        font-size: var(--pc-text-s);
      }

      summary {
        inline-size: fit-content;
        min-block-size: 24px;
        color: var(--pc-text-2);
        cursor: pointer;
      }

      summary:hover {
        color: var(--pc-text);
      }

      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--pc-3);
        margin: 0 0 var(--pc-2);
      }

      dl div {
        display: contents;
      }

      .side {
        margin-block-start: var(--pc-2);
        font-weight: 600;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      dt {
        color: var(--pc-text-2);
      }

      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) call: Call | null = null;
  readonly #language = new StoreController(this, () => language);
  protected readonly words = new StoreController(this, () => callTextsHere);

  override render() {
    const quality = this.call?.quality;
    const sides = [quality?.visitor, quality?.agent].filter((side) => side !== undefined);
    if (!quality || sides.length === 0) return nothing;
    const texts = callTexts(this.#language.value ?? 'en').quality;
    const worst = Math.min(...sides.map(barsOf));
    return html`
      <details>
        <summary data-grade=${worst}>${texts.connection(texts.grades[worst]!)}</summary>
        ${this.#side(this.call!.visitor.name, quality.visitor)} ${this.#side(this.call!.agent?.name ?? t('columnAgent'), quality.agent)}
      </details>
    `;
  }

  #side(name: string, side: MediaQuality | undefined) {
    if (!side) return nothing;
    const texts = callTexts(this.#language.value ?? 'en').quality;
    const figures = [
      [texts.delay, `${side.rttMs} ms`], [texts.loss, `${side.lossPercent} %`], [texts.jitter, `${side.jitterMs} ms`],
      [texts.path, side.relayed ? texts.relayed : texts.direct],
      ...(side.drops.length > 0 ? [[t('qualityDrops'), String(side.drops.length)]] : []),
    ];
    return html`<p class="side">${name}</p>
      <dl>${figures.map(([what, much]) => html`<div><dt>${what}</dt><dd>${much}</dd></div>`)}</dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-call-quality': CallQuality;
  }
}
