import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { MediaShown } from '../engine/call/call-engine.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';

/** How long a no stays on screen, in ms. */
const READING_MS = 8_000;

/**
 * Video in the middle of a voice call: the question of the other side with its three answers, or what became of the own one.
 *
 * @fires pc-answer - `{ word }`: `accept`, `watch` or `decline`.
 * @fires pc-take-back - The own question is taken back.
 */
@element('peer-consult-video-question')
export class VideoQuestion extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        color: #f3f4f8;
        font-size: var(--pc-text-s);
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      section {
        display: grid;
        gap: var(--pc-2);
        margin: 0 var(--pc-3) var(--pc-2);
        padding: var(--pc-3);
        border-radius: 12px;
        background: #2b2f3a;
        box-shadow: 0 4px 18px rgb(0 0 0 / 40%);
      }

      .line {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-3);
      }

      h2 {
        font-size: var(--pc-text-m);
        line-height: 1.35;
      }

      .hint {
        color: #c6cad6;
      }

      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
      }

      .way {
        flex: 1 1 auto;
        min-block-size: 44px;
        padding: 0 var(--pc-3);
        border-radius: 10px;
        background: rgb(255 255 255 / 16%);
        color: #f3f4f8;
        font-weight: 600;
      }

      .way:hover {
        background: rgb(255 255 255 / 26%);
      }

      .way.first {
        background: #fff;
        color: #15171d;
      }

      .way.first:hover {
        background: #dfe2ee;
      }

      .line .way {
        flex: none;
      }

      @container (max-height: 380px) {
        section {
          gap: 6px;
          padding: var(--pc-2) var(--pc-3);
        }

        h2 {
          font-size: var(--pc-text-s);
        }

        .way {
          min-block-size: 40px;
          padding: 0 var(--pc-2);
          font-size: var(--pc-text-s);
        }
      }

      .way:focus-visible {
        outline: 3px solid #fff;
        outline-offset: 3px;
      }
    `,
  ];

  @property({ attribute: false }) media: Pick<MediaShown, 'question' | 'refused'> = { question: 'none', refused: null };
  /** The other side's name. */
  @property() name = '';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);

  /** A no was read by now: it makes room. */
  @state() private read = false;
  #reading: ReturnType<typeof setTimeout> | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('media');
    if (!changed.has('media') || before?.refused === this.media.refused) return;
    this.read = false;
    clearTimeout(this.#reading);
    if (this.media.refused) this.#reading = setTimeout(() => (this.read = true), READING_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#reading);
  }

  override render() {
    const { question, refused } = this.media;
    const t = callTexts(this.locale).media;
    if (question === 'asked') {
      return html`
        <section role="alertdialog" aria-labelledby="title" aria-describedby="hint">
          <h2 id="title">${t.asked(this.name)}</h2>
          <p id="hint" class="hint">${t.askedText}</p>
          <div class="ways">
            ${this.#way('accept', t.both, 'first')} ${this.#way('watch', t.watch)} ${this.#way('decline', t.no)}
          </div>
        </section>
      `;
    }
    const words = question === 'asking' ? t.asking(this.name) : this.read ? '' : refused === 'declined' ? t.declined(this.name) : refused === 'unanswered' ? t.unanswered(this.name) : '';
    if (!words) return nothing;
    return html`
      <section class="line">
        <p role="status">${words}</p>
        ${question === 'asking' ? html`<button class="way" data-action="take-back" @click=${() => this.#say('pc-take-back')}>${t.takeBack}</button>` : nothing}
      </section>
    `;
  }

  #way(word: 'accept' | 'watch' | 'decline', words: string, look = '') {
    return html`<button class="way ${look}" data-action=${`video-${word}`} @click=${() => this.#say('pc-answer', { word })}>${words}</button>`;
  }

  #say(type: string, detail?: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-video-question': VideoQuestion;
  }
}
