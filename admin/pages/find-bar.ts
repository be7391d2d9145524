import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SearchHit, SearchPage } from '../../protocol/search.ts';
import { base } from '../../widget/styles/base.ts';
import { downIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { crossIcon, searchIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';

/** Hits of one conversation that are counted; beyond, the count says `+`. */
const COUNTED = 500;
/** A search is sent after this much stillness, in ms. */
const STILL_MS = 250;

/** What stands where: the marks of each line, by its `seq`. */
export type FoundMarks = ReadonlyMap<number, SearchHit['marks']>;

/**
 * Looks for words in one conversation, all of its history: how often they stand there, and step by step from the newest to the oldest.
 *
 * @fires found `detail: { marks }` What is to be marked; nothing when the words changed or the bar closed.
 * @fires go `detail: { seq }` This line is to be shown.
 * @fires closed
 */
@customElement('consult-admin-find-bar')
export class FindBar extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--pc-1);
        padding: var(--pc-1) var(--pc-3);
        border-block-end: 1px solid var(--pc-line);
        background: var(--pc-surface);
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
      }

      svg {
        flex: none;
        inline-size: 16px;
        block-size: 16px;
      }

      input {
        flex: 1;
        min-inline-size: 0;
        min-block-size: 36px;
        border: 0;
        background: none;
        color: var(--pc-text);
        font-size: var(--pc-text-s);
        appearance: none;
      }

      input:focus-visible {
        outline: none;
      }

      input::-webkit-search-cancel-button {
        appearance: none;
      }

      :host(:focus-within) {
        box-shadow: inset 0 -2px var(--pc-accent);
      }

      .count {
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }

      .icon-button {
        inline-size: 36px;
        block-size: 36px;
      }

      .older svg {
        transform: rotate(180deg);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() conversationId = '';
  @state() private text = '';
  @state() private hits: readonly SearchHit[] | null = null;
  @state() private more = false;
  @state() private at = 0;
  @state() private failure = '';
  @query('input') private field!: HTMLInputElement;
  readonly #language = new StoreController(this, () => language);
  #still: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#still);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('conversationId') && changed.get('conversationId')) this.#ask('');
  }

  override firstUpdated(): void {
    this.field.focus();
  }

  override focus(): void {
    this.field.focus();
    this.field.select();
  }

  override render() {
    void this.#language.value;
    const { hits, at, more, failure } = this;
    const none = !hits?.length;
    return html`
      ${searchIcon}
      <input type="search" autocomplete="off" spellcheck="false" maxlength="100" aria-label=${t('findInConversation')} placeholder=${t('findInConversation')} .value=${this.text} @input=${this.#written} @keydown=${this.#key} />
      <span class="count" role="status">${failure || (hits === null ? nothing : none ? t('foundNone') : t('foundAt', { at: at + 1, count: `${hits.length}${more ? '+' : ''}` }))}</span>
      <button class="icon-button older" type="button" ?disabled=${none} aria-label=${t('foundOlder')} title=${t('foundOlder')} @click=${() => this.#step(1)}>${downIcon}</button>
      <button class="icon-button" type="button" ?disabled=${none} aria-label=${t('foundNewer')} title=${t('foundNewer')} @click=${() => this.#step(-1)}>${downIcon}</button>
      <button class="icon-button" type="button" aria-label=${t('closeFind')} title=${t('closeFind')} @click=${this.#close}>${crossIcon}</button>
    `;
  }

  #written(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.#ask(this.field.value.trim()), STILL_MS);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === 'Enter' || event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const text = this.field.value.trim();
      if (text !== this.text) this.#ask(text);
      else this.#step((event.key === 'Enter' && event.shiftKey) || event.key === 'ArrowDown' ? -1 : 1);
    }
  }

  #ask(text: string): void {
    clearTimeout(this.#still);
    this.text = text;
    this.hits = null;
    this.at = 0;
    this.failure = '';
    this.#tell('found', { marks: new Map() });
    if (text) void this.#read(text);
  }

  async #read(text: string): Promise<void> {
    const { conversationId } = this;
    const hits: SearchHit[] = [];
    let cursor: string | null = null;
    try {
      do {
        const search: URLSearchParams = new URLSearchParams({ q: text, conversation: conversationId, limit: '100', ...(cursor ? { cursor } : {}) });
        const page: SearchPage = await this.api.get<SearchPage>(`/v1/search?${search}`);
        if (this.text !== text || this.conversationId !== conversationId || !this.isConnected) return;
        hits.push(...page.items);
        cursor = page.next;
      } while (cursor && hits.length < COUNTED);
    } catch (error) {
      if (this.text === text) this.failure = failureText(error);
      return;
    }
    this.hits = hits;
    this.more = cursor !== null;
    this.#tell('found', { marks: new Map(hits.map(({ message, marks }) => [message.seq, marks])) });
    this.#show();
  }

  #step(by: 1 | -1): void {
    if (!this.hits?.length) return;
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    this.#show();
  }

  #show(): void {
    const hit = this.hits?.[this.at];
    if (hit) this.#tell('go', { seq: hit.message.seq });
  }

  #close(): void {
    this.#tell('found', { marks: new Map() });
    this.#tell('closed', null);
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-find-bar': FindBar;
  }
}
