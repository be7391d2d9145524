import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Page } from '../../protocol/http.ts';
import type { Agent } from '../../protocol/shapes.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { download } from '../download.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import type { Choice } from '../forms/select-field.ts';
import { auditIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import { actionText, factText, thingText } from './audit-words.ts';
import { momentsOf } from './report-range.ts';
import '../forms/select-field.ts';

/** Who did what and when, newest first; can be narrowed and taken along as a file. */
@customElement('consult-admin-audit')
export class Audit extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      .controls {
        grid-template-columns: minmax(140px, 1fr) minmax(140px, 1fr) auto;
        align-items: center;
        gap: var(--pc-3) var(--pc-4);
        padding: var(--pc-3) var(--pc-4);
      }

      .dates {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
      }

      .dates label {
        flex: 1;
        min-inline-size: 0;
      }

      .list.panel {
        gap: 0;
        padding-block: var(--pc-2);
      }

      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--pc-4);
        padding-block: var(--pc-3);
        overflow-wrap: anywhere;
      }

      li + li {
        border-block-start: 1px solid var(--pc-line);
      }

      time,
      .detail {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      time {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }

      .detail {
        grid-column: 1 / -1;
      }

      b {
        font-weight: 600;
      }

      .more {
        display: grid;
        justify-items: center;
        padding-block: var(--pc-3);
      }

      @media (max-width: 900px) {
        .controls {
          grid-template-columns: minmax(0, 1fr);
        }

        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) route!: Route;
  @state() private entries: AuditEntry[] | null = null;
  @state() private next: string | null = null;
  @state() private failure = '';
  @state() private fileFailure = '';
  @state() private agents: readonly Choice[] = [];
  #loaded = '';
  #round = 0;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadAgents();
  }

  override willUpdate(): void {
    const wanted = this.#query().toString();
    if (this.#loaded === wanted && this.hasUpdated) return;
    this.#loaded = wanted;
    this.entries = null;
    void this.#load();
  }

  override render() {
    void this.#language.value;
    const { query } = this.route;
    const actions = ['agent', 'invitation', 'session', 'password', 'identity', 'site', 'key', 'webhook', 'conversation', 'recording', 'visitor', 'tag', 'organisation'];
    return html`
      <div class="page">
        <div class="stack">
          <header class="head">
            <div><h1 class="page-title">${t('audit')}</h1><p class="lead">${t('auditLead')}</p></div>
            <button class="button" type="button" @click=${this.#file}>${t('csv')}</button>
          </header>
          <div class="panel controls">
            <consult-admin-select-field hide-label label=${t('auditActor')} .value=${query.get('actor') ?? ''} .choices=${[{ value: '', label: t('everybody') }, ...this.agents]} @change=${(event: Event) => this.#go('actor', event)}></consult-admin-select-field>
            <consult-admin-select-field hide-label label=${t('auditThing')} .value=${query.get('action') ?? ''} .choices=${[{ value: '', label: t('everything') }, ...actions.map((value) => ({ value, label: thingText(value) }))]} @change=${(event: Event) => this.#go('action', event)}></consult-admin-select-field>
            <div class="dates">
              <label><span class="hush">${t('fromDay')}</span><input class="input" type="date" .value=${query.get('from') ?? ''} @change=${(event: Event) => this.#go('from', event)} /></label>
              <span aria-hidden="true">–</span>
              <label><span class="hush">${t('toDay')}</span><input class="input" type="date" .value=${query.get('to') ?? ''} @change=${(event: Event) => this.#go('to', event)} /></label>
            </div>
          </div>
          <div role="alert">${this.fileFailure ? html`<p class="problem">${this.fileFailure}</p>` : nothing}</div>
          ${this.failure ? failedCard(this.failure, () => void this.#load()) : this.entries ? this.#list(this.entries) : loadingCard(6)}
        </div>
      </div>
    `;
  }

  #list(entries: readonly AuditEntry[]) {
    if (!entries.length) return html`<div class="panel">${emptyState(auditIcon, t('auditEmptyTitle'), t('auditEmptyText'))}</div>`;
    return html`
      <div class="panel list">
        <ol>${repeat(entries, ({ id }) => id, (entry) => this.#entry(entry))}</ol>
        ${this.next ? html`<div class="more"><button class="button" type="button" @click=${() => this.#load(this.next)}>${t('loadMore')}</button></div>` : nothing}
      </div>
    `;
  }

  #entry({ at, actor, action, target, detail, address }: AuditEntry) {
    const facts = Object.entries(detail).filter(([, value]) => value !== null && value !== '').map(([name, value]) => factText(name, value));
    if (address) facts.push(t('auditFrom', { address }));
    return html`
      <li>
        <p><b>${actor.name || t('auditSystem')}</b> · ${actionText(action)}${target && target.name !== actor.name ? html` · <b>${target.name}</b>` : nothing}</p>
        <time datetime=${at}>${fullTime(at)}</time>
        ${facts.length ? html`<p class="detail">${facts.join(' · ')}</p>` : nothing}
      </li>
    `;
  }

  #go(name: string, event: Event): void {
    const { value } = event.target as HTMLInputElement;
    const query = { ...Object.fromEntries(this.route.query), [name]: value };
    go(formatRoute('audit', null, Object.fromEntries(Object.entries(query).filter(([, text]) => text !== ''))));
  }

  #query(): URLSearchParams {
    const { query } = this.route;
    const wanted = new URLSearchParams();
    for (const name of ['actor', 'action']) if (query.get(name)) wanted.set(name, query.get(name)!);
    const [from, to] = [query.get('from'), query.get('to')];
    if (from) wanted.set('from', momentsOf({ from, to: from }).from);
    if (to) wanted.set('to', momentsOf({ from: to, to }).to);
    return wanted;
  }

  async #file(): Promise<void> {
    try {
      await download(this.api, `/v1/audit/export?${this.#query()}`, 'peer-consult-audit.csv');
      this.fileFailure = '';
    } catch (error) {
      this.fileFailure = failureText(error);
    }
  }

  async #load(cursor: string | null = null): Promise<void> {
    const round = ++this.#round;
    const query = this.#query();
    query.set('limit', '50');
    if (cursor) query.set('cursor', cursor);
    try {
      const page = await this.api.get<Page<AuditEntry>>(`/v1/audit?${query}`);
      // A slow answer to an older question must not overwrite a newer one.
      if (round !== this.#round) return;
      this.entries = cursor ? [...(this.entries ?? []), ...page.items] : page.items;
      this.next = page.next;
      this.failure = '';
    } catch (error) {
      if (round === this.#round) this.failure = failureText(error);
    }
  }

  async #loadAgents(): Promise<void> {
    try {
      this.agents = (await this.api.get<Page<Agent>>('/v1/agents?limit=100')).items.map(({ id, name }) => ({ value: id, label: name }));
    } catch {
      // The log itself can be read without narrowing it.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-audit': Audit;
  }
}
