import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Page } from '../../protocol/http.ts';
import type { Conversation, Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import { crossIcon, searchIcon, tickIcon } from '../icons.ts';
import { addIcon } from '../forms/form-icons.ts';
import { isTeamRoom } from '../room-name.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { answerShortcuts } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { TickController } from '../tick-controller.ts';
import { failureText, language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { workspaceOf } from '../workspace.ts';
import type { VisitorSight } from './conversation-list.ts';
import { createConversationPages, type ConversationPages } from './conversation-pages.ts';
import { emptyList, missingThread, noThread } from './inbox-empty.ts';
import { filterChips } from './inbox-filters.ts';
import { amongMessages, fits, holdsText, lineAt, pinnedFirst, readInboxQuery, writeInboxQuery, type InboxQuery } from './inbox-view.ts';
import { searchScope, viewsBar } from './inbox-views.ts';
import { inboxStyles } from './inbox.styles.ts';
import './conversation-list.ts';
import './inbox-bulk.ts';
import './search-hits.ts';
import './team-start.ts';
import './team-thread.ts';
import './thread.ts';

/** Every open conversation is known up to this many; the counts say `+` beyond. */
const COUNTED = 300;
/** The next page is read when the end of the list is this near, in px. */
const AHEAD = 600;
/** A search is sent after this much stillness, in ms. */
const STILL_MS = 250;

/** Conversations on the left, the open one on the right; on a phone one after the other. */
@customElement('consult-admin-inbox')
export class Inbox extends LitElement {
  static override styles = [base, panel, inboxStyles];

  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) route!: Route;
  @state() private failure = '';
  /** A conversation of the address that the list does not hold was looked for, and is not there. */
  @state() private missing: string | null = null;
  @state() private choosing = false;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private said = '';
  /** A conversation with colleagues is about to begin. */
  @state() private starting = false;
  /** Who was where when the list was read; what the session tells is newer. */
  @state() private seen: ReadonlyMap<string, VisitorSight> = new Map();
  @query('consult-admin-conversation-list') private list!: HTMLElementTagNameMap['consult-admin-conversation-list'] | null;
  @query('consult-admin-inbox-bulk') private bulk!: HTMLElementTagNameMap['consult-admin-inbox-bulk'] | null;
  @query('.search input') private search!: HTMLInputElement;
  @query('consult-admin-search-hits') private hits!: HTMLElementTagNameMap['consult-admin-search-hits'] | null;
  #pages: ConversationPages | null = null;
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  readonly #changes = new StoreController(this, () => this.#pages?.changes);
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #tags = new StoreController(this, () => (this.api ? workspaceOf(this.api).tags : undefined));
  readonly #tick = new TickController(this, 30_000);
  #asked = new Set<string>();
  #lastChosen: string | null = null;
  #link = '';
  #still: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    answerShortcuts(this, {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      search: () => this.search.focus(),
      select: () => this.#chooseAtHand(),
      pin: () => this.#pinAtHand(),
      close: () => (this.chosen.size ? this.bulk?.close() : this.#closeAtHand()),
      leave: () => this.#leave(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#pages ??= createConversationPages(this.api, this.session);
    this.#read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#still);
  }

  override willUpdate(): void {
    const { id } = this.route;
    this.toggleAttribute('data-open', id !== null);
    const state = this.#state.value!;
    if (state.link === 'online' && this.#link === 'offline') {
      this.#pages!.renew();
      this.#read();
    }
    if (state.link === 'online' || state.link === 'offline') this.#link = state.link;
    if (id && state.self && !this.#find(id) && !state.removed.has(id) && !this.#asked.has(id)) void this.#fetch(id);
    if (!amongMessages(this.route.query)) this.#pages!.begin(this.#query);
  }

  override render() {
    void this.#language.value;
    void this.#changes.value;
    const query = this.#query;
    const shown = this.#shown();
    return html`
      <section class="list" aria-labelledby="title">
        <div class="head">
          <h1 class="page-title" id="title">${t('inbox')}</h1>
          ${query.kind === 'team'
            ? html`<button class="icon-button" type="button" aria-label=${t('teamStart')} title=${t('teamStart')} @click=${() => (this.starting = true)}>${addIcon}</button>`
            : amongMessages(this.route.query) ? nothing : html`<button class="icon-button" type="button" aria-pressed=${this.choosing ? 'true' : 'false'} aria-label=${t('selectMany')} title=${t('selectMany')} @click=${this.#toggleChoosing}>${tickIcon}</button>
                <consult-admin-inbox-filters .api=${this.api} .query=${query} .selfId=${this.#selfId} @filter=${(event: CustomEvent<{ query: InboxQuery }>) => this.#show(event.detail.query)}></consult-admin-inbox-filters>`}
        </div>
        <div class="search" role="search">
          ${searchIcon}<input type="search" autocomplete="off" spellcheck="false" maxlength="100" aria-label=${t(query.kind === 'team' ? 'searchTeam' : 'searchInbox')} placeholder=${t(query.kind === 'team' ? 'searchTeam' : 'searchInbox')} .value=${query.text} @input=${this.#written} @keydown=${this.#searchKey} />${query.text ? html`<button type="button" aria-label=${t('clearSearch')} title=${t('clearSearch')} @click=${this.#clearSearch}>${crossIcon}</button>` : nothing}
        </div>
        ${query.text ? searchScope(amongMessages(this.route.query), (among) => formatRoute('inbox', this.route.id, this.#repeated(query, among))) : nothing}
        ${amongMessages(this.route.query) ? nothing : html`${viewsBar({ conversations: this.#state.value!.conversations, selfId: this.#selfId, whole: this.#pages!.reach(EVERYTHING).next === null, query }, (other) => this.#address(other))} ${this.#chips(query)}`}
        <div role="alert">${this.#failures(query)}</div>
        <div class="hush" role="status">${this.said}</div>
        ${amongMessages(this.route.query)
          ? html`<consult-admin-search-hits .api=${this.api} .session=${this.session} .text=${query.text} .query=${this.#repeated(query)} .current=${{ id: this.route.id, at: lineAt(this.route.query) }} .now=${this.#tick.now}></consult-admin-search-hits>`
          : html`<div class="scroll" @scroll=${this.#scrolled}>${this.#rows(query, shown)}</div>`}
        ${this.choosing || this.chosen.size
          ? html`<consult-admin-inbox-bulk .api=${this.api} .session=${this.session} .chosen=${shown.filter(({ id }) => this.chosen.has(id))} @chosen=${this.#bulkDone}></consult-admin-inbox-bulk>`
          : nothing}
      </section>
      <div class="detail">${this.#detail()}</div>
      ${this.starting ? html`<consult-admin-team-start .api=${this.api} .session=${this.session} @closed=${() => (this.starting = false)}></consult-admin-team-start>` : nothing}
    `;
  }

  override updated(): void {
    // A list that does not fill the window has nothing to scroll for the next page.
    this.#scrolled();
  }

  #chips(query: InboxQuery) {
    const named = (items: readonly { id: string; name: string }[] | undefined) => (id: string) => items?.find((item) => item.id === id)?.name ?? t('unknownFilter');
    const chips = filterChips(query, this.#selfId, { site: named(this.#sites.value), tag: named(this.#tags.value), agent: named([...this.#state.value!.team.values()]) });
    return chips.length
      ? html`<div class="chips" role="group" aria-label=${t('filters')}>${chips.map(({ text, without }) => html`<a class="chip" href=${this.#address(without)} aria-label=${t('removeNamed', { name: text })}><span>${text}</span>${crossIcon}</a>`)}</div>`
      : nothing;
  }

  #failures(query: InboxQuery) {
    const { failure } = this.#pages!.reach(query);
    return failure || this.failure
      ? html`<p class="problem"><span>${failure || this.failure}</span>${failure ? html`<button class="button" type="button" @click=${() => this.#pages!.more(query)}>${t('retry')}</button>` : nothing}</p>`
      : nothing;
  }

  #rows(query: InboxQuery, shown: readonly Conversation[]) {
    const { loading, next, failure } = this.#pages!.reach(query);
    if (!shown.length && next !== null && !failure) {
      return html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3, 4, 5].map(() => html`<div><span class="bone"></span><span class="bone"></span><span class="bone"></span></div>`)}</div>`;
    }
    if (!shown.length) return failure ? nothing : emptyList(query, this.#selfId, { address: (other) => this.#address(other), messages: formatRoute('inbox', this.route.id, this.#repeated(query, true)), startTeam: () => (this.starting = true) });
    return html`
      <consult-admin-conversation-list
        .conversations=${shown}
        .current=${this.route.id}
        .query=${writeInboxQuery(query)}
        .chosen=${this.chosen}
        .choosing=${this.choosing}
        .pins=${this.#state.value!.pins}
        .selfId=${this.#selfId}
        .team=${this.#state.value!.team}
        .sights=${this.#sights}
        .now=${this.#tick.now}
        role="navigation"
        aria-label=${t('conversations')}
        @choose=${(event: CustomEvent<{ id: string; range: boolean }>) => this.#choose(event.detail.id, event.detail.range)}
        @pin=${(event: CustomEvent<{ id: string; on: boolean }>) => void this.#pin(event.detail.id, event.detail.on)}
      ></consult-admin-conversation-list>
      <div class="foot" role="status">${loading ? t('loading') : nothing}</div>
    `;
  }

  #detail() {
    const { id } = this.route;
    if (!id) return noThread();
    const conversation = this.#find(id);
    if (conversation && isTeamRoom(conversation)) return html`<consult-admin-team-thread .api=${this.api} .session=${this.session} .conversation=${conversation} .at=${lineAt(this.route.query)} .back=${this.#address(this.#query, null)}></consult-admin-team-thread>`;
    if (conversation) return html`<consult-admin-thread .api=${this.api} .session=${this.session} .conversation=${conversation} .sight=${this.#sights.get(conversation.visitor.id)} .at=${lineAt(this.route.query)} .back=${this.#address(this.#query, null)}></consult-admin-thread>`;
    if (this.missing === id || this.#state.value!.removed.has(id)) return missingThread(this.#address(this.#query, null));
    return html`<p class="empty" role="status">${t('loading')}</p>`;
  }

  get #selfId(): string {
    return this.#state.value?.self?.id ?? '';
  }

  get #query(): InboxQuery {
    return readInboxQuery(this.route.query);
  }

  get #sights(): ReadonlyMap<string, VisitorSight> {
    const { visitors } = this.#state.value!;
    return visitors.size ? new Map([...this.seen, ...visitors]) : this.seen;
  }

  /** What fits the query, without those below which the list would have holes. */
  #shown(): Conversation[] {
    const query = this.#query;
    const { oldest, next, hits } = this.#pages!.reach(query);
    const { conversations, pins } = this.#state.value!;
    const shown = conversations.filter(
      (each) =>
        fits(each, query, this.#selfId) &&
        (next === undefined || Date.parse(each.lastMessageAt) >= oldest || pins.includes(each.id)) &&
        (!query.text || hits?.has(each.id) || holdsText(each, query.text, this.#selfId)),
    );
    return pinnedFirst(shown, pins);
  }

  #find(id: string): Conversation | undefined {
    return this.#state.value!.conversations.find((conversation) => conversation.id === id);
  }

  #address(query: InboxQuery, id: string | null = this.route.id): string {
    return formatRoute('inbox', id, this.#repeated(query));
  }

  /** What the address of everything in the list repeats. */
  #repeated(query: InboxQuery, among = amongMessages(this.route.query)): Record<string, string> {
    return { ...writeInboxQuery(query), ...(among && query.text ? { in: 'messages' } : {}) };
  }

  #show(query: InboxQuery): void {
    this.#endChoosing();
    go(this.#address(query), { replace: true });
  }

  #read(): void {
    void this.#pages!.fill(EVERYTHING, COUNTED);
    void this.api.get<Page<Visitor>>('/v1/visitors?online=true&limit=100').then(
      ({ items }) => (this.seen = new Map(items.map(({ id, online, page }) => [id, { online, page }]))),
      // Dots and pages then appear as visitors move.
      () => undefined,
    );
  }

  async #fetch(id: string): Promise<void> {
    this.#asked.add(id);
    try {
      this.session.adopt([await this.api.get<Conversation>(`/v1/conversations/${encodeURIComponent(id)}`)]);
    } catch (error) {
      if (error instanceof WireFailure && error.code === 'not_found') this.missing = id;
      else {
        this.#asked.delete(id);
        this.failure = failureText(error);
      }
    }
  }

  #scrolled(): void {
    const query = this.#query;
    const { loading, next, failure } = this.#pages!.reach(query);
    const scroll = this.renderRoot.querySelector('.scroll');
    if (!scroll || loading || failure || !next) return;
    if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AHEAD) void this.#pages!.more(query);
  }

  #written(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.#search(), STILL_MS);
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter') this.#search();
    if (event.key === 'ArrowDown' && this.hits?.focusFirst()) event.preventDefault();
    if (event.key === 'Escape') {
      event.preventDefault();
      this.#clearSearch();
      this.search.blur();
    }
  }

  #clearSearch(): void {
    this.search.value = '';
    this.#search();
    this.search.focus();
  }

  #search(): void {
    clearTimeout(this.#still);
    const text = this.search.value.trim();
    if (text !== this.#query.text) this.#show({ ...this.#query, text });
  }

  // ── Keys ──

  /** The row that the keys speak of: the one with the focus, else the open one. */
  get #atHand(): string | null {
    return this.list?.focused ?? this.route.id;
  }

  #step(by: 1 | -1): boolean {
    const shown = this.#shown();
    if (!shown.length || !this.list) return false;
    const at = shown.findIndex(({ id }) => id === this.#atHand);
    const next = shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by))]!;
    this.list.focusRow(next.id);
    // On a desk the next conversation opens at once, as long as one is open.
    if (this.route.id && matchMedia('(min-width: 721px)').matches) go(formatRoute('inbox', next.id, writeInboxQuery(this.#query)), { replace: true });
    return true;
  }

  #chooseAtHand(): boolean {
    const id = this.#atHand;
    if (!id || this.#query.kind === 'team' || !this.#shown().some((each) => each.id === id)) return false;
    this.#choose(id, false);
    return true;
  }

  #closeAtHand(): boolean {
    const id = this.list?.focused;
    const conversation = id ? this.#find(id) : undefined;
    if (!conversation || id === this.route.id || isTeamRoom(conversation)) return false;
    if (conversation.status === 'open') this.session.closeConversation(conversation.id);
    return true;
  }

  #pinAtHand(): boolean {
    const id = this.#atHand;
    if (id) void this.#pin(id, !this.#state.value!.pins.includes(id));
    return id !== null;
  }

  async #pin(id: string, on: boolean): Promise<void> {
    const code = await this.session.pin(id, on);
    if (code) toast(problemText(code), { bad: true });
    else this.said = t(on ? 'pinned' : 'unpin');
  }

  #leave(): boolean {
    if (this.choosing || this.chosen.size) {
      this.#endChoosing();
      return true;
    }
    const { id } = this.route;
    if (!id) return false;
    go(this.#address(this.#query, null));
    void this.updateComplete.then(() => this.list?.focusRow(id));
    return true;
  }

  // ── Choosing many ──

  #toggleChoosing(): void {
    return this.choosing || this.chosen.size ? this.#endChoosing() : void (this.choosing = true);
  }

  #endChoosing(): void {
    this.choosing = false;
    this.chosen = new Set();
    this.#lastChosen = null;
  }

  #choose(id: string, range: boolean): void {
    const chosen = new Set(this.chosen);
    const ids = this.#shown().map((each) => each.id);
    const from = this.#lastChosen === null ? -1 : ids.indexOf(this.#lastChosen);
    const to = ids.indexOf(id);
    if (range && from >= 0) for (const each of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) chosen.add(each);
    else if (!chosen.delete(id)) chosen.add(id);
    this.#lastChosen = id;
    this.chosen = chosen;
    this.choosing = chosen.size > 0;
  }

  #bulkDone(event: CustomEvent<{ ids: string[]; said: string }>): void {
    this.said = event.detail.said;
    this.chosen = new Set(event.detail.ids);
    this.choosing = this.chosen.size > 0;
  }
}

const EVERYTHING: InboxQuery = { kind: 'visitor', status: 'open', assignee: null, site: null, tag: null, unread: false, text: '' };

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-inbox': Inbox;
  }
}
