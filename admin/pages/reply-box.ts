import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CannedReply } from '../../protocol/work.ts';
import type { Conversation } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Texts } from '../../widget/texts/texts.ts';
import type { Api } from '../api.ts';
import { fillReply } from '../fill-reply.ts';
import { noteIcon, replyIcon } from '../icons.ts';
import { answerShortcuts } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { workspaceOf } from '../workspace.ts';
import '../../widget/chat/composer.ts';

/** What was begun in a conversation. */
interface Draft {
  text: string;
  note: boolean;
}

/** As many replies are offered at a time. */
const OFFERED = 8;

/** Where an agent answers: to the visitor, or as a note that the team alone sees. `/` at the start brings the replies that are ready. */
@customElement('consult-admin-reply-box')
export class ReplyBox extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        position: relative;
        display: block;
      }

      .box {
        border-radius: var(--pc-radius);
      }

      .modes {
        display: flex;
        align-items: center;
        gap: 2px;
        padding-block-end: var(--pc-1);
      }

      .modes > div {
        display: flex;
        gap: 2px;
      }

      .modes button {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-block-size: 30px;
        padding: 0 10px;
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      .modes button:hover {
        background: var(--pc-surface-2);
        color: var(--pc-text);
      }

      .modes [aria-checked='true'] {
        background: var(--pc-surface-3);
        color: var(--pc-text);
      }

      .modes .note[aria-checked='true'] {
        background: var(--pc-warn-soft);
        color: var(--pc-warn);
      }

      .modes svg {
        inline-size: 16px;
        block-size: 16px;
      }

      .modes .end {
        margin-inline-start: auto;
      }

      .hint {
        display: flex;
        align-items: center;
        gap: 6px;
        padding: 2px var(--pc-2) var(--pc-1);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-warn);
      }

      .hint svg {
        inline-size: 14px;
        block-size: 14px;
      }

      .noting peer-consult-composer {
        --pc-surface: var(--pc-warn-soft);
        --pc-control-line: var(--pc-warn);
        --pc-accent: var(--pc-warn);
        --pc-accent-ink: var(--pc-warn);
        --pc-on-accent: light-dark(#ffffff, #2b1d00);
      }

      .picker {
        position: absolute;
        inset-block-end: calc(100% + 4px);
        inset-inline: 0;
        z-index: 2;
        max-block-size: min(320px, 50dvh);
        padding: var(--pc-2);
        overflow: auto;
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        box-shadow: var(--pc-shadow);
      }

      .picker [role='option'] {
        display: grid;
        grid-template-columns: minmax(80px, max-content) minmax(0, 1fr);
        align-items: baseline;
        gap: var(--pc-3);
        padding: var(--pc-2);
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        cursor: pointer;
      }

      .picker .at {
        background: var(--pc-surface-3);
      }

      .picker strong,
      .picker .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .picker .text {
        color: var(--pc-text-2);
      }

      .picker p {
        padding: var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      @media (pointer: coarse) {
        .modes button {
          min-block-size: 36px;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) conversation!: Conversation;
  @property({ attribute: false }) texts: Texts | undefined;
  @state() private note = false;
  /** What stands behind the slash; null: no reply is looked for. */
  @state() private wanted: string | null = null;
  @state() private at = 0;
  @query('peer-consult-composer') private composer!: HTMLElementTagNameMap['peer-consult-composer'];
  readonly #language = new StoreController(this, () => language);
  readonly #replies = new StoreController(this, () => (this.api ? workspaceOf(this.api).replies : undefined));
  readonly #drafts = new Map<string, Draft>();
  #shown: string | null = null;

  constructor() {
    super();
    answerShortcuts(this, { reply: () => this.#write(false), note: () => this.#write(true) });
  }

  override willUpdate(): void {
    const { id } = this.conversation;
    if (this.#shown === id) return;
    if (this.#shown && this.composer) {
      // What was begun stays with its conversation.
      this.#drafts.set(this.#shown, { text: this.composer.value, note: this.note });
      const draft = this.#drafts.get(id) ?? { text: '', note: false };
      this.composer.value = draft.text;
      this.note = draft.note;
    }
    this.wanted = null;
    this.#shown = id;
  }

  override firstUpdated(): void {
    const { replies, sites } = workspaceOf(this.api);
    void replies.load();
    void sites.load();
  }

  override render() {
    void this.#language.value;
    const { note } = this;
    return html`
      ${this.wanted === null ? nothing : this.#picker()}
      <div class="box ${note ? 'noting' : ''}">
        <div class="modes">
          <div role="radiogroup" aria-label=${t('writeWhat')} @keydown=${this.#modeKey}>
            <button type="button" role="radio" aria-checked=${note ? 'false' : 'true'} tabindex=${note ? -1 : 0} @click=${() => this.#write(false)}>${t('replyMode')}</button>
            <button type="button" class="note" role="radio" aria-checked=${note ? 'true' : 'false'} tabindex=${note ? 0 : -1} @click=${() => this.#write(true)}>${noteIcon}${t('noteMode')}</button>
          </div>
          <button type="button" class="end" @click=${this.#browse}>${replyIcon}${t('cannedReplies')}</button>
        </div>
        <p class="hint" role="status" ?hidden=${!note}>${note ? t('noteHint') : nothing}</p>
        <peer-consult-composer
          .texts=${this.texts}
          .label=${note ? t('writeNote') : ''}
          .placeholder=${note ? t('notePlaceholder') : t('replyPlaceholder')}
          @send=${(event: CustomEvent<{ text: string }>) => this.#send(event.detail.text)}
          @typing=${(event: CustomEvent<{ on: boolean }>) => this.session.typing(this.conversation.id, event.detail.on && !this.note)}
          @input=${this.#written}
          @keydown=${{ handleEvent: (event: KeyboardEvent) => this.#key(event), capture: true }}
        ></peer-consult-composer>
      </div>
    `;
  }

  override focus(): void {
    this.composer?.focus();
  }

  /** Puts text before what is there, e.g. what was refused and shall be changed. */
  giveBack(text: string): void {
    this.composer.value = [text, this.composer.value].filter(Boolean).join('\n');
    this.composer.focus();
  }

  #picker() {
    const found = this.#found();
    const at = Math.min(this.at, found.length - 1);
    const chosen = found[at];
    return html`
      <div class="picker">
        ${found.length
          ? html`<div role="listbox" aria-label=${t('cannedReplies')}>
              ${found.map((reply, index) => html`
                <div role="option" class=${index === at ? 'at' : ''} aria-selected=${index === at ? 'true' : 'false'} @click=${() => this.#use(reply)} @pointermove=${() => (this.at = index)}>
                  <strong>/${reply.shortcut}</strong><span class="text">${this.#filled(reply)}</span>
                </div>
              `)}
            </div>`
          : html`<p>${this.#replies.value?.length ? t('nothingFits') : t('noReplies')}</p>`}
      </div>
      <div class="hush" role="status">${chosen ? t('replyOffered', { name: chosen.shortcut, at: at + 1, count: found.length }) : t('nothingFits')}</div>
    `;
  }

  #found(): CannedReply[] {
    const wanted = (this.wanted ?? '').toLowerCase();
    const all = this.#replies.value ?? [];
    const begins = all.filter(({ shortcut }) => shortcut.toLowerCase().startsWith(wanted));
    const holds = all.filter((reply) => !begins.includes(reply) && `${reply.shortcut} ${reply.text}`.toLowerCase().includes(wanted));
    return [...begins, ...holds].slice(0, OFFERED);
  }

  #filled({ text }: CannedReply): string {
    const { visitor, siteId } = this.conversation;
    return fillReply(text, {
      visitor: visitor.name,
      agent: this.session.state.value.self?.name ?? '',
      site: workspaceOf(this.api).sites.value.find(({ id }) => id === siteId)?.name ?? '',
    });
  }

  #use(reply: CannedReply): void {
    this.composer.value = this.#filled(reply);
    this.wanted = null;
    this.composer.focus();
  }

  #browse(): void {
    if (this.wanted !== null) {
      this.wanted = null;
      return;
    }
    if (!this.composer.value) this.composer.value = '/';
    this.wanted = '';
    this.at = 0;
    this.composer.focus();
  }

  #written(): void {
    const { value } = this.composer;
    const sought = /^\/(\S{0,32})$/.exec(value);
    this.wanted = sought ? sought[1]! : null;
    this.at = 0;
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.wanted === null) {
      // Out of the field, so that letters are shortcuts again.
      if (event.key === 'Escape') {
        event.stopPropagation();
        (event.composedPath()[0] as HTMLElement).blur();
      }
      return;
    }
    const found = this.#found();
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const chosen = found[Math.min(this.at, found.length - 1)];
    if (event.key === 'Escape') this.wanted = null;
    else if (step !== undefined && found.length) this.at = (Math.min(this.at, found.length - 1) + step + found.length) % found.length;
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen && !event.shiftKey) this.#use(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #send(text: string): void {
    this.wanted = null;
    this.session.send(text, this.conversation.id, { note: this.note });
  }

  #write(note: boolean): void {
    this.note = note;
    if (note) this.session.typing(this.conversation.id, false);
    void this.updateComplete.then(() => this.composer.focus());
  }

  #modeKey(event: KeyboardEvent): void {
    if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    this.note = !this.note;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[role="radio"][aria-checked="true"]')?.focus());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-reply-box': ReplyBox;
  }
}
