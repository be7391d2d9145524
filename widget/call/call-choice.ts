import { LitElement, css, html } from 'lit';
import { property } from 'lit/decorators.js';
import type { CallMode } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { phoneIcon, videoIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { sheetStyles } from './sheet.styles.ts';

/**
 * What a visitor reads before a call: that calls are recorded, and the choice. Saying no costs nothing but the recording.
 *
 * @fires pc-start - `{ mode, consent }`: call now.
 * @fires pc-cancel - Back to the chat. Also on Escape.
 */
@element('peer-consult-call-choice')
export class CallChoice extends LitElement {
  static override styles = [
    base,
    sheetStyles,
    css`
      h2 {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
      }

      h2 svg {
        color: var(--pc-accent-ink);
      }

      #notice {
        white-space: pre-line;
      }
    `,
  ];

  @property() mode: CallMode = 'audio';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  /** The site's own words about the recording; empty = ours. */
  @property({ attribute: false }) notice = '';
  /** Whether the site records calls at all. Without it there is nothing to ask: show no choice, call at once. */
  @property({ type: Boolean }) unrecorded = false;

  override render() {
    const t = callTexts(this.locale);
    return html`
      <section role="group" aria-labelledby="title" @keydown=${this.#key}>
        <h2 id="title">${this.mode === 'video' ? videoIcon : phoneIcon} ${this.mode === 'video' ? t.choiceTitleVideo : t.choiceTitleAudio}</h2>
        ${this.unrecorded ? '' : html`<p id="notice" part="notice">${this.notice || t.choiceNotice} ${t.choiceFree}</p>`}
        <div class="ways">
          <button class="button primary" part="start" data-action="start-recorded" aria-describedby="notice" ?hidden=${this.unrecorded} @click=${() => this.#start(true)}>
            ${t.startRecorded}
          </button>
          <button class="button" part="start-unrecorded" data-action="start-unrecorded" @click=${() => this.#start(false)}>
            ${this.unrecorded ? (this.mode === 'video' ? t.choiceTitleVideo : t.choiceTitleAudio) : t.startUnrecorded}
          </button>
          <button class="button quiet" part="cancel" data-action="cancel" @click=${this.#cancel}>${t.cancel}</button>
        </div>
      </section>
    `;
  }

  constructor() {
    super();
    // A click beside the sheet.
    this.addEventListener('click', (event) => event.composedPath()[0] === this && this.#cancel());
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  /** Moves the focus to the first choice. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('button:not([hidden])')?.focus();
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#cancel();
  };

  #start(consent: boolean): void {
    this.dispatchEvent(new CustomEvent('pc-start', { detail: { mode: this.mode, consent }, bubbles: true, composed: true }));
  }

  #cancel = (): void => {
    this.dispatchEvent(new CustomEvent('pc-cancel', { bubbles: true, composed: true }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-choice': CallChoice;
  }
}
