import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Look } from '../../protocol/site.ts';
import '../forms/colour-field.ts';
import { channels, contrast, inkOn } from '../forms/contrast.ts';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { SiteSection, switched, typed } from './site-section.ts';

/** The accent that a site has until it chooses one. */
const OURS = '#3a4fd0';
const OFFERS = [OURS, '#0f766e', '#1a7444', '#b45309', '#b3261e', '#a21caf', '#475569', '#111827'];

/** Colour, light and dark, corner, words on the button. */
@customElement('consult-admin-site-look')
export class SiteLook extends SiteSection {
  override render() {
    void this.language.value;
    const { look } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteLook')}</h2><p class="lead">${t('siteLookLead')}</p></header>
        <consult-admin-switch-field .label=${t('ownAccent')} .hint=${t('ownAccentHint')} .checked=${look.accent !== null} @change=${(event: Event) => this.patch('look', { accent: switched(event) ? OURS : null })}></consult-admin-switch-field>
        ${look.accent === null
          ? ''
          : html`<consult-admin-colour-field .label=${t('accent')} .value=${look.accent} .offers=${OFFERS} .hint=${this.#contrast(look.accent)} .error=${this.wrong('look.accent')}
              @change=${(event: Event) => this.patch('look', { accent: typed(event) })}></consult-admin-colour-field>`}
        <div class="pair">
          <consult-admin-select-field .label=${t('lookTheme')} .hint=${t('lookThemeHint')} .value=${look.theme}
            .choices=${[{ value: 'auto', label: t('lookThemeAuto') }, { value: 'light', label: t('themeLight') }, { value: 'dark', label: t('themeDark') }]}
            @change=${(event: Event) => this.patch('look', { theme: typed(event) as Look['theme'] })}></consult-admin-select-field>
          <consult-admin-select-field .label=${t('position')} .value=${look.position}
            .choices=${[{ value: 'bottom-right', label: t('bottomRight') }, { value: 'bottom-left', label: t('bottomLeft') }]}
            @change=${(event: Event) => this.patch('look', { position: typed(event) as Look['position'] })}></consult-admin-select-field>
        </div>
        <consult-admin-text-field .label=${t('launcherText')} .hint=${t('launcherTextHint')} .value=${look.launcherText} maxlength="40" optional @input=${(event: Event) => this.patch('look', { launcherText: typed(event) })}></consult-admin-text-field>
      </section>
    `;
  }

  /** Whether a colour does its work: as a button under white or dark ink, and as a text on a white page (WCAG 2.2 AA). */
  #contrast(accent: string): string {
    if (!channels(accent)) return '';
    const { ink, ratio } = inkOn(accent);
    const onPage = contrast(accent, '#ffffff');
    const said = t(ink === '#ffffff' ? 'contrastWhite' : 'contrastDark', { ratio: ratio.toFixed(1) });
    return onPage < 3 ? `${said} ${t('contrastPale', { ratio: onPage.toFixed(1) })}` : said;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-look': SiteLook;
  }
}
