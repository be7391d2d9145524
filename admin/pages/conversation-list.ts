import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { avatar } from '../avatar.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { fullTime, language, t, when } from '../texts/texts.ts';

/** The inbox's left side: one row a conversation, newest first, with preview and unread count. */
@customElement('consult-admin-conversation-list')
export class ConversationList extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      ul {
        display: grid;
        gap: 2px;
        padding: var(--pc-2);
      }

      a.row {
        display: grid;
        grid-template-columns: auto 1fr auto;
        grid-template-rows: auto auto;
        column-gap: var(--pc-3);
        align-items: center;
        padding: var(--pc-3);
        border-radius: var(--pc-radius-s);
        color: inherit;
        text-decoration: none;
      }

      a.row:hover {
        background: var(--pc-surface-2);
      }

      a.row[aria-current='page'] {
        background: var(--pc-accent-soft);
      }

      .avatar {
        grid-row: span 2;
      }

      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 600;
      }

      time {
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
        font-variant-numeric: tabular-nums;
      }

      .preview {
        display: flex;
        align-items: center;
        gap: var(--pc-1);
        min-inline-size: 0;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .preview:last-child {
        grid-column: 2 / -1;
      }

      .preview span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .unread .preview,
      .unread .name {
        color: var(--pc-text);
        font-weight: 700;
      }

      .badge {
        justify-self: end;
        min-inline-size: 20px;
        padding: 0 6px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent);
        color: var(--pc-on-accent);
        font-size: var(--pc-text-xs);
        font-weight: 700;
        line-height: 20px;
        text-align: center;
      }

      .closed {
        justify-self: end;
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
      }
    `,
  ];

  @property({ attribute: false }) conversations: readonly Conversation[] = [];
  /** The one that is open beside the list. */
  @property({ attribute: false }) current: string | null = null;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <ul>
        ${repeat(this.conversations, (conversation) => conversation.id, (conversation) => this.#row(conversation))}
      </ul>
    `;
  }

  #row(conversation: Conversation) {
    const { id, visitor, unread, status } = conversation;
    return html`
      <li class=${unread ? 'unread' : nothing}>
        <a class="row" href=${formatRoute('inbox', id)} aria-current=${id === this.current ? 'page' : nothing}>
          ${avatar(visitor.id, visitor.name)}
          <span class="name">${visitor.name}</span>
          <time datetime=${conversation.lastMessageAt} title=${fullTime(conversation.lastMessageAt)}>${when(conversation.lastMessageAt)}</time>
          <span class="preview">${this.#preview(conversation)}</span>
          ${unread
            ? html`<span class="badge"><span aria-hidden="true">${unread > 99 ? '99+' : unread}</span><span class="hush">${t('unreadCount', { count: unread })}</span></span>`
            : status === 'closed'
              ? html`<span class="closed">${t('closed')}</span>`
              : nothing}
        </a>
      </li>
    `;
  }

  #preview({ preview }: Conversation) {
    if (!preview) return nothing;
    if (preview.kind === 'call') return html`${preview.call?.mode === 'video' ? videoIcon : phoneIcon}<span>${t(preview.call?.mode === 'video' ? 'callVideo' : 'callVoice')}</span>`;
    return html`<span>${preview.authorKind === 'agent' ? t('you', { text: preview.text }) : preview.text}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-conversation-list': ConversationList;
  }
}
