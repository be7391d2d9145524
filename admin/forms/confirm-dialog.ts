import { LitElement, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { t } from '../texts/texts.ts';
import { dialogStyles } from './dialog.styles.ts';

/** What is asked before something that cannot be taken back. */
export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  confirm: string;
  danger?: boolean;
}

/** Asks before something happens: `await dialog.ask({ … })`. Esc and *Cancel* are no. */
@customElement('consult-admin-confirm-dialog')
export class ConfirmDialog extends LitElement {
  static override styles = [base, dialogStyles];

  @state() private question: Question | null = null;
  @query('dialog') private dialog!: HTMLDialogElement;
  #answer: ((yes: boolean) => void) | null = null;

  override render() {
    const { question } = this;
    return html`
      <dialog role="alertdialog" aria-labelledby="title" aria-describedby="text" @close=${this.#closed}>
        ${question
          ? html`<form method="dialog" class="content">
              <h2 id="title">${question.title}</h2>
              <p class="text" id="text">${question.text}</p>
              <div class="actions">
                <button class="button" value="no" data-at="no">${t('cancel')}</button>
                <button class="button ${question.danger ? 'danger' : 'primary'}" value="yes" data-at="yes">${question.confirm}</button>
              </div>
            </form>`
          : nothing}
      </dialog>
    `;
  }

  /** Shows the question and waits for the answer. */
  async ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    await this.updateComplete;
    this.dialog.returnValue = '';
    const answer = new Promise<boolean>((resolve) => (this.#answer = resolve));
    this.dialog.showModal();
    // The harmless answer is the one that Enter gives.
    this.renderRoot.querySelector<HTMLElement>('[data-at="no"]')?.focus();
    return answer;
  }

  #closed(): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(this.dialog.returnValue === 'yes');
    this.question = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-confirm-dialog': ConfirmDialog;
  }
}
