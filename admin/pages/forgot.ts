import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { call } from '../api.ts';
import { backIcon } from '../forms/form-icons.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { doorForm, panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';

/**
 * Who forgot the password: a mail with a link, or, where the server sends none, whom to ask. The answer is the same whether
 * there is such an account or not (threats.md S15).
 *
 * @fires back To the sign-in.
 */
@customElement('consult-admin-forgot')
export class Forgot extends LitElement {
  static override styles = [
    base,
    panel,
    doorForm,
    css`
      .back {
        margin-block-start: var(--pc-4);
        margin-inline-start: calc(-1 * var(--pc-3));
      }
    `,
  ];

  @property({ attribute: false }) ask: typeof call = call;
  /** Whether this server sends mail. */
  @property({ type: Boolean }) mail = false;
  @property() email = '';
  @state() private busy = false;
  @state() private sent = false;
  @state() private failure = '';
  @state() private wrong = '';
  readonly #language = new StoreController(this, () => language);

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }

  override render() {
    void this.#language.value;
    return html`
      <h1 class="page-title" tabindex="-1">${t('forgotTitle')}</h1>
      ${!this.mail ? html`<p class="lead">${t('forgotNoMail')}</p>` : this.sent ? html`<p class="lead" role="status">${t('forgotSent', { email: this.email })}</p>` : this.#form()}
      <button class="button quiet back" type="button" @click=${() => this.dispatchEvent(new Event('back'))}>${backIcon}${t('toSignIn')}</button>
    `;
  }

  #form() {
    return html`
      <p class="lead">${t('forgotLead')}</p>
      <form @submit=${this.#submit} novalidate>
        <consult-admin-text-field .label=${t('email')} type="email" autocomplete="username" .value=${this.email} .error=${this.wrong} required></consult-admin-text-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('forgotSubmit')}</button>
      </form>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!;
    this.email = field.value.trim();
    this.failure = '';
    this.wrong = /^[^\s@]+@[^\s@]+$/.test(this.email) ? '' : t('emailWrong');
    if (this.wrong) return field.focus();
    this.busy = true;
    try {
      await this.ask('POST', '/v1/auth/password-reset', { email: this.email, locale: language.value }, null);
      this.sent = true;
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-forgot': Forgot;
  }
}
