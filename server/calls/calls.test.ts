import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';
import { conversationOf, type Ear } from './testing/call-house.ts';
import { RING_MS } from './call-course.ts';

t.test('[E1] a visitor\'s call rings every agent of the organisation, without anything of its media', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const tab = await h.connect(h.visitor('v'));
  const agents = [await h.connect(h.agent('a')), await h.connect(h.agent('a')), await h.connect(h.agent('b'))];
  const foreign = await h.connect(h.agent('x', 'other'));
  const stranger = await h.connect(h.visitor('w'));
  const { call, position, iceServers, peerConnectionId } = await h.calls.start(visitor, { mode: 'video' });
  t.match(call, { state: 'ringing', mode: 'video', conversationId: conversationOf('v'), visitor: { id: 'v', name: 'Visitor v' }, startedBy: { kind: 'visitor', id: 'v' }, answeredBy: null, endReason: null, recording: null });
  t.equal(position, 1);
  t.equal(peerConnectionId, null);
  t.match(iceServers, [{ urls: ['turn:turn.test:3478'], username: /:v$/ }]);
  for (const agent of agents) {
    t.match(agent.take('queue.added'), [{ call: { id: call.id } }]);
    t.match(agent.take('call.updated'), [{ call: { state: 'ringing' } }]);
    t.notMatch(JSON.stringify(agent.heard), 'credential');
  }
  t.match(tab.take('call.updated'), [{ call: { id: call.id } }], 'the visitor\'s other tab shows it too');
  t.strictSame([...visitor.heard, ...foreign.heard, ...stranger.heard], []);
  const second = await h.calls.start(stranger, { mode: 'audio' });
  t.equal(second.position, 2, 'one waits before');
  t.strictSame((await h.calls.snapshot(agents[2]!)).map(({ id }) => id).sort(), [call.id, second.call.id].sort(), 'a panel that opens now rings from its snapshot');
  t.strictSame((await h.calls.snapshot(tab)).map(({ id }) => id), [call.id]);
  t.strictSame(await h.calls.snapshot(foreign), []);
});

t.test('[E1] the same clientId finds the same call, whatever happened meanwhile; another one is refused while it lives', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const agent = await h.connect(h.agent('a'));
  const clientId = '01890a5d-ac96-774b-bcce-b302099a8057';
  const { call } = await h.calls.start(visitor, { mode: 'audio', clientId });
  const again = await h.connect(h.visitor('v'));
  t.equal((await h.calls.start(again, { mode: 'audio', clientId })).call.id, call.id);
  t.equal(agent.take('queue.added').length, 1, 'it rings once');
  t.match(visitor.take('call.updated'), [{ superseded: true }], 'the newer connection carries it');
  await refused(t, h.calls.start(again, { mode: 'audio' }), 'already_in_call');
  t.match(again.take('call.updated'), [{ call: { id: call.id, state: 'ringing' } }], 'the live one is told');
  await h.calls.cancel(again, call.id);
  t.match((await h.calls.start(again, { mode: 'audio', clientId })).call, { id: call.id, state: 'ended' }, 'a late repetition starts nothing');
  const other = await h.connect(h.visitor('w'));
  t.not((await h.calls.start(other, { mode: 'audio', clientId })).call.id, call.id, 'nobody meets the call of somebody else by choosing its id');
  const restarted = h.restart();
  const back = await restarted.connect(restarted.visitor('w'));
  t.equal((await restarted.calls.start(back, { mode: 'audio', clientId })).call.conversationId, conversationOf('w'));
});

t.test('[E5] twenty agents answer at once: one has the call, the others are told so', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const agents = await Promise.all(Array.from({ length: 20 }, (_, n) => h.connect(h.agent(`a${n}`))));
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  for (const ear of [visitor, ...agents]) ear.heard = [];
  const results = await Promise.allSettled(agents.map((agent) => h.calls.accept(agent, call.id)));
  const winners = agents.filter((_, n) => results[n]!.status === 'fulfilled');
  t.equal(winners.length, 1);
  const [winner] = winners as [Ear];
  for (const result of results) if (result.status === 'rejected') t.match(result.reason, { code: 'call_over' });
  for (const agent of agents) {
    t.match(agent.take('queue.removed'), [{ callId: call.id, reason: 'answered' }]);
    const updated = agent.take('call.updated');
    if (agent === winner) t.strictSame(updated, [], 'the winner has the reply');
    else t.match(updated, [{ answeredElsewhere: true, call: { state: 'active', answeredBy: { kind: 'agent', id: winner.principal.id } } }]);
  }
  t.match(visitor.take('call.updated'), [{ call: { state: 'active' }, peerConnectionId: winner.connectionId, iceServers: [{ username: /:v$/ }] }]);
  t.equal((await record(h, call.id))?.agentId, winner.principal.id);
  const own = await h.calls.accept(winner, call.id);
  t.equal(own.peerConnectionId, visitor.connectionId, 'a repeated frame of the winner gets the same reply');
  const tab = await h.connect(winner.principal);
  await refused(t, h.calls.accept(tab, call.id), 'call_over', 'another tab of the winner does not take it');
});

t.test('[F1] an agent calls a visitor: it rings in every tab, the one that answers has it', async (t) => {
  const h = await house(t);
  const agent = await h.connect(h.agent('a'));
  const colleague = await h.connect(h.agent('b'));
  const tabs = [await h.connect(h.visitor('v')), await h.connect(h.visitor('v'))] as const;
  await refused(t, h.calls.start(agent, { mode: 'audio' }), 'bad_request');
  const { call } = await h.calls.start(agent, { mode: 'audio', conversationId: conversationOf('v') });
  for (const tab of tabs) t.match(tab.take('call.updated'), [{ call: { state: 'ringing', startedBy: { kind: 'agent', id: 'a' } } }]);
  t.strictSame(colleague.heard, []);
  await refused(t, h.calls.start(tabs[0], { mode: 'audio' }), 'already_in_call', 'glare: the later one is told of the other');
  t.match(tabs[0].take('call.updated'), [{ call: { id: call.id } }]);
  await refused(t, h.calls.accept(colleague, call.id), 'forbidden');
  const joined = await h.calls.accept(tabs[1], call.id);
  t.match(joined.call, { state: 'active', answeredBy: { kind: 'visitor', id: 'v' } });
  t.match(agent.take('call.updated'), [{ call: { state: 'active' }, peerConnectionId: tabs[1].connectionId }]);
  t.match(tabs[0].take('call.updated'), [{ answeredElsewhere: true }]);
  await h.calls.end(agent, call.id);
  t.match(tabs[1].take('call.updated'), [{ call: { endReason: 'agent_hangup' } }]);
});

t.test('[F11] [F12] either side hangs up: both are told at once with the reason, and the line is written once', async (t) => {
  for (const side of ['visitor', 'agent'] as const) {
    const h = await house(t);
    const sides = await activeCall(h);
    const other = side === 'visitor' ? sides.agent : sides.visitor;
    h.clock.advance(61_500);
    for (const ear of [sides.visitor, sides.agent]) ear.heard = [];
    const before = h.clock.now();
    const call = await h.calls.end(sides[side], sides.call.id);
    t.match(call, { state: 'ended', endReason: `${side}_hangup` });
    const [event] = other.heard;
    t.match(event, { type: 'call.updated', call: { state: 'ended', endReason: `${side}_hangup` } });
    t.ok(event!.at - before <= 1000);
    t.strictSame([...h.lines], [[call.id, { id: call.id, mode: 'audio', endReason: `${side}_hangup`, durationMs: 61_500, recorded: false }]]);
    t.equal((await h.calls.end(other, call.id)).endReason, `${side}_hangup`, 'the other one\'s hangup finds it done');
    await refused(t, h.calls.signal(other, call.id, null), 'call_over');
    h.clock.advance(120_000);
    await h.settle();
    t.equal(h.lines.size, 1);
    t.strictSame(h.errors, []);
  }
});

t.test('[E5] declining: one of several only stops ringing, the last one ends the call', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const [a, aTab, b] = [await h.connect(h.agent('a')), await h.connect(h.agent('a')), await h.connect(h.agent('b'))];
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  for (const ear of [visitor, a, aTab, b]) ear.heard = [];
  t.equal((await h.calls.decline(a, call.id)).state, 'ringing');
  t.match(aTab.take('queue.updated'), [{ call: { id: call.id, state: 'ringing' }, rings: false }], 'the other tab stops too');
  t.strictSame([...visitor.heard, ...b.heard], []);
  t.strictSame(await h.calls.snapshot(aTab), [], 'a reload does not ring again');
  t.match((await h.calls.decline(b, call.id)), { state: 'ended', endReason: 'declined' });
  t.match(visitor.take('call.updated'), [{ call: { endReason: 'declined' } }]);
  t.equal(h.lines.get(call.id)?.endReason, 'declined');

  const dialled = await h.calls.start(a, { mode: 'audio', conversationId: conversationOf('v') });
  t.equal((await h.calls.decline(visitor, dialled.call.id)).endReason, 'declined', 'a visitor\'s no is enough');
  t.match(a.take('call.updated').at(-1), { call: { endReason: 'declined' } });
});

t.test('[E7] nobody answers: after 60 s both sides know, also over a restart', async (t) => {
  const h = await house(t);
  const visitor = await h.connect(h.visitor('v'));
  const agent = await h.connect(h.agent('a'));
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  h.clock.advance(RING_MS - 1);
  await h.settle();
  t.equal((await record(h, call.id))?.state, 'ringing');
  h.clock.advance(1);
  await h.settle();
  t.match(visitor.take('call.updated'), [{ call: { state: 'ended', endReason: 'no_answer' } }]);
  t.match(agent.take('queue.removed'), [{ callId: call.id, reason: 'no_answer' }]);
  t.equal(h.lines.get(call.id)?.endReason, 'no_answer');

  const second = (await h.calls.start(visitor, { mode: 'audio' })).call;
  h.clock.advance(20_000);
  const restarted = h.restart();
  await restarted.calls.recover();
  const back = await restarted.connect(visitor.principal);
  t.match(await restarted.calls.snapshot(back), [{ id: second.id, state: 'ringing' }], 'the queue survives');
  await restarted.calls.resume(back, second.id);
  h.clock.advance(39_999);
  await h.settle();
  t.equal((await record(restarted, second.id))?.state, 'ringing');
  h.clock.advance(1);
  await h.settle();
  t.equal((await record(restarted, second.id))?.endReason, 'no_answer', 'counted from its start');
});

t.test('[F11] a line that a crash or failure kept back is written later, once', async (t) => {
  const h = await house(t);
  const { visitor, call } = await activeCall(h);
  h.breakLines(true);
  await h.calls.end(visitor, call.id);
  t.equal(h.errors.length, 1);
  t.equal(h.lines.size, 0);
  const next = await h.calls.start(visitor, { mode: 'audio' });
  t.equal(next.call.state, 'ringing', 'a line that is owed blocks no call');
  await h.calls.cancel(visitor, next.call.id);
  const restarted = h.restart();
  await restarted.calls.recover();
  t.strictSame([...h.lines.keys()].sort(), [call.id, next.call.id].sort());
  await restarted.calls.recover();
  t.equal((await restarted.database.q.select().from(restarted.database.tables.calls)).filter((row) => row.activeKey !== null).length, 0);
  const third = await restarted.calls.start(await restarted.connect(visitor.principal), { mode: 'audio' });
  restarted.breakLines(true);
  await restarted.calls.cancel({ principal: visitor.principal, connectionId: 'c1' }, third.call.id);
  restarted.breakLines(false);
  h.clock.advance(90_000);
  await h.settle();
  t.ok(h.lines.has(third.call.id), 'without a restart too');
});

t.test('[S4] [S22] [F5] only the two members reach a call, and only the other member\'s connection hears its signals', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const visitorTab = await h.connect(visitor.principal);
  const agentTab = await h.connect(agent.principal);
  const colleague = await h.connect(h.agent('b'));
  const stranger = await h.connect(h.visitor('w'));
  const foreign = await h.connect(h.agent('x', 'other'));
  const everybody = [visitor, agent, visitorTab, agentTab, colleague, stranger, foreign];
  for (const ear of everybody) ear.heard = [];
  const offer = { type: 'offer', sdp: 'v=0' };
  await h.calls.signal(visitor, call.id, offer, 3);
  t.match(agent.take('call.signal'), [{ callId: call.id, from: visitor.connectionId, data: offer, epoch: 3 }]);
  await h.calls.signal(agent, call.id, null);
  t.match(visitor.take('call.signal'), [{ from: agent.connectionId, data: null }]);
  for (const ear of everybody) t.strictSame(ear.heard, [], 'nobody else');

  const consent = { granted: true, textVersion: '1', locale: 'en' };
  for (const [ear, code] of [[stranger, 'not_found'], [foreign, 'not_found'], [colleague, 'forbidden']] as const) {
    const { calls } = h;
    const attempts = {
      signal: () => calls.signal(ear, call.id, offer), media: () => calls.media(ear, call.id, { audio: true, video: true }),
      end: () => calls.end(ear, call.id), cancel: () => calls.cancel(ear, call.id), consent: () => calls.consent(ear, call.id, consent),
      carried: () => calls.carried(ear, call.id),
    };
    for (const [name, attempt] of Object.entries(attempts)) await refused(t, attempt(), code, `${name} by ${ear.principal.id}`);
    const over = code === 'forbidden' ? 'call_over' : code;
    await refused(t, calls.resume(ear, call.id), over);
    if (ear !== stranger) await refused(t, calls.accept(ear, call.id), over);
    if (ear !== stranger) await refused(t, calls.decline(ear, call.id), over);
  }
  await refused(t, h.calls.start(stranger, { mode: 'audio', conversationId: conversationOf('v') }), 'not_found');
  await refused(t, h.calls.start(foreign, { mode: 'audio', conversationId: conversationOf('v') }), 'not_found');
  await refused(t, h.calls.get(foreign.principal, call.id), 'not_found');
  t.equal((await h.calls.list(foreign.principal, { limit: 10 })).items.length, 0);
  t.equal((await record(h, call.id))?.state, 'active');
  t.equal((await h.calls.get(colleague.principal, call.id)).id, call.id, 'history is for the whole team');
});

t.test('[S19] a consent is noted with time, who, words and language; it can be taken back but not given after the end', async (t) => {
  const h = await house(t);
  const revoked: string[] = [];
  h.calls.observe({ consentRevoked: async ({ id }) => void revoked.push(id) });
  const { visitor, agent, call } = await activeCall(h);
  agent.heard = [];
  const words = { textVersion: '2026-11', locale: 'ko' };
  t.strictSame((await h.calls.consent(visitor, call.id, { granted: true, ...words })).consents, { visitor: true });
  t.match(agent.take('call.updated'), [{ call: { consents: { visitor: true } } }]);
  t.strictSame((await h.calls.consent(agent, call.id, { granted: true, ...words })).consents, { visitor: true, agent: true });
  h.clock.advance(5000);
  t.strictSame((await h.calls.consent(visitor, call.id, { granted: false, ...words })).consents, { visitor: false, agent: true });
  t.strictSame(revoked, [call.id]);
  const rows = await h.database.q.select().from(h.database.tables.consents);
  t.match(rows.find((row) => row.memberKind === 'visitor'), { granted: false, memberId: 'v', organisationId: 'org', createdAt: h.clock.now(), ...words });
  t.equal(rows.length, 2);
  await h.calls.end(visitor, call.id);
  await refused(t, h.calls.consent(visitor, call.id, { granted: true, ...words }), 'call_over');
  await h.calls.consent(agent, call.id, { granted: false, ...words });
  t.strictSame((await h.calls.get(agent.principal, call.id)).consents, { visitor: false, agent: false });
});
