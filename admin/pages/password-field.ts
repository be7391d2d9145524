import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { wrongIcon } from '../forms/form-icons.ts';
import { fieldStyles } from '../forms/form.styles.ts';
import { eyeIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { SHORTEST_PASSWORD, strengthOf, type Strength } from './password-strength.ts';

/** A password with a button that shows it, and on wish words for how strong it is. Submits its form on Enter, as a plain input would. */
@customElement('consult-admin-password-field')
export class PasswordField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    panel,
    fieldStyles,
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

      .meter {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        gap: 4px;
      }

      .meter i {
        block-size: 4px;
        border-radius: 2px;
        background: var(--pc-surface-3);
      }

      .meter[data-strength='1'] i:nth-child(-n + 1),
      .meter[data-strength='2'] i:nth-child(-n + 2) {
        background: var(--pc-warn);
      }

      .meter[data-strength='3'] i:nth-child(-n + 3),
      .meter[data-strength='4'] i {
        background: var(--pc-good);
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  /** What is wrong with it, in words. */
  @property() error = '';
  @property({ attribute: 'autocomplete' }) autoComplete: 'current-password' | 'new-password' = 'current-password';
  /** Whether its strength is told: for new ones. */
  @property({ type: Boolean }) rated = false;
  /** Words that are easy to guess in this place: the own name, the e-mail. */
  @property({ attribute: false }) about: readonly string[] = [];
  @state() private shown = false;
  @state() private strength: Strength = 0;
  @query('input') private input!: HTMLInputElement;
  readonly #language = new StoreController(this, () => language);

  /** What was typed. */
  get value(): string {
    return this.input.value;
  }

  /** Empties it. */
  clear(): void {
    this.input.value = '';
    this.strength = 0;
  }

  override render() {
    void this.#language.value;
    const said = this.error || this.hint || this.rated;
    return html`
      <div class="field">
        <label class="label" for="password">${this.label}</label>
        <div class="row">
          <input
            class="input"
            id="password"
            type=${this.shown ? 'text' : 'password'}
            autocomplete=${this.autoComplete}
            aria-describedby=${said ? 'hint' : nothing}
            aria-invalid=${this.error ? 'true' : nothing}
            maxlength="256"
            required
            spellcheck="false"
            autocapitalize="none"
            @input=${this.#rate}
            @keydown=${this.#keydown}
          />
          <button class="icon-button" type="button" aria-pressed=${this.shown} aria-label=${t(this.shown ? 'hidePassword' : 'showPassword')} @click=${() => (this.shown = !this.shown)}>
            ${eyeIcon}
          </button>
        </div>
        ${this.rated ? html`<div class="meter" data-strength=${this.strength} aria-hidden="true"><i></i><i></i><i></i><i></i></div>` : nothing}
        ${this.error
          ? html`<p class="wrong" id="hint">${wrongIcon}<span>${this.error}</span></p>`
          : said
            ? html`<p class="hint" id="hint" aria-live=${this.rated ? 'polite' : nothing}>${this.rated && this.strength ? this.#words(this.strength) : this.hint || t('passwordHint', { count: SHORTEST_PASSWORD })}</p>`
            : nothing}
      </div>
    `;
  }

  #words(strength: Strength): string {
    switch (strength) {
      case 0:
        return '';
      case 1:
        return t('passwordShort', { count: SHORTEST_PASSWORD });
      case 2:
        return t('passwordEasy');
      case 3:
        return t('passwordGood');
      case 4:
        return t('passwordStrong');
    }
  }

  #rate(): void {
    if (this.rated) this.strength = strengthOf(this.input.value, this.about);
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
