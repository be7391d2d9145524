import fc from 'fast-check';
import t from 'tap';
import { eachEngine } from '../testing/each-engine.ts';
import { createCallsStore } from './calls.store.ts';
import { openCallHouse } from './testing/call-house.ts';
import { ETA_WINDOW_MS, guessWait } from './waiting-line.ts';

t.test('[E3] each who waits learns the own place when it changes, and nobody else does', async (t) => {
  const h = await openCallHouse();
  t.teardown(() => h.close());
  const agent = await h.connect(h.agent('a'));
  const [one, two, three, other] = [await h.connect(h.visitor('v')), await h.connect(h.visitor('w')), await h.connect(h.visitor('x')), await h.connect(h.visitor('y'))];
  const calls = [];
  for (const visitor of [one, two, three]) {
    h.clock.advance(10);
    calls.push(await h.calls.start(visitor, { mode: 'audio' }));
  }
  t.strictSame(calls.map(({ position, etaMs }) => [position, etaMs]), [[1, undefined], [2, undefined], [3, undefined]], 'nobody can guess yet');
  for (const visitor of [one, two, three, other]) visitor.take('queue.position');

  await h.calls.accept(agent, calls[0]!.call.id);
  await h.settle();
  t.strictSame(one.take('queue.position'), [], 'who talks waits no more');
  t.match(two.take('queue.position'), [{ callId: calls[1]!.call.id, position: 1 }]);
  t.match(three.take('queue.position'), [{ callId: calls[2]!.call.id, position: 2 }]);
  t.strictSame([...other.take('queue.position'), ...agent.take('queue.position')], []);

  await h.calls.cancel(two, calls[1]!.call.id);
  await h.settle();
  t.strictSame(two.take('queue.position'), []);
  t.match(three.take('queue.position'), [{ position: 1 }], 'who goes makes room as well');
  agent.heard = [];
  await h.calls.consent(three, calls[2]!.call.id, { granted: true, textVersion: '1', locale: 'en' });
  t.match(agent.take('queue.updated'), [{ call: { id: calls[2]!.call.id, consents: { visitor: true } } }], 'agents see what was said to the recording before they answer');
});

t.test('[E3] the wait is guessed from the pace of answers, and not at all without them', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(200), fc.nat(ETA_WINDOW_MS), (position, count, age) => {
    const wait = guessWait(position, { count, firstAt: count === 0 ? null : 1_000_000 - age }, 1_000_000);
    return count < 3 ? wait === undefined : wait! >= 0 && wait! <= (guessWait(position + 1, { count, firstAt: 1_000_000 - age }, 1_000_000) ?? 0);
  }));
});

await eachEngine(t, async (t, open) => {
  await t.test('[E3] [C6] the line and its pace are an organisation\'s own', async (t) => {
    const database = await open();
    const store = createCallsStore(database);
    const now = 10_000_000;
    const add = (id: string, organisationId: string, createdAt: number, more: object = {}) => database.q.insert(database.tables.calls).values({
      id, organisationId, siteId: 's', conversationId: id, visitorId: `v-${id}`, mode: 'audio', state: 'ringing', activeKey: id, startedByKind: 'visitor', startedById: `v-${id}`, startedByName: '', createdAt, ...more,
    });
    await add('b', 'o', now - 5);
    await add('a', 'o', now - 5);
    await add('first', 'o', now - 9);
    await add('foreign', 'p', now - 99);
    await add('ours', 'o', now - 20, { startedByKind: 'agent' });
    await add('old', 'o', now - ETA_WINDOW_MS - 200_000, { state: 'ended', activeKey: null, answeredAt: now - ETA_WINDOW_MS - 190_000 });
    await add('answered', 'o', now - 60_000, { state: 'ended', activeKey: null, answeredAt: now - 50_000 });
    await add('talks', 'o', now - 30_000, { state: 'active', answeredAt: now - 20_000 });
    t.strictSame((await store.waiting('o')).map(({ id }) => id), ['first', 'a', 'b']);
    t.strictSame((await store.waiting('p')).map(({ id }) => id), ['foreign']);
    t.strictSame(await store.answersSince('o', now - ETA_WINDOW_MS), { count: 2, firstAt: now - 50_000 });
    t.strictSame(await store.answersSince('p', now - ETA_WINDOW_MS), { count: 0, firstAt: null });
  });
});
