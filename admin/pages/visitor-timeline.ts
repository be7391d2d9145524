import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Page } from '../../protocol/http.ts';
import type { Call } from '../../protocol/shapes.ts';
import type { TimelineEntry } from '../../protocol/work.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon, phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { externalIcon, historyIcon, inboxIcon, playIcon } from '../icons.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { duration, failureText, language, t } from '../texts/texts.ts';
import { outcomeText } from './call-outcome.ts';
import './recording-player.ts';

/** One visitor's whole story, newest first: what was written, called, recorded and looked at. */
@customElement('consult-admin-visitor-timeline')
export class VisitorTimeline extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      h3 {
        padding-block: var(--pc-4) var(--pc-2);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      h3:first-of-type {
        padding-block-start: 0;
      }

      ol {
        position: relative;
        display: grid;
      }

      /* The thread on which everything hangs. */
      ol::before {
        content: '';
        position: absolute;
        inset-block: 16px;
        inset-inline-start: 15px;
        border-inline-start: 1px solid var(--pc-line);
      }

      li {
        position: relative;
        display: grid;
        grid-template-columns: 32px minmax(0, 1fr) auto;
        gap: 0 var(--pc-3);
        align-items: start;
        padding-block: var(--pc-1);
      }

      .sign {
        display: grid;
        place-items: center;
        inline-size: 32px;
        block-size: 32px;
        border-radius: 50%;
        background: var(--pc-surface-2);
        color: var(--pc-text-2);
      }

      .sign svg {
        inline-size: 16px;
        block-size: 16px;
      }

      .what {
        min-inline-size: 0;
        padding-block-start: 5px;
        overflow-wrap: anywhere;
      }

      .who {
        font-weight: 600;
      }

      .text {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
        white-space: pre-line;
      }

      .quiet,
      time {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      time {
        padding-block-start: 7px;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }

      .play {
        min-block-size: 32px;
        margin-block-start: var(--pc-1);
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      .player {
        grid-column: 2 / -1;
        padding-block: var(--pc-2);
      }

      .more {
        display: grid;
        justify-items: center;
        padding-block-start: var(--pc-4);
      }

      .bones {
        display: grid;
        gap: var(--pc-3);
      }

      .bones .bone {
        block-size: 32px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) visitorId = '';
  @state() private entries: TimelineEntry[] | null = null;
  @state() private next: string | null = null;
  @state() private failure = '';
  @state() private playing: string | null = null;
  #loaded = '';
  #round = 0;
  readonly #language = new StoreController(this, () => language);

  override willUpdate(): void {
    if (this.#loaded === this.visitorId) return;
    this.#loaded = this.visitorId;
    this.entries = null;
    this.playing = null;
    void this.#load();
  }

  /** Asks again from the newest on: something happened. */
  reload(): void {
    void this.#load();
  }

  override render() {
    void this.#language.value;
    if (this.failure) return html`<div role="alert"><p class="problem">${this.failure} <button class="button" type="button" @click=${() => this.#load()}>${t('retry')}</button></p></div>`;
    if (!this.entries) return html`<div class="bones" aria-busy="true"><span class="hush" role="status">${t('loading')}</span>${[1, 2, 3].map(() => html`<div class="bone"></div>`)}</div>`;
    if (!this.entries.length) return html`<div class="empty">${historyIcon}<p>${t('timelineEmpty')}</p></div>`;
    const days = this.#grouped(this.entries);
    return html`
      ${[...days].map(([day, entries]) => html`<h3>${day}</h3><ol>${entries.map((entry) => this.#entry(entry))}</ol>`)}
      ${this.next ? html`<div class="more"><button class="button" type="button" @click=${() => this.#load(this.next)}>${t('loadMore')}</button></div>` : nothing}
    `;
  }

  #entry(entry: TimelineEntry) {
    const time = html`<time datetime=${entry.at}>${new Intl.DateTimeFormat(language.value, { hour: 'numeric', minute: '2-digit' }).format(new Date(entry.at))}</time>`;
    const row = (sign: TemplateResult, what: unknown, below: unknown = nothing) => html`<li><span class="sign" aria-hidden="true">${sign}</span><div class="what">${what}</div>${time}${below}</li>`;
    switch (entry.kind) {
      case 'conversation':
        return row(inboxIcon, html`<a href=${formatRoute('inbox', entry.conversation.id)}>${t('timelineConversation')}</a>`);
      case 'message':
        return row(chatIcon, html`<p class="text"><span class="who">${entry.message.author.name || t('auditSystem')}</span> ${entry.message.text}</p>`);
      case 'call':
        return row(entry.call.mode === 'video' ? videoIcon : phoneIcon, this.#call(entry.call), this.playing === entry.call.id ? html`<div class="player"><consult-admin-recording-player .api=${this.api} .call=${entry.call} @recording-deleted=${() => this.reload()}></consult-admin-recording-player></div>` : nothing);
      case 'recording':
        return row(playIcon, html`<span class="quiet">${t('timelineRecording')}${entry.recording.durationMs === null ? nothing : html` · ${duration(entry.recording.durationMs)}`}</span>`);
      case 'page':
        return row(externalIcon, html`<span>${entry.page.title || entry.page.url}</span> <span class="quiet">${entry.page.url}</span>`);
    }
  }

  #call(call: Call) {
    const playable = call.recording?.state === 'ready' || call.recording?.state === 'partial';
    const open = this.playing === call.id;
    return html`
      <p><span class="who">${t(call.mode === 'video' ? 'modeVideo' : 'modeAudio')}</span> <span class="quiet">${outcomeText(call)}${call.answeredBy ? html` · ${call.answeredBy.name}` : nothing}</span></p>
      ${playable ? html`<button class="button play" type="button" aria-expanded=${open} @click=${() => (this.playing = open ? null : call.id)}>${playIcon}${t(open ? 'closePlayer' : 'play')}</button>` : nothing}
    `;
  }

  #day(at: string): string {
    return new Intl.DateTimeFormat(language.value, { dateStyle: 'full' }).format(new Date(at));
  }

  #grouped(entries: readonly TimelineEntry[]): Map<string, TimelineEntry[]> {
    const days = new Map<string, TimelineEntry[]>();
    for (const entry of entries) days.set(this.#day(entry.at), [...(days.get(this.#day(entry.at)) ?? []), entry]);
    return days;
  }

  async #load(cursor: string | null = null): Promise<void> {
    const round = ++this.#round;
    const query = new URLSearchParams({ limit: '40', ...(cursor ? { cursor } : {}) });
    try {
      const page = await this.api.get<Page<TimelineEntry>>(`/v1/visitors/${encodeURIComponent(this.visitorId)}/timeline?${query}`);
      // A slow answer to an older question must not overwrite a newer one.
      if (round !== this.#round) return;
      this.entries = cursor ? [...(this.entries ?? []), ...page.items] : page.items;
      this.next = page.next;
      this.failure = '';
    } catch (error) {
      if (round === this.#round) this.failure = failureText(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-visitor-timeline': VisitorTimeline;
  }
}
