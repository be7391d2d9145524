import { Problem, problem } from '../errors.ts';
import type { CallRings } from './call-rings.ts';
import type { Caller, CallJoined } from './calls.ts';
import type { CallsStore } from './calls.store.ts';
import type { OneCallEach } from './one-call-each.ts';

/** What taking the next needs. */
export interface CallNextOptions {
  store: Pick<CallsStore, 'waiting'>;
  rings: Pick<CallRings, 'unwilling'>;
  each: OneCallEach;
  /** Answers for a caller who may. */
  answer(caller: Caller, callId: string): Promise<CallJoined>;
}

/**
 * Makes taking the next: answers the call that waits longest and that the agent has not declined. Agents who ask at the same time never get the
 * same, because answering is what one of them alone succeeds in. `nobody_waiting`; `already_in_call` for an agent who is in one.
 */
export function createCallNext({ store, rings, each, answer }: CallNextOptions): (caller: Caller) => Promise<CallJoined> {
  return (caller) => each.enter(caller, null, async () => {
    const { id, organisationId } = caller.principal;
    for (;;) {
      const next = (await store.waiting(organisationId)).find((call) => !rings.unwilling(call.id).has(id));
      if (!next) throw problem('nobody_waiting');
      try {
        return await answer(caller, next.id);
      } catch (error) {
        // Somebody else has it, or it is over: it waits no more, and the next look finds another.
        if (!(error instanceof Problem) || (error.code !== 'call_over' && error.code !== 'not_found')) throw error;
      }
    }
  });
}
