import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation, PageView } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { avatar } from '../avatar.ts';
import { botIcon, noteIcon, verifiedIcon } from '../icons.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { tagChip, tagStyles } from '../tag-chip.ts';
import { ago, fullTime, language, t } from '../texts/texts.ts';
import { conversationListStyles } from './conversation-list.styles.ts';

/** What is known of where a visitor is. */
export interface VisitorSight {
  online: boolean;
  page: PageView | null;
}

/**
 * The inbox's rows: who, the newest line, what is unread, who has it, and where the visitor is.
 *
 * @fires choose `detail: { id, range }` A row's box was ticked or emptied; `range`: all since the last one.
 */
@customElement('consult-admin-conversation-list')
export class ConversationList extends LitElement {
  static override styles = [base, panel, tagStyles, conversationListStyles];

  @property({ attribute: false }) conversations: readonly Conversation[] = [];
  /** The one that is open beside the list. */
  @property({ attribute: false }) current: string | null = null;
  /** What the address of a row repeats, so that the list stays as it is. */
  @property({ attribute: false }) query: Record<string, string> = {};
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  /** The boxes are on show. */
  @property({ attribute: false }) choosing = false;
  @property({ attribute: false }) sights: ReadonlyMap<string, VisitorSight> = new Map();
  /** The moment that *5 min ago* counts back from. */
  @property({ attribute: false }) now = Date.now();
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <ul class=${this.choosing ? 'choosing' : ''}>
        ${repeat(this.conversations, (conversation) => conversation.id, (conversation) => this.#row(conversation))}
      </ul>
    `;
  }

  /** The row that has the focus. */
  get focused(): string | null {
    return this.shadowRoot?.activeElement?.closest('li')?.dataset.id ?? null;
  }

  /** Gives a row the focus. */
  focusRow(id: string): void {
    const row = [...this.renderRoot.querySelectorAll('li')].find(({ dataset }) => dataset.id === id)?.querySelector('a');
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  }

  #row(conversation: Conversation) {
    const { id, visitor, unread, status, assignee, tags = [], bot, verified } = conversation;
    const sight = this.sights.get(visitor.id);
    const chosen = this.chosen.has(id);
    const page = sight?.online ? sight.page : null;
    return html`
      <li data-id=${id} class="${unread ? 'unread' : ''} ${id === this.current ? 'open' : ''} ${chosen ? 'chosen' : ''}">
        <a href=${formatRoute('inbox', id, this.query)} aria-current=${id === this.current ? 'page' : nothing}>
          <span class="who">${avatar(visitor.id, visitor.name, 'visitor')}${sight?.online ? html`<span class="presence" title=${t('visitorOnline')}><span class="hush">${t('visitorOnline')}</span></span>` : nothing}</span>
          <span class="lines">
            <span class="line">
              <span class="name">${visitor.name}</span>
              ${verified ? html`<span class="mark" title=${t('verified')}>${verifiedIcon}<span class="hush">${t('verified')}</span></span>` : nothing}
              <span class="grow"></span>
              <time datetime=${conversation.lastMessageAt} title=${fullTime(conversation.lastMessageAt)}>${ago(conversation.lastMessageAt, this.now)}</time>
            </span>
            <span class="line">
              <span class="preview">${this.#preview(conversation)}</span>
              ${bot ? html`<span class="mark bot" title=${t('botAnswers', { name: bot.name })}>${botIcon}<span class="hush">${t('botAnswers', { name: bot.name })}</span></span>` : nothing}
              ${assignee ? html`<span title=${t('assignedTo', { name: assignee.name })}>${avatar(assignee.id, assignee.name, 'assignee')}<span class="hush">${t('assignedTo', { name: assignee.name })}</span></span>` : nothing}
              ${unread
                ? html`<span class="badge"><span aria-hidden="true">${unread > 99 ? '99+' : unread}</span><span class="hush">${t('unreadCount', { count: unread })}</span></span>`
                : status === 'closed'
                  ? html`<span class="closed">${t('closed')}</span>`
                  : nothing}
            </span>
            ${tags.length || page
              ? html`<span class="line more">${tags.slice(0, 3).map(tagChip)}${tags.length > 3 ? html`<span class="closed">+${tags.length - 3}</span>` : nothing}${page && !tags.length ? html`<span class="page" title=${page.url}>${page.title || pathOf(page.url)}</span>` : nothing}</span>`
              : nothing}
          </span>
        </a>
        <label class="check"><input type="checkbox" tabindex=${this.choosing ? nothing : '-1'} .checked=${chosen} aria-label=${t('selectNamed', { name: visitor.name })} @click=${(event: MouseEvent) => this.#choose(id, event.shiftKey)} /></label>
      </li>
    `;
  }

  #choose(id: string, range: boolean): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: { id, range } }));
  }

  #preview({ preview }: Conversation) {
    if (!preview) return nothing;
    if (preview.kind === 'call') return html`${preview.call?.mode === 'video' ? videoIcon : phoneIcon}<span>${t(preview.call?.mode === 'video' ? 'callVideo' : 'callVoice')}</span>`;
    if (preview.kind === 'note') return html`${noteIcon}<span>${preview.text}</span>`;
    return html`<span>${preview.authorKind === 'agent' ? t('you', { text: preview.text }) : preview.text}</span>`;
  }
}

/** The path of a page's address, or all of it where it is none. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-conversation-list': ConversationList;
  }
}
