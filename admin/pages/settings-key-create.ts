import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { SCOPES, roleMay, type Permission } from '../../protocol/permissions.ts';
import type { ApiKeyAnswer } from '../../protocol/developers.ts';
import { base } from '../../widget/styles/base.ts';
import type { Api } from '../api.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { wrongIcon } from '../forms/form-icons.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/select-field.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { type TextKey, en } from '../texts/text-key.ts';
import { failureText, t } from '../texts/texts.ts';
import { typed } from './site-section.ts';

const DAY_MS = 86_400_000;
type Life = '30' | '90' | '365' | 'never' | 'date';

/**
 * A new API key: what it is for, what it may, how long.
 *
 * @fires created `detail`: the key, with the secret that is shown once
 * @fires closed
 */
@customElement('consult-admin-settings-key-create')
export class SettingsKeyCreate extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
        min-inline-size: 0;
      }

      legend {
        padding: 0;
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .areas {
        display: grid;
        gap: var(--pc-3);
        margin-block-start: var(--pc-2);
        padding: var(--pc-4);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
      }

      .area {
        display: grid;
        gap: var(--pc-1);
      }

      .area + .area {
        padding-block-start: var(--pc-3);
        border-block-start: 1px solid var(--pc-line);
      }

      .area strong {
        font-size: var(--pc-text-s);
      }

      label.scope {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--pc-3);
        align-items: start;
        padding-block: 4px;
        cursor: pointer;
      }

      label.scope input {
        inline-size: 20px;
        block-size: 20px;
        margin: 1px 0 0;
        accent-color: var(--pc-accent);
      }

      label.scope span {
        font-size: var(--pc-text-s);
      }

      label.scope code {
        display: block;
        color: var(--pc-text-2);
      }

      .wrong {
        display: flex;
        gap: 6px;
        margin-block-start: var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-danger);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @state() private scopes: ReadonlySet<Permission> = new Set();
  @state() private life: Life = '365';
  @state() private wrong: { name?: string; scopes?: string; date?: string } = {};
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  override render() {
    const account = this.api.account.value;
    const role = account.status === 'signed-in' ? account.agent.role : 'agent';
    const areas = grouped(SCOPES.filter((scope) => roleMay(role, scope)));
    const lives: Record<Life, string> = { 30: t('lifeDays', { count: 30 }), 90: t('lifeDays', { count: 90 }), 365: t('lifeYear'), never: t('lifeNever'), date: t('lifeDate') };
    return html`
      <consult-admin-form-dialog wide .heading=${t('addKey')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <consult-admin-text-field data-first id="name" .label=${t('keyName')} .hint=${t('keyNameHint')} .error=${this.wrong.name ?? ''} maxlength="80" required></consult-admin-text-field>
          <fieldset aria-describedby=${this.wrong.scopes ? 'scopes-wrong' : nothing}>
            <legend>${t('scopes')}</legend>
            <div class="areas">
              ${[...areas].map(([area, scopes]) => html`<div class="area"><strong>${t(`scopeArea_${area}` as TextKey)}</strong>${scopes.map((scope) => this.#scope(scope))}</div>`)}
            </div>
            ${this.wrong.scopes ? html`<p class="wrong" id="scopes-wrong">${wrongIcon}${this.wrong.scopes}</p>` : nothing}
          </fieldset>
          <div class="pair">
            <consult-admin-select-field .label=${t('keyLife')} .hint=${t(this.life === 'never' ? 'keyLifeNeverHint' : 'keyLifeHint')} .value=${this.life} .choices=${(['30', '90', '365', 'date', 'never'] as const).map((value) => ({ value, label: lives[value] }))} @change=${(event: Event) => (this.life = typed(event) as Life)}></consult-admin-select-field>
            ${this.life === 'date' ? html`<consult-admin-text-field id="date" type="date" .label=${t('keyDate')} .error=${this.wrong.date ?? ''} required></consult-admin-text-field>` : nothing}
          </div>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('createKey')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  #scope(scope: Permission) {
    const key = `scope_${scope}`;
    return html`<label class="scope"><input type="checkbox" .checked=${this.scopes.has(scope)} @change=${(event: Event) => this.#choose(scope, (event.target as HTMLInputElement).checked)} /><span>${key in en ? t(key as TextKey) : scope}<code class="mono">${scope}</code></span></label>`;
  }

  #choose(scope: Permission, on: boolean): void {
    const scopes = new Set(this.scopes);
    if (on) scopes.add(scope);
    else scopes.delete(scope);
    this.scopes = scopes;
    if (scopes.size > 0 && this.wrong.scopes) this.wrong = { ...this.wrong, scopes: '' };
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = (id: string): TextField | null => this.renderRoot.querySelector<TextField>(id);
    const name = field('#name')!.value.trim();
    const date = field('#date')?.value ?? '';
    const end = this.life === 'date' ? Date.parse(`${date}T23:59:59`) : this.life === 'never' ? null : Date.now() + Number(this.life) * DAY_MS;
    const past = end !== null && !(end > Date.now());
    this.failure = '';
    this.wrong = { ...(name ? {} : { name: t('nameMissing') }), ...(this.scopes.size > 0 ? {} : { scopes: t('scopesMissing') }), ...(past ? { date: t('dateInFuture') } : {}) };
    if (this.wrong.name) return field('#name')!.focus();
    if (this.wrong.scopes) return this.renderRoot.querySelector<HTMLElement>('.scope input')!.focus();
    if (this.wrong.date) return field('#date')!.focus();
    this.busy = true;
    try {
      const answer = await this.api.send<ApiKeyAnswer>('POST', '/v1/api-keys', { name, scopes: [...this.scopes], expiresAt: end === null ? null : new Date(end).toISOString() });
      this.dialog.close();
      this.dispatchEvent(new CustomEvent('created', { detail: answer }));
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

const areaOf = (scope: Permission): string => scope.split(':')[0]!;

function grouped(scopes: readonly Permission[]): Map<string, Permission[]> {
  const areas = new Map<string, Permission[]>();
  for (const scope of scopes) areas.set(areaOf(scope), [...(areas.get(areaOf(scope)) ?? []), scope]);
  return areas;
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-key-create': SettingsKeyCreate;
  }
}
