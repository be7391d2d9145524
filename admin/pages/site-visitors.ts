import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import type { Api } from '../api.ts';
import '../forms/code-block.ts';
import '../forms/confirm-dialog.ts';
import '../forms/secret-dialog.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { failureText, t } from '../texts/texts.ts';
import { SiteSection, numbered, switched } from './site-section.ts';
import { signingExamples } from './site-snippets.ts';

/**
 * What visitors and agents see of each other, and the secret by which the customer's server vouches for visitors.
 *
 * @fires site `detail`: the site as it is now
 */
@customElement('consult-admin-site-visitors')
export class SiteVisitors extends SiteSection {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;
  @state() private secret = '';
  @state() private busy = false;
  @state() private failure = '';

  override render() {
    void this.language.value;
    const { presenceShown, pagesShown, rating, transcripts, files } = this.settings;
    return html`
      <div class="stack">
        <section class="panel" aria-labelledby="title">
          <header><h2 id="title">${t('siteVisitors')}</h2><p class="lead">${t('siteVisitorsLead')}</p></header>
          <consult-admin-switch-field .label=${t('presenceShown')} .hint=${t('presenceShownHint')} .checked=${presenceShown} @change=${(event: Event) => this.set({ presenceShown: switched(event) })}></consult-admin-switch-field>
          <consult-admin-switch-field .label=${t('pagesShown')} .hint=${t('pagesShownHint')} .checked=${pagesShown} @change=${(event: Event) => this.set({ pagesShown: switched(event) })}></consult-admin-switch-field>
          <consult-admin-switch-field .label=${t('ratingOn')} .hint=${t('ratingOnHint')} .checked=${rating} @change=${(event: Event) => this.set({ rating: switched(event) })}></consult-admin-switch-field>
          <consult-admin-switch-field .label=${t('transcriptsOn')} .hint=${t('transcriptsOnHint')} .checked=${transcripts} @change=${(event: Event) => this.set({ transcripts: switched(event) })}></consult-admin-switch-field>
        </section>
        <section class="panel" aria-labelledby="files">
          <header><h2 id="files">${t('filesTitle')}</h2><p class="lead">${t('filesLead')}</p></header>
          <consult-admin-switch-field .label=${t('filesOn')} .hint=${t('filesOnHint')} .checked=${files.enabled} @change=${(event: Event) => this.patch('files', { enabled: switched(event) })}></consult-admin-switch-field>
          <consult-admin-text-field .label=${t('filesMax')} .hint=${t('filesMaxHint')} type="number" min="1" max="100" .value=${Number.isNaN(files.maxMiB) ? '' : String(files.maxMiB)} .error=${this.wrong('files.maxMiB')}
            @input=${(event: Event) => this.patch('files', { maxMiB: numbered(event) ?? Number.NaN })}></consult-admin-text-field>
        </section>
        <section class="panel" aria-labelledby="identity">
          <header><h2 id="identity">${t('identityTitle')}</h2><p class="lead">${t('identityLead')}</p></header>
          <div class="row">
            <span class="badge ${this.site.identity ? 'good' : ''}">${t(this.site.identity ? 'identityThere' : 'identityNone')}</span>
            <span class="grow"></span>
            <button class="button small" type="button" ?disabled=${this.busy} @click=${this.#make}>${t(this.site.identity ? 'identityRotate' : 'identityMake')}</button>
            ${this.site.identity ? html`<button class="button small danger-quiet" type="button" ?disabled=${this.busy} @click=${this.#remove}>${t('identityRemove')}</button>` : nothing}
          </div>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          ${this.site.identity ? this.#examples() : nothing}
        </section>
      </div>
      ${this.secret
        ? html`<consult-admin-secret-dialog .heading=${t('identityTitle')} .text=${t('identityShown')} .secret=${this.secret} .copyLabel=${t('copySecret')} @closed=${() => (this.secret = '')}></consult-admin-secret-dialog>`
        : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #examples() {
    return html`<h3>${t('identityExamples')}</h3>
      ${signingExamples().map(({ file, code }) => html`<consult-admin-code-block .label=${file} .text=${code}></consult-admin-code-block>`)}`;
  }

  async #make(): Promise<void> {
    if (this.site.identity && !(await this.#sure('identityRotateTitle', 'identityRotateText', 'identityRotate'))) return;
    await this.#work(async () => {
      const { secret } = await this.api.send<{ secret: string }>('POST', `/v1/sites/${this.site.id}/identity-secret`);
      this.secret = secret;
      this.#tellSite({ ...this.site, identity: true });
    });
  }

  async #remove(): Promise<void> {
    if (!(await this.#sure('identityRemoveTitle', 'identityRemoveText', 'identityRemove'))) return;
    await this.#work(async () => {
      await this.api.send('DELETE', `/v1/sites/${this.site.id}/identity-secret`);
      this.#tellSite({ ...this.site, identity: false });
    });
  }

  #sure(title: 'identityRotateTitle' | 'identityRemoveTitle', text: 'identityRotateText' | 'identityRemoveText', confirm: 'identityRotate' | 'identityRemove'): Promise<boolean> {
    return this.renderRoot.querySelector('consult-admin-confirm-dialog')!.ask({ title: t(title), text: t(text), confirm: t(confirm), danger: true });
  }

  #tellSite(site: Site): void {
    this.dispatchEvent(new CustomEvent('site', { detail: site }));
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.failure = '';
    this.busy = true;
    try {
      await work();
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-visitors': SiteVisitors;
  }
}
