import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { downIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session, SessionState } from '../../widget/engine/session-state.ts';
import type { Texts } from '../../widget/texts/texts.ts';
import type { Api } from '../api.ts';
import { isTeamRoom } from '../room-name.ts';
import { language, t } from '../texts/texts.ts';
import { Readers } from './readers.ts';
import '../../widget/chat/message-list.ts';
import './seen-by.ts';

/**
 * The lines of the open conversation: it opens at what is new, keeps its place, moves the own read cursor when the end was really
 * seen, and tells who else has read.
 *
 * @fires give-back `detail: { text }` A line that was refused goes back to where it can be changed.
 * @fires open-call `detail: { callId }`
 */
@customElement('consult-admin-thread-lines')
export class ThreadLines extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: flex;
        flex: 1;
        flex-direction: column;
        min-block-size: 0;
      }

      peer-consult-message-list {
        inline-size: min(860px, 100%);
        margin-inline: auto;
      }

      .jump {
        position: absolute;
        inset-block-start: 10px;
        inset-inline: 0;
        z-index: 1;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      .jump button {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-block-size: 32px;
        padding: 0 var(--pc-3);
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent);
        color: var(--pc-on-accent);
        box-shadow: var(--pc-shadow);
        font-size: var(--pc-text-s);
        font-weight: 600;
        pointer-events: auto;
      }

      .jump svg {
        transform: rotate(180deg);
        inline-size: 16px;
        block-size: 16px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @property({ attribute: false }) texts: Texts | undefined;
  /** The first line that was not read when the conversation was opened. */
  @state() private newFrom: number | null = null;
  @state() private jump = 0;
  @query('peer-consult-message-list') private list!: HTMLElementTagNameMap['peer-consult-message-list'];
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  readonly #readers = new Readers(this, () => (this.session && this.conversation ? { api: this.api, session: this.session, conversationId: this.conversation.id } : null));
  #shown: string | null = null;

  override willUpdate(): void {
    const { id, unread, readSeq } = this.conversation;
    if (this.#shown === id) return;
    this.#shown = id;
    this.newFrom = unread > 0 && readSeq > 0 ? readSeq + 1 : null;
    this.jump = 0;
    this.session.load(id);
    if (this.newFrom !== null) void this.#offerJump(id, unread);
  }

  override render() {
    const { conversation } = this;
    const { id } = conversation;
    const state = this.#state.value!;
    const thread = state.threads.get(id);
    const among = isTeamRoom(conversation);
    return html`
      ${this.jump ? html`<div class="jump"><button type="button" @click=${this.#toNew}>${downIcon}${t('newMessages', { count: this.jump })}</button></div>` : nothing}
      ${keyed(id, html`<peer-consult-message-list
        .lines=${thread?.lines ?? []}
        .texts=${this.texts}
        .language=${this.#language.value ?? 'en'}
        .selfKind=${'agent'}
        .selfId=${state.self?.id ?? ''}
        .among=${among}
        .readSeq=${this.#readSeq(state, among)}
        .more=${thread?.more ?? false}
        .loading=${thread?.loading ?? true}
        .typing=${thread?.typing ?? []}
        .newFrom=${this.newFrom}
        .newLabel=${t('newHere')}
        .callLinks=${true}
        .fetchFile=${this.session.fetchFile}
        @load-earlier=${() => this.session.loadEarlier(id)}
        @read=${() => this.session.markRead(id)}
        @retry=${(event: CustomEvent<{ clientId: string }>) => this.session.retry(event.detail.clientId)}
        @discard=${this.#discard}
        @open-call=${(event: CustomEvent<{ callId: string }>) => this.#tell('open-call', event.detail)}
      ><slot name="intro" slot="intro"></slot><consult-admin-seen-by slot="after" .readers=${this.#readers.others} .lines=${thread?.lines ?? []}></consult-admin-seen-by></peer-consult-message-list>`)}
    `;
  }

  /** How far the other side has read; in a room of the team, how far everybody else has. */
  #readSeq({ self }: SessionState, among: boolean): number {
    if (!among) return this.conversation.visitorReadSeq;
    const present = new Set((this.conversation.members ?? []).map(({ id }) => id));
    const others = this.#readers.others.filter(({ id }) => id !== self?.id && present.has(id));
    return others.length ? Math.min(...others.map(({ readSeq }) => readSeq)) : 0;
  }

  #discard(event: CustomEvent<{ clientId: string }>): void {
    const text = this.session.discard(event.detail.clientId);
    if (text) this.#tell('give-back', { text });
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The list opens at what is new by itself; where that is not loaded yet, a button leads there. */
  async #offerJump(id: string, count: number): Promise<void> {
    for (let frame = 0; frame < 120 && this.#shown === id; frame++) {
      await new Promise(requestAnimationFrame);
      const thread = this.session.state.value.threads.get(id);
      if (!thread || thread.loading || !thread.lines.length || !this.texts) continue;
      await this.updateComplete;
      await this.list.updateComplete;
      for (let turn = 0; turn < 2; turn++) await new Promise(requestAnimationFrame);
      if (this.#shown === id && this.list.newMark === 'missing') this.jump = count;
      return;
    }
  }

  async #toNew(): Promise<void> {
    const { id } = this.conversation;
    this.jump = 0;
    // Older pages come until the mark is among them.
    for (let page = 0; page < 40 && this.#shown === id && this.list.newMark === 'missing'; page++) {
      const thread = this.session.state.value.threads.get(id);
      if (!thread?.more) break;
      if (!thread.loading) this.session.loadEarlier(id);
      await new Promise<void>((resolve) => {
        const leave = this.session.state.subscribe((state) => {
          if (state.threads.get(id)?.loading) return;
          leave();
          resolve();
        });
      });
      await this.updateComplete;
      await this.list.updateComplete;
    }
    this.list.scrollToNew();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-thread-lines': ThreadLines;
  }
}
