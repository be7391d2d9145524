import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Call, CallMode, Conversation } from '../protocol/shapes.ts';
import './chat/composer.ts';
import './chat/message-list.ts';
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
import { alertIcon } from './styles/icons.ts';
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

  /** The call that waits for the visitor's word about its recording. */
  @state() private asked: CallMode | null = null;
  @state() private callViews: 'absent' | 'loading' | 'there' = 'absent';
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
  private createRing: (() => RingTone) | undefined;
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

  /** Begins a call, after the question about the recording where there is one to ask. */
  call(mode: CallMode): void {
    this.asked = mode;
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
    if (this.active && id) import('./chat/end-chat.ts').catch(() => undefined);
    // Where nothing is recorded there is nothing to ask. The questions before the chat come first.
    if (this.asked && state.site && !state.site.recording.enabled && !this.needs.before) this.start(this.asked, false);
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
          { state, texts, picture: this.picture(state), callable: !this.obstacle, endable: state.link !== 'refused' && state.conversations.some((known) => known.id === id && known.status === 'open') },
          { call: (mode) => this.call(mode), end: () => session.closeConversation(id), close: () => this.leave(), lostPicture: () => (this.lostPicture = state.site?.picture ?? null) },
        )}
        ${state.link === 'refused' ? refusedView(state.refusal, texts, () => session.connect()) : this.chat(session, state, id, thread, texts)}
        ${this.foot(session, state, id, texts)}
        ${this.asked && this.callViews === 'there' && state.site?.recording.enabled && !this.needs.before ? this.choice(this.asked, state.site.recording.consentText) : nothing}
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
    const opening = openingWords(state, this.language, texts);
    return html`
      ${state.link === 'offline' ? html`<div class="banner" role="status">${navigator.onLine ? texts.reconnecting : texts.offline}</div>` : nothing}
      ${this.calls(session, state)}
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
        ? html`<p class="hint">${alertIcon}<span>${this.obstacle === 'insecure' ? texts.noCallsInsecure : texts.noCallsBrowser}</span></p>`
        : nothing}
    `;
  }

  private calls(session: VisitorSession, state: SessionState): TemplateResult | typeof nothing {
    if (this.callViews !== 'there') return nothing;
    const { call, ringing, site } = state;
    const [rings] = ringing;
    const name = site?.name ?? '';
    if (call) {
      const engine = session.callEngine;
      return html`
        <div class="stage ${call.mode}">
          <peer-consult-call-view side="visitor" .view=${call} .locale=${this.language} .peerName=${name}
            .now=${() => session.wire.serverNow()} .level=${engine ? () => engine.remoteLevel() : null}
            @pc-hang-up=${own(() => session.endCall())}
            @pc-microphone=${own<{ on: boolean }>(({ on }) => engine?.setMicrophone(on))}
            @pc-camera=${own<{ on: boolean }>(({ on }) => void engine?.setCamera(on))}
            @pc-recording=${own<{ on: boolean }>(({ on }) => engine?.pauseRecording(!on))}
            @pc-allow-playback=${own(() => void engine?.allowPlayback())}
            @pc-dismiss=${own(() => session.dismissCall())}
          ></peer-consult-call-view>
        </div>
      `;
    }
    if (!rings) return nothing;
    return html`
      <div class="ringing" role="alert">
        <peer-consult-incoming-call side="visitor" .call=${rings} .locale=${this.language} .peerName=${name} .recordingNotice=${site?.recording.enabled ?? true} .notice=${site?.recording.consentText ?? ''}
          @pc-accept=${own<{ consent: boolean }>(({ consent }) => this.accept(rings, consent))}
          @pc-decline=${own(() => session.declineCall(rings))}
        ></peer-consult-incoming-call>
      </div>
    `;
  }

  private choice(mode: CallMode, notice: string): TemplateResult {
    return html`
      <div class="scrim" @click=${(event: Event) => event.target === event.currentTarget && this.forgetCall()}>
        <peer-consult-call-choice class="sheet" .mode=${mode} .notice=${notice} .locale=${this.language}
          @pc-start=${own<{ consent: boolean }>(({ consent }) => this.start(mode, consent))}
          @pc-cancel=${own(() => this.forgetCall())}
        ></peer-consult-call-choice>
      </div>
    `;
  }

  private accept(call: Call, consent: boolean): void {
    this.session?.acceptCall(call, { consent });
    void this.focus();
  }

  private start(mode: CallMode, consent: boolean): void {
    const state = this.followed.value;
    this.asked = null;
    if (!state) return;
    const conversationId = shownConversation(state);
    this.session?.startCall({ mode, consent, ...(conversationId ? { conversationId } : {}) });
  }

  private forgetCall(): void {
    const mode = this.asked;
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
    if (this.callViews !== 'absent') return;
    this.callViews = 'loading';
    import('./call-views.ts').then(
      async ({ createRingTone, loadCallTexts }) => {
        await loadCallTexts(this.language);
        this.createRing = createRingTone;
        this.callViews = 'there';
        await this.updateComplete;
        const choice = this.renderRoot.querySelector<HTMLElement & LitElement>('peer-consult-call-choice');
        await choice?.updateComplete;
        choice?.focus();
      },
      () => {
        this.callViews = 'absent';
        this.asked = null;
      },
    );
  }

  private soundRing(on: boolean): void {
    if (on && this.createRing && !this.ring) {
      this.ring = this.createRing();
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

/** Listens to a view's wish and keeps it from the host page. */
const own =
  <T = unknown>(act: (detail: T) => void) =>
  (event: CustomEvent<T>): void => {
    event.stopPropagation();
    act(event.detail);
  };

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-panel': Panel;
  }
}
