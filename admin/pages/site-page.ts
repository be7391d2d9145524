import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import '../forms/confirm-dialog.ts';
import { backIcon } from '../forms/form-icons.ts';
import { firstWrong } from '../forms/first-wrong.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { LeaveGuard } from '../forms/leave-guard.ts';
import { failedCard, loadingCard } from '../forms/page-states.ts';
import { revealCurrent } from '../forms/reveal-current.ts';
import '../forms/save-bar.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './site-calls.ts';
import { changeOf, conflictsOf, draftOf, problemsOf, tidy, type Problems, type SiteDraft } from './site-draft.ts';
import './site-forms.ts';
import './site-general.ts';
import './site-hours.ts';
import './site-install.ts';
import './site-languages.ts';
import './site-look.ts';
import { sitePageStyles } from './site-page.styles.ts';
import './site-preview.ts';
import './site-retention.ts';
import './site-ringing.ts';
import './site-routing.ts';
import './site-visitors.ts';

/** The sections of a site's page, and which of a draft's problems belong to them. */
const SECTIONS = {
  general: ['name', 'greeting', 'statusText'], look: ['look'], hours: ['hours'], languages: ['languages'], calls: ['calls', 'recording', 'recorder'], ringing: ['queue'], forms: ['preChat', 'offline'],
  visitors: ['files'], routing: ['routing'], retention: ['retention', 'privacyUrl'], install: [],
} as const satisfies Record<string, readonly string[]>;
type Section = keyof typeof SECTIONS;

/** How long it is said that all is saved; then the bar gives the room back. */
const SAID_MS = 6_000;

/**
 * One site: a form in sections, beside it the element as visitors will have it, and a bar to save all of it at once.
 *
 * @fires site `detail`: the site as it is now
 */
@customElement('consult-admin-site-page')
export class SitePage extends LitElement {
  static override styles = [base, panel, pageStyles, sitePageStyles];

  @property({ attribute: false }) api!: Api;
  @property() siteId = '';
  @property({ attribute: false }) route!: Route;
  @state() private site: Site | null = null;
  @state() private draft: SiteDraft | null = null;
  @state() private problems: Problems = new Map();
  @state() private failure = '';
  @state() private missing = false;
  @state() private refusal = '';
  @state() private saving = false;
  @state() private saved = false;
  #originsDirty = false;
  #said: ReturnType<typeof setTimeout> | undefined;
  readonly #language = new StoreController(this, () => language);

  constructor() {
    super();
    this.addController(new LeaveGuard({
      dirty: () => this.#dirty || this.#originsDirty,
      stays: (fragment) => !this.#originsDirty && (fragment === formatRoute('sites', this.siteId) || fragment.startsWith(`${formatRoute('sites', this.siteId)}?`)),
      ask: () => this.#confirm.ask({ title: t('leaveTitle'), text: t('leaveText'), confirm: t('leave'), danger: true }),
    }));
  }

  get #confirm() {
    return this.renderRoot.querySelector('consult-admin-confirm-dialog')!;
  }

  get #section(): Section {
    const wish = this.route.query.get('section') ?? '';
    return Object.hasOwn(SECTIONS, wish) ? (wish as Section) : 'general';
  }

  get #dirty(): boolean {
    return this.site !== null && this.draft !== null && changeOf(draftOf(this.site), tidy(this.draft)) !== null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('siteId')) void this.#load();
  }

  protected override updated(): void {
    // On a phone the sections are a strip that is wider than the screen.
    revealCurrent(this.renderRoot.querySelector('nav'));
  }

  override render() {
    void this.#language.value;
    return html`
      <div class="page">
        <div class="stack">
          <header class="head">
            <div>
              <a class="back" href=${formatRoute('sites')}>${backIcon}${t('sitesTitle')}</a>
              <h1 class="page-title">${this.site?.name ?? t('loading')} ${this.site?.archived ? html`<span class="badge warn">${t('archived')}</span>` : nothing}</h1>
            </div>
            ${this.site ? html`<button class="button small ${this.site.archived ? '' : 'danger-quiet'}" type="button" @click=${this.#archive}>${t(this.site.archived ? 'unarchive' : 'archive')}</button>` : nothing}
          </header>
          ${this.site && this.draft ? this.#content(this.site, this.draft) : this.failure ? failedCard(this.failure, () => this.#load()) : this.missing ? html`<div class="panel"><div class="empty"><h2>${t('siteMissing')}</h2><a class="button" href=${formatRoute('sites')}>${t('sitesTitle')}</a></div></div>` : loadingCard(6)}
        </div>
      </div>
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #content(site: Site, draft: SiteDraft) {
    const section = this.#section;
    const names: Record<Section, string> = {
      general: t('siteGeneral'), look: t('siteLook'), hours: t('siteHours'), languages: t('siteLanguages'), calls: t('siteCallsShort'), forms: t('siteForms'),
      visitors: t('siteVisitors'), ringing: t('siteRinging'), routing: t('siteRouting'), retention: t('siteRetentionShort'), install: t('siteInstallShort'),
    };
    return html`
      <div class="columns ${section === 'install' ? 'no-preview' : ''}">
        <nav aria-label=${t('siteSections')}>
          ${(Object.keys(SECTIONS) as Section[]).map((each) => html`<a href=${formatRoute('sites', site.id, each === 'general' ? {} : { section: each })} aria-current=${each === section ? 'page' : nothing}>${names[each]}${this.#isWrong(each) ? html`<i class="flag"></i><span class="hush">${t('sectionWrong')}</span>` : nothing}</a>`)}
        </nav>
        <div class="form">
          <div class="section">${this.#sectionView(section, site, draft)}</div>
          <consult-admin-save-bar ?dirty=${this.#dirty} ?saving=${this.saving} ?saved=${this.saved} .error=${this.refusal} @save=${this.#save} @discard=${this.#discard}></consult-admin-save-bar>
        </div>
        ${section === 'install' ? nothing : html`<aside aria-label=${t('preview')}><consult-admin-site-preview .site=${site} .draft=${draft}></consult-admin-site-preview></aside>`}
      </div>
    `;
  }

  #sectionView(section: Section, site: Site, draft: SiteDraft) {
    const { problems, api } = this;
    // Sections tell by events that do not bubble: only what stands right here hears them.
    const change = (event: CustomEvent<SiteDraft>): void => this.#change(event.detail);
    const take = (event: CustomEvent<Site>): void => this.#take(event.detail);
    switch (section) {
      case 'general':
        return html`<consult-admin-site-general .draft=${draft} .problems=${problems} .api=${api} .site=${site} @draft=${change} @site=${take}></consult-admin-site-general>`;
      case 'look':
        return html`<consult-admin-site-look .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-look>`;
      case 'hours':
        return html`<consult-admin-site-hours .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-hours>`;
      case 'languages':
        return html`<consult-admin-site-languages .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-languages>`;
      case 'calls':
        return html`<consult-admin-site-calls .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-calls>`;
      case 'ringing':
        return html`<consult-admin-site-ringing .draft=${draft} .problems=${problems} .api=${api} @draft=${change}></consult-admin-site-ringing>`;
      case 'forms':
        return html`<consult-admin-site-forms .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-forms>`;
      case 'visitors':
        return html`<consult-admin-site-visitors .draft=${draft} .problems=${problems} .api=${api} .site=${site} @draft=${change} @site=${take}></consult-admin-site-visitors>`;
      case 'routing':
        return html`<consult-admin-site-routing .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-routing>`;
      case 'retention':
        return html`<consult-admin-site-retention .draft=${draft} .problems=${problems} @draft=${change}></consult-admin-site-retention>`;
      case 'install':
        return html`<consult-admin-site-install .api=${api} .site=${site} .look=${draft.settings.look} @site=${take} @origins-dirty=${(event: CustomEvent<boolean>) => (this.#originsDirty = event.detail)}></consult-admin-site-install>`;
    }
  }

  async #load(): Promise<void> {
    this.failure = '';
    this.missing = false;
    try {
      const site = await this.api.get<Site>(`/v1/sites/${this.siteId}`);
      this.site = site;
      this.draft = draftOf(site);
      this.problems = new Map();
    } catch (error) {
      if (error instanceof WireFailure && error.code === 'not_found') this.missing = true;
      else this.failure = failureText(error);
    }
  }

  #change(draft: SiteDraft): void {
    this.draft = draft;
    this.saved = false;
    this.refusal = '';
    // What was wrong and is right now is said at once; what is being typed is judged when it is saved.
    if (this.problems.size > 0) this.problems = problemsOf(draft);
  }

  /** What was saved beside the form (picture, origins, key): the rest of the form stays as it is. */
  #take(site: Site): void {
    this.site = this.site ? { ...site, name: this.site.name, settings: this.site.settings } : site;
    this.dispatchEvent(new CustomEvent('site', { detail: site }));
  }

  #discard(): void {
    if (this.site) this.draft = draftOf(this.site);
    this.problems = new Map();
    this.refusal = '';
  }

  async #save(): Promise<void> {
    const { site } = this;
    if (!site || !this.draft) return;
    const draft = tidy(this.draft);
    this.problems = problemsOf(draft);
    if (this.problems.size > 0) {
      this.refusal = t('formWrong');
      await this.#showWrong();
      return;
    }
    const before = draftOf(site);
    const change = changeOf(before, draft);
    if (!change) return;
    this.saving = true;
    this.refusal = '';
    try {
      const now = await this.api.get<Site>(`/v1/sites/${site.id}`);
      const conflicts = conflictsOf(before, draftOf(now), change);
      if (conflicts.length > 0 && !(await this.#confirm.ask({ title: t('conflictTitle'), text: t('conflictText', { parts: conflicts.map(partName).join(', ') }), confirm: t('conflictSave'), danger: true }))) return;
      const saved = await this.api.send<Site>('PATCH', `/v1/sites/${site.id}`, change);
      this.site = saved;
      this.draft = draftOf(saved);
      this.saved = true;
      clearTimeout(this.#said);
      this.#said = setTimeout(() => (this.saved = false), SAID_MS);
      this.dispatchEvent(new CustomEvent('site', { detail: saved }));
    } catch (error) {
      this.refusal = failureText(error);
    } finally {
      this.saving = false;
    }
  }

  /** Leads to what is wrong, in another section if there is nothing in this one. */
  async #showWrong(): Promise<void> {
    if (!this.#isWrong(this.#section)) {
      const first = (Object.keys(SECTIONS) as Section[]).find((section) => this.#isWrong(section));
      if (first && this.site) go(formatRoute('sites', this.site.id, first === 'general' ? {} : { section: first }));
      return;
    }
    await this.updateComplete;
    // What shows it is a few elements deeper, and each of them draws in a turn of its own.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    firstWrong(this.renderRoot.querySelector('.section')!)?.focus();
  }

  #isWrong(section: Section): boolean {
    return [...this.problems.keys()].some((field) => SECTIONS[section].some((start) => field === start || field.startsWith(`${start}.`)));
  }

  async #archive(): Promise<void> {
    const { site } = this;
    if (!site) return;
    if (!site.archived && !(await this.#confirm.ask({ title: t('archiveTitle', { name: site.name }), text: t('archiveText'), confirm: t('archive'), danger: true }))) return;
    this.refusal = '';
    try {
      this.#take(await this.api.send<Site>('PATCH', `/v1/sites/${site.id}`, { archived: !site.archived }));
    } catch (error) {
      this.refusal = error instanceof WireFailure && error.code === 'conflict' ? t('archiveLast') : failureText(error);
    }
  }
}

/** A part of the settings in the words of its section. */
function partName(part: string): string {
  const section = (Object.keys(SECTIONS) as Section[]).find((each) => (SECTIONS[each] as readonly string[]).includes(part)) ?? 'visitors';
  return t(({ general: 'siteGeneral', look: 'siteLook', hours: 'siteHours', languages: 'siteLanguages', calls: 'siteCallsShort', ringing: 'siteRinging', forms: 'siteForms', visitors: 'siteVisitors', routing: 'siteRouting', retention: 'siteRetentionShort', install: 'siteInstallShort' } as const)[section]);
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-page': SitePage;
  }
}
