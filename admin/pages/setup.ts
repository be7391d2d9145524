import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { SetupAnswer } from '../../protocol/http.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { call, type Api } from '../api.ts';
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
  @state() private busy = false;
  @state() private failure = '';
  @state() private used = false;
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
        <div class="field">
          <label for="name">${t('setupName')}</label>
          <input class="input" id="name" autocomplete="name" maxlength="80" required autofocus aria-describedby="name-hint" />
          <p class="hint" id="name-hint">${t('setupNameHint')}</p>
        </div>
        <div class="field">
          <label for="email">${t('email')}</label>
          <input class="input" id="email" type="email" inputmode="email" autocomplete="username" required />
        </div>
        <consult-admin-password-field .label=${t('password')} .hint=${t('setupPasswordHint')} autocomplete="new-password" rated></consult-admin-password-field>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <button class="button primary" type="submit" ?disabled=${this.busy}>${t('setupSubmit')}</button>
      </form>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)!.value.trim();
    const password = this.renderRoot.querySelector('consult-admin-password-field')!.value;
    const email = field('email');
    this.failure = '';
    this.busy = true;
    try {
      await call<SetupAnswer>('POST', '/v1/setup', { token: this.token, name: field('name'), email, password }, null);
      await this.api.signIn(email, password);
      // The used-up token has no business in the browser's history.
      go(formatRoute('sites'), { replace: true });
    } catch (error) {
      if (error instanceof WireFailure && error.code === 'gone') this.used = true;
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
