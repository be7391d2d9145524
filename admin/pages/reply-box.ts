import { LitElement, html, nothing } from 'lit';
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
import { isTeamRoom } from '../room-name.ts';
import { answerShortcuts } from '../shortcuts.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { workspaceOf } from '../workspace.ts';
import { replyBoxStyles } from './reply-box.styles.ts';
import type { Written } from '../../widget/chat/composer.ts';
import '../../widget/chat/composer.ts';

/** What was begun in a conversation. */
interface Draft {
  text: string;
  note: boolean;
  files: readonly File[];
}

/** By session and conversation: they outlive the box, which goes with its page. */
const draftsOf = new WeakMap<Session, Map<string, Draft>>();
/** What the server takes at most, where no site says less. */
const NO_SITE = { maxMiB: 100 };

/** As many replies are offered at a time. */
const OFFERED = 8;

/**
 * Where an agent answers: to the visitor, or as a note that the team alone sees. `/` at the start brings the replies that are ready.
 * In a room of the team there are neither notes nor ready replies.
 */
@customElement('consult-admin-reply-box')
export class ReplyBox extends LitElement {
  static override styles = [base, panel, replyBoxStyles];

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
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #replies = new StoreController(this, () => (this.api ? workspaceOf(this.api).replies : undefined));
  @state() private zone: HTMLElement = this;
  #shown: string | null = null;

  constructor() {
    super();
    answerShortcuts(this, { reply: () => this.#write(false), note: () => (isTeamRoom(this.conversation) ? false : this.#write(true)) });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const root = this.getRootNode();
    this.zone = root instanceof ShadowRoot ? (root.host as HTMLElement) : this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keepDraft();
  }

  override willUpdate(): void {
    const { id } = this.conversation;
    if (this.#shown === id) return;
    // What was begun stays with its conversation.
    this.#keepDraft();
    const draft = this.#drafts.get(id) ?? { text: '', note: false, files: [] };
    this.note = draft.note;
    void this.#putDraft(draft);
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
      ${this.wanted === null ? nothing : html`<div class="above">${this.#picker()}</div>`}
      <div class="box ${note ? 'noting' : ''}">
        ${isTeamRoom(this.conversation) ? nothing : html`<div class="modes">
          <div role="radiogroup" aria-label=${t('writeWhat')} @keydown=${this.#modeKey}>
            <button type="button" role="radio" aria-checked=${note ? 'false' : 'true'} tabindex=${note ? -1 : 0} @click=${() => this.#write(false)}>${t('replyMode')}</button>
            <button type="button" class="note" role="radio" aria-checked=${note ? 'true' : 'false'} tabindex=${note ? 0 : -1} @click=${() => this.#write(true)}>${noteIcon}${t('noteMode')}</button>
          </div>
          <button type="button" class="end" @click=${this.#browse}>${replyIcon}${t('cannedReplies')}</button>
        </div>`}
        <p class="hint" role="status" ?hidden=${!note}>${note ? t('noteHint') : nothing}</p>
        <peer-consult-composer
          .texts=${this.texts}
          .label=${note ? t('writeNote') : ''}
          .placeholder=${isTeamRoom(this.conversation) ? t('teamPlaceholder') : note ? t('notePlaceholder') : t('replyPlaceholder')}
          .language=${this.#language.value ?? 'en'}
          .files=${this.#fileRules}
          .zone=${this.zone}
          @send=${(event: CustomEvent<Written>) => this.#send(event.detail)}
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
    const sought = isTeamRoom(this.conversation) ? null : /^\/(\S{0,32})$/.exec(value);
    this.wanted = sought ? sought[1]! : null;
    this.at = 0;
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229 || this.composer.choosing) return;
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

  #send({ text, files }: Written): void {
    this.wanted = null;
    this.session.send(text, this.conversation.id, { note: this.note, files });
  }

  /** Agents may always send files, as large as the site's visitors may. */
  get #fileRules(): { maxMiB: number } {
    return this.#sites.value?.find(({ id }) => id === this.conversation.siteId)?.settings?.files ?? NO_SITE;
  }

  get #drafts(): Map<string, Draft> {
    const drafts = draftsOf.get(this.session) ?? new Map<string, Draft>();
    draftsOf.set(this.session, drafts);
    return drafts;
  }

  #keepDraft(): void {
    if (this.#shown && this.composer) this.#drafts.set(this.#shown, { text: this.composer.value, note: this.note, files: this.composer.attached });
  }

  async #putDraft({ text, files }: Draft): Promise<void> {
    // A box that has just come has no field yet.
    if (!this.hasUpdated) {
      if (!text && files.length === 0) return;
      await this.updateComplete;
    }
    this.composer.value = text;
    await this.composer.replaceAttached(files);
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
