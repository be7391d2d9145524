import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import type { Api } from '../api.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import './site-picture.ts';
import { SiteSection, typed } from './site-section.ts';

/**
 * Name, picture, and what is said first.
 *
 * @fires site `detail`: the site as it is now, with its new picture
 */
@customElement('consult-admin-site-general')
export class SiteGeneral extends SiteSection {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;

  override render() {
    void this.language.value;
    const { name, settings } = this.draft;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteGeneral')}</h2><p class="lead">${t('siteGeneralLead')}</p></header>
        <consult-admin-site-picture .api=${this.api} .site=${this.site} @site=${({ detail }: CustomEvent<Site>) => this.dispatchEvent(new CustomEvent('site', { detail }))}></consult-admin-site-picture>
        <consult-admin-text-field .label=${t('siteName')} .hint=${t('siteNameHint')} .value=${name} .error=${this.wrong('name')} maxlength="80" required @input=${(event: Event) => this.tell({ ...this.draft, name: typed(event) })}></consult-admin-text-field>
        <consult-admin-text-field .label=${t('statusText')} .hint=${t('statusTextHint')} .value=${settings.statusText} maxlength="120" optional @input=${(event: Event) => this.set({ statusText: typed(event) })}></consult-admin-text-field>
        <consult-admin-text-field .label=${t('greeting')} .hint=${t('greetingHint')} .value=${settings.greeting} rows="3" maxlength="300" optional @input=${(event: Event) => this.set({ greeting: typed(event) })}></consult-admin-text-field>
      </section>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-general': SiteGeneral;
  }
}
