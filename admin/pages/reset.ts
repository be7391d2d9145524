import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { call, type Api } from '../api.ts';
import { formatRoute, type Route } from '../router.ts';
import { doorForm, panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './password-field.ts';

/** A new password by the link of a mail, or of an admin. The old one works until then, and every sign-in ends with it. */
@customElement('consult-admin-reset')
export class Reset extends LitElement {
  static override styles = [base, panel, doorForm];

  @property({ attribute: false }) api!: Api;
  /** Holds the link's token. */
  @property({ attribute: false }) route!: Route;
  @property({ attribute: false }) ask: typeof call = call;
  @state() private busy = false;
  @state() private failure = '';
  @state() private wrong = '';
  @state() private step: 'form' | 'done' | 'dead' = 'form';
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const token = this.route?.query.get('token') ?? '';
    if (this.step === 'done' || this.step === 'dead' || !token) {
      const done = this.step === 'done';
      return html`
        <h1 class="page-title" tabindex="-1">${t(done ? 'resetDoneTitle' : 'resetDeadTitle')}</h1>
        <p class="lead" role="status">${t(done ? 'resetDoneText' : 'resetDeadText')}</p>
        <a class="button primary" href=${formatRoute('inbox')}>${t('toSignIn')}</a>
      `;
    }
    return html`
      <h1 class="page-title">${t('resetTitle')}</h1>
      <p class="lead">${t('resetLead')}</p>
      <form @submit=${(event: SubmitEvent) => this.#submit(event, token)} novalidate>
        <consult-admin-password-field .label=${t('newPassword')} autocomplete="new-password" rated .error=${this.wrong} autofocus></consult-admin-password-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('resetSubmit')}</button>
      </form>
    `;
  }

  async #submit(event: SubmitEvent, token: string): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector('consult-admin-password-field')!;
    this.failure = this.wrong = '';
    if (!field.value) {
      this.wrong = t('error_weak_password');
      return field.focus();
    }
    this.busy = true;
    try {
      await this.ask('POST', '/v1/auth/password-reset/confirm', { token, password: field.value }, null);
      this.step = 'done';
    } catch (error) {
      const code = error instanceof WireFailure ? error.code : '';
      if (code === 'gone' || code === 'not_found' || code === 'unauthenticated') this.step = 'dead';
      else if (code === 'weak_password') this.wrong = failureText(error);
      else this.failure = failureText(error);
      if (this.wrong) field.focus();
    } finally {
      this.busy = false;
    }
    if (this.step === 'form') return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h1')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-reset': Reset;
  }
}
