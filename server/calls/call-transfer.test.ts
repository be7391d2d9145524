import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';
import { HANDOVER_MS } from './call-transfer.ts';
import { conversationOf, type CallHouse, type Ear } from './testing/call-house.ts';
import { mergedQuality, QUALITY_LATE_MS } from './call-quality.ts';

t.test('[F9] a running call is handed over: the colleague is rung alone, takes it, and the former agent\'s ends by a word of its own', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const window = await h.connect(agent.principal);
  const [colleague, tab, third] = [await h.connect(h.agent('b')), await h.connect(h.agent('b')), await h.connect(h.agent('c'))];
  for (const ear of [visitor, agent, window, colleague, tab, third]) ear.heard = [];
  await h.calls.transfer(agent, call.id, 'b');
  await h.calls.transfer(agent, call.id, 'b');
  for (const ear of [colleague, tab]) {
    t.match(ear.take('queue.added'), [{ call: { id: call.id, state: 'active', visitor: { name: 'Visitor v' }, handover: { from: { id: 'a', name: 'Agent a' } } } }], 'rung once, with who and whom');
  }
  t.strictSame([...visitor.heard, ...third.heard], [], 'nobody else hears of it');
  t.match(await h.calls.snapshot(colleague), [{ id: call.id, handover: {} }], 'a panel that reloads meanwhile rings on');
  t.strictSame(await h.calls.snapshot(third), []);
  t.notOk((await h.calls.snapshot(visitor))[0]!.handover);
  await refused(t, h.calls.accept(third, call.id), 'call_over', 'for the chosen one alone');
  await h.calls.signal(visitor, call.id, null);
  t.equal(agent.take('call.signal').length, 1, 'the first agent talks on meanwhile');

  const joined = await h.calls.accept(colleague, call.id);
  t.match(joined, { call: { state: 'active', agent: { id: 'b', name: 'Agent b' }, handover: undefined }, peerConnectionId: visitor.connectionId });
  t.match(agent.take('call.updated').filter(({ handedOver }) => handedOver), [{ call: { state: 'active' } }]);
  t.match(window.take('call.updated').at(-1), { answeredElsewhere: true });
  t.match(tab.take('queue.removed'), [{ callId: call.id, reason: 'answered' }]);
  const told = visitor.take('call.updated');
  t.match(told, [{ peerPresent: true, peerConnectionId: colleague.connectionId }, { call: { agent: { name: 'Agent b' } } }]);
  t.notOk(told.some(({ superseded, handedOver }) => superseded || handedOver));
  t.strictSame([...h.assigned], [[conversationOf('v'), 'b']], 'the conversation follows');

  await h.calls.signal(visitor, call.id, { type: 'offer' });
  t.equal(colleague.take('call.signal').length, 1);
  t.equal(agent.take('call.signal').length, 0, 'the former agent gets nothing of it any more');
  await refused(t, h.calls.end(agent, call.id), 'forbidden', 'nor can it end the call');
  await refused(t, h.calls.signal(agent, call.id, null), 'forbidden');
  await refused(t, h.calls.resume(agent, call.id), 'call_over');
  t.strictSame((await h.calls.get(h.agent('b'), call.id)).consents, {}, 'the new agent has not agreed to a recording yet');
  h.clock.advance(60_000);
  await h.settle();
  t.equal((await record(h, call.id))?.state, 'active');
  await h.calls.end(colleague, call.id);
  t.match(h.lines.get(call.id), { endReason: 'agent_hangup' });
});

t.test('[F9] whoever does not take a call over leaves it as it is, and the first agent is told', async (t) => {
  const ways: { outcome: string; act(h: CallHouse, a: Ear, b: Ear, callId: string): Promise<unknown> | void }[] = [
    { outcome: 'declined', act: (h, _a, b, callId) => h.calls.decline(b, callId) },
    { outcome: 'no_answer', act: (h) => h.clock.advance(HANDOVER_MS) },
    { outcome: 'gone', act: async (h, _a, b) => h.disconnect(b, true).then(() => h.clock.advance(2_000)) },
    { outcome: 'withdrawn', act: (h, a, _b, callId) => h.calls.transfer(a, callId, null) },
  ];
  for (const { outcome, act } of ways) {
    await t.test(outcome, async (t) => {
      const h = await house(t);
      const { visitor, agent, call } = await activeCall(h);
      const b = await h.connect(h.agent('b'));
      visitor.heard = [];
      await h.calls.transfer(agent, call.id, 'b');
      await act(h, agent, b, call.id);
      await h.settle();
      t.match(agent.take('call.transfer'), [{ callId: call.id, agentId: 'b', outcome }]);
      if (outcome !== 'gone') t.match(b.take('queue.removed'), [{ callId: call.id, reason: outcome }]);
      t.strictSame(visitor.heard, [], 'the visitor notices nothing');
      await refused(t, h.calls.accept(b, call.id), 'call_over', 'too late now');
      t.match(await record(h, call.id), { state: 'active', agentId: 'a' });
      await h.calls.signal(agent, call.id, null);
    });
  }
});

t.test('[F9] [S5] who may hand over what to whom', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const b = await h.connect(h.agent('b'));
  await h.connect(h.agent('x', 'other'));
  await refused(t, h.calls.transfer(b, call.id, 'b'), 'forbidden', 'not a colleague\'s call');
  await refused(t, h.calls.transfer(visitor, call.id, 'b'), 'forbidden');
  await refused(t, h.calls.transfer(await h.connect(h.agent('y', 'other')), call.id, 'x'), 'not_found');
  await refused(t, h.calls.transfer(agent, call.id, 'a'), 'unprocessable');
  await refused(t, h.calls.transfer(agent, call.id, 'x'), 'unavailable', 'nobody of another organisation');
  await refused(t, h.calls.transfer(agent, call.id, 'nobody'), 'unavailable');
  await h.calls.transfer(agent, call.id, 'b');
  const taking = h.calls.accept(b, call.id);
  const ending = h.calls.end(visitor, call.id);
  const [taken] = await Promise.allSettled([taking, ending]);
  t.equal((await record(h, call.id))?.state, 'ended', 'a hang-up at the same moment holds, whichever came first');
  if (taken.status === 'rejected') t.match(taken.reason, { code: 'call_over' });
  await t.rejects(h.calls.transfer(agent, call.id, 'b'));
  t.equal(h.lines.size, 1);
});

t.test('[E9] [F9] what the first agent measured is kept when the call is handed over, beside the second one\'s', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const b = await h.connect(h.agent('b'));
  const figures = { rttMs: 40, jitterMs: 3, lossPercent: 0.2, concealedPercent: 0, relayed: false, drops: [] };
  await h.calls.transfer(agent, call.id, 'b');
  await refused(t, h.calls.quality(b, call.id, figures), 'forbidden', 'nobody tells of a part that was not theirs');
  await h.calls.accept(b, call.id);
  await h.calls.quality(agent, call.id, { ...figures, rttMs: 300, drops: [{ fromMs: 1000, toMs: 2000 }] });
  await h.calls.quality(b, call.id, { ...figures, lossPercent: 7 });
  t.strictSame((await h.calls.get(b.principal, call.id)).quality, { agent: { ...figures, rttMs: 300, lossPercent: 7, drops: [{ fromMs: 1000, toMs: 2000 }] } });
  await refused(t, h.calls.end(agent, call.id), 'forbidden', 'it is nothing more than that');
  await h.calls.end(visitor, call.id);
});

t.test('[E9] each side\'s quality is kept with the call, for staff alone', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const good = { rttMs: 40, jitterMs: 3, lossPercent: 0.2, concealedPercent: 0, relayed: false, drops: [] };
  const poor = { rttMs: 410, jitterMs: 70, lossPercent: 9, concealedPercent: 6, relayed: true, drops: [{ fromMs: 5000, toMs: 9000 }] };
  await Promise.all([h.calls.quality(visitor, call.id, poor), h.calls.quality(agent, call.id, good)]);
  await h.calls.quality(visitor, call.id, poor);
  t.strictSame((await h.calls.get(agent.principal, call.id)).quality, { visitor: poor, agent: good }, 'none is lost of two at once');
  t.notOk((await h.calls.get(visitor.principal, call.id)).quality);
  t.notMatch(JSON.stringify(visitor.heard), 'rttMs');
  await refused(t, h.calls.quality(await h.connect(h.agent('b')), call.id, good), 'forbidden');
  await refused(t, h.calls.quality(await h.connect(h.visitor('w')), call.id, good), 'not_found');
  await h.calls.end(visitor, call.id);
  await h.calls.quality(visitor, call.id, { ...good, drops: [{ fromMs: 12_000, toMs: 13_000 }] });
  t.strictSame((await h.calls.get(agent.principal, call.id)).quality?.visitor, { ...poor, drops: [...poor.drops, { fromMs: 12_000, toMs: 13_000 }] }, 'the page after a reload adds to what the one before told');
  h.clock.advance(QUALITY_LATE_MS + 1);
  await refused(t, h.calls.quality(visitor, call.id, good), 'call_over');
  t.strictSame(mergedQuality(mergedQuality(poor, good), good), mergedQuality(poor, good), 'told twice is told once');
});
