import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { roleMay } from '../../protocol/permissions.ts';
import { base } from '../../widget/styles/base.ts';
import { backIcon, phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Outcome, Session, SessionState } from '../../widget/engine/session-state.ts';
import { loadTexts, type Texts } from '../../widget/texts/texts.ts';
import type { Api } from '../api.ts';
import { NOBODY, assignChoices } from '../assign-choices.ts';
import { avatar } from '../avatar.ts';
import type { Choice } from '../choice-list.ts';
import { download } from '../download.ts';
import { botIcon, doneIcon, downloadIcon, historyIcon, joinIcon, leaveIcon, mailIcon, moreIcon, paneIcon, personIcon, pinIcon, reopenIcon, searchIcon, starIcon, tagIcon, teamIcon, transferIcon, trashIcon, verifiedIcon } from '../icons.ts';
import { MediaController } from '../media-controller.ts';
import { paneShown, showPane } from '../pane-shown.ts';
import { formatRoute, go } from '../router.ts';
import { answerShortcuts, run } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { tagChip, tagStyles, tagSwatch } from '../tag-chip.ts';
import { failureText, language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { workspaceOf } from '../workspace.ts';
import type { VisitorSight } from './conversation-list.ts';
import { threadStyles } from './thread.styles.ts';
import '../choice-list.ts';
import '../dropdown.ts';
import '../forms/confirm-dialog.ts';
import './reply-box.ts';
import './team-members.ts';
import './thread-lines.ts';
import './transfer-dialog.ts';
import './visitor-pane.ts';

/** One conversation: what was said, what to say next, whose it is, and what is known of the visitor. */
@customElement('consult-admin-thread')
export class Thread extends LitElement {
  static override styles = [base, panel, tagStyles, threadStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  /** Where the visitor was when the list was read; what the session tells is newer. */
  @property({ attribute: false }) sight: VisitorSight | undefined;
  /** The line that is to be shown; null: the newest. */
  @property({ attribute: false }) at: number | null = null;
  /** Where the list is. */
  @property() back = formatRoute('inbox');
  @state() private texts: Texts | undefined;
  /** The pane was asked for although a call takes its place. */
  @state() private paneInCall = false;
  @state() private asked: 'transfer' | 'members' | null = null;
  /** The call whose recording is open. */
  @state() private heard: string | null = null;
  @query('consult-admin-reply-box') private box!: HTMLElementTagNameMap['consult-admin-reply-box'] | null;
  @query('.assign') private assignMenu!: HTMLElementTagNameMap['consult-admin-dropdown'];
  @query('.tagging') private tagMenu!: HTMLElementTagNameMap['consult-admin-dropdown'];
  @query('consult-admin-confirm-dialog') private confirm!: HTMLElementTagNameMap['consult-admin-confirm-dialog'];
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  readonly #pane = new StoreController(this, () => paneShown);
  readonly #vast = new MediaController(this, '(min-width: 1700px)');
  readonly #tags = new StoreController(this, () => (this.api ? workspaceOf(this.api).tags : undefined));
  readonly #account = new StoreController(this, () => this.api?.account);
  #shown: string | null = null;
  #spoken: string | null = null;

  constructor() {
    super();
    answerShortcuts(this, {
      close: () => this.#finish(),
      assign: () => this.assignMenu.show(),
      assignMe: () => void this.#assign(this.#state.value!.self?.id ?? null),
      tag: () => this.tagMenu.show(),
      details: () => this.#togglePane(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#shown) this.session.view(this.#shown, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#shown) this.session.view(this.#shown, false);
  }

  override willUpdate(): void {
    const locale = this.#language.value ?? 'en';
    if (this.#spoken !== locale) {
      this.#spoken = locale;
      void loadTexts(locale).then((texts) => (this.texts = texts));
    }
    const { id } = this.conversation;
    if (this.#shown === id) return;
    if (this.#shown) this.session.view(this.#shown, false);
    this.#shown = id;
    this.asked = null;
    this.heard = null;
    this.session.view(id, true);
  }

  override firstUpdated(): void {
    void workspaceOf(this.api).tags.load();
  }

  override render() {
    void this.#language.value;
    const state = this.#state.value!;
    const { conversation } = this;
    const closed = conversation.status === 'closed';
    return html`
      <section class="talk" aria-label=${t('conversationWith', { name: conversation.visitor.name })}>
        <header>${this.#top(state)} ${this.#facts(state, closed)}</header>
        <consult-admin-thread-lines
          .api=${this.api}
          .session=${this.session}
          .conversation=${conversation}
          .texts=${this.texts}
          .at=${this.at}
          @give-back=${(event: CustomEvent<{ text: string }>) => this.box?.giveBack(event.detail.text)}
          @open-call=${(event: CustomEvent<{ callId: string }>) => this.#hear(event.detail.callId)}
        ></consult-admin-thread-lines>
        ${this.#rating()} ${this.#bot()} ${this.#collision(state)}
        ${closed
          ? html`<div class="closed"><span>${this.#ended(state)}</span><button class="button finish" type="button" @click=${this.#finish}>${reopenIcon}${t('reopenConversation')}</button></div>`
          : html`<footer><consult-admin-reply-box .api=${this.api} .session=${this.session} .conversation=${conversation} .texts=${this.texts}></consult-admin-reply-box></footer>`}
      </section>
      <consult-admin-visitor-pane .api=${this.api} .session=${this.session} .conversation=${conversation} ?shown=${this.#paneOn} ?sheet=${this.#crowded} @closed=${() => this.#paneOn && this.#togglePane()}></consult-admin-visitor-pane>
      ${this.asked === 'transfer' ? html`<consult-admin-transfer-dialog .session=${this.session} .conversation=${conversation} @closed=${() => (this.asked = null)}></consult-admin-transfer-dialog>` : nothing}
      ${this.asked === 'members' ? html`<consult-admin-team-members .api=${this.api} .session=${this.session} .conversation=${conversation} @closed=${() => (this.asked = null)}></consult-admin-team-members>` : nothing}
      ${this.heard ? html`<consult-admin-call-recording .api=${this.api} .callId=${this.heard} @closed=${() => (this.heard = null)}></consult-admin-call-recording>` : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  /** The player comes when somebody wants to listen. */
  async #hear(callId: string): Promise<void> {
    await import('./call-recording.ts');
    this.heard = callId;
  }

  /** Who or what ended it. */
  #ended({ self }: SessionState): string {
    const { closedBy } = this.conversation;
    const who =
      !closedBy || closedBy.kind === 'system' ? t('closedBySilence')
      : closedBy.kind === 'visitor' ? t('closedByVisitor')
      : closedBy.id === self?.id ? t('closedByMe')
      : t('closedByNamed', { name: closedBy.name });
    return `${who} ${t('closedReopens')}`;
  }

  #top(state: SessionState) {
    const { visitor, verified } = this.conversation;
    const busy = state.call !== null && state.call.phase !== 'ended';
    const sight = state.visitors.get(visitor.id) ?? this.sight;
    const pane = this.#paneOn;
    return html`
      <div class="top">
        <a class="icon-button back" href=${this.back} aria-label=${t('backToList')}>${backIcon}</a>
        ${avatar(visitor.id, visitor.name)}
        <div class="who">
          <h2><span>${visitor.name}</span>${verified ? html`<span class="mark" title=${t('verified')}>${verifiedIcon}<span class="hush">${t('verified')}</span></span>` : nothing}</h2>
          ${sight?.online ? html`<span class="where"><span class="dot"></span>${sight.page ? sight.page.title || sight.page.url : t('visitorOnline')}</span>` : nothing}
        </div>
        <div class="actions">
          <button class="icon-button" type="button" ?disabled=${busy} aria-label=${t('callVoice')} title=${t('callVoice')} @click=${() => this.#call('audio')}>${phoneIcon}</button>
          <button class="icon-button" type="button" ?disabled=${busy} aria-label=${t('callVideo')} title=${t('callVideo')} @click=${() => this.#call('video')}>${videoIcon}</button>
          <button class="icon-button" type="button" aria-pressed=${pane ? 'true' : 'false'} aria-label=${t('visitorDetails')} title=${t('visitorDetails')} @click=${this.#togglePane}>${paneIcon}</button>
          ${this.#menu(state)}
        </div>
      </div>
    `;
  }

  #menu({ self, pins }: SessionState) {
    const { id, status, visitor, members = [] } = this.conversation;
    const pinned = pins.includes(id);
    const takesPart = members.some((member) => member.id === self?.id);
    const account = this.#account.value;
    const mayDelete = account?.status === 'signed-in' && roleMay(account.agent.role, 'conversations:delete');
    const item = (icon: unknown, words: string, act: () => void, kind = '') => html`<button type="button" class=${kind} @click=${(event: Event) => this.#choose(event, act)}>${icon}${words}</button>`;
    return html`
      <consult-admin-dropdown icon .label=${t('moreActions')}>
        <span slot="face">${moreIcon}</span>
        <div class="menu">
          ${item(pinIcon, t(pinned ? 'unpin' : 'pin'), () => void this.#say(this.session.pin(id, !pinned)))}
          ${item(takesPart ? leaveIcon : joinIcon, t(takesPart ? 'leaveConversation' : 'joinConversation'), () => void this.#say(takesPart ? this.session.leave(id) : this.session.join(id)))}
          ${item(teamIcon, t('members'), () => (this.asked = 'members'))}
          ${status === 'open' ? item(transferIcon, t('transfer'), () => (this.asked = 'transfer')) : nothing}
          <hr />
          ${item(searchIcon, t('findInConversation'), () => void run('find'))}
          ${item(mailIcon, t('mailTranscript'), () => void this.#transcript())}
          ${item(downloadIcon, t('exportText'), () => void this.#export('txt'))}
          ${item(downloadIcon, t('exportJson'), () => void this.#export('json'))}
          <a href=${formatRoute('history', null, { visitor: visitor.id })}>${historyIcon}${t('visitorCalls')}</a>
          ${mayDelete ? html`<hr />${item(trashIcon, status === 'closed' ? t('deleteConversation') : t('closeAndDelete'), () => void this.#delete(), 'danger')}` : nothing}
        </div>
      </consult-admin-dropdown>
    `;
  }

  #facts(state: SessionState, closed: boolean) {
    const { assignee, tags = [] } = this.conversation;
    const chosen = new Set(tags.map(({ id }) => id));
    const choices: Choice[] = (this.#tags.value ?? []).map((tag) => ({ id: tag.id, label: tag.name, lead: tagSwatch(tag), checked: chosen.has(tag.id) }));
    return html`
      <div class="facts">
        <consult-admin-dropdown class="assign" .label=${assignee ? t('assignedTo', { name: assignee.name }) : t('assign')} @opened=${this.#fresh}>
          <span slot="face" class="face">${assignee ? html`${avatar(assignee.id, assignee.name)}<span>${assignee.name}</span>` : html`${personIcon}<span>${t('assign')}</span>`}</span>
          <consult-admin-choice-list data-first .label=${t('assignTo')} .choices=${assignChoices(state, assignee?.id ?? null)} @choose=${(event: CustomEvent<{ id: string }>) => {
            this.assignMenu.hide();
            void this.#assign(event.detail.id === NOBODY ? null : event.detail.id);
          }}></consult-admin-choice-list>
        </consult-admin-dropdown>
        ${this.#members(state)}
        <div class="tags">
          <consult-admin-dropdown class="tagging" .label=${tags.length ? t('tags') : t('putTag')} @opened=${this.#fresh}>
            <span slot="face" class="face">${tagIcon}<span>${tags.length ? t('tags') : t('putTag')}</span></span>
            <consult-admin-choice-list data-first multiple .label=${t('tags')} .none=${t('noTags')} .choices=${choices} @choose=${(event: CustomEvent<{ id: string }>) => void this.#tag(event.detail.id)}></consult-admin-choice-list>
          </consult-admin-dropdown>
          ${tags.map(tagChip)}
        </div>
        ${closed
          ? nothing
          : html`<button class="button finish" type="button" aria-label=${t('closeConversation')} title=${t('closeConversation')} @click=${this.#finish}>${doneIcon}<span>${t('finish')}</span></button>`}
      </div>
    `;
  }

  /** Colleagues who take part, beside whom it belongs to. */
  #members({ self }: SessionState) {
    const { members = [], assignee } = this.conversation;
    const others = members.filter(({ id }) => id !== assignee?.id);
    if (!others.length) return nothing;
    const words = t('takesPart', { names: others.map(({ id, name }) => (id === self?.id ? t('me') : name)).join(', ') });
    return html`<button type="button" class="taking-part" title=${words} @click=${() => (this.asked = 'members')}>
      <span class="hush">${words}</span>${others.slice(0, 3).map(({ id, name }) => avatar(id, name))}${others.length > 3 ? html`<span aria-hidden="true">+${others.length - 3}</span>` : nothing}
    </button>`;
  }

  #rating() {
    const { rating } = this.conversation;
    if (!rating) return nothing;
    return html`
      <div class="strip">
        <span class="stars" role="img" aria-label=${t('ratingGiven', { score: rating.score })}>${[1, 2, 3, 4, 5].map((star) => html`<span class=${star <= rating.score ? 'lit' : ''}>${starIcon}</span>`)}</span>
        <span>${rating.comment || t('ratedWithoutWords')}</span>
      </div>
    `;
  }

  #bot() {
    const { bot } = this.conversation;
    if (!bot) return nothing;
    return html`<div class="strip">${botIcon}<span>${t('botAnswers', { name: bot.name })}</span><button class="button primary" type="button" @click=${() => void this.#say(this.session.takeover(this.conversation.id))}>${t('takeOver')}</button></div>`;
  }

  #collision(state: SessionState) {
    const { id } = this.conversation;
    const viewers = state.viewers.get(id) ?? [];
    const writing = (state.threads.get(id)?.typing ?? []).filter((each) => state.team.has(each.id));
    const others = writing.length ? writing : viewers;
    const names = others.map(({ name }) => name).join(', ');
    return html`
      <div class="strip ${writing.length ? 'warn' : ''}" role="status" ?hidden=${!others.length}>
        ${others.slice(0, 3).map((each) => avatar(each.id, each.name))}<span>${others.length ? t(writing.length ? 'colleagueWrites' : 'colleagueLooks', { name: names }) : nothing}</span>
      </div>
    `;
  }

  #call(mode: 'audio' | 'video'): void {
    // Agents agree to the recording by using the panel; the visitor is asked anew for each call.
    this.session.startCall({ mode, conversationId: this.conversation.id, consent: true });
  }

  /** A call stands beside the conversation: the pane is then a sheet that comes when it is asked for. */
  get #crowded(): boolean {
    return this.#state.value!.call !== null && !this.#vast.matches;
  }

  get #paneOn(): boolean {
    return this.#crowded ? this.paneInCall : (this.#pane.value ?? false);
  }

  #togglePane(): void {
    if (this.#crowded) this.paneInCall = !this.paneInCall;
    else showPane(!paneShown.value);
  }

  #finish(): void {
    if (this.conversation.status === 'open') this.session.closeConversation(this.conversation.id);
    else this.session.reopenConversation(this.conversation.id);
  }

  #fresh(event: Event): void {
    (event.target as HTMLElement).querySelector('consult-admin-choice-list')?.reset();
  }

  #choose(event: Event, act: () => void): void {
    (event.target as HTMLElement).closest('consult-admin-dropdown')?.hide();
    act();
  }

  async #say(wish: Promise<Outcome>): Promise<void> {
    const code = await wish;
    if (code) toast(problemText(code), { bad: true });
  }

  #assign(agentId: string | null): Promise<void> {
    return this.#say(this.session.assign(this.conversation.id, agentId));
  }

  #tag(id: string): Promise<void> {
    const ids = (this.conversation.tags ?? []).map((tag) => tag.id);
    return this.#say(this.session.tag(this.conversation.id, ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]));
  }

  async #transcript(): Promise<void> {
    const code = await this.session.transcript(this.conversation.id);
    if (code) toast(code === 'unprocessable' ? t('transcriptNoAddress') : problemText(code), { bad: true });
    else toast(t('transcriptMailed'));
  }

  async #export(format: 'txt' | 'json'): Promise<void> {
    const { id } = this.conversation;
    try {
      await download(this.api, `/v1/conversations/${encodeURIComponent(id)}/export?format=${format}&locale=${language.value}`, `conversation-${id}.${format}`);
    } catch (error) {
      toast(failureText(error), { bad: true });
    }
  }

  async #delete(): Promise<void> {
    const { id, status, visitor } = this.conversation;
    const { back } = this;
    const sure = await this.confirm.ask({ title: t('deleteTitle', { name: visitor.name }), text: t('deleteText'), confirm: t('deleteForGood'), danger: true });
    if (!sure) return;
    try {
      const path = `/v1/conversations/${encodeURIComponent(id)}`;
      if (status === 'open') await this.api.send('PATCH', path, { status: 'closed' });
      await this.api.send('DELETE', path);
      toast(t('conversationDeleted'));
      // The event that it is gone may have been here first, and this view with it; whoever went elsewhere meanwhile stays there.
      if (location.hash.startsWith(formatRoute('inbox', id))) go(back, { replace: true });
    } catch (error) {
      toast(failureText(error), { bad: true });
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-thread': Thread;
  }
}
