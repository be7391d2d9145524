import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Call } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import './recording-player.ts';

/**
 * The recording of a call over the page that named it: from the line of a conversation.
 *
 * @fires closed
 */
@customElement('consult-admin-call-recording')
export class CallRecording extends LitElement {
  static override styles = [base, panel];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) callId = '';
  @state() private call: Call | null = null;
  @state() private failure = '';
  @query('consult-admin-form-dialog') private dialog!: FormDialog;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render() {
    void this.#language.value;
    const { call } = this;
    const playable = call?.recording?.state === 'ready' || call?.recording?.state === 'partial';
    return html`
      <consult-admin-form-dialog wide .heading=${call ? t('player', { name: call.visitor.name, time: fullTime(call.createdAt) }) : t('columnRecording')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure} <button class="button" type="button" @click=${this.#load}>${t('retry')}</button></p>` : nothing}</div>
        ${call && playable
          ? html`<consult-admin-recording-player .api=${this.api} .call=${call} @recording-deleted=${() => this.dialog.close()}></consult-admin-recording-player>`
          : call ? html`<p>${t(call.recording?.state === 'failed' ? 'recordingFailed' : call.recording ? 'recordingMerging' : 'recordingNone')}</p>`
            : this.failure ? nothing : html`<p role="status">${t('loading')}</p>`}
      </consult-admin-form-dialog>
    `;
  }

  async #load(): Promise<void> {
    try {
      this.failure = '';
      this.call = await this.api.get<Call>(`/v1/calls/${encodeURIComponent(this.callId)}`);
    } catch (error) {
      this.failure = failureText(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-call-recording': CallRecording;
  }
}
