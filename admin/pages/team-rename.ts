import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';

/**
 * Gives a group another title.
 *
 * @fires closed
 */
@customElement('consult-admin-team-rename')
export class TeamRename extends LitElement {
  static override styles = [base, panel, pageStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @state() private wrong = '';
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  @query('consult-admin-text-field') private field!: TextField;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <consult-admin-form-dialog .heading=${t('renameGroup')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <consult-admin-text-field data-first .label=${t('groupTitle')} .value=${this.conversation.title ?? ''} .error=${this.wrong} maxlength="120" required></consult-admin-text-field>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('save')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const title = this.field.value.trim();
    this.failure = '';
    this.wrong = title ? '' : t('groupTitleWanted');
    if (this.wrong) return this.field.focus();
    this.busy = true;
    try {
      this.session.adopt([await this.api.send<Conversation>('PATCH', `/v1/conversations/${encodeURIComponent(this.conversation.id)}`, { title })]);
      this.dialog.close();
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team-rename': TeamRename;
  }
}
