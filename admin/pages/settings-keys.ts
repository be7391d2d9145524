import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ApiKey, ApiKeyAnswer } from '../../protocol/developers.ts';
import { addIcon, keyIcon } from '../forms/form-icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/code-block.ts';
import '../forms/secret-dialog.ts';
import { readAll } from '../read-all.ts';
import { fullTime, t } from '../texts/texts.ts';
import './settings-key-create.ts';
import { SettingsSection } from './settings-section.ts';

/** The keys of the organisation's own programs. */
@customElement('consult-admin-settings-keys')
export class SettingsKeys extends SettingsSection {
  @state() private keys: ApiKey[] | null = null;
  @state() private creating = false;
  /** The key, for as long as its dialog is open. */
  @state() private secret = '';

  override render() {
    void this.language.value;
    if (!this.keys) return this.failure ? failedCard(this.failure, this.load) : loadingCard(4);
    return html`
      <section class="panel" aria-labelledby="title">
        <div class="head">
          <div><h2 id="title">${t('settingsKeys')}</h2><p class="lead">${t('keysLead')} <a href="/docs" target="_blank" rel="noopener">${t('apiReference')}</a></p></div>
          <button class="button small primary" type="button" @click=${() => (this.creating = true)}>${addIcon}${t('addKey')}</button>
        </div>
        ${this.refused()}
        <div class="hush" role="status">${this.said}</div>
        ${this.keys.length === 0 ? emptyState(keyIcon, t('noKeysTitle'), t('noKeysText')) : html`<ul class="rows" role="list">${this.keys.map((key) => this.#key(key))}</ul>`}
      </section>
      ${this.creating ? html`<consult-admin-settings-key-create .api=${this.api} @closed=${() => (this.creating = false)} @created=${(event: CustomEvent<ApiKeyAnswer>) => this.#created(event.detail)}></consult-admin-settings-key-create>` : nothing}
      ${this.secret
        ? html`<consult-admin-secret-dialog .heading=${t('keyShownTitle')} .text=${t('keyShown')} .secret=${this.secret} .copyLabel=${t('copyKey')} @closed=${() => (this.secret = '')}>
            <consult-admin-code-block label="curl" .text=${`curl ${location.origin}/v1/conversations \\\n  -H 'Authorization: Bearer <key>'`}></consult-admin-code-block>
          </consult-admin-secret-dialog>`
        : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #key(key: ApiKey) {
    const used = key.lastUsedAt ? t('keyUsed', { time: fullTime(key.lastUsedAt) }) : t('keyUnused');
    const ends = key.expiresAt ? t('keyExpires', { time: fullTime(key.expiresAt) }) : t('keyForever');
    return html`
      <li>
        <div class="grow">
          <span class="name">${key.name} <span class="badge ${key.state === 'active' ? 'good' : ''}">${t(`keyState_${key.state}`)}</span></span>
          <span class="quiet-text"><span class="mono">${key.prefix}…</span> · ${used} · ${ends}</span>
          <p class="quiet-text mono">${key.scopes.join(', ')}</p>
        </div>
        ${key.state === 'active' ? html`<button class="button small danger-quiet" type="button" ?disabled=${this.busy} aria-label=${t('revokeNamed', { name: key.name })} @click=${() => this.#revoke(key)}>${t('revoke')}</button>` : nothing}
      </li>
    `;
  }

  protected async bring(): Promise<void> {
    this.keys = await readAll<ApiKey>(this.api, '/v1/api-keys');
  }

  #created({ key, ...listed }: ApiKeyAnswer): void {
    this.keys = [listed, ...(this.keys ?? [])];
    this.secret = key;
  }

  async #revoke(key: ApiKey): Promise<void> {
    if (!(await this.sure({ title: t('revokeKeyTitle', { name: key.name }), text: t('revokeKeyText'), confirm: t('revoke'), danger: true }))) return;
    await this.act(async () => {
      await this.api.send('DELETE', `/v1/api-keys/${key.id}`);
      this.keys = (this.keys ?? []).map((each) => (each.id === key.id ? { ...each, state: 'revoked' as const } : each));
    }, t('revoked'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-keys': SettingsKeys;
  }
}
