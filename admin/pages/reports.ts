import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Page, SitesPage } from '../../protocol/http.ts';
import type { Agent } from '../../protocol/shapes.ts';
import type { Figures, Report } from '../../protocol/work.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { download } from '../download.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { failedCard, loadingCard } from '../forms/page-states.ts';
import type { Choice } from '../forms/select-field.ts';
import { reportsIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { duration, failureText, language, t } from '../texts/texts.ts';
import { reportStyles } from './reports.styles.ts';
import { before, lastDays, lengthOf, momentsOf, type DayRange } from './report-range.ts';
import type { Point } from './report-charts.ts';
import '../forms/select-field.ts';
import './report-charts.ts';
import './report-heat.ts';

const RANGES = [7, 30, 90] as const;
/** What the server takes at most. */
const MOST_DAYS = 400;

/** How much there was to do and how it went, as charts and tables, with files for a spreadsheet. */
@customElement('consult-admin-reports')
export class Reports extends LitElement {
  static override styles = [base, panel, pageStyles, reportStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) route!: Route;
  @state() private report: Report | null = null;
  /** The stretch before, to compare with. */
  @state() private previous: Figures | null = null;
  @state() private failure = '';
  @state() private fileFailure = '';
  @state() private sites: readonly Choice[] = [];
  @state() private agents: readonly Choice[] = [];
  #loaded = '';
  #round = 0;
  readonly #language = new StoreController(this, () => language);

  get #range(): DayRange {
    const { query } = this.route;
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
    const days = lengthOf({ from, to });
    return days >= 1 && days <= MOST_DAYS ? { from, to } : lastDays(30);
  }

  get #filters(): Record<string, string> {
    const { query } = this.route;
    return Object.fromEntries(['site', 'agent'].flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadChoices();
  }

  override willUpdate(): void {
    const wanted = JSON.stringify([this.#range, this.#filters]);
    if (this.#loaded === wanted) return;
    this.#loaded = wanted;
    void this.#load();
  }

  override render() {
    void this.#language.value;
    return html`
      <div class="page">
        <div class="stack">
          <header class="head">
            <div><h1 class="page-title">${t('reports')}</h1><p class="lead">${t('reportsLead')}</p></div>
          </header>
          ${this.#controls()}
          <div role="alert">${this.fileFailure ? html`<p class="problem">${this.fileFailure}</p>` : nothing}</div>
          ${this.failure ? failedCard(this.failure, () => void this.#load()) : this.report ? this.#content(this.report) : html`${loadingCard(2)}${loadingCard(5)}`}
        </div>
      </div>
    `;
  }

  #controls() {
    const range = this.#range;
    const { site = '', agent = '' } = this.#filters;
    const current = RANGES.find((days) => JSON.stringify(lastDays(days)) === JSON.stringify(range));
    return html`
      <div class="panel controls">
        <div class="segments" role="group" aria-label=${t('reportRange')}>
          ${RANGES.map((days) => html`<button type="button" aria-pressed=${days === current} @click=${() => this.#go({ ...lastDays(days) })}>${t('lastDays', { days })}</button>`)}
        </div>
        <div class="dates">
          <label><span class="hush">${t('fromDay')}</span><input class="input" type="date" .value=${range.from} max=${range.to} @change=${(event: Event) => this.#pick('from', event)} /></label>
          <span aria-hidden="true">–</span>
          <label><span class="hush">${t('toDay')}</span><input class="input" type="date" .value=${range.to} min=${range.from} @change=${(event: Event) => this.#pick('to', event)} /></label>
        </div>
        <consult-admin-select-field hide-label label=${t('filterSite')} .value=${site} .choices=${[{ value: '', label: t('allSites') }, ...this.sites]} @change=${(event: Event) => this.#go({ site: (event.target as HTMLInputElement).value })}></consult-admin-select-field>
        <consult-admin-select-field hide-label label=${t('columnAgent')} .value=${agent} .choices=${[{ value: '', label: t('allAgents') }, ...this.agents]} @change=${(event: Event) => this.#go({ agent: (event.target as HTMLInputElement).value })}></consult-admin-select-field>
      </div>
    `;
  }

  #content(report: Report) {
    const { total } = report;
    if (!total.conversations && !total.calls && !total.messagesIn && !total.messagesOut && !total.ratings) {
      return html`<div class="panel"><div class="empty">${reportsIcon}<h2>${t('reportEmptyTitle')}</h2><p>${t('reportEmptyText')}</p></div></div>`;
    }
    const days = (values: (figures: Figures) => (number | null)[]): Point[] => report.days.map((row) => ({ label: this.#day(row.day), values: values(row) }));
    return html`
      <div class="tiles">
        ${this.#tile('figureConversations', total.conversations, 'conversations', String)}
        ${this.#tile('figureFirstAnswer', total.firstAnswerMedianMs, 'firstAnswerMedianMs', duration, true)}
        ${this.#tile('figureResolution', total.resolutionMedianMs, 'resolutionMedianMs', duration, true)}
        ${this.#tile('figureMissed', total.callsMissed, 'callsMissed', String, true)}
        ${this.#tile('figureRating', total.ratingAverage, 'ratingAverage', (value) => this.#number(value, 1))}
      </div>
      ${this.#chart('chartConversations', [{ name: t('figureConversations'), tone: 1 }], days((row) => [row.conversations]), (value) => this.#number(value))}
      <div class="pair">
        ${this.#chart('chartCalls', [{ name: t('callsAnswered'), tone: 1 }, { name: t('callsMissed'), tone: 2 }], days((row) => [row.callsAnswered, row.callsMissed]), (value) => this.#number(value))}
        ${this.#chart('chartFirstAnswer', [{ name: t('figureFirstAnswer'), tone: 3 }], days((row) => [row.firstAnswerMedianMs]), duration, 4000)}
      </div>
      <div class="pair">
        ${this.#chart('chartMessages', [{ name: t('messagesIn'), tone: 1 }, { name: t('messagesOut'), tone: 3 }], days((row) => [row.messagesIn, row.messagesOut]), (value) => this.#number(value))}
        ${this.#ratings(total)}
      </div>
      <section class="panel" aria-labelledby="heat"><header><h2 id="heat">${t('chartHeat')}</h2><p class="lead">${t('chartHeatLead')}</p></header>
        <consult-admin-heat-map .heat=${report.heat} .label=${t('chartHeat')}></consult-admin-heat-map></section>
      ${this.#table('agents', 'byAgent', report.agents.map(({ agent, ...figures }) => ({ ...agent, figures })))}
      ${this.#table('sites', 'bySite', report.sites.map(({ site, ...figures }) => ({ ...site, figures })))}
      <div class="row end"><button class="button" type="button" @click=${() => this.#file('days')}>${t('csvDays')}</button></div>
    `;
  }

  #tile(label: 'figureConversations' | 'figureFirstAnswer' | 'figureResolution' | 'figureMissed' | 'figureRating', value: number | null, field: keyof Figures, format: (value: number) => string, lessIsBetter = false) {
    const earlier = this.previous?.[field];
    const change = value !== null && typeof earlier === 'number' && earlier > 0 ? Math.round(((value - earlier) / earlier) * 100) : null;
    const good = change !== null && change !== 0 && (change < 0) === lessIsBetter;
    return html`
      <section class="tile panel">
        <h2>${t(label)}</h2>
        <p class="figure">${value === null ? '–' : format(value)}</p>
        <p class="change ${change ? (field === 'conversations' ? '' : good ? 'good' : 'bad') : ''}">${change === null ? t('noComparison') : t('comparedBefore', { change: `${change > 0 ? '+' : ''}${change}` })}</p>
      </section>
    `;
  }

  #chart(label: 'chartConversations' | 'chartCalls' | 'chartFirstAnswer' | 'chartMessages', series: { name: string; tone: 1 | 2 | 3 }[], points: Point[], format: (value: number) => string, least = 4) {
    return html`<section class="panel" aria-label=${t(label)}><h2>${t(label)}</h2><consult-admin-column-chart .label=${t(label)} .series=${series} .points=${points} .format=${format} .least=${least}></consult-admin-column-chart></section>`;
  }

  #ratings({ ratingCounts, ratings }: Figures) {
    return html`
      <section class="panel" aria-label=${t('chartRatings')}>
        <h2>${t('chartRatings')}</h2>
        ${ratings === 0 ? html`<p class="quiet-text">${t('noRatings')}</p>` : html`
          <ul class="bars">
            ${[5, 4, 3, 2, 1].map((score) => {
              const count = ratingCounts[score - 1] ?? 0;
              return html`<li><span>${t('ratingScore', { score })}</span><meter min="0" max=${ratings} value=${count} aria-label=${t('ratingScore', { score })}></meter><span class="count">${count}</span></li>`;
            })}
          </ul>
        `}
      </section>
    `;
  }

  #table(name: 'agents' | 'sites', label: 'byAgent' | 'bySite', rows: { id: string; name: string; figures: Figures }[]) {
    if (!rows.length) return nothing;
    return html`
      <section class="panel" aria-labelledby=${name}>
        <header class="head"><h2 id=${name}>${t(label)}</h2><button class="button small" type="button" @click=${() => this.#file(name)}>${t('csv')}</button></header>
        <div class="scroll" tabindex="0" role="group" aria-label=${t(label)}>
          <table>
            <thead><tr>
              <th scope="col">${t(name === 'agents' ? 'columnAgent' : 'site')}</th><th scope="col">${t('figureConversations')}</th><th scope="col">${t('messagesOut')}</th><th scope="col">${t('figureFirstAnswer')}</th>
              <th scope="col">${t('figureResolution')}</th><th scope="col">${t('callsAnswered')}</th><th scope="col">${t('callsMissed')}</th><th scope="col">${t('figureRating')}</th>
            </tr></thead>
            <tbody>
              ${rows.map(({ name: who, figures }) => html`<tr>
                <th scope="row">${who}</th><td>${this.#number(figures.conversations)}</td><td>${this.#number(figures.messagesOut)}</td><td>${this.#time(figures.firstAnswerMedianMs)}</td>
                <td>${this.#time(figures.resolutionMedianMs)}</td><td>${this.#number(figures.callsAnswered)}</td><td>${this.#number(figures.callsMissed)}</td>
                <td>${figures.ratingAverage === null ? '–' : this.#number(figures.ratingAverage, 1)}</td>
              </tr>`)}
            </tbody>
          </table>
        </div>
      </section>
    `;
  }

  #time(ms: number | null): string {
    return ms === null ? '–' : duration(ms);
  }

  #number(value: number, digits = 0): string {
    return new Intl.NumberFormat(language.value, { minimumFractionDigits: digits, maximumFractionDigits: digits || 1 }).format(value);
  }

  #day(day: string): string {
    return new Intl.DateTimeFormat(language.value, { month: 'numeric', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
  }

  #pick(end: 'from' | 'to', event: Event): void {
    const value = (event.target as HTMLInputElement).value;
    const range = { ...this.#range, [end]: value };
    if (lengthOf(range) >= 1 && lengthOf(range) <= MOST_DAYS) this.#go(range);
  }

  #go(changes: Record<string, string>): void {
    const query = { ...this.#range, ...this.#filters, ...changes };
    go(formatRoute('reports', null, Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))));
  }

  #query(range: DayRange): URLSearchParams {
    return new URLSearchParams({ ...momentsOf(range), ...this.#filters, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  }

  async #file(table: 'days' | 'agents' | 'sites'): Promise<void> {
    const range = this.#range;
    const query = this.#query(range);
    query.set('table', table);
    try {
      await download(this.api, `/v1/reports/csv?${query}`, `peer-consult-${table}-${range.from}-${range.to}.csv`);
      this.fileFailure = '';
    } catch (error) {
      this.fileFailure = failureText(error);
    }
  }

  async #load(): Promise<void> {
    const round = ++this.#round;
    const range = this.#range;
    this.failure = '';
    try {
      const [report, earlier] = await Promise.all([range, before(range)].map((stretch) => this.api.get<Report>(`/v1/reports?${this.#query(stretch)}`)));
      // A slow answer to an older question must not overwrite a newer one.
      if (round !== this.#round) return;
      this.report = report!;
      this.previous = earlier!.total;
    } catch (error) {
      if (round === this.#round) this.failure = failureText(error);
    }
  }

  async #loadChoices(): Promise<void> {
    try {
      const [sites, agents] = await Promise.all([this.api.get<SitesPage>('/v1/sites?limit=100'), this.api.get<Page<Agent>>('/v1/agents?limit=100')]);
      const choices = (items: readonly { id: string; name: string }[]) => items.map(({ id, name }) => ({ value: id, label: name }));
      [this.sites, this.agents] = [choices(sites.items), choices(agents.items)];
    } catch {
      // Without them the report stands for everybody, which it says.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-reports': Reports;
  }
}
