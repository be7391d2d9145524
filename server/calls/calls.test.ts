import { createHmac } from 'node:crypto';
import { execFile } from 'node:child_process';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Call } from '../../protocol/shapes.ts';
import { missing, startTurn } from '../../test/services/turn.ts';
import { findProgram } from '../../test/services/processes.ts';
import { Problem } from '../errors.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { systemClock } from '../clock.ts';
import { conversationOf, openCallHouse, type CallHouse, type Ear } from './testing/call-house.ts';
import { RING_MS } from './call-course.ts';
import { LEASES } from './calls.ts';
import { createIceServers } from './ice-servers.ts';

const refused = (t: Test, work: Promise<unknown>, code: string, name = code) => t.rejects(work, { code }, name);

async function house(t: Test): Promise<CallHouse> {
  const house = await openCallHouse();
  t.teardown(() => house.close());
  return house;
}

/** A visitor and an agent, with the call that the one started and the other answered. */
async function activeCall(house: CallHouse): Promise<{ visitor: Ear; agent: Ear; call: Call }> {
  const visitor = await house.connect(house.visitor('v'));
  const agent = await house.connect(house.agent('a'));
  const { call } = await house.calls.start(visitor, { mode: 'audio' });
  const joined = await house.calls.accept(agent, call.id);
  return { visitor, agent, call: joined.call };
}

const record = (house: CallHouse, id: string) => house.calls.record('org', id);

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
  t.match(aTab.take('queue.removed'), [{ reason: 'declined' }], 'the other tab stops too');
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

t.test('[H1] [H2] history pages newest first through every filter, and misses nothing that shares a millisecond', async (t) => {
  const h = await house(t);
  const agent = await h.connect(h.agent('a'));
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const visitor = await h.connect(h.visitor(n % 3 === 0 ? 'v' : 'w'));
    const { call } = await h.calls.start(visitor, { mode: n % 2 === 0 ? 'audio' : 'video' });
    if (n % 4 === 0) await h.calls.accept(agent, call.id);
    await h.calls.end(visitor, call.id);
    ids.unshift(call.id);
    if (n % 3 === 2) h.clock.advance(1000);
  }
  const all = async (filter: Partial<Parameters<typeof h.calls.list>[1]>, limit: number) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, next } = await h.calls.list(agent.principal, { ...filter, limit, cursor });
      found.push(...items.map(({ id }) => id));
      if (!next) return found;
      cursor = next;
    }
  };
  for (const limit of [1, 2, 5, 12, 100]) t.strictSame(await all({}, limit), ids, `pages of ${limit}`);
  t.equal((await all({ visitorId: 'v' }, 3)).length, 4);
  t.equal((await all({ agentId: 'a' }, 1)).length, 3);
  t.equal((await all({ mode: 'video' }, 4)).length, 6);
  t.equal((await all({ from: h.clock.now() - 2000, to: h.clock.now() - 1000 }, 2)).length, 3);
  t.equal((await all({ visitorId: "v' OR 1=1 --" }, 3)).length, 0);
});

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

t.test('[F2] [S20] ICE servers: STUN without credentials, TURN with ones that end in two hours', async (t) => {
  const clock = fakeClock(1_700_000_000_000);
  const { iceServers, expiresAt } = createIceServers({ urls: ['stun:s:3478', 'turn:t:3478?transport=udp', 'turns:t:443?transport=tcp'], secret: 'north', clock }).mint('v1');
  t.strictSame(iceServers, [
    { urls: ['stun:s:3478'] },
    { urls: ['turn:t:3478?transport=udp', 'turns:t:443?transport=tcp'], username: '1700007200:v1', credential: createHmac('sha1', 'north').update('1700007200:v1').digest('base64') },
  ]);
  t.equal(expiresAt, '2023-11-15T00:13:20.000Z');
  t.strictSame(createIceServers({ urls: [], secret: undefined, clock }).mint('v1').iceServers, [], 'no third party\'s server by default');
  t.throws(() => createIceServers({ urls: ['turn:t'], secret: undefined, clock }), /TURN_SECRET/);
  t.throws(() => createIceServers({ urls: ['https://t'], secret: 'x', clock }), /TURN_URLS/);
});

const client = findProgram('turnutils_uclient');
t.test('[F2] [S20] a real coturn takes our credentials, and neither forged nor expired ones', { skip: missing() ?? (client ? false : 'turnutils_uclient is missing') }, async (t) => {
  const turn = await startTurn();
  t.teardown(() => turn.stop());
  const port = /:(\d+)\?/.exec(turn.urls[0]!)![1]!;
  const allocates = (username: string, password: string) => new Promise<boolean>((resolve) => {
    const child = execFile(client!, ['-u', username, '-w', password, '-p', port, '-L', '127.0.0.1', '-y', '-n', '1', '-m', '1', '127.0.0.1'], { timeout: 15_000 },
      (error, stdout) => resolve(!error && /tot_recv_msgs=[1-9]/.test(stdout)));
    child.stdin?.end();
  });
  const now = systemClock();
  const minted = createIceServers({ urls: turn.urls, secret: turn.secret, clock: now }).mint('v1').iceServers[0]!;
  const expired = createIceServers({ urls: turn.urls, secret: turn.secret, clock: fakeClock(1_700_000_000_000) }).mint('v1').iceServers[0]!;
  t.ok(await allocates(minted.username!, minted.credential!), 'ours');
  t.notOk(await allocates(minted.username!, 'Zm9yZ2Vk'), 'forged');
  t.notOk(await allocates(expired.username!, expired.credential!), 'expired');
});
