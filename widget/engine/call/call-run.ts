import type { Call, CallMode, IceServer, PrincipalKind } from '../../../protocol/shapes.ts';
import type { Recorder } from '../../../protocol/site.ts';
import { createStore, type Readable } from '../store.ts';
import { WireFailure, type Wire } from '../wire.ts';
import type { CallTrouble, CallView } from './call-engine.ts';
import { cameraWasOn, noteCamera } from './camera-memory.ts';
import { callModel, isOwn, recordingAllowed, recordingPaused, step, type CallEffect, type CallInput, type CallModel } from './call-state.ts';
import { createCallMedia, mediaShown, type CallMedia } from './call-media.ts';
import type { DeviceChoice } from './device-choice.ts';
import { createDevices, DeviceFailure, type Devices } from './devices.ts';
import type { Errands } from './errands.ts';
import { createGuestTable } from './guest-table.ts';
import type { PathTiming } from './path-watch.ts';
import { createCallCare } from './call-care.ts';
import { noteOf, noteOfSignal } from './call-notes.ts';
import { isHeld } from './media-state.ts';
import { createPairing, isFresh, type PairSignal } from './pairing.ts';
import { createPeer, type NumberedSignal, type Peer } from './peer.ts';
import { createPlayback } from './playback.ts';
import { createRecordingDesk, type RecordingWish, type RunningRecording } from './recording-desk.ts';
import { createSignalOutbox } from './signal-outbox.ts';

/** One call, from the click to the last word: does what the pure machine asks for. */
export interface CallRun {
  readonly view: Readable<CallView>;
  /** Resolves when the other side rings or was answered, or when there will be no call. */
  readonly settled: Promise<void>;
  hangUp(): void;
  leave(): void;
  /** What this side sends. */
  readonly media: Pick<CallMedia, 'setMicrophone' | 'setCamera' | 'shareScreen' | 'choose' | 'followDefault'>;
  hold(on: boolean): void;
  answerVideo(word: 'accept' | 'watch' | 'decline'): void;
  /** Holds the recording, or goes on with it. */
  pauseRecording(on: boolean): void;
  allowPlayback(): Promise<void>;
  level(): number;
}

/** What a run is made of. */
export interface CallRunOptions {
  wire: Wire;
  errands: Errands;
  choice: DeviceChoice;
  kind: PrincipalKind;
  mode: CallMode;
  consent: boolean;
  locale: string;
  /** Which words about the recording were shown. */
  textVersion: string;
  clientId: string;
  conversationId?: string;
  /** Hears and sees the other side, and is asked for no device. The microphone can be turned on later: its place in the connection is there. */
  listen?: boolean;
  /** The call to answer; without it one is started. */
  call?: Call;
  /** Fetches what records, before it is needed. */
  readyRecorder?: () => void;
  /** Makes a recording ready; absent where nothing is ever recorded. */
  record?: (wish: RecordingWish) => Promise<RunningRecording>;
  timing?: { path?: Partial<PathTiming>; waitForLinkMs?: number; answerMs?: number };
}

/** How old TURN credentials may be for another try, in ms: far less than the server gives them, more than a call rings. */
const CREDENTIALS_MS = 300_000;

/** Makes a run and begins at once: call it inside the click. */
export function createCallRun(options: CallRunOptions): CallRun {
  const { wire, errands, choice, kind, mode } = options;
  const { call: given = null } = options;
  const pictured = mode === 'video' && (!isOwn(given, kind) || cameraWasOn(given.id));
  let state: CallModel = callModel({ kind, mode, consent: options.consent, recorder: !!options.record && kind === 'agent', camera: pictured, ...(given ? { call: given } : {}) });
  let peer: Peer | null = null;
  let iceServers: readonly IceServer[] = [];
  let relayOnly = false;
  let mintedAt = 0;
  // Others may have had connections in this call before: an earlier page, or the colleague who hands it over.
  const begunBefore = state.returning || state.call?.handover ? Math.max(1, Math.round(wire.serverNow() - Date.parse(state.call!.createdAt))) : 0;
  const pairing = createPairing(kind, begunBefore);
  /** Signals that came before our own connection was there. */
  const early: NumberedSignal[] = [];
  let patience: ReturnType<typeof setTimeout> | undefined;
  let settle!: () => void;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const remote = new MediaStream();
  const remoteScreen = new MediaStream();
  const devices: Devices = createDevices({ lost: (lost) => void media.lost(lost), wished: (kind) => choice.wished(kind === 'audio' ? 'microphone' : 'camera') });
  const playback = createPlayback((blocked) => feed({ type: 'playback', blocked }));
  const guests = createGuestTable({
    kind, wire, errands, local: devices.stream, tracks: () => media.tracks(), blocked: () => feed({ type: 'playback', blocked: true }),
    subject: () => ({ callId: state.call!.id, iceServers, relayOnly }),
    changed() {
      recording.replug();
      view.set(show());
    },
    ...(options.timing?.path ? { timing: options.timing.path } : {}),
  });
  const recording = createRecordingDesk({
    kind, make: options.record,
    subject: () => state.call && { call: state.call, mode: state.media.mode, local: devices.stream, remote, screens: { local: devices.screen, remote: remoteScreen }, guests: guests.streams },
    callOver: () => state.phase === 'ended',
    refused: () => feed({ type: 'recording.refused' }),
  });
  const media = createCallMedia({
    devices, choice, remote, remoteScreen, state: () => state, feed: (input) => feed(input), replug: recording.replug,
    peer: () => ({ send: (slot, track) => (guests.send(slot, track), peer?.send(slot, track) ?? Promise.resolve()) }),
    setSpeaker: (id) => (guests.setSpeaker(id), playback.setSpeaker(id)),
    say: (word) => errands.insist(`video ${state.call!.id}`, 'call.video', { callId: state.call!.id, word }),
    modeChanged: () => recording.modeChanged('video'),
    ...(options.timing?.answerMs ? { patienceMs: options.timing.answerMs } : {}),
  });
  const care = createCallCare({
    peer: () => peer, sendsPicture: () => state.cameraOn && state.media.mode === 'video', now: () => wire.serverNow(),
    expects: () => (isHeld(state.media) ? null : state.remoteMicrophoneOn || state.remoteCameraOn),
    answeredAt: () => (state.call?.answeredAt ? Date.parse(state.call.answeredAt) : null),
    facts: () => ({ callId: state.call?.id ?? null, side: kind }),
    changed() {
      const sees = care.view.rung !== 'voice';
      if (sees !== shows && state.peer === 'begun') run({ type: 'tell-media' });
      shows = sees;
      view.set(show());
    },
  });
  let shows = true;
  const outbox = createSignalOutbox((signal, of) => wire.request('call.signal', { callId: state.call!.id, data: signal as object | null, epoch: of }));

  const show = (): CallView => ({
    call: state.call, phase: state.phase, mode: state.media.mode, outgoing: state.outgoing,
    local: state.devices === 'held' ? devices.stream : null,
    remote: state.phase === 'ended' || remote.getTracks().length === 0 ? null : remote,
    microphoneOn: state.microphoneOn, cameraOn: state.cameraOn,
    remoteMicrophoneOn: state.remoteMicrophoneOn, remoteCameraOn: state.remoteCameraOn, peerPresent: state.peerPresent,
    media: mediaShown(state.media, devices.screen, remoteScreen),
    recording: { on: (state.call?.recording?.on ?? false) && !recordingPaused(state), paused: state.call?.recording != null && recordingPaused(state), allowed: recordingAllowed(state) && state.recordable },
    queue: state.phase === 'outgoing' ? state.queue : null, connectedAt: state.connectedAt, endReason: state.endReason, trouble: state.trouble, care: care.view,
    guests: state.phase === 'ended' ? [] : guests.shown,
  });
  const view = createStore<CallView>(show());

  const feed = (input: CallInput): void => {
    const { state: next, effects } = step(state, input);
    if (next === state && effects.length === 0) return;
    if (next.phase !== 'ended' && next.devices === 'held' && next.call && (next.cameraOn !== state.cameraOn || next.call.id !== state.call?.id)) noteCamera(next.call.id, next.cameraOn);
    state = next;
    care.note(noteOf(input, next));
    media.mind();
    guests.mind({ audio: state.microphoneOn, video: state.cameraOn, screen: state.media.screenOn, held: isHeld(state.media) }, !isHeld(state.media));
    for (const effect of effects) run(effect);
    if (state.phase === 'ended') unsubscribe();
    view.set(show());
    if (state.request === 'done' || state.phase === 'ended') settle();
  };

  const ask = (asked: Promise<{ call: Call; iceServers: readonly IceServer[]; position?: number; etaMs?: number; recorder?: Recorder; relayOnly?: true }>): void =>
    void asked.then(
      ({ call, iceServers: servers, relayOnly: relayed = false, position, etaMs, recorder }) => {
        relayOnly = relayed;
        feed({ type: 'recording.role', records: recording.told(recorder) });
        if (position !== undefined) feed({ type: 'queued', position, ...(etaMs === undefined ? {} : { etaMs }) });
        feed({ type: 'agreed', call, iceServers: servers });
        // Fetched while it rings, so that the recording can begin with the first word.
        if (state.recorder && options.consent) options.readyRecorder?.();
      },
      (failure: unknown) => feed({ type: 'refused', code: failure instanceof WireFailure ? failure.code : 'internal' }),
    );

  const run = (effect: CallEffect): void => {
    const callId = state.call?.id ?? '';
    switch (effect.type) {
      case 'acquire':
        if (options.listen) {
          feed({ type: 'devices.ready', camera: false, microphone: false });
          break;
        }
        devices.acquire({ video: pictured }).then(
          ({ camera }) => {
            feed({ type: 'devices.ready', camera });
            void choice.refresh();
          },
          (failure: unknown) => feed({ type: 'devices.failed', trouble: troubleOf(failure) }),
        );
        break;
      case 'place':
        ask(wire.request('call.start', { mode, clientId: options.clientId, ...(options.conversationId ? { conversationId: options.conversationId } : {}) }));
        break;
      case 'answer':
      case 'return':
        ask(wire.request(effect.type === 'answer' ? 'call.accept' : 'call.resume', { callId }));
        break;
      case 'tell-consent':
        errands.insist(`consent ${callId}`, 'consent', { callId, granted: options.consent, textVersion: options.textVersion, locale: options.locale }, ({ call }) => feed({ type: 'updated', call }));
        break;
      case 'resume':
        wire.request('call.resume', { callId }).then(
          (reply) => feed({ type: 'resumed', call: reply.call, iceServers: reply.iceServers }),
          (failure: unknown) => feed({ type: 'resume.refused', code: failure instanceof WireFailure ? failure.code : 'internal' }),
        );
        break;
      case 'open':
        iceServers = effect.iceServers;
        mintedAt = performance.now();
        if (state.returning && kind === 'visitor') outbox.push({ type: 'fresh', page: begunBefore }, pairing.number);
        open();
        break;
      case 'begin':
        peer?.begin();
        guests.begin();
        care.start();
        if (options.consent) recording.prepare();
        break;
      case 'renew': {
        // Other credentials throw away the addresses that were gathered while it rang: only when the old ones have aged.
        const aged = performance.now() - mintedAt > CREDENTIALS_MS || iceServers.length !== effect.iceServers.length;
        if (aged) {
          iceServers = effect.iceServers;
          mintedAt = performance.now();
        }
        peer?.renew(aged ? iceServers : null);
        outbox.flush();
        break;
      }
      case 'tell-media':
        errands.insist(`media ${callId}`, 'call.media', { callId, audio: state.microphoneOn, video: state.cameraOn && care.view.rung !== 'voice', screen: state.media.screenOn, held: state.media.held });
        break;
      case 'record':
        recording.record(effect.on);
        break;
      case 'tell-pause':
        errands.insist(`pause ${callId}`, effect.on ? 'recording.pause' : 'recording.resume', { callId }, ({ recordingId, paused }) => {
          feed({ type: 'recording', on: state.call?.recording?.on ?? false, paused, id: recordingId });
        });
        break;
      case 'release':
        clearTimeout(patience);
        care.stop();
        tellQuality(callId);
        recording.stop();
        outbox.close();
        errands.forget(`media ${callId}`);
        errands.forget(`video ${callId}`);
        media.end();
        playback.stop();
        guests.close();
        peer?.close();
        peer = null;
        devices.release();
        break;
      case 'farewell':
        if (effect.word === 'cancel' || effect.word === 'decline') errands.insist(`end ${callId}`, `call.${effect.word}`, { callId });
        else errands.insist(`end ${callId}`, 'call.end', { callId, reason: effect.word });
        break;
      case 'wait-for-link':
        clearTimeout(patience);
        patience = setTimeout(() => feed({ type: 'impatient' }), options.timing?.waitForLinkMs ?? 15_000);
        // The link may be up all the same: the server was only busy.
        setTimeout(() => wire.status.value === 'online' && feed({ type: 'greeted' }), 1_000);
        break;
      default:
        media.run(effect);
    }
  };

  const open = (): void => {
    peer?.close();
    pairing.opened();
    peer = createPeer({
      polite: kind === 'visitor', offers: kind === 'agent', local: devices.stream, tracks: media.tracks(), remote, remoteScreen, iceServers, relayOnly,
      say(signal) {
        care.note(noteOfSignal('out', signal, pairing.number));
        outbox.push(signal, pairing.number);
      },
      path(path) {
        feed({ type: 'path', path, at: wire.serverNow() });
        // What took the media's way mostly took the link's too, and no browser need say so: a new way is agreed on over the link.
        if (path === 'down') wire.doubt();
        // A new way through the TURN server needs credentials that still hold: the reply of `call.resume` brings them.
        if (path === 'down' && performance.now() - mintedAt > CREDENTIALS_MS) run({ type: 'resume' });
      },
      changed: () => {
        media.mind();
        playback.play(remote);
        recording.replug();
        view.set(show());
      },
      ...(options.timing?.path ? { timing: options.timing.path } : {}),
    });
    for (const signal of early.splice(0)) peer.receive(signal);
  };

  const hear = (signal: PairSignal, of: number): void => {
    const heard = pairing.hear(signal, of);
    care.note({ ...noteOfSignal('in', signal, of), heard });
    if (heard === 'drop') return;
    // The other side has begun anew, after a reload or as somebody else: our connection leads nowhere now.
    if (heard === 'anew') {
      early.length = 0;
      if (peer) {
        feed({ type: 'path', path: 'down', at: wire.serverNow() });
        open();
        peer.begin();
      }
    }
    if (isFresh(signal)) return;
    if (peer) peer.receive(signal);
    else early.push(signal);
  };

  const tellQuality = (callId: string): void => {
    const quality = state.connectedAt === null ? null : care.summary();
    if (quality) errands.insist(`quality ${callId}`, 'call.quality', { callId, quality });
  };

  const onPageHide = (event: PageTransitionEvent): void => {
    if (!event.persisted) feed({ type: 'unload' });
  };
  const ours = (callId: string): boolean => callId === state.call?.id;
  const leave = [
    wire.on('call.updated', (event) => {
      feed({ ...event, type: 'updated' });
      if (!ours(event.call.id) || !event.peerPresent) return;
      errands.hurry();
      outbox.flush();
      peer?.renew(null);
      // It may be a fresh page, or somebody else, who knows nothing of us yet.
      if (state.peer === 'begun') run({ type: 'tell-media' });
    }),
    wire.on('call.signal', ({ callId, data, epoch: of }) => ours(callId) && hear(data as PairSignal, of ?? 1)),
    wire.on('call.members', ({ callId, members }) => {
      if (!ours(callId)) return;
      guests.members(members);
      view.set(show());
    }),
    wire.on('call.media', (told) => ours(told.callId) && feed({ ...told, type: 'peer.media' })),
    wire.on('call.video', ({ callId, word }) => ours(callId) && feed({ type: 'media', input: { type: 'heard', word } })),
    wire.on('queue.position', ({ callId, position, etaMs }) => ours(callId) && feed({ type: 'queued', position, ...(etaMs === undefined ? {} : { etaMs }) })),
    wire.on('recording.updated', ({ callId, recordingId, on, paused }) => ours(callId) && feed({ type: 'recording', on, paused, id: recordingId })),
    wire.onHello(() => {
      guests.doubt();
      feed({ type: 'greeted' });
    }),
    () => window.removeEventListener('pagehide', onPageHide),
  ];
  window.addEventListener('pagehide', onPageHide);
  const unsubscribe = (): void => {
    for (const off of leave.splice(0)) off();
  };

  feed({ type: 'begin' });

  return {
    view,
    settled,
    hangUp: () => feed({ type: 'hang-up' }),
    leave: () => feed({ type: 'leave' }),
    media,
    hold: (on) => feed({ type: 'media', input: { type: 'hold', on } }),
    answerVideo: (word) => feed({ type: 'media', input: { type: 'answer', word } }),
    pauseRecording: (on) => feed({ type: 'recording.pause', on }),
    async allowPlayback() {
      await Promise.all([playback.allow(), guests.allow()]);
    },
    level: () => peer?.level() ?? 0,
  };
}

function troubleOf(failure: unknown): CallTrouble {
  return failure instanceof DeviceFailure ? failure.trouble : 'no_microphone';
}
