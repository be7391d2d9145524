import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallsPage, Page, SitesPage } from '../../protocol/http.ts';
import type { Agent, Call, Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import type { Choice } from '../forms/select-field.ts';
import { crossIcon, filterIcon, historyIcon, lockIcon, playIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import { outcomeText } from './call-outcome.ts';
import { historyStyles } from './history.styles.ts';
import { momentsOf } from './report-range.ts';
import '../forms/select-field.ts';
import './call-quality.ts';
import './follow-up-line.ts';
import './recording-player.ts';

/** What the calls can be narrowed by; each is a word of the address, so that a link tells what somebody saw. */
const FILTERS = ['visitor', 'agent', 'site', 'mode', 'outcome', 'recorded', 'followUp', 'from', 'to', 'text', 'sort'] as const;

/** All calls, newest first, with their recordings played in place. */
@customElement('consult-admin-history')
export class History extends LitElement {
  static override styles = [base, panel, historyStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) route!: Route;
  @property({ attribute: false }) session!: Session;
  @state() private calls: Call[] | null = null;
  @state() private next: string | null = null;
  @state() private visitors: readonly Choice[] = [];
  @state() private agents: readonly Choice[] = [];
  @state() private sites: readonly Choice[] = [];
  @query('input[type="search"]') private field!: HTMLInputElement | null;
  @state() private failure = '';
  @state() private playing: string | null = null;
  /** On a phone the list comes first: the filters stand behind a button. */
  @state() private unfolded = false;
  #loaded = '';
  #round = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void)[] = [];
  readonly #language = new StoreController(this, () => language);

  get #filters(): Record<string, string> {
    const { query: asked } = this.route;
    return Object.fromEntries(FILTERS.flatMap((name) => (asked.get(name) ? [[name, asked.get(name)!]] : [])));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadChoices();
    // What ends or is ready while the page is open appears by itself.
    const again = () => void this.#load();
    const { wire } = this.session;
    this.#leave = [wire.on('recording.updated', again), wire.on('call.updated', ({ call }) => {
      this.#put(call);
      again();
    }), wire.onHello(again)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
    for (const leave of this.#leave) leave();
  }

  override willUpdate(): void {
    const wanted = JSON.stringify(this.#filters);
    if (this.#loaded !== wanted) {
      this.#loaded = wanted;
      this.calls = null;
      this.playing = null;
      void this.#load();
    }
  }

  override render() {
    void this.#language.value;
    return html`
      <div class="column">
        <header>
          <div>
            <h1 class="page-title">${t('historyTitle')}</h1>
            <p class="lead">${t('historyLead')}</p>
          </div>
        </header>
        ${this.#controls()}
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure} <button class="button" @click=${() => this.#load()}>${t('retry')}</button></p>` : nothing}</div>
        <div class="card table">${this.#content()}</div>
      </div>
    `;
  }

  #controls() {
    const filters = this.#filters;
    const narrowed = Object.keys(filters).filter((name) => name !== 'text').length;
    const choose = (name: (typeof FILTERS)[number], label: string, any: string, choices: readonly Choice[]) => html`
      <consult-admin-select-field hide-label label=${label} .value=${filters[name] ?? ''} .choices=${[{ value: '', label: any }, ...choices]} @change=${(event: Event) => this.#go({ [name]: (event.target as HTMLInputElement).value })}></consult-admin-select-field>
    `;
    const day = (name: 'from' | 'to', label: string) => html`<label><span class="hush">${label}</span><input class="input" type="date" .value=${filters[name] ?? ''} @change=${(event: Event) => this.#go({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
    return html`
      <div class="card filters ${this.unfolded ? 'unfolded' : ''}" role="search">
        <label class="wide"><span class="hush">${t('searchHistory')}</span><input class="input" type="search" placeholder=${t('searchHistory')} .value=${filters.text ?? ''} @input=${this.#written} /></label>
        <button class="button fold" type="button" aria-expanded=${this.unfolded} @click=${() => (this.unfolded = !this.unfolded)}>${filterIcon}${t('filters')}${narrowed ? html`<span class="badge"><span class="hush">, </span>${narrowed}</span>` : nothing}</button>
        ${choose('visitor', t('filterVisitor'), t('allVisitors'), this.visitors)} ${choose('agent', t('columnAgent'), t('allAgents'), this.agents)} ${choose('site', t('filterSite'), t('allSites'), this.sites)}
        ${choose('mode', t('filterMode'), t('anyMode'), [{ value: 'audio', label: t('modeAudio') }, { value: 'video', label: t('modeVideo') }])}
        ${choose('outcome', t('filterOutcome'), t('anyOutcome'), [{ value: 'answered', label: t('outcomeAnswered') }, { value: 'missed', label: t('outcomeMissed') }])}
        ${choose('recorded', t('filterRecorded'), t('anyRecorded'), [{ value: 'true', label: t('onlyRecorded') }, { value: 'false', label: t('notRecorded') }])}
        ${choose('followUp', t('filterFollowUp'), t('anyFollowUp'), [{ value: 'open', label: t('followUpOpen') }, { value: 'done', label: t('followUpSeenTo') }])}
        <div class="dates wide">${day('from', t('fromDay'))}<span aria-hidden="true">–</span>${day('to', t('toDay'))}</div>
        ${choose('sort', t('sortBy'), t('sortNewest'), [{ value: 'oldest', label: t('sortOldest') }])}
        ${Object.keys(filters).length ? html`<button class="button quiet" type="button" @click=${() => go(formatRoute('history'))}>${t('clearFilters')}</button>` : nothing}
      </div>
    `;
  }

  #content() {
    if (!this.calls) {
      return this.failure ? nothing : html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3].map(() => html`<div class="bone"></div>`)}</div>`;
    }
    if (!this.calls.length) {
      return html`<div class="empty">${historyIcon}
        <h2>${t(Object.keys(this.#filters).length ? 'historyNone' : 'historyEmptyTitle')}</h2>
        ${Object.keys(this.#filters).length ? nothing : html`<p>${t('historyEmptyText')}</p>`}</div>
        ${this.#more()}`;
    }
    return html`
      <table>
        <thead>
          <tr>
            <th scope="col">${t('columnVisitor')}</th>
            <th scope="col">${t('columnAgent')}</th>
            <th scope="col">${t('columnStart')}</th>
            <th scope="col">${t('columnLength')}</th>
            <th scope="col">${t('columnMode')}</th>
            <th scope="col">${t('columnRecording')}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(this.calls, (call) => call.id, (call) => this.#row(call))}
        </tbody>
      </table>
      ${this.#more()}
    `;
  }

  #more() {
    return this.next ? html`<div class="more"><button class="button" @click=${() => this.#load(this.next)}>${t('loadMore')}</button></div>` : nothing;
  }

  #row(call: Call) {
    const agent = call.answeredBy?.kind === 'agent' ? call.answeredBy : call.startedBy.kind === 'agent' ? call.startedBy : null;
    return html`
      <tr>
        <td class="visitor"><a href=${formatRoute('inbox', call.conversationId)} title=${t('openConversation')}>${call.visitor.name}</a></td>
        <td class="agent">${agent?.name ?? html`<span class="quiet">${t('noAgent')}</span>`}</td>
        <td class="start"><time datetime=${call.createdAt}>${fullTime(call.createdAt)}</time></td>
        <td class="length">${this.#length(call)}</td>
        <td class="mode"><span>${call.mode === 'video' ? videoIcon : phoneIcon}${t(call.mode === 'video' ? 'modeVideo' : 'modeAudio')}</span>${call.quality ? html`<consult-admin-call-quality .call=${call}></consult-admin-call-quality>` : nothing}</td>
        <td class="recording">${this.#recording(call)}</td>
      </tr>
      ${this.playing === call.id && call.recording
        ? html`<tr class="player"><td colspan="6"><consult-admin-recording-player .api=${this.api} .call=${call} @recording-deleted=${this.#deleted}></consult-admin-recording-player></td></tr>`
        : nothing}
      ${call.followUp
        ? html`<tr class="player"><td colspan="6"><consult-admin-follow-up-line .api=${this.api} .call=${call} @done=${({ detail }: CustomEvent<Call>) => this.#put(detail)}></consult-admin-follow-up-line></td></tr>`
        : nothing}
    `;
  }

  /** Takes in what became of a call. One that does not fit what is asked for any more goes. */
  #put(call: Call): void {
    const { followUp } = this.#filters;
    const fits = !followUp || (call.followUp && (call.followUp.doneAt === null) === (followUp === 'open'));
    this.calls = this.calls?.flatMap((each) => (each.id !== call.id ? [each] : fits ? [call] : [])) ?? null;
  }

  #length(call: Call) {
    const text = outcomeText(call);
    return call.state === 'ended' && call.answeredAt ? text : html`<span class="quiet">${text}</span>`;
  }

  #recording(call: Call) {
    const recording = call.recording;
    if (!recording) return html`<span class="quiet">${t('recordingNone')}</span>`;
    if (recording.state === 'recording') return html`<span class="quiet">${t('recordingRunning')}</span>`;
    if (recording.state === 'merging') return html`<span class="quiet">${t('recordingMerging')}</span>`;
    if (recording.state === 'failed') return html`<span class="quiet">${t('recordingFailed')}</span>`;
    const open = this.playing === call.id;
    return html`
      <button class="button play" aria-expanded=${open} @click=${() => (this.playing = open ? null : call.id)}>
        ${open ? crossIcon : playIcon}${t(open ? 'closePlayer' : 'play')}${recording.state === 'partial' ? html` <span class="quiet">(${t('recordingPartial')})</span>` : nothing}
      </button>
      ${recording.held ? html`<span class="hold">${lockIcon}${t('onHold')}</span>` : nothing}
    `;
  }

  #deleted(): void {
    this.playing = null;
    void this.#load();
  }

  #written(): void {
    clearTimeout(this.#pause);
    // Not at every key: the address, and with it the list, follows a pause.
    this.#pause = setTimeout(() => this.#go({ text: this.field?.value.trim() ?? '' }, true), 250);
  }

  #go(changes: Record<string, string>, replace = false): void {
    const wanted = { ...this.#filters, ...changes };
    go(formatRoute('history', null, Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''))), { replace });
  }

  async #load(cursor: string | null = null): Promise<void> {
    const round = ++this.#round;
    const { from, to, ...filters } = this.#filters;
    const wanted = new URLSearchParams({ limit: '30', ...filters });
    if (from) wanted.set('from', momentsOf({ from, to: from }).from);
    if (to) wanted.set('to', momentsOf({ from: to, to }).to);
    if (cursor) wanted.set('cursor', cursor);
    try {
      const page = await this.api.get<CallsPage>(`/v1/calls?${wanted}`);
      // A slow answer to an older question must not overwrite a newer one.
      if (round !== this.#round) return;
      const known = this.calls ?? [];
      const fresh = new Set(page.items.map(({ id }) => id));
      // News only touches the newest page: older ones that were opened stay, and with them what plays there.
      const older = known.filter(({ id }) => !fresh.has(id));
      this.calls = cursor ? [...older, ...page.items] : [...page.items, ...older];
      if (cursor || !older.length) this.next = page.next;
      this.failure = '';
    } catch (error) {
      if (round === this.#round) this.failure = failureText(error);
    }
  }

  async #loadChoices(): Promise<void> {
    const choices = (items: readonly { id: string; name: string }[]) => items.map(({ id, name }) => ({ value: id, label: name }));
    try {
      const [visitors, agents, sites] = await Promise.all([
        this.api.get<Page<Visitor>>('/v1/visitors?limit=100'), this.api.get<Page<Agent>>('/v1/agents?limit=100'), this.api.get<SitesPage>('/v1/sites?limit=100'),
      ]);
      [this.visitors, this.agents, this.sites] = [choices(visitors.items), choices(agents.items), choices(sites.items)];
      await this.#nameVisitor();
    } catch (error) {
      this.failure = failureText(error);
    }
  }

  /** A link may be about somebody who is older than the newest hundred. */
  async #nameVisitor(): Promise<void> {
    const { visitor } = this.#filters;
    if (!visitor || this.visitors.some(({ value }) => value === visitor)) return;
    const { id, name } = await this.api.get<Visitor>(`/v1/visitors/${encodeURIComponent(visitor)}`);
    this.visitors = [...this.visitors, { value: id, label: name }];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-history': History;
  }
}
