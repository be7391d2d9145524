import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { SiteSection, numbered, typed } from './site-section.ts';

/** How long things are kept, and where visitors read about it. */
@customElement('consult-admin-site-retention')
export class SiteRetention extends SiteSection {
  override render() {
    void this.language.value;
    const { retention, privacyUrl } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteRetention')}</h2><p class="lead">${t('siteRetentionLead')}</p></header>
        ${this.#rule('closeAfter', t('closeAfter'), t('closeAfterHint'), retention.closeAfter)} ${this.#rule('purgeAfterClose', t('purgeAfterClose'), t('purgeAfterCloseHint'), retention.purgeAfterClose)}
        ${this.#rule('recordings', t('keepRecordings'), t('keepRecordingsHint'), retention.recordings)}
      </section>
      <section class="panel" aria-labelledby="privacy">
        <header><h2 id="privacy">${t('sitePrivacy')}</h2><p class="lead">${t('sitePrivacyLead')}</p></header>
        <consult-admin-text-field .label=${t('privacyUrl')} type="url" placeholder="https://shop.example.com/privacy" .value=${privacyUrl} .error=${this.wrong('privacyUrl')} maxlength="500" optional @input=${(event: Event) => this.set({ privacyUrl: typed(event) })}></consult-admin-text-field>
      </section>
    `;
  }

  #rule(rule: keyof SiteSettings['retention'], label: string, hint: string, days: number | null) {
    return html`<consult-admin-text-field .label=${label} .hint=${hint} type="number" min="1" max="3650" .placeholder=${t('never')} optional .value=${days === null || Number.isNaN(days) ? '' : String(days)} .error=${this.wrong(`retention.${rule}`)}
      @input=${(event: Event) => this.patch('retention', { [rule]: numbered(event) })}></consult-admin-text-field>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-retention': SiteRetention;
  }
}
