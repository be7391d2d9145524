import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { InstallCheck, Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { wrongIcon } from '../forms/form-icons.ts';
import { tickIcon } from '../icons.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';

/** Looks whether the tag stands on a page, and says what to do when it does not. */
@customElement('consult-admin-site-check')
export class SiteCheck extends LitElement {
  static override styles = [base, panel, pageStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;
  @state() private busy = false;
  @state() private wrong = '';
  @state() private failure = '';
  @state() private found: InstallCheck | null = null;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const first = this.site.origins.find((origin) => !origin.includes('*'));
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('checkTitle')}</h2><p class="lead">${t('checkLead')}</p></header>
        <form class="row" @submit=${this.#check} novalidate>
          <consult-admin-text-field class="grow" type="url" .label=${t('checkUrl')} .value=${first ? `${first}/` : ''} placeholder="https://shop.example.com/" .error=${this.wrong} maxlength="500"></consult-admin-text-field>
          <button class="button" type="submit" ?disabled=${this.busy} .style=${'align-self: start; margin-block-start: 26px'}>${t(this.busy ? 'checking' : 'check')}</button>
        </form>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <div role="status">${this.found ? this.#result(this.found) : nothing}</div>
      </section>
    `;
  }

  #result(found: InstallCheck) {
    const good = found.result === 'found' && found.csp.length === 0;
    return html`
      <div class="stack close">
        <p class="note ${good ? 'good' : 'warn'}">
          ${good ? tickIcon : wrongIcon}
          <span><strong>${t(found.result === 'found' && found.csp.length > 0 ? 'checked_csp' : `checked_${found.result}`)}</strong>${found.result === 'found' && !good ? nothing : html`<br />${t(`remedy_${found.result}`, { status: found.status ?? '–' })}`}</span>
        </p>
        ${found.csp.length > 0
          ? html`<div class="note warn">${wrongIcon}<div class="stack close"><span>${t('remedyCsp')}</span><ul role="list">${found.csp.map((directive) => html`<li class="mono">${directive}</li>`)}</ul></div></div>`
          : nothing}
        <p class="quiet-text mono">${found.url}${found.status === null ? '' : ` · HTTP ${found.status}`}${found.detail ? ` · ${found.detail}` : ''}</p>
      </div>
    `;
  }

  async #check(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<TextField>('consult-admin-text-field')!;
    const url = field.value.trim();
    this.failure = '';
    this.found = null;
    this.wrong = /^https?:\/\/[^\s/]+/i.test(url) ? '' : t('checkUrlWrong');
    if (this.wrong) return field.focus();
    this.busy = true;
    try {
      this.found = await this.api.send<InstallCheck>('POST', `/v1/sites/${this.site.id}/check-install`, { url });
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-check': SiteCheck;
  }
}
