import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallMode } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import type { CallTrouble } from '../engine/call/call-engine.ts';
import { wishedDevice } from '../engine/call/device-choice.ts';
import { createDevices, DeviceFailure, pageHindrance, permission, type Devices } from '../engine/call/devices.ts';
import { createMicrophoneLevel, type MicrophoneLevel } from '../engine/call/microphone-level.ts';
import { relayIsMissing } from '../engine/call/relay-check.ts';
import { StoreController } from '../engine/store-controller.ts';
import type { Wire } from '../engine/wire.ts';
import { base } from '../styles/base.ts';
import { preflightTexts, preflightTextsHere } from '../texts/preflight-texts.ts';
import { sheetStyles } from './sheet.styles.ts';
import { troubleWords, waysOn, waysView, type Way } from './trouble-ways.ts';

/**
 * The look at microphone, camera and way before a visitor's call rings. Whoever has allowed them before sees nothing of it.
 *
 * @fires pc-ready - `{ listen }`: ring now; `listen` without a microphone.
 * @fires pc-cancel - Back to the chat.
 */
@element('peer-consult-preflight')
export class Preflight extends LitElement {
  static override styles = [
    base,
    sheetStyles,
    css`
      video {
        inline-size: 100%;
        aspect-ratio: 16 / 10;
        object-fit: cover;
        border-radius: var(--pc-radius);
        background: var(--pc-surface-3);
        transform: scaleX(-1);
      }

      meter {
        inline-size: 100%;
        block-size: 10px;
      }

      .hint {
        padding: var(--pc-2) var(--pc-3);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
      }
    `,
  ];

  @property() mode: CallMode = 'audio';
  @property() locale = 'en';
  @property({ attribute: false }) wire: Wire | null = null;
  /** The visitor begins by a button, also where nothing has to be asked. */
  @property({ attribute: false }) offered = false;
  /** No call here: straight to the link to another browser. */
  @property({ attribute: false }) elsewhere = false;
  /** For tests: the browser, and what keeps its page from calls. */
  @property({ attribute: false }) userAgent = navigator.userAgent;
  @property({ attribute: false }) hindrance: () => CallTrouble | null = pageHindrance;
  /** Nothing is on screen: it has not been found out yet whether there is anything to say. */
  @property({ type: Boolean, reflect: true }) silent = true;
  protected readonly words = new StoreController(this, () => preflightTextsHere);

  @state() private step: 'offered' | 'asking' | 'ready' | 'trouble' | 'elsewhere' = 'asking';
  @state() private trouble: CallTrouble | null = null;
  @state() private camera = true;
  @state() private relayMissing = false;
  @query('meter') private meter!: HTMLMeterElement | null;
  @query('video') private picture!: HTMLVideoElement | null;
  private devices: Devices | null = null;
  private heard: MicrophoneLevel | null = null;
  private beat: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    // A click beside the sheet.
    this.addEventListener('click', (event) => event.composedPath()[0] === this && this.cancel());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.letGo();
  }

  protected override updated(): void {
    if (this.picture && this.devices && this.picture.srcObject !== this.devices.stream) {
      this.picture.srcObject = this.devices.stream;
      this.picture.play().catch(() => undefined);
    }
  }

  protected override render(): TemplateResult {
    const t = preflightTexts(this.locale);
    return html`
      <section role="group" aria-labelledby="title" tabindex="-1">
        <h2 id="title">${this.step === 'elsewhere' ? t.handoffTitle : t.title}</h2>
        ${this.body()}
        <div class="ways">
          ${this.step === 'offered' ? this.button('start', this.mode === 'video' ? t.startVideo : t.startAudio, () => void this.look(), true) : nothing}
          ${this.step === 'ready' ? this.button('call-now', t.callNow, () => this.ring(false), true) : nothing}
          ${this.step === 'trouble' && this.trouble ? waysView(waysOn(this.trouble, { side: 'visitor', userAgent: this.userAgent }), t, this.take) : nothing}
          ${this.button('chat', t.chat, this.cancel, false)}
        </div>
      </section>
    `;
  }

  private body(): TemplateResult {
    const t = preflightTexts(this.locale);
    const video = this.mode === 'video';
    switch (this.step) {
      case 'offered':
        return html`<p>${t.offered}</p>`;
      case 'asking':
        return html`<p role="status">${video ? t.askingVideo : t.asking}</p>`;
      case 'ready':
        return html`
          ${video && this.camera ? html`<video aria-label=${t.ownPicture} .muted=${true} autoplay playsinline></video>` : nothing}
          <p role="status">${video && this.camera ? t.readyVideo : t.ready}</p>
          <meter min="0" max="1" value="0" aria-label=${t.level}></meter>
          ${video && !this.camera ? html`<p class="hint" role="status">${t.noCamera}</p>` : nothing}
          ${this.relayMissing ? html`<p class="hint" role="status">${t.noRelay}</p>` : nothing}
        `;
      case 'trouble':
        return html`<p role="alert" data-trouble=${this.trouble ?? ''}>${this.trouble ? troubleWords(this.trouble, this.locale, { userAgent: this.userAgent }) : nothing}</p>`;
      case 'elsewhere':
        return html`<peer-consult-handoff .wire=${this.wire} .locale=${this.locale} .call=${this.mode} .userAgent=${this.userAgent}></peer-consult-handoff>`;
    }
  }

  private button(action: string, words: string, act: () => void, strong: boolean): TemplateResult {
    return html`<button type="button" class="button ${strong ? 'primary' : 'quiet'}" data-action=${action} @click=${act}>${words}</button>`;
  }

  private async begin(): Promise<void> {
    if (this.elsewhere) return this.take('elsewhere');
    const hindrance = this.hindrance();
    if (hindrance) return this.show('trouble', hindrance);
    if (this.offered) return this.show('offered');
    const asked = this.mode === 'video' ? (['microphone', 'camera'] as const) : (['microphone'] as const);
    const words = await Promise.all(asked.map(permission));
    if (!this.isConnected) return;
    // Allowed before: the call itself says what is wrong, if anything is.
    if (words.every((word) => word === 'granted')) return this.ring(false);
    await this.look();
  }

  /** Asks for the devices and shows what they give. Called inside a click, or right after one. */
  private look = async (): Promise<void> => {
    this.letGo();
    this.show('asking');
    const devices = createDevices({ wished: (kind) => wishedDevice(kind === 'audio' ? 'microphone' : 'camera') });
    this.devices = devices;
    try {
      const { camera } = await devices.acquire({ video: this.mode === 'video' });
      if (this.devices !== devices) return devices.release();
      this.camera = camera;
      this.listen(devices.stream);
      this.show('ready');
      if (this.wire) void relayIsMissing(this.wire).then((missing) => (this.relayMissing = missing));
    } catch (failure) {
      if (this.devices !== devices) return;
      this.letGo();
      this.show('trouble', failure instanceof DeviceFailure ? failure.trouble : 'no_microphone');
    }
  };

  private listen(stream: MediaStream): void {
    const heard = createMicrophoneLevel(stream);
    this.heard = heard;
    this.beat = setInterval(() => {
      if (this.meter) this.meter.value = heard.level();
    }, 80);
  }

  private take = (way: Way): void => {
    if (way === 'again') void (this.hindrance() ? this.begin() : this.look());
    else if (way === 'listen') this.ring(true);
    else import('./handoff-card.ts').then(() => this.show('elsewhere'), () => this.show('trouble', 'offline'));
  };

  private cancel = (): void => {
    this.dispatchEvent(new CustomEvent('pc-cancel', { bubbles: true, composed: true }));
  };

  private ring(listen: boolean): void {
    this.letGo();
    this.dispatchEvent(new CustomEvent('pc-ready', { detail: { listen }, bubbles: true, composed: true }));
  }

  private show(step: Preflight['step'], trouble: CallTrouble | null = null): void {
    const first = this.silent;
    this.step = step;
    this.trouble = trouble;
    this.silent = false;
    // What was pressed is gone; the focus goes to what can be pressed now. While the browser asks, it has the person's attention.
    if (first || step !== 'asking') void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(step === 'asking' || step === 'elsewhere' ? 'section' : '.ways button')?.focus());
  }

  private letGo(): void {
    clearInterval(this.beat);
    this.heard?.close();
    this.heard = null;
    this.devices?.release();
    this.devices = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-preflight': Preflight;
  }
}
