import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { wrongIcon } from './form-icons.ts';
import { tickIcon } from '../icons.ts';

/**
 * The bar below a form with changes. It keeps its place while it has nothing to say, so that nothing jumps.
 *
 * @fires save @fires discard
 */
@customElement('consult-admin-save-bar')
export class SaveBar extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        position: sticky;
        inset-block-end: 0;
        z-index: 2;
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-2) var(--pc-3);
        min-block-size: 64px;
        padding: var(--pc-2) var(--pc-2) var(--pc-2) var(--pc-5);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        box-shadow: var(--pc-shadow);
      }

      .bar.idle {
        visibility: hidden;
      }

      .said {
        flex: 1 1 160px;
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        font-size: var(--pc-text-s);
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      .said.good {
        color: var(--pc-good);
      }

      .said.bad {
        color: var(--pc-danger);
      }

      .actions {
        display: flex;
        gap: var(--pc-2);
        margin-inline-start: auto;
      }
    `,
  ];

  @property({ type: Boolean }) dirty = false;
  @property({ type: Boolean }) saving = false;
  @property({ type: Boolean }) saved = false;
  /** What kept it from being saved. */
  @property() error = '';
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const idle = !this.dirty && !this.saving && !this.saved && !this.error;
    return html`
      <div class="bar ${idle ? 'idle' : ''}" role="group" aria-label=${t('changes')}>
        <span class="said ${this.error ? 'bad' : this.saved && !this.dirty ? 'good' : ''}" role="status">
          ${this.error ? html`${wrongIcon}<span>${this.error}</span>` : this.saving ? t('saving') : this.dirty ? t('unsaved') : this.saved ? html`${tickIcon}${t('saved')}` : nothing}
        </span>
        ${this.dirty
          ? html`<span class="actions">
              <button class="button quiet" type="button" ?disabled=${this.saving} @click=${() => this.dispatchEvent(new Event('discard'))}>${t('discard')}</button>
              <button class="button primary" type="button" ?disabled=${this.saving} @click=${() => this.dispatchEvent(new Event('save'))}>${t('save')}</button>
            </span>`
          : nothing}
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-save-bar': SaveBar;
  }
}
