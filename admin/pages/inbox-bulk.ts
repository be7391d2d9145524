import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { BulkAnswer, ConversationPatch } from '../../protocol/work.ts';
import type { Conversation, Tag } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { assignChoices, NOBODY } from '../assign-choices.ts';
import type { Choice } from '../choice-list.ts';
import { crossIcon, doneIcon, personIcon, reopenIcon, tagIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { tagSwatch, tagStyles } from '../tag-chip.ts';
import { failureText, language, problemText, t } from '../texts/texts.ts';
import { workspaceOf } from '../workspace.ts';
import { tagChanges } from './inbox-view.ts';
import '../choice-list.ts';
import '../dropdown.ts';

/**
 * What can be done to all conversations that were chosen. Those that refuse stay chosen, and the bar says why.
 *
 * @fires chosen `detail: { ids }` These are left.
 */
@customElement('consult-admin-inbox-bulk')
export class InboxBulk extends LitElement {
  static override styles = [
    base,
    panel,
    tagStyles,
    css`
      :host {
        display: block;
        padding: var(--pc-2) var(--pc-3);
        border-block-start: 1px solid var(--pc-line);
        background: var(--pc-surface);
        box-shadow: 0 -6px 16px rgb(20 22 40 / 6%);
      }

      .bar {
        display: flex;
        align-items: center;
        gap: 2px;
      }

      .count {
        flex: 1;
        min-inline-size: 0;
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .icon-button {
        inline-size: 36px;
        block-size: 36px;
      }

      .said {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .said:not(:empty) {
        padding-block-end: var(--pc-2);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  /** What was chosen. */
  @property({ attribute: false }) chosen: readonly Conversation[] = [];
  @state() private busy = false;
  @state() private said = '';
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #tags = new StoreController(this, () => (this.api ? workspaceOf(this.api).tags : undefined));

  override render() {
    void this.#language.value;
    const { chosen, busy } = this;
    const closed = chosen.length > 0 && chosen.every(({ status }) => status === 'closed');
    const close = closed ? t('reopenConversation') : t('closeConversation');
    const tags: Choice[] = (this.#tags.value ?? []).map((tag) => ({ id: tag.id, label: tag.name, lead: tagSwatch(tag) }));
    return html`
      <p class="said" role="status">${this.said}</p>
      <div class="bar" role="toolbar" aria-label=${t('bulkActions')}>
        <span class="count">${t('selectedCount', { count: chosen.length })}</span>
        <button class="icon-button" type="button" ?disabled=${busy || !chosen.length} aria-label=${close} title=${close} @click=${() => this.#change([{ ids: this.#ids, change: { status: closed ? 'open' : 'closed' } }])}>${closed ? reopenIcon : doneIcon}</button>
        <consult-admin-dropdown icon .label=${t('assign')} .disabled=${busy || !chosen.length}>
          <span slot="face">${personIcon}</span>
          <consult-admin-choice-list data-first .label=${t('assignTo')} .choices=${assignChoices(this.#state.value!, null)} @choose=${this.#assign}></consult-admin-choice-list>
        </consult-admin-dropdown>
        <consult-admin-dropdown icon .label=${t('putTag')} .disabled=${busy || !chosen.length}>
          <span slot="face">${tagIcon}</span>
          <consult-admin-choice-list data-first .label=${t('putTag')} .none=${t('noTags')} .choices=${tags} @choose=${this.#tag}></consult-admin-choice-list>
        </consult-admin-dropdown>
        <button class="icon-button" type="button" aria-label=${t('endSelection')} title=${t('endSelection')} @click=${() => this.#leave([])}>${crossIcon}</button>
      </div>
    `;
  }

  /** Closes what is chosen, as the shortcut does. */
  close(): void {
    if (!this.busy && this.chosen.length) void this.#change([{ ids: this.#ids, change: { status: 'closed' } }]);
  }

  get #ids(): string[] {
    return this.chosen.map(({ id }) => id);
  }

  #assign(event: CustomEvent<{ id: string }>): void {
    this.#hide(event);
    void this.#change([{ ids: this.#ids, change: { assigneeId: event.detail.id === NOBODY ? null : event.detail.id } }]);
  }

  #tag(event: CustomEvent<{ id: string }>): void {
    this.#hide(event);
    const tag = this.#tags.value?.find(({ id }) => id === event.detail.id);
    if (tag) void this.#change(this.#adding(tag));
  }

  #adding(tag: Tag): { ids: string[]; change: ConversationPatch }[] {
    return tagChanges(this.chosen, tag).map(({ ids, tagIds }) => ({ ids, change: { tagIds } }));
  }

  #hide(event: Event): void {
    (event.target as HTMLElement).closest('consult-admin-dropdown')?.hide();
  }

  async #change(changes: { ids: string[]; change: ConversationPatch }[]): Promise<void> {
    this.busy = true;
    this.said = '';
    const refused: BulkAnswer['refused'] = [];
    let changed = 0;
    try {
      for (const { ids, change } of changes) {
        // The server takes a hundred at a time.
        for (let from = 0; from < ids.length; from += 100) {
          const answer = await this.api.send<BulkAnswer>('POST', '/v1/conversations/bulk', { ids: ids.slice(from, from + 100), change });
          changed += answer.changed.length;
          refused.push(...answer.refused);
        }
      }
      const reasons = [...new Set(refused.map(({ code }) => problemText(code)))].join(' ');
      this.said = refused.length ? `${t('bulkChanged', { count: changed })} ${t('bulkRefused', { count: refused.length })} ${reasons}` : t('bulkChanged', { count: changed });
      if (!refused.length) this.#leave([]);
      else this.#leave(refused.map(({ id }) => id));
    } catch (error) {
      this.said = failureText(error);
    } finally {
      this.busy = false;
    }
  }

  #leave(ids: string[]): void {
    this.dispatchEvent(new CustomEvent('chosen', { detail: { ids, said: this.said } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-inbox-bulk': InboxBulk;
  }
}
