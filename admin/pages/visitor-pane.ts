import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallsPage, ConversationsPage, Page } from '../../protocol/http.ts';
import type { Call, Conversation, PageView, Visitor } from '../../protocol/shapes.ts';
import type { TimelineEntry } from '../../protocol/work.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { crossIcon, externalIcon } from '../icons.ts';
import { MediaController } from '../media-controller.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { TickController } from '../tick-controller.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { callTrail, conversationTrail, device, fields, identity, pageTrail } from './visitor-facts.ts';
import { presenceDot } from '../presence-dot.styles.ts';
import { visitorPaneStyles } from './visitor-pane.styles.ts';
import './visitor-edit.ts';

/** What is known of the visitor of a conversation: who, where, with what, and what was before. */
@customElement('consult-admin-visitor-pane')
export class VisitorPane extends LitElement {
  static override styles = [base, panel, presenceDot, visitorPaneStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @property({ type: Boolean }) shown = false;
  /** There is no room for a column, however wide the window is. */
  @property({ type: Boolean }) sheet = false;
  @state() private visitor: Visitor | null = null;
  @state() private pages: readonly PageView[] = [];
  @state() private conversations: readonly Conversation[] = [];
  @state() private calls: readonly Call[] = [];
  @state() private failure = '';
  @query('dialog') private dialog!: HTMLDialogElement | null;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #wide = new MediaController(this, '(min-width: 1180px)');
  readonly #tick = new TickController(this, 30_000);
  #read: string | null = null;

  override willUpdate(): void {
    if (!this.shown) return;
    const { id } = this.conversation.visitor;
    if (this.#read === id) return;
    this.#read = id;
    void this.#load(id);
  }

  override updated(): void {
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
  }

  override render() {
    void this.#language.value;
    if (!this.shown) return nothing;
    const content = html`
      <div class="top"><h2 id="title">${t('visitorDetails')}</h2><button class="icon-button" type="button" aria-label=${t('close')} @click=${this.#close}>${crossIcon}</button></div>
      ${this.#content()}
    `;
    return this.#wide.matches && !this.sheet
      ? html`<aside aria-labelledby="title">${content}</aside>`
      : html`<dialog aria-labelledby="title" @close=${this.#close} @click=${(event: Event) => event.target === this.dialog && this.dialog?.close()}>${content}</dialog>`;
  }

  #content() {
    const { visitor } = this;
    if (this.failure) return html`<section class="first"><p class="problem" role="alert">${this.failure}</p><div class="row"><button class="button" type="button" @click=${() => this.#load(this.conversation.visitor.id)}>${t('retry')}</button></div></section>`;
    if (!visitor || visitor.id !== this.conversation.visitor.id) return html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3, 4].map(() => html`<span class="bone"></span>`)}</div>`;
    const { now } = this.#tick;
    const sight = this.#state.value!.visitors.get(visitor.id) ?? visitor;
    const trail = sight.page && !this.pages.some(({ id }) => id === sight.page!.id) ? [sight.page, ...this.pages] : this.pages;
    const earlier = this.conversations.filter(({ id }) => id !== this.conversation.id);
    return html`
      <section class="first">
        ${identity(visitor)}
        <consult-admin-visitor-edit .api=${this.api} .visitor=${visitor} @changed=${(event: CustomEvent<{ visitor: Visitor }>) => this.#changed(event.detail.visitor)}></consult-admin-visitor-edit>
      </section>
      <section>
        <h3>${t('whereNow')}</h3>
        <p class="here"><span class="dot ${sight.online ? 'online' : ''}"></span>${sight.online ? t('visitorOnline') : t('visitorGone')}</p>
        ${trail.length ? pageTrail(trail.slice(0, 8), now) : html`<p class="quiet">${t('noPages')}</p>`}
      </section>
      ${Object.keys(visitor.fields).length ? html`<section><h3>${t('visitorFields')}</h3>${fields(visitor)}</section>` : nothing}
      <section><h3>${t('visitorDevice')}</h3>${device(visitor, now)}</section>
      <section>
        <h3>${t('earlierConversations')}</h3>
        ${earlier.length ? conversationTrail(earlier, now) : html`<p class="quiet">${t('noEarlier')}</p>`}
      </section>
      ${this.calls.length ? html`<section><h3>${t('earlierCalls')}</h3>${callTrail(this.calls, now)}</section>` : nothing}
      <section><div class="row"><a class="button link" href=${formatRoute('visitors', visitor.id)}>${externalIcon}${t('wholeTimeline')}</a></div></section>
    `;
  }

  #changed(visitor: Visitor): void {
    this.visitor = visitor;
  }

  #close(): void {
    if (this.shown) this.dispatchEvent(new Event('closed'));
  }

  async #load(id: string): Promise<void> {
    this.failure = '';
    const path = encodeURIComponent(id);
    try {
      const visitor = await this.api.get<Visitor>(`/v1/visitors/${path}`);
      if (this.#read === id) this.visitor = visitor;
    } catch (error) {
      this.failure = failureText(error);
      return;
    }
    // Each of these may be missing without the rest being worth less.
    const take = async <T>(what: Promise<T>, put: (value: T) => void): Promise<void> => {
      try {
        const value = await what;
        if (this.#read === id) put(value);
      } catch {
        // That part stays empty; opening the pane again tries anew.
      }
    };
    this.pages = [];
    this.conversations = [];
    this.calls = [];
    void take(this.api.get<ConversationsPage>(`/v1/conversations?visitor=${path}&limit=10`), ({ items }) => (this.conversations = items));
    void take(this.api.get<CallsPage>(`/v1/calls?visitor=${path}&limit=5`), ({ items }) => (this.calls = items));
    void take(this.api.get<Page<TimelineEntry>>(`/v1/visitors/${path}/timeline?limit=100`), ({ items }) => (this.pages = items.flatMap((entry) => (entry.kind === 'page' ? [entry.page] : []))));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-visitor-pane': VisitorPane;
  }
}
