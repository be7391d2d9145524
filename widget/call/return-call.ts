import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { CallView } from '../engine/call/call-engine.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { hangUpIcon, phoneIcon, videoIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { initials } from './call-words.ts';

/**
 * A call that goes on without this page: the way back into it. The click is what lets sound be heard again.
 *
 * @fires pc-return
 * @fires pc-hang-up - End the call instead.
 * @fires pc-dismiss - Leave it to the other window.
 */
@element('peer-consult-return-call')
export class ReturnCall extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        block-size: 100%;
      }

      section {
        display: grid;
        align-content: center;
        justify-items: center;
        gap: var(--pc-2);
        padding: var(--pc-4);
        overflow-y: auto;
        background: var(--pc-surface);
        color: var(--pc-text);
        text-align: center;
      }

      .avatar {
        display: grid;
        place-items: center;
        inline-size: 64px;
        block-size: 64px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent-soft);
        color: var(--pc-accent-ink);
        font-weight: 650;
        font-size: var(--pc-text-l);
      }

      h2 {
        font-size: var(--pc-text-m);
        line-height: 1.35;
        text-wrap: balance;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      p {
        max-inline-size: 34ch;
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      .ways {
        display: grid;
        gap: var(--pc-2);
        inline-size: min(280px, 100%);
        margin-block-start: var(--pc-2);
      }
    `,
  ];

  @property({ attribute: false }) view: CallView | null = null;
  /** The other side. */
  @property() name = '';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);

  override render() {
    const call = this.view?.call;
    if (!call) return nothing;
    const t = callTexts(this.locale);
    const waits = call.state === 'ringing';
    return html`
      <section role="group" aria-labelledby="title">
        <span class="avatar" aria-hidden="true">${initials(this.name)}</span>
        <h2 id="title" role="status">${waits ? t.awayRinging(this.name) : t.awayTitle(this.name)}</h2>
        ${this.view?.trouble === 'already_in_call' ? html`<p role="alert" data-trouble="already_in_call">${t.engaged}</p>` : html`<p>${t.awayText}</p>`}
        <div class="ways">
          <button class="button good" part="return" data-action="return" @click=${() => this.#wish('pc-return')}>${call.mode === 'video' ? videoIcon : phoneIcon} ${t.returnToCall}</button>
          <button class="button danger" data-action="hang-up" @click=${() => this.#wish('pc-hang-up')}>${hangUpIcon} ${waits ? t.cancelCall : t.hangUp}</button>
          <button class="button quiet" data-action="dismiss" @click=${() => this.#wish('pc-dismiss')}>${t.notNow}</button>
        </div>
      </section>
    `;
  }

  #wish(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-return-call': ReturnCall;
  }
}
