import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { colleagueChoices } from '../colleague-choices.ts';
import '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { crossIcon } from '../icons.ts';
import { messageColleague } from '../message-colleague.ts';
import { roomName } from '../room-name.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { chooserStyles } from './team-chooser.styles.ts';
import '../choice-list.ts';

const PRESENCE = { online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const;

/**
 * Who takes part in a group or a visitor's conversation: with whether they are there, a way to write to each alone, out, and in.
 *
 * @fires closed
 */
@customElement('consult-admin-team-members')
export class TeamMembers extends LitElement {
  static override styles = [base, panel, pageStyles, chooserStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private failure = '';
  @state() private busy = false;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);

  override render() {
    void this.#language.value;
    const { conversation, chosen } = this;
    const state = this.#state.value!;
    const { members = [] } = conversation;
    const choices = colleagueChoices(state, chosen, new Set(members.map(({ id }) => id)));
    const selfId = state.self?.id;
    return html`
      <consult-admin-form-dialog .heading=${t('membersTitle', { name: roomName(conversation, selfId) })} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <div class="stack">
          <ul class="people" role="list">
            ${repeat(members, ({ id }) => id, ({ id, name }) => {
              const status = state.team.get(id)?.status ?? (id === selfId ? 'online' : 'off');
              return html`<li>
                <span class="dot ${status}" role="img" aria-label=${t(PRESENCE[status])} title=${t(PRESENCE[status])}></span>
                ${avatar(id, name)}<span class="name">${id === selfId ? t('meNamed', { name }) : name}</span>
                ${id === selfId
                  ? nothing
                  : html`<button class="icon-button" type="button" aria-label=${t('messageNamed', { name })} title=${t('messageNamed', { name })} @click=${() => void messageColleague(this.api, this.session, id)}>${chatIcon}</button>
                      <button class="icon-button" type="button" ?disabled=${this.busy} aria-label=${t('removeMember', { name })} title=${t('removeMember', { name })} @click=${() => void this.#remove(id)}>${crossIcon}</button>`}
              </li>`;
            })}
          </ul>
          ${choices.length
            ? html`<div class="field">
                <h3>${t('addMembers')}</h3>
                <p class="hint">${t('addMembersText')}</p>
                <div class="chooser"><consult-admin-choice-list multiple .label=${t('chooseColleagues')} .choices=${choices} @choose=${(event: CustomEvent<{ id: string }>) => this.#choose(event.detail.id)}></consult-admin-choice-list></div>
              </div>`
            : nothing}
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          ${choices.length ? html`<div class="row end"><button class="button primary" type="button" ?disabled=${this.busy || !chosen.size} @click=${() => void this.#add()}>${t('addThem')}</button></div>` : nothing}
        </div>
      </consult-admin-form-dialog>
    `;
  }

  #choose(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  #add(): Promise<void> {
    return this.#change(async (path) => {
      this.session.adopt([await this.api.send<Conversation>('POST', path, { agentIds: [...this.chosen] })]);
      this.chosen = new Set();
    });
  }

  #remove(agentId: string): Promise<void> {
    // The others hear of it, and so do we: there is no answer to take in.
    return this.#change((path) => this.api.send('DELETE', `${path}/${encodeURIComponent(agentId)}`));
  }

  async #change(work: (path: string) => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = '';
    try {
      await work(`/v1/conversations/${encodeURIComponent(this.conversation.id)}/members`);
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team-members': TeamMembers;
  }
}
