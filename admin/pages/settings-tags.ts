import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Tag } from '../../protocol/shapes.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { addIcon } from '../forms/form-icons.ts';
import { tagIcon } from '../icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { readAll } from '../read-all.ts';
import { tagChip, tagStyles } from '../tag-chip.ts';
import { t } from '../texts/texts.ts';
import { SettingsSection } from './settings-section.ts';

type Colour = Tag['colour'];

const COLOURS: readonly Colour[] = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'];

/** The words that conversations can be sorted by. */
@customElement('consult-admin-settings-tags')
export class SettingsTags extends SettingsSection {
  static override styles = [
    ...SettingsSection.styles,
    tagStyles,
    css`
      fieldset {
        display: grid;
        gap: var(--pc-2);
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0;
        margin-block-end: var(--pc-2);
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .colours {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
      }

      .colours label {
        position: relative;
        display: grid;
        place-items: center;
        inline-size: 36px;
        block-size: 36px;
        cursor: pointer;
      }

      .colours input {
        appearance: none;
        inline-size: 28px;
        block-size: 28px;
        margin: 0;
        border-radius: 50%;
        background: var(--tag, light-dark(#3f414b, #cdd0da));
        cursor: pointer;
      }

      .colours input:checked {
        outline: 2px solid var(--pc-text);
        outline-offset: 2px;
      }

      .colours input:focus-visible {
        outline: 3px solid var(--pc-accent);
        outline-offset: 3px;
      }
    `,
  ];

  @state() private tags: Tag[] | null = null;
  /** The one in the dialog; `new` for one more. */
  @state() private edited: Tag | 'new' | null = null;
  @state() private colour: Colour = 'blue';
  @state() private wrong = '';
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  override render() {
    void this.language.value;
    if (!this.tags) return this.failure ? failedCard(this.failure, this.load) : loadingCard(4);
    return html`
      <section class="panel" aria-labelledby="title">
        <div class="head">
          <div><h2 id="title">${t('settingsTags')}</h2><p class="lead">${t('tagsLead')}</p></div>
          <button class="button small primary" type="button" @click=${() => this.#edit('new')}>${addIcon}${t('addTag')}</button>
        </div>
        ${this.edited ? nothing : this.refused()}
        <div class="hush" role="status">${this.said}</div>
        ${this.tags.length === 0
          ? emptyState(tagIcon, t('noTagsTitle'), t('noTagsText'))
          : html`<ul class="rows" role="list">
              ${this.tags.map((tag) => html`<li>
                <span class="grow">${tagChip(tag)}</span>
                <span class="row">
                  <button class="button small" type="button" aria-label=${t('editNamed', { name: tag.name })} @click=${() => this.#edit(tag)}>${t('edit')}</button>
                  <button class="button small danger-quiet" type="button" aria-label=${t('deleteNamed', { name: tag.name })} @click=${() => this.#delete(tag)}>${t('delete')}</button>
                </span>
              </li>`)}
            </ul>`}
      </section>
      ${this.edited ? this.#dialog(this.edited) : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #dialog(edited: Tag | 'new') {
    return html`
      <consult-admin-form-dialog .heading=${t(edited === 'new' ? 'addTag' : 'editTag')} @closed=${() => (this.edited = null)}>
        <form class="stack" @submit=${this.#save} novalidate>
          <consult-admin-text-field data-first .label=${t('tagName')} .value=${edited === 'new' ? '' : edited.name} .error=${this.wrong} maxlength="40" required></consult-admin-text-field>
          <fieldset>
            <legend>${t('tagColour')}</legend>
            <div class="colours">
              ${COLOURS.map((colour) => html`<label class=${colour}><input type="radio" name="colour" value=${colour} aria-label=${t(`colour_${colour}`)} .checked=${colour === this.colour} @change=${() => (this.colour = colour)} /></label>`)}
            </div>
          </fieldset>
          ${this.refused()}
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('save')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  protected async bring(): Promise<void> {
    this.tags = await readAll<Tag>(this.api, '/v1/tags');
  }

  #edit(tag: Tag | 'new'): void {
    this.edited = tag;
    this.colour = tag === 'new' ? 'blue' : tag.colour;
    this.wrong = this.refusal = '';
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { edited, colour } = this;
    const field = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!;
    const name = field.value.trim();
    this.wrong = name ? '' : t('nameMissing');
    if (!name || !edited) return field.focus();
    const done = await this.act(async () => {
      const tag = await (edited === 'new' ? this.api.send<Tag>('POST', '/v1/tags', { name, colour }) : this.api.send<Tag>('PATCH', `/v1/tags/${edited.id}`, { name, colour }));
      this.tags = [...(this.tags ?? []).filter(({ id }) => id !== tag.id), tag].sort((one, other) => one.name.localeCompare(other.name));
    }, t('saved'));
    if (done) this.dialog.close();
  }

  async #delete(tag: Tag): Promise<void> {
    if (!(await this.sure({ title: t('deleteTagTitle', { name: tag.name }), text: t('deleteTagText'), confirm: t('delete'), danger: true }))) return;
    await this.act(async () => {
      await this.api.send('DELETE', `/v1/tags/${tag.id}`);
      this.tags = (this.tags ?? []).filter(({ id }) => id !== tag.id);
    }, t('deleted'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-tags': SettingsTags;
  }
}
