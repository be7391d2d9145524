import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { language, t } from '../texts/texts.ts';
import { crossIcon } from '../icons.ts';
import { dialogStyles } from './dialog.styles.ts';

/**
 * A modal dialog around whatever is put into it; it opens as soon as it stands in the page, and the browser gives the focus back
 * when it closes.
 *
 * @fires closed It is gone: take it out.
 */
@customElement('consult-admin-form-dialog')
export class FormDialog extends LitElement {
  static override styles = [
    base,
    dialogStyles,
    css`
      .top {
        position: sticky;
        inset-block-start: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        padding: var(--pc-4) var(--pc-4) 0 var(--pc-5);
        background: var(--pc-surface);
      }

      .top h2 {
        flex: 1;
        min-inline-size: 0;
      }

      .body {
        padding: var(--pc-3) var(--pc-5) var(--pc-5);
      }

      @media (max-width: 560px) {
        .top {
          padding-inline: var(--pc-4) var(--pc-2);
        }

        .body {
          padding: var(--pc-3) var(--pc-4) max(var(--pc-5), env(safe-area-inset-bottom));
        }
      }
    `,
  ];

  @property() heading = '';
  @property({ type: Boolean }) wide = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <dialog class=${this.wide ? 'wide' : ''} aria-labelledby="heading" @close=${() => this.dispatchEvent(new Event('closed'))}>
        <div class="top">
          <h2 id="heading" tabindex="-1">${this.heading}</h2>
          <button class="icon-button" type="button" aria-label=${t('closeDialog')} @click=${this.close}>${crossIcon}</button>
        </div>
        <div class="body"><slot></slot></div>
      </dialog>
    `;
  }

  override firstUpdated(): void {
    this.dialog.showModal();
    const first = this.querySelector<HTMLElement>('[data-first]');
    // What is slotted may not have drawn itself yet.
    if (first instanceof LitElement) void first.updateComplete.then(() => first.focus());
    else (first ?? this.renderRoot.querySelector<HTMLElement>('h2'))?.focus();
  }

  /** Closes it; `closed` follows. */
  close(): void {
    this.dialog.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-form-dialog': FormDialog;
  }
}
