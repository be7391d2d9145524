import type { Request, RequestType } from '../../../protocol/client-frames.ts';
import type { CallMember, EventOf, EventType, Reply } from '../../../protocol/server-frames.ts';
import type { Call } from '../../../protocol/shapes.ts';
import { createStore, type Store } from '../store.ts';
import { WireFailure, type LinkStatus, type Wire } from '../wire.ts';

/** One running call, with a link for everybody in it, and what the server does for guests. No socket, no clock. */
export interface FakeRoom {
  readonly call: Call;
  /** Everybody in the call, as the server says it. */
  readonly members: readonly CallMember[];
  /** A link of somebody: the visitor, the agent, or a colleague who may join. */
  wire(id: string): RoomWire;
  /** Tells everybody who is there. */
  tell(): void;
  end(): void;
}

/** A link that a test can cut. */
export interface RoomWire extends Wire {
  readonly status: Store<LinkStatus>;
  /** A new connection takes the place of the old one. */
  reconnect(): void;
  /** An event from the server. */
  deliver(type: EventType, event: object): void;
}

/** Makes a room with visitor `v1` and agent `a1` in it. */
export function createFakeRoom(): FakeRoom {
  let connections = 0;
  const seats: CallMember[] = [
    { connectionId: null, kind: 'visitor', id: 'v1', name: 'Mina Park', guest: false, talks: true },
    { connectionId: null, kind: 'agent', id: 'a1', name: 'Ada Byron', guest: false, talks: true },
  ];
  let call: Call = {
    id: 'call-1', conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'active', visitor: { id: 'v1', name: 'Mina Park' }, startedBy: { kind: 'visitor', id: 'v1', name: 'Mina Park' },
    answeredBy: { kind: 'agent', id: 'a1', name: 'Ada Byron' }, agent: { id: 'a1', name: 'Ada Byron' }, createdAt: '2026-11-21T10:00:00.000Z', answeredAt: '2026-11-21T10:00:05.000Z',
    endedAt: null, endReason: null, consents: {}, recording: null,
  };
  const wires: RoomWire[] = [];
  const refuse = (code: string): never => {
    throw new WireFailure(code, code);
  };

  const room: FakeRoom = {
    get call() {
      return call;
    },
    get members() {
      return structuredClone(seats);
    },
    wire(id) {
      const status = createStore<LinkStatus>('online');
      const receivers = new Map<string, Set<(event: never) => void>>();
      const greeted = new Set<(reply: Reply<'hello'>) => void>();
      let connectionId = `k${++connections}`;
      const seated = seats.find((seat) => seat.id === id);
      if (seated) seated.connectionId = connectionId;

      const handle = (type: RequestType, fields: Record<string, unknown>): object => {
        if (call.state === 'ended') refuse('call_over');
        const own = seats.find((seat) => seat.id === id);
        switch (type) {
          case 'call.join': {
            if (!own && seats.length >= 4) refuse('conflict');
            if (own) Object.assign(own, { connectionId, talks: fields.talks });
            else seats.push({ connectionId, kind: 'agent', id, name: `Guest ${id}`, guest: true, talks: fields.talks as boolean });
            room.tell();
            return { call, iceServers: [], members: seats };
          }
          case 'call.leave':
            if (own?.guest) seats.splice(seats.indexOf(own), 1);
            room.tell();
            return {};
          case 'call.link': {
            const to = wires.find((wire) => wire.connectionId === fields.to);
            if (!own || !to || !seats.some((seat) => seat.connectionId === fields.to)) return refuse('unavailable');
            to.deliver('call.link', { callId: call.id, from: connectionId, data: structuredClone(fields.data) });
            return {};
          }
          default:
            return refuse('unknown_type');
        }
      };

      const wire: RoomWire = {
        status,
        get connectionId() {
          return connectionId;
        },
        server: 'https://consult.invalid',
        serverNow: () => Date.now(),
        doubt: () => undefined,
        token: () => Promise.resolve('token'),
        async request<T extends RequestType>(type: T, fields: Request<T>): Promise<Reply<T>> {
          const at = connectionId;
          await new Promise((resolve) => setTimeout(resolve));
          if (at !== connectionId) refuse('offline');
          return structuredClone(handle(type, fields as Record<string, unknown>)) as Reply<T>;
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
          setTimeout(() => {
            for (const receive of [...(receivers.get(type) ?? [])]) receive({ type, ...event } as never);
          });
        },
        reconnect() {
          connectionId = `k${++connections}`;
          const seat = seats.find((each) => each.id === id);
          // A member's place is taken up by `call.resume`, a guest's by another `call.join`.
          if (seat) seat.connectionId = seat.guest ? null : connectionId;
          room.tell();
          for (const receive of [...greeted]) receive({} as Reply<'hello'>);
        },
      };
      wires.push(wire);
      return wire;
    },
    tell() {
      for (const wire of wires) if (seats.some(({ connectionId }) => connectionId === wire.connectionId)) wire.deliver('call.members', { callId: call.id, members: structuredClone(seats) });
    },
    end() {
      call = { ...call, state: 'ended', endReason: 'agent_hangup', endedAt: new Date().toISOString() };
      for (const wire of wires) wire.deliver('call.updated', { call });
    },
  };
  return room;
}
