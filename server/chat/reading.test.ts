import fc from 'fast-check';
import t from 'tap';
import { consultation, messagesOf, refused, send, seqs, upTo } from '../testing/consultation.ts';
import { testGateway, type Somebody } from '../testing/test-gateway.ts';
import type { Nack } from '../testing/test-socket.ts';

await t.test('reading', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH10][K1][K2][K5] history pages both ways, ascending, and says whether there is more', async (t) => {
    const { visitor, conversationId, leave } = await consultation(server);
    for (const n of upTo(9)) await send(visitor, n, conversationId);
    const history = async (where: { before?: number; after?: number; limit?: number }) => {
      const { messages, more } = await visitor.request('history', { conversationId, ...where });
      return [seqs(messages), more];
    };
    t.strictSame(await history({}), [upTo(10), false]);
    t.strictSame(await history({ limit: 4 }), [[7, 8, 9, 10], true]);
    // Larger than any column can compare with: the client's mistake, not a failure of the database.
    for (const where of [{ before: 1e30 }, { after: 1e30 }]) await t.rejects(history(where), { code: 'bad_request' });
    t.strictSame(await history({ before: 7, limit: 4 }), [[3, 4, 5, 6], true]);
    t.strictSame(await history({ before: 3, limit: 4 }), [[1, 2], false]);
    t.strictSame(await history({ before: 1 }), [[], false]);
    t.strictSame(await history({ after: 0, limit: 4 }), [[1, 2, 3, 4], true]);
    t.strictSame(await history({ after: 6, limit: 4 }), [[7, 8, 9, 10], false]);
    t.strictSame(await history({ after: 10 }), [[], false]);
    t.strictSame(await history({ after: 2 ** 53 - 1 }), [[], false]);
    await t.rejects(history({ before: 3, after: 1 }), refused('bad_request'));
    for (const wrong of [{ limit: 0 }, { limit: 101 }, { before: 0 }, { after: -1 }, { after: 1.5 }]) await t.rejects(history(wrong), refused('bad_request'));
    await leave();
  });

  await t.test('[CH11][L1][L3][L4] cursors only move forward, never beyond the end; everybody else is told, own other tabs too', async (t) => {
    const { agent, visitor, conversationId, ada, vera, leave } = await consultation(server, 'cursors');
    for (const n of upTo(4)) await send(visitor, n, conversationId);
    const tab = await server.connect(ada);
    t.match(tab.hello.conversations[0], { id: conversationId, lastSeq: 5, readSeq: 0, unread: 5, visitorReadSeq: 5, agentsReadSeq: 0, preview: { text: 'message 4' } });
    t.match(await agent.request('read', { conversationId, seq: 3 }), { seq: 3 });
    t.match(await tab.next('read'), { conversationId, reader: { kind: 'agent', id: ada.id, name: 'Ada' }, seq: 3 });
    t.strictSame(await visitor.next('read'), { type: 'read', conversationId, reader: { kind: 'agent', id: '', name: '' }, seq: 3 }, 'visitors see that the team has read, and not who of it');
    t.match(await agent.request('read', { conversationId, seq: 2 }), { seq: 3 });
    t.match(await agent.request('read', { conversationId, seq: 0 }), { seq: 3 });
    t.match(await agent.request('read', { conversationId, seq: 999 }), { seq: 5 });
    await agent.settled();
    t.equal(agent.events.filter(({ type }) => type === 'read').length, 0, 'not the own connection');
    t.equal((await visitor.next('read')).seq, 5);
    await visitor.settled();
    t.equal(visitor.events.filter(({ type }) => type === 'read').length, 2, 'and only when it moved');
    t.match(await server.chat.conversation(ada, conversationId), { readSeq: 5, unread: 0, agentsReadSeq: 5 });
    await send(agent, 9, conversationId);
    t.match(await server.chat.conversation(vera, conversationId), { readSeq: 5, unread: 1, lastSeq: 6, agentsReadSeq: 6 }, 'who writes has read');
    await tab.close();
    await leave();
  });

  await t.test('[CH11][L1] each agent has a cursor of its own, in snapshots and in events', async (t) => {
    const { agent, conversationId, shop, ada, leave } = await consultation(server, 'two');
    const bob = await server.connect(await shop.agent('Bob'));
    await agent.request('read', { conversationId, seq: 1 });
    await agent.request('conversation.close', { conversationId });
    t.match(await agent.next('conversation.updated', ({ reason }) => reason === 'closed'), { conversation: { readSeq: 1, unread: 0 } });
    t.match(await bob.next('conversation.updated'), { conversation: { readSeq: 0, unread: 1, agentsReadSeq: 1 } });
    await bob.settled();
    t.equal(bob.events.filter(({ type }) => type === 'conversation.updated').length, 1, 'once');
    t.equal((await server.connect(ada)).hello.conversations[0]!.unread, 0);
    await bob.close();
    await leave();
  });

  await t.test('[CH12] typing goes to the others, and is stored nowhere', async (t) => {
    const { agent, visitor, conversationId, ada, vera, shop, leave } = await consultation(server, 'typing');
    const [tab, bob, veraTab] = [await server.connect(ada), await server.connect(await shop.agent('Bob')), await server.connect(vera)];
    await visitor.request('typing', { conversationId, on: true });
    for (const socket of [agent, tab, bob]) t.match(await socket.next('typing'), { conversationId, author: { kind: 'visitor', id: vera.id }, on: true });
    await agent.request('typing', { conversationId, on: false });
    for (const socket of [visitor, veraTab, bob]) t.match(await socket.next('typing'), { author: { kind: 'agent', id: ada.id }, on: false });
    for (const [socket, count] of [[agent, 1], [tab, 1], [visitor, 1], [veraTab, 1]] as const) {
      await socket.settled();
      t.equal(socket.events.filter(({ type }) => type === 'typing').length, count);
    }
    for (const socket of [tab, bob, veraTab]) await socket.close();
    await leave();
  });
});

await t.test('[CH13][S4][S6][K7] strangers to a conversation are told that there is none, by every request', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());
  const here = await consultation(server, 'here');
  const there = await consultation(server, 'there');
  const neighbour: Somebody = here.shop.visitor('Neighbour');
  const strangers = [await server.connect(neighbour), there.agent, there.visitor];
  const before = await server.chat.conversation(here.ada, here.conversationId);
  for (const conversationId of [here.conversationId, 'no-such-thing', '%', "' or 1=1"]) {
    for (const stranger of strangers) {
      await t.rejects(send(stranger, 5, conversationId), refused('not_found'));
      await t.rejects(stranger.request('history', { conversationId }), refused('not_found'));
      await t.rejects(stranger.request('read', { conversationId, seq: 1 }), refused('not_found'));
      await t.rejects(stranger.request('typing', { conversationId, on: true }), refused('not_found'));
      await t.rejects(stranger.request('conversation.close', { conversationId }), refused('not_found'));
      await t.rejects(stranger.request('conversation.reopen', { conversationId }), refused(stranger === there.agent ? 'not_found' : 'forbidden'));
    }
  }
  for (const stranger of [neighbour, there.ada, there.vera]) {
    const socket = await server.connect(stranger, { resume: { [here.conversationId]: 0, ...(stranger === there.ada && { [there.conversationId]: 0 }) } });
    t.notOk(socket.hello.conversations.some(({ id }) => id === here.conversationId));
    await send(here.visitor, 1000 + strangers.length, here.conversationId);
    if (stranger === there.ada) await socket.next('message', ({ message }) => message.conversationId === there.conversationId);
    await socket.settled();
    t.strictSame(messagesOf(socket, here.conversationId), []);
    await socket.close();
    strangers.push(socket);
  }
  t.match(await server.chat.conversation(here.ada, here.conversationId), { status: 'open', agentsReadSeq: before.agentsReadSeq });
  for (const socket of [there.agent, there.visitor]) t.notMatch(JSON.stringify(socket.frames), here.conversationId);
});

await t.test('[CH15][K5][L5][I2] lists page by (last message, id) without gap or repetition, whatever the filter', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());
  const shop = await server.organisation('shop');
  const ada = await shop.agent();
  const agent = await server.connect(ada);
  for (let n = 0; n < 23; n += 1) {
    const visitor = await server.connect(shop.visitor(`V${n}`));
    const { conversationId } = await send(visitor, n);
    if (n % 4 === 0) await agent.request('conversation.close', { conversationId });
    if (n % 3 === 0) await agent.request('read', { conversationId, seq: 1 });
    if (n % 5 === 0) server.clock.advance(1_000);
    await visitor.close();
  }
  const all = async (query: { status?: 'open' | 'closed'; unread?: boolean }, limit: number) => {
    const items = [];
    let cursor: string | undefined;
    do {
      const page = await server.chat.list(ada, { ...query, cursor, limit });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return items;
  };
  const everything = await all({}, 100);
  t.equal(everything.length, 23);
  t.strictSame(everything, everything.toSorted((a, b) => b.lastMessageAt.localeCompare(a.lastMessageAt) || b.id.localeCompare(a.id)));
  for (const limit of [1, 4, 23]) t.strictSame(await all({}, limit), everything);
  for (const status of ['open', 'closed'] as const) t.strictSame(await all({ status }, 5), everything.filter((each) => each.status === status));
  for (const unread of [true, false]) t.strictSame(await all({ unread }, 5), everything.filter((each) => each.unread > 0 === unread));
  const one = everything[7]!;
  t.strictSame((await server.chat.list(ada, { visitor: one.visitor.id, limit: 5 })).items, [one]);
  const somebody = [...server.tokens.values()].find(({ id }) => id === one.visitor.id)!;
  t.strictSame((await server.chat.list(somebody, { visitor: everything[0]!.visitor.id, limit: 50 })).items.map(({ id }) => id), [one.id], 'a visitor sees its own, whatever it asks for');
  await fc.assert(fc.asyncProperty(fc.string(), async (cursor) => {
    await server.chat.list(ada, { cursor, limit: 1 }).catch((error: Nack) => t.equal(error.code, 'bad_request'));
  }), { numRuns: 50 });
  await agent.close();
});
