import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SavedFilter } from '../../protocol/work.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { crossIcon, filterIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { workspaceOf } from '../workspace.ts';
import { inView, readInboxQuery, viewOf, writeInboxQuery, type InboxQuery } from './inbox-view.ts';
import '../dropdown.ts';

/**
 * What narrows the inbox, the chips of what does, and the filters that were kept.
 *
 * @fires filter `detail: { query }` The inbox shall show this.
 */
@customElement('consult-admin-inbox-filters')
export class InboxFilters extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: contents;
      }

      form,
      .kept {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-2);
      }

      .input {
        min-block-size: 38px;
        padding-block: 6px;
        font-size: var(--pc-text-s);
      }

      .switch {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: 28px;
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .switch input {
        inline-size: 18px;
        block-size: 18px;
        accent-color: var(--pc-accent);
      }

      .kept {
        gap: var(--pc-1);
        margin-block-start: var(--pc-2);
        border-block-start: 1px solid var(--pc-line);
      }

      .kept h3 {
        padding-block: var(--pc-1);
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
      }

      .kept li,
      .keep {
        display: flex;
        align-items: center;
        gap: var(--pc-1);
      }

      .kept li > button:first-child {
        flex: 1;
        min-inline-size: 0;
        min-block-size: 36px;
        padding-inline: var(--pc-2);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        text-align: start;
      }

      .kept li > button:first-child:hover {
        background: var(--pc-surface-2);
      }

      .icon-button {
        inline-size: 32px;
        block-size: 32px;
      }

      form.keep {
        padding: 0;
      }

      .keep .button {
        white-space: nowrap;
        min-block-size: 38px;
        font-size: var(--pc-text-s);
      }

      .dot {
        position: absolute;
        inset-block-start: -2px;
        inset-inline-end: -3px;
        inline-size: 8px;
        block-size: 8px;
        border-radius: 50%;
        background: var(--pc-accent);
      }

      .sign {
        position: relative;
        display: grid;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) query!: InboxQuery;
  @property() selfId = '';
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-dropdown') private menu!: HTMLElementTagNameMap['consult-admin-dropdown'];
  @query('#name') private nameField!: HTMLInputElement | null;
  readonly #language = new StoreController(this, () => language);
  readonly #tags = new StoreController(this, () => (this.api ? workspaceOf(this.api).tags : undefined));
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #agents = new StoreController(this, () => (this.api ? workspaceOf(this.api).agents : undefined));
  readonly #filters = new StoreController(this, () => (this.api ? workspaceOf(this.api).filters : undefined));

  override firstUpdated(): void {
    const { tags, sites, agents, filters } = workspaceOf(this.api);
    for (const list of [tags, sites, agents, filters]) void list.load();
  }

  override render() {
    void this.#language.value;
    const { query } = this;
    const view = viewOf(query, this.selfId);
    const sites = this.#sites.value ?? [];
    const agents = (this.#agents.value ?? []).filter(({ status }) => status === 'active');
    const kept = this.#filters.value ?? [];
    const narrowed = Boolean(query.site || query.tag || query.unread || (query.assignee && (view === 'all' || view === 'closed')));
    const choose = (name: 'site' | 'tag' | 'assignee') => (event: Event) => this.#tell({ ...query, [name]: (event.target as HTMLSelectElement).value || null });
    const options = (items: readonly { id: string; name: string }[], chosen: string | null, nobody: string) => html`
      <option value="" ?selected=${!chosen}>${nobody}</option>
      ${items.map(({ id, name }) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`)}
    `;
    return html`
      <consult-admin-dropdown icon .label=${t('filters')} @closed=${() => (this.failure = '')}>
        <span slot="face" class="sign">${filterIcon}${narrowed ? html`<span class="dot"></span>` : nothing}</span>
        <form @submit=${(event: Event) => event.preventDefault()}>
          ${view === 'all' || view === 'closed'
            ? html`<div class="field"><label for="assignee">${t('filterAssignee')}</label><select class="input" id="assignee" data-first @change=${choose('assignee')}>${options(agents, query.assignee, t('anybody'))}</select></div>`
            : nothing}
          ${sites.length > 1 || query.site
            ? html`<div class="field"><label for="site">${t('filterSite')}</label><select class="input" id="site" @change=${choose('site')}>${options(sites, query.site, t('allSites'))}</select></div>`
            : nothing}
          <div class="field"><label for="tag">${t('filterTag')}</label><select class="input" id="tag" @change=${choose('tag')}>${options(this.#tags.value ?? [], query.tag, t('anyTag'))}</select></div>
          <label class="switch"><input type="checkbox" .checked=${query.unread} @change=${(event: Event) => this.#tell({ ...query, unread: (event.target as HTMLInputElement).checked })} />${t('filterUnread')}</label>
        </form>
        <div class="kept">
          <h3>${t('savedFilters')}</h3>
          ${kept.length
            ? html`<ul>${kept.map((filter) => html`
                <li>
                  <button type="button" @click=${() => this.#use(filter)}>${filter.name}</button>
                  <button type="button" class="icon-button" ?disabled=${this.busy} aria-label=${t('removeNamed', { name: filter.name })} @click=${() => this.#remove(filter)}>${crossIcon}</button>
                </li>
              `)}</ul>`
            : nothing}
          <form class="keep" @submit=${this.#keep}>
            <input class="input" id="name" maxlength="40" autocomplete="off" placeholder=${t('filterName')} aria-label=${t('filterName')} />
            <button class="button" type="submit" ?disabled=${this.busy}>${t('keepFilter')}</button>
          </form>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        </div>
      </consult-admin-dropdown>
    `;
  }

  #tell(query: InboxQuery): void {
    this.dispatchEvent(new CustomEvent('filter', { detail: { query } }));
  }

  #use({ query }: SavedFilter): void {
    this.menu.hide();
    this.#tell(readInboxQuery(new Map(Object.entries(query))));
  }

  async #keep(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const name = this.nameField?.value.trim();
    if (!name) {
      this.nameField?.focus();
      return;
    }
    // Kept with its status, so that a filter says all of what it shows.
    const query = { status: this.query.status, ...writeInboxQuery(this.query) };
    await this.#change(() => this.api.send('POST', '/v1/saved-filters', { name, query }));
    if (!this.failure && this.nameField) this.nameField.value = '';
  }

  #remove({ id }: SavedFilter): Promise<void> {
    return this.#change(() => this.api.send('DELETE', `/v1/saved-filters/${encodeURIComponent(id)}`));
  }

  async #change(work: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.failure = '';
    try {
      await work();
      await workspaceOf(this.api).filters.load(true);
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

/** What stands on a chip, with the query that is left when it goes. */
export interface FilterChip {
  text: string;
  without: InboxQuery;
}

/** The chips of a query. Names come from what is known; an id that is not is shown as such. */
export function filterChips(query: InboxQuery, selfId: string, names: { site(id: string): string; tag(id: string): string; agent(id: string): string }): FilterChip[] {
  const view = viewOf(query, selfId);
  const chips: FilterChip[] = [];
  if (query.assignee && (view === 'all' || view === 'closed')) {
    const { assignee } = query;
    chips.push({ text: assignee === 'none' ? t('nobody') : assignee === 'me' ? t('me') : names.agent(assignee), without: { ...inView(query, view), assignee: null } });
  }
  if (view !== 'team' && query.site) chips.push({ text: names.site(query.site), without: { ...query, site: null } });
  if (view !== 'team' && query.tag) chips.push({ text: names.tag(query.tag), without: { ...query, tag: null } });
  if (query.unread) chips.push({ text: t('filterUnread'), without: { ...query, unread: false } });
  return chips;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-inbox-filters': InboxFilters;
  }
}
