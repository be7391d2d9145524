import type { EventOf } from '../../protocol/server-frames.ts';
import type { Call, PrincipalKind } from '../../protocol/shapes.ts';
import { problem } from '../errors.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { Asker } from '../auth/principal.ts';
import type { CallCourse, CallObserver } from './call-course.ts';
import type { CallLegs } from './call-legs.ts';
import { isMember } from './call-state.ts';
import { situationOf } from './call-view.ts';
import type { Caller } from './calls.ts';
import type { CallRecord } from './calls.store.ts';

/** How long a side may stay away, in ms: its page was left or reloaded, its network broke, it rings, the server restarted. */
export const LEASES = { left: 30_000, lost: 30_000, ringing: 10_000, restart: 30_000, least: 1_000 } as const;

/** The side that faces a side. */
export const other = (side: PrincipalKind): PrincipalKind => (side === 'visitor' ? 'agent' : 'visitor');

/** The two sides of calls as connections carry them: who takes a side up, who went away, who is reached there. */
export interface CallSides {
  /** Lets a connection carry the principal's side, and tells the older connection (a colleague's, if it was handed over) and the other member. */
  attach(call: CallRecord, caller: Caller, how?: { handedOver: true }): void;
  /** The call whose side this connection carries; takes the side up when its connection is gone. */
  carried(caller: Caller, callId: string): Promise<CallRecord>;
  /** The connection of the other member, to which something is to be relayed. Asks the database only when memory does not know. */
  peerOf(caller: Caller, callId: string): Promise<Topic>;
  /** The connection counts as open from here on. */
  opened(connectionId: string): void;
  /** Whether it still is. */
  isOpen(connectionId: string): boolean;
  /** The connection is gone. `clean`: its page was left or reloaded. `silentMs`: how long it had been silent before. */
  disconnected(connectionId: string, clean: boolean, silentMs?: number): Promise<void>;
}

/** What sides need. */
export interface CallSidesOptions {
  hub: Pick<Hub, 'publish'>;
  legs: CallLegs;
  course: CallCourse;
  observers: readonly CallObserver[];
  /** The call, if it is the principal's to see. */
  visible(principal: Asker, callId: string): Promise<CallRecord>;
  view(call: CallRecord): Call;
  /** Told of members' connections that come and go. */
  guests: { seated(call: CallRecord, caller: Caller): void; memberAway(callId: string): void };
  failed: (error: unknown, what: string) => void;
}

/** Makes sides that nobody carries yet. */
export function createCallSides({ hub, legs, course, observers, guests, visible, view, failed }: CallSidesOptions): CallSides {
  const open = new Set<string>();

  const attach: CallSides['attach'] = (call, { principal, connectionId }, how) => {
    const { superseded, returned } = legs.attach(call.id, principal.kind, principal.id, connectionId);
    course.remember(call);
    if (superseded) hub.publish([`connection:${superseded}`], { type: 'call.updated', call: view(call), ...(how ?? { superseded: true }) });
    if (superseded || returned || how) tellPeer(call, principal.kind, { peerPresent: true, peerConnectionId: connectionId });
    guests.seated(call, { principal, connectionId });
    // It closed while we were asking the database: nobody else will tell.
    if (!open.has(connectionId)) void away(connectionId, false, 0).catch((error: unknown) => failed(error, 'connection'));
  };
  const tellPeer = (call: CallRecord, side: PrincipalKind, more: Pick<EventOf<'call.updated'>, 'peerPresent' | 'peerConnectionId'>) => {
    const peer = legs.of(call.id, other(side))?.connectionId;
    if (peer) hub.publish([`connection:${peer}`], { type: 'call.updated', call: view(call), ...more });
  };

  const away = async (connectionId: string, clean: boolean, silentMs: number): Promise<void> => {
    // A silent link is noticed late; the time that it was silent is part of the time to come back.
    const lease = (callId: string, side: PrincipalKind, ms: number) => {
      const leg = legs.of(callId, side);
      if (leg) legs.lease(callId, side, leg.memberId, Math.max(LEASES.least, ms - silentMs));
    };
    const gone = legs.detach(connectionId);
    // At once: whatever fails below, nobody holds a call for ever.
    for (const { callId, side } of gone) lease(callId, side, LEASES.lost);
    for (const { callId, side } of gone) {
      const isAway = () => legs.of(callId, side)?.connectionId === null;
      const call = await course.remembered(callId);
      if (!call || call.state === 'ended') {
        legs.drop(callId);
        course.forget(callId);
        continue;
      }
      // Unless another connection took it up while we were asking.
      if (!isAway()) continue;
      if (call.state === 'ringing') lease(callId, side, LEASES.ringing);
      else if (clean) lease(callId, side, LEASES.left);
      if (clean) for (const observer of observers) await observer.memberLeft?.(call, side);
      if (!isAway()) continue;
      tellPeer(call, side, { peerPresent: false });
      guests.memberAway(callId);
    }
  };

  const carried = async (caller: Caller, callId: string): Promise<CallRecord> => {
    const { principal, connectionId } = caller;
    const call = await visible(principal, callId);
    if (!isMember(situationOf(call), principal)) throw problem(call.state === 'ended' ? 'call_over' : 'forbidden');
    if (call.state === 'ended') throw problem('call_over');
    const leg = legs.of(callId, principal.kind);
    if (leg?.connectionId === connectionId) return call;
    if (leg?.connectionId) throw problem('conflict', 'Another connection of yours carries this call.');
    if (call.state === 'active' || call.startedByKind === principal.kind) attach(call, caller);
    return call;
  };

  const peerOf = async (caller: Caller, callId: string): Promise<Topic> => {
    const { principal, connectionId } = caller;
    const own = legs.of(callId, principal.kind);
    if (own?.connectionId !== connectionId || own.memberId !== principal.id) await carried(caller, callId);
    const peer = legs.of(callId, other(principal.kind))?.connectionId;
    if (!peer) throw problem('unavailable', 'The other side is away.', 1000);
    return `connection:${peer}`;
  };

  return {
    attach, carried, peerOf,
    opened: (connectionId) => void open.add(connectionId),
    isOpen: (connectionId) => open.has(connectionId),
    async disconnected(connectionId, clean, silentMs = 0) {
      open.delete(connectionId);
      await away(connectionId, clean, silentMs);
    },
  };
}
