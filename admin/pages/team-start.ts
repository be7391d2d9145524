import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { clientId } from '../../widget/engine/client-id.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { colleagueChoices } from '../colleague-choices.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { messageColleague, teamRoomAddress } from '../message-colleague.ts';
import { go } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { chooserStyles } from './team-chooser.styles.ts';
import '../choice-list.ts';

/**
 * Begins a conversation with colleagues: with one of them the direct one, with several a new group.
 *
 * @fires closed
 */
@customElement('consult-admin-team-start')
export class TeamStart extends LitElement {
  static override styles = [base, panel, pageStyles, chooserStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private titleWrong = '';
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  @query('consult-admin-text-field') private titleField!: TextField | null;
  /** The group that was asked for, and the id of the question: asked once more, it is the same one. */
  #asked = { group: '', clientId: '' };
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);

  override render() {
    void this.#language.value;
    const { chosen } = this;
    const group = chosen.size > 1;
    const choices = colleagueChoices(this.#state.value!, chosen);
    return html`
      <consult-admin-form-dialog .heading=${t('teamStartTitle')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <p class="lead">${t('teamStartText')}</p>
          <div class="chooser"><consult-admin-choice-list data-first multiple .label=${t('chooseColleagues')} .none=${choices.length ? '' : t('noColleagues')} .choices=${choices} @choose=${(event: CustomEvent<{ id: string }>) => this.#choose(event.detail.id)}></consult-admin-choice-list></div>
          ${group ? html`<consult-admin-text-field .label=${t('groupTitle')} .error=${this.titleWrong} maxlength="120" required></consult-admin-text-field>` : nothing}
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t(group ? 'teamStartGroup' : 'teamStartDirect')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  #choose(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
    this.failure = '';
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const agentIds = [...this.chosen];
    this.failure = '';
    this.titleWrong = '';
    if (!agentIds.length) {
      this.failure = t('chooseSomebody');
      return;
    }
    const title = this.titleField?.value.trim() ?? '';
    if (agentIds.length > 1 && !title) {
      this.titleWrong = t('groupTitleWanted');
      this.titleField?.focus();
      return;
    }
    this.busy = true;
    try {
      if (agentIds.length === 1) await messageColleague(this.api, this.session, agentIds[0]!);
      else {
        const group = JSON.stringify([title, agentIds]);
        if (this.#asked.group !== group) this.#asked = { group, clientId: clientId() };
        const room = await this.api.send<Conversation>('POST', '/v1/conversations', { title, agentIds, clientId: this.#asked.clientId });
        this.#asked = { group: '', clientId: '' };
        this.session.adopt([room]);
        go(teamRoomAddress(room.id));
      }
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
    'consult-admin-team-start': TeamStart;
  }
}
