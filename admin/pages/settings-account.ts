import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { AccountSession, Me, Preferences } from '../../protocol/team.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { failedCard, loadingCard } from '../forms/page-states.ts';
import { LANGUAGES, chooseLanguage, failureText, fullTime, t, type Language } from '../texts/texts.ts';
import { chooseTheme, theme, type Theme } from '../theme.ts';
import './password-field.ts';
import { roleName } from './team-roles.ts';
import { SettingsSection } from './settings-section.ts';
import { switched, typed } from './site-section.ts';

/** One's own account: name, language, appearance, what one is told of, password, and where one is signed in. */
@customElement('consult-admin-settings-account')
export class SettingsAccount extends SettingsSection {
  @state() private me: Me | null = null;
  @state() private sessions: AccountSession[] = [];
  @state() private wrong: { name?: string; current?: string; next?: string } = {};
  @state() private passwordSaid = '';
  @state() private passwordRefusal = '';
  readonly #theme = new StoreController(this, () => theme);

  override render() {
    const locale = this.language.value!;
    const { me } = this;
    if (!me) return this.failure ? failedCard(this.failure, this.load) : html`<div class="stack">${loadingCard(4)}${loadingCard(3)}</div>`;
    const own = me.preferences;
    return html`
      <div class="stack">
        <section class="panel" aria-labelledby="me">
          <header><h2 id="me">${t('settingsAccount')}</h2><p class="lead">${me.email} · ${roleName(me.role)}</p></header>
          <form class="stack close" @submit=${this.#name} novalidate>
            <consult-admin-text-field id="name" .label=${t('setupName')} .hint=${t('setupNameHint')} .value=${me.name} .error=${this.wrong.name ?? ''} autocomplete="name" maxlength="80" required></consult-admin-text-field>
            <div class="row"><button class="button primary small" type="submit" ?disabled=${this.busy}>${t('save')}</button><span class="quiet-text" role="status">${this.said}</span></div>
          </form>
          ${this.refused()}
        </section>
        <section class="panel" aria-labelledby="look">
          <h2 id="look">${t('lookAndLanguage')}</h2>
          <div class="pair">
            <consult-admin-select-field .label=${t('language')} .hint=${t('languageHint')} .value=${locale} .choices=${Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} @change=${(event: Event) => this.#locale(typed(event) as Language)}></consult-admin-select-field>
            <consult-admin-select-field .label=${t('theme')} .hint=${t('themeHint')} .value=${this.#theme.value ?? 'auto'} .choices=${[{ value: 'auto', label: t('themeAuto') }, { value: 'light', label: t('themeLight') }, { value: 'dark', label: t('themeDark') }]} @change=${(event: Event) => chooseTheme(typed(event) as Theme)}></consult-admin-select-field>
          </div>
        </section>
        <section class="panel" aria-labelledby="notices">
          <header><h2 id="notices">${t('notices')}</h2><p class="lead">${t('noticesLead')}</p></header>
          ${this.#switch('mailNotices', t('mailNotices'), t('mailNoticesHint'), own)} ${this.#switch('pushCalls', t('pushCalls'), t('pushCallsHint'), own)} ${this.#switch('pushMessages', t('pushMessages'), t('pushMessagesHint'), own)}
        </section>
        ${this.#password(me)} ${this.#signIns()}
      </div>
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  protected async bring(): Promise<void> {
    const [me, sessions] = await Promise.all([this.api.get<Me>('/v1/auth/me'), this.#asked()]);
    this.me = me;
    this.sessions = sessions;
  }

  async #asked(): Promise<AccountSession[]> {
    return (await this.api.get<{ items: AccountSession[] }>('/v1/auth/sessions')).items;
  }

  #switch(name: 'mailNotices' | 'pushCalls' | 'pushMessages', label: string, hint: string, own: Preferences) {
    return html`<consult-admin-switch-field .label=${label} .hint=${hint} .checked=${own[name]} @change=${(event: Event) => this.#prefer({ [name]: switched(event) }, t('saved'))}></consult-admin-switch-field>`;
  }

  #password(me: Me) {
    return html`
      <section class="panel" aria-labelledby="password">
        <header><h2 id="password">${t('passwordTitle')}</h2><p class="lead">${t('passwordLead')}</p></header>
        <form class="stack close" @submit=${this.#change} novalidate>
          <input class="hush" type="email" autocomplete="username" .value=${me.email} aria-hidden="true" tabindex="-1" readonly />
          <div class="pair">
            <consult-admin-password-field id="current" .label=${t('currentPassword')} .error=${this.wrong.current ?? ''} autocomplete="current-password"></consult-admin-password-field>
            <consult-admin-password-field id="next" .label=${t('newPassword')} .error=${this.wrong.next ?? ''} autocomplete="new-password" rated .about=${[me.email, me.name]}></consult-admin-password-field>
          </div>
          <div role="alert">${this.passwordRefusal ? html`<p class="problem">${this.passwordRefusal}</p>` : nothing}</div>
          <div class="row"><button class="button primary small" type="submit" ?disabled=${this.busy}>${t('changePassword')}</button><span class="quiet-text" role="status">${this.passwordSaid}</span></div>
        </form>
      </section>
    `;
  }

  #signIns() {
    const others = this.sessions.some(({ current }) => !current);
    return html`
      <section class="panel" aria-labelledby="sessions">
        <header><h2 id="sessions">${t('sessionsTitle')}</h2><p class="lead">${t('sessionsLead')}</p></header>
        <ul class="rows" role="list">
          ${this.sessions.map((session) => html`<li>
            <div class="grow">
              <span class="name">${session.device || t('unknownDevice')} ${session.current ? html`<span class="badge good">${t('thisDevice')}</span>` : nothing}</span>
              <span class="quiet-text">${t('sessionSince', { since: fullTime(session.createdAt), last: fullTime(session.lastUsedAt) })}</span>
            </div>
            ${session.current ? nothing : html`<button class="button small" type="button" ?disabled=${this.busy} aria-label=${t('endSessionNamed', { name: session.device || t('unknownDevice') })} @click=${() => this.#end(session)}>${t('endSession')}</button>`}
          </li>`)}
        </ul>
        <div class="row"><button class="button small danger-quiet" type="button" ?disabled=${this.busy} @click=${this.#endAll}>${t(others ? 'signOutEverywhere' : 'signOut')}</button></div>
      </section>
    `;
  }

  async #name(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<TextField>('#name')!;
    const name = field.value.trim();
    this.wrong = name ? {} : { name: t('nameMissing') };
    if (!name) return field.focus();
    await this.act(async () => void (this.me = await this.api.send<Me>('PATCH', '/v1/auth/me', { name })), t('saved'));
  }

  #locale(locale: Language): void {
    void chooseLanguage(locale);
    // Mails come in it too.
    void this.#prefer({ locale });
  }

  async #prefer(preferences: Partial<Preferences>, said = ''): Promise<void> {
    const before = this.me!;
    this.me = { ...before, preferences: { ...before.preferences, ...preferences } };
    const done = await this.act(async () => void (this.me = await this.api.send<Me>('PATCH', '/v1/auth/me', { preferences })), said);
    if (!done) this.me = before;
  }

  async #change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const [current, next] = [...this.renderRoot.querySelectorAll('consult-admin-password-field')] as [HTMLElementTagNameMap['consult-admin-password-field'], HTMLElementTagNameMap['consult-admin-password-field']];
    this.passwordSaid = this.passwordRefusal = '';
    this.wrong = { ...(current.value ? {} : { current: t('currentMissing') }), ...(next.value ? {} : { next: t('error_weak_password') }) };
    if (this.wrong.current) return current.focus();
    if (this.wrong.next) return next.focus();
    this.busy = true;
    try {
      await this.api.send('POST', '/v1/auth/password', { currentPassword: current.value, newPassword: next.value });
      current.clear();
      next.clear();
      this.passwordSaid = t('passwordChanged');
      this.sessions = await this.#asked();
    } catch (error) {
      const code = error instanceof WireFailure ? error.code : '';
      if (code === 'bad_credentials') this.wrong = { current: t('currentWrong') };
      else if (code === 'weak_password') this.wrong = { next: failureText(error) };
      else this.passwordRefusal = failureText(error);
      if (this.wrong.current) current.focus();
      else if (this.wrong.next) next.focus();
    } finally {
      this.busy = false;
    }
  }

  async #end(session: AccountSession): Promise<void> {
    await this.act(async () => {
      await this.api.send('DELETE', `/v1/auth/sessions/${session.id}`);
      this.sessions = this.sessions.filter(({ id }) => id !== session.id);
    });
  }

  async #endAll(): Promise<void> {
    if (!(await this.sure({ title: t('signOutEverywhereTitle'), text: t('signOutEverywhereText'), confirm: t('signOutEverywhere'), danger: true }))) return;
    await this.act(async () => {
      await this.api.send('POST', '/v1/auth/logout-everywhere');
      // The server knows already; this only empties the panel.
      await this.api.signOut().catch(() => undefined);
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-account': SettingsAccount;
  }
}
