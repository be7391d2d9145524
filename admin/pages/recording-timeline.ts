import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TimelineItem } from '../../protocol/playback.ts';
import { base } from '../../widget/styles/base.ts';
import { alertIcon, chatIcon, pauseIcon, phoneIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { clipIcon, doneIcon, joinIcon, noteIcon } from '../icons.ts';
import type { TextKey } from '../texts/text-key.ts';
import { duration, language, t } from '../texts/texts.ts';
import { itemAt } from './recording-shape.ts';

const SIGNS = { message: chatIcon, note: noteIcon, call: phoneIcon, joined: joinIcon, presence: joinIcon, consent: doneIcon, pause: pauseIcon, gap: alertIcon, quality: alertIcon } as const;
const CALLS: Record<string, TextKey> = { started: 'happenedCalled', answered: 'happenedAnswered', ended: 'happenedHungUp' };
const PRESENCES: Record<string, TextKey> = { member: 'happenedThere', took_over: 'happenedTookOver', listened: 'happenedListened', talked: 'happenedTalked' };
const GAPS: Record<string, TextKey> = { missing_chunks: 'gapMissing', unreadable: 'gapUnreadable', not_recorded: 'gapNotRecorded', stalled: 'gapStalled' };

// What came before the recording lies before its zero.
const clockTime = (ms: number) => (ms <= -500 ? `−${duration(-ms)}` : duration(ms));

/** What happened at a moment of a recording, in words. */
export function happened({ kind, by, former, what, text, toMs }: TimelineItem): string {
  const name = by?.name || t('auditSystem');
  const to = clockTime(toMs ?? 0);
  switch (kind) {
    case 'message':
    case 'note':
      return text ?? '';
    case 'call':
      return what === 'ended' && !by ? t('happenedEnded') : t(CALLS[what ?? ''] ?? 'happenedEnded', { name });
    case 'joined':
      return t('happenedJoined', { name });
    case 'presence': {
      const words = t(PRESENCES[what ?? ''] ?? 'happenedThere', { name, former: former?.name || t('auditSystem') });
      return toMs === undefined ? words : t('happenedUntil', { words, to });
    }
    case 'consent':
      return t(what === 'granted' ? 'happenedAgreed' : 'happenedRefused', { name });
    case 'pause':
      return t('happenedPause', { name, to });
    case 'gap':
      return t('happenedGap', { to, why: t(GAPS[what ?? ''] ?? 'gapNotRecorded') });
    case 'quality':
      return t('happenedPoor', { name, to });
  }
}

/**
 * What happened while a recording ran, on its clock: the lines of the chat among everything else. The line that holds now is marked and
 * kept in sight.
 *
 * @fires seek `detail: { atMs }`
 */
@customElement('consult-admin-recording-timeline')
export class RecordingTimelineList extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      ol {
        position: relative;
        max-block-size: 320px;
        overflow: auto;
        overscroll-behavior: contain;
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface);
        scroll-behavior: smooth;
      }

      button {
        display: grid;
        grid-template-columns: 4.5ch 20px minmax(0, 1fr);
        gap: var(--pc-2);
        align-items: start;
        inline-size: 100%;
        min-block-size: 36px;
        padding: var(--pc-2) var(--pc-3);
        text-align: start;
        font-size: var(--pc-text-s);
        border-inline-start: 3px solid transparent;
      }

      button:focus-visible {
        outline-offset: -2px;
      }

      button:hover {
        background: var(--pc-surface-2);
      }

      li[data-now] button {
        background: var(--pc-accent-soft);
        border-inline-start-color: var(--pc-accent);
      }

      .time {
        font-variant-numeric: tabular-nums;
        color: var(--pc-text-2);
        text-align: end;
      }

      svg {
        color: var(--pc-text-2);
      }

      .words {
        min-inline-size: 0;
        word-break: keep-all;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }

      .who {
        font-weight: 600;
      }

      .event .words {
        color: var(--pc-text-2);
      }

      .note button {
        background: var(--pc-warn-soft);
      }

      .gap svg,
      .quality svg {
        color: var(--pc-danger);
      }

      .pause svg {
        color: var(--pc-warn);
      }

      .files {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-1) var(--pc-2);
        color: var(--pc-text-2);
      }

      .files span {
        display: inline-flex;
        align-items: center;
        gap: 2px;
      }
    `,
  ];

  @property({ attribute: false }) items: readonly TimelineItem[] = [];
  @property({ type: Number }) atMs = 0;
  /** While it plays the list follows. */
  @property({ type: Boolean }) playing = false;
  #shown = -1;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const now = itemAt(this.items, this.atMs);
    return html`<ol aria-label=${t('happenedTitle')} tabindex="-1">${this.items.map((item, index) => this.#item(item, index === now))}</ol>`;
  }

  override updated(): void {
    const now = itemAt(this.items, this.atMs);
    if (now === this.#shown) return;
    this.#shown = now;
    if (!this.playing) return;
    const list = this.renderRoot.querySelector('ol');
    const line = list?.children[now];
    // Within the list alone: the page stays where its reader is.
    if (list && line instanceof HTMLElement) list.scrollTop = line.offsetTop - list.clientHeight / 3;
  }

  #item(item: TimelineItem, now: boolean) {
    const { kind, atMs, by, files } = item;
    const said = kind === 'message' || kind === 'note';
    return html`
      <li class="${kind} ${said ? '' : 'event'}" ?data-now=${now}>
        <button type="button" aria-current=${now ? 'true' : 'false'} @click=${() => this.dispatchEvent(new CustomEvent('seek', { detail: { atMs: Math.max(0, atMs) } }))}>
          <span class="time">${clockTime(atMs)}</span>
          ${SIGNS[kind]}
          <span class="words">${said ? html`<span class="who">${by?.name || t('auditSystem')}${kind === 'note' ? html` (${t('note')})` : nothing}</span> ` : nothing}${happened(item)}${files
            ? html`<span class="files">${files.map((name) => html`<span>${clipIcon}${name}</span>`)}</span>` : nothing}</span>
        </button>
      </li>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-recording-timeline': RecordingTimelineList;
  }
}
