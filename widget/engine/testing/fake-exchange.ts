import type { Request, RequestType } from '../../../protocol/client-frames.ts';
import type { Recorder } from '../../../protocol/site.ts';
import type { EventOf, EventType, Reply } from '../../../protocol/server-frames.ts';
import type { Author, Call, CallEndReason, PrincipalKind } from '../../../protocol/shapes.ts';
import { createStore, type Store } from '../store.ts';
import { WireFailure, type LinkStatus, type Wire } from '../wire.ts';

/** Two links and, between them, what the server does with one call. No socket, no clock: replies come in the next task. */
export interface FakeExchange {
  readonly visitor: FakeWire;
  readonly agent: FakeWire;
  /** The call as the server has it. */
  readonly call: Call | null;
  /** Every request, in order. */
  readonly log: { side: PrincipalKind; type: RequestType; fields: object }[];
  /** What the server does by itself, e.g. at the ring timeout. */
  end(reason: CallEndReason): void;
  /** Answers the next request of a type with an error. */
  fail(side: PrincipalKind, type: RequestType, code: string): void;
  /** Delays each relayed signal by so many ms. */
  latencyMs: number;
  /** The site's word on who records; undefined: none comes. */
  recorder: Recorder | undefined;
}

/** A link that a test can cut. */
export interface FakeWire extends Wire {
  readonly status: Store<LinkStatus>;
  /** Cuts the link; requests fail from now on and nothing arrives. */
  cut(): void;
  /** Makes a new connection and greets. */
  connect(): void;
}

const names: Record<PrincipalKind, Author> = {
  visitor: { kind: 'visitor', id: 'v1', name: 'Mina Park' },
  agent: { kind: 'agent', id: 'a1', name: 'Ada Byron' },
};

/** Makes an exchange with both links up. `server`: where uploads go. */
export function createFakeExchange({ server = 'https://consult.invalid' }: { server?: string } = {}): FakeExchange {
  let call: Call | null = null;
  let segments = 0;
  let connections = 0;
  const started = new Map<string, Call>();
  const log: FakeExchange['log'] = [];
  const failures: { side: PrincipalKind; type: RequestType; code: string }[] = [];
  const links = {} as Record<PrincipalKind, FakeWire & { deliver(type: string, event: object): void }>;
  const other = (side: PrincipalKind): PrincipalKind => (side === 'visitor' ? 'agent' : 'visitor');

  const announce = (to: PrincipalKind[], extra: object = {}): void => {
    for (const side of to) links[side].deliver('call.updated', { call: structuredClone(call), ...extra });
  };
  const refuse = (code: string): never => {
    throw new WireFailure(code, code);
  };
  const live = (callId: string): Call => (call?.id === callId && call.state !== 'ended' ? call : refuse('call_over'));
  const finish = (reason: CallEndReason): void => {
    if (!call || call.state === 'ended') return;
    call = { ...call, state: 'ended', endReason: reason, endedAt: new Date().toISOString() };
    announce(['visitor', 'agent']);
  };

  const handle = (side: PrincipalKind, type: RequestType, fields: Record<string, unknown>): object => {
    const callId = fields.callId as string;
    switch (type) {
      case 'call.start': {
        const known = started.get(fields.clientId as string);
        if (!known && call && call.state !== 'ended') refuse('already_in_call');
        call = known ?? {
          id: crypto.randomUUID(), conversationId: 'c1', siteId: 's1', mode: fields.mode as Call['mode'], state: 'ringing',
          visitor: { id: 'v1', name: names.visitor.name }, startedBy: names[side], answeredBy: null, createdAt: new Date().toISOString(),
          answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null,
        };
        started.set(fields.clientId as string, call);
        links[other(side)].deliver('queue.added', { call });
        return { call, iceServers: [], ...(exchange.recorder ? { recorder: exchange.recorder } : {}) };
      }
      case 'call.accept':
        call = { ...live(callId), state: 'active', answeredBy: names[side], answeredAt: new Date().toISOString() };
        announce([other(side)], { peerConnectionId: links[side].connectionId, iceServers: [] });
        return { call, iceServers: [], ...(exchange.recorder ? { recorder: exchange.recorder } : {}) };
      case 'call.resume':
        live(callId);
        announce([other(side)], { peerPresent: true });
        return { call, iceServers: [], ...(exchange.recorder ? { recorder: exchange.recorder } : {}) };
      case 'call.decline':
        finish('declined');
        return { call };
      case 'call.cancel':
        finish('cancelled');
        return { call };
      case 'call.end': {
        const reason = fields.reason as string;
        finish(reason === 'hangup' ? `${side}_hangup` : (reason as CallEndReason));
        return { call };
      }
      case 'call.signal':
        live(callId);
        if (links[other(side)].status.value !== 'online') refuse('unavailable');
        setTimeout(() => links[other(side)].deliver('call.signal', { ...structuredClone(fields), from: links[side].connectionId }), exchange.latencyMs);
        return {};
      case 'call.media':
        live(callId);
        links[other(side)].deliver('call.media', { ...fields, from: links[side].connectionId });
        return {};
      case 'call.video': {
        const { mode } = live(callId);
        links[other(side)].deliver('call.video', { ...fields, from: links[side].connectionId });
        if (mode === 'audio' && ['accept', 'watch', 'show'].includes(fields.word as string)) {
          call = { ...call!, mode: 'video' };
          announce(['visitor', 'agent']);
        }
        return {};
      }
      case 'consent':
        call = { ...live(callId), consents: { ...call!.consents, [side]: fields.granted as boolean } };
        announce(['visitor', 'agent']);
        return { call };
      case 'recording.start': {
        const { consents } = live(callId);
        if (!consents.visitor || !consents.agent) refuse('consent_required');
        call = { ...call!, recording: { id: 'r1', state: 'recording', on: true, paused: false, durationMs: null } };
        for (const to of ['visitor', 'agent'] as const) links[to].deliver('recording.updated', { callId, recordingId: 'r1', state: 'recording', on: true, paused: false });
        return { recordingId: 'r1', segment: ++segments, startedAt: new Date().toISOString() };
      }
      case 'recording.pause':
      case 'recording.resume': {
        const paused = type === 'recording.pause';
        call = { ...live(callId), recording: { ...call!.recording!, on: false, paused } };
        for (const to of ['visitor', 'agent'] as const) links[to].deliver('recording.updated', { callId, recordingId: 'r1', state: 'recording', on: false, paused });
        return { recordingId: 'r1', paused };
      }
      case 'recording.stop':
        return { recordingId: 'r1' };
      default:
        throw new WireFailure('unknown_type', type);
    }
  };

  const createLink = (side: PrincipalKind): FakeWire & { deliver(type: string, event: object): void } => {
    const status = createStore<LinkStatus>('online');
    const receivers = new Map<string, Set<(event: never) => void>>();
    const greeted = new Set<(reply: Reply<'hello'>) => void>();
    let connectionId: string | null = `k${++connections}`;
    return {
      status,
      get connectionId() {
        return connectionId;
      },
      server,
      serverNow: () => Date.now(),
      doubt: () => undefined,
      token: () => Promise.resolve('token'),
      async request<T extends RequestType>(type: T, fields: Request<T>): Promise<Reply<T>> {
        if (status.value !== 'online') throw new WireFailure('offline', 'There is no connection.');
        log.push({ side, type, fields });
        const at = connectionId;
        await new Promise((resolve) => setTimeout(resolve));
        const failure = failures.findIndex((each) => each.side === side && each.type === type);
        if (failure >= 0) refuse(failures.splice(failure, 1)[0]!.code);
        const reply = handle(side, type, fields as Record<string, unknown>);
        if (at !== connectionId) refuse('offline');
        return structuredClone(reply) as Reply<T>;
      },
      on<T extends EventType>(type: T, receive: (event: EventOf<T>) => void) {
        const set = receivers.get(type) ?? new Set();
        receivers.set(type, set.add(receive));
        return () => void set.delete(receive);
      },
      onHello(receive) {
        greeted.add(receive);
        return () => void greeted.delete(receive);
      },
      deliver(type, event) {
        if (status.value !== 'online') return;
        setTimeout(() => {
          for (const receive of [...(receivers.get(type) ?? [])]) receive({ type, ...(event as object) } as never);
        });
      },
      cut() {
        status.set('offline');
        connectionId = null;
        if (call?.state === 'active') announce([other(side)], { peerPresent: false });
      },
      connect() {
        connectionId = `k${++connections}`;
        status.set('online');
        const calls = call && call.state !== 'ended' ? [call] : [];
        for (const receive of [...greeted]) receive({ self: names[side], connectionId, heartbeatMs: 25_000, serverTime: new Date().toISOString(), conversations: [], calls } as Reply<'hello'>);
      },
    };
  };

  links.visitor = createLink('visitor');
  links.agent = createLink('agent');
  const exchange: FakeExchange = {
    visitor: links.visitor,
    agent: links.agent,
    get call() {
      return call;
    },
    log,
    end: finish,
    fail: (side, type, code) => void failures.push({ side, type, code }),
    latencyMs: 0,
    recorder: undefined,
  };
  return exchange;
}
