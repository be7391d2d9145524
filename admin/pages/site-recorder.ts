import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { SiteSection, numbered, switched, typed } from './site-section.ts';

/** How calls are recorded: by whom, in slices of what length, and what of a video call. */
@customElement('consult-admin-site-recorder')
export class SiteRecorder extends SiteSection {
  static override styles = [
    ...SiteSection.styles,
    css`
      .short {
        max-inline-size: 260px;
      }
    `,
  ];

  override render() {
    void this.language.value;
    const { calls, recorder } = this.settings;
    const who = { both: t('recorderBoth'), agent: t('recorderAgent'), visitor: t('recorderVisitor') };
    const hints = { both: t('recorderBothHint'), agent: t('recorderAgentHint'), visitor: t('recorderVisitorHint') };
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteRecorder')}</h2><p class="lead">${t('siteRecorderLead')}</p></header>
        <consult-admin-select-field .label=${t('recorderWho')} .hint=${hints[recorder.who]} .value=${recorder.who} .choices=${Object.entries(who).map(([value, label]) => ({ value, label }))}
          @change=${(event: Event) => this.patch('recorder', { who: typed(event) as SiteSettings['recorder']['who'] })}></consult-admin-select-field>
        <consult-admin-text-field class="short" type="number" min="1" max="75" .label=${t('recorderSlice')} .hint=${t('recorderSliceHint')} .error=${this.wrong('recorder.sliceSeconds')} .value=${Number.isNaN(recorder.sliceSeconds) ? '' : String(recorder.sliceSeconds)}
          @input=${(event: Event) => this.patch('recorder', { sliceSeconds: numbered(event) ?? Number.NaN })}></consult-admin-text-field>
        <consult-admin-switch-field .label=${t('recorderVideo')} .hint=${t('recorderVideoHint')} .checked=${recorder.video} ?disabled=${!calls.video} @change=${(event: Event) => this.patch('recorder', { video: switched(event) })}></consult-admin-switch-field>
      </section>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-recorder': SiteRecorder;
  }
}
