import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { eyeIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { t } from '../texts/texts.ts';

/** A password with a button that shows it. Submits its form on Enter, as a plain input would. */
@customElement('consult-admin-password-field')
export class PasswordField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    panel,
    css`
      .row {
        position: relative;
      }

      .input {
        padding-inline-end: calc(var(--pc-target) + var(--pc-1));
      }

      .icon-button {
        position: absolute;
        inset-block-start: 0;
        inset-inline-end: 0;
      }

      .icon-button[aria-pressed='true'] {
        color: var(--pc-accent);
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  @property() autocomplete = 'current-password';
  @state() private shown = false;
  @query('input') private input!: HTMLInputElement;

  /** What was typed. */
  get value(): string {
    return this.input.value;
  }

  override render() {
    return html`
      <div class="field">
        <label for="password">${this.label}</label>
        <div class="row">
          <input
            class="input"
            id="password"
            type=${this.shown ? 'text' : 'password'}
            autocomplete=${this.autocomplete}
            aria-describedby=${this.hint ? 'hint' : nothing}
            spellcheck="false"
            autocapitalize="none"
            @keydown=${this.#keydown}
          />
          <button class="icon-button" type="button" aria-pressed=${this.shown} aria-label=${t(this.shown ? 'hidePassword' : 'showPassword')} @click=${() => (this.shown = !this.shown)}>
            ${eyeIcon}
          </button>
        </div>
        ${this.hint ? html`<p class="hint" id="hint">${this.hint}</p>` : nothing}
      </div>
    `;
  }

  #keydown(event: KeyboardEvent): void {
    // The input is in a shadow root, where the browser's implicit submission does not see the form.
    if (event.key === 'Enter' && !event.isComposing) this.closest('form')?.requestSubmit();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-password-field': PasswordField;
  }
}
