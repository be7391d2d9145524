import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SignInWays } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { call, type Api } from '../api.ts';
import type { Route } from '../router.ts';
import { doorForm, panel } from '../styles.ts';
import { en, type TextKey } from '../texts/text-key.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './forgot.ts';
import './password-field.ts';

/** Where the way to the OpenID provider begins; it comes back to the panel, signed in. */
const OIDC_START = '/v1/auth/oidc/start';

/** Sign-in by e-mail and password, or by the organisation's own provider; and the way out for who forgot. */
@customElement('consult-admin-sign-in')
export class SignIn extends LitElement {
  static override styles = [
    base,
    panel,
    doorForm,
    css`
      .or {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        margin-block: var(--pc-4);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .or::before,
      .or::after {
        content: '';
        flex: 1;
        border-block-start: 1px solid var(--pc-line);
      }

      .wide {
        inline-size: 100%;
      }

      .oidc {
        margin-block-start: var(--pc-5);
      }

      .forgot {
        justify-self: center;
        min-block-size: 36px;
        font-size: var(--pc-text-s);
        font-weight: 600;
        color: var(--pc-accent);
        text-decoration: underline;
        text-underline-offset: 3px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** Said above the form, e.g. that the session ended. */
  @property() notice = '';
  /** May hold why the provider's sign-in came to nothing. */
  @property({ attribute: false }) route: Route | null = null;
  /** Asks the server without a session; tests put their own in. */
  @property({ attribute: false }) ask: typeof call = call;
  @state() private ways: SignInWays = { password: true, oidc: null, mail: false };
  @state() private page: 'sign-in' | 'forgot' = 'sign-in';
  @state() private busy = false;
  @state() private failure = '';
  @state() private email = '';
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    // A server that does not say takes passwords.
    this.failure = this.#refusedByProvider;
    void this.ask<SignInWays>('GET', '/v1/auth/ways', undefined, null).then(
      (ways) => (this.ways = ways),
      () => undefined,
    );
  }

  override render() {
    void this.#language.value;
    if (this.page === 'forgot') {
      return html`<consult-admin-forgot .ask=${this.ask} .mail=${this.ways.mail} .email=${this.email} @back=${this.#back}></consult-admin-forgot>`;
    }
    if (this.ways.unclaimed) return html`<h1 class="page-title">${t('unclaimedTitle')}</h1><p class="lead">${t('unclaimedText')}</p>`;
    const { oidc, password } = this.ways;
    return html`
      <h1 class="page-title">${t('signInTitle')}</h1>
      <p class="lead" role=${this.notice ? 'status' : nothing}>${this.notice || t('signInLead')}</p>
      ${password ? nothing : html`<div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>`}
      ${oidc ? html`<a class="button wide oidc ${password ? '' : 'primary'}" href=${OIDC_START}>${t('signInWith', { name: oidc.name })}</a>` : nothing}
      ${oidc && password ? html`<p class="or">${t('or')}</p>` : nothing}
      ${password
        ? html`<form @submit=${this.#submit} novalidate>
            <div class="field">
              <label for="email">${t('email')}</label>
              <input class="input" id="email" name="email" type="email" inputmode="email" autocomplete="username" required autofocus .value=${this.email}
                aria-invalid=${this.failure ? 'true' : nothing} aria-describedby=${this.failure ? 'failure' : nothing} />
            </div>
            <consult-admin-password-field .label=${t('password')} autocomplete="current-password"></consult-admin-password-field>
            <div role="alert">${this.failure ? html`<p class="problem" id="failure">${this.failure}</p>` : nothing}</div>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('signIn')}</button>
            <button class="forgot" type="button" @click=${this.#forgot}>${t('forgotPassword')}</button>
          </form>`
        : nothing}
    `;
  }

  get #refusedByProvider(): string {
    const key = `error_${this.route?.query.get('error') ?? ''}`;
    return key.startsWith('error_oidc_') && key in en ? t(key as TextKey) : '';
  }

  #forgot(): void {
    this.email = this.renderRoot.querySelector<HTMLInputElement>('#email')!.value.trim();
    this.failure = '';
    this.page = 'forgot';
  }

  async #back(): Promise<void> {
    this.page = 'sign-in';
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('#email')?.focus();
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const email = this.renderRoot.querySelector<HTMLInputElement>('#email')!;
    const password = this.renderRoot.querySelector('consult-admin-password-field')!;
    this.failure = '';
    if (!email.value.trim() || !password.value) {
      this.failure = t('signInMissing');
      (email.value.trim() ? password : email).focus();
      return;
    }
    this.busy = true;
    try {
      await this.api.signIn(email.value.trim(), password.value);
    } catch (error) {
      this.failure = failureText(error);
      password.focus();
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-sign-in': SignIn;
  }
}
