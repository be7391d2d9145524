import type { Call, CallEndReason, CallMode, IceServer, PrincipalKind } from '../../../protocol/shapes.ts';
import type { CallPhase, CallTrouble } from './call-engine.ts';
import { mediaModel, mediaStep, type MediaEffect, type MediaInput, type MediaModel } from './media-state.ts';

// One member's side of one call as a pure machine: `step(state, input)` says what becomes of it and what is to be done.
// call-run.ts does it. Whatever happens, `ended` is reached by one gate, and that gate always gives everything back.

/** One side of one call. Nothing in it is a stream, a socket or a timer. */
export interface CallModel {
  readonly kind: PrincipalKind;
  readonly outgoing: boolean;
  readonly mode: CallMode;
  readonly consent: boolean;
  /** Whether this side would record: as the server has said, or as is usual. */
  recorder: boolean;
  /** The call was this member's before: an earlier page, or another window, carried it. */
  readonly returning: boolean;
  phase: CallPhase;
  call: Call | null;
  /** The devices: not asked for, being asked for, ours. */
  devices: 'none' | 'asked' | 'held';
  /** `call.start` or `call.accept`: not sent, under way, to be repeated when the link is back, done. */
  request: 'none' | 'sent' | 'waiting' | 'done';
  /** Whether the media connection was opened, and whether it was told to begin. */
  peer: 'none' | 'open' | 'begun';
  microphoneOn: boolean;
  cameraOn: boolean;
  remoteMicrophoneOn: boolean;
  remoteCameraOn: boolean;
  /** Hold, screens, and whether it is a call with pictures by now. */
  media: MediaModel;
  peerPresent: boolean;
  /** Whether the server would take a recording; false once it has refused. */
  recordable: boolean;
  /** Where a visitor's own call stands in the line, as far as the server has said; `etaMs` null = nobody can guess. */
  queue: { position: number; etaMs: number | null } | null;
  /** What this member wishes of the recording and the server has not said yet: held, or going on. A wish to hold it counts at once. */
  pauseWish: boolean | null;
  connectedAt: number | null;
  endReason: CallEndReason | null;
  trouble: CallTrouble | null;
}

/** What happens to a call. */
export type CallInput =
  | { type: 'begin' }
  /** `microphone: false`: the member only listens. */
  | { type: 'devices.ready'; camera: boolean; microphone?: boolean }
  | { type: 'devices.failed'; trouble: CallTrouble }
  | { type: 'agreed'; call: Call; iceServers: readonly IceServer[] }
  | { type: 'refused'; code: string }
  | { type: 'impatient' }
  | { type: 'updated'; call: Call; answeredElsewhere?: boolean; superseded?: boolean; handedOver?: boolean; peerPresent?: boolean; iceServers?: readonly IceServer[] }
  | { type: 'greeted' }
  | { type: 'resumed'; call: Call; iceServers: readonly IceServer[] }
  | { type: 'resume.refused'; code: string }
  | { type: 'path'; path: 'up' | 'down' | 'lost'; at: number }
  | { type: 'microphone'; on: boolean; trouble?: CallTrouble }
  | { type: 'camera'; on: boolean; trouble?: CallTrouble }
  | { type: 'queued'; position: number; etaMs?: number }
  | { type: 'peer.media'; audio: boolean; video: boolean; screen?: boolean; held?: boolean }
  | { type: 'media'; input: MediaInput }
  /** Another device has taken the place of one. */
  | { type: 'devices.changed' }
  /** Something failed, and the call goes on as it was. */
  | { type: 'trouble'; trouble: CallTrouble }
  | { type: 'recording'; on: boolean; paused: boolean; id: string }
  | { type: 'recording.pause'; on: boolean }
  | { type: 'recording.role'; records: boolean }
  | { type: 'recording.refused' }
  | { type: 'playback'; blocked: boolean }
  | { type: 'hang-up' }
  | { type: 'leave' }
  /** The page goes away, and may come back for the call. */
  | { type: 'unload' };

/** What is to be done. `release` gives back devices, media connection and sound at once; a recording is closed before it. */
export type CallEffect =
  | { type: 'acquire' }
  | { type: 'place' }
  | { type: 'answer' }
  | { type: 'return' }
  | { type: 'tell-consent' }
  | { type: 'resume' }
  | { type: 'open'; iceServers: readonly IceServer[] }
  | { type: 'begin' }
  | { type: 'renew'; iceServers: readonly IceServer[] }
  | MediaEffect
  | { type: 'record'; on: boolean }
  /** Tells the server what was wished; to be said again until it has heard it. */
  | { type: 'tell-pause'; on: boolean }
  | { type: 'release' }
  /** Ours to say, and to be said again until the server has heard it. */
  | { type: 'farewell'; word: 'cancel' | 'decline' | 'hangup' | 'left' | 'ice_failed' }
  /** Gives up waiting for the link after a while, by `impatient`. */
  | { type: 'wait-for-link' };

/** The new state and what follows from it. */
export interface CallStep {
  state: CallModel;
  effects: CallEffect[];
}

/** How a call begins: ours, or one that rings here and was accepted; `camera`: whether with the own picture. Feed `begin` next. */
export function callModel(options: { kind: PrincipalKind; mode: CallMode; consent: boolean; recorder: boolean; call?: Call; camera?: boolean }): CallModel {
  const { kind, mode, consent, recorder, call = null, camera = mode === 'video' } = options;
  const returning = isOwn(call, kind);
  return {
    kind, mode, consent, recorder, call, returning, outgoing: call === null || (returning && call.startedBy.kind === kind),
    phase: 'preparing', devices: 'none', request: 'none', peer: 'none',
    microphoneOn: true, cameraOn: camera, remoteMicrophoneOn: true, remoteCameraOn: mode === 'video', media: mediaModel(mode),
    peerPresent: true, recordable: true, queue: null, pauseWish: null, connectedAt: null, endReason: null, trouble: null,
  };
}

/** Whether a call is under way with this member in it, rather than ringing here for an answer. */
export function isOwn(call: Call | null, kind: PrincipalKind): call is Call {
  return call !== null && (call.state === 'active' ? !call.handover : call.startedBy.kind === kind);
}

/** Whether this side should be recording now: sound flows, both have agreed, and it is its job. */
export function shouldRecord(state: CallModel): boolean {
  const talking = state.phase === 'connected' || (state.phase === 'reconnecting' && state.connectedAt !== null);
  return talking && state.recorder && state.recordable && recordingAllowed(state) && !recordingPaused(state);
}

/** Whether both members have agreed to the recording. */
export function recordingAllowed({ call }: CallModel): boolean {
  return call?.consents.visitor === true && call.consents.agent === true;
}

/** Whether the recording is held: as the server says, or as this member has just wished. To go on takes the server's word. */
export function recordingPaused({ call, pauseWish }: CallModel): boolean {
  return pauseWish === true || call?.recording?.paused === true;
}

/** Codes after which a request may be repeated: the link, not the wish, was at fault. */
const PASSING = new Set(['offline', 'timeout', 'unavailable', 'rate_limited', 'internal']);
/** Codes that say that the call is not ours, or is no more. */
const OVER = new Set(['call_over', 'not_found', 'forbidden', 'gone']);

/** The one step of the machine. Inputs that do not fit the phase change nothing. */
export function step(before: CallModel, input: CallInput): CallStep {
  const { state, effects } = followMode(move(before, input));
  const [was, is] = [shouldRecord(before), shouldRecord(state)];
  if (was === is) return { state, effects };
  // A recording is closed while its tracks still live: before anything else.
  return { state, effects: is ? [...effects, { type: 'record', on: true }] : [{ type: 'record', on: false }, ...effects] };
}

/** The server's word about the kind of call counts, wherever it came from. */
function followMode(moved: CallStep): CallStep {
  const { state, effects } = moved;
  if (!state.call || state.phase === 'ended' || state.call.mode === state.media.mode) return moved;
  const next = media(state, { type: 'mode', mode: state.call.mode });
  return { state: next.state, effects: [...effects, ...next.effects] };
}

function media(state: CallModel, input: MediaInput): CallStep {
  const next = mediaStep(state.media, input);
  return next.state === state.media && next.effects.length === 0 ? stay(state) : to(state, { media: next.state }, ...next.effects);
}

function move(state: CallModel, input: CallInput): CallStep {
  if (state.phase === 'ended') return afterwards(state, input);
  switch (input.type) {
    case 'begin':
      return state.devices === 'none' ? to(state, { devices: 'asked' }, { type: 'acquire' }) : stay(state);
    case 'devices.ready':
      if (state.devices !== 'asked') return stay(state);
      return to(
        state,
        {
          devices: 'held', request: 'sent', cameraOn: input.camera, microphoneOn: input.microphone ?? true,
          trouble: state.cameraOn && !input.camera && input.microphone !== false ? 'no_camera' : null,
        },
        { type: asking(state) },
      );
    case 'devices.failed':
      return state.devices === 'asked' ? end(state, { trouble: input.trouble }) : stay(state);
    case 'agreed':
      return state.request === 'sent' || state.request === 'waiting' ? agreed(state, input.call, input.iceServers) : stay(state);
    case 'refused':
      return refused(state, input.code);
    case 'impatient':
      return state.request === 'waiting' ? end(state, { trouble: 'offline' }) : stay(state);
    case 'updated':
      return updated(state, input);
    case 'greeted':
      if (state.request === 'waiting') return to(state, { request: 'sent' }, { type: asking(state) });
      return state.request === 'done' ? to(state, {}, { type: 'resume' }) : stay(state);
    case 'resumed': {
      if (state.request !== 'done') return stay(state);
      const next = updated(state, { type: 'updated', call: input.call, iceServers: input.iceServers });
      if (next.state.phase === 'ended' || next.state.peer !== 'begun') return next;
      return { state: next.state, effects: [...next.effects, { type: 'renew', iceServers: input.iceServers }, { type: 'tell-media' }] };
    }
    case 'resume.refused':
      return OVER.has(input.code) ? end(state, {}) : stay(state);
    case 'path':
      return path(state, input.path, input.at);
    case 'microphone':
      return to(state, { microphoneOn: input.on, trouble: input.trouble ?? (state.trouble === 'no_microphone' ? null : state.trouble) }, ...mediaNews(state));
    case 'camera':
      return to(state, { cameraOn: input.on, trouble: input.trouble ?? (state.trouble === 'no_camera' ? null : state.trouble) }, ...mediaNews(state));
    case 'queued':
      return to(state, { queue: { position: input.position, etaMs: input.etaMs ?? null } });
    case 'peer.media':
      return media({ ...state, remoteMicrophoneOn: input.audio, remoteCameraOn: input.video }, { type: 'told', screen: input.screen ?? false, held: input.held ?? false });
    case 'media':
      return state.peer === 'begun' ? media(state, input.input) : stay(state);
    case 'devices.changed':
      return to(state, {});
    case 'trouble':
      return to(state, { trouble: input.trouble });
    case 'recording':
      if (!state.call) return stay(state);
      return to(state, {
        pauseWish: state.pauseWish === input.paused ? null : state.pauseWish,
        call: { ...state.call, recording: { id: input.id, state: 'recording', durationMs: null, ...state.call.recording, on: input.on, paused: input.paused } },
      });
    case 'recording.pause':
      return state.call?.recording ? to(state, { pauseWish: input.on }, { type: 'tell-pause', on: input.on }) : stay(state);
    case 'recording.role':
      return input.records === state.recorder ? stay(state) : to(state, { recorder: input.records });
    case 'recording.refused':
      return to(state, { recordable: false });
    case 'playback':
      if (input.blocked) return to(state, { trouble: 'playback_blocked' });
      return state.trouble === 'playback_blocked' ? to(state, { trouble: null }) : stay(state);
    case 'hang-up':
      return hangUp(state);
    case 'unload':
      return end(state, { endReason: 'left' });
    case 'leave':
      // A call that rings here goes on ringing in other tabs.
      return end(state, { endReason: 'left' }, ...(state.request === 'done' ? [{ type: 'farewell', word: 'left' } as const] : []));
  }
}

/** After the end: nothing begins again, but what comes late is put right over there. */
function afterwards(state: CallModel, input: CallInput): CallStep {
  if (input.type === 'updated' && input.call.id === state.call?.id) return to(state, { call: input.call });
  if (input.type !== 'agreed' || state.request === 'done' || input.call.state === 'ended') return stay(state);
  return to(state, { call: input.call, request: 'done' }, { type: 'farewell', word: state.outgoing ? 'cancel' : 'hangup' });
}

function agreed(state: CallModel, call: Call, iceServers: readonly IceServer[]): CallStep {
  if (call.state === 'ended') return end({ ...state, call, request: 'done' }, { endReason: call.endReason });
  const known: CallModel = { ...state, call: keepNewer(state.call, call), request: 'done' };
  // The media connection is opened while it rings, so that its addresses are gathered when the answer comes.
  const ringing: CallModel = { ...known, phase: state.outgoing ? 'outgoing' : 'connecting', peer: 'open' };
  // What an earlier page said of the recording stands.
  const effects: CallEffect[] = [...(state.returning && call.consents[state.kind] !== undefined ? [] : [{ type: 'tell-consent' } as const]), { type: 'open', iceServers }];
  if (known.call?.state !== 'active') return { state: ringing, effects };
  return { state: { ...ringing, phase: 'connecting', peer: 'begun' }, effects: [...effects, { type: 'begin' }, { type: 'tell-media' }] };
}

function refused(state: CallModel, code: string): CallStep {
  if (state.request !== 'sent') return stay(state);
  if (PASSING.has(code)) return to(state, { request: 'waiting' }, { type: 'wait-for-link' });
  if (state.returning) return end(state, {});
  const trouble: CallTrouble = code === 'already_in_call' ? 'already_in_call' : code === 'call_over' && !state.outgoing ? 'answered_elsewhere' : 'refused';
  return end(state, { trouble });
}

function updated(state: CallModel, input: Extract<CallInput, { type: 'updated' }>): CallStep {
  if (!state.call || input.call.id !== state.call.id) return stay(state);
  const call = keepNewer(state.call, input.call);
  const known: CallModel = { ...state, call, peerPresent: input.peerPresent ?? state.peerPresent };
  if (input.superseded) return end(known, { trouble: 'superseded' });
  if (input.handedOver) return end(known, { trouble: 'handed_over' });
  if (input.answeredElsewhere && state.request !== 'done') return end(known, { trouble: 'answered_elsewhere' });
  if (call.state === 'ended') return end(known, { endReason: call.endReason });
  const back: CallEffect[] = known.peerPresent && !state.peerPresent ? [{ type: 'tell-media' }] : [];
  if (call.state !== 'active' || state.request !== 'done' || known.peer === 'begun') return { state: known, effects: back };
  return {
    state: { ...known, phase: 'connecting', peer: 'begun' },
    effects: [...(input.iceServers ? [{ type: known.peer === 'none' ? 'open' : 'renew', iceServers: input.iceServers } as const] : []), { type: 'begin' }, { type: 'tell-media' }],
  };
}

function path(state: CallModel, path: 'up' | 'down' | 'lost', at: number): CallStep {
  if (state.peer !== 'begun') return stay(state);
  if (path === 'up') return to(state, { phase: 'connected', connectedAt: state.connectedAt ?? begunAt(state, at) });
  if (path === 'down') return state.connectedAt === null ? stay(state) : to(state, { phase: 'reconnecting' });
  // The other side's link is dead as well: it is gone. Otherwise it is the network between us.
  const reason = state.connectedAt !== null && !state.peerPresent ? 'left' : 'ice_failed';
  return end(state, { endReason: reason, trouble: reason === 'ice_failed' ? 'no_route' : null }, { type: 'farewell', word: reason });
}

/** The clock of a call that was returned to goes on. */
function begunAt({ returning, call }: CallModel, now: number): number {
  return returning && call?.answeredAt ? Date.parse(call.answeredAt) : now;
}

/** How the server is asked for the call. */
function asking({ returning, outgoing }: CallModel): 'return' | 'place' | 'answer' {
  if (returning) return 'return';
  return outgoing ? 'place' : 'answer';
}

function hangUp(state: CallModel): CallStep {
  // It was ours already: nobody has to be asked first.
  if (state.returning && state.request !== 'done') return end(state, {}, { type: 'farewell', word: 'hangup' });
  if (state.request !== 'done') {
    // Without an answer to our request the farewell follows when it comes (`afterwards`).
    const unasked = !state.outgoing && (state.request === 'none' || state.request === 'waiting');
    return end(state, { endReason: state.outgoing ? 'cancelled' : 'declined' }, ...(unasked ? [{ type: 'farewell', word: 'decline' } as const] : []));
  }
  if (state.phase === 'outgoing') return end(state, { endReason: 'cancelled' }, { type: 'farewell', word: 'cancel' });
  return end(state, { endReason: state.kind === 'visitor' ? 'visitor_hangup' : 'agent_hangup' }, { type: 'farewell', word: 'hangup' });
}

/** The one gate to the end: whatever was held is given back. */
function end(state: CallModel, fields: Partial<CallModel>, ...effects: CallEffect[]): CallStep {
  return { state: { ...state, media: mediaModel(state.media.mode), trouble: null, ...fields, phase: 'ended', devices: 'none', peer: 'none' }, effects: [{ type: 'release' }, ...effects] };
}

function stay(state: CallModel): CallStep {
  return { state, effects: [] };
}

function to(state: CallModel, fields: Partial<CallModel>, ...effects: CallEffect[]): CallStep {
  return { state: { ...state, ...fields }, effects };
}

function mediaNews(state: CallModel): CallEffect[] {
  return state.peer === 'begun' ? [{ type: 'tell-media' }] : [];
}

const ORDER = { ringing: 0, active: 1, ended: 2 } as const;

/** A reply and an event may overtake one another: a call never goes back to an earlier state. */
function keepNewer(old: Call | null, call: Call): Call {
  return old && ORDER[call.state] < ORDER[old.state] ? { ...old, consents: { ...old.consents, ...call.consents } } : call;
}
