import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallsPage, Page } from '../../protocol/http.ts';
import type { Call, Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { historyIcon, playIcon } from '../icons.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import type { TextKey } from '../texts/en.ts';
import { duration, failureText, fullTime, language, t } from '../texts/texts.ts';
import './recording-player.ts';

/** Why a call that nobody took shows no length. */
const OUTCOMES: Partial<Record<NonNullable<Call['endReason']>, TextKey>> = {
  cancelled: 'endCancelled', declined: 'endDeclined', no_answer: 'endNoAnswer', busy: 'endBusy',
  ice_failed: 'endFailed', media_failed: 'endFailed', error: 'endFailed',
};

/** All calls, newest first, with their recordings played in place. */
@customElement('consult-admin-history')
export class History extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        overflow: auto;
      }

      main {
        max-inline-size: 1100px;
        margin-inline: auto;
        padding: var(--pc-5);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-4);
        align-items: end;
        justify-content: space-between;
        margin-block-end: var(--pc-4);
      }

      .filter {
        min-inline-size: min(260px, 100%);
      }

      .table {
        overflow: clip;
      }

      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }

      th {
        padding: var(--pc-3) var(--pc-4);
        text-align: start;
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-text-2);
        background: var(--pc-surface-2);
      }

      td {
        padding: var(--pc-3) var(--pc-4);
        border-block-start: 1px solid var(--pc-line);
        vertical-align: middle;
      }

      td.mode span {
        display: inline-flex;
        align-items: center;
        gap: var(--pc-2);
      }

      td.mode svg {
        color: var(--pc-text-2);
      }

      .visitor {
        font-weight: 600;
      }

      .quiet {
        color: var(--pc-text-2);
      }

      .play {
        min-block-size: 36px;
        white-space: nowrap;
      }

      .player td {
        border-block-start: 0;
        padding-block-start: 0;
      }

      .more {
        display: grid;
        justify-items: center;
        padding: var(--pc-4);
      }

      .bones {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-4);
      }

      .bones .bone {
        block-size: 28px;
      }

      @media (max-width: 720px) {
        main {
          padding: var(--pc-4) var(--pc-3);
        }

        thead {
          position: absolute;
          inline-size: 1px;
          block-size: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }

        table,
        tbody {
          display: block;
        }

        tr {
          display: grid;
          grid-template-columns: 1fr auto;
          gap: var(--pc-1) var(--pc-3);
          padding: var(--pc-3) var(--pc-4);
          border-block-start: 1px solid var(--pc-line);
        }

        tbody tr:first-child {
          border-block-start: 0;
        }

        td {
          display: block;
          padding: 0;
          border: 0;
        }

        td.visitor {
          grid-column: 1;
        }

        td.length {
          grid-row: 1;
          grid-column: 2;
        }

        td.length,
        td.start {
          justify-self: end;
        }

        td.mode,
        td.agent,
        td.start {
          font-size: var(--pc-text-s);
        }

        td.recording {
          justify-self: end;
        }

        .player {
          display: block;
          border-block-start: 0;
          padding-block-start: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) route!: Route;
  @property({ attribute: false }) session!: Session;
  @state() private calls: Call[] | null = null;
  @state() private next: string | null = null;
  @state() private visitors: Visitor[] = [];
  @state() private failure = '';
  @state() private playing: string | null = null;
  #loaded = '';
  #round = 0;
  #leave: (() => void)[] = [];
  readonly #language = new StoreController(this, () => language);

  get #visitor(): string {
    return this.route.query.get('visitor') ?? '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadVisitors();
    // What ends or is ready while the page is open appears by itself.
    const again = () => void this.#load();
    const { wire } = this.session;
    this.#leave = [wire.on('recording.updated', again), wire.on('call.updated', again), wire.onHello(again)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const leave of this.#leave) leave();
  }

  override willUpdate(): void {
    if (!this.hasUpdated || this.#loaded !== this.#visitor) {
      this.#loaded = this.#visitor;
      this.calls = null;
      this.playing = null;
      void this.#load();
    }
  }

  override render() {
    void this.#language.value;
    return html`
      <main>
        <header>
          <div>
            <h1 class="page-title">${t('historyTitle')}</h1>
            <p class="lead">${t('historyLead')}</p>
          </div>
          <div class="field filter">
            <label for="visitor">${t('filterVisitor')}</label>
            <select class="input" id="visitor" @change=${this.#filter}>
              <option value="" ?selected=${!this.#visitor}>${t('allVisitors')}</option>
              ${this.visitors.map((visitor) => html`<option value=${visitor.id} ?selected=${visitor.id === this.#visitor}>${visitor.name}</option>`)}
            </select>
          </div>
        </header>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure} <button class="button" @click=${() => this.#load()}>${t('retry')}</button></p>` : nothing}</div>
        <div class="card table">${this.#content()}</div>
      </main>
    `;
  }

  #content() {
    if (!this.calls) {
      return this.failure ? nothing : html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3].map(() => html`<div class="bone"></div>`)}</div>`;
    }
    if (!this.calls.length) {
      return html`<div class="empty">${historyIcon}
        <h2>${t(this.#visitor ? 'historyEmptyFiltered' : 'historyEmptyTitle')}</h2>
        ${this.#visitor ? nothing : html`<p>${t('historyEmptyText')}</p>`}</div>`;
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
      ${this.next ? html`<div class="more"><button class="button" @click=${() => this.#load(this.next)}>${t('loadMore')}</button></div>` : nothing}
    `;
  }

  #row(call: Call) {
    const agent = call.answeredBy?.kind === 'agent' ? call.answeredBy : call.startedBy.kind === 'agent' ? call.startedBy : null;
    return html`
      <tr>
        <td class="visitor"><a href=${formatRoute('inbox', call.conversationId)} title=${t('openConversation')}>${call.visitor.name}</a></td>
        <td class="agent">${agent?.name ?? html`<span class="quiet">${t('noAgent')}</span>`}</td>
        <td class="start"><time datetime=${call.createdAt}>${fullTime(call.createdAt)}</time></td>
        <td class="length">${this.#length(call)}</td>
        <td class="mode"><span>${call.mode === 'video' ? videoIcon : phoneIcon}${t(call.mode === 'video' ? 'modeVideo' : 'modeAudio')}</span></td>
        <td class="recording">${this.#recording(call)}</td>
      </tr>
      ${this.playing === call.id && call.recording
        ? html`<tr class="player"><td colspan="6"><consult-admin-recording-player .api=${this.api} .call=${call}></consult-admin-recording-player></td></tr>`
        : nothing}
    `;
  }

  #length(call: Call) {
    if (call.state !== 'ended') return html`<span class="quiet">${t('running')}</span>`;
    if (call.answeredAt && call.endedAt) return duration(Date.parse(call.endedAt) - Date.parse(call.answeredAt));
    const outcome = call.endReason && OUTCOMES[call.endReason];
    return html`<span class="quiet">${t(outcome || 'endCancelled')}</span>`;
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
        ${playIcon}${t(open ? 'closePlayer' : 'play')}${recording.state === 'partial' ? html` <span class="quiet">(${t('recordingPartial')})</span>` : nothing}
      </button>
    `;
  }

  #filter(event: Event): void {
    const visitor = (event.target as HTMLSelectElement).value;
    go(formatRoute('history', null, visitor ? { visitor } : {}));
  }

  async #load(cursor: string | null = null): Promise<void> {
    const round = ++this.#round;
    const query = new URLSearchParams({ limit: '30' });
    if (this.#visitor) query.set('visitor', this.#visitor);
    if (cursor) query.set('cursor', cursor);
    try {
      const page = await this.api.get<CallsPage>(`/v1/calls?${query}`);
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

  async #loadVisitors(): Promise<void> {
    try {
      this.visitors = (await this.api.get<Page<Visitor>>('/v1/visitors?limit=100')).items;
    } catch (error) {
      this.failure = failureText(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-history': History;
  }
}
