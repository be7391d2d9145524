import { problem } from '../errors.ts';
import type { CallLegs } from './call-legs.ts';
import type { Caller } from './calls.ts';
import type { CallRecord } from './calls.store.ts';

/** Sees to it that an agent is in one live call at most, however many windows of it ask at once. */
export interface OneCallEach {
  /**
   * Does what may bring the caller into a call: `callId`, or (null) whichever waits. `already_in_call` for an agent who is in another one, or
   * about to be. Visitors have one conversation, whose row allows one live call.
   */
  enter<T>(caller: Caller, callId: string | null, work: () => Promise<T>): Promise<T>;
}

/** What it needs. */
export interface OneCallEachOptions {
  legs: Pick<CallLegs, 'ofAgent'>;
  find(organisationId: string, callId: string): Promise<CallRecord | null>;
  /** Shows the caller the call that it is in. */
  show(caller: Caller, call: CallRecord): void;
}

/** Makes the rule, with nobody on the way into a call. */
export function createOneCallEach({ legs, find, show }: OneCallEachOptions): OneCallEach {
  const entering = new Map<string, { callId: string | null; windows: number }>();

  return {
    async enter(caller, callId, work) {
      const { principal: { kind, id, organisationId } } = caller;
      if (kind !== 'agent') return work();
      const refuse = () => problem('already_in_call', 'An agent takes one call at a time.');
      // Two windows may ask for the same call: which of them gets it is decided where it is answered.
      const before = entering.get(id);
      if (before && (callId === null || before.callId !== callId)) throw refuse();
      const entry = before ?? { callId, windows: 0 };
      entry.windows += 1;
      entering.set(id, entry);
      try {
        for (const other of legs.ofAgent(id)) {
          if (other === callId) continue;
          const call = await find(organisationId, other);
          // What is kept in memory of a call that is over bars nobody.
          if (!call || call.state === 'ended') continue;
          show(caller, call);
          throw refuse();
        }
        return await work();
      } finally {
        entry.windows -= 1;
        if (entry.windows === 0) entering.delete(id);
      }
    },
  };
}
