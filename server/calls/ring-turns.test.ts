import fc from 'fast-check';
import t from 'tap';
import { rungIn, turnAt, turnEndsAt, type RingPlan } from './ring-turns.ts';

const agent = fc.constantFrom<string[]>('a', 'b', 'c', 'd');
const plans: fc.Arbitrary<RingPlan> = fc.record({
  ringSeconds: fc.constant(60), groups: fc.array(fc.record({ agentIds: fc.uniqueArray(agent, { minLength: 1 }), seconds: fc.integer({ min: 5, max: 600 }) }), { maxLength: 5 }),
});

t.test('[E5] groups join one after the other, and after the last everybody', async (t) => {
  const plan = { ringSeconds: 60, groups: [{ agentIds: ['a'], seconds: 10 }, { agentIds: ['b', 'c'], seconds: 20 }] };
  const free = new Set(['a', 'b', 'c', 'd']);
  const rung = (ms: number) => [...rungIn(plan, turnAt(plan, ms), free).agents].sort().join('');
  t.strictSame([0, 9_999, 10_000, 29_999, 30_000, 999_000].map(rung), ['a', 'a', 'abc', 'abc', 'abcd', 'abcd']);
  t.strictSame([0, 1, 2].map((turn) => turnEndsAt(plan, turn)), [10_000, 30_000, null]);
  t.equal([...rungIn({ groups: [] }, 0, free).agents].length, 4, 'without groups everybody at once');
  t.strictSame(rungIn(plan, 0, new Set(['c', 'd'])), { turn: 1, agents: new Set(['c']) }, 'where nobody of a group is free, the next one\'s turn comes at once');
  t.strictSame(rungIn(plan, 0, new Set(['d'])), { turn: 2, agents: new Set(['d']) });
});

t.test('[E5] whatever the groups: only who is free is rung, somebody is if anybody is, and time takes nobody away', async () => {
  fc.assert(fc.property(plans, fc.uniqueArray(agent), fc.nat(4_000_000), fc.nat(4_000_000), (plan, ids, one, two) => {
    const free = new Set(ids);
    const [early, late] = [Math.min(one, two), Math.max(one, two)];
    const [before, after] = [early, late].map((ms) => rungIn(plan, turnAt(plan, ms), free)) as [ReturnType<typeof rungIn>, ReturnType<typeof rungIn>];
    const end = turnEndsAt(plan, turnAt(plan, early));
    return [...before.agents].every((id) => free.has(id)) && (before.agents.size > 0) === (free.size > 0) && before.turn >= turnAt(plan, early)
      && [...before.agents].every((id) => after.agents.has(id)) && (end === null || end > early);
  }));
});
