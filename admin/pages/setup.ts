import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { SetupAnswer } from '../../protocol/http.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { call, type Api } from '../api.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { formatRoute, go } from '../router.ts';
import { doorForm, panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './password-field.ts';

/** The first start: whoever holds the one-use link becomes the owner. */
@customElement('consult-admin-setup')
export class Setup extends LitElement {
  static override styles = [base, panel, doorForm];

  @property({ attribute: false }) api!: Api;
  /** From the link's fragment. */
  @property({ attribute: false }) token = '';
  /** Asks the server without a session; tests put their own in. */
  @property({ attribute: false }) ask: typeof call = call;
  @state() private busy = false;
  @state() private failure = '';
  @state() private used = false;
  @state() private wrong: { name?: string; email?: string; password?: string } = {};
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    if (this.used || !this.token) {
      return html`
        <h1 class="page-title">${t(this.used ? 'setupGoneTitle' : 'setupTitle')}</h1>
        <p class="lead">${t(this.used ? 'setupGoneText' : 'setupNoToken')}</p>
        <a class="button primary" href=${formatRoute('inbox')}>${t('toSignIn')}</a>
      `;
    }
    return html`
      <h1 class="page-title">${t('setupTitle')}</h1>
      <p class="lead">${t('setupLead')}</p>
      <form @submit=${this.#submit} novalidate>
        <consult-admin-text-field id="name" .label=${t('setupName')} .hint=${t('setupNameHint')} .error=${this.wrong.name ?? ''} autocomplete="name" maxlength="80" required autofocus></consult-admin-text-field>
        <consult-admin-text-field id="email" type="email" .label=${t('email')} .error=${this.wrong.email ?? ''} autocomplete="username" required></consult-admin-text-field>
        <consult-admin-password-field .label=${t('password')} .hint=${t('setupPasswordHint')} .error=${this.wrong.password ?? ''} autocomplete="new-password" rated></consult-admin-password-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('setupSubmit')}</button>
      </form>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const [nameField, emailField] = this.renderRoot.querySelectorAll<TextField>('consult-admin-text-field');
    const passwordField = this.renderRoot.querySelector('consult-admin-password-field')!;
    const [name, email, password] = [nameField!.value.trim(), emailField!.value.trim(), passwordField.value];
    this.failure = '';
    this.wrong = { ...(name ? {} : { name: t('ownNameMissing') }), ...(/^[^@\s]+@[^@\s]+$/.test(email) ? {} : { email: t('emailWrong') }), ...(password ? {} : { password: t('error_weak_password') }) };
    if (this.wrong.name) return nameField!.focus();
    if (this.wrong.email) return emailField!.focus();
    if (this.wrong.password) return passwordField.focus();
    this.busy = true;
    try {
      await this.ask<SetupAnswer>('POST', '/v1/setup', { token: this.token, name, email, password }, null);
      await this.api.signIn(email, password);
      // The used-up token has no business in the browser's history.
      go(formatRoute('sites'), { replace: true });
    } catch (error) {
      const code = error instanceof WireFailure ? error.code : '';
      if (code === 'gone') this.used = true;
      else if (code === 'weak_password') this.wrong = { password: failureText(error) };
      else this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-setup': Setup;
  }
}
