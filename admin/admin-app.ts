import { LitElement, css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { tokens } from '../widget/styles/tokens.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import { createSession } from '../widget/engine/session.ts';
import { createStoredOutbox } from '../widget/engine/outbox.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { createApi } from './api.ts';
import { createAttention, type Attention } from './attention.ts';
import { createRouter, formatRoute, go } from './router.ts';
import { panel } from './styles.ts';
import { language, t } from './texts/texts.ts';
import { theme } from './theme.ts';
import { historyIcon, inboxIcon, installIcon } from './icons.ts';
import './account-menu.ts';
import './call-dock.ts';
import './pages/history.ts';
import './pages/inbox.ts';
import './pages/install.ts';
import './pages/setup.ts';
import './pages/sign-in.ts';

/** The panel: who is signed in decides between the doorway and the house; the address decides the room. */
@customElement('consult-admin-app')
export class AdminApp extends LitElement {
  static override styles = [
    tokens,
    base,
    panel,
    css`
      :host {
        display: block;
        block-size: 100dvh;
        background: var(--pc-surface-2);
      }

      .doorway {
        display: grid;
        place-items: center;
        min-block-size: 100%;
        padding: var(--pc-5) var(--pc-4);
      }

      .doorway > .card {
        inline-size: min(420px, 100%);
        padding: var(--pc-6);
        box-shadow: var(--pc-shadow);
      }

      .brand {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        margin-block-end: var(--pc-5);
        font-weight: 700;
      }

      .brand img {
        inline-size: 32px;
        block-size: 32px;
      }

      .house {
        display: grid;
        grid-template-columns: 84px minmax(0, 1fr) auto;
        grid-template-rows: auto minmax(0, 1fr);
        block-size: 100%;
      }

      .notice {
        grid-column: 2 / -1;
        padding: var(--pc-2) var(--pc-4);
        background: var(--pc-warn-soft);
        color: var(--pc-text);
        font-size: var(--pc-text-s);
        text-align: center;
      }

      nav {
        grid-row: 1 / -1;
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: var(--pc-1);
        padding: var(--pc-4) var(--pc-2);
        background: var(--pc-surface);
        border-inline-end: 1px solid var(--pc-line);
      }

      nav img {
        inline-size: 32px;
        block-size: 32px;
        margin-block-end: var(--pc-4);
      }

      nav a {
        position: relative;
        display: grid;
        justify-items: center;
        gap: 2px;
        inline-size: 100%;
        padding: var(--pc-2) 2px;
        border-radius: var(--pc-radius-s);
        color: var(--pc-text-2);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        text-align: center;
        text-decoration: none;
      }

      nav a:hover {
        background: var(--pc-surface-2);
        color: var(--pc-text);
      }

      nav a[aria-current='page'] {
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
      }

      nav a svg {
        inline-size: 22px;
        block-size: 22px;
      }

      .count {
        position: absolute;
        inset-block-start: 2px;
        inset-inline-end: 12px;
        min-inline-size: 18px;
        padding: 0 5px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-danger);
        color: var(--pc-on-danger);
        font-size: 0.6875rem;
        font-weight: 700;
        line-height: 18px;
      }

      .spacer {
        flex: 1;
      }

      .room {
        grid-column: 2;
        grid-row: 2;
        min-inline-size: 0;
        min-block-size: 0;
        display: grid;
      }

      consult-admin-call-dock {
        grid-column: 3;
        grid-row: 2;
        min-block-size: 0;
      }

      .skip {
        position: fixed;
        inset-block-start: var(--pc-2);
        inset-inline-start: var(--pc-2);
        z-index: 5;
      }

      .skip:not(:focus) {
        inline-size: 1px;
        block-size: 1px;
        min-block-size: 0;
        padding: 0;
        overflow: hidden;
        clip-path: inset(50%);
      }

      @media (max-width: 720px) {
        .house {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto minmax(0, 1fr) auto;
        }

        .notice,
        .room {
          grid-column: 1;
        }

        nav {
          grid-row: 3;
          flex-direction: row;
          justify-content: space-around;
          padding: var(--pc-1) var(--pc-2) max(var(--pc-1), env(safe-area-inset-bottom));
          border-inline-end: 0;
          border-block-start: 1px solid var(--pc-line);
        }

        nav img,
        .spacer {
          display: none;
        }

        .doorway > .card {
          padding: var(--pc-5);
        }

        .count {
          inset-inline-end: calc(50% - 22px);
        }

        .house.in-thread nav {
          display: none;
        }
      }
    `,
  ];

  readonly #api = createApi();
  readonly #router = createRouter();
  readonly #account = new StoreController(this, () => this.#api.account);
  readonly #route = new StoreController(this, () => this.#router);
  readonly #language = new StoreController(this, () => language);
  readonly #theme = new StoreController(this, () => theme);
  readonly #session = new StoreController(this, () => this.session?.state);
  @state() private session: Session | null = null;
  #attention: Attention | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.lang = language.value;
    // Whoever comes with a set-up link has no session to ask for.
    void this.#api.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  override willUpdate(): void {
    const account = this.#account.value!;
    if (account.status === 'signed-in' && !this.session) this.#enter(account.agent.id);
    if (account.status === 'signed-out' && this.session) this.#leave();
    this.setAttribute('theme', this.#theme.value ?? 'auto');
    this.#attention?.show(t('appName'));
  }

  override render() {
    void this.#language.value;
    const account = this.#account.value!;
    const route = this.#route.value!;
    if (route.page === 'setup' && account.status !== 'signed-in') {
      return this.#doorway(html`<consult-admin-setup .api=${this.#api} .token=${route.query.get('token') ?? ''}></consult-admin-setup>`);
    }
    switch (account.status) {
      case 'starting':
        return this.#doorway(html`<p role="status">${t('starting')}</p>`);
      case 'unreachable':
        return this.#doorway(html`
          <h1 class="page-title">${t('unreachableTitle')}</h1>
          <p class="lead">${t('unreachableText')}</p>
          <button class="button primary" @click=${() => this.#api.start()}>${t('retry')}</button>
        `);
      case 'signed-out':
        return this.#doorway(html`<consult-admin-sign-in .api=${this.#api} .notice=${account.because === 'expired' ? t('sessionExpired') : ''}></consult-admin-sign-in>`);
      case 'signed-in':
        return this.session ? this.#house(this.session) : nothing;
    }
  }

  #doorway(content: unknown) {
    return html`
      <div class="doorway">
        <main class="card">
          <p class="brand"><img src="/admin/icon.svg" alt="" />${t('appName')}</p>
          ${content}
        </main>
      </div>
    `;
  }

  #house(session: Session) {
    const state = this.#session.value!;
    const route = this.#route.value!;
    const page = route.page === 'setup' ? 'inbox' : route.page;
    const notice = state.link === 'refused' ? t('linkRefused') : state.link === 'offline' ? t('linkOffline') : '';
    return html`
      <div class="house ${page === 'inbox' && route.id ? 'in-thread' : ''}">
        <a class="button primary skip" href="#content" @click=${this.#skip}>${t('skipToContent')}</a>
        <nav aria-label=${t('navigation')}>
          <img src="/admin/icon.svg" alt=${t('appName')} />
          ${this.#link('inbox', page, inboxIcon, t('inbox'), state.unread)} ${this.#link('history', page, historyIcon, t('history'))} ${this.#link('install', page, installIcon, t('install'))}
          <span class="spacer"></span>
          <consult-admin-account-menu .api=${this.#api} .attention=${this.#attention}></consult-admin-account-menu>
        </nav>
        <div class="notice" role="status" ?hidden=${!notice}>${notice}</div>
        <div class="room" id="content" tabindex="-1">${this.#room(session, page)}</div>
        <consult-admin-call-dock .session=${session}></consult-admin-call-dock>
      </div>
    `;
  }

  #link(page: 'inbox' | 'history' | 'install', current: string, icon: unknown, text: string, count = 0) {
    return html`
      <a href=${formatRoute(page)} aria-current=${page === current ? 'page' : nothing}>
        ${icon}<span>${text}</span>
        ${count ? html`<span class="count"><span aria-hidden="true">${count > 99 ? '99+' : count}</span><span class="hush">${t('unreadCount', { count })}</span></span>` : nothing}
      </a>
    `;
  }

  #room(session: Session, page: 'inbox' | 'history' | 'install') {
    const route = this.#route.value!;
    switch (page) {
      case 'inbox':
        return html`<consult-admin-inbox .session=${session} .api=${this.#api} .current=${route.id}></consult-admin-inbox>`;
      case 'history':
        return html`<consult-admin-history .api=${this.#api} .session=${session} .route=${route}></consult-admin-history>`;
      case 'install':
        return html`<consult-admin-install .api=${this.#api}></consult-admin-install>`;
    }
  }

  #skip(event: Event): void {
    // The fragment is the router's; the jump is made by hand.
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('#content')?.focus();
  }

  #enter(agentId: string): void {
    this.session = createSession({ kind: 'agent', server: location.origin, token: (wish) => this.#api.token(wish), locale: () => language.value, outbox: createStoredOutbox(`agent:${agentId}`) });
    this.session.connect();
    this.#attention = createAttention(this.session);
    if (this.#router.value.page === 'setup') go(formatRoute('install'), { replace: true });
  }

  #leave(): void {
    this.#attention?.dispose();
    this.#attention = null;
    this.session?.dispose();
    this.session = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-app': AdminApp;
  }
}
