import { html, nothing, type TemplateResult } from 'lit';
import type { CallMode } from '../../protocol/shapes.ts';
import { answerMissing } from '../engine/call/answer-missing.ts';
import { askForCallBack } from '../engine/call/follow-up.ts';
import type { SessionState } from '../engine/session-state.ts';
import type { VisitorSession } from '../engine/visitor-session.ts';
import { pageHindrance } from '../engine/call/devices.ts';
import type { CallBackWish } from './call-back-form.ts';

// What the chat shows of calls. It is drawn in the chat's own shadow root, and comes with the first call.

/** A call that a visitor wants to make. */
export interface AskedCall {
  mode: CallMode;
  /** The visitor begins it by a button, whatever there is to ask. */
  offered: boolean;
  /** What the visitor said about the recording, once it has. */
  consent?: boolean;
  /** No call here: the visitor goes on in another browser. */
  elsewhere?: boolean;
}

/** The call that runs, or else the one that rings here. */
export function callStage(session: VisitorSession, state: SessionState, language: string, accepted: () => void, next: (asked: AskedCall) => void): TemplateResult | typeof nothing {
  const { call, ringing, site } = state;
  const [rings] = ringing;
  const name = site?.name ?? '';
  if (call) {
    const engine = session.callEngine;
    const elsewhere = (): void => {
      session.dismissCall();
      next({ mode: call.mode, offered: false, elsewhere: true });
    };
    const over = answerMissing(call);
    const nobody = call.phase === 'outgoing' && state.presence?.status === 'offline';
    const write = (): void => {
      if (call.phase === 'ended') session.dismissCall();
      accepted();
    };
    const frame = html`
      <peer-consult-call-frame .view=${call} .locale=${language} .peerName=${name} .aside=${nobody} @pc-write=${own(write)} @pc-hang-up=${own(() => session.endCall())}>
        <peer-consult-call-view side="visitor" .view=${call} .locale=${language} .peerName=${name}
          .now=${() => session.wire.serverNow()} .level=${engine ? () => engine.remoteLevel() : null} .engine=${engine} .pictures=${site?.calls.video ?? true}
          @pc-hang-up=${own(() => session.endCall())}
          @pc-microphone=${own<{ on: boolean }>(({ on }) => engine?.setMicrophone(on))}
          @pc-camera=${own<{ on: boolean }>(({ on }) => void engine?.setCamera(on))}
          @pc-recording=${own<{ on: boolean }>(({ on }) => engine?.pauseRecording(!on))}
          @pc-elsewhere=${own(elsewhere)}
          @pc-allow-playback=${own(() => void engine?.allowPlayback())}
          @pc-dismiss=${own(() => session.dismissCall())}
          @pc-return=${own(() => call.call && session.acceptCall(call.call, { consent: call.call.consents.visitor === true }))}
        ></peer-consult-call-view>
      </peer-consult-call-frame>
    `;
    return html`
      ${over ? nothing : frame}
      ${over || nobody
        ? html`<peer-consult-unanswered .locale=${language} .peerName=${name} .reason=${call.endReason} .callBack=${site?.callBack ?? false}
            .deliver=${(wish: CallBackWish) => askForCallBack(session.wire, call.call?.id ?? '', wish)} @pc-write=${own(write)} @pc-dismiss=${own(() => session.dismissCall())}></peer-consult-unanswered>`
        : nothing}
    `;
  }
  if (!rings) return nothing;
  const accept = (consent: boolean): void => {
    session.acceptCall(rings, { consent });
    accepted();
  };
  return html`
    <div class="ringing" role="alert">
      <peer-consult-incoming-call side="visitor" .call=${rings} .locale=${language} .peerName=${name} .recordingNotice=${site?.recording.enabled ?? true} .notice=${site?.recording.consentText ?? ''}
        @pc-accept=${own<{ consent: boolean }>(({ consent }) => accept(consent))}
        @pc-decline=${own(() => session.declineCall(rings))}
      ></peer-consult-incoming-call>
    </div>
  `;
}

/** What stands between the click and the ringing: the question about the recording, where there is one to ask, and the look at microphone and camera. */
export function beforeCall(asked: AskedCall, session: VisitorSession, state: SessionState, language: string, next: (asked: AskedCall | null, cancelled?: boolean) => void): TemplateResult | typeof nothing {
  const { site } = state;
  const cancel = (): void => next(null, true);
  if (!site) return nothing;
  if (site.recording.enabled && asked.consent === undefined && !asked.elsewhere && !pageHindrance()) {
    return html`
      <peer-consult-call-choice .mode=${asked.mode} .notice=${site.recording.consentText} .locale=${language}
        @pc-start=${own<{ consent: boolean }>(({ consent }) => next({ ...asked, consent, offered: false }))}
        @pc-cancel=${own(cancel)}
      ></peer-consult-call-choice>
    `;
  }
  const ring = (listen: boolean): void => {
    next(null);
    const [shown] = state.conversations;
    session.startCall({ mode: asked.mode, consent: asked.consent ?? false, ...(listen ? { listen } : {}), ...(shown ? { conversationId: shown.id } : {}) });
  };
  return html`
    <peer-consult-preflight .mode=${asked.mode} .offered=${asked.offered} .elsewhere=${asked.elsewhere ?? false} .wire=${session.wire} .locale=${language}
      @pc-ready=${own<{ listen: boolean }>(({ listen }) => ring(listen))}
      @pc-cancel=${own(cancel)}
    ></peer-consult-preflight>
  `;
}

/** Listens to a view's wish and keeps it from the host page. */
const own =
  <T = unknown>(act: (detail: T) => void) =>
  (event: CustomEvent<T>): void => {
    event.stopPropagation();
    act(event.detail);
  };
