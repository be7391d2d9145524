import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SitesPage } from '../../protocol/http.ts';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { policy, snippet } from './snippet.ts';

/** The tag to paste, and where it may be pasted. */
@customElement('consult-admin-install')
export class Install extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
        overflow: auto;
      }

      main {
        display: grid;
        gap: var(--pc-5);
        max-inline-size: 760px;
        margin-inline: auto;
        padding: var(--pc-5);
      }

      section {
        display: grid;
        gap: var(--pc-3);
        padding: var(--pc-5);
      }

      h2 {
        font-size: var(--pc-text-l);
      }

      pre {
        margin: 0;
        padding: var(--pc-4);
        overflow: auto;
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font: 0.8125rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-3);
      }

      .said {
        color: var(--pc-good);
        font-weight: 600;
      }

      textarea {
        min-block-size: 110px;
        resize: vertical;
        font: 0.8125rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
      }

      @media (max-width: 720px) {
        main {
          padding: var(--pc-4) var(--pc-3);
        }

        section {
          padding: var(--pc-4);
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  /** Where visitors reach this server. */
  @property({ attribute: false }) server = location.origin;
  @state() private site: Site | null = null;
  @state() private failure = '';
  @state() private copied: 'yes' | 'refused' | null = null;
  @state() private saved = false;
  @state() private saving = false;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render() {
    void this.#language.value;
    return html`
      <main>
        <header>
          <h1 class="page-title">${t('installTitle')}</h1>
        </header>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        ${this.site ? this.#content(this.site) : this.failure ? nothing : html`<div class="card bone" aria-busy="true"><section><span class="hush">${t('loading')}</span></section></div>`}
      </main>
    `;
  }

  #content(site: Site) {
    return html`
      <section class="card">
        <p class="lead">${t('installLead')}</p>
        <pre tabindex="0" role="region" aria-label=${t('snippetLabel', { name: site.name })}><code>${snippet(this.server, site.publishableKey)}</code></pre>
        <div class="row">
          <button class="button primary" @click=${() => this.#copy(snippet(this.server, site.publishableKey))}>${t('copy')}</button>
          <a class="button" href="/demo" target="_blank" rel="noopener">${t('tryDemo')}</a>
          <span role="status">${this.copied === 'yes' ? html`<span class="said">${t('copied')}</span>` : this.copied === 'refused' ? t('copyFailed') : nothing}</span>
        </div>
      </section>
      <section class="card">
        <h2>${t('originsTitle')}</h2>
        <p class="lead" id="origins-lead">${t('originsLead')}</p>
        <textarea class="input" id="origins" spellcheck="false" autocapitalize="none" aria-label=${t('originsLabel')} aria-describedby="origins-lead" .value=${site.origins.join('\n')} @input=${() => (this.saved = false)}></textarea>
        <div class="row">
          <button class="button primary" ?disabled=${this.saving} @click=${this.#save}>${t('save')}</button>
          <span role="status">${this.saved ? html`<span class="said">${t('saved')}</span>` : nothing}</span>
        </div>
      </section>
      <section class="card">
        <h2>${t('cspTitle')}</h2>
        <p class="lead">${t('cspLead')}</p>
        <pre tabindex="0" role="region" aria-label=${t('cspTitle')}><code>${policy(this.server)}</code></pre>
      </section>
    `;
  }

  async #load(): Promise<void> {
    try {
      const sites = await this.api.get<SitesPage>('/v1/sites');
      this.site = sites.items[0] ?? null;
    } catch (error) {
      this.failure = failureText(error);
    }
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.copied = 'yes';
    } catch {
      // No permission, or an insecure page: the text is selectable, and says so.
      this.copied = 'refused';
    }
  }

  async #save(): Promise<void> {
    const origins = this.renderRoot.querySelector<HTMLTextAreaElement>('#origins')!.value.split(/\s+/).filter(Boolean);
    this.saving = true;
    this.failure = '';
    try {
      this.site = await this.api.send<Site>('PATCH', `/v1/sites/${this.site!.id}`, { origins });
      this.saved = true;
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.saving = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-install': Install;
  }
}
