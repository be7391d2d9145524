import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Agent, PresenceStatus } from '../protocol/shapes.ts';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import type { Attention } from './attention.ts';
import { personIcon } from './icons.ts';
import type { Notifications } from './notifications.ts';
import { run } from './shortcuts.ts';
import { panel } from './styles.ts';
import { LANGUAGES, chooseLanguage, language, t, type Language } from './texts/texts.ts';
import { chooseTheme, theme, type Theme } from './theme.ts';
import './notification-switch.ts';

/** Who is signed in, with language, appearance, sounds and the way out. A native popover: Esc and a click outside close it. */
@customElement('consult-admin-account-menu')
export class AccountMenu extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        position: relative;
        display: block;
      }

      .open {
        inline-size: 100%;
        block-size: auto;
        padding: var(--pc-2) 2px;
        border-radius: var(--pc-radius-s);
        gap: 2px;
        font-size: var(--pc-text-xs);
        font-weight: 600;
      }

      .open svg {
        inline-size: 22px;
        block-size: 22px;
      }

      [popover] {
        inset: auto;
        inset-inline-start: 92px;
        inset-block-end: 16px;
        inline-size: min(300px, calc(100vw - 24px));
        padding: var(--pc-4);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: var(--pc-shadow);
        max-block-size: calc(100dvh - 32px);
        overflow: auto;
      }

      .content {
        display: grid;
        gap: var(--pc-3);
      }

      .who {
        overflow-wrap: anywhere;
      }

      .who span {
        display: block;
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .switch {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        min-block-size: 24px;
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .switch input {
        inline-size: 20px;
        block-size: 20px;
        accent-color: var(--pc-accent);
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
        padding-block-start: var(--pc-4);
        border-block-start: 1px solid var(--pc-line);
      }

      .row .button {
        flex: 1 1 auto;
        min-block-size: 40px;
        font-size: var(--pc-text-s);
      }

      /* There is no keyboard to speak of on a phone. */
      @media (hover: none) {
        .shortcuts {
          display: none;
        }
      }

      @media (max-width: 720px) {
        [popover] {
          inset-inline: 12px;
          inset-block-end: 84px;
          margin: 0 auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) attention: Attention | null = null;
  @property({ attribute: false }) session: Session | null = null;
  @property({ attribute: false }) notifications: Notifications | null = null;
  /** Its content stands in the page, without a button that opens it. */
  @property({ type: Boolean }) inline = false;
  readonly #language = new StoreController(this, () => language);
  readonly #theme = new StoreController(this, () => theme);
  readonly #account = new StoreController(this, () => this.api?.account);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #sounds = new StoreController(this, () => this.attention?.sounds);

  override render() {
    const account = this.#account.value;
    if (account?.status !== 'signed-in') return html``;
    const { agent } = account;
    if (this.inline) return this.#content(agent);
    return html`
      <button class="icon-button open" popovertarget="menu" aria-haspopup="dialog">${personIcon}<span>${t('account')}</span></button>
      <div id="menu" popover role="dialog" aria-label=${t('account')}>${this.#content(agent)}</div>
    `;
  }

  #content(agent: Agent) {
    return html`
      <div class="content">
        <p class="who"><strong>${agent.name}</strong><span>${agent.email}</span></p>
        ${this.#presence(agent.id)}
        <div class="field">
          <label for="language">${t('language')}</label>
          <select class="input" id="language" @change=${(event: Event) => void chooseLanguage((event.target as HTMLSelectElement).value as Language)}>
            ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === this.#language.value}>${name}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="theme">${t('theme')}</label>
          <select class="input" id="theme" @change=${(event: Event) => chooseTheme((event.target as HTMLSelectElement).value as Theme)}>
            <option value="auto" ?selected=${this.#theme.value === 'auto'}>${t('themeAuto')}</option>
            <option value="light" ?selected=${this.#theme.value === 'light'}>${t('themeLight')}</option>
            <option value="dark" ?selected=${this.#theme.value === 'dark'}>${t('themeDark')}</option>
          </select>
        </div>
        <label class="switch"><input type="checkbox" .checked=${this.#sounds.value ?? true} @change=${(event: Event) => this.attention?.chooseSounds((event.target as HTMLInputElement).checked)} />${t('soundOn')}</label>
        <consult-admin-notification-switch .notifications=${this.notifications}></consult-admin-notification-switch>
        <div class="row">
          <button class="button shortcuts" type="button" @click=${() => run('help')}>${t('shortcutsTitle')}</button>
          <button class="button" type="button" @click=${this.#signOut}>${t('signOut')}</button>
        </div>
      </div>
    `;
  }

  /** How colleagues and routing see the agent. Visitors only learn that somebody is there. */
  #presence(agentId: string) {
    const status = this.#state.value?.team.get(agentId)?.status;
    if (!status) return nothing;
    const words = { online: t('presenceOnline'), busy: t('presenceBusy'), away: t('presenceAway') };
    return html`
      <div class="field">
        <label for="presence">${t('presence')}</label>
        <select class="input" id="presence" @change=${(event: Event) => this.session?.setPresence((event.target as HTMLSelectElement).value as PresenceStatus)}>
          ${Object.entries(words).map(([value, text]) => html`<option value=${value} ?selected=${value === status}>${text}</option>`)}
        </select>
      </div>
    `;
  }

  async #signOut(): Promise<void> {
    try {
      await this.api.signOut();
    } catch {
      // This browser is signed out already; the server ends the session by itself when its refresh token runs out.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-account-menu': AccountMenu;
  }
}
