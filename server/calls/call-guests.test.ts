import t, { type Test } from 'tap';
import { LEASES } from './call-sides.ts';
import { createCallGuests, GUESTS_AT_MOST } from './call-guests.ts';
import type { CallRecord } from './calls.store.ts';
import { activeCall, house, record, refused } from './testing/active-call.ts';
import { conversationOf, type CallHouse, type Ear } from './testing/call-house.ts';

/** Somebody who may listen. */
const lead = (h: CallHouse, id: string, organisationId?: string) => h.connect({ ...h.agent(id, organisationId), role: 'admin' });
const visit = async (t: Test) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const guest = await lead(h, 'g');
  for (const ear of [visitor, agent, guest]) ear.heard = [];
  return { h, visitor, agent, guest, call, callId: call.id };
};
const names = (ear: Ear) => ear.take('call.members').at(-1)?.members.map(({ name, talks, connectionId }) => `${name}${talks ? '' : ' listens'}${connectionId ? '' : ' away'}`);

t.test('[F9] a guest comes, talks, and goes: everybody in the call is told who is there, and the log says who and when', async (t) => {
  const { h, visitor, agent, guest, call, callId } = await visit(t);
  const joined = await h.calls.join(guest, callId, false);
  const members = [
    { connectionId: visitor.connectionId, kind: 'visitor', id: 'v', name: 'Visitor v', guest: false, talks: true },
    { connectionId: agent.connectionId, kind: 'agent', id: 'a', name: 'Agent a', guest: false, talks: true },
    { connectionId: guest.connectionId, kind: 'agent', id: 'g', name: 'Agent g', guest: true, talks: false },
  ];
  t.strictSame(joined.members, members);
  t.match(joined, { call: { id: callId, state: 'active', guests: [{ id: 'g', name: 'Agent g', talks: false }] } });
  t.ok(joined.iceServers.length > 0);
  for (const ear of [visitor, agent]) t.match(ear.take('call.members'), [{ callId, members }]);
  t.strictSame(guest.take('call.members'), [], 'the guest has it in the reply');
  t.notOk((await h.calls.get(visitor.principal, callId)).guests, 'the visitor reads it from call.members alone');

  h.clock.advance(65_000);
  await h.calls.join(guest, callId, true);
  for (const ear of [visitor, agent]) t.strictSame(names(ear), ['Visitor v', 'Agent a', 'Agent g']);
  await h.calls.join(guest, callId, true);
  h.clock.advance(5_000);
  h.calls.leave(guest, callId);
  h.calls.leave(guest, callId);
  for (const ear of [visitor, agent]) t.strictSame(names(ear), ['Visitor v', 'Agent a'], 'the two alone');
  t.strictSame(h.audited.map(({ organisationId, actor, action, target }) => [organisationId, actor.name, action, target?.id, target?.name]), ['listened', 'joined', 'left']
    .map((verb) => ['org', 'Agent g', `call.${verb}`, callId, 'Visitor v']));
  t.equal(Date.parse(h.audited[2]!.detail!.until as string) - Date.parse(h.audited[2]!.detail!.since as string), 70_000);
  t.equal((await record(h, callId))?.state, 'active', 'the call itself goes on as it was');
  await h.calls.signal(visitor, callId, null);
  t.equal(agent.take('call.signal').length, 1);
  t.equal(call.mode, 'audio');
});

t.test('[F9] [S5] who may be a guest of what', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  await refused(t, h.calls.join(await h.connect(h.agent('b')), callId, false), 'forbidden', 'a role without the permission');
  await refused(t, h.calls.join(visitor, callId, false), 'forbidden', 'a visitor');
  await refused(t, h.calls.join(await lead(h, 'x', 'other'), callId, false), 'not_found', 'another organisation');
  await refused(t, h.calls.join(guest, 'nothing', false), 'not_found');
  await refused(t, h.calls.join({ ...agent, principal: { ...h.agent('a'), role: 'owner' } }, callId, true), 'conflict', 'its own agent');

  const waiting = (await h.calls.start(await h.connect(h.visitor('w')), { mode: 'audio' })).call;
  await refused(t, h.calls.join(guest, waiting.id, false), 'conflict', 'a call that rings');
  const busy = await lead(h, 'busy');
  await h.calls.accept(busy, waiting.id);
  await refused(t, h.calls.join(busy, callId, false), 'already_in_call');
  t.strictSame(busy.take('call.updated').at(-1)?.engaged, true, 'and is shown which');

  await h.calls.join(guest, callId, false);
  await refused(t, h.calls.join(await lead(h, 'g'), waiting.id, false), 'already_in_call', 'a guest elsewhere');
  t.notOk(guest.heard.some((event) => event.type === 'call.updated' && event.engaged), 'who has no call of its own to return to');
  await h.calls.join(await lead(h, 'g2'), callId, true);
  t.equal(GUESTS_AT_MOST, 2);
  await refused(t, h.calls.join(await lead(h, 'g3'), callId, true), 'conflict', 'four in all');
  await h.calls.end(agent, callId);
  await refused(t, h.calls.join(guest, callId, false), 'call_over');
  t.strictSame(h.audited.filter(({ action }) => action !== 'call.left').map(({ actor }) => actor.id), ['g', 'g2'], 'who was refused stands in no log');
});

t.test('[F9] whoever listens is busy: rung by nobody, takes no other call, and free again afterwards', async (t) => {
  const { h, guest, callId } = await visit(t);
  const other = await lead(h, 'o');
  await h.calls.join(guest, callId, false);
  const caller = await h.connect(h.visitor('w'));
  const { call } = await h.calls.start(caller, { mode: 'audio' });
  t.match(guest.take('queue.added'), [{ rings: false }]);
  t.match(other.take('queue.added'), [{ rings: true }]);
  await refused(t, h.calls.next(guest), 'already_in_call');
  await refused(t, h.calls.accept(guest, call.id), 'already_in_call');
  await refused(t, h.calls.start(guest, { mode: 'audio', conversationId: conversationOf('u') }), 'already_in_call');
  h.calls.leave(guest, callId);
  await h.settle();
  t.match(guest.take('queue.updated'), [{ rings: true, call: { id: call.id } }]);
  t.equal((await h.calls.next(guest)).call.id, call.id);
});

t.test('[F9] [F13] a guest whose link breaks has 30 s, who leaves the page is out, and the newest window has the part', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  await h.calls.join(guest, callId, true);
  const window = await lead(h, 'g');
  await h.calls.join(window, callId, true);
  t.match(guest.take('call.updated'), [{ superseded: true, call: { id: callId } }]);
  h.calls.leave(guest, callId);
  await h.disconnect(guest, true);
  t.strictSame(names(visitor), ['Visitor v', 'Agent a', 'Agent g'], 'the older window\'s end means nothing');

  await h.disconnect(window, false);
  for (const ear of [visitor, agent]) t.strictSame(names(ear), ['Visitor v', 'Agent a', 'Agent g away']);
  await refused(t, h.calls.link(visitor, callId, window.connectionId, {}), 'unavailable');
  h.clock.advance(LEASES.lost - 1);
  const back = await lead(h, 'g');
  await h.calls.join(back, callId, true);
  t.strictSame(names(visitor), ['Visitor v', 'Agent a', 'Agent g']);
  h.clock.advance(60_000);
  t.strictSame(visitor.heard, [], 'back in time');
  await h.disconnect(back, false, 20_000);
  h.clock.advance(LEASES.lost - 20_000);
  t.strictSame(names(agent), ['Visitor v', 'Agent a'], 'how long the link was silent is part of it');

  const again = await lead(h, 'g');
  await h.calls.join(again, callId, false);
  await h.disconnect(again, true);
  t.strictSame(names(visitor), ['Visitor v', 'Agent a'], 'left is left');
  t.strictSame(h.audited.map(({ action }) => action), ['call.joined', 'call.left', 'call.listened', 'call.left']);

  const quick = await lead(h, 'q');
  const joining = h.calls.join(quick, callId, false);
  await h.disconnect(quick, false);
  await joining;
  t.strictSame(names(visitor)?.at(-1), 'Agent q listens away', 'gone while the answer was on its way');
  h.clock.advance(LEASES.lost);
  t.strictSame(names(visitor), ['Visitor v', 'Agent a']);
});

t.test('[F9] [S14] whose account or sign-in ends is out at once, there or away', async (t) => {
  const { h, visitor, guest, callId } = await visit(t);
  for (const [topic, away] of [['agent:g', false], ['session:session-g', false], ['session:session-g', true]] as const) {
    const ear = await lead(h, 'g');
    await h.calls.join(ear, callId, true);
    if (away) await h.disconnect(ear, false);
    h.calls.revoked('agent:somebody');
    h.calls.revoked('session:session-a');
    t.equal(names(visitor)?.length, 3);
    h.calls.revoked(topic);
    t.strictSame(names(visitor), ['Visitor v', 'Agent a'], `${topic}${away ? ', away' : ''}`);
    await refused(t, h.calls.link(ear, callId, visitor.connectionId, {}), 'forbidden');
  }
  t.strictSame(guest.take('call.members'), []);
});

t.test('[F9] the members\' coming and going, hand-over and end reach the guests', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  const second = await lead(h, 's');
  await h.calls.join(guest, callId, false);
  await h.calls.join(second, callId, true);
  guest.heard = [];
  await h.disconnect(visitor, false);
  t.strictSame(names(guest), ['Visitor v away', 'Agent a', 'Agent g listens', 'Agent s']);
  const back = await h.connect(visitor.principal);
  t.equal((await h.calls.resume(back, callId)).members?.length, 4, 'who returns learns it too');
  t.strictSame(names(guest), ['Visitor v', 'Agent a', 'Agent g listens', 'Agent s']);
  await h.calls.video(back, callId, 'show');
  t.match(guest.take('call.updated'), [{ call: { mode: 'video' } }]);

  const colleague = await h.connect(h.agent('b'));
  await h.calls.transfer(agent, callId, 'b');
  t.equal((await h.calls.accept(colleague, callId)).members?.length, 4);
  t.strictSame(names(guest), ['Visitor v', 'Agent b', 'Agent g listens', 'Agent s']);
  await refused(t, h.calls.link(agent, callId, guest.connectionId, {}), 'forbidden', 'the former agent is out of it');

  await h.calls.transfer(colleague, callId, 's');
  t.equal((await h.calls.accept(second, callId)).call.agent?.id, 's');
  t.strictSame(names(back), ['Visitor v', 'Agent s', 'Agent g listens'], 'a guest who takes it over is no guest any more');
  t.notOk(second.heard.some((event) => event.type === 'call.updated' && event.superseded), 'and its page goes on');
  t.match(h.audited.at(-1), { action: 'call.left', actor: { id: 's' } });

  guest.heard = [];
  await h.calls.end(back, callId);
  t.match(guest.take('call.updated'), [{ call: { state: 'ended', endReason: 'visitor_hangup' } }]);
  t.strictSame(guest.take('call.members'), []);
  t.match(h.audited.at(-1), { action: 'call.left', actor: { id: 'g' } });
  await refused(t, h.calls.link(guest, callId, back.connectionId, {}), 'call_over');
});

t.test('[F9] a guest who takes the call over in another window: the first one stops', async (t) => {
  const { h, agent, guest, callId } = await visit(t);
  await h.calls.join(guest, callId, false);
  const window = await lead(h, 'g');
  await h.calls.transfer(agent, callId, 'g');
  await h.calls.accept(window, callId);
  t.match(guest.take('call.updated').filter(({ superseded }) => superseded), [{ call: { id: callId } }]);
  t.strictSame(names(window), ['Visitor v', 'Agent g']);
});

t.test('[F9] a hand-over rings no colleague who listens to another call', async (t) => {
  const { h, agent, guest, callId } = await visit(t);
  const elsewhere = (await h.calls.start(await h.connect(h.visitor('w')), { mode: 'audio' })).call;
  await h.calls.accept(await h.connect(h.agent('b')), elsewhere.id);
  await h.calls.join(guest, elsewhere.id, false);
  await refused(t, h.calls.transfer(agent, callId, 'g'), 'unavailable');
});

t.test('[F9] [S4] what one says to another about their link reaches that one connection and no other', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  const tabs = [await h.connect(visitor.principal), await h.connect(agent.principal), await lead(h, 'g')];
  const second = await lead(h, 's');
  const { call: other } = await h.calls.start(await h.connect(h.visitor('w')), { mode: 'audio' });
  const strangers = [await h.connect(h.agent('b')), await lead(h, 'x', 'other'), await h.connect(h.visitor('other-v', 'other'))];
  await h.calls.accept(strangers[0]!, other.id);
  const foreign = (await h.calls.start(strangers[2]!, { mode: 'audio' })).call;
  await h.calls.accept(await h.connect(h.agent('y', 'other')), foreign.id);
  await h.calls.join(guest, callId, false);
  await h.calls.join(second, callId, true);
  const inside = [visitor, agent, guest, second];
  const everybody = [...inside, ...tabs, ...strangers];
  for (const ear of everybody) ear.heard = [];

  const sdp = { type: 'offer', sdp: 'v=0' };
  for (const from of inside) {
    for (const to of inside.filter((ear) => ear !== from)) {
      const pair = [from, to].every((ear) => ear === visitor || ear === agent);
      if (pair) await refused(t, h.calls.link(from, callId, to.connectionId, sdp), 'forbidden', 'the two have call.signal');
      else {
        await h.calls.link(from, callId, to.connectionId, sdp);
        t.match(to.take('call.link'), [{ callId, from: from.connectionId, data: sdp }]);
      }
    }
    for (const out of [from, ...tabs, ...strangers]) await refused(t, h.calls.link(from, callId, out.connectionId, sdp), 'unavailable', `${from.principal.id} to somebody who is not in it`);
    await refused(t, h.calls.link(from, foreign.id, strangers[2]!.connectionId, sdp), 'not_found');
  }
  await refused(t, h.calls.link(tabs[0]!, callId, guest.connectionId, sdp), 'conflict', 'another tab of the visitor');
  await refused(t, h.calls.link(tabs[1]!, callId, guest.connectionId, sdp), 'conflict', 'another window of the agent');
  await refused(t, h.calls.link(tabs[2]!, callId, visitor.connectionId, sdp), 'conflict', 'another window of the guest');
  await refused(t, h.calls.link(strangers[0]!, callId, guest.connectionId, sdp), 'forbidden', 'a colleague who is in another call');
  await refused(t, h.calls.link(strangers[1]!, callId, guest.connectionId, sdp), 'not_found');
  await refused(t, h.calls.link(strangers[2]!, callId, guest.connectionId, sdp), 'not_found');
  await refused(t, h.calls.link({ ...strangers[1]!, connectionId: guest.connectionId }, callId, visitor.connectionId, sdp), 'not_found', 'a connection that is somebody else\'s');
  // The same goes for who is there.
  h.calls.leave(second, callId);
  t.strictSame(everybody.filter(({ heard }) => heard.some(({ type }) => type === 'call.members')), [visitor, agent, guest]);
  t.strictSame(everybody.filter(({ heard }) => heard.some(({ type }) => type === 'call.link')), []);
});

t.test('[F9] every agent of the organisation can keep a list of what runs', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  const stranger = await lead(h, 'x', 'other');
  const colleague = await h.connect(h.agent('b'));
  const told = () => colleague.take('call.live').map(({ live, call }) => [live, call.agent?.name, call.mode, call.guests?.map(({ name, talks }) => `${name} ${talks}`).join()]);
  const { call: waiting } = await h.calls.start(await h.connect(h.visitor('w')), { mode: 'video' });
  t.strictSame(told(), [], 'what rings does not run');
  await h.calls.accept(guest, waiting.id);
  t.strictSame(told(), [[true, 'Agent g', 'video', undefined]]);
  await h.calls.end(guest, waiting.id);
  t.strictSame(told(), [[false, 'Agent g', 'video', undefined]]);
  const hasty = await h.connect(h.visitor('u'));
  await h.calls.cancel(hasty, (await h.calls.start(hasty, { mode: 'audio' })).call.id);
  t.strictSame(told(), [], 'nor what ends while it rings');
  await h.calls.join(guest, callId, false);
  await h.calls.join(guest, callId, true);
  await h.calls.video(visitor, callId, 'show');
  t.strictSame(told(), [[true, 'Agent a', 'audio', 'Agent g false'], [true, 'Agent a', 'audio', 'Agent g true'], [true, 'Agent a', 'video', 'Agent g true']]);
  t.match(await h.calls.list(colleague.principal, { state: 'active', limit: 10 }), { items: [{ id: callId, guests: [{ name: 'Agent g' }] }], next: null });
  await h.calls.start(await h.connect(h.visitor('r')), { mode: 'audio' });
  t.equal((await h.calls.list(colleague.principal, { state: 'ringing', limit: 10 })).items.length, 1);
  t.strictSame((await h.calls.list(stranger.principal, { state: 'active', limit: 10 })).items, []);
  await h.calls.transfer(agent, callId, 'b');
  await h.calls.accept(colleague, callId);
  t.match(told().at(-1), [true, 'Agent b', 'video', 'Agent g true']);
  await h.calls.end(colleague, callId);
  t.match(told().at(-1), [false, 'Agent b', 'video', undefined]);
  t.strictSame((await h.calls.list(colleague.principal, { state: 'active', limit: 10 })).items, []);
  t.strictSame([...visitor.take('call.live'), ...stranger.take('call.live')], []);
});

t.test('[F9] a call that ends, is handed over or answered elsewhere while somebody joins keeps no ghost', async (t) => {
  const { h, visitor, agent, guest, callId } = await visit(t);
  const [joined] = await Promise.allSettled([h.calls.join(guest, callId, false), h.calls.end(visitor, callId)]);
  await h.settle();
  t.strictSame((await h.calls.get(agent.principal, callId)).guests, undefined);
  if (joined.status === 'rejected') t.match(joined.reason, { code: 'call_over' });
  const { call } = await h.calls.start(visitor, { mode: 'audio' });
  t.equal((await h.calls.next(guest)).call.id, call.id, 'nobody is left engaged');
  await h.calls.transfer(guest, call.id, 'a');
  const former = await lead(h, 'l');
  await Promise.allSettled([h.calls.join({ ...agent, principal: { ...h.agent('a'), role: 'admin' } }, call.id, false), h.calls.accept(agent, call.id), h.calls.join(former, call.id, false)]);
  t.match((await h.calls.get(agent.principal, call.id)), { agent: { id: 'a' }, guests: [{ id: 'l' }] });
  const one = h.restart();
  await one.calls.recover();
  t.notOk((await one.calls.get(agent.principal, call.id)).guests, 'a restart forgets them');
});

t.test('[F9] what the database said before the end, and says after it, lets nobody in', async (t) => {
  const h = await house(t);
  const active = { id: 'k', organisationId: 'org', state: 'active', agentId: 'a', agentName: 'A', visitorId: 'v', visitorName: 'V' } as CallRecord;
  for (const [then, code] of [[{ ...active, state: 'ended' }, 'call_over'], [{ ...active, agentId: 'g' }, 'conflict']] as const) {
    const looks: CallRecord[] = [active, then];
    const written: unknown[] = [];
    const guests = createCallGuests({
      hub: h.hub, clock: h.clock, audit: { record: (entry) => void written.push(entry) }, legs: { of: () => undefined }, view: () => ({}) as never, changed: () => {},
      sides: { carried: async () => active, isOpen: () => true }, visible: async () => looks.shift()!,
    });
    await refused(t, guests.join(await lead(h, 'g'), 'k', true), code);
    t.strictSame([guests.of('k'), [...guests.engaged()], written], [[], [], []]);
  }
});
