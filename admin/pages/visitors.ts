import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Page, SitesPage } from '../../protocol/http.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import type { Choice } from '../forms/select-field.ts';
import { verifiedIcon, visitorsIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, language, t, when } from '../texts/texts.ts';
import '../forms/select-field.ts';
import './visitor-page.ts';

/** Who has written or called: found by name, e-mail or the customer's own id; one of them with its whole story. */
@customElement('consult-admin-visitors')
export class Visitors extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      consult-admin-visitor-page {
        block-size: 100%;
      }

      .controls {
        grid-template-columns: minmax(180px, 2fr) minmax(140px, 1fr) minmax(140px, 1fr) auto;
        align-items: center;
        gap: var(--pc-3);
        padding: var(--pc-3) var(--pc-4);
      }

      .online {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: var(--pc-target);
        font-size: var(--pc-text-s);
        white-space: nowrap;
      }

      .online input {
        inline-size: 18px;
        block-size: 18px;
        accent-color: var(--pc-accent);
      }

      .list.panel {
        gap: 0;
        padding: 0;
        overflow: clip;
      }

      li + li {
        border-block-start: 1px solid var(--pc-line);
      }

      li a {
        display: grid;
        grid-template-columns: 40px minmax(0, 1.4fr) minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--pc-1) var(--pc-3);
        padding: var(--pc-3) var(--pc-5);
        color: inherit;
        text-decoration: none;
      }

      li a:hover {
        background: var(--pc-surface-2);
      }

      li a:focus-visible {
        outline-offset: -2px;
      }

      .face {
        position: relative;
      }

      .dot {
        position: absolute;
        inset-block-end: 0;
        inset-inline-end: 0;
        inline-size: 12px;
        block-size: 12px;
        border: 2px solid var(--pc-surface);
        border-radius: 50%;
        background: var(--pc-good);
      }

      .name {
        display: flex;
        align-items: center;
        gap: 6px;
        min-inline-size: 0;
        font-weight: 600;
      }

      .name svg {
        flex: none;
        inline-size: 16px;
        block-size: 16px;
        color: var(--pc-accent);
      }

      .cut {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .quiet {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .more {
        display: grid;
        justify-items: center;
        padding: var(--pc-3);
        border-block-start: 1px solid var(--pc-line);
      }

      @media (max-width: 900px) {
        .controls {
          grid-template-columns: minmax(0, 1fr);
        }

        li a {
          grid-template-columns: 40px minmax(0, 1fr) auto;
          padding-inline: var(--pc-4);
        }

        .where {
          grid-column: 2 / -1;
          grid-row: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) route!: Route;
  @state() private visitors: Visitor[] | null = null;
  @state() private next: string | null = null;
  @state() private failure = '';
  @state() private sites: readonly Choice[] = [];
  @query('input[type="search"]') private field!: HTMLInputElement | null;
  #loaded: string | null = null;
  #round = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void) | null = null;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadSites();
    this.#leave = this.session.wire.on('visitor.updated', ({ visitorId, online, page }) => {
      this.visitors = this.visitors?.map((visitor) => (visitor.id === visitorId ? { ...visitor, online, page: page ?? visitor.page } : visitor)) ?? null;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
    this.#leave?.();
  }

  override willUpdate(): void {
    if (this.route.id) {
      // A search that was still being typed must not lead back from the visitor who was chosen.
      clearTimeout(this.#pause);
      return;
    }
    const wanted = this.#filters().toString();
    if (this.#loaded === wanted) return;
    this.#loaded = wanted;
    this.visitors = null;
    void this.#load();
  }

  override render() {
    void this.#language.value;
    if (this.route.id) return html`<consult-admin-visitor-page .api=${this.api} .session=${this.session} .visitorId=${this.route.id}></consult-admin-visitor-page>`;
    const { query: asked } = this.route;
    return html`
      <div class="page">
        <div class="stack">
          <header class="head"><div><h1 class="page-title">${t('visitors')}</h1><p class="lead">${t('visitorsLead')}</p></div></header>
          <div class="panel controls" role="search">
            <label><span class="hush">${t('searchVisitors')}</span><input class="input" type="search" placeholder=${t('searchVisitors')} .value=${asked.get('text') ?? ''} @input=${this.#written} /></label>
            <consult-admin-select-field hide-label label=${t('filterSite')} .value=${asked.get('site') ?? ''} .choices=${[{ value: '', label: t('allSites') }, ...this.sites]} @change=${(event: Event) => this.#go({ site: (event.target as HTMLInputElement).value })}></consult-admin-select-field>
            <consult-admin-select-field hide-label label=${t('identity')} .value=${asked.get('verified') ?? ''} .choices=${[{ value: '', label: t('anyIdentity') }, { value: 'true', label: t('onlyVerified') }, { value: 'false', label: t('onlyUnverified') }]} @change=${(event: Event) => this.#go({ verified: (event.target as HTMLInputElement).value })}></consult-admin-select-field>
            <label class="online"><input type="checkbox" .checked=${asked.get('online') === 'true'} @change=${(event: Event) => this.#go({ online: (event.target as HTMLInputElement).checked ? 'true' : '' })} />${t('onlyOnline')}</label>
          </div>
          ${this.failure ? failedCard(this.failure, () => void this.#load()) : this.visitors ? this.#list(this.visitors) : loadingCard(6)}
        </div>
      </div>
    `;
  }

  #list(visitors: readonly Visitor[]) {
    if (!visitors.length) {
      const filtered = this.#filters().size > 0;
      return html`<div class="panel">${emptyState(visitorsIcon, t(filtered ? 'visitorsNone' : 'visitorsEmptyTitle'), t(filtered ? 'visitorsNoneText' : 'visitorsEmptyText'))}</div>`;
    }
    return html`
      <div class="panel list">
        <ul>${repeat(visitors, ({ id }) => id, (visitor) => this.#row(visitor))}</ul>
        ${this.next ? html`<div class="more"><button class="button" type="button" @click=${() => this.#load(this.next)}>${t('loadMore')}</button></div>` : nothing}
      </div>
    `;
  }

  #row({ id, name, email, verified, online, page, lastSeenAt }: Visitor) {
    return html`
      <li><a href=${formatRoute('visitors', id)}>
        <span class="face">${avatar(id, name)}${online ? html`<span class="dot"></span>` : nothing}</span>
        <span class="who">
          <span class="name"><span class="cut">${name}</span>${verified ? html`${verifiedIcon}<span class="hush">${t('verified')}</span>` : nothing}</span>
          ${email ? html`<span class="quiet cut" role="presentation">${email}</span>` : nothing}
        </span>
        <span class="where quiet cut">${page ? page.title || page.url : nothing}</span>
        <span class="quiet">${online ? t('onlineNow') : html`<time datetime=${lastSeenAt}>${when(lastSeenAt)}</time>`}</span>
      </a></li>
    `;
  }

  #written(): void {
    clearTimeout(this.#pause);
    // Not at every key: the address, and with it the list, follows a pause.
    this.#pause = setTimeout(() => this.#go({ text: this.field?.value.trim() ?? '' }, true), 250);
  }

  #go(changes: Record<string, string>, replace = false): void {
    const wanted = { ...Object.fromEntries(this.route.query), ...changes };
    go(formatRoute('visitors', null, Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''))), { replace });
  }

  #filters(): URLSearchParams {
    const { query: asked } = this.route;
    return new URLSearchParams(['text', 'site', 'verified', 'online'].flatMap((name) => (asked.get(name) ? [[name, asked.get(name)!]] : [])));
  }

  async #load(cursor: string | null = null): Promise<void> {
    const round = ++this.#round;
    const wanted = this.#filters();
    wanted.set('limit', '40');
    if (cursor) wanted.set('cursor', cursor);
    try {
      const page = await this.api.get<Page<Visitor>>(`/v1/visitors?${wanted}`);
      // A slow answer to an older question must not overwrite a newer one.
      if (round !== this.#round) return;
      this.visitors = cursor ? [...(this.visitors ?? []), ...page.items] : page.items;
      this.next = page.next;
      this.failure = '';
    } catch (error) {
      if (round === this.#round) this.failure = failureText(error);
    }
  }

  async #loadSites(): Promise<void> {
    try {
      this.sites = (await this.api.get<SitesPage>('/v1/sites?limit=100')).items.map(({ id, name }) => ({ value: id, label: name }));
    } catch {
      // Without them the list is that of all sites.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-visitors': Visitors;
  }
}
