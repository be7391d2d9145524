import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Page } from '../../protocol/http.ts';
import { roleMay, type Permission } from '../../protocol/permissions.ts';
import type { Recording } from '../../protocol/shapes.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import '../forms/confirm-dialog.ts';
import type { ConfirmDialog } from '../forms/confirm-dialog.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { lockIcon, trashIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import { actionText } from './audit-words.ts';
import { playerStyles } from './recording-player.styles.ts';

/**
 * Whether a recording may be deleted, and who has heard it: the legal hold, *delete now*, and what the audit log says of it. Each part
 * for whoever may.
 *
 * @fires changed `detail`: the recording as it is now.
 * @fires recording-deleted It is gone for good. Bubbles out.
 */
@customElement('consult-admin-recording-keeping')
export class RecordingKeeping extends LitElement {
  static override styles = [
    base, panel, pageStyles, playerStyles,
    css`
      .keeping {
        display: grid;
        gap: var(--pc-3);
      }

      consult-admin-confirm-dialog {
        position: absolute;
      }

      summary {
        min-block-size: 28px;
        cursor: pointer;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      details ul {
        display: grid;
        gap: var(--pc-1);
        padding-block: var(--pc-2);
        font-size: var(--pc-text-s);
      }

      .when {
        color: var(--pc-text-2);
        white-space: nowrap;
      }

      .reason {
        white-space: pre-line;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) recording!: Recording;
  @state() private asking = false;
  @state() private entries: AuditEntry[] | null = null;
  @state() private failure = '';
  @state() private wrong = '';
  @state() private busy = false;
  @query('consult-admin-confirm-dialog') private confirm!: ConfirmDialog;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  @query('consult-admin-text-field') private field!: TextField;
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);

  override render() {
    void this.#language.value;
    const { hold } = this.recording;
    return html`
      <div class="keeping">
        ${hold ? html`<div class="held">${lockIcon}<p><b>${t('onHold')}</b> <span class="reason">${hold.reason}</span><br /><span class="when">${hold.by.name}, ${fullTime(hold.at)}</span></p></div>` : nothing}
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <div class="row">
          ${this.#may('recordings:hold') ? hold
            ? html`<button class="button release" type="button" ?disabled=${this.busy} @click=${this.#release}>${lockIcon}${t('endHold')}</button>`
            : html`<button class="button hold" type="button" ?disabled=${this.busy} @click=${() => (this.asking = true)}>${lockIcon}${t('beginHold')}</button>` : nothing}
          ${this.#may('recordings:delete')
            ? html`<button class="button danger-quiet delete" type="button" ?disabled=${this.busy || Boolean(hold)} @click=${this.#delete}>${trashIcon}${t('deleteRecording')}</button>` : nothing}
        </div>
        ${this.#may('audit:read') ? html`
          <details @toggle=${this.#opened}>
            <summary>${t('whoHeard')}</summary>
            ${this.entries?.length ? html`<ul>${this.entries.map(({ actor, action, at }) => html`<li><b>${actor.name || t('auditSystem')}</b> · ${actionText(action)} · <time class="when" datetime=${at}>${fullTime(at)}</time></li>`)}</ul>`
              : html`<p class="small">${t(this.entries ? 'nobodyHeard' : 'loading')}</p>`}
          </details>` : nothing}
        ${this.asking ? this.#question() : nothing}
        <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
      </div>
    `;
  }

  #question() {
    return html`
      <consult-admin-form-dialog .heading=${t('holdTitle')} @closed=${() => (this.asking = false)}>
        <form class="stack" @submit=${this.#hold} novalidate>
          <p class="lead">${t('holdText')}</p>
          <consult-admin-text-field data-first .label=${t('holdReason')} .hint=${t('holdReasonHint')} .error=${this.wrong} rows="3" maxlength="500" required></consult-admin-text-field>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('beginHold')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  #may(permission: Permission): boolean {
    const account = this.#account.value;
    return account?.status === 'signed-in' && roleMay(account.agent.role, permission);
  }

  get #address(): string {
    return `/v1/recordings/${encodeURIComponent(this.recording.id)}`;
  }

  async #hold(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const reason = this.field.value.trim();
    this.wrong = reason ? '' : t('holdReasonWanted');
    if (this.wrong) return this.field.focus();
    await this.#work(async () => {
      this.#changed(await this.api.send<Recording>('PUT', `${this.#address}/hold`, { reason }));
    });
    this.dialog.close();
  }

  async #release(): Promise<void> {
    if (!(await this.confirm.ask({ title: t('endHoldTitle'), text: t('endHoldText'), confirm: t('endHold') }))) return;
    await this.#work(async () => this.#changed(await this.api.send<Recording>('DELETE', `${this.#address}/hold`)));
  }

  async #delete(): Promise<void> {
    if (!(await this.confirm.ask({ title: t('deleteRecordingTitle'), text: t('deleteRecordingText'), confirm: t('deleteRecording'), danger: true }))) return;
    await this.#work(async () => {
      await this.api.send('DELETE', this.#address);
      this.dispatchEvent(new CustomEvent('recording-deleted', { bubbles: true, composed: true, detail: { recordingId: this.recording.id } }));
    });
  }

  #changed(recording: Recording): void {
    this.entries = null;
    this.dispatchEvent(new CustomEvent('changed', { detail: recording }));
    if (this.renderRoot.querySelector('details')?.open) void this.#heard();
  }

  #opened(event: Event): void {
    if ((event.target as HTMLDetailsElement).open) void this.#heard();
  }

  async #heard(): Promise<void> {
    try {
      this.entries = (await this.api.get<Page<AuditEntry>>(`/v1/audit?limit=50&target=${encodeURIComponent(this.recording.id)}`)).items;
    } catch (error) {
      this.failure = failureText(error);
    }
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = '';
    try {
      await work();
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-recording-keeping': RecordingKeeping;
  }
}
