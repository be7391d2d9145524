import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation, PageView, PresenceStatus } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { avatar } from '../avatar.ts';
import { botIcon, clipIcon, noteIcon, pinIcon, teamIcon, verifiedIcon } from '../icons.ts';
import { isTeamRoom, otherOf, roomName } from '../room-name.ts';
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
 * The inbox's rows: who, the newest line, what is unread, who has it, where the visitor is, and whether it is pinned.
 *
 * @fires choose `detail: { id, range }` A row's box was ticked or emptied; `range`: all since the last one.
 * @fires pin `detail: { id, on }`
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
  @property({ attribute: false }) pins: readonly string[] = [];
  /** Who reads: *you* in what stands beside the newest line. */
  @property() selfId = '';
  /** Colleagues by id, with whether they are there. */
  @property({ attribute: false }) team: ReadonlyMap<string, { name: string; status: PresenceStatus }> = new Map();
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
    const sight = isTeamRoom(conversation) ? undefined : this.sights.get(visitor.id);
    const name = roomName(conversation, this.selfId);
    const pinned = this.pins.includes(id);
    const chosen = this.chosen.has(id);
    const page = sight?.online ? sight.page : null;
    return html`
      <li data-id=${id} class="${unread ? 'unread' : ''} ${id === this.current ? 'open' : ''} ${chosen ? 'chosen' : ''}">
        <a href=${formatRoute('inbox', id, this.query)} aria-current=${id === this.current ? 'page' : nothing}>
          <span class="who">${this.#face(conversation, sight?.online ?? false)}</span>
          <span class="lines">
            <span class="line">
              <span class="name">${name}</span>
              ${pinned ? html`<span class="mark pinned" title=${t('pinned')}>${pinIcon}<span class="hush">${t('pinned')}</span></span>` : nothing}
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
        <button class="pin" type="button" aria-pressed=${pinned ? 'true' : 'false'} aria-label=${t(pinned ? 'unpinNamed' : 'pinNamed', { name })} title=${t(pinned ? 'unpin' : 'pin')} @click=${() => this.#tell('pin', { id, on: !pinned })}>${pinIcon}</button>
        ${isTeamRoom(conversation) ? nothing : html`<label class="check"><input type="checkbox" tabindex=${this.choosing ? nothing : '-1'} .checked=${chosen} aria-label=${t('selectNamed', { name })} @click=${(event: MouseEvent) => this.#tell('choose', { id, range: event.shiftKey })} /></label>`}
      </li>
    `;
  }

  /** Who it is with, and whether they are there. */
  #face(conversation: Conversation, onSite: boolean) {
    const other = otherOf(conversation, this.selfId);
    if (!other) return html`<span class="avatar visitor group" aria-hidden="true">${teamIcon}</span>`;
    const status = isTeamRoom(conversation) ? (this.team.get(other.id)?.status ?? 'off') : onSite ? 'online' : 'off';
    const words = isTeamRoom(conversation) ? t(PRESENCE[status]) : t('visitorOnline');
    return html`${avatar(other.id, other.name, 'visitor')}${status === 'off' ? nothing : html`<span class="presence ${status}" title=${words}><span class="hush">${words}</span></span>`}`;
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Whose words they are: one's own, a colleague's by name; a visitor's need nobody's name beside theirs. */
  #said({ preview, members = [], kind }: Conversation, text: string): string {
    const id = preview?.authorId;
    if (id === undefined || preview?.authorKind !== 'agent') return text;
    if (id === this.selfId) return t('you', { text });
    const name = kind === 'direct' ? undefined : (this.team.get(id)?.name ?? members.find((member) => member.id === id)?.name);
    return name ? t('saidBy', { name, text }) : text;
  }

  #preview(conversation: Conversation) {
    const { preview } = conversation;
    if (!preview) return nothing;
    if (preview.kind === 'call') return html`${preview.call?.mode === 'video' ? videoIcon : phoneIcon}<span>${t(preview.call?.mode === 'video' ? 'callVideo' : 'callVoice')}</span>`;
    const file = preview.file && !preview.text ? preview.file : null;
    const text = this.#said(conversation, file ? file.name : preview.text);
    return html`${preview.kind === 'note' ? noteIcon : file ? clipIcon : nothing}<span>${text}</span>`;
  }
}

const PRESENCE = { online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const;

/** The path of a page's address, or all of it where it is none. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-conversation-list': ConversationList;
  }
}
