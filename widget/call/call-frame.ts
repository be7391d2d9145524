import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallView } from '../engine/call/call-engine.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { chatIcon, hangUpIcon, phoneIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { minutesOf } from './call-words.ts';

/**
 * A call's place above the chat. While it waits to be answered it can be made a strip, so that the chat has the room; when somebody
 * answers, it is large again by itself.
 *
 * @slot The call itself.
 * @fires pc-write - The chat has the room now: on with writing.
 * @fires pc-hang-up - Cancel what rings.
 */
@element('peer-consult-call-frame')
export class CallFrame extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        flex: none;
        grid-template-rows: 290px auto;
      }

      :host([mode='video']) {
        grid-template-rows: minmax(280px, 1fr) auto;
        block-size: 58%;
      }

      :host([small]) {
        grid-template-rows: auto;
        block-size: auto;
      }

      :host([small]) slot {
        display: none;
      }

      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-1) var(--pc-3);
        padding: var(--pc-1) var(--pc-2) var(--pc-1) var(--pc-4);
        border-block-end: 1px solid var(--pc-line);
        background: var(--pc-surface);
        font-size: var(--pc-text-s);
      }

      p {
        flex: 1 1 12em;
        min-inline-size: 0;
        padding-block: 6px;
        line-height: 1.4;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      p span {
        display: block;
        color: var(--pc-text-2);
      }

      .button {
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      .button svg {
        inline-size: 18px;
        block-size: 18px;
      }

      .icon-button.end {
        color: var(--pc-danger);
      }
    `,
  ];

  @property({ attribute: false }) view: CallView | null = null;
  @property({ reflect: true }) mode: CallView['mode'] = 'audio';
  @property() locale = 'en';
  /** Whom the call goes to: the site's name. */
  @property({ attribute: 'peer-name' }) peerName = '';
  /** There is something else to be read first: begins as a strip. */
  @property({ attribute: false }) aside = false;
  /** Reflected, so that the frame's own size follows. */
  @property({ type: Boolean, reflect: true }) small = false;
  protected readonly words = new StoreController(this, () => callTextsHere);
  @state() private opened = false;
  @query('[data-action]') private first!: HTMLElement | null;

  private get waiting(): boolean {
    return this.view?.phase === 'outgoing';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.mode = this.view?.mode ?? 'audio';
    if (!this.waiting) this.small = this.opened = false;
    else if (changed.has('aside') && this.aside && !this.opened) this.small = true;
  }

  override render() {
    const t = callTexts(this.locale);
    return html`<slot></slot>${this.waiting ? (this.small ? this.strip(t) : this.hint(t)) : nothing}`;
  }

  private hint(t: ReturnType<typeof callTexts>) {
    return html`
      <div class="strip" part="waiting">
        <p>${t.keepWriting}</p>
        <button class="button quiet" type="button" data-action="write" @click=${() => this.shrink()}>${chatIcon}${t.writeMeanwhile}</button>
      </div>
    `;
  }

  private strip(t: ReturnType<typeof callTexts>) {
    const queue = this.view?.queue ?? null;
    return html`
      <div class="strip" part="waiting" data-small>
        <p role="status">${t.outgoing(this.peerName || t.team)}${queue && queue.position > 1 ? html`<span>${t.placeInLine(queue.position, minutesOf(queue.etaMs))}</span>` : nothing}</p>
        <button class="icon-button" type="button" data-action="show" aria-label=${t.showCall} title=${t.showCall} @click=${() => void this.grow()}>${phoneIcon}</button>
        <button class="icon-button end" type="button" data-action="cancel" aria-label=${t.cancelCall} title=${t.cancelCall} @click=${() => this.tell('pc-hang-up')}>${hangUpIcon}</button>
      </div>
    `;
  }

  private shrink(): void {
    this.small = true;
    this.tell('pc-write');
  }

  private async grow(): Promise<void> {
    this.small = false;
    this.opened = true;
    await this.updateComplete;
    this.first?.focus();
  }

  private tell(type: 'pc-write' | 'pc-hang-up'): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-frame': CallFrame;
  }
}
