import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import type { SiteDraft } from './site-draft.ts';
import './site-recorder.ts';
import { SiteSection, switched, typed } from './site-section.ts';

/** Which calls there are, and what is asked before they are recorded. */
@customElement('consult-admin-site-calls')
export class SiteCalls extends SiteSection {
  override render() {
    void this.language.value;
    const { calls, recording } = this.settings;
    const any = calls.audio || calls.video;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteCalls')}</h2><p class="lead">${t('siteCallsLead')}</p></header>
        <consult-admin-switch-field .label=${t('callsAudio')} .checked=${calls.audio} @change=${(event: Event) => this.patch('calls', { audio: switched(event) })}></consult-admin-switch-field>
        <consult-admin-switch-field .label=${t('callsVideo')} .checked=${calls.video} @change=${(event: Event) => this.patch('calls', { video: switched(event) })}></consult-admin-switch-field>
      </section>
      <section class="panel" aria-labelledby="recording">
        <header><h2 id="recording">${t('siteRecording')}</h2><p class="lead">${t('siteRecordingLead')}</p></header>
        <consult-admin-switch-field .label=${t('recordingOn')} .hint=${t('recordingOnHint')} .checked=${recording.enabled} ?disabled=${!any} @change=${(event: Event) => this.patch('recording', { enabled: switched(event) })}></consult-admin-switch-field>
        ${recording.enabled
          ? html`<consult-admin-text-field .label=${t('consentText')} .hint=${t('consentTextHint')} .value=${recording.consentText} rows="4" maxlength="600" optional @input=${(event: Event) => this.patch('recording', { consentText: typed(event) })}></consult-admin-text-field>`
          : nothing}
      </section>
      ${any && recording.enabled ? html`<consult-admin-site-recorder .draft=${this.draft} .problems=${this.problems} @draft=${({ detail }: CustomEvent<SiteDraft>) => this.tell(detail)}></consult-admin-site-recorder>` : nothing}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-calls': SiteCalls;
  }
}
