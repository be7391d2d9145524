import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';
import { conversationOf, type CallHouse } from './testing/call-house.ts';

const calling = async (h: CallHouse, name: string) => (await h.calls.start(await h.connect(h.visitor(name)), { mode: 'audio' })).call.id;

t.test('[E7] an agent who is in a call takes no other, in no window and by no way, and is shown the one it is in', async (t) => {
  const h = await house(t);
  const { agent, call } = await activeCall(h);
  const window = await h.connect(agent.principal);
  const waits = await calling(h, 'w');
  for (const ear of [agent, window]) {
    ear.heard = [];
    await refused(t, h.calls.accept(ear, waits), 'already_in_call');
    t.match(ear.take('call.updated'), [{ call: { id: call.id, state: 'active' }, engaged: true }]);
  }
  await refused(t, h.calls.start(window, { mode: 'audio', conversationId: conversationOf('x') }), 'already_in_call', 'nor calls it anybody');
  t.equal((await h.calls.accept(agent, call.id)).call.id, call.id, 'the same once more is harmless');
  t.match(await record(h, waits), { state: 'ringing', agentId: null }, 'the other one rings on');
  await h.calls.end(agent, call.id);
  t.equal((await h.calls.accept(window, waits)).call.id, waits, 'when it is over, the next may come');
});

t.test('[E7] two calls that one agent answers at once: one is answered, the other waits on', async (t) => {
  const h = await house(t);
  const windows = [await h.connect(h.agent('a')), await h.connect(h.agent('a'))];
  const calls = [await calling(h, 'v'), await calling(h, 'w')];
  const asked = await Promise.allSettled(calls.map((id, n) => h.calls.accept(windows[n]!, id)));
  t.strictSame(asked.map((result) => (result.status === 'fulfilled' ? 'one' : result.reason.code)), ['one', 'already_in_call']);
  t.strictSame(await Promise.all(calls.map(async (id) => (await record(h, id))?.state)), ['active', 'ringing']);
});

t.test('[E7] an agent who calls somebody answers nobody meanwhile; a call given up bars no more', async (t) => {
  const h = await house(t);
  const agent = await h.connect(h.agent('a'));
  const asked = await Promise.allSettled(['x', 'y'].map((name) => h.calls.start(agent, { mode: 'audio', conversationId: conversationOf(name) })));
  t.strictSame(asked.map((result) => (result.status === 'fulfilled' ? 'one' : result.reason.code)), ['one', 'already_in_call'], 'one at a time');
  const waits = await calling(h, 'v');
  await refused(t, h.calls.accept(agent, waits), 'already_in_call');
  const dialled = (await h.calls.snapshot(agent)).find(({ startedBy }) => startedBy.id === 'a')!;
  await h.calls.cancel(agent, dialled.id);
  t.equal((await h.calls.accept(agent, waits)).call.state, 'active');
});

t.test('[F9] nobody who is in a call is rung for another\'s, and who got into one meanwhile takes none over', async (t) => {
  const h = await house(t);
  const { agent, call } = await activeCall(h);
  const b = await h.connect(h.agent('b'));
  await h.calls.transfer(agent, call.id, 'b');
  const other = await calling(h, 'w');
  await h.calls.accept(b, other);
  await refused(t, h.calls.accept(b, call.id), 'already_in_call');
  t.match(await record(h, call.id), { state: 'active', agentId: 'a' });
  await h.calls.transfer(agent, call.id, null);
  await refused(t, h.calls.transfer(agent, call.id, 'b'), 'unavailable');
  await h.calls.end(b, other);
  await h.calls.transfer(agent, call.id, 'b');
  t.equal((await h.calls.accept(b, call.id)).call.agent?.id, 'b');
});

t.test('[E7] after a restart the rule knows who is in a call', async (t) => {
  const h = await house(t);
  const { agent } = await activeCall(h);
  const after = h.restart();
  await after.calls.recover();
  const again = await after.connect(agent.principal);
  const waits = await calling(after, 'w');
  await refused(t, after.calls.accept(again, waits), 'already_in_call');
});
