import type { MediaQuality } from '../../protocol/shapes.ts';
import { problem } from '../errors.ts';
import type { Asker } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import type { CallObserver } from './call-course.ts';
import { isMember } from './call-state.ts';
import { situationOf } from './call-view.ts';
import type { Caller } from './calls.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';

/** How long after its end a side may still tell how its call went, in ms: its link may come back late. */
export const QUALITY_LATE_MS = 60 * 60_000;
/** How many poor stretches are kept of one side. */
const MOST_DROPS = 200;

/**
 * What is kept of a side that told before, e.g. from the page it reloaded: the worse of each figure, and every poor stretch. To be told the
 * same twice changes nothing.
 */
export function mergedQuality(before: MediaQuality | undefined, told: MediaQuality): MediaQuality {
  if (!before) return told;
  const drops = new Map([...before.drops, ...told.drops].map((drop) => [`${drop.fromMs} ${drop.toMs}`, drop]));
  return {
    rttMs: Math.max(before.rttMs, told.rttMs), jitterMs: Math.max(before.jitterMs, told.jitterMs),
    lossPercent: Math.max(before.lossPercent, told.lossPercent), concealedPercent: Math.max(before.concealedPercent, told.concealedPercent),
    relayed: before.relayed || told.relayed,
    drops: [...drops.values()].sort((a, b) => a.fromMs - b.fromMs).slice(0, MOST_DROPS),
  };
}

/**
 * Keeps how a member's media went, as that member measured it; whoever handed it over tells of its own part, which is the agent's side too.
 * `call_over` for a call that ended long ago.
 */
export function createCallQuality({ store, clock, visible, observers }: {
  store: Pick<CallsStore, 'keepQuality'>; clock: Clock; visible(principal: Asker, callId: string): Promise<CallRecord>; observers: CallObserver[];
}) {
  /** Who handed over which call, and when: their part ends then, and they tell of it. */
  const former = new Map<string, number>();
  const key = (callId: string, agentId: string) => `${callId} ${agentId}`;
  observers.push({
    async handedOver(call, agentId) {
      const now = clock.now();
      for (const [one, at] of former) if (at < now - QUALITY_LATE_MS) former.delete(one);
      former.set(key(call.id, agentId), now);
    },
  });

  return async ({ principal }: Caller, callId: string, told: MediaQuality): Promise<void> => {
    const call = await visible(principal, callId);
    const member = isMember(situationOf(call), principal) || (principal.kind === 'agent' && former.has(key(callId, principal.id)));
    if (!member || call.answeredAt === null) throw problem('forbidden');
    if (call.endedAt !== null && call.endedAt < clock.now() - QUALITY_LATE_MS) throw problem('call_over');
    await store.keepQuality(call.organisationId, callId, principal.kind, (before) => mergedQuality(before, told));
  };
}
