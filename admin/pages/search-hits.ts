import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { SearchHit, SearchPage } from '../../protocol/search.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { noteIcon, searchIcon } from '../icons.ts';
import { roomName } from '../room-name.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { ago, failureText, fullTime, language, t } from '../texts/texts.ts';
import { searchHitsStyles } from './search-hits.styles.ts';

/** The next page is read when the end of the list is this near, in px. */
const AHEAD = 400;
/** Pages without a hit that are read on by themselves: the server looks at so many messages at a time. */
const EMPTY_PAGES = 3;
/** Of a long message this much stands before its first mark, in UTF-16 units. */
const BEFORE = 30;
const SHOWN = 220;

/** Messages that hold what was looked for, newest first; each leads to its place in its conversation. */
@customElement('consult-admin-search-hits')
export class SearchHits extends LitElement {
  static override styles = [base, panel, searchHitsStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  /** What is looked for. */
  @property() text = '';
  /** What the address of a hit repeats, so that the list stays as it is. */
  @property({ attribute: false }) query: Record<string, string> = {};
  /** The hit that is open beside the list. */
  @property({ attribute: false }) current: { id: string | null; at: number | null } = { id: null, at: null };
  /** The moment that *5 min ago* counts back from. */
  @property({ attribute: false }) now = Date.now();
  @state() private hits: readonly SearchHit[] = [];
  /** The cursor of the next page; null = the end was reached; undefined = nothing was read yet. */
  @state() private next: string | null | undefined;
  @state() private loading = false;
  @state() private failure = '';
  @query('.scroll') private scroller!: HTMLElement;
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  #wish = 0;

  /** Gives the first hit the focus. */
  focusFirst(): boolean {
    const first = this.renderRoot.querySelector<HTMLElement>('li a');
    first?.focus();
    return first !== null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('text')) return;
    this.#wish += 1;
    this.hits = [];
    this.next = undefined;
    this.loading = false;
    if (this.text) void this.#more();
  }

  override updated(): void {
    // A list that does not fill the window has nothing to scroll for the next page.
    this.#scrolled();
  }

  override render() {
    void this.#language.value;
    const { hits, next, loading, failure } = this;
    return html`
      <div class="scroll" @scroll=${this.#scrolled} @keydown=${this.#key}>
        <div role="alert">${failure ? html`<p class="problem"><span>${failure}</span><button class="button" type="button" @click=${() => void this.#more()}>${t('retry')}</button></p>` : nothing}</div>
        ${!hits.length && loading && next === undefined
          ? html`<div class="bones" aria-busy="true"><span class="hush">${t('loading')}</span>${[1, 2, 3, 4].map(() => html`<div><span class="bone"></span><span class="bone"></span></div>`)}</div>`
          : nothing}
        ${!hits.length && next === null ? html`<div class="empty">${searchIcon}<h2>${t('nothingSaidTitle')}</h2><p>${t('nothingSaidText')}</p></div>` : nothing}
        <ol aria-label=${t('messagesFound')}>${repeat(hits, ({ message }) => message.id, (hit) => this.#hit(hit))}</ol>
        <div class="foot" role="status">
          ${loading && (hits.length || next !== undefined) ? t('loading') : nothing}
          ${!loading && !failure && next ? html`<button class="button" type="button" @click=${() => void this.#more()}>${t('searchFurther')}</button>` : nothing}
        </div>
      </div>
    `;
  }

  #hit({ message, conversation, marks }: SearchHit) {
    const here = this.current.id === conversation.id && this.current.at === message.seq;
    return html`
      <li class=${here ? 'open' : ''}>
        <a href=${formatRoute('inbox', conversation.id, { ...this.query, at: String(message.seq) })} aria-current=${here ? 'true' : nothing}>
          <span class="line"><span class="name">${roomName(conversation, this.#state.value?.self?.id)}</span><time datetime=${message.createdAt} title=${fullTime(message.createdAt)}>${ago(message.createdAt, this.now)}</time></span>
          <span class="said">${message.kind === 'note' ? html`<span class="note" title=${t('note')}>${noteIcon}<span class="hush">${t('note')}</span></span>` : nothing}<span class="author">${message.author.name}:</span> ${marked(message.text, marks)}</span>
        </a>
      </li>
    `;
  }

  #scrolled(): void {
    const { scroller } = this;
    if (!this.hits.length || !this.next || this.loading || this.failure || !scroller.clientHeight) return;
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AHEAD) void this.#more();
  }

  #key(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step) return;
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>('li a')];
    const at = links.findIndex((link) => link === this.shadowRoot!.activeElement);
    const target = links[at + step];
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: 'nearest' });
  }

  async #more(): Promise<void> {
    if (this.loading) return;
    const wish = this.#wish;
    this.loading = true;
    this.failure = '';
    try {
      for (let empty = 0; empty < EMPTY_PAGES && this.next !== null; empty++) {
        const search = new URLSearchParams({ q: this.text, limit: '30', ...(this.next ? { cursor: this.next } : {}) });
        const page = await this.api.get<SearchPage>(`/v1/search?${search}`);
        if (wish !== this.#wish) return;
        this.session.adopt(page.items.map(({ conversation }) => conversation));
        this.hits = [...this.hits, ...page.items];
        this.next = page.next;
        if (page.items.length) break;
      }
    } catch (error) {
      if (wish === this.#wish) this.failure = failureText(error);
    } finally {
      if (wish === this.#wish) this.loading = false;
    }
  }
}

/** A message's text with its marks, from shortly before the first one. Text nodes only. */
function marked(text: string, marks: SearchHit['marks']): unknown[] {
  const first = marks[0]?.[0] ?? 0;
  let from = first > BEFORE ? first - BEFORE : 0;
  // Never from the middle of a pair.
  if (from > 0 && /^[\uDC00-\uDFFF]/.test(text.slice(from))) from -= 1;
  const end = Math.min(text.length, from + SHOWN);
  const parts: unknown[] = from > 0 ? ['…'] : [];
  let at = from;
  for (const [begin = 0, stop = 0] of marks) {
    if (begin >= end) break;
    parts.push(text.slice(at, begin), html`<mark>${text.slice(begin, stop)}</mark>`);
    at = stop;
  }
  if (at < end) parts.push(text.slice(at, end).replace(/[\uD800-\uDBFF]$/, ''));
  if (end < text.length) parts.push('…');
  return parts;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-search-hits': SearchHits;
  }
}
