import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';
import { LEASES } from './call-sides.ts';

t.test('[F13] [E8] a side that goes away has time to come back', async (t) => {
  const cases = [
    { name: 'a closed tab', clean: true, ringing: false, lease: LEASES.left, reason: 'left' },
    { name: 'a dead link', clean: false, ringing: false, lease: LEASES.lost, reason: 'left' },
    { name: 'a caller who reloads', clean: true, ringing: true, lease: LEASES.ringing, reason: 'cancelled' },
  ] as const;
  for (const { name, clean, ringing, lease, reason } of cases) {
    await t.test(name, async (t) => {
      const h = await house(t);
      const visitor = await h.connect(h.visitor('v'));
      const agent = await h.connect(h.agent('a'));
      const { call } = await h.calls.start(visitor, { mode: 'audio' });
      if (!ringing) await h.calls.accept(agent, call.id);
      agent.heard = [];

      await h.disconnect(visitor, clean);
      t.match(agent.take('call.updated'), ringing ? [] : [{ peerPresent: false, call: { state: 'active' } }]);
      if (!ringing) await refused(t, h.calls.signal(agent, call.id, null), 'unavailable', 'nobody there to relay to');
      h.clock.advance(lease - 1);
      await h.settle();
      const back = await h.connect(visitor.principal);
      const joined = await h.calls.resume(back, call.id);
      t.equal(joined.peerConnectionId, ringing ? null : agent.connectionId);
      t.match(agent.take('call.updated'), ringing ? [] : [{ peerPresent: true, peerConnectionId: back.connectionId }]);
      h.clock.advance(ringing ? 1000 : 60_000);
      await h.settle();
      t.equal((await record(h, call.id))?.endReason, null, 'back in time');

      await h.disconnect(back, clean);
      h.clock.advance(lease);
      await h.settle();
      t.equal((await record(h, call.id))?.endReason, reason);
      t.match(agent.take('call.updated').at(-1), { call: { state: 'ended', endReason: reason } });
      t.equal(h.lines.get(call.id)?.endReason, reason);
      await refused(t, h.calls.resume(await h.connect(visitor.principal), call.id), 'call_over');
    });
  }
  await t.test('a link that was silent for long has less time left', async (t) => {
    const h = await house(t);
    const { visitor, call } = await activeCall(h);
    await h.disconnect(visitor, false, 50_000);
    h.clock.advance(LEASES.least);
    await h.settle();
    t.equal((await record(h, call.id))?.endReason, 'left');
  });
  await t.test('a connection that closes while its answer is on the way does not hold the call', async (t) => {
    const h = await house(t);
    const visitor = await h.connect(h.visitor('v'));
    const agent = await h.connect(h.agent('a'));
    const { call } = await h.calls.start(visitor, { mode: 'audio' });
    const accepting = h.calls.accept(agent, call.id);
    await h.disconnect(agent, false);
    await accepting;
    await h.settle();
    h.clock.advance(LEASES.lost);
    await h.settle();
    t.equal((await record(h, call.id))?.endReason, 'left');
  });
});

t.test('[F13] the newest connection of a member carries the call, the older one is told', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const duplicate = await h.connect(visitor.principal);
  await refused(t, h.calls.signal(duplicate, call.id, null), 'conflict', 'not before it says so');
  agent.heard = [];
  await h.calls.resume(duplicate, call.id);
  t.match(visitor.take('call.updated').at(-1), { superseded: true });
  t.match(agent.take('call.updated'), [{ peerConnectionId: duplicate.connectionId, peerPresent: true }]);
  await refused(t, h.calls.signal(visitor, call.id, null), 'conflict');
  await h.disconnect(visitor, true);
  h.clock.advance(60_000);
  await h.settle();
  t.equal((await record(h, call.id))?.state, 'active', 'the older one\'s end means nothing');
  await h.disconnect(duplicate, false);
  const fresh = await h.connect(visitor.principal);
  await h.calls.signal(fresh, call.id, { type: 'offer', sdp: 'v=0' });
  t.match(agent.take('call.signal'), [{ from: fresh.connectionId }], 'a fresh connection is taken when the old one is dead');
  await h.calls.media(fresh, call.id, { audio: false, video: true, screen: true });
  t.match(agent.take('call.media'), [{ from: fresh.connectionId, audio: false, video: true, screen: true }]);
});

t.test('[F13] after a restart of the server both have 30 s to come back', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const one = h.restart();
  await one.calls.recover();
  const back = [await one.connect(visitor.principal), await one.connect(agent.principal)] as const;
  t.match(await one.calls.snapshot(back[0]), [{ id: call.id, state: 'active' }]);
  t.match(await one.calls.snapshot(back[1]), [{ id: call.id, state: 'active' }]);
  t.strictSame(await one.calls.snapshot(await one.connect(one.agent('b'))), [], 'a colleague is not in it');
  h.clock.advance(LEASES.restart - 1);
  await one.calls.resume(back[0], call.id);
  await one.calls.signal(back[1], call.id, null);
  h.clock.advance(60_000);
  await h.settle();
  t.equal((await record(one, call.id))?.state, 'active');
  const two = one.restart();
  await two.calls.recover();
  await two.calls.resume(await two.connect(visitor.principal), call.id);
  h.clock.advance(LEASES.restart);
  await h.settle();
  t.equal((await record(two, call.id))?.endReason, 'left', 'the agent stayed away');
  t.equal(h.lines.size, 1);
});
