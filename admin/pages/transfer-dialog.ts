import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { colleagueChoices } from '../colleague-choices.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { chooserStyles } from './team-chooser.styles.ts';
import '../choice-list.ts';

/**
 * Hands a visitor's conversation over to a colleague, with a private note at will.
 *
 * @fires closed
 */
@customElement('consult-admin-transfer-dialog')
export class TransferDialog extends LitElement {
  static override styles = [base, panel, pageStyles, chooserStyles];

  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @state() private chosen: string | null = null;
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  @query('consult-admin-text-field') private note!: TextField;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);

  override render() {
    void this.#language.value;
    const { assignee } = this.conversation;
    const choices = colleagueChoices(this.#state.value!, new Set(this.chosen ? [this.chosen] : []), new Set(assignee ? [assignee.id] : []));
    return html`
      <consult-admin-form-dialog .heading=${t('transferTitle')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <p class="lead">${t('transferText')}</p>
          <div class="chooser"><consult-admin-choice-list data-first multiple .label=${t('transferTo')} .none=${choices.length ? '' : t('noColleagues')} .choices=${choices} @choose=${(event: CustomEvent<{ id: string }>) => this.#choose(event.detail.id)}></consult-admin-choice-list></div>
          <consult-admin-text-field rows="3" .label=${t('transferNote')} maxlength="4000"></consult-admin-text-field>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('transferNow')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  /** One at a time: the next choice takes the place of the last. */
  #choose(id: string): void {
    this.chosen = this.chosen === id ? null : id;
    this.failure = '';
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { chosen } = this;
    if (!chosen) {
      this.failure = t('transferNobody');
      return;
    }
    this.busy = true;
    const code = await this.session.transfer(this.conversation.id, chosen, this.note.value.trim());
    this.busy = false;
    if (code) this.failure = problemText(code);
    else {
      toast(t('transferred', { name: this.session.state.value.team.get(chosen)?.name ?? '' }));
      this.dialog.close();
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-transfer-dialog': TransferDialog;
  }
}
