import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { roleMay } from '../protocol/permissions.ts';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import type { Attention } from './attention.ts';
import { crossIcon, moreIcon } from './icons.ts';
import type { Notifications } from './notifications.ts';
import { panelPages, type PanelPage } from './panel-pages.ts';
import { formatRoute, type PageName } from './router.ts';
import { panel } from './styles.ts';
import { language, t } from './texts/texts.ts';
import { waitingLineOf } from './waiting-line.ts';
import './account-menu.ts';

/** As many pages stand in a phone's bar; the others are behind *More*. */
const IN_BAR = 4;

/** The way to the pages that the role has: a rail on a desk, on a phone a bar with the most used and a sheet with all. */
@customElement('consult-admin-navigation')
export class Navigation extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        min-block-size: 0;
      }

      nav {
        box-sizing: border-box;
        display: flex;
        flex-direction: column;
        align-items: stretch;
        gap: 2px;
        inline-size: 84px;
        block-size: 100%;
        padding: var(--pc-3) var(--pc-2);
        overflow: hidden auto;
        scrollbar-width: none;
        background: var(--pc-surface);
        border-inline-end: 1px solid var(--pc-line);
      }

      .mark {
        inline-size: 32px;
        block-size: 32px;
        margin: var(--pc-1) auto var(--pc-3);
      }

      .entry {
        position: relative;
        display: grid;
        justify-items: center;
        gap: 2px;
        padding: 7px 2px 6px;
        border-radius: var(--pc-radius-s);
        color: var(--pc-text-2);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        line-height: 1.35;
        text-align: center;
        text-decoration: none;
        transition:
          background-color var(--pc-fast) var(--pc-ease),
          color var(--pc-fast) var(--pc-ease);
      }

      .entry:hover {
        background: var(--pc-surface-2);
        color: var(--pc-text);
      }

      .entry[aria-current='page'],
      .entry.holds {
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
      }

      .entry:focus-visible {
        outline-offset: -2px;
      }

      .entry svg {
        inline-size: 22px;
        block-size: 22px;
      }

      .count {
        position: absolute;
        inset-block-start: 3px;
        inset-inline-start: calc(50% + 3px);
        min-inline-size: 17px;
        padding: 0 5px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-danger);
        color: var(--pc-on-danger);
        box-shadow: 0 0 0 2px var(--pc-surface);
        font-size: 0.6875rem;
        font-weight: 700;
        line-height: 17px;
        font-variant-numeric: tabular-nums;
      }

      .count.calm {
        background: var(--pc-surface-3);
        color: var(--pc-text);
      }

      .spacer {
        flex: 1;
      }

      .more {
        display: none;
      }

      dialog {
        position: fixed;
        inset: auto 0 0;
        box-sizing: border-box;
        inline-size: 100%;
        max-inline-size: 100%;
        max-block-size: 88dvh;
        margin: 0;
        padding: var(--pc-2) var(--pc-4) max(var(--pc-5), env(safe-area-inset-bottom));
        overflow: auto;
        overscroll-behavior: contain;
        border: 0;
        border-start-start-radius: var(--pc-radius);
        border-start-end-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: var(--pc-shadow);
      }

      dialog::backdrop {
        background: rgb(12 14 24 / 48%);
      }

      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }

      .top h2 {
        font-size: var(--pc-text-l);
      }

      .all {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--pc-2);
        margin-block: var(--pc-2) var(--pc-4);
      }

      .all .entry {
        gap: var(--pc-1);
        padding-block: var(--pc-3);
        background: var(--pc-surface-2);
      }

      .all .entry[aria-current='page'] {
        background: var(--pc-accent-soft);
      }

      .all .count {
        box-shadow: 0 0 0 2px var(--pc-surface-2);
      }

      @media (max-width: 720px) {
        nav {
          flex-direction: row;
          justify-content: space-around;
          inline-size: auto;
          block-size: auto;
          padding: var(--pc-1) var(--pc-1) max(var(--pc-1), env(safe-area-inset-bottom));
          overflow: visible;
          border-inline-end: 0;
          border-block-start: 1px solid var(--pc-line);
        }

        nav > .entry {
          flex: 1 1 0;
          min-inline-size: 0;
        }

        nav > .entry span:not(.count, .hush) {
          max-inline-size: 100%;
          overflow: hidden;
          text-overflow: ellipsis;
          white-space: nowrap;
        }

        .mark,
        .spacer,
        nav > .late,
        nav > consult-admin-account-menu {
          display: none;
        }

        .more {
          display: grid;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) attention: Attention | null = null;
  @property({ attribute: false }) notifications: Notifications | null = null;
  @property() page: PageName = 'inbox';
  @query('dialog') private sheet!: HTMLDialogElement;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #line = new StoreController(this, () => (this.api && this.session ? waitingLineOf(this.api, this.session) : undefined));
  readonly #account = new StoreController(this, () => this.api?.account);

  override render() {
    void this.#language.value;
    const account = this.#account.value;
    if (account?.status !== 'signed-in') return nothing;
    const pages = panelPages.filter(({ may }) => roleMay(account.agent.role, may));
    const late = pages.slice(IN_BAR);
    return html`
      <nav aria-label=${t('navigation')}>
        <img class="mark" src="/admin/icon.svg" alt="" />
        ${pages.map((page, at) => this.#entry(page, at >= IN_BAR ? 'late' : ''))}
        <button class="entry more ${late.some(({ name }) => name === this.page) ? 'holds' : ''}" type="button" aria-haspopup="dialog" @click=${() => this.sheet.showModal()}>${moreIcon}<span>${t('more')}</span></button>
        <span class="spacer"></span>
        <consult-admin-account-menu .api=${this.api} .session=${this.session} .attention=${this.attention} .notifications=${this.notifications}></consult-admin-account-menu>
      </nav>
      <dialog aria-labelledby="all" @click=${this.#away}>
        <div class="top">
          <h2 id="all">${t('moreTitle')}</h2>
          <button class="icon-button" type="button" aria-label=${t('close')} @click=${() => this.sheet.close()}>${crossIcon}</button>
        </div>
        <div class="all">${pages.map((page) => this.#entry(page, ''))}</div>
        <consult-admin-account-menu inline .api=${this.api} .session=${this.session} .attention=${this.attention} .notifications=${this.notifications}></consult-admin-account-menu>
      </dialog>
    `;
  }

  #entry({ name, icon, label }: PanelPage, kind: string) {
    const { count, calm = false } = this.#count(name);
    return html`
      <a class="entry ${kind}" href=${formatRoute(name)} aria-current=${name === this.page ? 'page' : nothing}>
        ${icon}<span>${t(label)}</span>
        ${count
          ? html`<span class="count ${calm ? 'calm' : ''}"><span aria-hidden="true">${count > 99 ? '99+' : count}</span><span class="hush">${t(name !== 'queue' ? 'unreadCount' : calm ? 'followUpCount' : 'waitingCount', { count })}</span></span>`
          : nothing}
      </a>
    `;
  }

  /** What waits behind a page; `calm`: it can wait longer than a caller can. */
  #count(name: PageName): { count: number; calm?: boolean } {
    const { conversations, ringing } = this.#state.value!;
    if (name === 'inbox') return { count: conversations.filter(({ unread }) => unread > 0).length };
    if (name !== 'queue') return { count: 0 };
    const { entries, followUps } = this.#line.value!;
    const calls = new Set([...ringing.map(({ id }) => id), ...entries.flatMap(({ call }) => call?.id ?? [])]).size;
    return calls ? { count: calls } : { count: followUps.length, calm: true };
  }

  /** A tap beside the sheet, or on one of its links, closes it. */
  #away(event: MouseEvent): void {
    const target = event.target as Element;
    if (target === this.sheet || target.closest('a')) this.sheet.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-navigation': Navigation;
  }
}
