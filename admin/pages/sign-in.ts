import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import type { Api } from '../api.ts';
import { doorForm, panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import './password-field.ts';

/** Sign-in by e-mail and password. */
@customElement('consult-admin-sign-in')
export class SignIn extends LitElement {
  static override styles = [base, panel, doorForm];

  @property({ attribute: false }) api!: Api;
  /** Said above the form, e.g. that the session ended. */
  @property() notice = '';
  @state() private busy = false;
  @state() private failure = '';
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      <h1 class="page-title">${t('signInTitle')}</h1>
      <p class="lead">${this.notice || t('signInLead')}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field">
          <label for="email">${t('email')}</label>
          <input class="input" id="email" name="email" type="email" inputmode="email" autocomplete="username" required autofocus />
        </div>
        <consult-admin-password-field .label=${t('password')} autocomplete="current-password"></consult-admin-password-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('signIn')}</button>
      </form>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const email = this.renderRoot.querySelector<HTMLInputElement>('#email')!;
    const password = this.renderRoot.querySelector('consult-admin-password-field')!;
    this.failure = '';
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
