import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { roleMay } from '../protocol/permissions.ts';
import type { Call } from '../protocol/shapes.ts';
import { base } from '../widget/styles/base.ts';
import { phoneIcon, videoIcon } from '../widget/styles/icons.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { avatar } from './avatar.ts';
import { liveCallsOf } from './live-calls.ts';
import { queueStyles } from './pages/queue.styles.ts';
import { formatRoute } from './router.ts';
import { panel } from './styles.ts';
import { duration, failureText, language, t } from './texts/texts.ts';
import { TickController } from './tick-controller.ts';
import { workspaceOf } from './workspace.ts';

/** So many guests a call has at most. */
const GUESTS = 2;

/** Which call somebody wishes to be a guest of, and whether to talk in it: the detail of the event `call-join`. */
export interface CallJoinWish {
  callId: string;
  talks: boolean;
}

/** The calls that run now, by whom and for how long; who may listens to them or joins them, by the event `call-join`. */
@customElement('consult-admin-running-calls')
export class RunningCalls extends LitElement {
  static override styles = [
    base,
    panel,
    queueStyles,
    css`
      :host {
        overflow: visible;
      }

      .name > a {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: inherit;
        text-decoration: none;
      }

      .name > a:hover {
        text-decoration: underline;
      }

      .none {
        margin: 0;
      }

      .problem {
        margin-block: 0 var(--pc-2);
      }

      .time:last-child {
        grid-column: 3 / -1;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #account = new StoreController(this, () => this.api?.account);
  readonly #sites = new StoreController(this, () => (this.api ? workspaceOf(this.api).sites : undefined));
  readonly #live = new StoreController(this, () => (this.api && this.session ? liveCallsOf(this.api, this.session) : undefined));
  readonly #tick = new TickController(this, 1_000);

  override render() {
    void this.#language.value;
    const { calls, read, failure } = this.#live.value!;
    return html`
      <section aria-labelledby="title">
        <div class="title"><h2 id="title">${t('runningCalls')}${calls.length ? html`<span>${calls.length}</span>` : nothing}</h2></div>
        <div>
          <div role="alert">${failure ? html`<p class="problem">${failureText(failure)}<button class="button" type="button" @click=${this.#again}>${t('retry')}</button></p>` : nothing}</div>
          ${calls.length
            ? html`<ul class="card rows">${repeat(calls, ({ id }) => id, (call) => html`<li class="row">${this.#row(call)}</li>`)}</ul>`
            : failure ? nothing : html`<p class="card none" role="status" aria-busy=${read ? 'false' : 'true'}>${t(read ? 'runningNone' : 'loading')}</p>`}
        </div>
      </section>
    `;
  }

  #row(call: Call) {
    const { visitor, agent, mode, guests = [] } = call;
    const sites = this.#sites.value ?? [];
    const site = sites.length > 1 ? sites.find(({ id }) => id === call.siteId)?.name : undefined;
    const mine = agent?.id === this.#self;
    const lasts = Math.max(0, this.#tick.now - Date.parse(call.answeredAt ?? call.createdAt));
    const by = mine ? t('runningByYou') : t('runningBy', { name: agent?.name ?? '' });
    const about = [t(mode === 'video' ? 'callVideo' : 'callVoice'), by, site].filter(Boolean).join(' · ');
    return html`
      ${avatar(visitor.id, visitor.name)}
      <div class="who">
        <span class="name">
          <a href=${formatRoute('inbox', call.conversationId)} title=${visitor.name}>${visitor.name}</a>
          ${guests.map((guest) => html`<span class="badge ${guest.talks ? 'new' : ''}">${this.#guestText(guest)}</span>`)}
        </span>
        <span class="about">${mode === 'video' ? videoIcon : phoneIcon}<span title=${about}>${about}</span></span>
      </div>
      <span class="time"><span class="hush">${t('runningFor', { time: '' })}</span>${duration(Math.floor(lasts / 1000) * 1000)}</span>
      ${mine || !this.#may ? nothing : html`<div class="does">${this.#wish(call, false)}${this.#wish(call, true)}</div>`}
    `;
  }

  #wish({ id, visitor, guests = [] }: Call, talks: boolean) {
    const own = guests.find((guest) => guest.id === this.#self);
    if (own?.talks === talks) return nothing;
    const hindered = !own && (this.#busy ? t('runningBusy') : guests.length >= GUESTS ? t('runningFull') : '');
    return html`<button
      class="button" type="button" ?disabled=${Boolean(hindered)} title=${hindered || nothing}
      aria-label=${t(talks ? 'joinNamed' : 'listenNamed', { name: visitor.name })} @click=${() => this.#join({ callId: id, talks })}
    >${t(talks ? 'joinIt' : 'listenIt')}</button>`;
  }

  #guestText({ id, name, talks }: NonNullable<Call['guests']>[number]): string {
    if (id === this.#self) return t(talks ? 'runningTalksYou' : 'runningListensYou');
    return t(talks ? 'runningTalks' : 'runningListens', { name });
  }

  #join(detail: CallJoinWish): void {
    this.dispatchEvent(new CustomEvent<CallJoinWish>('call-join', { detail, bubbles: true, composed: true }));
  }

  readonly #again = (): void => void liveCallsOf(this.api, this.session).load();

  get #self(): string | undefined {
    return this.#state.value?.self?.id;
  }

  get #may(): boolean {
    const account = this.#account.value;
    return account?.status === 'signed-in' && roleMay(account.agent.role, 'calls:join');
  }

  /** Whether the reader is in a call, its own or a colleague's. */
  get #busy(): boolean {
    const self = this.#self;
    return this.#live.value!.calls.some(({ agent, guests }) => agent?.id === self || guests?.some(({ id }) => id === self));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-running-calls': RunningCalls;
  }
}
