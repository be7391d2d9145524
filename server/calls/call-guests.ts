import type { CallMember } from '../../protocol/server-frames.ts';
import type { Call, PrincipalKind } from '../../protocol/shapes.ts';
import { roleMay } from '../../protocol/permissions.ts';
import type { Audit } from '../audit/audit.ts';
import type { AgentPrincipal, Asker } from '../auth/principal.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { CallLegs } from './call-legs.ts';
import { LEASES, type CallSides } from './call-sides.ts';
import type { Caller } from './calls.ts';
import type { CallRecord } from './calls.store.ts';

/** So many may be in a call beside its two members: everybody speaks with everybody, and a browser bears three others. */
export const GUESTS_AT_MOST = 2;

/** A guest as lists name it. */
export type CallGuest = NonNullable<Call['guests']>[number];

/**
 * Colleagues in a running call beside its two members, whose own path they leave as it is. In memory, as legs are: after a restart whoever
 * listened has to join again.
 */
export interface CallGuests {
  /**
   * Takes the caller in, or lets this connection carry its part, or changes whether it talks. Only where it runs and is somebody else's;
   * `conflict` when it is full. That the caller is in no other call is seen to before.
   */
  join(caller: Caller, callId: string, talks: boolean): Promise<{ call: CallRecord; members: CallMember[] }>;
  /** The caller's part is over, unless another connection carries it. */
  leave(caller: Caller, callId: string): void;
  /** Relays to one connection in the same call, when one of the two is a guest's. `unavailable` when it is not there. */
  link(caller: Caller, callId: string, to: string, data: unknown): Promise<void>;
  /** Everybody in the call. */
  members(call: CallRecord): CallMember[];
  /** The guests of a call. */
  of(callId: string): CallGuest[];
  /** The calls that an agent is a guest of, over a connection that is there. */
  ofAgent(agentId: string): string[];
  /** Everybody who is a guest of some call; who is away may come back too. */
  engaged(): ReadonlySet<string>;
  /** The guests' connections: they hear what the two members hear of the call. */
  topics(callId: string): Topic[];
  /** A connection took up a member's side. An agent who did is no guest any more. */
  seated(call: CallRecord, caller: Caller): void;
  /** A member's connection is gone. */
  memberAway(callId: string): void;
  /** The call is not what it was, e.g. has pictures now. */
  renew(call: CallRecord): void;
  /** The call is over. */
  ended(call: CallRecord): void;
  /** A connection is gone. `clean`: its page was left, and so is the call. */
  disconnected(connectionId: string, clean: boolean, silentMs: number): void;
  /** Everything of an account or of a sign-in is being closed: its guests are out at once. */
  revoked(topic: Topic): void;
  /** Takes every timer back. */
  close(): void;
}

/** What guests need. */
export interface CallGuestsOptions {
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
  audit: Pick<Audit, 'record'>;
  legs: Pick<CallLegs, 'of'>;
  sides: Pick<CallSides, 'carried' | 'isOpen'>;
  /** The call, if it is the principal's to see. */
  visible(principal: Asker, callId: string): Promise<CallRecord>;
  view(call: CallRecord): Call;
  /** The guests of a call are others now, or somebody is busy or free by it. */
  changed(call: CallRecord): void;
}

interface Part {
  agent: AgentPrincipal;
  talks: boolean;
  connectionId: string | null;
  lease: Timer | null;
  /** Null until it is certain that the call takes the guest in. */
  since: number | null;
}

interface Visited {
  call: CallRecord;
  parts: Map<string, Part>;
}

/** Makes guests, of whom no call has any. */
export function createCallGuests({ hub, clock, audit, legs, sides, visible, view, changed }: CallGuestsOptions): CallGuests {
  const visited = new Map<string, Visited>();

  const partsOf = (callId: string): Part[] => [...(visited.get(callId)?.parts.values() ?? [])];
  const topics = (callId: string): Topic[] => partsOf(callId).flatMap(({ connectionId }): Topic[] => (connectionId ? [`connection:${connectionId}`] : []));
  const guestOf = ({ agent: { id, name }, talks }: Part): CallGuest => ({ id, name, talks });

  const members: CallGuests['members'] = (call) => {
    const member = (kind: PrincipalKind, id: string, name: string): CallMember => {
      const leg = legs.of(call.id, kind);
      return { connectionId: leg?.memberId === id ? leg.connectionId : null, kind, id, name, guest: false, talks: true };
    };
    return [
      member('visitor', call.visitorId, call.visitorName),
      ...(call.agentId === null ? [] : [member('agent', call.agentId, call.agentName ?? '')]),
      ...partsOf(call.id).map((part): CallMember => ({ connectionId: part.connectionId, kind: 'agent', guest: true, ...guestOf(part) })),
    ];
  };
  /** Tells everybody in the call who is there. */
  const tell = (call: CallRecord, except?: string): void => {
    const all = members(call);
    const to = all.flatMap(({ connectionId }): Topic[] => (connectionId ? [`connection:${connectionId}`] : []));
    hub.publish(to, { type: 'call.members', callId: call.id, members: all }, except === undefined ? {} : { except });
  };
  const note = ({ agent: { organisationId, id, name } }: Part, call: CallRecord, action: string, times: Record<string, string> = {}): void => audit.record({
    organisationId, actor: { kind: 'agent', id, name }, action: `call.${action}`, target: { kind: 'call', id: call.id, name: call.visitorName },
    detail: { agent: call.agentName ?? '', ...times },
  });
  const noteWay = (part: Part, call: CallRecord) => note(part, call, part.talks ? 'joined' : 'listened');
  const noteEnd = (part: Part, call: CallRecord): void => {
    if (part.since !== null) note(part, call, 'left', { since: rfc3339(part.since), until: rfc3339(clock.now()) });
  };

  /** Takes a part away, and tells whose connection had it unless that is `knowing`. */
  const out = (callId: string, part: Part, knowing: string | null): void => {
    const visit = visited.get(callId);
    if (visit?.parts.get(part.agent.id) !== part) return;
    part.lease?.cancel();
    visit.parts.delete(part.agent.id);
    if (visit.parts.size === 0) visited.delete(callId);
    const { call } = visit;
    noteEnd(part, call);
    if (part.connectionId && part.connectionId !== knowing) hub.publish([`connection:${part.connectionId}`], { type: 'call.updated', call: view(call), superseded: true });
    tell(call);
    changed(call);
  };
  const away = (callId: string, part: Part, silentMs: number): void => {
    part.connectionId = null;
    part.lease?.cancel();
    part.lease = clock.after(Math.max(LEASES.least, LEASES.lost - silentMs), () => out(callId, part, null));
    tell(visited.get(callId)!.call);
  };
  const each = (does: (callId: string, part: Part) => unknown): void => {
    for (const [callId, { parts }] of [...visited]) for (const part of [...parts.values()]) does(callId, part);
  };

  /** The call, if somebody may be its guest now. */
  const joinable = async (principal: AgentPrincipal, callId: string): Promise<CallRecord> => {
    const call = await visible(principal, callId);
    if (call.state === 'ended') throw problem('call_over');
    if (call.state === 'ringing') throw problem('conflict', 'Nobody has answered this call yet.');
    if (call.agentId === principal.id) throw problem('conflict', 'The call is yours already.');
    return call;
  };
  /** Takes a new guest in. It has its place before the database is asked again: what ends the call or hands it over meanwhile finds it there. */
  const enter = async (principal: AgentPrincipal, connectionId: string, found: CallRecord, talks: boolean): Promise<void> => {
    // Where the guest was before and is away, it has no more to return to.
    each((callId, part) => part.agent.id === principal.id && out(callId, part, null));
    const visit = visited.get(found.id) ?? { call: found, parts: new Map<string, Part>() };
    if (visit.parts.size >= GUESTS_AT_MOST) throw problem('conflict', 'Two colleagues are in this call already; it takes no more.');
    const part: Part = { agent: principal, talks, connectionId, lease: null, since: null };
    visited.set(found.id, visit);
    visit.parts.set(principal.id, part);
    try {
      visit.call = await joinable(principal, found.id);
    } catch (error) {
      out(found.id, part, connectionId);
      throw error;
    }
    if (visit.parts.get(principal.id) !== part) throw problem('call_over');
    part.since = clock.now();
    noteWay(part, visit.call);
    changed(visit.call);
  };

  return {
    members, topics,
    async join({ principal, connectionId }, callId, talks) {
      if (principal.kind !== 'agent' || !roleMay(principal.role, 'calls:join')) throw problem('forbidden');
      const found = await joinable(principal, callId);
      const part = visited.get(callId)?.parts.get(principal.id);
      if (part) {
        const before = part.connectionId;
        const other = part.talks !== talks;
        part.lease?.cancel();
        Object.assign(part, { talks, connectionId, lease: null });
        if (before && before !== connectionId) hub.publish([`connection:${before}`], { type: 'call.updated', call: view(found), superseded: true });
        if (other) {
          noteWay(part, found);
          changed(found);
        }
      } else await enter(principal, connectionId, found, talks);
      const { call, parts } = visited.get(callId)!;
      tell(call, connectionId);
      // It closed while we were asking the database: nobody else will tell.
      if (!sides.isOpen(connectionId)) away(callId, parts.get(principal.id)!, 0);
      return { call, members: members(call) };
    },
    leave({ principal, connectionId }, callId) {
      const part = visited.get(callId)?.parts.get(principal.id);
      if (part && (part.connectionId ?? connectionId) === connectionId) out(callId, part, connectionId);
    },
    async link(caller, callId, to, data) {
      const { principal: { kind, id }, connectionId } = caller;
      const own = visited.get(callId)?.parts.get(id);
      const guest = kind === 'agent' && own?.connectionId === connectionId;
      if (!guest) {
        if (kind === 'agent' && own) throw problem('conflict', 'Another connection of yours is in this call; join it here first.');
        const leg = legs.of(callId, kind);
        if (leg?.connectionId !== connectionId || leg.memberId !== id) await sides.carried(caller, callId);
      }
      const among = partsOf(callId).some((part) => part.connectionId === to);
      const member = !among && (['visitor', 'agent'] as const).some((side) => legs.of(callId, side)?.connectionId === to);
      if (to === connectionId || (!among && !member)) throw problem('unavailable', 'Nobody in this call is reached there now.', 1000);
      if (!guest && !among) throw problem('forbidden', 'The two members have call.signal for this.');
      hub.publish([`connection:${to}`], { type: 'call.link', callId, from: connectionId, data });
    },
    of: (callId) => partsOf(callId).map(guestOf),
    ofAgent: (agentId) => [...visited].flatMap(([callId, { parts }]) => (parts.get(agentId)?.connectionId ? [callId] : [])),
    engaged: () => new Set([...visited.values()].flatMap(({ parts }) => [...parts.keys()])),
    seated(call, { principal, connectionId }) {
      if (principal.kind === 'agent') {
        each((callId, part) => {
          if (part.agent.id !== principal.id) return;
          if (callId === call.id) visited.get(callId)!.call = call;
          // The same page has the same call as its agent now: it is not to stop that.
          out(callId, part, callId === call.id ? connectionId : null);
        });
      }
      const visit = visited.get(call.id);
      if (!visit) return;
      visit.call = call;
      tell(call);
    },
    memberAway(callId) {
      const visit = visited.get(callId);
      if (visit) tell(visit.call);
    },
    renew(call) {
      const visit = visited.get(call.id);
      if (visit) visit.call = call;
    },
    ended(call) {
      const visit = visited.get(call.id);
      if (!visit) return;
      const to = topics(call.id);
      visited.delete(call.id);
      for (const part of visit.parts.values()) {
        part.lease?.cancel();
        noteEnd(part, call);
      }
      if (to.length > 0) hub.publish(to, { type: 'call.updated', call: view(call) });
      changed(call);
    },
    disconnected(connectionId, clean, silentMs) {
      each((callId, part) => {
        if (part.connectionId !== connectionId) return;
        if (clean) out(callId, part, connectionId);
        else away(callId, part, silentMs);
      });
    },
    revoked(topic) {
      each((callId, part) => {
        if (topic === `agent:${part.agent.id}` || topic === `session:${part.agent.sessionId}`) out(callId, part, part.connectionId);
      });
    },
    close() {
      each((_, { lease }) => lease?.cancel());
      visited.clear();
    },
  };
}
