import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallView as View } from '../engine/call/call-engine.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { closeIcon, hangUpIcon, micIcon, micOffIcon, pauseIcon, recordIcon, videoIcon, videoOffIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import './return-call.ts';
import { callViewStyles } from './call-view.styles.ts';
import { clockWords, initials, otherName, statusWords, type CallSide } from './call-words.ts';

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
 * @fires pc-dismiss - Take the ended call off the screen.
 */
@element('peer-consult-call-view')
export class CallView extends LitElement {
  static override styles = [base, callViewStyles];

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

  @state() private clock = '';
  @query('.remote') private remotePicture!: HTMLVideoElement | null;
  @query('.own') private ownPicture!: HTMLVideoElement | null;
  @query('.avatar') private avatar!: HTMLElement | null;
  #tick: ReturnType<typeof setInterval> | undefined;
  #offset: { at: number; ms: number } | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#tick);
    this.#tick = undefined;
    for (const video of [this.remotePicture, this.ownPicture]) if (video) video.srcObject = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view')) this.#readClock();
  }

  override updated(): void {
    attach(this.remotePicture, this.view?.remote ?? null);
    attach(this.ownPicture, this.view?.local ?? null);
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
    const picture = moving && view.remoteCameraOn && hasPicture(view.remote);
    const own = !ended && view.cameraOn && hasPicture(view.local);
    const status = statusWords(view, this.side, t, name);
    // Nothing to tell while all is well: the picture, the clock and the voice say it.
    const quiet = view.phase === 'connected' && view.peerPresent;
    return html`
      <section class="stage ${picture ? 'picture' : ''} ${ended ? 'ended' : ''}" part="stage" data-phase=${view.phase} data-mode=${view.mode} aria-label=${t.callWith(name)}>
        ${picture ? html`<video class="remote" part="remote" aria-label=${t.remotePicture(name)} .muted=${true} autoplay playsinline></video>` : nothing}
        <header>
          <span class="name">${name}</span>
          ${view.recording.on && !ended
            ? html`<span class="rec" part="recording" role="status"><span class="hush">${t.recordingOn}</span><span aria-hidden="true">${t.recording}</span></span>`
            : view.recording.paused && !ended
              ? html`<span class="aside" role="status" data-recording="paused">${t.recordingHeld}</span>`
            : moving && !view.recording.allowed
              ? html`<span class="aside" data-recording="off">${t.recordingOff}</span>`
              : nothing}
          ${this.clock ? html`<span class="timer" part="timer" role="timer" aria-label=${t.duration}>${this.clock}</span>` : nothing}
        </header>
        <div class="person">
          ${picture ? nothing : html`<span class="avatar" aria-hidden="true">${initials(name)}</span>`}
          <p class=${quiet ? 'hush' : 'status'} part="status" role="status">${status}</p>
          ${moving && !view.remoteMicrophoneOn ? html`<p class="aside" data-peer="muted">${t.remoteMuted(name)}</p>` : nothing}
        </div>
        ${own ? html`<video class="own" part="own" aria-label=${t.ownPicture} .muted=${true} autoplay playsinline></video>` : nothing}
        ${view.trouble
          ? html`<div class="trouble" part="trouble" role="alert" data-trouble=${view.trouble}>
              ${t.trouble[view.trouble]}
              ${view.trouble === 'playback_blocked' ? html`<button class="button primary" data-action="allow-playback" @click=${() => this.#wish('pc-allow-playback')}>${t.hear}</button>` : nothing}
            </div>`
          : html`<span></span>`}
        <footer>${ended ? this.#close(t.close) : this.#controls(view, t)}</footer>
      </section>
    `;
  }

  #controls(view: View, t: ReturnType<typeof callTexts>) {
    const talking = view.phase !== 'preparing';
    return html`
      ${talking
        ? html`<button class="control" part="microphone" data-action="microphone" aria-pressed=${view.microphoneOn} @click=${() => this.#wish('pc-microphone', { on: !view.microphoneOn })}>
            <span>${view.microphoneOn ? micIcon : micOffIcon}</span>${t.microphone}
          </button>`
        : nothing}
      ${talking && view.mode === 'video'
        ? html`<button class="control" part="camera" data-action="camera" aria-pressed=${view.cameraOn} @click=${() => this.#wish('pc-camera', { on: !view.cameraOn })}>
            <span>${view.cameraOn ? videoIcon : videoOffIcon}</span>${t.camera}
          </button>`
        : nothing}
      ${talking && (view.recording.on || view.recording.paused)
        ? html`<button class="control" part="recording-control" data-action="recording" @click=${() => this.#wish('pc-recording', { on: view.recording.paused })}>
            <span>${view.recording.paused ? recordIcon : pauseIcon}</span>${view.recording.paused ? t.resumeRecording : t.pauseRecording}
          </button>`
        : nothing}
      <button class="control end" part="hang-up" data-action="hang-up" @click=${() => this.#wish('pc-hang-up')}>
        <span>${hangUpIcon}</span>${view.phase === 'preparing' || view.phase === 'outgoing' ? t.cancelCall : t.hangUp}
      </button>
    `;
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
