import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Webhook, WebhookAnswer } from '../../protocol/developers.ts';
import { addIcon, hookIcon } from '../forms/form-icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/secret-dialog.ts';
import { readAll } from '../read-all.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { fullTime, t } from '../texts/texts.ts';
import './settings-deliveries.ts';
import { SettingsSection } from './settings-section.ts';
import './settings-webhook-edit.ts';

/** The addresses that are told what happens; with one in the address bar, what it was told. */
@customElement('consult-admin-settings-webhooks')
export class SettingsWebhooks extends SettingsSection {
  @property({ attribute: false }) route!: Route;
  @state() private webhooks: Webhook[] | null = null;
  @state() private edited: Webhook | 'new' | null = null;
  /** A secret, for as long as its dialog is open. */
  @state() private secret = '';

  override render() {
    void this.language.value;
    if (!this.webhooks) return this.failure ? failedCard(this.failure, this.load) : loadingCard(4);
    const open = this.webhooks.find(({ id }) => id === this.route.query.get('webhook'));
    return html`
      ${open
        ? html`<consult-admin-settings-deliveries .api=${this.api} .webhook=${open} @edit=${() => (this.edited = open)} @rotate=${() => this.#rotate(open)} @delete=${() => this.#delete(open)}></consult-admin-settings-deliveries>`
        : this.#list(this.webhooks)}
      ${this.edited
        ? html`<consult-admin-settings-webhook-edit .api=${this.api} .webhook=${this.edited === 'new' ? null : this.edited} @closed=${() => (this.edited = null)} @kept=${(event: CustomEvent<Webhook | WebhookAnswer>) => this.#kept(event.detail)}></consult-admin-settings-webhook-edit>`
        : nothing}
      ${this.secret ? html`<consult-admin-secret-dialog .heading=${t('webhookSecretTitle')} .text=${t('webhookSecretText')} .secret=${this.secret} .copyLabel=${t('copySecret')} @closed=${() => (this.secret = '')}></consult-admin-secret-dialog>` : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #list(webhooks: Webhook[]) {
    return html`
      <section class="panel" aria-labelledby="title">
        <div class="head">
          <div><h2 id="title">${t('settingsWebhooks')}</h2><p class="lead">${t('webhooksLead')}</p></div>
          <button class="button small primary" type="button" @click=${() => (this.edited = 'new')}>${addIcon}${t('addWebhook')}</button>
        </div>
        ${this.refused()}
        <div class="hush" role="status">${this.said}</div>
        ${webhooks.length === 0
          ? emptyState(hookIcon, t('noWebhooksTitle'), t('noWebhooksText'))
          : html`<ul class="rows" role="list">
              ${webhooks.map((webhook) => html`<li>
                <div class="grow">
                  <span class="name">${webhook.name} ${this.#state(webhook)}${webhook.bot ? html` <span class="badge accent">${t('bot')}</span>` : nothing}</span>
                  <span class="quiet-text mono">${webhook.url}</span>
                  <p class="quiet-text">${webhook.events.includes('*') ? t('allEvents') : webhook.events.join(', ')}</p>
                </div>
                <span class="row">
                  <a class="button small" href=${formatRoute('settings', 'webhooks', { webhook: webhook.id })} aria-label=${t('deliveriesNamed', { name: webhook.name })}>${t('deliveries')}</a>
                  <button class="button small" type="button" aria-label=${t('editNamed', { name: webhook.name })} @click=${() => (this.edited = webhook)}>${t('edit')}</button>
                </span>
              </li>`)}
            </ul>`}
      </section>
    `;
  }

  #state(webhook: Webhook) {
    if (!webhook.enabled) return html`<span class="badge">${t('webhookOff')}</span>`;
    return webhook.failingSince ? html`<span class="badge bad" title=${fullTime(webhook.failingSince)}>${t('webhookFailing')}</span>` : html`<span class="badge good">${t('webhookOn')}</span>`;
  }

  protected async bring(): Promise<void> {
    this.webhooks = await readAll<Webhook>(this.api, '/v1/webhooks');
  }

  #kept(answer: Webhook | WebhookAnswer): void {
    const { secret, ...webhook } = { secret: '', ...answer };
    this.webhooks = [...(this.webhooks ?? []).filter(({ id }) => id !== webhook.id), webhook].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
    this.secret = secret;
    this.said = t('saved');
  }

  async #rotate(webhook: Webhook): Promise<void> {
    if (!(await this.sure({ title: t('rotateSecretTitle'), text: t('rotateSecretText'), confirm: t('rotateSecret'), danger: true }))) return;
    await this.act(async () => this.#kept(await this.api.send<WebhookAnswer>('POST', `/v1/webhooks/${webhook.id}/rotate-secret`)));
  }

  async #delete(webhook: Webhook): Promise<void> {
    if (!(await this.sure({ title: t('deleteWebhookTitle', { name: webhook.name }), text: t('deleteWebhookText'), confirm: t('delete'), danger: true }))) return;
    const done = await this.act(async () => {
      await this.api.send('DELETE', `/v1/webhooks/${webhook.id}`);
      this.webhooks = (this.webhooks ?? []).filter(({ id }) => id !== webhook.id);
    }, t('deleted'));
    if (done) go(formatRoute('settings', 'webhooks'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-webhooks': SettingsWebhooks;
  }
}
