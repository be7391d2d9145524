import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/list-editor.ts';
import type { ListChange } from '../forms/list-editor.ts';
import '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { originProblems, type OriginProblem } from './origin-entry.ts';
import { typed } from './site-section.ts';

/**
 * Where the tag may stand. Saved by its own button, for it works at once.
 *
 * @fires site `detail`: the site as it is now
 * @fires origins-dirty `detail`: whether there is something to save
 */
@customElement('consult-admin-site-origins')
export class SiteOrigins extends LitElement {
  static override styles = [base, panel, pageStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;
  @state() private entries: readonly string[] = [];
  @state() private problems = new Map<number, OriginProblem>();
  @state() private busy = false;
  @state() private saved = false;
  @state() private failure = '';
  readonly #language = new StoreController(this, () => language);

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('site')) this.entries = this.site.origins;
  }

  get #dirty(): boolean {
    return this.entries.filter((entry) => entry.trim()).join('\n') !== this.site.origins.join('\n');
  }

  override render() {
    void this.#language.value;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('originsTitle')}</h2><p class="lead">${t('originsLead')}</p></header>
        <consult-admin-list-editor plain max="100" .items=${this.entries} .addLabel=${t('addOrigin')} .noneText=${t('noOrigins')} .another=${() => ''} .called=${(entry: string, index: number) => entry || String(index + 1)}
          .row=${(entry: string, index: number) => html`<consult-admin-text-field hide-label mono .label=${t('originNumber', { number: index + 1 })} placeholder="https://shop.example.com" .value=${entry} maxlength="300" .error=${this.#wrong(index)}
            @input=${(event: Event) => this.#change(this.entries.map((each, at) => (at === index ? typed(event) : each)), index)} @change=${() => this.#check()}></consult-admin-text-field>`}
          @list-change=${({ detail }: ListChange<string>) => this.#change(detail.items)}></consult-admin-list-editor>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <div class="row">
          <button class="button primary small" type="button" ?disabled=${this.busy || !this.#dirty} @click=${this.#save}>${t('saveOrigins')}</button>
          <span class="quiet-text" role="status">${this.saved && !this.#dirty ? t('saved') : ''}</span>
        </div>
      </section>
    `;
  }

  #wrong(index: number): string {
    const problem = this.problems.get(index);
    return problem ? t(`originProblem_${problem}`) : '';
  }

  #change(entries: readonly string[], at?: number): void {
    this.entries = entries;
    this.saved = false;
    // What is being typed is judged when it is done; what was wrong and is right now is said at once.
    if (at === undefined || this.problems.has(at)) this.problems = originProblems(entries);
    this.dispatchEvent(new CustomEvent('origins-dirty', { detail: this.#dirty }));
  }

  #check(): void {
    this.problems = originProblems(this.entries);
  }

  async #save(): Promise<void> {
    this.#check();
    this.failure = '';
    const [first] = this.problems.keys();
    if (first !== undefined) {
      this.renderRoot.querySelector('consult-admin-list-editor')!.renderRoot.querySelectorAll<HTMLElement>('consult-admin-text-field')[first]?.focus();
      return;
    }
    this.busy = true;
    try {
      const site = await this.api.send<Site>('PATCH', `/v1/sites/${this.site.id}`, { origins: this.entries.map((entry) => entry.trim()).filter(Boolean) });
      this.dispatchEvent(new CustomEvent('site', { detail: site }));
      this.saved = true;
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
    this.dispatchEvent(new CustomEvent('origins-dirty', { detail: this.#dirty }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-origins': SiteOrigins;
  }
}
