import { LitElement, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { panel } from '../styles.ts';
import { wrongIcon } from './form-icons.ts';
import { chevronIcon } from '../icons.ts';
import { fieldStyles } from './form.styles.ts';

/** One of the things a select field offers. */
export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

/** One of several, with label, hint and error. `change` bubbles out of it. */
@customElement('consult-admin-select-field')
export class SelectField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [base, panel, fieldStyles];

  @property() label = '';
  @property() hint = '';
  @property() error = '';
  @property() value = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean, attribute: 'hide-label' }) hideLabel = false;
  @query('select') private control!: HTMLSelectElement;

  override render() {
    return html`
      <div class="field">
        <label class=${this.hideLabel ? 'hush' : 'label'} for="control">${this.label}</label>
        <div class="select">
          <select class="input" id="control" ?disabled=${this.disabled} aria-invalid=${this.error ? 'true' : nothing} aria-describedby=${this.error || this.hint ? 'said' : nothing} @change=${this.#change}>
            ${this.choices.map(({ value, label, disabled }) => html`<option value=${value} ?disabled=${disabled ?? false} .selected=${value === this.value}>${label}</option>`)}
          </select>
          ${chevronIcon}
        </div>
        ${this.error ? html`<p class="wrong" id="said">${wrongIcon}<span>${this.error}</span></p>` : this.hint ? html`<p class="hint" id="said">${this.hint}</p>` : nothing}
      </div>
    `;
  }

  #change(): void {
    this.value = this.control.value;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-select-field': SelectField;
  }
}
