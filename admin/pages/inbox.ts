import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConversationsPage } from '../../protocol/http.ts';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import { inboxIcon } from '../icons.ts';
import type { Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './conversation-list.ts';
import './thread.ts';

/** Conversations on the left, the open one on the right; on a phone one after the other. */
@customElement('consult-admin-inbox')
export class Inbox extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: grid;
        grid-template-columns: clamp(220px, 26%, 360px) minmax(0, 1fr);
        min-inline-size: 0;
        min-block-size: 0;
      }

      .list {
        display: flex;
        flex-direction: column;
        min-block-size: 0;
        background: var(--pc-surface);
        border-inline-end: 1px solid var(--pc-line);
      }

      .list h1 {
        padding: var(--pc-4) var(--pc-5) var(--pc-2);
      }

      .scroll {
        flex: 1;
        min-block-size: 0;
        overflow: auto;
      }

      .more {
        display: grid;
        padding: var(--pc-2) var(--pc-4) var(--pc-4);
      }

      .bones {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-4) var(--pc-5);
      }

      .bones .bone {
        block-size: 48px;
      }

      .detail {
        display: grid;
        min-inline-size: 0;
        min-block-size: 0;
      }

      .problem {
        margin: var(--pc-3);
      }

      @media (max-width: 720px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }

        :host([data-open]) .list,
        :host(:not([data-open])) .detail {
          display: none;
        }

        .list {
          border-inline-end: 0;
        }

        .list h1 {
          padding-inline: var(--pc-4);
        }
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) route!: Route;
  @state() private next: string | null = null;
  @state() private failure = '';
  /** A conversation of the address that is older than what the list holds was looked for, and is not there. */
  @state() private missing: string | null = null;
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  #asked = new Set<string>();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#older(null);
  }

  override willUpdate(): void {
    this.toggleAttribute('data-open', this.route.id !== null);
    const state = this.#state.value!;
    if (this.route.id && state.self && !this.#find(this.route.id) && !this.#asked.has(this.route.id)) void this.#fetch(this.route.id);
  }

  override render() {
    void this.#language.value;
    const state = this.#state.value!;
    return html`
      <section class="list" aria-labelledby="title">
        <h1 class="page-title" id="title">${t('inbox')}</h1>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <div class="scroll">${this.#list(state.conversations, state.self !== null)}</div>
      </section>
      <div class="detail">${this.#detail()}</div>
    `;
  }

  #list(conversations: readonly Conversation[], known: boolean) {
    if (!known && !conversations.length) {
      return html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3, 4].map(() => html`<div class="bone"></div>`)}</div>`;
    }
    if (!conversations.length) {
      return html`
        <div class="empty">
          ${inboxIcon}
          <h2>${t('inboxEmptyTitle')}</h2>
          <p>${t('inboxEmptyText')}</p>
          <a class="button" href="/demo" target="_blank" rel="noopener">${t('openDemo')}</a>
        </div>
      `;
    }
    return html`
      <consult-admin-conversation-list .conversations=${conversations} .current=${this.route.id} role="navigation" aria-label=${t('conversations')}></consult-admin-conversation-list>
      ${this.next ? html`<div class="more"><button class="button" @click=${() => this.#older(this.next)}>${t('loadMore')}</button></div>` : nothing}
    `;
  }

  #detail() {
    if (!this.route.id) return html`<div class="empty">${chatIcon}<h2>${t('noThreadTitle')}</h2><p>${t('noThreadText')}</p></div>`;
    const conversation = this.#find(this.route.id);
    if (conversation) return html`<consult-admin-thread .session=${this.session} .conversation=${conversation}></consult-admin-thread>`;
    if (this.missing === this.route.id) return html`<div class="empty">${chatIcon}<h2>${t('threadMissingTitle')}</h2><p>${t('threadMissingText')}</p></div>`;
    return html`<p class="empty" role="status">${t('loading')}</p>`;
  }

  #find(id: string): Conversation | undefined {
    return this.#state.value!.conversations.find((conversation) => conversation.id === id);
  }

  /** The socket's snapshot holds the newest 50; older pages come over HTTP. */
  async #older(cursor: string | null): Promise<void> {
    try {
      const query = new URLSearchParams({ limit: '50', ...(cursor ? { cursor } : {}) });
      const page = await this.api.get<ConversationsPage>(`/v1/conversations?${query}`);
      this.session.adopt(page.items);
      this.next = page.next;
      this.failure = '';
    } catch (error) {
      this.failure = failureText(error);
    }
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
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-inbox': Inbox;
  }
}
