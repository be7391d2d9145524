import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { roleMay, type Permission } from '../../protocol/permissions.ts';
import { base } from '../../widget/styles/base.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { revealCurrent } from '../forms/reveal-current.ts';
import { formatRoute, type Route } from '../router.ts';
import { panel } from '../styles.ts';
import type { TextKey } from '../texts/text-key.ts';
import { language, t } from '../texts/texts.ts';
import './settings-account.ts';
import './settings-keys.ts';
import './settings-mail.ts';
import './settings-organisation.ts';
import './settings-replies.ts';
import './settings-tags.ts';
import './settings-webhooks.ts';

/** The sections of the settings, and what one needs to be shown them. */
const SECTIONS = {
  account: { label: 'settingsAccount', may: 'self' },
  organisation: { label: 'settingsOrganisation', may: 'settings:manage' },
  mail: { label: 'settingsMail', may: 'settings:manage' },
  tags: { label: 'settingsTags', may: 'conversations:write' },
  replies: { label: 'settingsReplies', may: 'conversations:write' },
  'api-keys': { label: 'settingsKeys', may: 'keys:manage' },
  webhooks: { label: 'settingsWebhooks', may: 'webhooks:manage' },
} as const satisfies Record<string, { label: TextKey; may: Permission }>;
type Section = keyof typeof SECTIONS;

/** One's own account, and for owners and admins what concerns all. */
@customElement('consult-admin-settings')
export class Settings extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      :host {
        block-size: 100%;
      }

      .columns {
        display: grid;
        grid-template-columns: 176px minmax(0, 1fr);
        gap: var(--pc-5);
        align-items: start;
      }

      nav {
        position: sticky;
        inset-block-start: 0;
        display: grid;
        gap: 2px;
      }

      nav a {
        display: flex;
        align-items: center;
        min-block-size: 38px;
        padding-inline: var(--pc-3);
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        font-weight: 600;
        color: var(--pc-text-2);
        text-decoration: none;
      }

      nav a:hover {
        background: var(--pc-surface-3);
        color: var(--pc-text);
      }

      nav a[aria-current='page'] {
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
      }

      @media (max-width: 900px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--pc-4);
        }

        nav {
          position: static;
          display: flex;
          overflow-x: auto;
          scrollbar-width: thin;
          margin-inline: calc(-1 * var(--pc-3));
          padding-inline: var(--pc-3);
        }

        nav a {
          flex: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session: Session | null = null;
  @property({ attribute: false }) route!: Route;
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);

  protected override updated(): void {
    // On a phone the sections are a strip that is wider than the screen.
    revealCurrent(this.renderRoot.querySelector('nav'));
  }

  override render() {
    void this.#language.value;
    const account = this.#account.value;
    if (account?.status !== 'signed-in') return nothing;
    const sections = (Object.keys(SECTIONS) as Section[]).filter((section) => roleMay(account.agent.role, SECTIONS[section].may));
    const section = sections.find((each) => each === this.route.id) ?? 'account';
    return html`
      <div class="page">
        <div class="stack">
          <header class="head"><div><h1 class="page-title">${t('settingsTitle')}</h1></div></header>
          <div class="columns">
            <nav aria-label=${t('settingsSections')}>
              ${sections.map((each) => html`<a href=${formatRoute('settings', each)} aria-current=${each === section ? 'page' : nothing}>${t(SECTIONS[each].label)}</a>`)}
            </nav>
            ${this.#section(section)}
          </div>
        </div>
      </div>
    `;
  }

  #section(section: Section) {
    const { api } = this;
    switch (section) {
      case 'account':
        return html`<consult-admin-settings-account .api=${api}></consult-admin-settings-account>`;
      case 'organisation':
        return html`<consult-admin-settings-organisation .api=${api}></consult-admin-settings-organisation>`;
      case 'mail':
        return html`<consult-admin-settings-mail .api=${api}></consult-admin-settings-mail>`;
      case 'tags':
        return html`<consult-admin-settings-tags .api=${api}></consult-admin-settings-tags>`;
      case 'replies':
        return html`<consult-admin-settings-replies .api=${api}></consult-admin-settings-replies>`;
      case 'api-keys':
        return html`<consult-admin-settings-keys .api=${api}></consult-admin-settings-keys>`;
      case 'webhooks':
        return html`<consult-admin-settings-webhooks .api=${api} .route=${this.route}></consult-admin-settings-webhooks>`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings': Settings;
  }
}
