import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import type { CallEngine } from '../engine/call/call-engine.ts';
import type { DeviceKind } from '../engine/call/device-choice.ts';
import { createMicrophoneLevel, type MicrophoneLevel } from '../engine/call/microphone-level.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { closeIcon, micIcon, videoIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { speakerIcon } from './call-icons.ts';
import { playTestSound } from './test-sound.ts';

/**
 * Which microphone, camera and speaker, by their names, over the call that goes on behind it. The microphone's bar moves, the speaker
 * plays two notes: nobody has to guess.
 *
 * @fires pc-close
 */
@element('peer-consult-call-devices')
export class CallDevices extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        overflow-y: auto;
        background: #1d2029;
        color: #f3f4f8;
      }

      section {
        display: grid;
        align-content: start;
        gap: var(--pc-4);
        max-inline-size: 420px;
        margin-inline: auto;
        padding: var(--pc-3) var(--pc-4) var(--pc-4);
      }

      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }

      h2 {
        font-size: var(--pc-text-m);
      }

      .close {
        display: grid;
        place-items: center;
        inline-size: 44px;
        block-size: 44px;
        margin-inline-end: calc(-1 * var(--pc-2));
        border-radius: 50%;
      }

      .close:hover {
        background: rgb(255 255 255 / 14%);
      }

      svg {
        inline-size: 20px;
        block-size: 20px;
      }

      .device {
        display: grid;
        gap: 6px;
        min-inline-size: 0;
      }

      label {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      select,
      .play {
        min-block-size: 44px;
        padding: 0 var(--pc-3);
        border: 1px solid rgb(255 255 255 / 40%);
        border-radius: 10px;
        background: #2b2f3a;
        color: inherit;
        font-size: var(--pc-text-s);
      }

      select {
        inline-size: 100%;
        text-overflow: ellipsis;
      }

      .play {
        justify-self: start;
        font-weight: 600;
      }

      .play:hover {
        background: #3a3f4d;
      }

      :focus-visible {
        outline: 3px solid #fff;
        outline-offset: 2px;
      }

      .meter {
        block-size: 8px;
        overflow: hidden;
        border-radius: 4px;
        background: rgb(255 255 255 / 18%);
      }

      .meter div {
        block-size: 100%;
        border-radius: inherit;
        background: linear-gradient(90deg, #4fd18b 70%, #ffd166);
        transform: scaleX(var(--level, 0));
        transform-origin: left;
        transition: transform 90ms linear;
      }

      .hint {
        color: #b4b8c6;
        font-size: var(--pc-text-xs);
      }

      @media (forced-colors: active) {
        .meter {
          border: 1px solid;
        }

        .meter div {
          background: Highlight;
        }
      }
    `,
  ];

  @property({ attribute: false }) engine: Pick<CallEngine, 'devices' | 'chooseDevice'> | null = null;
  /** The own microphone and camera. */
  @property({ attribute: false }) local: MediaStream | null = null;
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  readonly #devices = new StoreController(this, () => this.engine?.devices);
  @query('.meter') private meter!: HTMLElement | null;
  #level: MicrophoneLevel | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#deafen();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('local')) return;
    this.#deafen();
    this.#listen();
  }

  override render() {
    const t = callTexts(this.locale);
    return html`
      <section role="dialog" aria-labelledby="title" @keydown=${this.#key}>
        <header>
          <h2 id="title">${t.media.devices}</h2>
          <button class="close" data-action="close-devices" aria-label=${t.close} @click=${this.#close}>${closeIcon}</button>
        </header>
        ${this.#choice('microphone', t.microphone, micIcon, html`
          <div class="meter" role="meter" aria-label=${t.media.level} aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"><div></div></div>
          <p class="hint">${t.media.levelHint}</p>
        `)}
        ${this.#choice('camera', t.camera, videoIcon, nothing)}
        ${this.#choice('speaker', t.media.speaker, speakerIcon, html`<button class="play" data-action="test-sound" @click=${this.#play}>${t.media.testSound}</button>`)}
      </section>
    `;
  }

  #choice(kind: DeviceKind, label: string, icon: unknown, below: unknown) {
    const { all, wished } = this.#devices.value?.[kind] ?? { all: [], wished: '' };
    // Where there is nothing to choose the sound can be heard all the same.
    if (all.length === 0 && kind !== 'speaker') return nothing;
    const t = callTexts(this.locale).media;
    const named = all.filter(({ id }) => id !== 'default');
    return html`
      <div class="device">
        <label for=${kind}>${icon} ${label}</label>
        ${all.length === 0
          ? nothing
          : html`<select id=${kind} data-device=${kind} @change=${(event: Event) => void this.engine?.chooseDevice(kind, (event.target as HTMLSelectElement).value)}>
              <option value=${all.some(({ id }) => id === 'default') ? 'default' : ''} ?selected=${wished === '' || wished === 'default'}>${t.automatic}</option>
              ${named.map(({ id, name }, index) => html`<option value=${id} ?selected=${id === wished}>${name || t.numbered(label, index + 1)}</option>`)}
            </select>`}
        ${below}
      </div>
    `;
  }

  /** Moves the focus in. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('select, .close')?.focus();
  }

  #listen(): void {
    if (!this.local || this.#level) return;
    this.#level = createMicrophoneLevel(this.local);
    this.#beat = setInterval(() => {
      const level = this.#level?.level() ?? 0;
      this.meter?.style.setProperty('--level', level.toFixed(2));
      this.meter?.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    }, 100);
  }

  #deafen(): void {
    clearInterval(this.#beat);
    this.#level?.close();
    this.#level = null;
  }

  #play = (): void => {
    // A speaker that went away since: nothing is heard, and that is what the button is there to tell.
    playTestSound(this.#devices.value?.speaker.wished ?? '').catch(() => undefined);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#close();
  };

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('pc-close'));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-devices': CallDevices;
  }
}
