import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { chooseAgent, type Candidate, type RoutingMode } from './choose-agent.ts';

const candidates = fc.uniqueArray(fc.record<Candidate>({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), online: fc.boolean(), open: fc.nat({ max: 5 }), capacity: fc.option(fc.nat({ max: 5 })),
  lastAssignedAt: fc.option(fc.nat({ max: 9 })),
}), { selector: ({ id }) => id });
const mode = fc.constantFrom<RoutingMode>('round_robin', 'least_busy');
const free = ({ online, open, capacity }: Candidate) => online && (capacity === null || open < capacity);

t.test('[N5] nobody is chosen who is away or full; somebody is whenever somebody is free; by hand means nobody', async () => {
  fc.assert(fc.property(mode, candidates, (mode, agents) => {
    const chosen = chooseAgent(mode, agents);
    assert.equal(chosen !== null, agents.some(free));
    if (chosen !== null) assert.ok(free(agents.find(({ id }) => id === chosen)!));
    assert.equal(chooseAgent('manual', agents), null);
  }));
});

t.test('[N5] least busy: nobody who is free has fewer; in turn: nobody who is free waited longer', async () => {
  fc.assert(fc.property(candidates, (agents) => {
    const of = (id: string | null) => agents.find((agent) => agent.id === id);
    const [least, longest] = [of(chooseAgent('least_busy', agents)), of(chooseAgent('round_robin', agents))];
    for (const agent of agents.filter(free)) {
      assert.ok(least!.open <= agent.open);
      assert.ok((longest!.lastAssignedAt ?? -1) <= (agent.lastAssignedAt ?? -1));
    }
  }));
});

t.test('[N5] in turn is fair: of agents who stay free nobody gets two more than another; no capacity is ever passed', async () => {
  fc.assert(fc.property(mode, candidates, fc.nat({ max: 30 }), (mode, start, count) => {
    const agents = start.map((agent) => ({ ...agent, lastAssignedAt: null as number | null, got: 0 }));
    for (let n = 0; n < count; n += 1) {
      const chosen = agents.find(({ id }) => id === chooseAgent(mode, agents));
      if (!chosen) break;
      chosen.open += 1;
      chosen.got += 1;
      chosen.lastAssignedAt = n;
      assert.ok(chosen.capacity === null || chosen.open <= chosen.capacity);
    }
    const unbounded = agents.filter(({ online, capacity }) => online && capacity === null).map(({ got }) => got);
    if (mode === 'round_robin' && unbounded.length > 0) assert.ok(Math.max(...unbounded) - Math.min(...unbounded) <= 1);
  }));
});
