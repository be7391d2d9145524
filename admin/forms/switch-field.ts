import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { fieldStyles } from './form.styles.ts';

/** Something that is on or off, with a word of what that means. `change` bubbles out of it. */
@customElement('consult-admin-switch-field')
export class SwitchField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    fieldStyles,
    css`
      label {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: 2px var(--pc-4);
        cursor: pointer;
      }

      .label {
        font-size: var(--pc-text-m);
        line-height: 24px;
      }

      input {
        appearance: none;
        grid-column: 2;
        grid-row: 1;
        inline-size: 42px;
        block-size: 24px;
        margin: 0;
        border-radius: 12px;
        background: var(--pc-control-line);
        cursor: pointer;
        transition: background-color var(--pc-fast) var(--pc-ease);
      }

      input::after {
        content: '';
        display: block;
        inline-size: 18px;
        block-size: 18px;
        margin: 3px;
        border-radius: 50%;
        background: var(--pc-surface);
        transition: transform var(--pc-fast) var(--pc-ease);
      }

      input:checked {
        background: var(--pc-accent);
      }

      input:checked::after {
        transform: translateX(18px);
        background: var(--pc-on-accent);
      }

      label:dir(rtl) input:checked::after {
        transform: translateX(-18px);
      }

      input:disabled,
      :host([disabled]) label {
        cursor: not-allowed;
      }

      :host([disabled]) label {
        opacity: 0.65;
      }

      @media (forced-colors: active) {
        input {
          border: 1px solid;
        }

        input:checked {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  @property({ type: Boolean }) checked = false;
  @property({ type: Boolean, reflect: true }) disabled = false;
  @query('input') private control!: HTMLInputElement;

  override render() {
    return html`
      <label for="control">
        <span class="label">${this.label}</span>
        <input id="control" type="checkbox" role="switch" .checked=${this.checked} ?disabled=${this.disabled} aria-describedby=${this.hint ? 'said' : nothing} @change=${this.#change} />
      </label>
      ${this.hint ? html`<p class="hint" id="said">${this.hint}</p>` : nothing}
    `;
  }

  #change(): void {
    this.checked = this.control.checked;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-switch-field': SwitchField;
  }
}
