import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { panel } from '../styles.ts';
import { t } from '../texts/texts.ts';
import { infoIcon } from './form-icons.ts';
import { dialogStyles } from './dialog.styles.ts';
import { pageStyles } from './form.styles.ts';
import './copy-button.ts';

/**
 * Shows a secret, once: a link, a key. It does not go away by accident: the first Esc only points to the button. What stands in
 * the element is shown below the secret, e.g. an example.
 *
 * @fires closed It is gone, and the secret with it: forget it.
 */
@customElement('consult-admin-secret-dialog')
export class SecretDialog extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    dialogStyles,
    css`
      .secret {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-4);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
      }

      .secret output {
        user-select: all;
        font-size: 0.875rem;
      }
    `,
  ];

  @property() heading = '';
  /** What it is for. */
  @property() text = '';
  @property() secret = '';
  /** Said beside the secret; without it, that it is shown only now. */
  @property() warning = '';
  /** For screen readers and the button: what it is that is copied. */
  @property({ attribute: 'copy-label' }) copyLabel = '';
  @state() private refused = false;
  @query('dialog') private dialog!: HTMLDialogElement;

  override render() {
    return html`
      <dialog class="wide" aria-labelledby="title" aria-describedby="text" @close=${() => this.dispatchEvent(new Event('closed'))} @cancel=${this.#cancel}>
        <div class="content">
          <h2 id="title">${this.heading}</h2>
          ${this.text ? html`<p class="text" id="text">${this.text}</p>` : nothing}
          <div class="secret">
            <output class="mono" aria-label=${this.heading} tabindex="0">${this.secret}</output>
            <div class="row">
              <consult-admin-copy-button primary .text=${this.secret} .label=${this.copyLabel || t('copy')} @copy-refused=${() => (this.refused = true)} @copied=${() => (this.refused = false)}></consult-admin-copy-button>
              ${this.refused ? html`<span class="quiet-text">${t('copyFailed')}</span>` : nothing}
            </div>
          </div>
          <p class="note warn">${infoIcon}<span>${this.warning || t('secretOnce')}</span></p>
          <slot></slot>
          <div class="actions"><button class="button" type="button" data-at="done" @click=${() => this.dialog.close()}>${t('secretDone')}</button></div>
        </div>
      </dialog>
    `;
  }

  override firstUpdated(): void {
    this.dialog.showModal();
    this.renderRoot.querySelector<HTMLElement>('output')?.focus();
  }

  #cancel(event: Event): void {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('[data-at="done"]')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-secret-dialog': SecretDialog;
  }
}
