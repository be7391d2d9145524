import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { takeCall } from './take-next.ts';
import { language, t } from './texts/texts.ts';
import '../widget/call/call-view.ts';
import '../widget/call/incoming-call.ts';
import './call-handover.ts';

/** Calls that ring, over every page; and the call that runs, beside every page, so that no click in the panel loses it. */
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
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #language = new StoreController(this, () => language);

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
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-call-dock': CallDock;
  }
}
