import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { roleMay } from '../protocol/permissions.ts';
import type { ConversationsPage, Page } from '../protocol/http.ts';
import type { Conversation, Visitor } from '../protocol/shapes.ts';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { avatar } from './avatar.ts';
import { searchIcon, teamIcon } from './icons.ts';
import { messageColleague, teamRoomAddress } from './message-colleague.ts';
import { isTeamRoom, otherOf, roomName } from './room-name.ts';
import { narrow, type Choice } from './choice-list.ts';
import { panelPages } from './panel-pages.ts';
import { formatRoute, go } from './router.ts';
import { keyCaps } from './shortcut-sheet.ts';
import { SHORTCUTS, answers, run, type ShortcutName } from './shortcuts.ts';
import { language, t } from './texts/texts.ts';

/** A search goes to the server after this much stillness, in ms. */
const STILL_MS = 200;
/** As many conversations and visitors are shown. */
const SHOWN = 6;
/** Shortcuts that make no sense as a command of their own. */
const NOT_LISTED = new Set<ShortcutName>(['palette', 'next', 'previous', 'select', 'leave', 'goInbox', 'goQueue', 'goHistory']);

/** Everything by its name: pages, conversations, visitors, colleagues, and what can be done now. */
@customElement('consult-admin-command-palette')
export class CommandPalette extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        box-sizing: border-box;
        inline-size: min(620px, calc(100vw - 24px));
        max-block-size: min(64dvh, 520px);
        margin-block-start: min(14dvh, 120px);
        padding: var(--pc-2);
        overflow: hidden auto;
        overscroll-behavior: contain;
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: var(--pc-shadow);
      }

      dialog::backdrop {
        background: rgb(12 14 24 / 40%);
      }

      @media (max-width: 720px) {
        dialog {
          inline-size: calc(100vw - 16px);
          max-block-size: 70dvh;
          margin-block-start: 8px;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @state() private text = '';
  /** What the server found; it belongs to `asked`. */
  @state() private found: readonly Conversation[] = [];
  @state() private people: readonly Visitor[] = [];
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('consult-admin-choice-list') private list!: HTMLElementTagNameMap['consult-admin-choice-list'];
  readonly #language = new StoreController(this, () => language);
  #still: ReturnType<typeof setTimeout> | undefined;
  #asked = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#still);
  }

  override render() {
    void this.#language.value;
    return html`
      <dialog aria-label=${t('palette')} @close=${() => this.requestUpdate()} @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}>
        <consult-admin-choice-list narrowed .label=${t('palettePlaceholder')} .choices=${this.dialog?.open ? this.#choices() : []} @written=${this.#written} @choose=${this.#choose}></consult-admin-choice-list>
      </dialog>
    `;
  }

  /** Opens it, empty. */
  show(): void {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    this.text = '';
    this.found = [];
    this.people = [];
    this.#asked = '';
    this.list.reset();
    this.dialog.showModal();
    this.requestUpdate();
    this.list.focus();
  }

  #choices(): Choice[] {
    const account = this.api.account.value;
    const role = account.status === 'signed-in' ? account.agent.role : 'agent';
    const { conversations, team, self } = this.session.state.value;
    const pages = panelPages.filter(({ may }) => roleMay(role, may)).map(({ name, label, icon }): Choice => ({ id: `page:${name}`, label: t(label), group: t('palettePages'), lead: html`<span class="sign">${icon}</span>` }));
    const actions = SHORTCUTS.filter(({ name }) => !NOT_LISTED.has(name) && answers(name)).map(({ name, label, keys }): Choice => ({ id: `run:${name}`, label: t(label), hint: keyCaps(keys).join(' '), group: t('paletteActions') }));
    const agents = [...team.values()].flatMap(({ id, name }): Choice[] => [
      ...(id === self?.id ? [] : [{ id: `message:${id}`, label: t('messageNamed', { name }), group: t('paletteAgents'), lead: avatar(id, name), words: name }]),
      { id: `agent:${id}`, label: t('paletteOf', { name }), group: t('paletteAgents'), lead: avatar(id, name), words: name },
    ]);
    const { text } = this;
    const known = new Map([...conversations, ...(text === this.#asked ? this.found : [])].map((each) => [each.id, each]));
    const talks = [...known.values()].map((each): Choice => ({ id: `talk:${each.id}`, label: roomName(each, self?.id), hint: each.preview?.text ?? '', group: t('conversations'), lead: face(each, self?.id) }));
    // What the server found holds the words somewhere in its text, not in what the list shows of it.
    const hits = new Set(text === this.#asked ? this.found.map(({ id }) => `talk:${id}`) : []);
    const fitting = [...narrow(talks, text), ...talks.filter(({ id }) => hits.has(id))].filter((each, at, all) => all.findIndex(({ id }) => id === each.id) === at).slice(0, SHOWN);
    const met = [...known.values()].filter((each) => !isTeamRoom(each)).map(({ visitor }): Choice => ({ id: `visitor:${visitor.id}`, label: visitor.name, group: t('visitors'), lead: avatar(visitor.id, visitor.name) }));
    const searched = (text === this.#asked ? this.people : []).map(({ id, name, email }): Choice => ({ id: `visitor:${id}`, label: name, hint: email ?? '', group: t('visitors'), lead: avatar(id, name) }));
    const people = [...new Map([...narrow(met, text), ...searched].map((each) => [each.id, each])).values()].slice(0, SHOWN);
    if (!text) return [...pages, ...actions, ...fitting];
    const search: Choice = { id: `search:${text}`, label: t('searchMessagesFor', { text }), group: t('searchMessages'), lead: html`<span class="sign">${searchIcon}</span>` };
    return [...narrow(pages, text), ...narrow(actions, text), ...fitting, ...(roleMay(role, 'visitors:read') ? people : []), ...narrow(agents, text), search];
  }

  #written(event: CustomEvent<{ text: string }>): void {
    this.text = event.detail.text.trim();
    clearTimeout(this.#still);
    if (this.text.length < 2) return;
    this.#still = setTimeout(() => void this.#search(this.text), STILL_MS);
  }

  async #search(text: string): Promise<void> {
    const search = new URLSearchParams({ text: text.slice(0, 100), limit: String(SHOWN) });
    try {
      const [talks, people] = await Promise.all([this.api.get<ConversationsPage>(`/v1/conversations?${search}`), this.api.get<Page<Visitor>>(`/v1/visitors?${search}`)]);
      if (this.text !== text) return;
      this.#asked = text;
      this.found = talks.items;
      this.people = people.items;
    } catch {
      // What the panel knows by itself is still there.
    }
  }

  #choose(event: CustomEvent<{ id: string }>): void {
    const [kind, ...rest] = event.detail.id.split(':');
    const id = rest.join(':');
    this.dialog.close();
    switch (kind) {
      case 'page':
        go(formatRoute(panelPages.find(({ name }) => name === id)?.name ?? 'inbox'));
        break;
      case 'talk':
        this.session.adopt(this.found.filter((each) => each.id === id));
        go(this.session.state.value.conversations.some((each) => each.id === id && isTeamRoom(each)) ? teamRoomAddress(id) : formatRoute('inbox', id));
        break;
      case 'message':
        void messageColleague(this.api, this.session, id);
        break;
      case 'search':
        go(formatRoute('inbox', null, { text: id.slice(0, 100), in: 'messages' }));
        break;
      case 'visitor':
        go(formatRoute('visitors', id));
        break;
      case 'agent':
        go(formatRoute('inbox', null, { assignee: id }));
        break;
      default:
        run(id as ShortcutName);
    }
  }
}

/** The one that a conversation is with, or the sign of a group. */
function face(conversation: Conversation, selfId: string | undefined) {
  const other = otherOf(conversation, selfId);
  return other ? avatar(other.id, other.name) : html`<span class="sign">${teamIcon}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-command-palette': CommandPalette;
  }
}
