import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { File, Named } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import type { Line } from '../engine/session-state.ts';
import { base } from '../styles/base.ts';
import { downIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';
import { authorStyles } from './author.styles.ts';
import { groupLines, type ListItem } from './line-groups.ts';
import { callItemView, groupView, secondsTo, type LineContext } from './message.ts';
import { messageListStyles } from './message-list.styles.ts';
import { dayName } from './wording.ts';

/** This near to the end counts as the end, in px. */
const NEAR = 48;
/** This near to the beginning (or to the end of a part in the middle) the next page is asked for, in px. */
const AHEAD = 200;

/**
 * A conversation's lines, newest at the bottom. It opens at what is new, stays at the end while new lines come, keeps its place
 * to the pixel whatever grows above or below it, and asks for older lines by itself.
 *
 * @slot intro What stands before the first line of all.
 * @slot after What stands below the newest line.
 * @fires load-earlier The beginning came into view and `more` is set.
 * @fires load-newer The end came into view and `newer` is set.
 * @fires newest The reader wants to be where the conversation is now, and `newer` is set.
 * @fires read The newest line is on screen and the window has the focus.
 * @fires retry `detail: { clientId }`
 * @fires discard `detail: { clientId }`
 * @fires open-call `detail: { callId }`; only with `callLinks`.
 */
@element('peer-consult-message-list')
export class MessageList extends LitElement {
  static override styles = [base, authorStyles, messageListStyles];

  @property({ attribute: false }) lines: readonly Line[] = [];
  /** The words. Nothing is shown before they are here. */
  @property({ attribute: false }) texts: Texts | undefined;
  /** For dates and times, a BCP 47 tag. */
  @property() language = 'en';
  /** Which side stands at the end of the line: the reader's own. */
  @property({ attribute: false }) selfKind: 'visitor' | 'agent' = 'visitor';
  @property({ attribute: false }) selfId = '';
  /** Everybody is of one kind, as in a room of the team: own is what the reader wrote. */
  @property({ attribute: false }) among = false;
  /** How far the other side has read. */
  @property({ attribute: false }) readSeq = 0;
  /** The team's picture, shown beside its lines. */
  @property({ attribute: false }) picture: string | null = null;
  @property({ type: Boolean }) more = false;
  /** What is shown is a part from the middle: there are newer lines that are not loaded. */
  @property({ attribute: false }) newer = false;
  @property({ type: Boolean }) loading = false;
  @property({ attribute: false }) typing: readonly Named[] = [];
  /** Whether recorded calls can be opened from here. */
  @property({ attribute: false }) callLinks = false;
  /** Brings the bytes of a file. */
  @property({ attribute: false }) fetchFile: ((file: File) => Promise<Blob>) | undefined;
  /** The first line that the reader has not seen, marked by `newLabel`; null = no mark. */
  @property({ attribute: false }) newFrom: number | null = null;
  @property() newLabel = '';
  /** Whether a person could see the list: nothing is read in a closed panel. */
  @property({ attribute: false }) active = true;

  @state() private atEnd = true;
  /** Lines of others that came while the reader was further up. */
  @state() private below = 0;
  @state() private spoken = '';
  /** A picture that did not come: it may be blocked by the page's policy. */
  @state() private lost: string | null = null;

  @query('.scroll') private scroller!: HTMLElement | null;
  @query('.content') private content!: HTMLElement | null;
  private observer: ResizeObserver | undefined;
  /** Lines that were there when the list was first filled: they do not slide in. */
  private old: Set<string> | undefined;
  /** The uppermost line on screen and how far below the upper edge it stands: what the place is kept by. */
  private anchor: { key: string; top: number } | null = null;
  /** Where keeping the place has scrolled to: the event that follows is none of the reader's. */
  private kept = -1;
  private readUpTo: string | null = null;
  /** How high the content was when its place was kept the last time. */
  private height = 0;
  private countdown: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('focus', this.tellRead);
    document.addEventListener('visibilitychange', this.tellRead);
    this.observer = new ResizeObserver(() => this.keepPlace());
    if (this.hasUpdated) this.observe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('focus', this.tellRead);
    document.removeEventListener('visibilitychange', this.tellRead);
    this.observer?.disconnect();
    clearInterval(this.countdown);
  }

  /** Shows the newest line. */
  scrollToEnd(smooth = false): void {
    this.below = 0;
    this.anchor = null;
    if (!smooth) this.atEnd = true;
    this.toEnd(smooth);
  }

  /** Where the mark of what is new stands: on screen, above it, or nowhere yet (older lines have to be loaded). */
  get newMark(): 'seen' | 'above' | 'missing' {
    const mark = this.renderRoot.querySelector('.new');
    if (!mark || !this.scroller) return 'missing';
    return mark.getBoundingClientRect().bottom >= this.scroller.getBoundingClientRect().top ? 'seen' : 'above';
  }

  /** Shows the first line that the reader has not seen. */
  scrollToNew(): void {
    const mark = this.renderRoot.querySelector('.new');
    if (!mark || !this.scroller) return;
    this.scroller.scrollTop += mark.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - 16;
    this.measure();
  }

  /** What shows a line's text; null: it is not loaded. */
  bubbleOf(seq: number): HTMLElement | null {
    const line = this.lines.find((each) => each.seq === seq);
    return line ? this.lineElement(keyOf(line)) : null;
  }

  /** Shows one line in the middle of the window, and lights it up for a moment. False: it is not loaded. */
  scrollToLine(seq: number): boolean {
    const shown = this.bubbleOf(seq);
    if (!shown || !this.scroller) return false;
    const { top, height } = shown.getBoundingClientRect();
    this.scroller.scrollTop += top + height / 2 - this.scroller.getBoundingClientRect().top - this.scroller.clientHeight / 2;
    this.measure();
    shown.animate([{ outline: '3px solid currentColor', outlineOffset: '2px' }, { outline: '3px solid transparent', outlineOffset: '2px' }], { duration: 1600, easing: 'ease-in' });
    return true;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('lines')) {
      // What is read on from the middle is history, and so is what it joins: nothing of it has just come.
      if (this.newer || changed.get('newer')) this.old = new Set(this.lines.map(keyOf));
      else this.notice(changed.get('lines') ?? []);
      this.tellPause(changed.get('lines') ?? []);
      // What shows files comes with the first of them.
      if (this.lines.some(({ files, uploads }) => files || uploads)) import('./message-files.ts').catch(() => undefined);
    }
    // The end of a part from the middle is no end: whoever reads on from there is not led past what follows.
    if (this.newer) this.atEnd = false;
    if (changed.has('active')) this.readUpTo = null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { scroller } = this;
    if (!scroller) return;
    if (changed.has('texts') && !changed.get('texts')) this.observe();
    this.keepPlace();
    const began = (changed.has('lines') && !changed.get('lines')?.length) || (changed.has('texts') && !changed.get('texts'));
    if (this.newFrom !== null && (began || changed.has('newFrom') || (changed.has('active') && this.active))) this.openAtNew();
    if (changed.has('lines') || changed.has('active') || changed.has('texts')) {
      this.tellRead();
      this.askEarlier();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts, language, lines } = this;
    if (!texts) return nothing;
    const own = (line: Line): boolean => this.isOwn(line);
    const context: LineContext = {
      texts,
      language,
      selfId: this.selfId,
      readSeq: this.readSeq,
      newestOwn: lines.findLast((line) => own(line) && line.state === 'sent' && line.kind === 'text'),
      isFresh: (line) => this.old !== undefined && !this.old.has(keyOf(line)),
      retry: ({ clientId }) => this.tell('retry', { clientId }),
      discard: ({ clientId }) => this.tell('discard', { clientId }),
      picture: this.picture === this.lost ? null : this.picture,
      lostPicture: () => (this.lost = this.picture),
      fetchFile: this.fetchFile,
      openCall: this.callLinks ? (callId) => this.tell('open-call', { callId }) : undefined,
    };
    const names = this.typing.map(({ name }) => name || texts.someone).join(', ');
    return html`
      <div class="scroll" part="messages" tabindex="0" role="region" aria-label=${texts.messages} @scroll=${this.onScroll}>
        <div class="content">
          ${this.more
            ? html`<button type="button" class="earlier" ?disabled=${this.loading} @click=${() => this.tell('load-earlier')}>
                ${this.loading ? texts.loading : texts.earlier}
              </button>`
            : html`<slot name="intro"></slot>`}
          ${this.loading && lines.length === 0
            ? html`<div class="skeleton" role="status"><span class="hush">${texts.loading}</span><i></i><i></i><i></i></div>`
            : nothing}
          <ol>${repeat(groupLines(lines, own, this.newFrom), ({ key }) => key, (item) => this.item(item, context))}</ol>
          <slot name="after"></slot>
          ${names ? html`<div class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${texts.typing(names)}</div>` : nothing}
        </div>
      </div>
      <div class="hush" role="status" aria-live="polite">${this.spoken}</div>
      ${this.atEnd && !this.newer
        ? nothing
        : html`<button type="button" class="jump ${this.below > 0 ? 'counting' : ''}" @click=${() => (this.newer ? this.tell('newest') : this.scrollToEnd(true))}
            aria-label=${this.below > 0 ? `${texts.newMessages(this.below)} · ${texts.toNewest}` : texts.toNewest}>
            ${this.below > 0 ? this.below : nothing}${downIcon}
          </button>`}
    `;
  }

  private item(item: ListItem, context: LineContext): unknown {
    switch (item.kind) {
      case 'day':
        return html`<li class="day"><span>${dayName(item.at, context.texts, context.language)}</span></li>`;
      case 'new':
        return html`<li class="day new"><span>${this.newLabel}</span></li>`;
      case 'call':
        return callItemView(item, context);
      case 'group':
        return groupView(item, context);
    }
  }

  /** A bot stands on the team's side. */
  private isOwn({ author }: Line): boolean {
    if (this.among) return author.id === this.selfId;
    return (author.kind === 'visitor') === (this.selfKind === 'visitor');
  }

  /** What is new since the last drawing: said aloud, counted, slid in. */
  private notice(before: readonly Line[]): void {
    if (this.lines.length === 0) {
      this.old = undefined;
      return;
    }
    if (before.length === 0 || !this.old) {
      // The very first line of a conversation is news; a page of history is not.
      const first = this.lines.length === 1 && !this.loading && this.hasUpdated && this.old === undefined;
      this.old = new Set(first ? [] : this.lines.map(keyOf));
      if (!first) return;
    }
    const newest = before.findLast((line) => line.seq !== null)?.seq ?? 0;
    const known = new Set(before.map(keyOf));
    const arrived = this.lines.filter((line) => !known.has(keyOf(line)) && (line.seq === null || line.seq > newest));
    for (const line of this.lines) if (!known.has(keyOf(line)) && !arrived.includes(line)) this.old?.add(keyOf(line));
    // A colleague's line stands on the reader's side, and is news all the same.
    const foreign = arrived.filter(({ author }) => author.id !== this.selfId);
    if (arrived.length > foreign.length && !this.newer) this.atEnd = true;
    if (!this.atEnd) this.below += foreign.length;
    const { texts } = this;
    if (foreign.length > 0 && texts) {
      this.spoken = foreign.map((line) => (line.kind === 'call' ? '' : [texts.saidBy(line.author.name || texts.someone), line.text, ...(line.files ?? []).map(({ name }) => name)].filter(Boolean).join(' '))).join(' ').trim();
    }
  }

  /** Says once that a line has to wait, and counts down while it does. */
  private tellPause(before: readonly Line[]): void {
    const paused = this.lines.find(({ resumesAt }) => resumesAt);
    if (paused && this.texts && !before.some(({ resumesAt }) => resumesAt)) this.spoken = this.texts.resumes(secondsTo(paused.resumesAt!));
    clearInterval(this.countdown);
    if (paused) this.countdown = setInterval(() => this.requestUpdate(), 1000);
  }

  private observe(): void {
    if (this.scroller) this.observer?.observe(this.scroller);
    if (this.content) this.observer?.observe(this.content);
  }

  /** Stays at the end, or where the reader is. What stands before the first line of all is read from its beginning. */
  private keepPlace(): void {
    const { scroller, anchor } = this;
    if (!scroller || this.lines.length === 0 || scroller.clientHeight === 0) return;
    this.height = scroller.scrollHeight;
    if (this.atEnd && !this.newer) return this.toEnd();
    const shown = anchor && this.lineElement(anchor.key);
    if (!shown) return;
    const off = shown.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.top;
    if (Math.abs(off) < 0.5) return;
    scroller.scrollTop += off;
    this.kept = scroller.scrollTop;
  }

  /** Notes where the reader is. */
  private measure(): void {
    const { scroller } = this;
    if (!scroller || scroller.clientHeight === 0) return;
    this.atEnd = !this.newer && scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < NEAR;
    const edge = scroller.getBoundingClientRect().top;
    const shown = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-line]')];
    // They stand in order: the first that reaches below the edge, by halving.
    let from = 0;
    for (let to = shown.length; from < to; ) {
      const middle = (from + to) >> 1;
      if (shown[middle]!.getBoundingClientRect().bottom > edge) to = middle;
      else from = middle + 1;
    }
    const first = shown[from];
    this.anchor = first ? { key: first.dataset['line']!, top: first.getBoundingClientRect().top - edge } : null;
  }

  private lineElement(key: string): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-line="${CSS.escape(key)}"]`);
  }

  /** Begins at what is new where it does not fit the window. */
  private openAtNew(): void {
    if (this.newMark !== 'above') return;
    this.scrollToNew();
    if (!this.atEnd) this.below = this.lines.filter((line) => (line.seq ?? 0) >= this.newFrom! && line.author.id !== this.selfId).length;
  }

  private toEnd(smooth = false): void {
    const { scroller } = this;
    scroller?.scrollTo({ top: scroller.scrollHeight, behavior: smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches ? 'smooth' : 'instant' });
  }

  private onScroll(): void {
    // Something grew (a picture took its place) since the end was scrolled to: that is no reader who left it.
    if (this.atEnd && this.scroller && this.scroller.scrollHeight > this.height) return this.keepPlace();
    if (this.scroller?.scrollTop !== this.kept) this.measure();
    this.kept = -1;
    if (this.atEnd && !this.newer) {
      this.below = 0;
      this.tellRead();
    }
    this.askEarlier();
  }

  private askEarlier(): void {
    const { scroller } = this;
    if (!scroller || this.loading || !this.active || scroller.clientHeight === 0) return;
    if (this.more && scroller.scrollTop < AHEAD) this.tell('load-earlier');
    else if (this.newer && scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < AHEAD) this.tell('load-newer');
  }

  private tellRead = (): void => {
    const last = this.lines.findLast((line) => line.seq !== null);
    if (!last || !this.active || !this.atEnd || this.newer || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    if (this.readUpTo === keyOf(last)) return;
    this.readUpTo = keyOf(last);
    this.tell('read');
  };

  private tell(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** A line's name over its life: the number comes later. */
const keyOf = (line: Line): string => line.clientId;

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-message-list': MessageList;
  }
}
