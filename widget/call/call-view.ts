import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallEngine, CallView as View } from '../engine/call/call-engine.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import './call-devices.ts';
import './call-guests.ts';
import './call-more.ts';
import './call-quality.ts';
import './return-call.ts';
import './video-question.ts';
import { screenIcon, goOnIcon } from './call-icons.ts';
import { callTools } from './call-tools.ts';
import { closeIcon, hangUpIcon, micIcon, micOffIcon, pauseIcon, recordIcon, videoIcon, videoOffIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { callViewStyles } from './call-view.styles.ts';
import { callControl } from './control.styles.ts';
import { clockWords, initials, otherName, statusWords, type CallSide } from './call-words.ts';
import { troubleView, type Way } from './trouble-ways.ts';

/**
 * A call on screen: the other side large, the own picture small, who, how long, whether it is recorded, and the buttons.
 * It only shows; the sound is played by the engine, so that taking the view off the page silences nobody.
 *
 * @fires pc-return - Return to the call that goes on without this page.
 * @fires pc-hang-up - Hang up, or cancel what rings.
 * @fires pc-microphone - `{ on }`: the state wished for.
 * @fires pc-camera - `{ on }`: the state wished for.
 * @fires pc-recording - `{ on }`: whether it is to be recorded further, or held.
 * @fires pc-allow-playback - The click that lets sound be played.
 * @fires pc-elsewhere - The visitor would like to go on in another browser.
 * @fires pc-dismiss - Take the ended call off the screen.
 */
@element('peer-consult-call-view')
export class CallView extends LitElement {
  static override styles = [base, callControl, callViewStyles];

  @property({ attribute: false }) view: View | null = null;
  @property() side: CallSide = 'visitor';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  /** What stands for the other side while nobody has answered, e.g. the site's name. */
  @property({ attribute: 'peer-name' }) peerName = '';
  /** The server's time, ms since the epoch: `wire.serverNow`. */
  @property({ attribute: false }) now: () => number = Date.now;
  /** How loud the other side is, 0 to 1: `engine.remoteLevel`. */
  @property({ attribute: false }) level: (() => number) | null = null;

  /** What the menu works on; without it there is none. */
  @property({ attribute: false }) engine: CallEngine | null = null;
  /** Whether this side may ask for pictures in a voice call. */
  @property({ attribute: false }) pictures = true;

  @state() private clock = '';
  /** The sheet of devices lies over the call. */
  @state() private choosing = false;
  @query('.guest') private guestPicture!: HTMLVideoElement | null;
  @query('.remote') private remotePicture!: HTMLVideoElement | null;
  @query('.own') private ownPicture!: HTMLVideoElement | null;
  @query('.avatar') private avatar!: HTMLElement | null;
  #tick: ReturnType<typeof setInterval> | undefined;
  #offset: { at: number; ms: number } | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#tick);
    this.#tick = undefined;
    document.removeEventListener('fullscreenchange', this.#redraw);
    for (const video of [this.remotePicture, this.ownPicture, this.guestPicture]) if (video) video.srcObject = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('fullscreenchange', this.#redraw);
    if (this.hasUpdated) this.requestUpdate();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view')) this.#readClock();
  }

  override updated(): void {
    const { remote = null, local = null, media } = this.view ?? {};
    attach(this.remotePicture, media?.remoteScreen ?? remote);
    attach(this.guestPicture, remote);
    attach(this.ownPicture, local);
    if (this.choosing && !this.#moving) this.choosing = false;
    const live = this.isConnected && (this.view?.phase === 'connected' || this.view?.phase === 'reconnecting');
    if (live && this.#tick === undefined) this.#tick = setInterval(this.#beat, 125);
    if (!live && this.#tick !== undefined) {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }

  override render() {
    const view = this.view;
    if (!view) return nothing;
    const t = callTexts(this.locale);
    const name = otherName(view, this.side, t, this.peerName);
    if (view.phase === 'away') return html`<peer-consult-return-call .view=${view} .name=${name} .locale=${this.locale}></peer-consult-return-call>`;
    const ended = view.phase === 'ended';
    const moving = view.phase === 'connected' || view.phase === 'reconnecting';
    const { media } = view;
    const held = media?.held || media?.remoteHeld || false;
    const camera = moving && !held && view.remoteCameraOn && hasPicture(view.remote);
    const screen = moving && !held && hasPicture(media?.remoteScreen ?? null);
    const picture = camera || screen;
    // Also while it waits for the other side's word: whoever asks sees what would be shown.
    const own = !ended && !held && (view.cameraOn || media?.question === 'asking') && hasPicture(view.local);
    const heldWords = media?.held ? t.media.heldByYou : t.media.heldBy(name);
    const status = view.phase === 'connected' && held ? heldWords : statusWords(view, this.side, t, name);
    // Nothing to tell while all is well: the picture, the clock and the voice say it.
    const quiet = view.phase === 'connected' && view.peerPresent && !held;
    return html`
      <section class="stage ${picture ? 'picture' : ''} ${ended ? 'ended' : ''} ${media?.question === 'asked' ? 'asked' : ''}" part="stage" data-phase=${view.phase} data-mode=${view.mode} aria-label=${t.callWith(name)}>
        ${picture ? html`<video class="remote" part="remote" aria-label=${screen ? t.media.screenPicture(name) : t.remotePicture(name)} .muted=${true} autoplay playsinline></video>` : nothing}
        <header>
          <span class="name">${name}</span>
          ${view.recording.on && !ended
            ? html`<span class="rec" part="recording" role="status"><span class="hush">${t.recordingOn}</span><span aria-hidden="true">${t.recording}</span></span>`
            : view.recording.paused && !ended
              ? html`<span class="aside" role="status" data-recording="paused">${t.recordingHeld}</span>`
            : moving && !view.recording.allowed
              ? html`<span class="aside" data-recording="off">${t.recordingOff}</span>`
              : nothing}
          ${moving && !held && view.care ? html`<peer-consult-call-quality .care=${view.care} .locale=${this.locale}></peer-consult-call-quality>` : nothing}
          ${this.clock ? html`<span class="timer" part="timer" role="timer" aria-label=${t.duration}>${this.clock}</span>` : nothing}
        </header>
        <div class="person">
          ${picture ? nothing : html`<span class="avatar" aria-hidden="true">${initials(name)}</span>`}
          <p class=${quiet ? 'hush' : 'status'} part="status" role="status">${status}</p>
          ${moving && media?.held ? html`<button class="go-on" data-action="go-on" @click=${() => this.engine?.hold(false)}>${goOnIcon} ${t.media.letGo}</button>` : nothing}
          ${moving && !view.remoteMicrophoneOn ? html`<p class="aside" data-peer="muted">${t.remoteMuted(name)}</p>` : nothing}
          ${screen ? html`<p class="hush" role="status" data-peer="screen">${t.media.screenOf(name)}</p>` : nothing}
          ${screen && camera ? html`<video class="guest" part="guest" aria-label=${t.remotePicture(name)} .muted=${true} autoplay playsinline></video>` : nothing}
          ${own ? html`<video class="own" part="own" aria-label=${t.ownPicture} .muted=${true} autoplay playsinline></video>` : nothing}
        </div>
        <div class="notices">
        ${moving ? html`<peer-consult-call-guests .guests=${view.guests ?? []} .locale=${this.locale}></peer-consult-call-guests>` : nothing}
        ${media && moving
          ? html`<peer-consult-video-question .media=${media} .name=${name} .locale=${this.locale}
              @pc-answer=${(event: CustomEvent<{ word: 'accept' | 'watch' | 'decline' }>) => this.engine?.answerVideo(event.detail.word)}
              @pc-take-back=${() => this.#wish('pc-camera', { on: false })}></peer-consult-video-question>`
          : nothing}
        ${moving && media?.screen
          ? html`<p class="sharing" role="status">${screenIcon}<span>${t.media.sharing}</span>
              <button data-action="stop-sharing" @click=${() => void this.engine?.shareScreen(false)}>${t.media.stopSharing}</button></p>`
          : nothing}
        ${view.trouble
          ? html`<div class="trouble" part="trouble" role="alert" data-trouble=${view.trouble}>
              ${troubleView(view, { side: this.side, locale: this.locale, able: this.engine !== null }, (way) => this.#onwards(way))}
              ${view.trouble === 'playback_blocked' ? html`<button class="button primary" data-action="allow-playback" @click=${() => this.#wish('pc-allow-playback')}>${t.hear}</button>` : nothing}
            </div>`
          : nothing}
        </div>
        <footer>${ended && view.care && (view.trouble === 'no_route' || view.endReason === 'ice_failed' || view.endReason === 'left') ? html`<peer-consult-call-quality over .care=${view.care} .locale=${this.locale}></peer-consult-call-quality>` : nothing}${ended ? this.#close(t.close) : this.#controls(view, t)}</footer>
        ${this.choosing && this.engine
          ? html`<peer-consult-call-devices class="sheet" .engine=${this.engine} .local=${view.local} .locale=${this.locale} @pc-close=${this.#chosen}></peer-consult-call-devices>`
          : nothing}
      </section>
    `;
  }

  #controls(view: View, t: ReturnType<typeof callTexts>) {
    const talking = view.phase !== 'preparing';
    const camera = view.cameraOn || view.media?.question === 'asking';
    return html`
      ${talking
        ? html`<button class="control" part="microphone" data-action="microphone" aria-pressed=${view.microphoneOn} @click=${() => this.#wish('pc-microphone', { on: !view.microphoneOn })}>
            <span>${view.microphoneOn ? micIcon : micOffIcon}</span>${t.microphone}
          </button>`
        : nothing}
      ${talking && (view.mode === 'video' || (this.engine && this.pictures && this.#moving))
        ? html`<button class="control" part="camera" data-action="camera" aria-pressed=${camera} @click=${() => this.#wish('pc-camera', { on: !camera })}>
            <span>${camera ? videoIcon : videoOffIcon}</span>${t.camera}
          </button>`
        : nothing}
      ${talking && (view.recording.on || view.recording.paused)
        ? html`<button class="control" part="recording-control" data-action="recording" @click=${() => this.#wish('pc-recording', { on: view.recording.paused })}>
            <span>${view.recording.paused ? recordIcon : pauseIcon}</span>${view.recording.paused ? t.resumeRecording : t.pauseRecording}
          </button>`
        : nothing}
      ${this.engine && this.#moving
        ? html`<peer-consult-call-more .words=${t.media.more} .some=${!!(view.media?.held || view.media?.screen)} .items=${this.#tools(this.engine, view, t)}></peer-consult-call-more>`
        : nothing}
      <button class="control end" part="hang-up" data-action="hang-up" @click=${() => this.#wish('pc-hang-up')}>
        <span>${hangUpIcon}</span>${view.phase === 'preparing' || view.phase === 'outgoing' ? t.cancelCall : t.hangUp}
      </button>
    `;
  }

  #tools(engine: CallEngine, view: View, t: ReturnType<typeof callTexts>) {
    return () => callTools({ view, engine, texts: t.media, stage: this, picture: this.remotePicture, pictures: this.pictures, devices: this.#choose });
  }

  get #moving(): boolean {
    return this.view?.phase === 'connected' || this.view?.phase === 'reconnecting';
  }

  #redraw = (): void => this.requestUpdate();

  #choose = async (): Promise<void> => {
    this.choosing = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.sheet')?.focus();
  };

  #chosen = (): void => {
    this.choosing = false;
    this.renderRoot.querySelector('peer-consult-call-more')?.focus();
  };

  #onwards(way: Way): void {
    if (way === 'elsewhere') this.#wish('pc-elsewhere');
    else void this.engine?.again({ listen: way === 'listen' });
  }

  #close(word: string) {
    return html`<button class="control" part="dismiss" data-action="dismiss" @click=${() => this.#wish('pc-dismiss')}><span>${closeIcon}</span>${word}</button>`;
  }

  #beat = (): void => {
    this.#readClock();
    this.avatar?.style.setProperty('--level', String(Math.min(1, (this.level?.() ?? 0) * 2.5)));
  };

  #readClock(): void {
    const { connectedAt = null, phase } = this.view ?? {};
    if (connectedAt === null || phase === undefined) {
      this.clock = '';
      this.#offset = null;
      return;
    }
    // The final length stays on screen when the call is over.
    if (phase === 'ended') {
      if (this.#offset?.at !== connectedAt) this.#offset = { at: connectedAt, ms: this.now() - connectedAt };
    } else this.#offset = { at: connectedAt, ms: this.now() - connectedAt };
    this.clock = clockWords(this.#offset.ms);
  }

  #wish(type: string, detail?: { on: boolean }): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

function hasPicture(stream: MediaStream | null): boolean {
  return !!stream?.getVideoTracks().some((track) => track.readyState === 'live');
}

function attach(video: HTMLVideoElement | null, stream: MediaStream | null): void {
  if (!video || video.srcObject === stream) return;
  video.srcObject = stream;
  // Muted playback is allowed everywhere; a rejection only says that the source was changed again meanwhile.
  video.play().catch(() => undefined);
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-view': CallView;
  }
}
