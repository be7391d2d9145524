import type { Test } from 'tap';
import type { Call } from '../../../protocol/shapes.ts';
import { openCallHouse, type CallHouse, type Ear } from './call-house.ts';

/** A house that is closed with its test. */
export async function house(t: Test): Promise<CallHouse> {
  const house = await openCallHouse();
  t.teardown(() => house.close());
  return house;
}

/** A visitor and an agent, with the call that the one started and the other answered. */
export async function activeCall(house: CallHouse): Promise<{ visitor: Ear; agent: Ear; call: Call }> {
  const visitor = await house.connect(house.visitor('v'));
  const agent = await house.connect(house.agent('a'));
  const { call } = await house.calls.start(visitor, { mode: 'audio' });
  const joined = await house.calls.accept(agent, call.id);
  return { visitor, agent, call: joined.call };
}

/** Whether work is refused with a code. */
export const refused = (t: Test, work: Promise<unknown>, code: string, name = code) => t.rejects(work, { code }, name);

/** The row of a call of `org`. */
export const record = (house: CallHouse, id: string) => house.calls.record('org', id);
