import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { channels } from './contrast.ts';
import { wrongIcon } from './form-icons.ts';
import { fieldStyles } from './form.styles.ts';

/** A colour as `#rrggbb`, picked, typed, or taken from a few that look good. `change` bubbles out of it. */
@customElement('consult-admin-colour-field')
export class ColourField extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    panel,
    fieldStyles,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-2) var(--pc-3);
      }

      .pick {
        flex: none;
        inline-size: var(--pc-target);
        block-size: var(--pc-target);
        padding: 4px;
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface);
        cursor: pointer;
      }

      .pick::-webkit-color-swatch-wrapper {
        padding: 0;
      }

      .pick::-webkit-color-swatch {
        border: 0;
        border-radius: 5px;
      }

      .input {
        inline-size: 116px;
      }

      .swatches {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }

      .swatch {
        inline-size: 28px;
        block-size: 28px;
        border-radius: 50%;
        background: var(--swatch);
        box-shadow: inset 0 0 0 1px rgb(0 0 0 / 14%);
      }

      .swatch[aria-pressed='true'] {
        outline: 2px solid var(--pc-text);
        outline-offset: 2px;
      }
    `,
  ];

  @property() label = '';
  @property() hint = '';
  @property() error = '';
  /** `#rrggbb`. */
  @property() value = '';
  /** Colours to take with one click. */
  @property({ attribute: false }) offers: readonly string[] = [];
  @property({ type: Boolean }) disabled = false;
  @query('.input') private control!: HTMLInputElement;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <div class="field" role="group" aria-labelledby="label">
        <span class="label" id="label">${this.label}</span>
        <div class="row">
          <input class="pick" type="color" aria-label=${t('pickColour')} .value=${channels(this.value) ? this.value : '#3a4fd0'} ?disabled=${this.disabled} @input=${(event: Event) => this.#take((event.target as HTMLInputElement).value)} />
          <input class="input mono" aria-labelledby="label" aria-describedby=${this.error || this.hint ? 'said' : nothing} aria-invalid=${this.error ? 'true' : nothing} maxlength="7" spellcheck="false" autocapitalize="none" autocomplete="off"
            .value=${this.value} ?disabled=${this.disabled} @input=${() => this.#take(this.control.value.trim())} />
          <div class="swatches">
            ${this.offers.map((colour) => html`<button class="swatch" type="button" .style=${`--swatch: ${colour}`} aria-label=${colour} aria-pressed=${colour === this.value} ?disabled=${this.disabled} @click=${() => this.#take(colour)}></button>`)}
          </div>
        </div>
        ${this.error ? html`<p class="wrong" id="said">${wrongIcon}<span>${this.error}</span></p>` : this.hint ? html`<p class="hint" id="said">${this.hint}</p>` : nothing}
      </div>
    `;
  }

  #take(colour: string): void {
    this.value = colour;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-colour-field': ColourField;
  }
}
