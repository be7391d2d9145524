import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import type { CallEndReason } from '../../protocol/shapes.ts';
import type { Outcome } from '../engine/session-state.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { chatIcon, closeIcon, endIcon, phoneIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import './call-back-form.ts';
import type { CallBackWish } from './call-back-form.ts';

/**
 * What a caller sees whom nobody answered: the ways on, which are to write or to be called back, and thanks when that was asked for.
 *
 * @fires pc-write - On with a message, in the chat.
 * @fires pc-dismiss - Take it off the screen.
 */
@element('peer-consult-unanswered')
export class Unanswered extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        flex: none;
        max-block-size: 78%;
        overflow: auto;
        overscroll-behavior: contain;
        border-block-end: 1px solid var(--pc-line);
        background: var(--pc-surface);
        box-shadow: 0 6px 20px rgb(20 22 40 / 10%);
      }

      section {
        position: relative;
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-4);
      }

      .top {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: var(--pc-1) var(--pc-2);
      }

      .top .icon-button {
        margin: calc(-1 * var(--pc-2)) calc(-1 * var(--pc-2)) 0 0;
      }

      h2 {
        font-size: var(--pc-text-l);
        line-height: 1.3;
        text-wrap: balance;
      }

      h2:focus-visible {
        outline-offset: 4px;
      }

      h2,
      p,
      .way {
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      .top p {
        grid-column: 1 / -1;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
        text-wrap: pretty;
      }

      .ways {
        display: grid;
        gap: var(--pc-2);
      }

      .way {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: center;
        gap: 0 var(--pc-3);
        min-block-size: 60px;
        padding: var(--pc-2) var(--pc-4);
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface);
        text-align: start;
        transition: background-color var(--pc-fast) var(--pc-ease);
      }

      .way:hover {
        background: var(--pc-surface-2);
      }

      .way svg {
        grid-row: span 2;
        inline-size: 24px;
        block-size: 24px;
        color: var(--pc-accent-ink);
      }

      .way strong {
        font-weight: 600;
      }

      .way small {
        grid-column: 2;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .done {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
      }

      .done svg {
        flex: none;
        inline-size: 24px;
        block-size: 24px;
        color: var(--pc-good);
      }
    `,
  ];

  @property() locale = 'en';
  /** Whose phone nobody took: the site's name. */
  @property({ attribute: 'peer-name' }) peerName = '';
  /** Why it ended; null: it still rings, but nobody is there. */
  @property({ attribute: false }) reason: CallEndReason | null = 'no_answer';
  /** Whether the site calls back. */
  @property({ type: Boolean, attribute: 'call-back' }) callBack = false;
  /** Sends the wish to be called back. */
  @property({ attribute: false }) deliver: (wish: CallBackWish) => Promise<Outcome> = async () => null;
  protected readonly words = new StoreController(this, () => callTextsHere);
  @state() private step: 'ways' | 'form' | 'thanks' = 'ways';
  @state() private contact = '';

  protected override updated(changed: PropertyValues): void {
    // Each step takes the place of another, and with it of whatever had the focus.
    if (changed.get('step') === undefined) return;
    const target = this.step === 'form' ? 'peer-consult-call-back-form' : this.step === 'ways' ? '[data-action=call-back]' : 'h2';
    this.renderRoot.querySelector<HTMLElement>(target)?.focus();
  }

  override render() {
    const t = callTexts(this.locale);
    return html`<section aria-label=${this.step === 'ways' ? t.callBack.nobody : t.callBack.title}>${this.step === 'form' ? this.form() : this.step === 'thanks' ? this.thanks(t) : this.ways(t)}</section>`;
  }

  private ways(t: ReturnType<typeof callTexts>) {
    const { reason } = this;
    const name = this.peerName || t.team;
    const title = reason === null ? t.callBack.nobodyThere : reason === 'declined' ? t.declined(name) : reason === 'busy' ? t.busy(name) : t.callBack.nobody;
    return html`
      <div class="top" role="status">
        <h2 id="title">${title}</h2>
        ${reason === null ? nothing : html`<button class="icon-button" type="button" data-action="dismiss" aria-label=${t.close} @click=${() => this.tell('pc-dismiss')}>${closeIcon}</button>`}
        <p>${reason === null ? t.callBack.waysOnRinging : t.callBack.waysOn}</p>
      </div>
      <div class="ways">
        <button class="way" type="button" data-action="write" @click=${() => this.tell('pc-write')}>${chatIcon}<strong>${t.callBack.write}</strong><small>${t.callBack.writeHint}</small></button>
        ${this.callBack
          ? html`<button class="way" type="button" data-action="call-back" @click=${() => (this.step = 'form')}>${phoneIcon}<strong>${t.callBack.title}</strong><small>${t.callBack.hint}</small></button>`
          : nothing}
      </div>
    `;
  }

  private form() {
    return html`<peer-consult-call-back-form .locale=${this.locale} .deliver=${this.deliver} @pc-back=${() => (this.step = 'ways')} @pc-done=${this.onDone}></peer-consult-call-back-form>`;
  }

  private thanks(t: ReturnType<typeof callTexts>) {
    return html`
      <div class="top" role="status">
        <h2 id="title" class="done" tabindex="-1">${endIcon}${t.callBack.thanks}</h2>
        <p>${t.callBack.thanksText(this.contact)}</p>
      </div>
      <button class="button primary" type="button" data-action="dismiss" @click=${() => this.tell('pc-dismiss')}>${t.close}</button>
    `;
  }

  private onDone({ detail }: CustomEvent<{ contact: string }>): void {
    this.contact = detail.contact;
    this.step = 'thanks';
  }

  private tell(type: 'pc-write' | 'pc-dismiss'): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-unanswered': Unanswered;
  }
}
