import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Call, Recording } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import type { Api } from '../api.ts';
import { download } from '../download.ts';
import { downloadIcon } from '../icons.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { duration, failureText, fullTime, t } from '../texts/texts.ts';

/** Plays the recording of one call: by HTTP Range, so that any moment is a seek away, and offers it for download. */
@customElement('consult-admin-recording-player')
export class RecordingPlayer extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      .box {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-3);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-3);
      }

      audio {
        flex: 1 1 260px;
        min-inline-size: 0;
      }

      video {
        inline-size: 100%;
        max-block-size: 60vh;
        border-radius: var(--pc-radius-s);
        background: #000;
      }

      .gaps {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) call!: Call;
  @state() private recording: Recording | null = null;
  @state() private failure = '';
  @state() private fetching = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render() {
    const id = this.call.recording!.id;
    const label = t('player', { name: this.call.visitor.name, time: fullTime(this.call.createdAt) });
    const source = `/v1/recordings/${encodeURIComponent(id)}/media`;
    // Only once the recording's facts came: that request has also seen to a fresh media cookie, which the element needs.
    const video = this.recording?.mimeType.startsWith('video/');
    return html`
      <div class="box">
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure} <button class="button" @click=${this.#load}>${t('retry')}</button></p>` : nothing}</div>
        ${this.recording && video ? html`<video controls preload="metadata" aria-label=${label} src=${source} @error=${this.#broken}></video>` : nothing}
        <div class="row">
          ${this.recording && !video ? html`<audio controls preload="metadata" aria-label=${label} src=${source} @error=${this.#broken}></audio>` : nothing}
          <a class="button" href=${`${source}?download=1`} download>${downloadIcon}${t('download')}</a>
          ${this.recording ? html`
            <button class="button" type="button" title=${t('recordingProofOf')} ?disabled=${this.fetching} @click=${this.#proof}>${downloadIcon}${t('recordingProof')}</button>
            <a href=${formatRoute('verify')} target="_blank" rel="noopener">${t('recordingCheck')}</a>
          ` : nothing}
        </div>
        ${this.recording?.gaps.length
          ? html`<p class="gaps">${t('recordingGaps', { list: this.recording.gaps.map((gap) => `${duration(gap.fromMs)}–${duration(gap.toMs)}`).join(', ') })}</p>`
          : nothing}
      </div>
    `;
  }

  async #load(): Promise<void> {
    try {
      this.failure = '';
      this.recording = await this.api.get<Recording>(`/v1/recordings/${encodeURIComponent(this.call.recording!.id)}`);
    } catch (error) {
      this.failure = failureText(error);
    }
  }

  async #proof(): Promise<void> {
    const id = this.call.recording!.id;
    try {
      this.fetching = true;
      this.failure = '';
      await download(this.api, `/v1/recordings/${encodeURIComponent(id)}/manifest`, `recording ${id} manifest.json`);
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.fetching = false;
    }
  }

  #broken(): void {
    this.failure = t('playerFailed');
    this.recording = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-recording-player': RecordingPlayer;
  }
}
