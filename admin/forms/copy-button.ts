import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { language, t } from '../texts/texts.ts';
import { copyIcon } from './form-icons.ts';
import { tickIcon } from '../icons.ts';

/** Puts a text on the clipboard and says so. */
@customElement('consult-admin-copy-button')
export class CopyButton extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }

      .button {
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
        white-space: nowrap;
      }

      .button.done {
        color: var(--pc-good);
      }
    `,
  ];

  @property({ attribute: false }) text = '';
  /** What is copied, for screen readers: *Copy the link*. */
  @property() label = '';
  @property({ type: Boolean }) primary = false;
  @state() private outcome: 'copied' | 'refused' | null = null;
  readonly #language = new StoreController(this, () => language);

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('text')) this.outcome = null;
  }

  override render() {
    void this.#language.value;
    const word = this.outcome === 'copied' ? t('copied') : this.label || t('copy');
    return html`
      <button class="button ${this.primary && this.outcome !== 'copied' ? 'primary' : ''} ${this.outcome === 'copied' ? 'done' : ''}" type="button" @click=${this.#copy}>
        ${this.outcome === 'copied' ? tickIcon : copyIcon}${word}
      </button>
      <span class="hush" role="status">${this.outcome === 'copied' ? t('copied') : this.outcome === 'refused' ? t('copyFailed') : ''}</span>
    `;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this.outcome = 'copied';
      this.dispatchEvent(new Event('copied', { bubbles: true, composed: true }));
    } catch {
      // No permission, or an insecure page: the text beside it can be selected by hand, and that is said.
      this.outcome = 'refused';
      this.dispatchEvent(new Event('copy-refused', { bubbles: true, composed: true }));
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-copy-button': CopyButton;
  }
}
