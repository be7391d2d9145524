import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import { LANGUAGES, languageName, t } from '../texts/texts.ts';
import { SiteSection, switched, typed } from './site-section.ts';

/** The languages of the element. */
@customElement('consult-admin-site-languages')
export class SiteLanguages extends SiteSection {
  override render() {
    void this.language.value;
    const { languages } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteLanguages')}</h2><p class="lead">${t('siteLanguagesLead')}</p></header>
        ${Object.entries(LANGUAGES).map(([code, name]) => html`<consult-admin-switch-field .label=${name} .checked=${languages.includes(code)} ?disabled=${languages.length === 1 && languages.includes(code)}
          @change=${(event: Event) => this.#switch(code, switched(event))}></consult-admin-switch-field>`)}
        <consult-admin-select-field .label=${t('defaultLanguage')} .hint=${t('defaultLanguageHint')} .value=${languages[0]!} .choices=${languages.map((code) => ({ value: code, label: languageName(code) }))}
          @change=${(event: Event) => this.set({ languages: [typed(event), ...languages.filter((code) => code !== typed(event))] })}></consult-admin-select-field>
      </section>
    `;
  }

  #switch(code: string, on: boolean): void {
    const rest = this.settings.languages.filter((each) => each !== code);
    this.set({ languages: on ? [...rest, code] : rest });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-languages': SiteLanguages;
  }
}
