import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Page } from '../../protocol/http.ts';
import type { Mail, Organisation } from '../../protocol/team.ts';
import { infoIcon } from '../forms/form-icons.ts';
import { chevronIcon, mailIcon } from '../icons.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import { type TextKey, en } from '../texts/text-key.ts';
import { fullTime, t } from '../texts/texts.ts';
import { SettingsSection } from './settings-section.ts';

/** What the server sent, or would have sent if it could; and a try. */
@customElement('consult-admin-settings-mail')
export class SettingsMail extends SettingsSection {
  static override styles = [
    ...SettingsSection.styles,
    css`
      details summary {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 2px var(--pc-3);
        align-items: center;
        padding-block: var(--pc-3);
      }

      .subject {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      .meta {
        grid-column: 2 / -1;
        overflow-wrap: anywhere;
      }

      pre {
        margin: 0 0 var(--pc-4);
        padding: var(--pc-4);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font: inherit;
        font-size: var(--pc-text-s);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      .mails > * + * {
        border-block-start: 1px solid var(--pc-line);
      }
    `,
  ];

  @state() private organisation: Organisation | null = null;
  @state() private mails: Mail[] = [];
  @state() private next: string | null = null;

  override render() {
    void this.language.value;
    const { organisation } = this;
    if (!organisation) return this.failure ? failedCard(this.failure, this.load) : loadingCard(5);
    const on = organisation.mail.configured;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('settingsMail')}</h2><p class="lead">${t('mailLead')}</p></header>
        ${on ? html`<p class="quiet-text">${t('mailFrom', { from: organisation.mail.from ?? '–' })}</p>` : html`<p class="note warn">${infoIcon}<span>${t('mailOffLong')}</span></p>`}
        <div class="row">
          ${on ? html`<button class="button small" type="button" ?disabled=${this.busy} @click=${this.#test}>${t('testMail')}</button>` : nothing}
          <button class="button small quiet" type="button" ?disabled=${this.busy} @click=${() => this.act(() => this.bring())}>${t('refresh')}</button>
          <span class="quiet-text" role="status">${this.said}</span>
        </div>
        ${this.refused()}
        ${this.mails.length === 0 ? emptyState(mailIcon, t('noMailsTitle'), t('noMailsText')) : html`<div class="mails">${this.mails.map((mail) => this.#mail(mail))}</div>`}
        ${this.next ? html`<div class="row"><button class="button small" type="button" ?disabled=${this.busy} @click=${this.#more}>${t('loadMore')}</button></div>` : nothing}
      </section>
    `;
  }

  #mail(mail: Mail) {
    const tone = { waiting: '', sent: 'good', failed: 'bad', unsent: 'warn' }[mail.state];
    const kind = `mailKind_${mail.kind}`;
    return html`
      <details class="fold">
        <summary>
          ${chevronIcon}<span class="subject">${mail.subject}</span><span class="badge ${tone}">${t(`mailState_${mail.state}`)}</span>
          <span class="quiet-text meta">${mail.recipient} · ${kind in en ? t(kind as TextKey) : mail.kind} · <time datetime=${mail.createdAt}>${fullTime(mail.createdAt)}</time></span>
        </summary>
        ${mail.error ? html`<p class="problem">${t('mailTried', { count: mail.attempts })} ${mail.error}</p>` : nothing}
        ${mail.text === null ? html`<p class="quiet-text">${t('mailSecret')}</p>` : html`<pre>${mail.text}</pre>`}
      </details>
    `;
  }

  protected async bring(): Promise<void> {
    const [organisation, mails] = await Promise.all([this.api.get<Organisation>('/v1/organisation'), this.api.get<Page<Mail>>('/v1/mails?limit=30')]);
    this.organisation = organisation;
    this.mails = mails.items;
    this.next = mails.next;
  }

  async #test(): Promise<void> {
    await this.act(async () => {
      const mail = await this.api.send<Mail>('POST', '/v1/mails/test');
      this.mails = [mail, ...this.mails];
    }, t('testMailSent'));
  }

  async #more(): Promise<void> {
    await this.act(async () => {
      const page = await this.api.get<Page<Mail>>(`/v1/mails?limit=30&cursor=${encodeURIComponent(this.next ?? '')}`);
      this.mails = [...this.mails, ...page.items];
      this.next = page.next;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-settings-mail': SettingsMail;
  }
}
