import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { InvitationLook } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { call, type Api } from '../api.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { formatRoute, go, type Route } from '../router.ts';
import { doorForm, panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { roleName } from './team-roles.ts';
import './password-field.ts';

/** Somebody was asked to join: who asks, as what, and then a name and a password; signed in right after. */
@customElement('consult-admin-invitation')
export class Invitation extends LitElement {
  static override styles = [
    base,
    panel,
    doorForm,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--pc-1) var(--pc-4);
        margin-block-start: var(--pc-4);
        padding: var(--pc-3) var(--pc-4);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font-size: var(--pc-text-s);
      }

      dt {
        color: var(--pc-text-2);
      }

      dd {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      h1 {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** Holds the link's token. */
  @property({ attribute: false }) route!: Route;
  @property({ attribute: false }) ask: typeof call = call;
  @state() private look: InvitationLook | null = null;
  @state() private dead = false;
  @state() private busy = false;
  @state() private failure = '';
  @state() private wrong: { name?: string; password?: string } = {};
  readonly #language = new StoreController(this, () => language);

  get #token(): string {
    return this.route?.query.get('token') ?? '';
  }

  override firstUpdated(): void {
    void this.#load();
  }

  override render() {
    void this.#language.value;
    if (this.dead || !this.#token) {
      return html`
        <h1 class="page-title">${t('invitationDeadTitle')}</h1>
        <p class="lead" role="status">${t('invitationDeadText')}</p>
        <a class="button primary" href=${formatRoute('inbox')}>${t('toSignIn')}</a>
      `;
    }
    const { look } = this;
    if (!look) {
      return this.failure
        ? html`<h1 class="page-title">${t('invitationTitle')}</h1><p class="problem" role="alert">${this.failure}</p><button class="button" @click=${this.#load}>${t('retry')}</button>`
        : html`<p role="status">${t('loading')}</p>`;
    }
    return html`
      <h1 class="page-title">${t('invitationFrom', { organisation: look.organisation })}</h1>
      <p class="lead">${t('invitationLead', { name: look.invitedBy })}</p>
      <dl>
        <dt>${t('email')}</dt><dd>${look.email}</dd>
        <dt>${t('role')}</dt><dd>${roleName(look.role)}</dd>
      </dl>
      <form @submit=${this.#submit} novalidate>
        <input class="hush" type="email" autocomplete="username" .value=${look.email} aria-hidden="true" tabindex="-1" readonly />
        <consult-admin-text-field .label=${t('setupName')} .hint=${t('setupNameHint')} .error=${this.wrong.name ?? ''} .value=${look.name ?? ''} autocomplete="name" maxlength="80" required></consult-admin-text-field>
        <consult-admin-password-field .label=${t('password')} autocomplete="new-password" rated .about=${[look.email, look.name ?? '']} .error=${this.wrong.password ?? ''}></consult-admin-password-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('invitationSubmit')}</button>
      </form>
    `;
  }

  readonly #load = async (): Promise<void> => {
    if (!this.#token) return;
    this.failure = '';
    try {
      this.look = await this.ask<InvitationLook>('POST', '/v1/invitations/look', { token: this.#token }, null);
    } catch (error) {
      if (error instanceof WireFailure && ['gone', 'not_found', 'unauthenticated'].includes(error.code)) this.dead = true;
      else this.failure = failureText(error);
    }
  };

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { look } = this;
    if (!look) return;
    const field = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!;
    const password = this.renderRoot.querySelector('consult-admin-password-field')!;
    const name = field.value.trim();
    this.failure = '';
    this.wrong = { ...(name ? {} : { name: t('ownNameMissing') }), ...(password.value ? {} : { password: t('error_weak_password') }) };
    if (this.wrong.name) return field.focus();
    if (this.wrong.password) return password.focus();
    this.busy = true;
    try {
      await this.ask('POST', '/v1/invitations/accept', { token: this.#token, name, password: password.value }, null);
      // The answer set the cookie by which the panel signs in by itself.
      await this.api.start();
      // The used-up token has no business in the browser's history.
      go(formatRoute('inbox'), { replace: true });
    } catch (error) {
      const code = error instanceof WireFailure ? error.code : '';
      if (code === 'gone' || code === 'not_found') this.dead = true;
      else if (code === 'weak_password') this.wrong = { password: failureText(error) };
      else this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-invitation': Invitation;
  }
}
