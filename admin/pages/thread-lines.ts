import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
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
import { answerShortcuts } from '../shortcuts.ts';
import { language, problemText, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import type { FoundMarks } from './find-bar.ts';
import { paintMarks } from './found-marks.ts';
import { Readers } from './readers.ts';
import '../../widget/chat/message-list.ts';
import './find-bar.ts';
import './seen-by.ts';

/**
 * The lines of the open conversation: it opens at what is new, keeps its place, moves the own read cursor when the end was really
 * seen, and tells who else has read. It can be looked through, and opened at a line from long ago.
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
  /** The line that is to be shown; null: the newest. */
  @property({ attribute: false }) at: number | null = null;
  /** The first line that was not read when the conversation was opened. */
  @state() private newFrom: number | null = null;
  @state() private jump = 0;
  @state() private finding = false;
  @state() private marks: FoundMarks = new Map();
  @query('peer-consult-message-list') private list!: HTMLElementTagNameMap['peer-consult-message-list'];
  @query('consult-admin-find-bar') private bar!: HTMLElementTagNameMap['consult-admin-find-bar'] | null;
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);
  readonly #readers = new Readers(this, () => (this.session && this.conversation ? { api: this.api, session: this.session, conversationId: this.conversation.id } : null));
  #shown: string | null = null;

  constructor() {
    super();
    answerShortcuts(this, {
      find: () => {
        if (this.finding) this.bar?.focus();
        this.finding = true;
      },
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { id, unread, readSeq } = this.conversation;
    if (this.#shown === id) {
      if (changed.has('at') && this.at !== null) void this.#show(this.at);
      return;
    }
    this.#shown = id;
    this.marks = new Map();
    this.finding = false;
    this.newFrom = unread > 0 && readSeq > 0 ? readSeq + 1 : null;
    this.jump = 0;
    this.session.load(id);
    if (this.at !== null) {
      // Whoever goes to a line of long ago is not led to what is new.
      this.newFrom = null;
      void this.#show(this.at);
    }
    if (this.newFrom !== null) void this.#offerJump(id, unread);
  }

  override render() {
    const { conversation } = this;
    const { id } = conversation;
    const state = this.#state.value!;
    const thread = state.threads.get(id);
    const among = isTeamRoom(conversation);
    return html`
      ${this.finding
        ? html`<consult-admin-find-bar .api=${this.api} .conversationId=${id} @found=${(event: CustomEvent<{ marks: FoundMarks }>) => (this.marks = event.detail.marks)} @go=${(event: CustomEvent<{ seq: number }>) => void this.#show(event.detail.seq)} @closed=${() => (this.finding = false)}></consult-admin-find-bar>`
        : nothing}
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
        .newer=${thread?.newer ?? false}
        .loading=${thread?.loading ?? true}
        .typing=${thread?.typing ?? []}
        .newFrom=${this.newFrom}
        .newLabel=${t('newHere')}
        .callLinks=${true}
        .fetchFile=${this.session.fetchFile}
        @load-earlier=${() => this.session.loadEarlier(id)}
        @load-newer=${() => this.session.loadNewer(id)}
        @newest=${this.#toNewest}
        @read=${() => this.session.markRead(id)}
        @retry=${(event: CustomEvent<{ clientId: string }>) => this.session.retry(event.detail.clientId)}
        @discard=${this.#discard}
        @open-call=${(event: CustomEvent<{ callId: string }>) => this.#tell('open-call', event.detail)}
      ><slot name="intro" slot="intro"></slot><consult-admin-seen-by slot="after" .readers=${this.#readers.others} .selfId=${state.self?.id ?? ''} .lines=${thread?.lines ?? []}></consult-admin-seen-by></peer-consult-message-list>`)}
    `;
  }

  override updated(): void {
    void this.#paint();
  }

  async #paint(): Promise<void> {
    await this.list.updateComplete;
    const stretches = [...this.marks].flatMap(([seq, marks]) => {
      const element = this.list.bubbleOf(seq);
      return element ? [{ element, marks }] : [];
    });
    paintMarks(this, stretches);
  }

  /** Brings a line onto the screen, with what stands around it. */
  async #show(seq: number): Promise<void> {
    const { id } = this.conversation;
    await this.#loaded(id);
    const code = await this.session.loadAround(id, seq);
    if (this.#shown !== id) return;
    if (code) return toast(problemText(code), { bad: true });
    // The words of a language and the lines may come one after the other.
    for (let frame = 0; frame < 60 && this.#shown === id; frame++) {
      await this.updateComplete;
      await this.list.updateComplete;
      if (this.list.scrollToLine(seq)) return;
      await new Promise(requestAnimationFrame);
    }
  }

  /** Waits for the link, and for the newest lines: their answer would push the line out of the window. */
  #loaded(id: string): Promise<void> {
    return new Promise((resolve) => {
      let leave = (): void => undefined;
      const look = (): void => {
        const { link, threads } = this.session.state.value;
        const thread = threads.get(id);
        const awaited = thread && (thread.loading || (thread.lines.length === 0 && this.conversation.lastSeq > 0));
        if (this.#shown === id && (link !== 'online' || awaited)) return;
        leave();
        resolve();
      };
      leave = this.session.state.subscribe(look);
      look();
    });
  }

  async #toNewest(): Promise<void> {
    this.session.load(this.conversation.id);
    await this.updateComplete;
    await this.list.updateComplete;
    this.list.scrollToEnd();
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
