import t from 'tap';
import { eachEngine } from '../testing/each-engine.ts';
import { createCallFollowUpsStore } from './call-follow-ups.store.ts';
import { FOLLOW_UP_MS } from './call-follow-ups.ts';
import { createCallsStore } from './calls.store.ts';
import { activeCall, house, refused } from './testing/active-call.ts';
import { conversationOf, openCallHouse } from './testing/call-house.ts';

const wish = { kind: 'callback', contact: ' 010-1234-5678 ', text: 'After three, please.' } as const;

t.test('[E1] [E7] whom nobody answered leaves a number: kept with the call, told to the team, a line in the conversation', async (t) => {
  const h = await house(t);
  const agent = await h.connect(h.agent('a'));
  const foreign = await h.connect(h.agent('x', 'other'));
  const visitor = await h.connect(h.visitor('v'));
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  h.clock.advance(60_000);
  await h.settle();
  agent.heard = [];
  const left = await h.calls.followUp(h.visitor('v'), { callId: call.id, ...wish });
  const followUp = { kind: 'callback', contact: '010-1234-5678', text: 'After three, please.', at: left.endedAt!, doneAt: null };
  t.strictSame(left.followUp, followUp);
  t.match(agent.take('call.updated'), [{ call: { id: call.id, state: 'ended', followUp } }]);
  t.strictSame(foreign.heard, []);
  t.match(h.said, [{ visitorId: 'v', text: '☎ 010-1234-5678\nAfter three, please.' }]);
  t.match(h.events.at(-1), { type: 'call.follow_up', organisationId: 'org', siteId: 'site-org', call: { id: call.id, followUp } });

  t.strictSame((await h.calls.followUp(h.visitor('v'), { callId: call.id, ...wish })).followUp, followUp, 'the same again is harmless');
  t.equal(h.said.length, 1);
  t.equal(h.events.filter(({ type }) => type === 'call.follow_up').length, 1);
  t.strictSame(agent.take('call.updated'), []);
  await refused(t, h.calls.followUp(h.visitor('v'), { callId: call.id, kind: 'message', text: 'Never mind.' }), 'conflict', 'once');

  const open = async (followUp: 'open' | 'done') => (await h.calls.list(agent.principal, { followUp, outcome: 'missed', limit: 10 })).items.map(({ id }) => id);
  t.strictSame([await open('open'), await open('done')], [[call.id], []]);
  h.clock.advance(1000);
  t.match((await h.calls.followedUp(h.agent('a'), call.id, true)).followUp, { doneAt: new Date(h.clock.now()).toISOString(), doneBy: { id: 'a' } });
  t.notMatch((await h.calls.get(h.visitor('v'), call.id)).followUp, { doneBy: {} }, 'who of the team it was is the team\'s affair');
  t.match(agent.take('call.updated'), [{ call: { followUp: { doneAt: String } } }]);
  t.strictSame([await open('open'), await open('done')], [[], [call.id]]);
  await h.calls.followedUp(h.agent('a'), call.id, true);
  t.strictSame(agent.take('call.updated'), [], 'twice is once');
  t.notOk('doneBy' in (await h.calls.followedUp(h.agent('a'), call.id, false)).followUp!);
  t.strictSame(await open('open'), [call.id], 'and it can be taken back');
  await refused(t, h.calls.followedUp(h.agent('x', 'other'), call.id, true), 'not_found');
});

t.test('[E1] who does not want to wait leaves something at once: the call is given up by it, unless somebody answered', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  const left = await h.calls.followUp(h.visitor('v'), { callId: call.id, kind: 'message', text: ' Is it in stock? ', contact: 'v@shop.test' });
  t.match(left, { state: 'ended', endReason: 'no_answer', followUp: { kind: 'message', text: 'Is it in stock?', contact: 'v@shop.test' } });
  t.match(h.said, [{ text: 'Is it in stock?\nv@shop.test' }]);
  const agent = await h.connect(h.agent('a'));
  t.strictSame(await h.calls.snapshot(agent), [], 'it rings at nobody any more');

  const second = (await h.calls.start(visitor, { mode: 'audio' })).call;
  const [answered, gaveUp] = await Promise.allSettled([h.calls.accept(agent, second.id), h.calls.followUp(h.visitor('v'), { callId: second.id, ...wish })]);
  t.not(answered.status, gaveUp.status, 'of answer and giving up exactly one comes true');
});

t.test('[E1] nothing is left after what was answered, was an agent\'s, is long over or somebody else\'s, nor without what it takes', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const leave = (callId: string, more: object = {}) => h.calls.followUp(h.visitor('v'), { callId, ...wish, ...more });
  await refused(t, leave(call.id), 'conflict', 'it goes on');
  await h.calls.end(visitor, call.id);
  await refused(t, leave(call.id), 'conflict', 'it was answered');
  const ours = (await h.calls.start(agent, { mode: 'audio', conversationId: conversationOf('v') })).call;
  await h.calls.cancel(agent, ours.id);
  await refused(t, leave(ours.id), 'conflict', 'the team called');
  const missed = (await h.calls.start(visitor, { mode: 'audio' })).call;
  await h.calls.cancel(visitor, missed.id);
  await refused(t, h.calls.followUp(h.visitor('w'), { callId: missed.id, ...wish }), 'not_found');
  await refused(t, leave(missed.id, { contact: '  ' }), 'unprocessable');
  await refused(t, leave(missed.id, { kind: 'message', text: '' }), 'unprocessable');
  await refused(t, leave(missed.id, { text: 'x'.repeat(1001) }), 'unprocessable');
  await refused(t, h.calls.followedUp(h.agent('a'), missed.id, true), 'conflict');
  h.site.queue = { ...h.site.queue, callBack: false };
  await refused(t, leave(missed.id), 'forbidden', 'this site calls nobody back');
  h.clock.advance(FOLLOW_UP_MS + 1);
  await refused(t, leave(missed.id, { kind: 'message' }), 'conflict', 'too long ago');
  t.strictSame(h.said, []);
});

await eachEngine(t, async (t, open) => {
  await t.test('[E1] [C6] what is left is kept once, by the organisation\'s own call, and found by what is to be done', async (t) => {
    const database = await open();
    const h = await openCallHouse({ database });
    const [store, calls] = [createCallFollowUpsStore(database), createCallsStore(database)];
    const visitor = await h.connect(h.visitor('v'));
    const { call } = await h.calls.start(visitor, { mode: 'audio' });
    const left = { kind: 'callback' as const, contact: '1', text: '', at: 5 };
    t.notOk(await store.leave('org', call.id, left), 'not while it rings');
    await h.calls.cancel(visitor, call.id);
    t.notOk(await store.done('org', call.id, 9), 'nothing was left');
    t.notOk(await store.leave('other', call.id, left));
    t.strictSame((await Promise.all([1, 2, 3].map((n) => store.leave('org', call.id, { ...left, contact: String(n) })))).filter(Boolean).length, 1);
    t.notOk(await store.done('other', call.id, 9));
    t.equal((await calls.page('org', { followUp: 'open', limit: 5 })).length, 1);
    t.ok(await store.done('org', call.id, 9));
    t.match(await calls.page('org', { followUp: 'done', limit: 5 }), [{ id: call.id, followedUpAt: 9, followUp: { kind: 'callback' } }]);
    t.strictSame([(await calls.page('org', { followUp: 'open', limit: 5 })).length, (await calls.page('other', { followUp: 'done', limit: 5 })).length], [0, 0]);
    h.calls.close();
  });
});
