import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallMode, Conversation } from '../protocol/shapes.ts';
import './chat/composer.ts';
import './chat/message-list.ts';
import type { AskedCall } from './call/call-stage.ts';
import type { RingTone } from './call-views.ts';
import type { Composer, Written } from './chat/composer.ts';
import { openingWords } from './chat/opening.ts';
import { element } from './define.ts';
import { StoreController } from './engine/store-controller.ts';
import type { SessionState, Thread } from './engine/session-state.ts';
import type { VisitorSession } from './engine/visitor-session.ts';
import { afterView, beforeView, closedWords, emailView, formNeeds, privacyLink, type FormNeeds } from './panel-forms.ts';
import { headerView } from './panel-header.ts';
import { refusedView } from './panel-refused.ts';
import { panelStyles } from './panel.styles.ts';
import { base } from './styles/base.ts';
import type { FormTexts } from './texts/form-texts.ts';
import type { Texts } from './texts/texts.ts';

// The chunk that comes when a visitor first opens the chat: the element takes all of it from here.
export { createVisitorSession, type VisitorSession } from './engine/visitor-session.ts';
export { loadTexts } from './texts/texts.ts';

/** What keeps this page from making calls; null when nothing does (criterion A9). */
export function callObstacle(): 'insecure' | 'unsupported' | null {
  if (!isSecureContext) return 'insecure';
  return navigator.mediaDevices && 'RTCPeerConnection' in window ? null : 'unsupported';
}

type CallViews = typeof import('./call-views.ts');

/** Somebody followed a link out of another browser: see arrival.ts. */
export const arrive = async (...visit: Parameters<typeof import('./arrival.ts').arrive>): Promise<void> => (await import('./arrival.ts')).arrive(...visit);

/** The conversation that a visitor sees: the one with the newest line. '' while there is none. */
export const shownConversation = (state: SessionState): string => state.conversations[0]?.id ?? '';

/**
 * The opened chat: header, the call if there is one, lines, composer.
 *
 * @fires leave The visitor wants the chat closed.
 */
@element('peer-consult-panel')
export class Panel extends LitElement {
  static override styles = [base, panelStyles];

  @property({ attribute: false }) session: VisitorSession | undefined;
  @property({ attribute: false }) texts: Texts | undefined;
  @property() language = 'en';
  /** Whether a person can see it. */
  @property({ attribute: false }) active = false;
  /** Whether it fills the window. */
  @property({ type: Boolean, reflect: true }) full = false;
  /** For tests: what keeps this page from calls. */
  @property({ attribute: false }) obstacle = callObstacle();
  /** What a chunk that came later draws over the chat. */
  @property({ attribute: false }) over: unknown = nothing;

  /** The call that waits for the visitor's word about its recording, and for microphone and camera. */
  @state() private asked: AskedCall | null = null;
  /** What is seen and heard of calls, which comes with the first of them. */
  @state() private views: CallViews | undefined;
  /** The words of the forms, which come with them. */
  @state() private formTexts: ((locale: string) => FormTexts) | 'loading' | undefined;
  /** The address that the visitor left for the answer. */
  @state() private leftEmail = '';
  /** The conversation that was on screen was deleted, and nothing was written since. */
  @state() private lost = false;
  @state() private lostPicture: string | null = null;

  @query('.panel') private frame!: HTMLElement | null;
  @query('peer-consult-composer') private composer!: Composer | null;
  private readonly followed = new StoreController(this, () => this.session?.state);
  private ring: RingTone | undefined;
  private loadingViews = false;
  private loadedId: string | null = null;
  private shownId = '';
  /** The first line that was new when the chat was opened with the conversation `openedWith` (null: it is closed). */
  private newFrom: number | null = null;
  private openedWith: string | null = null;
  private readonly none: FormNeeds = { before: false, email: false, after: false };
  private needs = this.none;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ring?.stop();
  }

  /** Moves the focus inside; into the field only where that does not pull a keyboard over half the screen. */
  override async focus(): Promise<void> {
    await this.updateComplete;
    await this.composer?.updateComplete;
    const form = this.renderRoot.querySelector<HTMLElement>('[data-form=before]');
    if (form && !matchMedia('(pointer: coarse)').matches) return form.focus();
    if (this.composer && !this.composer.disabled && !matchMedia('(pointer: coarse)').matches) this.composer.focus();
    else this.frame?.focus();
  }

  /** Begins a call, after the question about the recording where there is one to ask. `offered`: whatever there is to ask, the visitor begins it by a button. */
  call(mode: CallMode, offered = false): void {
    this.asked = { mode, offered };
    this.wantCallViews();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const state = this.followed.value;
    if (!state || !this.session) return;
    if (changed.has('session')) this.loadedId = null;
    if (state.call || state.ringing.length > 0) this.wantCallViews();
    const id = shownConversation(state);
    this.needs = formNeeds(this.session, state, id);
    if (Object.values(this.needs).includes(true)) this.wantForms();
    this.noticeLoss(state, id);
    this.noticeNew(state, id);
    // What not every visitor meets comes when it is needed; a chunk that does not come may come later.
    if (!this.active && state.unread > 0) import('./chat/news.ts').catch(() => undefined);
    if (this.obstacle) import('./call/no-calls.ts').catch(() => undefined);
    if (this.active && id) import('./begun-views.ts').catch(() => undefined);
    if (this.asked && state.call) this.asked = null;
    // A visitor who becomes known has another snapshot of the same conversation: its lines are to be loaded anew.
    if (this.active && id && (id !== this.loadedId || !state.threads.has(id)) && state.link === 'online') {
      this.loadedId = id;
      this.session.load(id);
    }
  }

  protected override updated(): void {
    const state = this.followed.value;
    if (!state || !this.session) return;
    this.soundRing(state.ringing.length > 0 && state.call === null);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts, session } = this;
    const state = this.followed.value;
    if (!texts || !session || !state) return nothing;
    const id = shownConversation(state);
    const thread = state.threads.get(id);
    const name = state.site?.name ?? '';
    return html`
      <section class="panel" part="panel" role="dialog" tabindex="-1" aria-label=${texts.panel(name)} @keydown=${this.onKeyDown}>
        ${headerView(
          { state, texts, picture: this.picture(state), callable: this.obstacle !== 'insecure', endable: state.link !== 'refused' && state.conversations.some((known) => known.id === id && known.status === 'open') },
          { call: (mode) => this.call(mode), end: () => session.closeConversation(id), close: () => this.leave(), lostPicture: () => (this.lostPicture = state.site?.picture ?? null) },
        )}
        ${state.link === 'refused' ? refusedView(state.refusal, texts, () => session.connect()) : this.chat(session, state, id, thread, texts)}
        ${this.foot(session, state, id, texts)}
        ${this.asked && !this.needs.before ? this.views?.beforeCall(this.asked, session, state, this.language, this.onAsked) : nothing} ${this.over}
      </section>
    `;
  }

  /** The site's picture; null where there is none or it did not come: the page's policy may block it. */
  private picture({ site }: SessionState): string | null {
    const { session } = this;
    return site?.picture && session && site.picture !== this.lostPicture ? new URL(site.picture, session.wire.server).href : null;
  }

  private chat(session: VisitorSession, state: SessionState, id: string, thread: Thread | undefined, texts: Texts): TemplateResult {
    const conversation: Conversation | undefined = state.conversations.find((known) => known.id === id);
    const waiting = state.self === null || (id !== '' && !thread);
    const { needs } = this;
    const t = typeof this.formTexts === 'function' ? this.formTexts(this.language) : null;
    // What a call that nobody answers says of that is enough.
    const opening = state.call ? null : openingWords(state, this.language, texts);
    return html`
      ${state.link === 'offline' ? html`<div class="banner" role="status">${navigator.onLine ? texts.reconnecting : texts.offline}</div>` : nothing}
      ${this.views?.callStage(session, state, this.language, this.onAccepted, this.onAsked)}
      ${opening ? html`<div class="opening" role="status"><strong>${opening.state}</strong> ${opening.way}</div>` : nothing}
      <peer-consult-message-list part="list" exportparts="messages, bubble"
        .lines=${thread?.lines ?? []} .texts=${texts} .language=${this.language} .selfKind=${'visitor'} .selfId=${state.self?.id ?? ''}
        .readSeq=${conversation?.agentsReadSeq ?? 0} .more=${thread?.more ?? false} .loading=${(thread?.loading ?? false) || (waiting && state.link !== 'offline')}
        .fetchFile=${session.fetchFile} .newFrom=${this.newFrom} .newLabel=${texts.newHere} .typing=${thread?.typing ?? []} .active=${this.active} .picture=${this.picture(state)}
        @load-earlier=${() => session.loadEarlier(id)}
        @read=${() => session.markRead(id)}
        @retry=${({ detail }: CustomEvent<{ clientId: string }>) => session.retry(detail.clientId)}
        @discard=${({ detail }: CustomEvent<{ clientId: string }>) => this.discard(detail.clientId)}
      >
        <div slot="intro" class="intro">
          ${state.site ? this.intro(state, texts) : nothing} ${needs.before && t ? html`<div class="card">${beforeView(session, state, t, this.language, () => this.answered())}</div>` : nothing}
        </div>
      </peer-consult-message-list>
      ${this.lost && id ? html`<p class="closed" role="status">${texts.removedTitle}</p>` : nothing}
      ${needs.email && t ? html`<div class="below">${emailView(session, t, this.language, (email) => this.emailOver(email))}</div>` : nothing}
      ${this.leftEmail && t && conversation?.status !== 'closed' ? html`<p class="closed" role="status">${t.emailThanks(this.leftEmail)}</p>` : nothing}
      ${conversation?.status === 'closed'
        ? html`<div class="below">${needs.after && t ? afterView(session, state, conversation, this.language) : nothing}</div>
            <p class="closed" role="status">${closedWords(conversation, state.self?.id, texts)}</p>`
        : nothing}
    `;
  }

  /** It stays whatever is shown above it: what was begun in it must not be lost. */
  private foot(session: VisitorSession, { site, link }: SessionState, id: string, texts: Texts): TemplateResult {
    return html`
      <div class="foot" part="composer" ?hidden=${this.needs.before || link === 'refused'}>
        <peer-consult-place .session=${session} .room=${id} .locale=${this.language}></peer-consult-place>
        <peer-consult-composer exportparts="send" .texts=${texts} .language=${this.language} .files=${site?.files.enabled ? site.files : null} .zone=${this}
          @send=${({ detail }: CustomEvent<Written>) => this.send(session, detail, id)}
          @typing=${({ detail }: CustomEvent<{ on: boolean }>) => session.typing(id, detail.on)}
        ></peer-consult-composer>
      </div>
    `;
  }

  private intro(state: SessionState, texts: Texts): TemplateResult {
    const url = state.site?.privacyUrl ?? '';
    return html`
      <h3>${this.lost ? texts.removedTitle : texts.greetingTitle}</h3>
      <p>${this.lost ? texts.removedText : state.site?.greeting || texts.greeting}</p>
      ${url && !this.needs.before ? html`<p class="small">${privacyLink(url, texts.privacy)}</p>` : nothing}
      ${this.obstacle
        ? html`<peer-consult-no-calls .obstacle=${this.obstacle} .wire=${this.session?.wire} .locale=${this.language}></peer-consult-no-calls>`
        : nothing}
    `;
  }

  private onAccepted = (): void => void this.focus();

  /** What the visitor answered; null: nothing is asked any more. */
  private onAsked = (asked: AskedCall | null, cancelled = false): void => {
    if (cancelled) this.forgetCall();
    else this.asked = asked;
  };

  private forgetCall(): void {
    const mode = this.asked?.mode;
    this.asked = null;
    this.renderRoot.querySelector<HTMLElement>(`[data-action=${mode === 'video' ? 'video-call' : 'voice-call'}]`)?.focus();
  }

  private discard(clientId: string): void {
    const text = this.session?.discard(clientId);
    if (text && this.composer && this.composer.value.trim() === '') this.composer.value = text;
  }

  /** The visitor is told of a deletion until they begin anew. */
  private noticeLoss(state: SessionState, id: string): void {
    if (this.shownId !== id) this.lost = state.removed.has(this.shownId);
    this.shownId = id;
  }

  /** Where the visitor stopped reading when the chat was opened. */
  private noticeNew({ conversations }: SessionState, id: string): void {
    if (this.openedWith === (this.active ? id : null)) return;
    this.openedWith = this.active ? id : null;
    const known = conversations.find((each) => each.id === id);
    this.newFrom = this.active && known && known.unread > 0 && known.readSeq > 0 ? known.readSeq + 1 : null;
  }

  /** The questions before the chat are answered: on to what the visitor came for. */
  private answered(): void {
    void this.updateComplete.then(() => (this.asked ? this.requestUpdate() : this.focus()));
  }

  private send(session: VisitorSession, { text, files }: Written, id: string): void {
    this.leftEmail = '';
    session.send(text, id, { files });
  }

  private emailOver(email: string): void {
    this.session?.doneAskingEmail();
    this.leftEmail = email;
    this.requestUpdate();
    void this.focus();
  }

  private wantForms(): void {
    if (this.formTexts) return;
    this.formTexts = 'loading';
    import('./form-views.ts').then(
      async ({ formTexts, loadFormTexts }) => {
        await loadFormTexts(this.language);
        // Whoever waits in the panel for the first question gets it; whoever is elsewhere is left alone.
        const waiting = this.shadowRoot?.activeElement === this.frame || this.shadowRoot?.activeElement === this.composer;
        this.formTexts = formTexts;
        await this.updateComplete;
        if (waiting && this.needs.before) await this.focus();
      },
      () => (this.formTexts = undefined),
    );
  }

  private wantCallViews(): void {
    if (this.views || this.loadingViews) return;
    this.loadingViews = true;
    import('./call-views.ts').then(
      async (views) => {
        await views.loadCallTexts(this.language);
        this.views = views;
      },
      () => {
        this.loadingViews = false;
        this.asked = null;
      },
    );
  }

  private soundRing(on: boolean): void {
    if (on && this.views && !this.ring) {
      this.ring = this.views.createRingTone();
      this.ring.start();
    } else if (!on && this.ring) {
      this.ring.stop();
      this.ring = undefined;
    }
  }

  private onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.asked) this.forgetCall();
    else this.leave();
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent('leave'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-panel': Panel;
  }
}
