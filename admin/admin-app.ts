import { LitElement, css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { tokens } from '../widget/styles/tokens.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import { createSession } from '../widget/engine/session.ts';
import { createStoredOutbox } from '../widget/engine/outbox.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { createApi } from './api.ts';
import { takeNext } from './take-next.ts';
import { createAttention, type Attention } from './attention.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { offlineIcon } from './icons.ts';
import { panelPages } from './panel-pages.ts';
import { createRouter, formatRoute, go } from './router.ts';
import { answerShortcuts, listenForShortcuts } from './shortcuts.ts';
import { panel } from './styles.ts';
import { language, languageComes, t } from './texts/texts.ts';
import { theme } from './theme.ts';
import './call-dock.ts';
import './command-palette.ts';
import './navigation.ts';
import './page-room.ts';
import './pages/invitation.ts';
import './pages/reset.ts';
import './pages/setup.ts';
import './pages/sign-in.ts';
import './shortcut-sheet.ts';
import './toast.ts';

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

      .try {
        margin-block-start: var(--pc-4);
      }

      .house {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        grid-template-rows: auto minmax(0, 1fr);
        block-size: 100%;
      }

      .notice {
        grid-column: 2 / -1;
        padding: var(--pc-2) var(--pc-4);
        background: var(--pc-warn-soft);
        color: var(--pc-text);
        font-size: var(--pc-text-s);
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--pc-2);
      }

      .notice button {
        flex: none;
        min-block-size: 28px;
        padding-inline: var(--pc-2);
        border-radius: var(--pc-radius-s);
        font-weight: 600;
        text-decoration: underline;
        text-underline-offset: 3px;
      }

      consult-admin-navigation {
        grid-row: 1 / -1;
      }

      .room {
        display: grid;
        grid-column: 2;
        grid-row: 2;
        min-inline-size: 0;
        min-block-size: 0;
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

        consult-admin-navigation {
          grid-row: 3;
        }

        .doorway > .card {
          padding: var(--pc-5);
        }

        .house.in-thread consult-admin-navigation {
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
  @query('consult-admin-command-palette') private palette!: HTMLElementTagNameMap['consult-admin-command-palette'] | null;
  @query('consult-admin-shortcut-sheet') private sheet!: HTMLElementTagNameMap['consult-admin-shortcut-sheet'] | null;
  #attention: Attention | null = null;
  #notifications: Notifications | null = null;
  #silence: (() => void) | null = null;

  constructor() {
    super();
    answerShortcuts(this, {
      palette: () => this.palette?.show(),
      help: () => this.sheet?.show(),
      goInbox: () => go(formatRoute('inbox')),
      goQueue: () => go(formatRoute('queue')),
      goHistory: () => go(formatRoute('history')),
      takeNext: () => (this.session ? void takeNext(this.#api, this.session, true) : false),
    });
  }

  /** The browser has a network again: what could not be reached before may be there now. */
  readonly #online = (): void => {
    if (this.#api.account.value.status === 'unreachable') void this.#api.start();
    else this.session?.reconnect();
  };

  /** The first words that it says are to be in the right language already. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    return this.hasUpdated || languageComes === null ? super.scheduleUpdate() : languageComes.then(() => super.scheduleUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('online', this.#online);
    document.documentElement.lang = language.value;
    this.#silence = listenForShortcuts();
    // Whoever comes with a set-up link has no session to ask for.
    void this.#api.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.#online);
    this.#silence?.();
    this.#leave();
  }

  override willUpdate(): void {
    const account = this.#account.value!;
    if (account.status === 'signed-in' && !this.session) this.#enter(account.agent.id);
    if (account.status === 'signed-out' && this.session) this.#leave();
    this.setAttribute('theme', this.#theme.value ?? 'auto');
    this.#attention?.show(t('appName'));
    // The installed panel keeps the name of the language in which it was installed.
    document.querySelector('link[rel="manifest"]')?.setAttribute('href', this.#language.value === 'en' ? '/admin/manifest.webmanifest' : `/admin/manifest.${this.#language.value}.webmanifest`);
  }

  override render() {
    void this.#language.value;
    const account = this.#account.value!;
    const route = this.#route.value!;
    if (route.page === 'verify') {
      void import('./pages/verify.ts');
      return this.#doorway(html`<consult-admin-verify></consult-admin-verify>`);
    }
    if (account.status !== 'signed-in') {
      // Whoever comes with a link of theirs is not asked for a password first.
      switch (route.page) {
        case 'setup':
          return this.#doorway(html`<consult-admin-setup .api=${this.#api} .token=${route.query.get('token') ?? ''}></consult-admin-setup>`);
        case 'invitation':
          return this.#doorway(html`<consult-admin-invitation .api=${this.#api} .route=${route}></consult-admin-invitation>`);
        case 'reset':
          return this.#doorway(html`<consult-admin-reset .api=${this.#api} .route=${route}></consult-admin-reset>`);
        default:
      }
    }
    switch (account.status) {
      case 'starting':
        return this.#doorway(html`<p role="status">${t('starting')}</p>`);
      case 'unreachable':
        return this.#doorway(html`
          <h1 class="page-title">${t(navigator.onLine ? 'unreachableTitle' : 'offlineTitle')}</h1>
          <p class="lead">${t(navigator.onLine ? 'unreachableText' : 'offlineText')}</p>
          <button class="button primary try" type="button" @click=${() => this.#api.start()}>${t('retry')}</button>
        `);
      case 'signed-out':
        return this.#doorway(html`<consult-admin-sign-in .api=${this.#api} .route=${route} .notice=${account.because === 'expired' ? t('sessionExpired') : ''}></consult-admin-sign-in>`);
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
    const page = panelPages.find(({ name }) => name === route.page)?.name ?? 'inbox';
    const notice = state.link === 'refused' ? t('linkRefused') : state.link === 'offline' ? t('linkOffline') : '';
    const offline = state.link === 'offline';
    return html`
      <div class="house ${page === 'inbox' && route.id ? 'in-thread' : ''}">
        <a class="button primary skip" href="#content" @click=${this.#skip}>${t('skipToContent')}</a>
        <consult-admin-navigation .api=${this.#api} .session=${session} .attention=${this.#attention} .notifications=${this.#notifications} .page=${page}></consult-admin-navigation>
        <div class="notice" role="status" ?hidden=${!notice}>${offline ? offlineIcon : nothing}<span>${notice}</span>${offline ? html`<button type="button" @click=${() => session.reconnect()}>${t('tryNow')}</button>` : nothing}</div>
        <main class="room" id="content" tabindex="-1"><consult-admin-page-room .api=${this.#api} .session=${session} .route=${route}></consult-admin-page-room></main>
        <consult-admin-call-dock .session=${session} .quiet=${page === 'queue'}></consult-admin-call-dock>
      </div>
      <consult-admin-command-palette .api=${this.#api} .session=${session}></consult-admin-command-palette>
      <consult-admin-shortcut-sheet></consult-admin-shortcut-sheet>
      <consult-admin-toast></consult-admin-toast>
    `;
  }

  #skip(event: Event): void {
    // The fragment is the router's; the jump is made by hand.
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('#content')?.focus();
  }

  #enter(agentId: string): void {
    this.session = createSession({ kind: 'agent', server: location.origin, token: (wish) => this.#api.token(wish), locale: () => language.value, outbox: createStoredOutbox(`agent:${agentId}`) });
    this.session.connect();
    this.session.state.subscribe(({ refusal }) => void (refusal === 'signed_out' && this.#askAgain()));
    this.#attention = createAttention(this.session);
    this.#notifications = createNotifications(this.#api, this.session);
    const { page } = this.#router.value;
    if (page === 'setup') go(formatRoute('sites'), { replace: true });
    // A used link is no place to come back to.
    if (page === 'invitation' || page === 'reset' || page === 'sign-in') go(formatRoute('inbox'), { replace: true });
  }

  /** The server ended this session: whoever may still come in does, and everybody else sees the sign-in instead of a dead house. */
  async #askAgain(): Promise<void> {
    const left = this.session;
    await this.#api.token({ fresh: true }).then(() => left === this.session && left?.connect(), () => undefined);
  }

  #leave(): void {
    this.#attention?.dispose();
    this.#attention = null;
    this.#notifications?.dispose();
    this.#notifications = null;
    this.session?.dispose();
    this.session = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-app': AdminApp;
  }
}
