import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { CannedReply } from '../../protocol/work.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { addIcon } from '../forms/form-icons.ts';
import { replyIcon } from '../icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { readAll } from '../read-all.ts';
import { t } from '../texts/texts.ts';
import { SettingsSection } from './settings-section.ts';

/** What may stand in a reply and is filled in when it is used. */
const VARIABLES = ['{{visitor.name}}', '{{agent.name}}', '{{site.name}}'] as const;

/** Answers that are written once and used often. */
@customElement('consult-admin-settings-replies')
export class SettingsReplies extends SettingsSection {
  static override styles = [
    ...SettingsSection.styles,
    css`
      .text {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }

      .variable {
        min-block-size: 30px;
        padding-inline: var(--pc-2);
        border-radius: 6px;
        background: var(--pc-surface-3);
      }
    `,
  ];

  @state() private replies: CannedReply[] | null = null;
  @state() private edited: CannedReply | 'new' | null = null;
  @state() private wrong: { shortcut?: string; text?: string } = {};
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  override render() {
    void this.language.value;
    if (!this.replies) return this.failure ? failedCard(this.failure, this.load) : loadingCard(4);
    return html`
      <section class="panel" aria-labelledby="title">
        <div class="head">
          <div><h2 id="title">${t('settingsReplies')}</h2><p class="lead">${t('repliesLead')}</p></div>
          <button class="button small primary" type="button" @click=${() => this.#edit('new')}>${addIcon}${t('addReply')}</button>
        </div>
        ${this.edited ? nothing : this.refused()}
        <div class="hush" role="status">${this.said}</div>
        ${this.replies.length === 0
          ? emptyState(replyIcon, t('noRepliesTitle'), t('noRepliesText'))
          : html`<ul class="rows" role="list">
              ${this.replies.map((reply) => html`<li>
                <span class="grow"><span class="name mono">/${reply.shortcut}</span><span class="quiet-text text">${reply.text}</span></span>
                <span class="row">
                  <button class="button small" type="button" aria-label=${t('editNamed', { name: `/${reply.shortcut}` })} @click=${() => this.#edit(reply)}>${t('edit')}</button>
                  <button class="button small danger-quiet" type="button" aria-label=${t('deleteNamed', { name: `/${reply.shortcut}` })} @click=${() => this.#delete(reply)}>${t('delete')}</button>
                </span>
              </li>`)}
            </ul>`}
      </section>
      ${this.edited ? this.#dialog(this.edited) : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #dialog(edited: CannedReply | 'new') {
    return html`
      <consult-admin-form-dialog wide .heading=${t(edited === 'new' ? 'addReply' : 'editReply')} @closed=${() => (this.edited = null)}>
        <form class="stack" @submit=${this.#save} novalidate>
          <consult-admin-text-field data-first id="shortcut" mono .label=${t('shortcut')} .hint=${t('shortcutHint')} .value=${edited === 'new' ? '' : edited.shortcut} .error=${this.wrong.shortcut ?? ''} maxlength="32" required></consult-admin-text-field>
          <div class="stack close">
            <consult-admin-text-field id="text" rows="6" .label=${t('replyText')} .value=${edited === 'new' ? '' : edited.text} .error=${this.wrong.text ?? ''} maxlength="4000" required></consult-admin-text-field>
            <div class="row" role="group" aria-label=${t('variables')}>
              <span class="quiet-text">${t('variables')}</span>
              ${VARIABLES.map((variable) => html`<button class="variable mono" type="button" @click=${() => this.#insert(variable)}>${variable}</button>`)}
            </div>
          </div>
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
    this.replies = await readAll<CannedReply>(this.api, '/v1/canned-replies');
  }

  #edit(reply: CannedReply | 'new'): void {
    this.edited = reply;
    this.wrong = {};
    this.refusal = '';
  }

  #insert(variable: string): void {
    const field = this.renderRoot.querySelector<TextField>('#text')!;
    field.insert(variable);
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { edited } = this;
    const field = (id: string): TextField => this.renderRoot.querySelector<TextField>(id)!;
    const shortcut = field('#shortcut').value.trim().replace(/^\/+/, '');
    const text = field('#text').value;
    this.wrong = { ...(/^[^\s/]{1,32}$/.test(shortcut) ? {} : { shortcut: t('shortcutWrong') }), ...(text.trim() ? {} : { text: t('textMissing') }) };
    if (this.wrong.shortcut) return field('#shortcut').focus();
    if (this.wrong.text || !edited) return field('#text').focus();
    const done = await this.act(async () => {
      const reply = await (edited === 'new' ? this.api.send<CannedReply>('POST', '/v1/canned-replies', { shortcut, text }) : this.api.send<CannedReply>('PATCH', `/v1/canned-replies/${edited.id}`, { shortcut, text }));
      this.replies = [...(this.replies ?? []).filter(({ id }) => id !== reply.id), reply].sort((one, other) => one.shortcut.localeCompare(other.shortcut));
    }, t('saved'));
    if (done) this.dialog.close();
  }

  async #delete(reply: CannedReply): Promise<void> {
    if (!(await this.sure({ title: t('deleteReplyTitle', { name: `/${reply.shortcut}` }), text: t('deleteReplyText'), confirm: t('delete'), danger: true }))) return;
    await this.act(async () => {
      await this.api.send('DELETE', `/v1/canned-replies/${reply.id}`);
      this.replies = (this.replies ?? []).filter(({ id }) => id !== reply.id);
    }, t('deleted'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-replies': SettingsReplies;
  }
}
