import fc from 'fast-check';
import t from 'tap';
import { Problem } from '../errors.ts';
import { conversationOf, openCallHouse, type Ear } from './testing/call-house.ts';
import { RING_MS } from './call-course.ts';
import { LEASES } from './call-sides.ts';

t.test('[E5] any interleaving of two agents, a visitor, timeouts and lost links ends in one state that all agree on', { timeout: 60_000 }, async () => {
  const who = fc.constantFrom('v', 'a', 'b');
  const op = fc.oneof(
    fc.record({ do: fc.constantFrom('accept', 'decline', 'cancel', 'end', 'resume', 'signal', 'drop', 'close', 'back'), who }),
    fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1_000, 5_000, 16_000, 61_000) }),
  );
  await fc.assert(fc.asyncProperty(fc.boolean(), fc.array(fc.array(op, { minLength: 1, maxLength: 4 }), { maxLength: 10 }), async (byVisitor, rounds) => {
    const h = await openCallHouse();
    try {
      const people = { v: h.visitor('v'), a: h.agent('a'), b: h.agent('b') } as const;
      const ears: Record<string, Ear | null> = {};
      for (const [name, principal] of Object.entries(people)) ears[name] = await h.connect(principal);
      const { call } = await h.calls.start(ears[byVisitor ? 'v' : 'a']!, { mode: 'audio', conversationId: conversationOf('v') });
      const winners = new Set<string>();
      const run = async (step: { do: string; who?: string; ms?: number }): Promise<void> => {
        const name = step.who ?? 'v';
        const ear = ears[name];
        if (step.do === 'wait') {
          h.clock.advance(step.ms!);
          return h.settle();
        }
        if (step.do === 'back') {
          ears[name] ??= await h.connect(people[name as 'v']);
          return;
        }
        if (!ear) return;
        if (step.do === 'drop' || step.do === 'close') {
          ears[name] = null;
          return h.disconnect(ear, step.do === 'close');
        }
        try {
          if (step.do === 'signal') await h.calls.signal(ear, call.id, null);
          else await h.calls[step.do as 'accept'](ear, call.id);
          if (step.do === 'accept') winners.add(name);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
        }
      };
      for (const round of rounds) await Promise.all(round.map(run));
      await h.settle();
      if ([...winners].length > 1) throw new Error(`two winners: ${[...winners].join(' and ')}`);
      for (const ear of Object.values(ears)) if (ear) await h.disconnect(ear, false);
      h.clock.advance(RING_MS + LEASES.lost);
      await h.settle();
      const end = await h.calls.record('org', call.id);
      if (end?.state !== 'ended') throw new Error('it never ended');
      if (h.lines.size !== 1 || h.lines.get(call.id)?.endReason !== end.endReason) throw new Error('not exactly one line, of the true reason');
      if (end.activeKey !== null) throw new Error('a line is owed');
      if (h.errors.length > 0) throw h.errors[0];
      if ((await h.calls.snapshot(await h.connect(people.b))).length > 0) throw new Error('it rings on');
    } finally {
      await h.close();
    }
  }), { numRuns: 120 });
});
