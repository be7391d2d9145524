import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Webhook, WebhookAnswer, WebhookEvent } from '../../protocol/developers.ts';
import { base } from '../../widget/styles/base.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { wrongIcon } from '../forms/form-icons.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, t } from '../texts/texts.ts';
import { switched } from './site-section.ts';

/** Every event that there is, by what it is about. */
const EVENTS: Readonly<Record<'conversation' | 'message' | 'call' | 'recording' | 'visitor', readonly WebhookEvent[]>> = {
  conversation: ['conversation.created', 'conversation.updated', 'conversation.closed', 'conversation.rated'],
  message: ['message.created'],
  call: ['call.started', 'call.answered', 'call.ended', 'call.missed', 'call.follow_up'],
  recording: ['recording.ready', 'recording.failed'],
  visitor: ['visitor.created', 'visitor.identified', 'visitor.updated'],
};

/**
 * A webhook: where to, what of, and whether it may answer.
 *
 * @fires kept `detail`: the webhook as it is now; a new one with its secret
 * @fires closed
 */
@customElement('consult-admin-settings-webhook-edit')
export class SettingsWebhookEdit extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
        min-inline-size: 0;
      }

      legend {
        padding: 0;
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .events {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(230px, 100%), 1fr));
        gap: var(--pc-3) var(--pc-4);
        margin-block-start: var(--pc-2);
        padding: var(--pc-4);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
      }

      .events .all {
        grid-column: 1 / -1;
      }

      .events label {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: 28px;
        font-size: var(--pc-text-s);
        cursor: pointer;
        overflow-wrap: anywhere;
      }

      .events input {
        flex: none;
        inline-size: 20px;
        block-size: 20px;
        margin: 0;
        accent-color: var(--pc-accent);
      }

      .wrong {
        display: flex;
        gap: 6px;
        margin-block-start: var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-danger);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** The one to change; null makes one. */
  @property({ attribute: false }) webhook: Webhook | null = null;
  @state() private events: ReadonlySet<string> = new Set(['message.created']);
  @state() private bot = false;
  @state() private enabled = true;
  @state() private wrong: { name?: string; url?: string; events?: string } = {};
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('webhook') || !this.webhook) return;
    this.events = new Set(this.webhook.events);
    this.bot = this.webhook.bot;
    this.enabled = this.webhook.enabled;
  }

  override render() {
    const { webhook } = this;
    const all = this.events.has('*');
    return html`
      <consult-admin-form-dialog wide .heading=${t(webhook ? 'editWebhook' : 'addWebhook')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <consult-admin-text-field data-first id="name" .label=${t('webhookName')} .value=${webhook?.name ?? ''} .error=${this.wrong.name ?? ''} maxlength="80" required></consult-admin-text-field>
          <consult-admin-text-field id="url" type="url" mono .label=${t('webhookUrl')} .hint=${t('webhookUrlHint')} placeholder="https://shop.example.com/hooks/consult" .value=${webhook?.url ?? ''} .error=${this.wrong.url ?? ''} maxlength="1000" required></consult-admin-text-field>
          <fieldset aria-describedby=${this.wrong.events ? 'events-wrong' : nothing}>
            <legend>${t('webhookEvents')}</legend>
            <div class="events">
              <label class="all"><input type="checkbox" .checked=${all} @change=${(event: Event) => this.#choose('*', switched(event))} /><strong>${t('allEvents')}</strong></label>
              ${Object.values(EVENTS).map((events) => html`<div>${events.map((name) => html`<label><input type="checkbox" .checked=${all || this.events.has(name)} ?disabled=${all} @change=${(event: Event) => this.#choose(name, switched(event))} /><span class="mono">${name}</span></label>`)}</div>`)}
            </div>
            ${this.wrong.events ? html`<p class="wrong" id="events-wrong">${wrongIcon}${this.wrong.events}</p>` : nothing}
          </fieldset>
          <consult-admin-switch-field .label=${t('webhookBot')} .hint=${t('webhookBotHint')} .checked=${this.bot} @change=${(event: Event) => this.#bot(switched(event))}></consult-admin-switch-field>
          <consult-admin-switch-field .label=${t('webhookEnabled')} .hint=${t('webhookEnabledHint')} .checked=${this.enabled} @change=${(event: Event) => (this.enabled = switched(event))}></consult-admin-switch-field>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('save')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  #choose(name: string, on: boolean): void {
    const events = new Set(this.events);
    if (on) events.add(name);
    else events.delete(name);
    this.events = events;
    if (events.size > 0 && this.wrong.events) this.wrong = { ...this.wrong, events: '' };
  }

  #bot(on: boolean): void {
    this.bot = on;
    if (on && !this.events.has('*')) this.#choose('message.created', true);
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = (id: string): TextField => this.renderRoot.querySelector<TextField>(id)!;
    const [name, url] = [field('#name').value.trim(), field('#url').value.trim()];
    this.failure = '';
    this.wrong = {
      ...(name ? {} : { name: t('nameMissing') }), ...(/^https?:\/\/[^\s/]+/i.test(url) ? {} : { url: t('webhookUrlWrong') }), ...(this.events.size > 0 ? {} : { events: t('eventsMissing') }),
      // A bot that does not hear what is said has nothing to answer.
      ...(this.bot && !this.events.has('*') && !this.events.has('message.created') ? { events: t('botNeedsMessages') } : {}),
    };
    if (this.wrong.name) return field('#name').focus();
    if (this.wrong.url) return field('#url').focus();
    if (this.wrong.events) return this.renderRoot.querySelector<HTMLElement>('.events input')!.focus();
    const body = { name, url, events: this.events.has('*') ? ['*'] : [...this.events], bot: this.bot, enabled: this.enabled };
    this.busy = true;
    try {
      const answer = this.webhook ? await this.api.send<Webhook>('PATCH', `/v1/webhooks/${this.webhook.id}`, body) : await this.api.send<WebhookAnswer>('POST', '/v1/webhooks', body);
      this.dialog.close();
      this.dispatchEvent(new CustomEvent('kept', { detail: answer }));
    } catch (error) {
      if (error instanceof WireFailure && error.code === 'address_refused') {
        this.wrong = { url: failureText(error) };
        field('#url').focus();
      } else this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-webhook-edit': SettingsWebhookEdit;
  }
}
