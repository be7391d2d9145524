import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Agent } from '../protocol/shapes.ts';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Api } from './api.ts';
import type { Attention } from './attention.ts';
import { personIcon } from './icons.ts';
import { panel } from './styles.ts';
import { LANGUAGES, chooseLanguage, language, t, type Language } from './texts/texts.ts';
import { chooseTheme, theme, type Theme } from './theme.ts';

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
      }

      .content {
        display: grid;
        gap: var(--pc-4);
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
  /** Its content stands in the page, without a button that opens it. */
  @property({ type: Boolean }) inline = false;
  readonly #language = new StoreController(this, () => language);
  readonly #theme = new StoreController(this, () => theme);
  readonly #account = new StoreController(this, () => this.api?.account);
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
        <div class="field">
          <label for="language">${t('language')}</label>
          <select class="input" id="language" @change=${(event: Event) => chooseLanguage((event.target as HTMLSelectElement).value as Language)}>
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
        <button class="button" @click=${this.#signOut}>${t('signOut')}</button>
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
