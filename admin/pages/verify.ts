import { LitElement, css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { checkEvidence, EvidenceUnreadable, holds, type EvidenceReport } from '../../protocol/evidence-check.ts';
import type { Manifest } from '../../protocol/evidence.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { fieldStyles } from '../forms/form.styles.ts';
import { doorForm, panel } from '../styles.ts';
import { duration, fullTime, language, t } from '../texts/texts.ts';

/** Checks a recording against its manifest, in this browser alone: for anybody, without an account and without the server. */
@customElement('consult-admin-verify')
export class Verify extends LitElement {
  static override styles = [
    base,
    panel,
    fieldStyles,
    doorForm,
    css`
      h1:focus-visible {
        outline: none;
      }

      input[type='file'] {
        inline-size: 100%;
        min-block-size: 44px;
        padding: 5px;
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface);
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        cursor: pointer;
      }

      input[type='file']:focus-visible {
        outline: 2px solid var(--pc-accent);
        outline-offset: 1px;
      }

      ::file-selector-button {
        min-block-size: 32px;
        margin-inline-end: var(--pc-3);
        padding: 0 var(--pc-3);
        border: 0;
        border-radius: calc(var(--pc-radius-s) - 3px);
        background: var(--pc-surface-3);
        color: var(--pc-text);
        font: inherit;
        font-weight: 600;
        cursor: pointer;
      }

      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--pc-2) var(--pc-4);
        margin-block: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      dt {
        color: var(--pc-text-2);
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }

      .verdict {
        padding: var(--pc-3);
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .verdict.good {
        background: color-mix(in srgb, var(--pc-good) 12%, var(--pc-surface));
        color: var(--pc-good);
      }

      .said {
        margin-block-start: var(--pc-5);
      }
    `,
  ];

  @state() private busy = false;
  @state() private failure = '';
  @state() private report: EvidenceReport | null = null;
  readonly #language = new StoreController(this, () => language);

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  override render() {
    void this.#language.value;
    return html`
      <h1 class="page-title" tabindex="-1">${t('verifyTitle')}</h1>
      <p class="lead">${t('verifyLead')}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field"><label class="label" for="recording">${t('verifyRecording')}</label><input id="recording" type="file" multiple accept="audio/*,video/*,.webm,.mp4" /></div>
        <div class="field">
          <label class="label" for="manifest">${t('verifyManifest')}</label><input id="manifest" type="file" accept="application/json,.json,.jws" aria-describedby="hint" />
          <p class="hint" id="hint">${t('verifyManifestHint')}</p>
        </div>
        <consult-admin-text-field .label=${t('verifyKey')} .hint=${t('verifyKeyHint')} optional mono></consult-admin-text-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${this.busy ? t('verifyBusy') : t('verifySubmit')}</button>
      </form>
      <div class="said" role="status">${this.report ? this.#said(this.report) : nothing}</div>
    `;
  }

  #said(report: EvidenceReport) {
    const { signed, chained, file, missing, keyId, keyExpected } = report;
    const manifest = report.manifest as unknown as Manifest;
    const good = holds(report);
    const word = (fits: boolean | null) => t(fits ? 'verifyGood' : 'verifyBad');
    return html`
      <p class="verdict ${good ? 'good' : 'problem'}">${t(good ? 'verifyHolds' : 'verifyFails')}</p>
      <dl>
        <dt>${t('verifySigned')}</dt><dd>${word(signed)}</dd>
        <dt>${t('verifyKeyIs')}</dt><dd>${keyExpected === null ? t('verifyUnknown', { key: keyId }) : keyExpected ? t('verifyExpected') : t('verifyOther', { key: keyId })}</dd>
        <dt>${t('verifyChain', { count: chained ? manifest.segments.reduce((sum, { chunks }) => sum + chunks.length, 0) : '?' })}</dt><dd>${word(chained)}</dd>
        <dt>${t('verifyFile')}</dt><dd>${word(file)}</dd>
      </dl>
      ${missing.length > 0 && file ? html`<p class="hint">${t('verifyPartsMissing', { count: missing.length, of: manifest.parts?.length ?? 1 })}</p>` : nothing}
      ${signed ? html`<p class="hint">${t('verifyFacts', {
        time: fullTime(manifest.startedAt), length: duration((manifest.parts ?? [manifest.file]).reduce((sum, { durationMs }) => sum + durationMs, 0)), gaps: manifest.gaps.length, consents: manifest.consents.filter(({ granted }) => granted).length,
      })}</p>` : nothing}
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const chosen = (id: string) => [...(this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)!.files ?? [])];
    const [recordings, [manifest]] = [chosen('recording'), chosen('manifest')];
    this.report = null;
    this.failure = '';
    if (recordings.length === 0 || !manifest) {
      this.failure = t('verifyMissing');
      return;
    }
    this.busy = true;
    try {
      const keyId = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!.value;
      const fileSha256: string[] = [];
      // One after another: each is in memory whole.
      for (const recording of recordings) fileSha256.push(await sha256Of(recording));
      this.report = await checkEvidence({ text: await manifest.text(), fileSha256, keyId });
    } catch (error) {
      this.failure = t(!(error instanceof EvidenceUnreadable) ? 'verifyTooLarge' : /Ed25519/.test(error.message) ? 'verifyNoEd25519' : 'verifyUnreadable');
    } finally {
      this.busy = false;
    }
  }
}

// The browser's digest takes the whole at once; what does not fit into memory is refused by `arrayBuffer`.
async function sha256Of(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-verify': Verify;
  }
}
