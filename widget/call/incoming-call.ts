import { LitElement, css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Call } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { hangUpIcon, phoneIcon, videoIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { initials, otherName, type CallSide } from './call-words.ts';

/**
 * A call that rings here: who it is, and the two ways to take it. The sound is the owner's (ring-tone.ts).
 *
 * @fires pc-accept - `{ consent }`: whether this member agrees to the recording.
 * @fires pc-decline
 */
@element('peer-consult-incoming-call')
export class IncomingCall extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      section {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--pc-1) var(--pc-3);
        align-items: center;
        padding: var(--pc-4);
      }

      .avatar {
        position: relative;
        grid-row: span 2;
        display: grid;
        place-items: center;
        inline-size: 48px;
        block-size: 48px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent-soft);
        color: var(--pc-accent-ink);
        font-weight: 650;
        font-size: var(--pc-text-l);
      }

      .avatar::after {
        content: '';
        position: absolute;
        inset: -3px;
        border: 2px solid var(--pc-good);
        border-radius: inherit;
        animation: ring 1.6s var(--pc-ease) infinite;
      }

      @keyframes ring {
        from {
          opacity: 0.9;
          transform: scale(0.96);
        }
        to {
          opacity: 0;
          transform: scale(1.25);
        }
      }

      h2 {
        font-size: var(--pc-text-m);
        line-height: 1.35;
        overflow-wrap: anywhere;
      }

      .notice {
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      label {
        grid-column: 1 / -1;
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: 32px;
        font-size: var(--pc-text-s);
      }

      input {
        inline-size: 18px;
        block-size: 18px;
        margin: 0;
        accent-color: var(--pc-accent-ink);
      }

      .ways {
        grid-column: 1 / -1;
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--pc-2);
        margin-block-start: var(--pc-2);
      }

      .wide {
        grid-column: 1 / -1;
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  /** Whether to speak of a recording and ask for agreement. Without it `consent` is false. */
  @property({ type: Boolean, attribute: 'recording-notice' }) recordingNotice = false;
  /** The site's own words about the recording; empty = ours. */
  @property({ attribute: false }) notice = '';
  @property() side: CallSide = 'visitor';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  /** What stands for an agent without a name, e.g. the site's. */
  @property({ attribute: 'peer-name' }) peerName = '';
  /** An agent's tick stands by default, it is part of the job; a visitor has to say it by the button chosen. */
  @state() private agreed = true;

  override render() {
    if (!this.call) return html``;
    const t = callTexts(this.locale);
    const name = otherName(this, this.side, t, this.peerName);
    const video = this.call.mode === 'video';
    // The visitor has refused already: there is nothing to agree to.
    const refused = this.call.consents[this.side === 'agent' ? 'visitor' : 'agent'] === false;
    const ask = this.recordingNotice && !refused;
    return html`
      <section role="group" aria-labelledby="title">
        <span class="avatar" aria-hidden="true">${initials(name)}</span>
        <h2 id="title">${this.call.handover ? html`${t.handedOverBy(this.call.handover.from.name)}: ` : ''}${video ? t.incomingVideo(name) : t.incomingAudio(name)}</h2>
        <p class="notice">${ask ? this.notice || t.incomingNotice : this.recordingNotice ? t.recordingOff : ''}</p>
        ${ask && this.side === 'agent'
          ? html`<label>
              <input type="checkbox" data-action="consent" .checked=${this.agreed} @change=${(event: Event) => (this.agreed = (event.target as HTMLInputElement).checked)} />
              ${t.incomingAgree}
            </label>`
          : ''}
        <div class="ways">
          <button class="button danger" part="decline" data-action="decline" @click=${this.#decline}>${hangUpIcon} ${t.decline}</button>
          <button class="button good" part="accept" data-action="accept" @click=${() => this.#accept(ask && (this.side === 'visitor' || this.agreed))}>
            ${video ? videoIcon : phoneIcon} ${ask && this.side === 'visitor' ? t.acceptRecorded : t.accept}
          </button>
          ${ask && this.side === 'visitor'
            ? html`<button class="button quiet wide" data-action="accept-unrecorded" @click=${() => this.#accept(false)}>${t.acceptUnrecorded}</button>`
            : ''}
        </div>
      </section>
    `;
  }

  /** Moves the focus to the button that answers. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('[data-action=accept]')?.focus();
  }

  #accept(consent: boolean): void {
    this.dispatchEvent(new CustomEvent('pc-accept', { detail: { consent }, bubbles: true, composed: true }));
  }

  #decline = (): void => {
    this.dispatchEvent(new CustomEvent('pc-decline', { bubbles: true, composed: true }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-incoming-call': IncomingCall;
  }
}
