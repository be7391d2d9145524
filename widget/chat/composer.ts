import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { MAX_TEXT_LENGTH, textLength } from '../../protocol/version.ts';
import { element } from '../define.ts';
import { base } from '../styles/base.ts';
import { clipIcon, sendIcon, smileIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';
import type { Attachments } from './attachments.ts';
import { composerStyles } from './composer.styles.ts';

/** From how many remaining characters on they are counted. */
const COUNT_FROM = 200;
/** After this much stillness nobody is typing any more, in ms. */
const STILL_MS = 4_000;
/** Browsers say at least this often that something is dragged over them, in ms. */
const DRAG_MS = 700;
/** A part of the page that did not come is asked for again after this long, in ms. */
const PART_MS = 3_000;

/** What somebody sends. */
export interface Written {
  text: string;
  files: readonly File[];
}

/**
 * Where messages are written. Enter sends, Shift+Enter breaks the line; an input method that is composing (Korean,
 * Japanese, Chinese) keeps its Enter. Files come by picker, by drop and by paste; with files the text may be empty.
 *
 * @fires send `detail: { text, files }`; the text trimmed, at most 4000 characters. The field is empty afterwards.
 * @fires typing `detail: { on }`
 */
@element('peer-consult-composer')
export class Composer extends LitElement {
  static override styles = [base, composerStyles];

  /** The words. Nothing is shown before they are here. */
  @property({ attribute: false }) texts: Texts | undefined;
  /** What stands in the field; a draft may be put in. */
  @property() value = '';
  /** Another placeholder than the usual one. */
  @property() placeholder = '';
  /** Another name of the field than the usual one. */
  @property() label = '';
  @property({ type: Boolean }) disabled = false;
  @property() language = 'en';
  /** How large files may be; null: none are taken. */
  @property({ attribute: false }) files: { maxMiB: number } | null = null;
  /** Where files may be dropped. */
  @property({ attribute: false }) zone: HTMLElement | undefined;

  @state() private attaching = false;
  @state() private emoji = false;
  @state() private dragged = false;
  @query('textarea') private field!: HTMLTextAreaElement | null;
  @query('[type=file]') private picker!: HTMLInputElement;
  @query('peer-consult-attachments') private attachments!: Attachments | null;
  private dragEnd: ReturnType<typeof setTimeout> | undefined;
  private watched: AbortController | undefined;
  private composing = false;
  private stillTimer: ReturnType<typeof setTimeout> | undefined;
  private typingOn = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watchZone();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.tellTyping(false);
    this.watched?.abort();
    clearTimeout(this.dragEnd);
    this.dragged = false;
  }

  /** Files that were chosen and not sent. */
  get attached(): readonly File[] {
    return this.attachments?.files ?? [];
  }

  /** Puts in files of a draft, in place of others. */
  async replaceAttached(files: readonly File[]): Promise<void> {
    if (files.length > 0) await this.wantAttachments();
    if (this.attachments) this.attachments.files = files;
    this.requestUpdate();
  }

  /** Whether emoji are being chosen: Esc is theirs then. */
  get choosing(): boolean {
    return this.emoji;
  }

  override focus(options?: FocusOptions): void {
    this.field?.focus(options);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('value') || changed.has('texts')) this.grow();
    if (changed.has('zone')) this.watchZone();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts } = this;
    if (!texts) return nothing;
    const left = MAX_TEXT_LENGTH - textLength(this.value.trim());
    return html`
      ${this.emoji
        ? html`<div class="emoji"><peer-consult-emoji-chooser .language=${this.language} @choose=${this.onEmoji} @over=${() => this.focus()} @focusout=${this.onEmojiLeft}></peer-consult-emoji-chooser></div>`
        : nothing}
      <form class="frame ${this.disabled ? 'disabled' : ''} ${this.files ? '' : 'bare'}" @submit=${this.onSubmit}>
        ${this.attaching
          ? html`<peer-consult-attachments .language=${this.language} .maxMiB=${this.files?.maxMiB ?? 0} @change=${() => this.requestUpdate()} @empty=${() => this.focus()}></peer-consult-attachments>`
          : nothing}
        ${this.files
          ? html`<input type="file" multiple hidden @change=${this.onPicked} />
              <button type="button" aria-label=${texts.attach} title=${texts.attach} ?disabled=${this.disabled} @click=${() => this.picker.click()}>${clipIcon}</button>`
          : nothing}
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
          @paste=${this.onPaste}
          @compositionstart=${() => (this.composing = true)}
          @compositionend=${() => (this.composing = false)}
          @focus=${() => (this.emoji = false)}
          @blur=${() => this.tellTyping(false)}
        ></textarea>
        <button type="button" aria-label=${texts.emoji} title=${texts.emoji} aria-expanded=${this.emoji ? 'true' : 'false'} ?disabled=${this.disabled}
          @mousedown=${(event: Event) => this.emoji && event.preventDefault()} @click=${this.toggleEmoji}>${smileIcon}</button>
        <button type="submit" part="send" aria-label=${texts.send} title=${texts.send} ?disabled=${!this.sendable}
          @pointerdown=${this.keepFocus}>${sendIcon}</button>
      </form>
      <div id="count" class="count ${left < 0 ? 'over' : ''}" role="status" ?hidden=${left > COUNT_FROM}>
        ${left > COUNT_FROM ? nothing : left < 0 ? texts.tooLong(-left) : texts.left(left)}
      </div>
      ${this.dragged ? html`<div class="drop" aria-hidden="true">${texts.dropHere}</div>` : nothing}
    `;
  }

  private get sendable(): boolean {
    const length = textLength(this.value.trim());
    return !this.disabled && (length > 0 || this.attached.length > 0) && length <= MAX_TEXT_LENGTH;
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
    const detail: Written = { text: this.value.trim(), files: this.attached };
    this.value = '';
    if (this.field) this.field.value = '';
    if (this.attachments) this.attachments.files = [];
    this.emoji = false;
    this.tellTyping(false);
    this.dispatchEvent(new CustomEvent('send', { detail }));
  }

  /** A tap on *send* must not take the keyboard away. */
  private keepFocus(event: PointerEvent): void {
    if (this.shadowRoot?.activeElement === this.field) event.preventDefault();
  }

  // ── Files ──

  private onPicked(): void {
    const chosen = [...(this.picker.files ?? [])];
    // The same file may be wanted again after it was taken away.
    this.picker.value = '';
    void this.attach(chosen);
  }

  private onPaste(event: ClipboardEvent): void {
    const { files = [], types = [] } = event.clipboardData ?? {};
    // Word and Excel put a picture of the text beside the text: whoever copies text wants text.
    const text = types.includes('text/rtf') || (types.includes('text/html') && event.clipboardData?.getData('text/plain').trim() !== '');
    if (!this.files || files.length === 0 || text) return;
    event.preventDefault();
    void this.attach([...files]);
  }

  private async attach(files: readonly File[]): Promise<void> {
    if (!this.files || this.disabled || files.length === 0) return;
    await this.wantAttachments();
    this.attachments?.add(files);
    this.field?.focus();
  }

  private async wantAttachments(): Promise<void> {
    await this.needPart(() => import('./attachments.ts'));
    this.attaching = true;
    await this.updateComplete;
  }

  private watchZone(): void {
    this.watched?.abort();
    const { signal } = (this.watched = new AbortController());
    const on = (type: 'dragover' | 'drop', act: (event: DragEvent) => void): void =>
      this.zone?.addEventListener(type, (event) => this.files && !this.disabled && event.dataTransfer?.types.includes('Files') && act(event), { signal });
    on('dragover', (event) => {
      event.preventDefault();
      this.dragged = true;
      clearTimeout(this.dragEnd);
      // Where a drag ends outside of the window nobody says so.
      this.dragEnd = setTimeout(() => (this.dragged = false), DRAG_MS);
    });
    on('drop', (event) => {
      event.preventDefault();
      this.dragged = false;
      void this.attach([...event.dataTransfer!.files]);
    });
  }

  // ── Emoji ──

  private async toggleEmoji(): Promise<void> {
    if (this.emoji) return this.focus();
    await this.needPart(() => import('./emoji-chooser.ts'));
    this.emoji = true;
  }

  private onEmoji({ detail }: CustomEvent<{ emoji: string }>): void {
    const { field } = this;
    if (!field) return;
    field.setRangeText(detail.emoji, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  }

  private onEmojiLeft({ relatedTarget }: FocusEvent): void {
    if (!(relatedTarget instanceof Node && this.shadowRoot!.contains(relatedTarget))) this.emoji = false;
  }

  /** A part that is needed only now; on a broken line it comes later. */
  private async needPart(load: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await load();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, PART_MS));
      }
    }
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
