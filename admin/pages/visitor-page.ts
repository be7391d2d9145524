import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ErasureAnswer } from '../../protocol/playback.ts';
import { roleMay } from '../../protocol/permissions.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { download } from '../download.ts';
import type { ConfirmDialog } from '../forms/confirm-dialog.ts';
import { backIcon } from '../forms/form-icons.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { emptyState, failedCard, loadingCard } from '../forms/page-states.ts';
import { downloadIcon, externalIcon, trashIcon, verifiedIcon, visitorsIcon } from '../icons.ts';
import { formatRoute, go } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import { spokenName } from './spoken-name.ts';
import type { VisitorTimeline } from './visitor-timeline.ts';
import '../forms/confirm-dialog.ts';
import './visitor-timeline.ts';

/** One visitor: who it is, what it told of itself, its whole story; its data can be handed out or erased. */
@customElement('consult-admin-visitor-page')
export class VisitorPage extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      .page > * {
        max-inline-size: 1120px;
      }

      .columns {
        display: grid;
        grid-template-columns: minmax(0, 320px) minmax(0, 1fr);
        gap: var(--pc-5);
        align-items: start;
      }

      .title {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        min-inline-size: 0;
      }

      .title h1 {
        overflow-wrap: anywhere;
      }

      dl {
        display: grid;
        gap: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      dt {
        color: var(--pc-text-2);
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }

      .identity {
        display: flex;
        gap: var(--pc-2);
        align-items: flex-start;
        font-size: var(--pc-text-s);
      }

      .identity svg {
        flex: none;
        color: var(--pc-accent);
      }

      @media (max-width: 900px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) visitorId = '';
  @state() private visitor: Visitor | null = null;
  @state() private failure: { text: string; missing: boolean } | null = null;
  @state() private problem = '';
  @state() private busy = false;
  @query('consult-admin-confirm-dialog') private dialog!: ConfirmDialog;
  @query('consult-admin-visitor-timeline') private timeline!: VisitorTimeline | null;
  #loaded = '';
  #leave: (() => void)[] = [];
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);

  override connectedCallback(): void {
    super.connectedCallback();
    const { wire } = this.session;
    this.#leave = [
      wire.on('visitor.updated', ({ visitorId, online, page }) => {
        if (this.visitor?.id === visitorId) this.visitor = { ...this.visitor, online, page: page ?? this.visitor.page };
      }),
      wire.on('call.updated', ({ call }) => {
        if (call.visitor.id === this.visitorId) this.timeline?.reload();
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const leave of this.#leave) leave();
  }

  override willUpdate(): void {
    if (this.#loaded === this.visitorId) return;
    this.#loaded = this.visitorId;
    this.visitor = null;
    void this.#load();
  }

  override render() {
    void this.#language.value;
    return html`
      <div class="page">
        <div class="stack">
          <a class="back" href=${formatRoute('visitors')}>${backIcon}${t('visitors')}</a>
          ${this.failure?.missing
            ? html`<div class="panel">${emptyState(visitorsIcon, t('visitorMissingTitle'), t('visitorMissingText'))}</div>`
            : this.failure ? failedCard(this.failure.text, () => void this.#load()) : this.visitor ? this.#content(this.visitor) : html`${loadingCard(2)}${loadingCard(5)}`}
        </div>
        <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
      </div>
    `;
  }

  #content(visitor: Visitor) {
    const account = this.#account.value;
    const mayErase = account?.status === 'signed-in' && roleMay(account.agent.role, 'visitors:erase');
    return html`
      <header class="head">
        <div class="title">
          <div class="title">${avatar(visitor.id, visitor.name)}<h1 class="page-title">${visitor.name}</h1>${visitor.online ? html`<span class="badge good">${t('onlineNow')}</span>` : nothing}</div>
        </div>
        ${mayErase ? html`<div class="row">
          <button class="button" type="button" ?disabled=${this.busy} @click=${this.#export}>${downloadIcon}${t('exportVisitor')}</button>
          <button class="button danger-quiet" type="button" ?disabled=${this.busy} @click=${this.#erase}>${trashIcon}${t('eraseVisitor')}</button>
        </div>` : nothing}
      </header>
      <div role="alert">${this.problem ? html`<p class="problem">${this.problem}</p>` : nothing}</div>
      <div class="columns">
        ${this.#facts(visitor)}
        <section class="panel" aria-labelledby="story"><header><h2 id="story">${t('timeline')}</h2></header>
          <consult-admin-visitor-timeline .api=${this.api} .visitorId=${visitor.id}></consult-admin-visitor-timeline></section>
      </div>
    `;
  }

  #facts({ verified, externalId, email, page, device, locale, fields, note, createdAt, lastSeenAt }: Visitor) {
    const fact = (name: string, value: unknown) => (value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing);
    return html`
      <section class="panel" aria-label=${t('aboutVisitor')}>
        <p class="identity">${verified ? html`${verifiedIcon}<span><b>${t('verified')}</b><br />${t('verifiedText')}</span>` : html`<span><b>${t('unverified')}</b><br />${t('unverifiedText')}</span>`}</p>
        <dl>
          ${fact(t('email'), email)} ${fact(t('customerId'), externalId)}
          ${fact(t('currentPage'), page && html`${page.title || nothing} ${/^https?:\/\//.test(page.url) ? html`<a href=${page.url} target="_blank" rel="noopener noreferrer nofollow">${page.url}${externalIcon}</a>` : page.url}`)}
          ${fact(t('device'), [device.browser, device.system, device.screen].filter(Boolean).join(' · '))} ${fact(t('language'), spokenName(device.language ?? locale))} ${fact(t('timeZone'), device.timeZone)}
          ${Object.entries(fields).map(([name, value]) => fact(name, value))} ${fact(t('note'), note)}
          ${fact(t('firstSeen'), fullTime(createdAt))} ${fact(t('lastSeen'), fullTime(lastSeenAt))}
        </dl>
      </section>
    `;
  }

  async #export(): Promise<void> {
    await this.#work(() => download(this.api, `/v1/visitors/${encodeURIComponent(this.visitorId)}/export`, `peer-consult-visitor-${this.visitorId}.json`));
  }

  async #erase(): Promise<void> {
    const name = this.visitor?.name ?? '';
    if (!(await this.dialog.ask({ title: t('eraseTitle', { name }), text: t('eraseText'), confirm: t('eraseVisitor'), danger: true }))) return;
    const id = this.visitorId;
    await this.#work(async () => {
      const left = await this.api.send<ErasureAnswer | undefined>('DELETE', `/v1/visitors/${encodeURIComponent(id)}`);
      if (left?.kept.length) this.problem = t('eraseHeld', { count: left.kept.length, reasons: left.kept.map(({ reason }) => reason).join('; ') });
      // Whoever went on meanwhile is not called back.
      else if (location.hash.startsWith(formatRoute('visitors', id))) go(formatRoute('visitors'), { replace: true });
    });
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = '';
    try {
      await work();
    } catch (error) {
      this.problem = error instanceof WireFailure && error.code === 'conflict' ? t('eraseDuringCall') : failureText(error);
    } finally {
      this.busy = false;
    }
  }

  async #load(): Promise<void> {
    const asked = this.visitorId;
    this.failure = null;
    try {
      const visitor = await this.api.get<Visitor>(`/v1/visitors/${encodeURIComponent(asked)}`);
      if (asked === this.visitorId) this.visitor = visitor;
    } catch (error) {
      if (asked === this.visitorId) this.failure = { text: failureText(error), missing: error instanceof WireFailure && error.code === 'not_found' };
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-visitor-page': VisitorPage;
  }
}
