import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { SiteSection, numbered, switched, typed } from './site-section.ts';

// What a rule begins with when it is switched on.
const proposedDays = 7;

/** How long things are kept, and where visitors read about it. */
@customElement('consult-admin-site-retention')
export class SiteRetention extends SiteSection {
  override render() {
    void this.language.value;
    const { retention, privacyUrl } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteRetention')}</h2><p class="lead">${t('siteRetentionLead')}</p></header>
        ${this.#rule('closeAfter', t('closeSilent'), t('closeAfterHint'), t('closeAfter'), retention.closeAfter)}
        ${this.#rule('purgeAfterClose', t('purgeClosed'), t('purgeAfterCloseHint'), t('purgeAfterClose'), retention.purgeAfterClose)}
        ${this.#rule('recordings', t('purgeRecordings'), t('keepRecordingsHint'), t('keepRecordings'), retention.recordings)}
      </section>
      <section class="panel" aria-labelledby="privacy">
        <header><h2 id="privacy">${t('sitePrivacy')}</h2><p class="lead">${t('sitePrivacyLead')}</p></header>
        <consult-admin-text-field .label=${t('privacyUrl')} type="url" placeholder="https://shop.example.com/privacy" .value=${privacyUrl} .error=${this.wrong('privacyUrl')} maxlength="500" optional @input=${(event: Event) => this.set({ privacyUrl: typed(event) })}></consult-admin-text-field>
      </section>
    `;
  }

  #rule(rule: keyof SiteSettings['retention'], name: string, hint: string, label: string, days: number | null) {
    const field = html`<consult-admin-text-field .label=${label} type="number" min="1" max="3650" .value=${days === null || Number.isNaN(days) ? '' : String(days)} .error=${this.wrong(`retention.${rule}`)}
      @input=${(event: Event) => this.patch('retention', { [rule]: numbered(event) ?? Number.NaN })}></consult-admin-text-field>`;
    return html`
      <consult-admin-switch-field .label=${name} .hint=${hint} .checked=${days !== null} @change=${(event: Event) => this.patch('retention', { [rule]: switched(event) ? proposedDays : null })}></consult-admin-switch-field>
      ${days === null ? nothing : field}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-retention': SiteRetention;
  }
}
