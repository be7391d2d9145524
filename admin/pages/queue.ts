import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationsPage } from '../../protocol/http.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon, phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { doneIcon, verifiedIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { TickController } from '../tick-controller.ts';
import { duration, failureText, language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { workspaceOf } from '../workspace.ts';
import { whoWaits, type Waiting } from './waiting.ts';

/** A visitor whose first visit lies this much before the wait has been here before, in ms. */
const BEFORE_MS = 30 * 60_000;

/** Who waits for somebody, and the way to take them. Calls stand here instead of in the banner above the other pages, and are taken by the same wish. */
@customElement('consult-admin-queue')
export class Queue extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        overflow: auto;
      }

      .column {
        display: grid;
        gap: var(--pc-5);
        max-inline-size: 860px;
        margin-inline: auto;
        padding: var(--pc-6) var(--pc-6) var(--pc-7);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        justify-content: space-between;
        gap: var(--pc-3);
      }

      section {
        display: grid;
        gap: var(--pc-2);
      }

      h2 {
        display: flex;
        gap: var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-1) var(--pc-4);
        min-block-size: 28px;
      }

      .consent {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        font-size: var(--pc-text-s);
      }

      .consent input {
        inline-size: 18px;
        block-size: 18px;
        accent-color: var(--pc-accent);
      }

      .rows > li + li {
        border-block-start: 1px solid var(--pc-line);
      }

      .row {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto auto;
        align-items: center;
        gap: var(--pc-2) var(--pc-4);
        padding: var(--pc-3) var(--pc-4);
      }

      .who {
        display: grid;
        gap: 2px;
        min-inline-size: 0;
      }

      .name {
        display: flex;
        align-items: center;
        gap: 6px;
        min-inline-size: 0;
        font-weight: 600;
      }

      .name > span:first-child,
      .about span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .mark svg {
        display: block;
        inline-size: 16px;
        block-size: 16px;
        color: var(--pc-accent);
      }

      .badge {
        flex: none;
        padding: 0 8px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-surface-3);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        line-height: 20px;
      }

      .badge.new {
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
      }

      .about {
        display: flex;
        align-items: center;
        gap: 6px;
        min-inline-size: 0;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .about svg {
        inline-size: 16px;
        block-size: 16px;
      }

      .dot {
        flex: none;
        inline-size: 8px;
        block-size: 8px;
        margin-inline: 4px;
        border-radius: 50%;
        background: var(--pc-control-line);
      }

      .dot.online {
        background: var(--pc-good);
      }

      .time {
        font-variant-numeric: tabular-nums;
        font-weight: 600;
        text-align: end;
      }

      .time.long {
        color: var(--pc-danger);
      }

      .does {
        display: flex;
        gap: var(--pc-2);
      }

      .does .button {
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      .card.empty {
        padding-block: var(--pc-7);
      }

      @media (max-width: 720px) {
        .column {
          padding: var(--pc-4) var(--pc-3) var(--pc-6);
        }

        header .button {
          inline-size: 100%;
        }

        .row {
          grid-template-columns: auto minmax(0, 1fr) auto;
          padding: var(--pc-3);
          column-gap: var(--pc-3);
        }

        .does {
          grid-column: 1 / -1;
        }

        .does .button {
          flex: 1;
          min-block-size: var(--pc-target);
        }
      }
    `,
  ];

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
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #tick = new TickController(this, 1_000);
  readonly #asked = new Set<string>();

  override connectedCallback(): void {
    super.connectedCallback();
    void workspaceOf(this.api).sites.load();
    void this.#read();
  }

  override willUpdate(): void {
    for (const { visitor } of this.#waiting) {
      if (this.#asked.has(visitor.id)) continue;
      this.#asked.add(visitor.id);
      // Without it the row shows less; it can be taken all the same.
      void this.api.get<Visitor>(`/v1/visitors/${encodeURIComponent(visitor.id)}`).then((known) => (this.visitors = new Map(this.visitors).set(visitor.id, known)), () => undefined);
    }
  }

  override render() {
    void this.#language.value;
    const waiting = this.#waiting;
    const calls = waiting.filter(({ kind }) => kind === 'call');
    const chats = waiting.filter(({ kind }) => kind === 'chat');
    return html`
      <div class="column">
        <header>
          <div><h1 class="page-title">${t('queue')}</h1><p class="lead">${t('queueLead')}</p></div>
          <button class="button primary" type="button" ?disabled=${!waiting.length} @click=${() => this.#take(waiting[0]!)}>${t('takeNext')}</button>
        </header>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}<button class="button" type="button" @click=${this.#read}>${t('retry')}</button></p>` : nothing}</div>
        <p class="hush" role="status">${t('waitingCount', { count: waiting.length })}</p>
        ${waiting.length || !this.read
          ? html`${this.#section(t('queueRinging'), calls, html`<label class="consent"><input type="checkbox" .checked=${this.consent} @change=${(event: Event) => (this.consent = (event.target as HTMLInputElement).checked)} />${t('queueConsent')}</label>`)} ${this.#section(t('queueUnanswered'), chats)}`
          : html`<div class="card empty">${doneIcon}<h2>${t('queueEmptyTitle')}</h2><p>${t('queueEmptyText')}</p></div>`}
      </div>
    `;
  }

  #section(title: string, rows: readonly Waiting[], beside: unknown = nothing) {
    if (!rows.length) return nothing;
    return html`
      <section aria-label=${title}>
        <div class="title"><h2>${title}<span>${rows.length}</span></h2>${beside}</div>
        <ul class="card rows">${repeat(rows, ({ id }) => id, (row) => html`<li class="row">${this.#row(row)}</li>`)}</ul>
      </section>
    `;
  }

  #row(row: Waiting) {
    const { visitor, mode, since } = row;
    const known = this.visitors.get(visitor.id);
    const sight = this.#state.value!.visitors.get(visitor.id) ?? known;
    const page = sight?.page;
    const online = sight?.online ?? false;
    const sites = this.#sites.value ?? [];
    const site = sites.length > 1 ? sites.find(({ id }) => id === row.siteId)?.name : undefined;
    const returning = known ? since - Date.parse(known.createdAt) > BEFORE_MS : null;
    const waited = Math.max(0, this.#tick.now - since);
    const sign = mode === 'video' ? videoIcon : mode === 'audio' ? phoneIcon : chatIcon;
    const words = t(mode === 'video' ? 'callVideo' : mode === 'audio' ? 'callVoice' : 'modeChat');
    const about = [words, site, row.preview].filter(Boolean).join(' · ');
    const where = page ? page.title || page.url : '';
    return html`
      ${avatar(visitor.id, visitor.name)}
      <div class="who">
        <span class="name">
          <span>${visitor.name}</span>
          ${known?.verified ? html`<span class="mark" title=${t('verified')}>${verifiedIcon}<span class="hush">${t('verified')}</span></span>` : nothing}
          ${returning === null ? nothing : html`<span class="badge ${returning ? '' : 'new'}">${t(returning ? 'returningVisitor' : 'newVisitor')}</span>`}
        </span>
        <span class="about">${sign}<span title=${about}>${about}</span></span>
        ${where ? html`<span class="about" title=${page!.url}><span class="dot ${online ? 'online' : ''}"></span><span>${where}</span></span>` : nothing}
      </div>
      <span class="time ${waited > 60_000 && row.kind === 'call' ? 'long' : ''}"><span class="hush">${t('waitingFor', { time: '' })}</span>${duration(Math.floor(waited / 1000) * 1000)}</span>
      <div class="does">
        ${row.call ? html`<button class="button" type="button" @click=${() => this.session.declineCall(row.call!)}>${t('declineIt')}</button>` : nothing}
        <button class="button ${row.call ? 'good' : 'primary'}" type="button" aria-label=${t('takeNamed', { name: visitor.name })} @click=${() => this.#take(row)}>${t('takeIt')}</button>
      </div>
    `;
  }

  get #waiting(): Waiting[] {
    const { ringing, conversations } = this.#state.value!;
    return whoWaits(ringing, conversations);
  }

  async #take({ call, conversationId }: Waiting): Promise<void> {
    if (call) {
      this.session.acceptCall(call, { consent: this.consent });
    } else {
      const code = await this.session.assign(conversationId, this.#state.value!.self?.id ?? null);
      if (code) {
        toast(code === 'conflict' ? t('takenTooLate') : problemText(code), { bad: true });
        return;
      }
    }
    go(formatRoute('inbox', conversationId));
  }

  /** The session knows the newest conversations; whoever waits longest may stand before those. */
  async #read(): Promise<void> {
    this.failure = '';
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
