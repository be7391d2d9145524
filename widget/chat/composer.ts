import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { MAX_TEXT_LENGTH, textLength } from '../../protocol/version.ts';
import { element } from '../define.ts';
import { base } from '../styles/base.ts';
import { sendIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';

/** From how many remaining characters on they are counted. */
const COUNT_FROM = 200;
/** After this much stillness nobody is typing any more, in ms. */
const STILL_MS = 4_000;

/**
 * Where messages are written. Enter sends, Shift+Enter breaks the line; an input method that is composing (Korean,
 * Japanese, Chinese) keeps its Enter.
 *
 * @fires send `detail: { text }`, trimmed, 1 to 4000 characters. The field is empty afterwards.
 * @fires typing `detail: { on }`
 */
@element('peer-consult-composer')
export class Composer extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      .frame {
        display: flex;
        align-items: flex-end;
        gap: var(--pc-1);
        padding: var(--pc-1);
        padding-inline-start: var(--pc-4);
        border: 1px solid var(--pc-control-line);
        border-radius: 24px;
        background: var(--pc-surface);
        transition: border-color var(--pc-fast) var(--pc-ease);
      }

      .frame:focus-within {
        border-color: var(--pc-accent-ink);
        box-shadow: 0 0 0 1px var(--pc-accent-ink);
      }

      .frame.disabled {
        background: var(--pc-surface-2);
      }

      textarea {
        flex: 1;
        min-inline-size: 0;
        block-size: 40px;
        max-block-size: 140px;
        padding: 9px 0;
        border: 0;
        resize: none;
        background: none;
        line-height: 22px;
        overflow-y: auto;
        scrollbar-width: thin;
      }

      /* The frame shows the focus for the field in it. */
      textarea:focus-visible {
        outline: none;
      }

      textarea::placeholder {
        color: var(--pc-text-2);
        opacity: 1;
      }

      /* Below 16 px iOS zooms the whole page into the field. */
      @media (pointer: coarse) {
        textarea {
          font-size: 16px;
        }
      }

      button {
        flex: none;
        display: grid;
        place-items: center;
        inline-size: 40px;
        block-size: 40px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent);
        color: var(--pc-on-accent);
        transition:
          background-color var(--pc-fast) var(--pc-ease),
          color var(--pc-fast) var(--pc-ease),
          transform var(--pc-fast) var(--pc-ease);
      }

      button:disabled {
        background: none;
        color: var(--pc-text-2);
        opacity: 0.7;
        cursor: default;
      }

      button:active:not(:disabled) {
        transform: scale(0.94);
      }

      .count {
        padding: var(--pc-1) var(--pc-4) 0;
        font-size: var(--pc-text-xs);
        text-align: end;
        color: var(--pc-text-2);
        font-variant-numeric: tabular-nums;
      }

      .count.over {
        color: var(--pc-danger);
        font-weight: 600;
      }
    `,
  ];

  /** The words. Nothing is shown before they are here. */
  @property({ attribute: false }) texts: Texts | undefined;
  /** What stands in the field; a draft may be put in. */
  @property() value = '';
  /** Another placeholder than the usual one. */
  @property() placeholder = '';
  /** Another name of the field than the usual one. */
  @property() label = '';
  @property({ type: Boolean }) disabled = false;

  @query('textarea') private field!: HTMLTextAreaElement | null;
  private composing = false;
  private stillTimer: ReturnType<typeof setTimeout> | undefined;
  private typingOn = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.tellTyping(false);
  }

  override focus(options?: FocusOptions): void {
    this.field?.focus(options);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('value') || changed.has('texts')) this.grow();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts } = this;
    if (!texts) return nothing;
    const left = MAX_TEXT_LENGTH - textLength(this.value.trim());
    return html`
      <form class="frame ${this.disabled ? 'disabled' : ''}" @submit=${this.onSubmit}>
        <textarea
          rows="1"
          autocomplete="off"
          enterkeyhint="send"
          aria-label=${this.label || texts.composer}
          aria-describedby="count"
          aria-invalid=${left < 0 ? 'true' : 'false'}
          placeholder=${this.placeholder || texts.placeholder}
          .value=${this.value}
          ?disabled=${this.disabled}
          @input=${this.onInput}
          @keydown=${this.onKeyDown}
          @compositionstart=${() => (this.composing = true)}
          @compositionend=${() => (this.composing = false)}
          @blur=${() => this.tellTyping(false)}
        ></textarea>
        <button type="submit" part="send" aria-label=${texts.send} title=${texts.send} ?disabled=${!this.sendable}
          @pointerdown=${this.keepFocus}>${sendIcon}</button>
      </form>
      <div id="count" class="count ${left < 0 ? 'over' : ''}" role="status" ?hidden=${left > COUNT_FROM}>
        ${left > COUNT_FROM ? nothing : left < 0 ? texts.tooLong(-left) : texts.left(left)}
      </div>
    `;
  }

  private get sendable(): boolean {
    const length = textLength(this.value.trim());
    return !this.disabled && length > 0 && length <= MAX_TEXT_LENGTH;
  }

  private onInput(event: InputEvent): void {
    this.value = (event.target as HTMLTextAreaElement).value;
    this.tellTyping(this.value.trim() !== '');
  }

  private onKeyDown(event: KeyboardEvent): void {
    // 229 (deprecated, and the only sign): Safari ends the composition before it reports the Enter that ended it.
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    event.preventDefault();
    this.submit();
  }

  private onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    // The last syllable is still in the input method's hands: leaving the field hands it over.
    if (this.composing) {
      this.field?.blur();
      this.field?.focus();
    }
    this.submit();
  }

  private submit(): void {
    if (this.field) this.value = this.field.value;
    if (!this.sendable) return;
    const text = this.value.trim();
    this.value = '';
    if (this.field) this.field.value = '';
    this.tellTyping(false);
    this.dispatchEvent(new CustomEvent('send', { detail: { text } }));
  }

  /** A tap on *send* must not take the keyboard away. */
  private keepFocus(event: PointerEvent): void {
    if (this.shadowRoot?.activeElement === this.field) event.preventDefault();
  }

  private tellTyping(on: boolean): void {
    clearTimeout(this.stillTimer);
    if (on) this.stillTimer = setTimeout(() => this.tellTyping(false), STILL_MS);
    if (!on && !this.typingOn) return;
    this.typingOn = on;
    this.dispatchEvent(new CustomEvent('typing', { detail: { on } }));
  }

  private grow(): void {
    const { field } = this;
    if (!field) return;
    field.style.blockSize = '';
    // Only what needs more than one line gets a height of its own.
    if (field.scrollHeight > field.clientHeight) field.style.blockSize = `${field.scrollHeight}px`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-composer': Composer;
  }
}
