import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationsPage } from '../../protocol/http.ts';
import type { Call, Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon, phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { doneIcon, verifiedIcon } from '../icons.ts';
import type { Route } from '../router.ts';
import { answerShortcuts } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { takeCall, takeChat, takeNext } from '../take-next.ts';
import { TickController } from '../tick-controller.ts';
import { duration, failureText, language, t } from '../texts/texts.ts';
import { waitingLineOf } from '../waiting-line.ts';
import { workspaceOf } from '../workspace.ts';
import './follow-ups.ts';
import '../running-calls.ts';
import { presenceDot } from '../presence-dot.styles.ts';
import { queueStyles } from './queue.styles.ts';
import { whoWaits, type Waiting } from './waiting.ts';

/** A visitor whose first visit lies this much before the wait has been here before, in ms. */
const BEFORE_MS = 30 * 60_000;
/** A call that rings only so much longer is marked, in ms. */
const LATE_MS = 10_000;
/** So many rows a list shows, and of so many visitors more is asked than the line says: nobody reads further. */
const [ROWS, ASKED] = [100, 20];

/**
 * Who waits for somebody, and the way to take them; and what callers left whom nobody answered. Calls stand here instead of in the banner
 * above the other pages, and are taken by the same wish.
 */
@customElement('consult-admin-queue')
export class Queue extends LitElement {
  static override styles = [base, panel, presenceDot, queueStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) route!: Route;
  @state() private visitors: ReadonlyMap<string, Visitor> = new Map();
  @state() private failure = '';
  @state() private read = false;
  /** Whether the agent agrees to a recording, as in the banner of a call. */
  @state() private consent = true;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #line = new StoreController(this, () => (this.api && this.session ? waitingLineOf(this.api, this.session) : undefined));
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #tick = new TickController(this, 1_000);
  readonly #asked = new Set<string>();

  constructor() {
    super();
    answerShortcuts(this, { takeNext: () => this.#takeNext() });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void workspaceOf(this.api).sites.load();
    void this.#read();
  }

  override willUpdate(): void {
    const { followUps } = this.#line.value!;
    for (const { visitor } of [...this.#waiting.slice(0, ASKED), ...followUps.slice(0, ASKED)]) {
      if (this.#asked.has(visitor.id)) continue;
      this.#asked.add(visitor.id);
      // Without it the row shows less; it can be taken all the same.
      void this.api.get<Visitor>(`/v1/visitors/${encodeURIComponent(visitor.id)}`).then((known) => (this.visitors = new Map(this.visitors).set(visitor.id, known)), () => undefined);
    }
  }

  override render() {
    void this.#language.value;
    const waiting = this.#waiting;
    const { followUps, failure, read } = this.#line.value!;
    const said = this.failure || (failure ? failureText(failure) : '');
    const calls = waiting.filter(({ kind }) => kind === 'call');
    const chats = waiting.filter(({ kind }) => kind === 'chat');
    const quiet = this.read && read && !waiting.length;
    return html`
      <div class="column">
        <header>
          <div><h1 class="page-title">${t('queue')}</h1><p class="lead">${t('queueLead')}</p></div>
          <button class="button primary" type="button" ?disabled=${!waiting.length} @click=${this.#takeNext} aria-keyshortcuts="g n">${t('takeNext')}</button>
        </header>
        <div role="alert">${said ? html`<p class="problem">${said}<button class="button" type="button" @click=${this.#read}>${t('retry')}</button></p>` : nothing}</div>
        <p class="hush" role="status">${t('waitingCount', { count: waiting.length })}</p>
        ${this.#section(t('queueRinging'), calls, html`<label class="consent"><input type="checkbox" .checked=${this.consent} @change=${(event: Event) => (this.consent = (event.target as HTMLInputElement).checked)} />${t('queueConsent')}</label>`)}
        ${this.#section(t('queueUnanswered'), chats)}
        ${quiet && !followUps.length ? html`<div class="card empty">${doneIcon}<h2>${t('queueEmptyTitle')}</h2><p>${t('queueEmptyText')}</p></div>` : nothing}
        ${followUps.length
          ? html`${quiet ? html`<p class="card none">${t('queueEmptyTitle')}</p>` : nothing}
              <consult-admin-follow-ups .api=${this.api} .session=${this.session} .calls=${followUps} .visitors=${this.visitors} .consent=${this.consent} @done=${({ detail }: CustomEvent<Call>) => waitingLineOf(this.api, this.session).put(detail)}></consult-admin-follow-ups>`
          : nothing}
        <consult-admin-running-calls .api=${this.api} .session=${this.session}></consult-admin-running-calls>
      </div>
    `;
  }

  #section(title: string, rows: readonly Waiting[], beside: unknown = nothing) {
    if (!rows.length) return nothing;
    return html`
      <section aria-label=${title}>
        <div class="title"><h2>${title}<span>${rows.length}</span></h2>${beside}</div>
        <div class="card">
          <ul class="rows">${repeat(rows.slice(0, ROWS), ({ id }) => id, (row) => html`<li class="row">${this.#row(row)}</li>`)}</ul>
          ${rows.length > ROWS ? html`<p class="more">${t('queueMore', { count: rows.length - ROWS })}</p>` : nothing}
        </div>
      </section>
    `;
  }

  #row(row: Waiting) {
    const { visitor, mode, since } = row;
    const known = this.visitors.get(visitor.id);
    const sight = this.#state.value!.visitors.get(visitor.id) ?? known;
    const page = sight?.page ?? row.page;
    const online = sight?.online ?? false;
    const sites = this.#sites.value ?? [];
    const own = sites.find(({ id }) => id === row.siteId);
    const site = sites.length > 1 ? own?.name : undefined;
    const returning = row.returning ?? (known ? since - Date.parse(known.createdAt) > BEFORE_MS : null);
    const waited = Math.max(0, this.#tick.now - since);
    const late = row.kind === 'call' && waited > (own?.settings.queue.ringSeconds ?? 60) * 1_000 - LATE_MS;
    const sign = mode === 'video' ? videoIcon : mode === 'audio' ? phoneIcon : chatIcon;
    const words = t(mode === 'video' ? 'callVideo' : mode === 'audio' ? 'callVoice' : 'modeChat');
    const about = [words, site, row.preview, row.kind === 'call' && !row.rings ? t('ringsElsewhere') : ''].filter(Boolean).join(' · ');
    const where = page ? page.title || page.url : '';
    return html`
      ${avatar(visitor.id, visitor.name)}
      <div class="who">
        <span class="name">
          <span>${visitor.name}</span>
          ${known?.verified ? html`<span class="mark" title=${t('verified')}>${verifiedIcon}<span class="hush">${t('verified')}</span></span>` : nothing}
          ${returning === null ? nothing : html`<span class="badge ${returning ? '' : 'new'}">${t(returning ? 'returningVisitor' : 'newVisitor')}</span>`}
          ${row.consent === null ? nothing : html`<span class="badge">${t(row.consent ? 'agreesToRecording' : 'refusesRecording')}</span>`}
        </span>
        <span class="about">${sign}<span title=${about}>${about}</span></span>
        ${where ? html`<span class="about" title=${page!.url}><span class="dot ${online ? 'online' : ''}"></span><span>${where}</span></span>` : nothing}
      </div>
      <span class="time ${late ? 'long' : ''}"><span class="hush">${t('waitingFor', { time: '' })}</span>${duration(Math.floor(waited / 1000) * 1000)}</span>
      <div class="does">
        ${row.call && row.rings ? html`<button class="button" type="button" aria-label=${t('declineNamed', { name: visitor.name })} @click=${() => this.session.declineCall(row.call!)}>${t('declineIt')}</button>` : nothing}
        <button class="button ${row.call ? 'good' : 'primary'}" type="button" aria-label=${t('takeNamed', { name: visitor.name })} @click=${() => this.#take(row)}>${t('takeIt')}</button>
      </div>
    `;
  }

  get #waiting(): Waiting[] {
    return whoWaits({ ...this.#state.value!, ...this.#line.value! });
  }

  #takeNext(): void {
    void takeNext(this.api, this.session, this.consent);
  }

  async #take({ call, conversationId }: Waiting): Promise<void> {
    if (!call) return takeChat(this.session, conversationId);
    takeCall(this.session, call, this.consent);
  }

  /** The session knows the newest conversations; whoever waits longest may stand before those. */
  async #read(): Promise<void> {
    this.failure = '';
    const line = waitingLineOf(this.api, this.session);
    if (line.value.failure) void line.load();
    try {
      let cursor: string | null = null;
      do {
        const search = new URLSearchParams({ status: 'open', assignee: 'none', limit: '100', ...(cursor ? { cursor } : {}) });
        const page: ConversationsPage = await this.api.get<ConversationsPage>(`/v1/conversations?${search}`);
        this.session.adopt(page.items);
        cursor = page.next;
      } while (cursor);
      this.read = true;
    } catch (error) {
      this.failure = failureText(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-queue': Queue;
  }
}
