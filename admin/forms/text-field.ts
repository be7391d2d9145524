import { LitElement, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { wrongIcon } from './form-icons.ts';
import { fieldStyles } from './form.styles.ts';

/**
 * A line or a few lines of text with label, hint and error. Behaves as an input does: `value`, and `input` and `change` bubble
 * out of it. Enter submits the form around it, as in a plain input, but never in the middle of composing a syllable.
 */
@customElement('consult-admin-text-field')
export class TextField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [base, panel, fieldStyles];

  @property() label = '';
  @property() hint = '';
  /** What is wrong with it, in words; takes the hint's place. */
  @property() error = '';
  @property() value = '';
  @property() type: 'text' | 'email' | 'url' | 'number' | 'date' | 'time' | 'search' = 'text';
  /** Lines to show; more than one makes it a textarea. */
  @property({ type: Number }) rows = 1;
  @property({ type: Number, attribute: 'maxlength' }) maxLength = 0;
  @property() min = '';
  @property() max = '';
  @property() placeholder = '';
  @property({ attribute: 'autocomplete' }) autoComplete: string = 'off';
  @property({ type: Boolean }) required = false;
  /** Says *optional* beside the label. */
  @property({ type: Boolean }) optional = false;
  @property({ type: Boolean }) disabled = false;
  /** For addresses and codes. */
  @property({ type: Boolean }) mono = false;
  /** The label is there for screen readers alone: for rows whose place says what they are. */
  @property({ type: Boolean, attribute: 'hide-label' }) hideLabel = false;
  @query('.input') private control!: HTMLInputElement | HTMLTextAreaElement;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const described = this.error || this.hint ? 'said' : nothing;
    const common = `input ${this.mono ? 'mono' : ''}`;
    return html`
      <div class="field">
        <label class=${this.hideLabel ? 'hush' : 'label'} for="control">
          <span>${this.label}</span>
          ${this.optional ? html`<span class="optional">${t('optional')}</span>` : nothing}
        </label>
        ${this.rows > 1
          ? html`<textarea class=${common} id="control" rows=${this.rows} .value=${this.value} maxlength=${this.maxLength || nothing} placeholder=${this.placeholder || nothing} ?required=${this.required} ?disabled=${this.disabled}
              aria-invalid=${this.error ? 'true' : nothing} aria-describedby=${described} spellcheck=${this.mono ? 'false' : nothing} @input=${this.#input} @change=${this.#change}></textarea>`
          : html`<input class=${common} id="control" type=${this.type} .value=${this.value} maxlength=${this.maxLength || nothing} min=${this.min || nothing} max=${this.max || nothing} placeholder=${this.placeholder || nothing}
              autocomplete=${this.autoComplete as 'off'} ?required=${this.required} ?disabled=${this.disabled} aria-invalid=${this.error ? 'true' : nothing} aria-describedby=${described}
              autocapitalize=${this.mono || this.type === 'email' ? 'none' : nothing} spellcheck=${this.mono ? 'false' : nothing} @input=${this.#input} @change=${this.#change} @keydown=${this.#keydown} />`}
        ${this.error ? html`<p class="wrong" id="said">${wrongIcon}<span>${this.error}</span></p>` : this.hint ? html`<p class="hint" id="said">${this.hint}</p>` : nothing}
      </div>
    `;
  }

  /** Puts a text where the caret is, as if it had been typed. */
  insert(text: string): void {
    const { control } = this;
    control.setRangeText(text, control.selectionStart ?? control.value.length, control.selectionEnd ?? control.value.length, 'end');
    control.focus();
    control.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  }

  #input(): void {
    this.value = this.control.value;
  }

  /** A `change` stays in its shadow root by itself. */
  #change(): void {
    this.value = this.control.value;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  #keydown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.isComposing && event.keyCode !== 229) this.closest('form')?.requestSubmit();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-text-field': TextField;
  }
}
