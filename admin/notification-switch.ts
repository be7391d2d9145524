import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import { panel } from './styles.ts';
import type { NotificationState, Notifications } from './notifications.ts';
import type { TextKey } from './texts/text-key.ts';
import { language, t } from './texts/texts.ts';

const WORDS: Record<NotificationState, TextKey> = {
  missing: 'notificationsMissing', denied: 'notificationsDenied', off: 'notificationsText', turning: 'notificationsText', local: 'notificationsWithoutPush', on: 'notificationsOn',
};

/** Whether the system tells of calls and messages, and the one button that asks for it. */
@customElement('consult-admin-notification-switch')
export class NotificationSwitch extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: grid;
        gap: var(--pc-2);
        justify-items: start;
      }

      p {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .button {
        min-block-size: 38px;
        font-size: var(--pc-text-s);
      }
    `,
  ];

  @property({ attribute: false }) notifications: Notifications | null = null;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.notifications?.state);

  override render() {
    void this.#language.value;
    const state = this.#state.value ?? 'off';
    const on = state === 'on' || state === 'local';
    return html`
      <span class="label">${t('notifications')}</span>
      <p role="status">${t(WORDS[state])}</p>
      ${state === 'missing' || state === 'denied'
        ? nothing
        : html`<button class="button" type="button" ?disabled=${state === 'turning' || !this.notifications} @click=${() => void (on ? this.notifications!.turnOff() : this.notifications!.turnOn())}>${t(on ? 'notificationsTurnOff' : 'notificationsTurnOn')}</button>`}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-notification-switch': NotificationSwitch;
  }
}
