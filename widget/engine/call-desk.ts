import type { Call, CallMode } from '../../protocol/shapes.ts';
import type { CallEngine, CallView } from './call/call-engine.ts';
import { RECORDINGS_DATABASE } from './recorder/database-name.ts';
import type { Wire } from './wire.ts';

/** Which calls ring, and the engine of the one that runs; loaded when the first call is started or answered. */
export interface CallDesk {
  readonly engine: CallEngine | null;
  /** The hello's calls: ring from here, never from old events. */
  greet(calls: readonly Call[]): void;
  start(options: { mode: CallMode; conversationId?: string; consent: boolean; listen?: boolean }): void;
  accept(call: Call, consent: boolean): void;
  decline(call: Call): void;
  /** Hangs up or cancels, whatever the call has come to. */
  end(): void;
  dismiss(): void;
  dispose(): void;
}

/** What a call desk needs. */
export interface CallDeskOptions {
  wire: Wire;
  kind: 'visitor' | 'agent';
  locale: () => string;
  /** Which words about the recording were shown. */
  textVersion: () => string;
  /** Called before something is done that leaves a trace. */
  acting(): void;
  changed(calls: { ringing: readonly Call[] } | { call: CallView | null }): void;
}

/** Makes a call desk. It listens at once and asks for nothing. */
export function createCallDesk({ wire, kind, locale, textVersion, acting, changed }: CallDeskOptions): CallDesk {
  let engine: CallEngine | null = null;
  let loading: Promise<CallEngine> | null = null;
  let ringing: readonly Call[] = [];
  let placeholder: CallView | null = null;
  let disposed = false;
  let leftovers: Promise<void> | null = null;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  // The call that this member is in, for which the server refuses another.
  let engaged: Call | null = null;

  // Agents record; of visitors few ever have, and only they need what sends.
  const keepsRecordings = async (): Promise<boolean> => kind === 'agent' || !!(await indexedDB.databases?.())?.some(({ name }) => name === RECORDINGS_DATABASE);
  const rings = (call: Call): boolean => (call.state === 'ringing' ? call.startedBy.kind !== kind : !!call.handover);
  const setRinging = (calls: readonly Call[]): void => {
    if (calls.length === 0 && ringing.length === 0) return;
    ringing = calls;
    changed({ ringing });
  };
  const add = (call: Call): void => setRinging([...ringing.filter(({ id }) => id !== call.id), call]);
  const remove = (callId: string): void => setRinging(ringing.filter(({ id }) => id !== callId));

  /** What is on screen while the engine is still on its way. */
  const preview = (mode: CallMode, call: Call | null, phase: CallView['phase'] = 'preparing', trouble: CallView['trouble'] = null): void => {
    placeholder = {
      call, mode, phase, outgoing: call === null, local: null, remote: null,
      microphoneOn: true, cameraOn: mode === 'video', remoteMicrophoneOn: true, remoteCameraOn: false, peerPresent: true,
      recording: { on: false, paused: false, allowed: false }, queue: null, connectedAt: null, endReason: null, trouble,
    };
    changed({ call: placeholder });
  };

  const load = (): Promise<CallEngine> =>
    (loading ??= import('./call/call.ts').then(({ createCallEngine, lingerMs }) => {
      const made: CallEngine = createCallEngine({ wire, kind });
      engine = made;
      if (disposed) made.dispose();
      made.view.subscribe((view) => {
        // The engine knows nothing yet while it starts: the placeholder stays until it has something to show.
        if (view === null && placeholder) return;
        placeholder = null;
        if (view?.trouble === 'already_in_call' && engaged) return lead(engaged);
        changed({ call: view });
        clearTimeout(lingering);
        const left = view && lingerMs(view);
        if (left !== null) lingering = setTimeout(() => made.dismiss(), left);
      });
      return made;
    }));

  /** Leads back to the call for which another was refused. */
  const lead = (call: Call): void => {
    engaged = null;
    preview(call.mode, call, 'away', 'already_in_call');
    engine?.dismiss();
  };

  const run = (mode: CallMode, call: Call | null, act: (engine: CallEngine) => Promise<void>): void => {
    const now = engine?.view.value;
    if (placeholder?.phase === 'preparing' || (now && now.phase !== 'ended')) return;
    acting();
    engaged = null;
    engine?.dismiss();
    preview(mode, call);
    const mine = placeholder;
    load()
      // Cancelled while the engine was on its way: it never hears of it.
      .then((loaded) => (placeholder === mine && !disposed ? act(loaded) : undefined))
      .catch(() => {
        // Either the chunk did not come, or the engine gave up before it had a view. A later try may succeed.
        if (!engine) loading = null;
        if (!placeholder || disposed) return;
        placeholder = { ...placeholder, phase: 'ended', trouble: 'offline' };
        changed({ call: placeholder });
      });
  };

  const away = (callId: string): boolean => placeholder?.phase === 'away' && placeholder.call?.id === callId;

  const leave = [
    wire.on('queue.added', ({ call, rings: here = true }) => here && rings(call) && add(call)),
    wire.on('queue.updated', ({ call, rings: here }) => {
      if (here === false) remove(call.id);
      else if (rings(call) && (here === true || ringing.some(({ id }) => id === call.id))) add(call);
    }),
    wire.on('queue.removed', ({ callId }) => remove(callId)),
    wire.on('call.updated', ({ call, answeredElsewhere, engaged: instead }) => {
      if (instead) {
        engaged = call;
        const now = placeholder ?? engine?.view.value;
        // Nothing was begun here, e.g. whoever is next was asked for.
        if (!now || (now.phase === 'ended' && now.call?.id !== call.id)) lead(call);
        return;
      }
      // Whom a visitor's call rings, the line says.
      if (!rings(call) || answeredElsewhere) remove(call.id);
      else if (kind === 'visitor' || ringing.some(({ id }) => id === call.id)) add(call);
      // What could be returned to is over, or a colleague has it now.
      if (away(call.id) && (call.state === 'ended' || answeredElsewhere)) self.dismiss();
    }),
  ];

  const self: CallDesk = {
    get engine() {
      return engine;
    },
    greet(calls) {
      setRinging(calls.filter(rings));
      // Ours, and this page does not carry it: it was reloaded, or another window has it.
      const mine = calls.find((call) => !rings(call));
      const shown = placeholder ?? engine?.view.value;
      if (mine && (!shown || away(mine.id))) preview(mine.mode, mine, 'away');
      // What an earlier page recorded and could not send any more goes up now, not with the next call.
      leftovers ??= keepsRecordings().then(async (keeps) => {
        if (keeps) (await import('./recorder/call-recording.ts')).queueOf(wire);
      }).catch(() => void (leftovers = null));
    },
    start(wish) {
      run(wish.mode, null, (loaded) => loaded.start({ ...wish, locale: locale(), textVersion: textVersion() }));
    },
    accept(call, consent) {
      remove(call.id);
      run(call.mode, call, (loaded) => loaded.accept(call, { consent, locale: locale(), textVersion: textVersion() }));
    },
    decline(call) {
      remove(call.id);
      wire.request('call.decline', { callId: call.id }).catch(() => undefined);
    },
    end() {
      if (placeholder) {
        const { call } = placeholder;
        if (call) wire.request(rings(call) ? 'call.decline' : 'call.end', { callId: call.id }).catch(() => undefined);
        placeholder = null;
        changed({ call: null });
      }
      engine?.hangUp().catch(() => undefined);
    },
    dismiss() {
      engine?.dismiss();
      placeholder = null;
      changed({ call: engine?.view.value ?? null });
    },
    dispose() {
      disposed = true;
      clearTimeout(lingering);
      for (const off of leave) off();
      engine?.dispose();
    },
  };
  return self;
}
