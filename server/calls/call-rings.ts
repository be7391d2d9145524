import type { PageView } from '../../protocol/shapes.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { CallLegs } from './call-legs.ts';
import { callView } from './call-view.ts';
import type { CallRecord } from './calls.store.ts';
import { inTurn, rungIn, turnAt, turnEndsAt, type RingPlan } from './ring-turns.ts';

/** What agents see of somebody who waits, beside the call. */
export interface AboutCaller {
  page: PageView | null;
  returning: boolean;
}

/**
 * At whom the visitors' calls ring, and telling agents of it. Every agent sees every call that waits; `rings` says at whom it rings. Kept in memory:
 * a restart rings at who comes back, and forgets who declined.
 */
export interface CallRings {
  /** A visitor's call rings from here on. With `about` every agent is told of it; without, it was in the line before a restart. */
  begin(call: CallRecord, plan: RingPlan, about?: AboutCaller): void;
  /** Something about it changed that agents see in the line. Harmless for what does not ring. */
  changed(call: CallRecord): void;
  /** The agent does not want it; it goes on to those whose turn is next when nobody is left. */
  decline(callId: string, agentId: string): void;
  /** Agents who do not want it. */
  unwilling(callId: string): ReadonlySet<string>;
  /** Whether it rings at this agent now. */
  isRung(callId: string, agentId: string): boolean;
  /**
   * The call is being answered or ended: until it is known whether it was, it begins to ring at nobody else, who could have heard of the end
   * before. Returns what to call if it was not.
   */
  hold(callId: string): () => void;
  /** It rings no more. Agents are told by whoever knows why. */
  over(callId: string): void;
  /** Agents came, went, or are in a call or out of it: who is rung may be others now. */
  review(organisationId: string): void;
  /** Takes every timer back. */
  close(): void;
}

/** What rings need. */
export interface CallRingsOptions {
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
  legs: Pick<CallLegs, 'engaged'>;
  presence: { agentsOnline(organisationId: string): string[] };
  /** It is these agents' turn now, null: everybody's; whether they are there or not. Told of new calls, and of turns that come. */
  turned(call: CallRecord, agentIds: ReadonlySet<string> | null): void;
}

interface Ring {
  call: CallRecord;
  plan: RingPlan;
  turn: number;
  /** The turn that was told; -1: none. */
  toldTurn: number;
  rung: ReadonlySet<string>;
  /** Whom agents' clients believe to be rung. */
  told: ReadonlySet<string>;
  unwilling: Set<string>;
  timer: Timer | null;
  /** By how many at once it is being answered or ended. */
  held: number;
}

// So many calls' changes are told at once when one agent's coming or going changes many: others' news come in between.
const atOnce = 20;
const nobody: ReadonlySet<string> = new Set();
const topicsOf = (agents: Iterable<string>): Topic[] => [...agents].map((id): Topic => `agent:${id}`);

/** Makes rings of which none rings. */
export function createCallRings({ hub, clock, legs, presence, turned }: CallRingsOptions): CallRings {
  const rings = new Map<string, Ring>();
  const organisations = new Map<string, Set<Ring>>();
  const untold = new Set<Ring>();

  /** Who can answer now. Whoever is in a call cannot. */
  const freeIn = (organisationId: string): Set<string> => {
    const engaged = legs.engaged();
    return new Set(presence.agentsOnline(organisationId).filter((id) => !engaged.has(id)));
  };
  /** Finds out anew who is rung. */
  const settle = (ring: Ring, free: ReadonlySet<string>): void => {
    const willing = ring.unwilling.size === 0 ? free : new Set([...free].filter((id) => !ring.unwilling.has(id)));
    // Turns only go on: whoever was joined by the next ones keeps them.
    const { turn, agents } = willing.size === 0 ? { turn: ring.turn, agents: nobody } : rungIn(ring.plan, Math.max(ring.turn, turnAt(ring.plan, clock.now() - ring.call.createdAt)), willing);
    if (turn !== ring.turn || !ring.timer) {
      ring.turn = turn;
      awaitTurn(ring);
    }
    ring.rung = agents;
  };
  const awaitTurn = (ring: Ring): void => {
    ring.timer?.cancel();
    const end = turnEndsAt(ring.plan, ring.turn);
    ring.timer = end === null ? null : clock.after(Math.max(0, ring.call.createdAt + end - clock.now()), () => {
      ring.timer = null;
      ring.turn += 1;
      settle(ring, freeIn(ring.call.organisationId));
      tell(ring);
    });
  };
  const tell = (ring: Ring): void => {
    if (ring.held > 0) return;
    tellTurn(ring);
    const began = [...ring.rung].filter((id) => !ring.told.has(id));
    const stopped = [...ring.told].filter((id) => !ring.rung.has(id));
    ring.told = ring.rung;
    if (began.length === 0 && stopped.length === 0) return;
    const call = callView(ring.call, false);
    if (began.length > 0) hub.publish(topicsOf(began), { type: 'queue.updated', call, rings: true });
    if (stopped.length > 0) hub.publish(topicsOf(stopped), { type: 'queue.updated', call, rings: false });
  };

  const tellTurn = (ring: Ring): void => {
    if (ring.turn === ring.toldTurn) return;
    ring.toldTurn = ring.turn;
    turned(ring.call, inTurn(ring.plan, ring.turn));
  };

  /** Tells the rest, with room for others in between. */
  const tellOn = (): void => {
    for (const ring of [...untold].slice(0, atOnce)) {
      untold.delete(ring);
      tell(ring);
    }
    if (untold.size > 0) setImmediate(tellOn);
  };

  return {
    begin(call, plan, about) {
      const ring: Ring = { call, plan, turn: turnAt(plan, clock.now() - call.createdAt), toldTurn: -1, rung: nobody, told: nobody, unwilling: new Set(), timer: null, held: 0 };
      rings.set(call.id, ring);
      organisations.set(call.organisationId, (organisations.get(call.organisationId) ?? new Set()).add(ring));
      settle(ring, freeIn(call.organisationId));
      if (!about) {
        // Its turn was told before the restart.
        ring.toldTurn = ring.turn;
        return;
      }
      tellTurn(ring);
      ring.told = ring.rung;
      const rung = topicsOf(ring.rung);
      const view = callView(call, false);
      if (rung.length > 0) hub.publish(rung, { type: 'queue.added', call: view, rings: true, ...about });
      hub.publish([`agents:${call.organisationId}`], { type: 'queue.added', call: view, rings: false, ...about }, { unless: rung });
      if (rung.length > 0) hub.publish(rung, { type: 'call.updated', call: view });
    },
    changed(call) {
      const ring = rings.get(call.id);
      if (!ring) return;
      ring.call = call;
      hub.publish([`agents:${call.organisationId}`], { type: 'queue.updated', call: callView(call, false) });
    },
    decline(callId, agentId) {
      const ring = rings.get(callId);
      if (!ring) return;
      ring.unwilling.add(agentId);
      settle(ring, freeIn(ring.call.organisationId));
      tell(ring);
    },
    unwilling: (callId) => rings.get(callId)?.unwilling ?? nobody,
    isRung: (callId, agentId) => rings.get(callId)?.rung.has(agentId) ?? false,
    hold(callId) {
      const ring = rings.get(callId);
      if (!ring) return () => {};
      ring.held += 1;
      return () => {
        ring.held -= 1;
        // It may be over meanwhile, by somebody else who held it.
        if (rings.get(callId) === ring) tell(ring);
      };
    },
    over(callId) {
      const ring = rings.get(callId);
      if (!ring) return;
      ring.timer?.cancel();
      rings.delete(callId);
      untold.delete(ring);
      const among = organisations.get(ring.call.organisationId);
      among?.delete(ring);
      if (among?.size === 0) organisations.delete(ring.call.organisationId);
    },
    review(organisationId) {
      const among = organisations.get(organisationId);
      if (!among) return;
      const free = freeIn(organisationId);
      const waiting = untold.size > 0;
      for (const ring of among) {
        settle(ring, free);
        untold.add(ring);
      }
      if (!waiting) tellOn();
    },
    close() {
      for (const { timer } of rings.values()) timer?.cancel();
      rings.clear();
      untold.clear();
      organisations.clear();
    },
  };
}
