import t from 'tap';
import { house, record } from './testing/active-call.ts';
import { conversationOf, type CallHouse, type Ear } from './testing/call-house.ts';

const groups = [{ agentIds: ['a'], seconds: 10 }, { agentIds: ['b'], seconds: 20 }];

async function team(h: CallHouse) {
  return { a: await h.connect(h.agent('a')), b: await h.connect(h.agent('b')), c: await h.connect(h.agent('c')), visitor: await h.connect(h.visitor('v')) };
}
/** What an agent heard of whether calls ring at it, and forgets. */
const heard = (ear: Ear) => [...ear.take('queue.added'), ...ear.take('queue.updated')].map(({ rings }) => rings);

t.test('[E1] [E5] groups are rung one after the other, and everybody sees the line', async (t) => {
  const h = await house(t);
  h.site.queue = { ...h.site.queue, ringSeconds: 45, groups };
  const { a, b, c, visitor } = await team(h);
  const { call } = await h.calls.start(visitor, { mode: 'video' });
  t.match(a.take('queue.added'), [{ call: { id: call.id, mode: 'video' }, rings: true, returning: false, page: { url: 'https://shop.test/v' } }]);
  t.match(b.take('queue.added'), [{ call: { id: call.id }, rings: false, page: { title: 'v' } }], 'who is not rung sees it in the line');
  t.strictSame(heard(c), [false]);
  t.equal(b.take('call.updated').length + c.take('call.updated').length, 0, 'nothing rings there');
  t.match(a.take('call.updated'), [{ call: { state: 'ringing' } }]);
  t.strictSame(await h.calls.snapshot(b), [], 'a panel that opens now does not ring either');
  h.clock.advance(9_999);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [], []]);
  h.clock.advance(1);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [true], []]);
  h.clock.advance(20_000);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [], [true]], 'after the last group everybody');
  t.match(await h.calls.snapshot(c), [{ id: call.id }]);
  t.equal((await record(h, call.id))?.state, 'ringing');
  h.clock.advance(15_000);
  await h.settle();
  t.equal((await record(h, call.id))?.endReason, 'no_answer', 'after the site\'s own seconds');
  for (const ear of [a, b, c]) t.match(ear.take('queue.removed'), [{ callId: call.id, reason: 'no_answer' }]);
  h.clock.advance(600_000);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [], []], 'nobody rings after the end');
});

t.test('[E5] who declines passes it on; whoever of a later group sees it may take it before', async (t) => {
  const h = await house(t);
  h.site.queue = { ...h.site.queue, groups };
  const { a, b, c, visitor } = await team(h);
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  for (const ear of [a, b, c]) heard(ear);
  await h.calls.decline(a, call.id);
  t.strictSame([heard(a), heard(b), heard(c)], [[false], [true], []]);
  h.clock.advance(20_000);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [], []], 'the turn that came early stays as long as it would have');
  h.clock.advance(10_000);
  t.strictSame([heard(a), heard(b), heard(c)], [[], [], [true]], 'and rings no more at who declined');
  await h.calls.decline(b, call.id);
  t.match(await h.calls.decline(c, call.id), { state: 'ended', endReason: 'declined' });

  const again = (await h.calls.start(visitor, { mode: 'audio' })).call;
  t.match((await h.calls.accept(c, again.id)).call, { state: 'active', answeredBy: { id: 'c' } });
  t.match(a.take('queue.removed').at(-1), { callId: again.id, reason: 'answered' });
});

t.test('[E4] [E5] only who can be reached and is in no call is rung; who comes in is rung if its turn has come', async (t) => {
  const h = await house(t);
  h.site.queue = { ...h.site.queue, groups };
  const { a, b, visitor } = await team(h);
  h.reachable(a, false);
  const first = (await h.calls.start(visitor, { mode: 'audio' })).call;
  t.strictSame([heard(a), heard(b)], [[false], [true]], 'the first group is away: the second one\'s turn comes at once');
  h.reachable(a, true);
  t.strictSame([heard(a), heard(b)], [[true], []]);
  h.reachable(b, false);
  t.strictSame([heard(a), heard(b)], [[], [false]]);
  h.reachable(b, true);
  await h.calls.accept(a, first.id);
  for (const ear of [a, b]) heard(ear);

  const other = await h.connect(h.visitor('w'));
  const second = (await h.calls.start(other, { mode: 'audio' })).call;
  t.strictSame([heard(a), heard(b)], [[false], [true]], 'who talks is not rung');
  await h.calls.end(visitor, first.id);
  t.strictSame([heard(a), heard(b)], [[true], []], 'and is, once it has hung up');
  const late = await h.connect(h.agent('a'));
  t.match(await h.calls.snapshot(late), [{ id: second.id }]);
  for (const ear of [a, late]) heard(ear);
  await h.calls.start(a, { mode: 'audio', conversationId: conversationOf('x') });
  t.strictSame([heard(late), heard(b)], [[false], []], 'who calls somebody is busy, in all windows');
});

t.test('[E7] [E8] the place and the groups outlive a restart and a reload; who declined is asked again', async (t) => {
  const h = await house(t);
  h.site.queue = { ...h.site.queue, ringSeconds: 45, groups };
  const { a, visitor } = await team(h);
  const other = await h.connect(h.visitor('w'));
  const first = (await h.calls.start(visitor, { mode: 'audio' })).call;
  h.clock.advance(1000);
  t.equal((await h.calls.start(other, { mode: 'video' })).position, 2);
  await h.disconnect(other, true);
  h.clock.advance(9_000);
  const reloaded = await h.connect(other.principal);
  const [own] = await h.calls.snapshot(reloaded);
  t.equal((await h.calls.resume(reloaded, own!.id)).call.state, 'ringing', 'a reload keeps the call');
  await h.calls.decline(a, first.id);

  const one = h.restart();
  await one.calls.recover();
  const [back, colleague] = [await one.connect(one.agent('a')), await one.connect(one.agent('c'))];
  t.strictSame((await one.calls.snapshot(back)).map(({ id }) => id).sort(), [first.id, own!.id].sort());
  t.strictSame(await one.calls.snapshot(colleague), [], 'it is the second group\'s turn, of which nobody is there, but the first one\'s rings');
  t.strictSame((await one.calls.waiting(back.principal as never)).map(({ call }) => call?.id), [first.id, own!.id], 'in the order of before');
  await one.calls.resume(await one.connect(visitor.principal), first.id);
  const again = await one.connect(other.principal);
  await one.calls.resume(again, own!.id);
  heard(colleague);
  one.clock.advance(20_000);
  t.strictSame(heard(colleague), [true], 'the third turn of the first call comes when it would have');
  await one.calls.accept(back, first.id);
  await one.settle();
  t.match(again.take('queue.position'), [{ callId: own!.id, position: 1 }]);
});

t.test('[E5] [Q3] whose turn it is, is told once a turn, whether they are there or not', async (t) => {
  const h = await house(t);
  h.site.queue = { ...h.site.queue, groups: [{ agentIds: ['a'], seconds: 10 }, { agentIds: ['b', 'c'], seconds: 20 }] };
  const turns: (readonly string[] | null)[] = [];
  h.calls.observe({ turned: (_, agentIds) => turns.push(agentIds && [...agentIds]) });
  const b = await h.connect(h.agent('b'));
  await h.calls.start(await h.connect(h.visitor('v')), { mode: 'audio' });
  await h.settle();
  t.strictSame(turns.splice(0), [['a', 'b', 'c']], 'of the first group nobody is there: it is the second one\'s turn at once');
  h.clock.advance(29_000);
  await h.settle();
  t.strictSame(turns, []);
  h.clock.advance(1_000);
  await h.settle();
  t.strictSame(turns.splice(0), [null]);
  await h.disconnect(b, true);
  await h.calls.start(await h.connect(h.visitor('w')), { mode: 'audio' });
  t.strictSame(turns.splice(0), [['a']], 'with nobody there the groups take their turns by the clock');
  h.clock.advance(10_000);
  await h.settle();
  t.strictSame(turns, [['a', 'b', 'c']]);
});

t.test('[E2] the line is deltas: a change is told once to each, with nothing of anybody\'s media or of others who wait', async (t) => {
  const h = await house(t);
  const agents = [await h.connect(h.agent('a')), await h.connect(h.agent('b'))];
  const foreign = await h.connect(h.agent('x', 'other'));
  for (const name of ['u', 'v', 'w']) await h.calls.start(await h.connect(h.visitor(name)), { mode: 'audio' });
  for (const agent of agents) agent.heard = [];
  const visitor = await h.connect(h.visitor('y'));
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  await h.calls.consent(visitor, call.id, { granted: true, textVersion: '1', locale: 'en' });
  await h.calls.cancel(visitor, call.id);
  for (const agent of agents) {
    const told = agent.heard.filter(({ type }) => type.startsWith('queue.'));
    t.strictSame(told.map(({ type }) => type), ['queue.added', 'queue.updated', 'queue.removed']);
    t.match(told[1], { call: { consents: { visitor: true } } });
    for (const event of agent.heard) t.ok(JSON.stringify(event).length < 1500, 'whoever else waits is not in it');
    t.notMatch(JSON.stringify(agent.heard), /sdp|candidate|credential|turn:/);
  }
  t.strictSame(foreign.heard, []);
});

t.test('[E1] a visitor learns at once that nobody is there, unless the site hides who is; it rings nevertheless', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const alone = await h.calls.start(visitor, { mode: 'audio' });
  t.match(alone, { nobodyThere: true, position: 1, call: { state: 'ringing' } });
  const agent = await h.connect(h.agent('a'));
  t.match(await h.calls.snapshot(agent), [{ id: alone.call.id }], 'somebody whom a notice woke up is rung');
  await h.calls.cancel(visitor, alone.call.id);
  t.notOk('nobodyThere' in (await h.calls.start(visitor, { mode: 'audio' })));
  await h.disconnect(agent, true);
  h.site.presenceShown = false;
  t.notOk('nobodyThere' in (await h.calls.start(await h.connect(h.visitor('w')), { mode: 'audio' })), 'what the site hides is hidden here too');
});
