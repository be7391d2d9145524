import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Look, Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import '../forms/code-block.ts';
import '../forms/confirm-dialog.ts';
import '../forms/copy-button.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import './site-check.ts';
import './site-origins.ts';
import { STACKS, policy, snippets, type Stack } from './site-snippets.ts';

/**
 * The tag to paste, for whatever the site is made with; where it may stand; whether it does; its key.
 *
 * @fires site `detail`: the site as it is now
 */
@customElement('consult-admin-site-install')
export class SiteInstall extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      [role='tablist'] {
        display: flex;
        gap: 2px;
        overflow-x: auto;
        scrollbar-width: thin;
        border-block-end: 1px solid var(--pc-line);
      }

      [role='tab'] {
        flex: none;
        min-block-size: 40px;
        padding: 0 var(--pc-3);
        border-block-end: 2px solid transparent;
        font-size: var(--pc-text-s);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      [role='tab'][aria-selected='true'] {
        border-color: var(--pc-accent);
        color: var(--pc-text);
      }

      [role='tab']:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;
  /** The look in the form, saved or not: snippets follow it. */
  @property({ attribute: false }) look!: Look;
  /** Where visitors reach this server. */
  @property({ attribute: false }) server = location.origin;
  @state() private stack: Stack = 'html';
  @state() private busy = false;
  @state() private failure = '';
  @state() private said = '';
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const stacks = Object.keys(STACKS) as Stack[];
    return html`
      <div class="stack">
        <section class="panel" aria-labelledby="title">
          <header><h2 id="title">${t('siteInstall')}</h2><p class="lead">${t('siteInstallLead')}</p></header>
          <div role="tablist" aria-label=${t('stacks')} @keydown=${this.#keydown}>
            ${stacks.map((stack) => html`<button role="tab" type="button" id="tab-${stack}" aria-controls="snippets" aria-selected=${stack === this.stack} tabindex=${stack === this.stack ? 0 : -1} @click=${() => (this.stack = stack)}>${STACKS[stack]}</button>`)}
          </div>
          <div class="stack close" role="tabpanel" id="snippets" aria-labelledby="tab-${this.stack}">
            ${snippets(this.stack, { server: this.server, siteKey: this.site.publishableKey, look: this.look }).map(({ file, code }) => html`<consult-admin-code-block .label=${file} .text=${code}></consult-admin-code-block>`)}
          </div>
          <p class="quiet-text">${t('siteInstallNote')} <a href="/demo" target="_blank" rel="noopener">${t('tryDemo')}</a></p>
        </section>
        <consult-admin-site-origins .api=${this.api} .site=${this.site} @site=${(event: CustomEvent<Site>) => this.#tell(event.detail)}></consult-admin-site-origins>
        <consult-admin-site-check .api=${this.api} .site=${this.site}></consult-admin-site-check>
        <section class="panel" aria-labelledby="csp">
          <header><h2 id="csp">${t('cspTitle')}</h2><p class="lead">${t('cspLead')}</p></header>
          <consult-admin-code-block label="Content-Security-Policy" .text=${policy(this.server)}></consult-admin-code-block>
        </section>
        <section class="panel" aria-labelledby="key">
          <header><h2 id="key">${t('siteKeyTitle')}</h2><p class="lead">${t('siteKeyLead')}</p></header>
          <div class="row">
            <span class="mono grow">${this.site.publishableKey}</span>
            <consult-admin-copy-button .text=${this.site.publishableKey}></consult-admin-copy-button>
            <button class="button small danger-quiet" type="button" ?disabled=${this.busy} @click=${this.#rotate}>${t('rotateKey')}</button>
          </div>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="quiet-text" role="status">${this.said}</div>
        </section>
      </div>
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #tell(site: Site): void {
    this.dispatchEvent(new CustomEvent('site', { detail: site }));
  }

  /** Tabs as the ARIA pattern has them: arrows go around, Home and End to the ends. */
  #keydown(event: KeyboardEvent): void {
    const stacks = Object.keys(STACKS) as Stack[];
    const at = stacks.indexOf(this.stack);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: stacks.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.stack = stacks[(to + stacks.length) % stacks.length]!;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.stack}`)?.focus());
  }

  async #rotate(): Promise<void> {
    const sure = await this.renderRoot.querySelector('consult-admin-confirm-dialog')!.ask({ title: t('rotateKeyTitle'), text: t('rotateKeyText'), confirm: t('rotateKey'), danger: true });
    if (!sure) return;
    this.failure = this.said = '';
    this.busy = true;
    try {
      this.#tell(await this.api.send<Site>('POST', `/v1/sites/${this.site.id}/rotate-key`));
      this.said = t('rotatedKey');
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-install': SiteInstall;
  }
}
