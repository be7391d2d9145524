import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { backIcon, phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { loadTexts, type Texts } from '../../widget/texts/texts.ts';
import { avatar } from '../avatar.ts';
import { doneIcon, historyIcon, reopenIcon } from '../icons.ts';
import { formatRoute, go } from '../router.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import '../../widget/chat/composer.ts';
import '../../widget/chat/message-list.ts';

/** One conversation: what was said, what to say next, and the buttons to call. */
@customElement('consult-admin-thread')
export class Thread extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: auto minmax(0, 1fr) auto;
        min-inline-size: 0;
        min-block-size: 0;
        background: var(--pc-surface);
      }

      header {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        padding: var(--pc-2) var(--pc-4);
        border-block-end: 1px solid var(--pc-line);
      }

      .back {
        display: none;
      }

      h2 {
        flex: 1;
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: var(--pc-text-l);
      }

      .actions {
        display: flex;
      }

      .closed {
        padding: var(--pc-3) var(--pc-4);
        border-block-start: 1px solid var(--pc-line);
        background: var(--pc-surface-2);
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        text-align: center;
      }

      footer {
        padding: var(--pc-2) var(--pc-4) max(var(--pc-4), env(safe-area-inset-bottom));
      }

      /* Lines longer than this are hard to follow from one to the next. */
      peer-consult-message-list,
      footer {
        inline-size: min(860px, 100%);
        margin-inline: auto;
      }

      @media (max-width: 720px) {
        header {
          padding: var(--pc-1) var(--pc-1);
          gap: var(--pc-1);
        }

        .back {
          display: inline-grid;
        }

        .avatar {
          display: none;
        }

        footer {
          padding: var(--pc-2) var(--pc-3) max(var(--pc-3), env(safe-area-inset-bottom));
        }
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  @state() private texts: Texts | undefined;
  #shown: string | null = null;
  #spoken: string | null = null;
  /** What was begun in other conversations. */
  readonly #drafts = new Map<string, string>();

  override willUpdate(): void {
    const locale = this.#language.value ?? 'en';
    if (this.#spoken !== locale) {
      this.#spoken = locale;
      void loadTexts(locale).then((texts) => (this.texts = texts));
    }
    if (this.#shown === this.conversation.id) return;
    const composer = this.renderRoot?.querySelector('peer-consult-composer');
    if (composer && this.#shown) {
      this.#drafts.set(this.#shown, composer.value);
      composer.value = this.#drafts.get(this.conversation.id) ?? '';
    }
    this.#shown = this.conversation.id;
    this.session.load(this.conversation.id);
  }

  override render() {
    const locale = this.#language.value ?? 'en';
    const session = this.#state.value!;
    const { conversation } = this;
    const thread = session.threads.get(conversation.id);
    const busy = session.call !== null && session.call.phase !== 'ended';
    const closed = conversation.status === 'closed';
    return html`
      <header>
        <a class="icon-button back" href=${formatRoute('inbox')} aria-label=${t('backToList')}>${backIcon}</a>
        ${avatar(conversation.visitor.id, conversation.visitor.name)}
        <h2>${conversation.visitor.name}</h2>
        <div class="actions">
          <button class="icon-button" ?disabled=${busy} aria-label=${t('callVoice')} title=${t('callVoice')} @click=${() => this.#call('audio')}>${phoneIcon}</button>
          <button class="icon-button" ?disabled=${busy} aria-label=${t('callVideo')} title=${t('callVideo')} @click=${() => this.#call('video')}>${videoIcon}</button>
          <a class="icon-button" href=${formatRoute('history', null, { visitor: conversation.visitor.id })} aria-label=${t('visitorCalls')} title=${t('visitorCalls')}>${historyIcon}</a>
          ${closed
            ? html`<button class="icon-button" aria-label=${t('reopenConversation')} title=${t('reopenConversation')} @click=${() => this.session.reopenConversation(conversation.id)}>${reopenIcon}</button>`
            : html`<button class="icon-button" aria-label=${t('closeConversation')} title=${t('closeConversation')} @click=${() => this.session.closeConversation(conversation.id)}>${doneIcon}</button>`}
        </div>
      </header>
      <peer-consult-message-list
        .lines=${thread?.lines ?? []}
        .texts=${this.texts}
        .language=${locale}
        .selfKind=${'agent'}
        .selfId=${session.self?.id ?? ''}
        .readSeq=${conversation.visitorReadSeq}
        .more=${thread?.more ?? false}
        .loading=${thread?.loading ?? true}
        .typing=${thread?.typing ?? []}
        .callLinks=${true}
        aria-label=${t('conversationWith', { name: conversation.visitor.name })}
        @load-earlier=${() => this.session.loadEarlier(conversation.id)}
        @read=${() => this.session.markRead(conversation.id)}
        @retry=${(event: CustomEvent<{ clientId: string }>) => this.session.retry(event.detail.clientId)}
        @discard=${this.#discard}
        @open-call=${() => go(formatRoute('history', null, { visitor: conversation.visitor.id }))}
      ></peer-consult-message-list>
      ${closed
        ? html`<p class="closed">${t('closedNotice')}</p>`
        : html`
            <footer>
              <peer-consult-composer
                .texts=${this.texts}
                @send=${(event: CustomEvent<{ text: string }>) => this.session.send(event.detail.text, conversation.id)}
                @typing=${(event: CustomEvent<{ on: boolean }>) => this.session.typing(conversation.id, event.detail.on)}
              ></peer-consult-composer>
            </footer>
          `}
    `;
  }

  #discard(event: CustomEvent<{ clientId: string }>): void {
    // What was refused goes back to where it can be changed; nothing that was typed is lost.
    const text = this.session.discard(event.detail.clientId);
    const composer = this.renderRoot.querySelector('peer-consult-composer');
    if (text && composer) composer.value = [text, composer.value].filter(Boolean).join('\n');
  }

  #call(mode: 'audio' | 'video'): void {
    // Agents agree to the recording by using the panel; the visitor is asked anew for each call.
    this.session.startCall({ mode, conversationId: this.conversation.id, consent: true });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-thread': Thread;
  }
}
