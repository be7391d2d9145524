import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { backIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session, SessionState } from '../../widget/engine/session-state.ts';
import { loadTexts, type Texts } from '../../widget/texts/texts.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { joinIcon, leaveIcon, moreIcon, pinIcon, renameIcon, teamIcon } from '../icons.ts';
import { otherOf, roomName } from '../room-name.ts';
import { formatRoute, go } from '../router.ts';
import { answerShortcuts } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { threadStyles } from './thread.styles.ts';
import '../dropdown.ts';
import '../forms/confirm-dialog.ts';
import './reply-box.ts';
import './team-members.ts';
import './team-rename.ts';
import './thread-lines.ts';

const PRESENCE = { online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const;

/** A conversation of agents among themselves: two of them, or a group with a title. */
@customElement('consult-admin-team-thread')
export class TeamThread extends LitElement {
  static override styles = [base, panel, threadStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  /** The line that is to be shown; null: the newest. */
  @property({ attribute: false }) at: number | null = null;
  /** Where the list is. */
  @property() back = formatRoute('inbox', null, { kind: 'team' });
  @state() private texts: Texts | undefined;
  @state() private asked: 'members' | 'rename' | null = null;
  @query('consult-admin-reply-box') private box!: HTMLElementTagNameMap['consult-admin-reply-box'];
  @query('consult-admin-confirm-dialog') private confirm!: HTMLElementTagNameMap['consult-admin-confirm-dialog'];
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  #spoken: string | null = null;

  constructor() {
    super();
    answerShortcuts(this, { details: () => (this.conversation.kind === 'group' ? void (this.asked = 'members') : false) });
  }

  override willUpdate(): void {
    const locale = this.#language.value ?? 'en';
    if (this.#spoken === locale) return;
    this.#spoken = locale;
    void loadTexts(locale).then((texts) => (this.texts = texts));
  }

  override render() {
    const { conversation } = this;
    const state = this.#state.value!;
    const name = roomName(conversation, state.self?.id);
    const empty = conversation.lastSeq === 0 && !state.threads.get(conversation.id)?.lines.length;
    return html`
      <section class="talk" aria-label=${t(conversation.kind === 'group' ? 'groupNamed' : 'directWith', { name })}>
        <header>${this.#top(state, name)}</header>
        <consult-admin-thread-lines .api=${this.api} .session=${this.session} .conversation=${conversation} .texts=${this.texts} .at=${this.at} @give-back=${(event: CustomEvent<{ text: string }>) => this.box.giveBack(event.detail.text)}>
          ${empty ? html`<div slot="intro" class="empty">${teamIcon}<h3>${t('nobodyWroteTitle')}</h3><p>${t('nobodyWroteText')}</p></div>` : nothing}
        </consult-admin-thread-lines>
        <footer><consult-admin-reply-box .api=${this.api} .session=${this.session} .conversation=${conversation} .texts=${this.texts}></consult-admin-reply-box></footer>
      </section>
      ${this.asked === 'members' ? html`<consult-admin-team-members .api=${this.api} .session=${this.session} .conversation=${conversation} @closed=${() => (this.asked = null)}></consult-admin-team-members>` : nothing}
      ${this.asked === 'rename' ? html`<consult-admin-team-rename .api=${this.api} .session=${this.session} .conversation=${conversation} @closed=${() => (this.asked = null)}></consult-admin-team-rename>` : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #top(state: SessionState, name: string) {
    const { conversation } = this;
    const { id, kind, members = [] } = conversation;
    const pinned = state.pins.includes(id);
    const other = otherOf(conversation, state.self?.id);
    const status = other ? (state.team.get(other.id)?.status ?? 'off') : null;
    const pinWords = t(pinned ? 'unpin' : 'pin');
    return html`
      <div class="top">
        <a class="icon-button back" href=${this.back} aria-label=${t('backToList')}>${backIcon}</a>
        ${other ? avatar(other.id, other.name) : html`<span class="avatar group" aria-hidden="true">${teamIcon}</span>`}
        <div class="who">
          <h2><span>${name}</span></h2>
          ${status
            ? html`<span class="where"><span class="dot ${status}"></span>${t(PRESENCE[status])}</span>`
            : html`<button type="button" class="where people" title=${members.map((member) => member.name).join(', ')} @click=${() => (this.asked = 'members')}>${t('membersCount', { count: members.length })}</button>`}
        </div>
        <div class="actions">
          <button class="icon-button pin" type="button" aria-pressed=${pinned ? 'true' : 'false'} aria-label=${pinWords} title=${pinWords} @click=${() => void this.#pin(!pinned)}>${pinIcon}</button>
          ${kind === 'group' ? this.#menu() : nothing}
        </div>
      </div>
    `;
  }

  #menu() {
    const item = (icon: unknown, words: string, act: () => void, look = '') => html`<button type="button" class=${look} @click=${(event: Event) => {
      (event.target as HTMLElement).closest('consult-admin-dropdown')?.hide();
      act();
    }}>${icon}${words}</button>`;
    return html`
      <consult-admin-dropdown icon .label=${t('moreActions')}>
        <span slot="face">${moreIcon}</span>
        <div class="menu">
          ${item(joinIcon, t('members'), () => (this.asked = 'members'))}
          ${item(renameIcon, t('renameGroup'), () => (this.asked = 'rename'))}
          <hr />
          ${item(leaveIcon, t('leaveGroup'), () => void this.#leave(), 'danger')}
        </div>
      </consult-admin-dropdown>
    `;
  }

  async #pin(on: boolean): Promise<void> {
    const code = await this.session.pin(this.conversation.id, on);
    if (code) toast(problemText(code), { bad: true });
  }

  async #leave(): Promise<void> {
    const { id, members = [] } = this.conversation;
    const sure = await this.confirm.ask({
      title: t('leaveGroupTitle', { name: roomName(this.conversation, undefined) }), text: t(members.length > 1 ? 'leaveGroupText' : 'leaveGroupLast'), confirm: t('leaveIt'), danger: true,
    });
    if (!sure) return;
    const code = await this.session.leave(id);
    if (code) toast(problemText(code), { bad: true });
    else {
      toast(t('youLeft'));
      if (this.isConnected && this.conversation.id === id) go(this.back, { replace: true });
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team-thread': TeamThread;
  }
}
