import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Delivery, Webhook } from '../../protocol/developers.ts';
import type { Page } from '../../protocol/http.ts';
import { backIcon, hookIcon } from '../forms/form-icons.ts';
import { chevronIcon } from '../icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/code-block.ts';
import { formatRoute } from '../router.ts';
import { fullTime, t } from '../texts/texts.ts';
import { SettingsSection } from './settings-section.ts';

/**
 * What one webhook was told, and what it answered: every try, and once more on wish.
 *
 * @fires edit @fires rotate @fires delete
 */
@customElement('consult-admin-settings-deliveries')
export class SettingsDeliveries extends SettingsSection {
  static override styles = [
    ...SettingsSection.styles,
    css`
      .deliveries > * + * {
        border-block-start: 1px solid var(--pc-line);
      }

      summary {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-1) var(--pc-3);
        padding-block: var(--pc-3);
      }

      summary .mono {
        font-weight: 600;
      }

      .inside {
        display: grid;
        gap: var(--pc-3);
        padding-block-end: var(--pc-4);
      }

      .attempts {
        display: grid;
        gap: var(--pc-2);
      }

      .attempts li {
        display: grid;
        gap: 2px;
        padding: var(--pc-2) var(--pc-3);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font-size: var(--pc-text-s);
      }

      .answer {
        max-block-size: 120px;
        overflow: auto;
        color: var(--pc-text-2);
        white-space: pre-wrap;
      }
    `,
  ];

  @property({ attribute: false }) webhook!: Webhook;
  @state() private deliveries: Delivery[] | null = null;
  @state() private next: string | null = null;

  override render() {
    void this.language.value;
    const { webhook } = this;
    return html`
      <section class="panel" aria-labelledby="title">
        <a class="back" href=${formatRoute('settings', 'webhooks')}>${backIcon}${t('settingsWebhooks')}</a>
        <div class="head">
          <div><h2 id="title">${webhook.name}</h2><p class="quiet-text mono">${webhook.url}</p></div>
          <div class="row">
            <button class="button small" type="button" @click=${() => this.dispatchEvent(new Event('edit'))}>${t('edit')}</button>
            <button class="button small" type="button" @click=${() => this.dispatchEvent(new Event('rotate'))}>${t('rotateSecret')}</button>
            <button class="button small danger-quiet" type="button" @click=${() => this.dispatchEvent(new Event('delete'))}>${t('delete')}</button>
          </div>
        </div>
        ${webhook.failingSince ? html`<p class="note warn">${t('webhookFailingSince', { time: fullTime(webhook.failingSince) })}</p>` : nothing}
        <div class="row">
          <button class="button small primary" type="button" ?disabled=${this.busy} @click=${this.#test}>${t('testWebhook')}</button>
          <button class="button small quiet" type="button" ?disabled=${this.busy} @click=${() => this.act(() => this.bring())}>${t('refresh')}</button>
          <span class="quiet-text" role="status">${this.said}</span>
        </div>
        ${this.refused()}
        ${this.deliveries
          ? this.deliveries.length === 0
            ? emptyState(hookIcon, t('noDeliveriesTitle'), t('noDeliveriesText'))
            : html`<div class="deliveries">${this.deliveries.map((delivery) => this.#delivery(delivery))}</div>`
          : nothing}
        ${this.next ? html`<div class="row"><button class="button small" type="button" ?disabled=${this.busy} @click=${this.#more}>${t('loadMore')}</button></div>` : nothing}
      </section>
      ${this.deliveries ? nothing : this.failure ? failedCard(this.failure, this.load) : loadingCard(4)}
    `;
  }

  #delivery(delivery: Delivery) {
    const tone = { waiting: 'warn', delivered: 'good', failed: 'bad' }[delivery.state];
    const last = delivery.attempts.at(-1);
    return html`
      <details class="fold">
        <summary>
          ${chevronIcon}<span class="badge ${tone}">${t(`delivery_${delivery.state}`)}</span>
          <span class="mono">${delivery.event}</span>
          <span class="quiet-text grow"><time datetime=${delivery.createdAt}>${fullTime(delivery.createdAt)}</time>${last ? ` · ${last.status === null ? (last.error ?? '') : `HTTP ${last.status}`}` : ''}</span>
        </summary>
        <div class="inside">
          ${delivery.nextAt && delivery.state === 'waiting' ? html`<p class="quiet-text">${t('deliveryNext', { time: fullTime(delivery.nextAt) })}</p>` : nothing}
          ${delivery.attempts.length > 0
            ? html`<ol class="attempts" role="list" aria-label=${t('attempts')}>
                ${delivery.attempts.map((attempt) => html`<li>
                  <span>${fullTime(attempt.at)} · ${attempt.status === null ? t('noAnswer') : `HTTP ${attempt.status}`} · ${attempt.ms} ms${attempt.error ? ` · ${attempt.error}` : ''}</span>
                  ${attempt.answer ? html`<span class="answer mono">${attempt.answer}</span>` : nothing}
                </li>`)}
              </ol>`
            : nothing}
          <consult-admin-code-block .label=${t('payload')} .text=${pretty(delivery.payload)}></consult-admin-code-block>
          ${this.webhook.enabled ? html`<div class="row"><button class="button small" type="button" ?disabled=${this.busy} aria-label=${t('replayNamed', { name: delivery.event })} @click=${() => this.#replay(delivery)}>${t('replay')}</button></div>` : nothing}
        </div>
      </details>
    `;
  }

  protected async bring(): Promise<void> {
    const page = await this.api.get<Page<Delivery>>(`/v1/webhooks/${this.webhook.id}/deliveries?limit=30`);
    this.deliveries = page.items;
    this.next = page.next;
  }

  async #test(): Promise<void> {
    let said = '';
    const done = await this.act(async () => {
      const delivery = await this.api.send<Delivery>('POST', `/v1/webhooks/${this.webhook.id}/test`);
      this.#take(delivery);
      const last = delivery.attempts.at(-1);
      said = delivery.state === 'delivered' ? t('testWebhookGood', { status: last?.status ?? '' }) : last ? t('testWebhookBad', { reason: last.error ?? `HTTP ${last.status ?? ''}` }) : t('testWebhookSent');
    });
    if (done) this.said = said;
  }

  async #replay(delivery: Delivery): Promise<void> {
    await this.act(async () => this.#take(await this.api.send<Delivery>('POST', `/v1/webhooks/${this.webhook.id}/deliveries/${delivery.id}/replay`)), t('replayed'));
  }

  async #more(): Promise<void> {
    await this.act(async () => {
      const page = await this.api.get<Page<Delivery>>(`/v1/webhooks/${this.webhook.id}/deliveries?limit=30&cursor=${encodeURIComponent(this.next ?? '')}`);
      this.deliveries = [...(this.deliveries ?? []), ...page.items];
      this.next = page.next;
    });
  }

  /** One more, or one that is another now. */
  #take(delivery: Delivery): void {
    const known = (this.deliveries ?? []).some(({ id }) => id === delivery.id);
    this.deliveries = known ? (this.deliveries ?? []).map((each) => (each.id === delivery.id ? delivery : each)) : [delivery, ...(this.deliveries ?? [])];
  }
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-deliveries': SettingsDeliveries;
  }
}
