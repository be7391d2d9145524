import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { roleMay } from '../protocol/permissions.ts';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { lockIcon, offlineIcon } from './icons.ts';
import { panelPages, type PanelPage } from './panel-pages.ts';
import { formatRoute, type Route } from './router.ts';
import { panel } from './styles.ts';
import { language, t } from './texts/texts.ts';

/** Where the page of the address stands: it brings the page's code, and says so calmly when it may not or cannot. */
@customElement('consult-admin-page-room')
export class PageRoom extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      /* A page is as high as the room and scrolls in itself; a longer one would lie over a phone's navigation. */
      :host {
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        min-inline-size: 0;
        min-block-size: 0;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--pc-2);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) route!: Route;
  /** The pages that there are; tests bring their own. */
  @property({ attribute: false }) pages: readonly PanelPage[] = panelPages;
  @state() private ready: ReadonlySet<string> = new Set();
  @state() private failed: string | null = null;
  #asked = new Set<string>();
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);

  override willUpdate(): void {
    const page = this.#page;
    if (page && this.#allowed(page) && !this.#asked.has(page.name)) void this.#bring(page);
  }

  override render() {
    void this.#language.value;
    const page = this.#page;
    if (!page) return html``;
    if (!this.#allowed(page)) {
      return html`<div class="empty">${lockIcon}<h2>${t('notForYouTitle')}</h2><p>${t('notForYouText')}</p><a class="button" href=${formatRoute('inbox')}>${t('toInbox')}</a></div>`;
    }
    if (this.ready.has(page.name)) return page.view({ api: this.api, session: this.session, route: this.route });
    if (this.failed === page.name) {
      return html`
        <div class="empty" role="alert">
          ${offlineIcon}
          <h2>${t('chunkFailedTitle')}</h2>
          <p>${t('chunkFailedText')}</p>
          <div class="row">
            <button class="button primary" type="button" @click=${() => this.#bring(page)}>${t('retry')}</button>
            <button class="button" type="button" @click=${() => location.reload()}>${t('reloadPanel')}</button>
          </div>
        </div>
      `;
    }
    return html`<p class="empty" role="status" aria-busy="true">${t('loading')}</p>`;
  }

  get #page(): PanelPage | undefined {
    return this.pages.find(({ name }) => name === this.route.page) ?? this.pages[0];
  }

  #allowed(page: PanelPage): boolean {
    const account = this.#account.value;
    return account?.status === 'signed-in' && roleMay(account.agent.role, page.may);
  }

  async #bring(page: PanelPage): Promise<void> {
    this.#asked.add(page.name);
    this.failed = null;
    try {
      await page.load();
      this.ready = new Set([...this.ready, page.name]);
    } catch {
      // Offline, or a newer version of the panel was deployed under other names; the page says what helps.
      this.failed = page.name;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-page-room': PageRoom;
  }
}
