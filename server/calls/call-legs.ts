import type { PrincipalKind } from '../../protocol/shapes.ts';
import type { Clock, Timer } from '../clock.ts';

// Which connection carries which side of a call, and how long a side may stay away. In memory: a connection belongs to one
// process, and after a restart both sides have to come back anyway.

/** One side of a call. `connectionId` is null while the side is away. */
export interface Leg {
  readonly memberId: string;
  readonly connectionId: string | null;
}

/** Every leg that this process knows. */
export interface CallLegs {
  /** The leg of a side, if it ever had one here. */
  of(callId: string, side: PrincipalKind): Leg | undefined;
  /** From now on `connectionId` carries the side. Tells which live connection it takes it from, and whether the side was away. */
  attach(callId: string, side: PrincipalKind, memberId: string, connectionId: string): { superseded: string | null; returned: boolean };
  /** The connection is gone: its sides are away from now on. They have no lease yet; give them one. */
  detach(connectionId: string): { callId: string; side: PrincipalKind }[];
  /** The side may stay away for `ms`; then `expired` is called, unless it was attached or dropped meanwhile. */
  lease(callId: string, side: PrincipalKind, memberId: string, ms: number): void;
  /** The agents who are in a call, or called somebody; those who are away and may come back too. */
  engaged(): ReadonlySet<string>;
  /** The calls that an agent is in, by the same rule. */
  ofAgent(agentId: string): string[];
  /** The call is over. */
  drop(callId: string): void;
  /** Takes every lease back, for shutting down. */
  close(): void;
}

interface StoredLeg {
  memberId: string;
  connectionId: string | null;
  lease: Timer | null;
}

type Sides = Partial<Record<PrincipalKind, StoredLeg>>;

/** Makes an empty registry. `expired` hears of every lease that ran out. */
export function createCallLegs(options: { clock: Clock; expired: (callId: string, side: PrincipalKind) => void }): CallLegs {
  const calls = new Map<string, Sides>();
  const connections = new Map<string, Set<string>>();

  const unlink = (connectionId: string, callId: string) => {
    const carried = connections.get(connectionId);
    carried?.delete(callId);
    if (carried?.size === 0) connections.delete(connectionId);
  };
  const sidesOf = (callId: string): Sides => {
    const sides = calls.get(callId) ?? {};
    calls.set(callId, sides);
    return sides;
  };

  return {
    of: (callId, side) => calls.get(callId)?.[side],
    attach(callId, side, memberId, connectionId) {
      const sides = sidesOf(callId);
      const before = sides[side];
      before?.lease?.cancel();
      const superseded = before?.connectionId && before.connectionId !== connectionId ? before.connectionId : null;
      if (superseded && sides[side === 'visitor' ? 'agent' : 'visitor']?.connectionId !== superseded) unlink(superseded, callId);
      sides[side] = { memberId, connectionId, lease: null };
      const carried = connections.get(connectionId) ?? new Set();
      connections.set(connectionId, carried.add(callId));
      return { superseded, returned: before !== undefined && before.connectionId === null };
    },
    detach(connectionId) {
      const gone: { callId: string; side: PrincipalKind }[] = [];
      for (const callId of connections.get(connectionId) ?? []) {
        for (const side of ['visitor', 'agent'] as const) {
          const leg = calls.get(callId)?.[side];
          if (leg?.connectionId !== connectionId) continue;
          leg.connectionId = null;
          gone.push({ callId, side });
        }
      }
      connections.delete(connectionId);
      return gone;
    },
    lease(callId, side, memberId, ms) {
      const sides = sidesOf(callId);
      const leg = (sides[side] ??= { memberId, connectionId: null, lease: null });
      if (leg.connectionId !== null) return;
      leg.lease?.cancel();
      leg.lease = options.clock.after(ms, () => options.expired(callId, side));
    },
    engaged: () => new Set([...calls.values()].flatMap(({ agent }) => (agent ? [agent.memberId] : []))),
    ofAgent: (agentId) => [...calls].flatMap(([callId, { agent }]) => (agent?.memberId === agentId ? [callId] : [])),
    drop(callId) {
      const sides = calls.get(callId);
      if (!sides) return;
      for (const leg of Object.values(sides)) {
        leg.lease?.cancel();
        if (leg.connectionId) unlink(leg.connectionId, callId);
      }
      calls.delete(callId);
    },
    close() {
      for (const callId of [...calls.keys()]) this.drop(callId);
    },
  };
}
