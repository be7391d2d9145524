import { css, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SigningKeys } from '../../protocol/evidence.ts';
import type { Organisation } from '../../protocol/team.ts';
import { failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { formatRoute } from '../router.ts';
import { t } from '../texts/texts.ts';
import { SettingsSection } from './settings-section.ts';

/** What concerns the whole organisation: its name, and whether it can send mail. */
@customElement('consult-admin-settings-organisation')
export class SettingsOrganisation extends SettingsSection {
  static override styles = [...SettingsSection.styles, css`
    .fingerprint {
      overflow-wrap: anywhere;
    }
  `];

  @state() private organisation: Organisation | null = null;
  @state() private wrong = '';
  /** Fingerprints of the keys that sign manifests. */
  @state() private keys: readonly string[] = [];

  override render() {
    void this.language.value;
    const { organisation } = this;
    if (!organisation) return this.failure ? failedCard(this.failure, this.load) : loadingCard(3);
    const { mail } = organisation;
    return html`
      <div class="stack">
        <section class="panel" aria-labelledby="title">
          <header><h2 id="title">${t('settingsOrganisation')}</h2><p class="lead">${t('organisationLead')}</p></header>
          <form class="stack close" @submit=${this.#save} novalidate>
            <consult-admin-text-field .label=${t('organisationName')} .hint=${t('organisationNameHint')} .value=${organisation.name} .error=${this.wrong} autocomplete="organization" maxlength="80" required></consult-admin-text-field>
            ${this.refused()}
            <div class="row"><button class="button primary small" type="submit" ?disabled=${this.busy}>${t('save')}</button><span class="quiet-text" role="status">${this.said}</span></div>
          </form>
        </section>
        <section class="panel" aria-labelledby="mail">
          <header><h2 id="mail">${t('mailStatus')}</h2></header>
          <div class="row">
            <span class="badge ${mail.configured ? 'good' : 'warn'}">${t(mail.configured ? 'mailOn' : 'mailOff')}</span>
            <span class="quiet-text">${mail.configured ? t('mailFrom', { from: mail.from ?? '–' }) : t('mailOffText')}</span>
          </div>
          <div class="row"><a class="button small" href=${formatRoute('settings', 'mail')}>${t('mailLog')}</a></div>
        </section>
        <section class="panel" aria-labelledby="key">
          <header><h2 id="key">${t('manifestKey')}</h2><p class="lead">${t('manifestKeyHint')}</p></header>
          <p class="mono fingerprint">${this.keys.join(', ')}</p>
          <div class="row"><a class="button small" href=${formatRoute('verify')} target="_blank" rel="noopener">${t('verifyTitle')}</a></div>
        </section>
      </div>
    `;
  }

  protected async bring(): Promise<void> {
    const [organisation, { keys }] = await Promise.all([this.api.get<Organisation>('/v1/organisation'), this.api.get<SigningKeys>('/v1/signing-keys')]);
    this.keys = keys.map(({ kid }) => kid);
    this.organisation = organisation;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!;
    const name = field.value.trim();
    this.wrong = name ? '' : t('nameMissing');
    if (!name) return field.focus();
    await this.act(async () => void (this.organisation = await this.api.send<Organisation>('PATCH', '/v1/organisation', { name })), t('saved'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-organisation': SettingsOrganisation;
  }
}
