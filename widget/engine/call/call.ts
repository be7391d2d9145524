import { CONSENT_TEXT_VERSION } from '../../../protocol/version.ts';
import { createStore } from '../store.ts';
import type { Wire } from '../wire.ts';
import type { CallEngine, CallView } from './call-engine.ts';
import { createCallRun, type CallRun, type CallRunOptions } from './call-run.ts';
import { createDeviceChoice } from './device-choice.ts';
import { createErrands } from './errands.ts';
import type { RecordingWish, RunningRecording } from './recording-desk.ts';

export { lingerMs } from './linger.ts';

/** What a call engine is made of. */
export interface CallEngineOptions {
  wire: Wire;
  kind: 'visitor' | 'agent';
  /** False: this side records nothing, whatever the site says. For tests. */
  recorder?: boolean;
  /** How long a piece of a recording is, in ms, whatever the site says. For tests. */
  timesliceMs?: number;
  /** For tests. */
  timing?: CallRunOptions['timing'];
}

type Wish = Pick<CallRunOptions, 'mode' | 'consent' | 'locale' | 'textVersion' | 'conversationId' | 'call' | 'listen'>;

/** Makes the engine of one member's calls. It does nothing before the first `start` or `accept`. */
export function createCallEngine(options: CallEngineOptions): CallEngine {
  const { wire, kind, recorder = true } = options;
  const view = createStore<CallView | null>(null);
  const errands = createErrands(wire);
  let run: CallRun | null = null;
  let follow: (() => void) | undefined;
  let disposed = false;
  let wish: Wish | null = null;
  const choice = createDeviceChoice({ defaultChanged: () => void run?.media.followDefault() });

  const record = async (wish: RecordingWish): Promise<RunningRecording> => {
    const { createCallRecording } = await import('../recorder/call-recording.ts');
    return createCallRecording({ wire, ...wish, timesliceMs: options.timesliceMs ?? wish.timesliceMs });
  };
  const readyRecorder = (): void => void import('../recorder/call-recording.ts').catch(() => undefined);
  const busy = (): boolean => view.value !== null && view.value.phase !== 'ended';

  const begin = async (call: Wish): Promise<void> => {
    if (busy() || disposed) return;
    wish = call;
    follow?.();
    const mine = createCallRun({
      wire, errands, choice, kind, clientId: crypto.randomUUID(), ...call,
      ...(recorder ? { record, readyRecorder } : {}), ...(options.timing ? { timing: options.timing } : {}),
    });
    run = mine;
    view.set(mine.view.value);
    follow = mine.view.subscribe((next) => view.set(next));
    await mine.settled;
  };

  return {
    view,
    start: ({ textVersion = CONSENT_TEXT_VERSION, ...call }) => begin({ textVersion, ...call }),
    accept: (call, { consent, locale, textVersion = CONSENT_TEXT_VERSION }) => begin({ mode: call.mode, consent, locale, textVersion, call }),
    again: async ({ listen }) => (wish ? begin({ ...wish, listen }) : undefined),
    async decline(call) {
      errands.insist(`end ${call.id}`, 'call.decline', { callId: call.id });
    },
    async hangUp() {
      run?.hangUp();
    },
    setMicrophone: (on) => void run?.media.setMicrophone(on),
    setCamera: async (on) => run?.media.setCamera(on),
    answerVideo: (word) => run?.answerVideo(word),
    hold: (on) => run?.hold(on),
    shareScreen: async (on) => run?.media.shareScreen(on),
    devices: choice.list,
    chooseDevice: async (kind, id) => run?.media.choose(kind, id),
    pauseRecording: (on) => run?.pauseRecording(on),
    remoteLevel: () => run?.level() ?? 0,
    allowPlayback: async () => run?.allowPlayback(),
    dismiss() {
      if (busy()) return;
      follow?.();
      follow = undefined;
      run = null;
      view.set(null);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      run?.leave();
      choice.close();
      follow?.();
    },
  };
}
