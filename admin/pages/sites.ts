import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { addIcon } from '../forms/form-icons.ts';
import { siteIcon } from '../icons.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { readAll } from '../read-all.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { originEntry } from './origin-entry.ts';
import './site-page.ts';

/** An address of this server itself, under any of its names on this machine: what a new site may be used on from the start. */
const isOwn = (origin: string): boolean => origin === location.origin || /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);

/** The organisation's websites; with an id in the address, one of them. */
@customElement('consult-admin-sites')
export class SitesPage extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      :host {
        block-size: 100%;
      }

      consult-admin-site-page {
        block-size: 100%;
      }

      .sites {
        display: grid;
        gap: var(--pc-3);
      }

      .site {
        display: flex;
        align-items: center;
        gap: var(--pc-4);
        padding: var(--pc-4) var(--pc-5);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: inherit;
        text-decoration: none;
        transition: border-color var(--pc-fast) var(--pc-ease);
      }

      .site:hover {
        border-color: var(--pc-control-line);
      }

      .face {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 48px;
        block-size: 48px;
        overflow: hidden;
        border-radius: 12px;
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
        font-size: var(--pc-text-l);
        font-weight: 700;
      }

      .face img {
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }

      .site.archived .face {
        filter: grayscale(1);
      }

      .first ol {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
        gap: var(--pc-4) var(--pc-5);
        counter-reset: step;
      }

      .first li {
        display: grid;
        grid-template-rows: auto 1fr auto;
        justify-items: start;
        gap: var(--pc-1);
        counter-increment: step;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      .first strong::before {
        content: counter(step) '. ';
      }

      .first .button {
        margin-block-start: var(--pc-2);
      }

      .origins {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
      }

      @media (max-width: 720px) {
        .site {
          padding: var(--pc-4);
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session: Session | null = null;
  @property({ attribute: false }) route!: Route;
  @state() private sites: Site[] | null = null;
  @state() private failure = '';
  @state() private creating = false;
  @state() private busy = false;
  @state() private wrong: { name?: string; origin?: string } = {};
  @state() private refusal = '';
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  readonly #language = new StoreController(this, () => language);

  override firstUpdated(): void {
    void this.#load();
  }

  override render() {
    void this.#language.value;
    if (this.route.id) {
      return html`<consult-admin-site-page .api=${this.api} .siteId=${this.route.id} .route=${this.route} @site=${(event: CustomEvent<Site>) => this.#take(event.detail)}></consult-admin-site-page>`;
    }
    return html`
      <div class="page">
        <div class="stack">
          <header class="head">
            <div><h1 class="page-title">${t('sitesTitle')}</h1><p class="lead">${t('sitesLead')}</p></div>
            <button class="button primary" @click=${() => (this.creating = true)}>${addIcon}${t('addSite')}</button>
          </header>
          ${this.sites ? this.#list(this.sites) : this.failure ? failedCard(this.failure, () => this.#load()) : loadingCard(3)}
        </div>
      </div>
      ${this.creating ? this.#create() : nothing}
    `;
  }

  #list(sites: Site[]) {
    if (sites.length === 0) return html`<div class="panel">${emptyState(siteIcon, t('noSitesTitle'), t('noSitesText'))}</div>`;
    const shown = [...sites.filter(({ archived }) => !archived), ...sites.filter(({ archived }) => archived)];
    return html`${sites.length === 1 && sites[0]!.origins.every(isOwn) ? this.#firstSteps(sites[0]!) : nothing}<ul class="sites" role="list">
      ${shown.map((site) => html`<li><a class="site ${site.archived ? 'archived' : ''}" href=${formatRoute('sites', site.id)}>
        <span class="face" aria-hidden="true">${site.picture === null ? ([...site.name.trim()][0]?.toUpperCase() ?? '?') : html`<img src="/v1/pictures/${encodeURIComponent(site.picture)}" alt="" />`}</span>
        <span class="grow">
          <span class="name">${site.name}</span>
          <span class="quiet-text origins">${site.origins.length > 0 ? site.origins.join(', ') : t('noOrigins')}</span>
        </span>
        ${site.archived ? html`<span class="badge warn">${t('archived')}</span>` : nothing}
      </a></li>`)}
    </ul>`;
  }

  /** Until the tag may stand on a page that is not the server's own. */
  #firstSteps({ id }: Site) {
    return html`
      <section class="panel first" aria-labelledby="first">
        <header><h2 id="first">${t('firstStepsTitle')}</h2></header>
        <ol>
          <li><strong>${t('firstTryTitle')}</strong><span class="quiet-text">${t('firstTryText')}</span><a class="button small" href="/demo" target="_blank" rel="noopener">${t('openDemo')}</a></li>
          <li><strong>${t('firstTagTitle')}</strong><span class="quiet-text">${t('firstTagText')}</span><a class="button small" href=${formatRoute('sites', id, { section: 'install' })}>${t('firstTagGo')}</a></li>
          <li><strong>${t('firstTeamTitle')}</strong><span class="quiet-text">${t('firstTeamText')}</span><a class="button small" href=${formatRoute('team')}>${t('firstTeamGo')}</a></li>
        </ol>
      </section>
    `;
  }

  #create() {
    return html`
      <consult-admin-form-dialog .heading=${t('addSite')} @closed=${() => (this.creating = false)}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <consult-admin-text-field data-first id="name" .label=${t('siteName')} .hint=${t('siteNameHint')} .error=${this.wrong.name ?? ''} maxlength="80" required></consult-admin-text-field>
          <consult-admin-text-field id="origin" .label=${t('siteOrigin')} .hint=${t('siteOriginHint')} type="url" mono placeholder="https://shop.example.com" .error=${this.wrong.origin ?? ''} maxlength="300" optional></consult-admin-text-field>
          <div role="alert">${this.refusal ? html`<p class="problem">${this.refusal}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('createSite')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  async #load(): Promise<void> {
    this.failure = '';
    try {
      this.sites = await readAll<Site>(this.api, '/v1/sites');
    } catch (error) {
      this.failure = failureText(error);
    }
  }

  #take(site: Site): void {
    this.sites = this.sites?.map((each) => (each.id === site.id ? site : each)) ?? null;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const value = (id: string): string => this.renderRoot.querySelector<TextField>(id)!.value.trim();
    const [name, origin] = [value('#name'), value('#origin')];
    const looked = origin ? originEntry(origin) : null;
    this.refusal = '';
    this.wrong = { ...(name ? {} : { name: t('nameMissing') }), ...(looked && 'problem' in looked ? { origin: t(`originProblem_${looked.problem}`) } : {}) };
    const first = this.wrong.name ? '#name' : this.wrong.origin ? '#origin' : null;
    if (first) return this.renderRoot.querySelector<TextField>(first)!.focus();
    this.busy = true;
    try {
      const site = await this.api.send<Site>('POST', '/v1/sites', { name, ...(origin ? { origins: [origin] } : {}) });
      this.sites = [...(this.sites ?? []), site];
      this.dialog.close();
      go(formatRoute('sites', site.id));
    } catch (error) {
      this.refusal = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-sites': SitesPage;
  }
}
