import { Problem, problem } from '../errors.ts';
import type { CallLegs } from './call-legs.ts';
import type { CallRings } from './call-rings.ts';
import type { Caller, CallJoined } from './calls.ts';
import type { CallsStore } from './calls.store.ts';

/** What taking the next needs. */
export interface CallNextOptions {
  store: Pick<CallsStore, 'waiting'>;
  rings: Pick<CallRings, 'unwilling'>;
  legs: Pick<CallLegs, 'engaged'>;
  accept(caller: Caller, callId: string): Promise<CallJoined>;
}

/**
 * Makes taking the next: answers the call that waits longest and that the agent has not declined. Agents who ask at the same time never get the
 * same, because answering is what one of them alone succeeds in. `nobody_waiting`; `already_in_call` for an agent who is in one.
 */
export function createCallNext({ store, rings, legs, accept }: CallNextOptions): (caller: Caller) => Promise<CallJoined> {
  // Two windows of one agent that ask at the same time take one call.
  const taking = new Set<string>();
  return async (caller) => {
    const { id, organisationId } = caller.principal;
    if (taking.has(id) || legs.engaged().has(id)) throw problem('already_in_call', 'An agent takes one call at a time.');
    taking.add(id);
    try {
      for (;;) {
        const next = (await store.waiting(organisationId)).find((call) => !rings.unwilling(call.id).has(id));
        if (!next) throw problem('nobody_waiting');
        try {
          return await accept(caller, next.id);
        } catch (error) {
          // Somebody else has it, or it is over: it waits no more, and the next look finds another.
          if (!(error instanceof Problem) || (error.code !== 'call_over' && error.code !== 'not_found')) throw error;
        }
      }
    } finally {
      taking.delete(id);
    }
  };
}
