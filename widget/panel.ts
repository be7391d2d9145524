import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Call, CallMode, Conversation } from '../protocol/shapes.ts';
import './chat/composer.ts';
import './chat/message-list.ts';
import type { RingTone } from './call-views.ts';
import type { Composer } from './chat/composer.ts';
import { initialOf } from './chat/message.ts';
import { element } from './define.ts';
import { StoreController } from './engine/store-controller.ts';
import type { Session, SessionState, Thread } from './engine/session-state.ts';
import { panelStyles } from './panel.styles.ts';
import { base } from './styles/base.ts';
import { alertIcon, closeIcon, phoneIcon, videoIcon } from './styles/icons.ts';
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

  @property({ attribute: false }) session: Session | undefined;
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

  @query('.panel') private frame!: HTMLElement | null;
  @query('peer-consult-composer') private composer!: Composer | null;
  private readonly followed = new StoreController(this, () => this.session?.state);
  private ring: RingTone | undefined;
  private createRing: (() => RingTone) | undefined;
  private loadedId: string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.ring?.stop();
  }

  /** Moves the focus inside; into the field only where that does not pull a keyboard over half the screen. */
  override async focus(): Promise<void> {
    await this.updateComplete;
    await this.composer?.updateComplete;
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
    // Where nothing is recorded there is nothing to ask.
    if (this.asked && state.site && !state.site.recording.enabled) this.start(this.asked, false);
    if (this.asked && state.call) this.asked = null;
    const id = shownConversation(state);
    if (this.active && id && id !== this.loadedId && state.link === 'online') {
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
        ${this.header(state, texts)}
        ${state.link === 'refused' ? this.refused(state.refusal, texts) : this.chat(session, state, id, thread, texts)}
        ${this.asked && this.callViews === 'there' && state.site?.recording.enabled ? this.choice(this.asked) : nothing}
      </section>
    `;
  }

  private header(state: SessionState, texts: Texts): TemplateResult {
    const { site, presence, link, call } = state;
    const online = presence?.status === 'online';
    const name = site?.name ?? '';
    const callable = !this.obstacle && link !== 'refused';
    const busy = call !== null || link !== 'online';
    return html`
      <header part="header">
        ${name ? html`<div class="mark" aria-hidden="true">${initialOf(name)}</div>` : nothing}
        <div class="who">
          ${name ? html`<h2>${name}</h2>` : nothing}
          ${presence && link !== 'refused'
            ? html`<p class="presence ${online ? 'online' : ''}"><span>${online ? texts.teamOnline : texts.teamOffline}</span></p>`
            : nothing}
        </div>
        ${callable
          ? html`
              <button type="button" class="icon-button" part="call-button" data-action="voice-call" aria-label=${texts.startVoice} title=${texts.startVoice} ?disabled=${busy}
                @click=${() => this.call('audio')}>${phoneIcon}</button>
              <button type="button" class="icon-button" part="call-button" data-action="video-call" aria-label=${texts.startVideo} title=${texts.startVideo} ?disabled=${busy}
                @click=${() => this.call('video')}>${videoIcon}</button>
            `
          : nothing}
        <button type="button" class="icon-button" part="close" data-action="close" aria-label=${texts.close} title=${texts.close} @click=${this.leave}>${closeIcon}</button>
      </header>
    `;
  }

  private chat(session: Session, state: SessionState, id: string, thread: Thread | undefined, texts: Texts): TemplateResult {
    const conversation: Conversation | undefined = state.conversations.find((known) => known.id === id);
    const waiting = state.self === null || (id !== '' && !thread);
    return html`
      ${state.link === 'offline' ? html`<div class="banner" role="status">${navigator.onLine ? texts.reconnecting : texts.offline}</div>` : nothing}
      ${this.calls(session, state)}
      <peer-consult-message-list part="list" exportparts="messages, bubble"
        .lines=${thread?.lines ?? []} .texts=${texts} .language=${this.language} .selfKind=${'visitor'} .selfId=${state.self?.id ?? ''}
        .readSeq=${conversation?.agentsReadSeq ?? 0} .more=${thread?.more ?? false} .loading=${(thread?.loading ?? false) || (waiting && state.link !== 'offline')}
        .typing=${thread?.typing ?? []} .active=${this.active}
        @load-earlier=${() => session.loadEarlier(id)}
        @read=${() => session.markRead(id)}
        @retry=${({ detail }: CustomEvent<{ clientId: string }>) => session.retry(detail.clientId)}
        @discard=${({ detail }: CustomEvent<{ clientId: string }>) => this.discard(detail.clientId)}
      >
        <div slot="intro" class="intro">${state.site ? this.intro(state, texts) : nothing}</div>
      </peer-consult-message-list>
      ${conversation?.status === 'closed' ? html`<p class="closed" role="status">${texts.conversationClosed}</p>` : nothing}
      <div class="foot" part="composer">
        <peer-consult-composer exportparts="send" .texts=${texts}
          @send=${({ detail }: CustomEvent<{ text: string }>) => session.send(detail.text, id)}
          @typing=${({ detail }: CustomEvent<{ on: boolean }>) => session.typing(id, detail.on)}
        ></peer-consult-composer>
      </div>
    `;
  }

  private intro(state: SessionState, texts: Texts): TemplateResult {
    const away = state.presence?.status === 'offline';
    return html`
      <h3>${texts.greetingTitle}</h3>
      <p>${state.site?.greeting || (away ? texts.greetingAway : texts.greeting)}</p>
      ${this.obstacle
        ? html`<p class="hint">${alertIcon}<span>${this.obstacle === 'insecure' ? texts.noCallsInsecure : texts.noCallsBrowser}</span></p>`
        : nothing}
    `;
  }

  private refused(code: string | null, texts: Texts): TemplateResult {
    const signedOut = code === 'signed_out' || code === 'unauthenticated';
    const owner = code === 'origin_forbidden' || code === 'forbidden' ? texts.refusedOrigin : code === 'not_found' ? texts.refusedKey : texts.refusedServer;
    return html`
      <div class="refused" role="alert">
        ${alertIcon}
        <h3>${texts.refusedTitle}</h3>
        <p>${signedOut ? texts.refusedSession : texts.refusedVisitor}</p>
        <button type="button" class="button" @click=${() => this.session?.connect()}>${texts.tryAgain}</button>
        ${signedOut ? nothing : html`<div class="owner">${owner}<code>${location.origin} · ${code}</code></div>`}
      </div>
    `;
  }

  private calls(session: Session, state: SessionState): TemplateResult | typeof nothing {
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
            @pc-allow-playback=${own(() => void engine?.allowPlayback())}
            @pc-dismiss=${own(() => session.dismissCall())}
          ></peer-consult-call-view>
        </div>
      `;
    }
    if (!rings) return nothing;
    return html`
      <div class="ringing" role="alert">
        <peer-consult-incoming-call side="visitor" .call=${rings} .locale=${this.language} .peerName=${name} .recordingNotice=${site?.recording.enabled ?? true}
          @pc-accept=${own<{ consent: boolean }>(({ consent }) => this.accept(rings, consent))}
          @pc-decline=${own(() => session.declineCall(rings))}
        ></peer-consult-incoming-call>
      </div>
    `;
  }

  private choice(mode: CallMode): TemplateResult {
    return html`
      <div class="scrim" @click=${(event: Event) => event.target === event.currentTarget && this.forgetCall()}>
        <peer-consult-call-choice class="sheet" .mode=${mode} .locale=${this.language}
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

  private wantCallViews(): void {
    if (this.callViews !== 'absent') return;
    this.callViews = 'loading';
    import('./call-views.ts').then(
      async ({ createRingTone }) => {
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
