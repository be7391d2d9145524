import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';

t.test('[E5] the next is who waits longest; agents who ask at the same time get different ones', async (t) => {
  const h = await house(t);
  const agents = await Promise.all(Array.from({ length: 8 }, (_, n) => h.connect(h.agent(`a${n}`))));
  await refused(t, h.calls.next(agents[0]!), 'nobody_waiting');
  const waiting: string[] = [];
  for (let n = 0; n < 6; n++) {
    h.clock.advance(5);
    waiting.push((await h.calls.start(await h.connect(h.visitor(`v${n}`)), { mode: 'audio' })).call.id);
  }
  const asked = await Promise.allSettled(agents.map((agent) => h.calls.next(agent)));
  const got = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value.call.id] : []));
  t.strictSame(got.toSorted(), waiting.toSorted(), 'six agents have the six calls, each another');
  t.strictSame(asked.flatMap((result) => (result.status === 'rejected' ? [(result.reason as { code: string }).code] : [])), ['nobody_waiting', 'nobody_waiting']);
  for (const [n, result] of asked.entries()) {
    if (result.status === 'rejected') continue;
    t.match(result.value, { call: { state: 'active', answeredBy: { id: agents[n]!.principal.id } }, peerConnectionId: String, iceServers: [{ username: String }] });
  }
  h.clock.advance(1);
  const last = await h.calls.start(await h.connect(h.visitor('last')), { mode: 'video' });
  const winner = agents[asked.findIndex(({ status }) => status === 'fulfilled')]!;
  await refused(t, h.calls.next(winner), 'already_in_call', 'one call at a time');
  const loser = agents[asked.findIndex(({ status }) => status === 'rejected')]!;
  t.equal((await h.calls.next(loser)).call.id, last.call.id);
});

t.test('[E5] the next is none that the agent declined, that is over, or of another organisation', async (t) => {
  const h = await house(t);
  const { agent: busy } = await activeCall(h);
  const [a, b] = [await h.connect(h.agent('b')), await h.connect(h.agent('c'))];
  const calls: string[] = [];
  for (const name of ['w', 'x', 'y']) {
    h.clock.advance(5);
    calls.push((await h.calls.start(await h.connect(h.visitor(name)), { mode: 'audio' })).call.id);
  }
  await h.connect(h.agent('f', 'other'));
  await h.calls.start(await h.connect(h.visitor('other-v', 'other')), { mode: 'audio' });
  await h.calls.decline(a, calls[0]!);
  await h.calls.cancel({ principal: h.visitor('x'), connectionId: 'c' }, calls[1]!);
  t.equal((await h.calls.next(a)).call.id, calls[2]);
  t.equal((await h.calls.next(b)).call.id, calls[0], 'somebody else has what one declined');
  await refused(t, h.calls.next(await h.connect(h.agent('d'))), 'nobody_waiting', 'the other organisation\'s caller waits for its own');
  await refused(t, h.calls.next(busy), 'already_in_call');
});

t.test('[E5] two windows of one agent take one call, whoever asks first', async (t) => {
  const h = await house(t);
  const windows = [await h.connect(h.agent('a')), await h.connect(h.agent('a'))];
  const calls = [];
  for (const name of ['v', 'w']) calls.push((await h.calls.start(await h.connect(h.visitor(name)), { mode: 'audio' })).call.id);
  const asked = await Promise.allSettled(windows.map((window) => h.calls.next(window)));
  t.strictSame(asked.map(({ status }) => status), ['fulfilled', 'rejected']);
  t.strictSame(await Promise.all(calls.map(async (id) => (await record(h, id))?.state)), ['active', 'ringing']);
});
