import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../widget/styles/base.ts';
import type { GuestCall } from '../widget/engine/call/guest-call.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { takeCall } from './take-next.ts';
import { failureText, language, t } from './texts/texts.ts';
import { toast } from './toast.ts';
import '../widget/call/call-view.ts';
import '../widget/call/incoming-call.ts';
import './call-handover.ts';

/**
 * Calls that ring, over every page; and the call that runs, beside every page, so that no click in the panel loses it: the own one, or a
 * colleague's in which one is a guest. Whoever wants to be that says `call-join` (`{ callId, talks }`), from anywhere in the panel.
 */
@customElement('consult-admin-call-dock')
export class CallDock extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      .ringing {
        position: fixed;
        inset-block-start: var(--pc-4);
        inset-inline: 0;
        z-index: 4;
        display: grid;
        gap: var(--pc-3);
        inline-size: min(420px, calc(100vw - 24px));
        margin-inline: auto;
        pointer-events: none;
      }

      .ringing > * {
        pointer-events: auto;
        box-shadow: var(--pc-shadow);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
      }

      .running {
        display: grid;
        grid-template-rows: minmax(0, 1fr) auto;
        inline-size: min(420px, 30vw);
        block-size: 100%;
        padding: var(--pc-3);
        background: var(--pc-surface);
        border-inline-start: 1px solid var(--pc-line);
      }

      .running > * {
        min-block-size: 0;
        border-radius: var(--pc-radius);
        overflow: hidden;
      }

      @media (max-width: 900px) {
        .running {
          position: fixed;
          inset: 0;
          z-index: 3;
          inline-size: auto;
          padding: 0;
          border: 0;
        }

        .running > * {
          border-radius: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;
  /** The page shows by itself who is calling. */
  @property({ attribute: false }) quiet = false;
  @state() private guest: GuestCall | null = null;
  readonly #state = new StoreController(this, () => this.session?.state);
  #unfollow: (() => void) | undefined;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('call-join', this.#join);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('call-join', this.#join);
    this.#unfollow?.();
    this.guest?.leave();
    this.guest = null;
  }

  /** One call at a time: whoever answers one, or calls somebody, leaves that of the colleague. */
  override willUpdate(): void {
    if (this.guest && this.#engaged) this.guest.leave();
  }

  override render() {
    const locale = this.#language.value ?? 'en';
    const { ringing: all, call } = this.#state.value!;
    const ringing = this.quiet ? [] : all;
    const engine = this.session.callEngine;
    return html`
      <div class="ringing" role="region" aria-live="assertive" aria-label=${t('ringing')} ?hidden=${!ringing.length}>
        ${repeat(ringing, (each) => each.id, (each) => html`
          <peer-consult-incoming-call
            .call=${each}
            .locale=${locale}
            side="agent"
            recording-notice
            @pc-accept=${(event: CustomEvent<{ consent: boolean }>) => {
              takeCall(this.session, each, event.detail.consent);
            }}
            @pc-decline=${() => this.session.declineCall(each)}
          ></peer-consult-incoming-call>
        `)}
      </div>
      ${call
        ? html`
            <div class="running">
              <peer-consult-call-view
                .view=${call}
                .locale=${locale}
                side="agent"
                .now=${() => this.session.wire.serverNow()}
                .level=${engine ? () => engine.remoteLevel() : null}
                .engine=${engine}
                @pc-hang-up=${() => this.session.endCall()}
                @pc-microphone=${(event: CustomEvent<{ on: boolean }>) => engine?.setMicrophone(event.detail.on)}
                @pc-camera=${(event: CustomEvent<{ on: boolean }>) => engine?.setCamera(event.detail.on)}
                @pc-recording=${(event: CustomEvent<{ on: boolean }>) => engine?.pauseRecording(!event.detail.on)}
                @pc-allow-playback=${() => engine?.allowPlayback()}
                @pc-dismiss=${() => this.session.dismissCall()}
                @pc-return=${() => call.call && this.session.acceptCall(call.call, { consent: call.call.consents.agent === true })}
              ></peer-consult-call-view>
              <consult-admin-call-handover .session=${this.session} .call=${call}></consult-admin-call-handover>
            </div>
          `
        : nothing}
      ${this.guest && !call
        ? html`<div class="running"><consult-admin-guest-dock .call=${this.guest} @closed=${() => this.#close()}></consult-admin-guest-dock></div>`
        : nothing}
    `;
  }

  get #engaged(): boolean {
    const { call } = this.session.state.value;
    return call !== null && call.phase !== 'ended';
  }

  readonly #join = (event: Event): void => {
    const { callId, talks } = (event as CustomEvent<{ callId: string; talks: boolean }>).detail;
    void this.#enter(callId, talks).catch((failure: unknown) => toast(failureText(failure), { bad: true }));
  };

  async #enter(callId: string, talks: boolean): Promise<void> {
    const { self } = this.session.state.value;
    const present = this.guest?.view.value;
    if (present && present.phase !== 'ended' && present.callId === callId) return this.guest!.setTalks(talks);
    if (!self || this.#engaged || (present && present.phase !== 'ended')) return toast(t('guestBusy'), { bad: true });
    const { joinAsGuest } = await import('./guest-part.ts');
    if (!this.isConnected || this.#engaged) return;
    this.#close();
    // An own call that is over makes room.
    if (this.session.state.value.call) this.session.dismissCall();
    const guest = joinAsGuest(this.session, self.id, callId, talks);
    this.guest = guest;
    // Whoever leaves has nothing more to read.
    this.#unfollow = guest.view.subscribe(({ ended }) => void (ended === 'left' && this.guest === guest && this.#close()));
  }

  #close(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.guest = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-call-dock': CallDock;
  }
}
