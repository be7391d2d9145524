import { eq } from 'drizzle-orm';
import t from 'tap';
import type { KeyPrincipal } from '../auth/principal.ts';
import { createReportsStore } from '../reports/reports.store.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { refused, send } from '../testing/consultation.ts';
import { clientId, testGateway } from '../testing/test-gateway.ts';
import { createChatStore } from './chat.store.ts';
import { createMemberships, staffOf } from './memberships.ts';
import { createMissedEventsStore } from '../webhooks/missed-events.store.ts';
import { MEMBERS_AT_MOST } from './rooms.ts';

await eachEngine(t, async (t, openDatabase) => {
  const server = await testGateway({ database: await openDatabase() });
  t.teardown(() => server.stop());
  const { q, tables } = server.database;
  let made = 0;
  /** A shop with three agents, the first two of them at their panels. */
  const shop = async () => {
    const shop = await server.organisation(`rooms${++made}`);
    const [ada, bob, eve] = [await shop.agent('Ada'), await shop.agent('Bob'), await shop.agent('Eve')];
    const [a, b, e] = [await server.connect(ada), await server.connect(bob), await server.connect(eve)];
    server.events.length = 0;
    return { shop, ada, bob, eve, a, b, e, leave: () => Promise.all([a, b, e].map((socket) => socket.close())) };
  };
  const rowsOf = async (conversationId: string) => {
    const { conversations, messages, participants, pins, reads } = tables;
    const counts = [await q.select().from(conversations).where(eq(conversations.id, conversationId))];
    for (const table of [messages, participants, pins, reads]) counts.push(await q.select().from(table).where(eq(table.conversationId, conversationId)) as never);
    return counts.map(({ length }) => length);
  };

  await t.test('[CH23][D4] two colleagues have one room, whoever asks first and however many at once', async (t) => {
    const { ada, bob, eve, a, b, e, leave } = await shop();
    const rooms = await Promise.all([ada, bob, ada, bob, ada, bob].map((each) => server.chat.direct(each, each === ada ? bob.id : ada.id)));
    t.equal(new Set(rooms.map(({ conversation }) => conversation.id)).size, 1);
    t.equal(rooms.filter(({ created }) => created).length, 1, 'one of them made it');
    const { conversation } = rooms[0]!;
    t.match(conversation, { kind: 'direct', siteId: '', visitor: { id: '', name: '' }, title: null, status: 'open', assignee: null, unread: 0, members: [{ id: ada.id, name: 'Ada' }, { id: bob.id, name: 'Bob' }] });
    for (const socket of [a, b]) t.match(await socket.next('conversation.updated'), { reason: 'created', conversation: { id: conversation.id } });
    t.not((await server.chat.direct(eve, ada.id)).conversation.id, conversation.id, 'with somebody else it is another one');
    await e.settled();
    t.notMatch(JSON.stringify(e.frames), conversation.id);
    await leave();
  });

  await t.test('[CH23][D4] a room with oneself, a stranger, or somebody who has left makes no sense; one that is there stays', async (t) => {
    const { ada, bob, eve, leave } = await shop();
    const stranger = await (await server.organisation(`rooms-other${made}`)).agent('Mallory');
    await t.rejects(server.chat.direct(ada, ada.id), refused('unprocessable'));
    await t.rejects(server.chat.direct(ada, stranger.id), refused('not_found'));
    await t.rejects(server.chat.direct(ada, 'nobody'), refused('not_found'));
    const { conversation: { id } } = await server.chat.direct(ada, bob.id);
    await q.update(tables.agents).set({ status: 'disabled' }).where(eq(tables.agents.organisationId, ada.organisationId));
    t.match(await server.chat.direct(ada, bob.id), { created: false, conversation: { id } });
    await t.rejects(server.chat.direct(ada, eve.id), refused('unprocessable'));
    await t.rejects(server.chat.group(ada, { title: 'x', agentIds: [eve.id] }), refused('unprocessable'));
    await leave();
  });

  await t.test('[CH24][D5] a group has a title and several agents; messages, reading and typing go to its members alone, and nobody outside hears of them', async (t) => {
    const { ada, bob, a, b, e, leave } = await shop();
    const tab = await server.connect(ada);
    const { conversation: { id, ...group } } = await server.chat.group(ada, { title: '  Returns of spring ', agentIds: [bob.id, ada.id, bob.id] });
    const twice = [1, 2].map(() => server.chat.group(ada, { title: 'Once', agentIds: [bob.id], clientId: 'a-group-that-is-made-once' }));
    const [first, again] = await Promise.all(twice);
    t.equal(first!.conversation.id, again!.conversation.id, 'an answer that was lost makes no second group');
    t.same([first!.created, again!.created].sort(), [false, true]);
    t.not((await server.chat.group(bob, { title: 'Once', agentIds: [ada.id], clientId: 'a-group-that-is-made-once' })).conversation.id, first!.conversation.id, 'nobody meets another’s');
    t.match(group, { kind: 'group', title: 'Returns of spring', members: [{ id: ada.id }, { id: bob.id }] });
    const { message } = await send(a, 1, id, 'only for us');
    for (const socket of [b, tab]) t.strictSame((await socket.next('message')).message, message);
    await b.request('typing', { conversationId: id, on: true });
    for (const socket of [a, tab]) t.match(await socket.next('typing'), { author: { id: bob.id }, on: true });
    t.match(await b.request('read', { conversationId: id, seq: 1 }), { seq: 1 });
    for (const socket of [a, tab]) t.match(await socket.next('read'), { reader: { kind: 'agent', id: bob.id, name: 'Bob' }, seq: 1 }, 'both are told who has read [L4]');
    t.match(await server.chat.conversation(ada, id), { lastSeq: 1, readSeq: 1, unread: 0, agentsReadSeq: 1, preview: { text: 'only for us' } });
    await b.request('conversation.view', { conversationId: id, on: true });
    t.match(await a.next('conversation.viewers'), { conversationId: id, viewers: [{ id: bob.id }] });
    t.strictSame(await server.chat.participants(ada, id), [{ kind: 'agent', id: ada.id, name: 'Ada', readSeq: 1 }, { kind: 'agent', id: bob.id, name: 'Bob', readSeq: 1 }]);
    await e.settled();
    t.notMatch(JSON.stringify(e.frames), id, 'a colleague outside hears nothing');
    t.strictSame(server.events, [], 'and neither do webhooks, mail, push and routing');
    t.strictSame(await createReportsStore(server.database).conversations(ada.organisationId, server.clock.now() + 1, undefined, 10), [], 'nor reports');
    t.strictSame(await createMissedEventsStore(server.database).happened(ada.organisationId, 0, () => true), [], 'nor what is found out about events after a crash');
    await tab.close();
    await leave();
  });

  await t.test('[CH23][S4][K7][K8] to everybody else, owners and API keys too, a room of the team is not there', async (t) => {
    const { shop: { id: organisationId }, ada, bob, eve, e, leave } = await shop();
    const owner = { ...eve, role: 'owner' as const };
    const key: KeyPrincipal = { kind: 'key', id: 'key', name: 'Key', organisationId, scopes: [] };
    const { conversation: { id } } = await server.chat.direct(ada, bob.id);
    await send(await server.connect(ada), 1, id);
    for (const who of [owner, key]) {
      for (const attempt of [
        () => server.chat.conversation(who, id), () => server.chat.member(who, id), () => server.chat.history(who, { conversationId: id }), () => server.chat.participants(who, id),
        () => server.chat.send(who, { conversationId: id, clientId: clientId(7), text: 'x' }), () => server.chat.close(who, id), () => server.chat.change(who, id, { title: 'x' }),
        () => server.chat.change(who, id, { status: 'closed' }), () => server.chat.remove(who, organisationId, id),
      ] as (() => Promise<unknown>)[]) await t.rejects(attempt, refused('not_found'), attempt.toString());
      t.match(await server.chat.changeMany(who, [id], { status: 'closed' }), { changed: [], refused: [{ id, code: 'not_found' }] });
      for (const kind of ['team', 'visitor'] as const) t.strictSame((await server.chat.list(who, { kind, limit: 100 })).items, []);
    }
    for (const type of ['conversation.join', 'conversation.leave'] as const) await t.rejects(e.request(type, { conversationId: id }), refused('not_found'));
    await t.rejects(e.request('conversation.view', { conversationId: id, on: true }), refused('not_found'));
    await t.rejects(e.request('conversation.pin', { conversationId: id, on: true }), refused('not_found'));
    await t.rejects(e.request('conversation.transfer', { conversationId: id, agentId: eve.id }), refused('not_found'));
    await t.rejects(server.chat.addMembers(owner, id, [eve.id]), refused('not_found'));
    await t.rejects(server.chat.removeMember(owner, id, ada.id), refused('not_found'));
    const back = await server.connect(eve, { resume: { [id]: 0 } });
    await back.settled();
    t.strictSame([back.hello.conversations, back.events], [[], []]);
    await back.close();
    await leave();
  });

  await t.test('[CH23] what belongs to visitors makes no sense among agents', async (t) => {
    const { ada, bob, a, leave } = await shop();
    const { conversation: { id: conversationId } } = await server.chat.direct(ada, bob.id);
    await t.rejects(a.request('message.send', { conversationId, clientId: clientId(1), text: 'x', note: true }), refused('unprocessable'));
    for (const request of [
      () => a.request('conversation.close', { conversationId }), () => a.request('conversation.reopen', { conversationId }), () => a.request('conversation.takeover', { conversationId }),
      () => a.request('conversation.assign', { conversationId, assigneeId: bob.id }), () => a.request('conversation.tag', { conversationId, tagIds: [] }),
      () => a.request('conversation.transfer', { conversationId, agentId: bob.id }), () => a.request('conversation.leave', { conversationId }),
      () => server.chat.remove(ada, ada.organisationId, conversationId), () => server.chat.change(ada, conversationId, { title: 'x' }),
      () => server.chat.addMembers(ada, conversationId, [bob.id]), () => server.chat.removeMember(ada, conversationId, bob.id),
    ] as (() => Promise<unknown>)[]) await t.rejects(request, refused('unprocessable'), request.toString());
    t.match(await server.chat.conversation(bob, conversationId), { status: 'open', lastSeq: 0, members: [{}, {}] });
    await leave();
  });

  await t.test('[CH24][D5] who comes in has read what was said; who goes sees it no more, at once', async (t) => {
    const { ada, bob, eve, a, b, e, leave } = await shop();
    const { conversation: { id } } = await server.chat.group(ada, { title: 'Shift', agentIds: [bob.id] });
    await send(a, 1, id);
    await e.settled();
    t.match(await server.chat.addMembers(bob, id, [eve.id, eve.id, ada.id]), { members: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Eve' }] });
    t.match(await e.next('conversation.updated'), { reason: 'joined', conversation: { id, title: 'Shift', lastSeq: 1, unread: 0 } });
    await send(a, 2, id);
    t.match(await e.next('message'), { message: { seq: 2 } });
    t.match((await e.request('history', { conversationId: id })).messages.map(({ seq }) => seq), [1, 2]);
    await e.request('conversation.pin', { conversationId: id, on: true });

    await server.chat.removeMember(ada, id, eve.id);
    t.match(await e.next('conversation.removed'), { conversationId: id });
    t.match(await b.next('conversation.updated', ({ reason }) => reason === 'left'), { conversation: { members: [{ name: 'Ada' }, { name: 'Bob' }] } });
    await t.rejects(e.request('history', { conversationId: id }), refused('not_found'));
    await t.rejects(send(e, 3, id), refused('not_found'));
    await send(a, 4, id);
    await e.settled();
    t.equal(e.events.filter(({ type }) => type === 'message').length, 1);
    t.strictSame(await server.pins.of(eve), []);
    await t.rejects(server.chat.removeMember(ada, id, eve.id), refused('not_found'));
    await t.rejects(server.chat.addMembers(ada, id, ['nobody']), refused('not_found'));

    t.match(await b.request('conversation.leave', { conversationId: id }), { conversation: null });
    t.match(await a.next('conversation.updated', ({ conversation }) => conversation.members?.length === 1), { reason: 'left' });
    await a.request('conversation.pin', { conversationId: id, on: true });
    t.strictSame(await rowsOf(id), [1, 3, 1, 1, 1]);
    t.match(await a.request('conversation.leave', { conversationId: id }), { conversation: null });
    t.strictSame(await rowsOf(id), [0, 0, 0, 0, 0], 'with the last one it goes, and all of it');
    await t.rejects(send(a, 5, id), refused('not_found'));
    await leave();
  });

  await t.test('[CH24][S4] who was taken out in one process is out in every other, at once', async (t) => {
    const { ada, bob, eve, leave } = await shop();
    const { conversation: { id } } = await server.chat.group(ada, { title: 'Two servers', agentIds: [bob.id, eve.id] });
    const elsewhere = createMemberships(createChatStore(server.database));
    t.match(await elsewhere.member(eve, id), { kind: 'group', members: [ada.id, bob.id, eve.id] });
    await server.chat.removeMember(ada, id, eve.id);
    await t.rejects(elsewhere.member(eve, id), refused('not_found'));
    t.strictSame(staffOf(await elsewhere.member(bob, id)), [`agent:${ada.id}`, `agent:${bob.id}`]);
    for (const each of [bob, ada]) await server.chat.leave(each, id);
    await t.rejects(elsewhere.member(bob, id), refused('not_found'));
    await leave();
  });

  await t.test('[CH24] members who leave at once: the room goes, whoever was last', async (t) => {
    const { ada, bob, eve, a, b, e, leave } = await shop();
    for (let round = 0; round < 5; round += 1) {
      const { conversation: { id } } = await server.chat.group(ada, { title: 'Race', agentIds: [bob.id, eve.id] });
      await Promise.all([a, b, e].map((socket) => socket.request('conversation.leave', { conversationId: id })));
      t.strictSame(await rowsOf(id), [0, 0, 0, 0, 0]);
    }
    await leave();
  });

  await t.test('[CH24] a group has so many members at most, and a title always', async (t) => {
    const { shop: { id: organisationId }, ada, bob, leave } = await shop();
    const { conversation: { id } } = await server.chat.group(ada, { title: 'Many', agentIds: [bob.id] });
    const more = Array.from({ length: MEMBERS_AT_MOST - 1 }, (_, n) => `${id}-${n}`);
    await q.insert(tables.agents).values(more.map((agentId) => ({ id: agentId, organisationId, email: agentId, name: agentId, passwordHash: '', role: 'agent' as const, status: 'active' as const, createdAt: 1, updatedAt: 1 })));
    await t.rejects(server.chat.addMembers(ada, id, more), refused('unprocessable'));
    t.equal((await server.chat.addMembers(ada, id, more.slice(1))).members?.length, MEMBERS_AT_MOST);
    t.match(await server.chat.change(bob, id, { title: ' Very many ' }), { title: 'Very many' });
    for (const title of ['', '  ', null]) await t.rejects(server.chat.change(bob, id, { title }), refused('unprocessable'));
    await t.rejects(server.chat.change(bob, id, { title: 'x', status: 'closed' }), refused('unprocessable'));
    await t.rejects(server.chat.group(ada, { title: 'Alone', agentIds: [ada.id] }), refused('unprocessable'));
    t.equal((await server.chat.conversation(ada, id)).title, 'Very many');
    await leave();
  });

  await t.test('[CH23][CH14] rooms of the team are in a hello, are resumed without a hole, and have a list of their own', async (t) => {
    const { shop: here, ada, bob, a, leave } = await shop();
    const { conversation: { id } } = await server.chat.direct(ada, bob.id);
    const { conversation: group } = await server.chat.group(bob, { title: 'Lunch', agentIds: [ada.id] });
    const visitor = await server.connect(here.visitor());
    const { conversationId } = await send(visitor, 1);
    for (const n of [1, 2, 3]) await send(a, n, id);
    const back = await server.connect(bob, { resume: { [id]: 1 } });
    t.match(back.hello.conversations.map((each) => [each.id, each.kind, each.unread]).toSorted(), [[conversationId, 'visitor', 1], [id, 'direct', 3], [group.id, 'group', 0]].toSorted());
    await back.next('message', ({ message }) => message.seq === 3);
    t.strictSame(back.events.filter((event) => event.type === 'message').map(({ message }) => message.seq), [2, 3]);
    const listed = async (query: object) => (await server.chat.list(bob, { limit: 50, ...query })).items.map((each) => each.id);
    t.strictSame(await listed({}), [conversationId]);
    t.strictSame((await listed({ kind: 'team', status: 'closed', assignee: 'none', tag: 'x' })).toSorted(), [id, group.id].toSorted(), 'other filters are nothing to them');
    t.strictSame(await listed({ kind: 'team', unread: true }), [id]);
    for (const socket of [back, visitor]) await socket.close();
    await leave();
  });


  await t.test('[D5][I3] agents join a visitor\'s conversation, bring colleagues in and name it; visitors learn nothing of that', async (t) => {
    const { shop: here, ada, bob, eve, a, b, leave } = await shop();
    const vera = here.visitor('Vera');
    const visitor = await server.connect(vera);
    const { conversationId } = await send(visitor, 1);
    t.match((await a.request('conversation.join', { conversationId })).conversation, { members: [{ id: ada.id, name: 'Ada' }], kind: 'visitor' });
    t.match(await b.next('conversation.updated', ({ reason }) => reason === 'joined'), { conversation: { members: [{ id: ada.id }] } });
    await a.request('conversation.join', { conversationId });
    await server.chat.addMembers(ada, conversationId, [bob.id]);
    t.match(await server.chat.change(ada, conversationId, { title: 'Parcel 12' }), { title: 'Parcel 12', members: [{ id: ada.id }, { id: bob.id }] });
    t.match(server.events.filter((event) => event.type === 'conversation.updated').map(({ reason }) => reason), ['joined', 'joined', 'titled']);
    t.match(await server.chat.participants(eve, conversationId), [{ kind: 'visitor', readSeq: 1 }, { id: ada.id, readSeq: 0 }, { id: bob.id }]);
    t.strictSame(await server.chat.participants(vera, conversationId), [{ kind: 'visitor', id: vera.id, name: 'Vera', readSeq: 1 }], 'who only looks is nobody a visitor knows of');
    await a.request('conversation.leave', { conversationId });
    t.match(await server.chat.conversation(eve, conversationId), { members: [{ id: bob.id }] }, 'and agents see it still');
    t.match((await a.request('conversation.leave', { conversationId })).conversation, { members: [{ id: bob.id }] });
    t.match(await server.chat.change(ada, conversationId, { title: ' ' }), { title: null });
    await visitor.settled();
    t.strictSame(visitor.events.filter((event) => event.type === 'conversation.updated' && event.reason !== 'created'), []);
    const mine = await server.chat.conversation(vera, conversationId);
    t.strictSame([mine.title, mine.members], [null, undefined]);
    for (const type of ['conversation.join', 'conversation.leave'] as const) await t.rejects(visitor.request(type, { conversationId }), refused('forbidden'));
    await visitor.close();
    await leave();
  });
  t.strictSame(server.logged, []);
});
