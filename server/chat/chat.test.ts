import fc from 'fast-check';
import t from 'tap';
import type { Message } from '../../protocol/shapes.ts';
import { clientId, testGateway, type Somebody } from '../testing/test-gateway.ts';
import type { Nack, TestSocket } from '../testing/test-socket.ts';

type Server = Awaited<ReturnType<typeof testGateway>>;

const send = (socket: TestSocket, n: number, conversationId?: string, text = `message ${n}`) =>
  socket.request('message.send', { clientId: clientId(n), text, ...(conversationId !== undefined && { conversationId }) });
const messagesOf = (socket: TestSocket, conversationId: string) =>
  socket.events.filter((event) => event.type === 'message').map(({ message }) => message).filter((message) => message.conversationId === conversationId);
const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, n) => from + n);
const refused = (code: string) => ({ code });

/** A shop with an agent and a visitor who has written once. */
async function consultation(server: Server, name = 'shop') {
  const shop = await server.organisation(name);
  const [ada, vera] = [await shop.agent('Ada'), shop.visitor('Vera')];
  const [agent, visitor] = [await server.connect(ada), await server.connect(vera)];
  const { conversationId } = await send(visitor, 0);
  await agent.next('message');
  const leave = () => Promise.all([agent.close(), visitor.close()]);
  return { shop, ada, vera, agent, visitor, conversationId, leave };
}

await t.test('writing', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH1][I1] nothing is stored before the first message; it makes visitor and conversation, and agents see both appear', async (t) => {
    const shop = await server.organisation('first');
    const agent = await server.connect(await shop.agent());
    const vera = shop.visitor('Vera');
    const visitor = await server.connect(vera);
    const rows = async () => (await server.database.q.select().from(server.database.tables.conversations)).length;
    t.equal(await rows(), 0);
    const { conversationId, message } = await send(visitor, 1, undefined, '  Guten Tag \n');
    t.match(message, {
      seq: 1, clientId: clientId(1), conversationId, author: { kind: 'visitor', id: vera.id, name: 'Vera' }, kind: 'text', text: 'Guten Tag',
      createdAt: new Date(server.clock.now()).toISOString(),
    });
    t.match(await agent.next('conversation.updated'), { reason: 'created', conversation: { id: conversationId, visitor: { id: vera.id, name: 'Vera' }, lastSeq: 0 } });
    t.strictSame((await agent.next('message')).message, message);
    t.equal(await rows(), 1);
    t.equal((await server.database.q.select().from(server.database.tables.visitors)).length, 1);
    await Promise.all([agent.close(), visitor.close()]);
  });

  await t.test('[CH1] two tabs that write their first message at once make one conversation', async (t) => {
    const shop = await server.organisation('race');
    const vera = shop.visitor();
    const tabs = await Promise.all([1, 2, 3].map(() => server.connect(vera)));
    const replies = await Promise.all(tabs.map((tab, n) => send(tab, n)));
    t.equal(new Set(replies.map(({ conversationId }) => conversationId)).size, 1);
    t.strictSame(seqs(replies.map(({ message }) => message)).toSorted(), [1, 2, 3]);
    await Promise.all(tabs.map((tab) => tab.close()));
  });

  await t.test('[CH2][J7] resending a clientId gives the first reply again, tells nobody and stores nothing', async (t) => {
    const { agent, visitor, conversationId, vera, leave } = await consultation(server, 'again');
    const first = await send(visitor, 7, conversationId, 'once');
    const other = await server.connect(vera);
    for (const [socket, id] of [[visitor, conversationId], [visitor, undefined], [other, conversationId]] as const) {
      t.strictSame(await send(socket, 7, id, 'twice'), { ...first, re: (socket.frames.at(-1) as { re: string }).re });
    }
    const both = await Promise.all([send(visitor, 8, conversationId), send(other, 8, conversationId)]);
    t.strictSame(both[0].message, both[1].message, 'also at the same time');
    await agent.settled();
    t.strictSame(seqs(messagesOf(agent, conversationId)), [1, 2, 3]);
    await t.rejects(send(agent, 7, conversationId), refused('conflict'), 'a clientId of somebody else is no key to the message');
    await other.close();
    await leave();
  });

  await t.test('[CH3][J4] a text has 1 to 4000 characters after trimming', async (t) => {
    const { visitor, conversationId, leave } = await consultation(server, 'long');
    for (const text of ['', ' \n\t ', 'x'.repeat(4001), '\u{1f600}'.repeat(4001)]) {
      await t.rejects(send(visitor, 1, conversationId, text), { code: 'unprocessable', message: /4000/ });
    }
    const { message } = await send(visitor, 1, conversationId, ` ${'x'.repeat(4000)} `);
    t.equal(message.text.length, 4000);
    t.equal((await send(visitor, 3, conversationId, `${'\u{1f600}'.repeat(3999)}x`)).message.text.length, 7999, 'characters are code points');
    const odd = await send(visitor, 2, conversationId, '<b>&amp;\u2028"\\ \u{1f468}\u200d\u{1f469} \ud800');
    t.equal(odd.message.text, '<b>&amp;\u2028"\\ \u{1f468}\u200d\u{1f469} \ufffd', 'text is text');
    await leave();
  });

  await t.test('[CH3] files are not taken in this version, and not dropped in silence either', async (t) => {
    const { visitor, conversationId, leave } = await consultation(server, 'files');
    const withFiles = (fileIds: unknown) => visitor.request('message.send', { conversationId, clientId: clientId(7), text: 'see there', fileIds } as never);
    await t.rejects(withFiles(['01a1fd8b-94f0-74b5-a0df-1ba9237d8988']), { code: 'unprocessable', message: /files/ });
    await t.rejects(withFiles('01a1fd8b'), refused('bad_request'));
    await t.rejects(withFiles([7]), refused('bad_request'));
    t.match(await withFiles([]), { message: { text: 'see there' } });
    await leave();
  });

  await t.test('[CH5][J2] the author is who the token says, whatever the frame claims', async (t) => {
    const { agent, visitor, conversationId, vera, leave } = await consultation(server, 'forged');
    visitor.send(JSON.stringify({
      id: 'x', type: 'message.send', conversationId, clientId: clientId(3), text: 'I am the agent', author: { kind: 'agent', id: 'a', name: 'Boss' },
      is_host: true, seq: 99, createdAt: '1999-01-01T00:00:00Z', principal: { kind: 'agent' }, id_: 1,
    }));
    const { message } = await agent.next('message', (event) => event.message.clientId === clientId(3));
    t.match(message, { seq: 2, author: { kind: 'visitor', id: vera.id }, createdAt: new Date(server.clock.now()).toISOString() });
    await leave();
  });

  await t.test('[CH6][J8][J9] every tab of both sides gets each message once; the one that wrote it gets the reply alone', async (t) => {
    const { agent, visitor, conversationId, ada, vera, shop, leave } = await consultation(server, 'tabs');
    const [agentTab, visitorTab, colleague] = [await server.connect(ada), await server.connect(vera), await server.connect(await shop.agent('Bob'))];
    await send(agent, 1, conversationId);
    await send(visitorTab, 2, conversationId);
    for (const socket of [agent, visitor, agentTab, visitorTab, colleague]) await socket.settled();
    t.strictSame(seqs(messagesOf(agent, conversationId)), [1, 3]);
    t.strictSame(seqs(messagesOf(agentTab, conversationId)), [2, 3]);
    t.strictSame(seqs(messagesOf(colleague, conversationId)), [2, 3]);
    t.strictSame(seqs(messagesOf(visitor, conversationId)), [2, 3]);
    t.strictSame(seqs(messagesOf(visitorTab, conversationId)), [2]);
    await visitorTab.close();
    await send(agent, 4, conversationId);
    t.equal((await visitor.next('message', ({ message }) => message.seq === 4)).message.text, 'message 4', 'one tab gone, the other hears');
    await Promise.all([agentTab.close(), colleague.close(), leave()]);
  });

  await t.test('[CH7][J18] 1000 messages of many at once have the seqs 1 to 1000, and everybody gets them in this order', async (t) => {
    const { agent, visitor, conversationId, vera, leave } = await consultation(server, 'many');
    const tabs = [visitor, agent, ...await Promise.all([1, 2, 3].map(() => server.connect(vera)))];
    const replies = await Promise.all(upTo(999).map((n) => send(tabs[n % tabs.length]!, n, conversationId)));
    t.strictSame(seqs(replies.map(({ message }) => message)).toSorted((a, b) => a - b), upTo(999, 2));
    for (const tab of tabs) await tab.settled();
    for (const tab of tabs) {
      const heard = seqs(messagesOf(tab, conversationId));
      t.strictSame(heard, heard.toSorted((a, b) => a - b), 'in order');
      t.equal(new Set(heard).size, heard.length, 'once');
    }
    const stored = await server.store.messagesAfter((await server.chat.member(vera, conversationId)).organisationId, conversationId, 0, 2000, true);
    t.strictSame(seqs(stored as never), upTo(1000));
    await Promise.all(tabs.slice(2).map((tab) => tab.close()));
    await leave();
  });
});

await t.test('closing', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH8][I4][I5] closing tells both; a visitor\'s message opens it again in one step, history intact', async (t) => {
    const { agent, visitor, conversationId, leave } = await consultation(server);
    t.match(await agent.request('conversation.close', { conversationId }), { conversation: { status: 'closed' } });
    for (const socket of [agent, visitor]) {
      t.match(await socket.next('conversation.updated', ({ reason }) => reason === 'closed'), { conversation: { id: conversationId, status: 'closed' } });
    }
    t.match(await visitor.request('conversation.close', { conversationId }), { conversation: { status: 'closed' } }, 'closing twice is harmless');
    const { message } = await send(visitor, 1);
    t.match(message, { conversationId, seq: 2 });
    for (const socket of [agent, visitor]) {
      t.match(await socket.next('conversation.updated', ({ reason }) => reason === 'reopened'), { conversation: { id: conversationId, status: 'open', lastSeq: 2 } });
    }
    t.equal((await visitor.request('history', { conversationId })).messages.length, 2);
    t.match(await visitor.request('conversation.close', { conversationId }), { conversation: { status: 'closed' } }, 'a visitor may end its own');
    await t.rejects(visitor.request('conversation.reopen', { conversationId }), refused('forbidden'));
    t.match(await agent.request('conversation.reopen', { conversationId }), { conversation: { status: 'open' } });
    t.match(await agent.request('conversation.reopen', { conversationId }), { conversation: { status: 'open' } });
    await agent.request('conversation.close', { conversationId });
    t.match(await send(agent, 2, conversationId), { message: { seq: 3 } }, "an agent's message opens it too");
    await leave();
  });

  await t.test('[CH2][CH8] a resent message does not open a conversation that was closed after it', async (t) => {
    const { agent, visitor, conversationId, leave } = await consultation(server, 'resent');
    await agent.request('conversation.close', { conversationId });
    t.match(await send(visitor, 0), { message: { seq: 1 } });
    await agent.settled();
    t.equal(agent.events.filter((event) => event.type === 'conversation.updated' && event.reason === 'reopened').length, 0);
    t.match((await agent.request('conversation.close', { conversationId })).conversation, { status: 'closed', lastSeq: 1 });
    await leave();
  });

  await t.test('[CH8] a visitor has at most one open conversation: an older one stays closed', async (t) => {
    const { agent, conversationId, vera, shop, visitor, leave } = await consultation(server, 'older');
    const { conversations } = server.database.tables;
    await agent.request('conversation.close', { conversationId });
    const now = server.clock.now();
    await server.database.q.insert(conversations).values({
      id: 'newer', organisationId: shop.id, siteId: shop.siteId, visitorId: vera.id, status: 'open', openKey: vera.id, lastSeq: 0,
      lastMessageAt: now, createdAt: now, updatedAt: now,
    });
    await t.rejects(send(visitor, 1, conversationId), refused('conversation_closed'));
    await t.rejects(agent.request('conversation.reopen', { conversationId }), refused('conflict'));
    t.match(await send(visitor, 2), { conversationId: 'newer' }, 'without an id the open one is meant');
    await leave();
  });

  await t.test('[CH9] a call finds the open conversation, opens the closed one or makes one, and leaves a line', async (t) => {
    const { agent, visitor, conversationId, vera, shop, ada, leave } = await consultation(server, 'call');
    t.equal((await server.chat.conversationOf(vera as never)).id, conversationId);
    await agent.request('conversation.close', { conversationId });
    t.equal((await server.chat.conversationOf(vera as never)).id, conversationId);
    t.match(await visitor.next('conversation.updated', ({ reason }) => reason === 'reopened'), { conversation: { status: 'open' } });
    const newcomer = shop.visitor('New');
    const [one, two] = await Promise.all([server.chat.conversationOf(newcomer as never), server.chat.conversationOf(newcomer as never)]);
    t.equal(one.id, two.id);
    const line = { id: 'call', mode: 'audio', endReason: 'agent_hangup', durationMs: 61_000, recorded: true } as const;
    const add = () => server.chat.addCallLine({
      conversationId, organisationId: shop.id, author: { kind: 'agent', id: ada.id, name: 'Ada' }, line, clientId: clientId(77),
    });
    t.match(await add(), { seq: 2, kind: 'call', text: '', call: line });
    t.match(await add(), { seq: 2 });
    for (const socket of [agent, visitor]) {
      t.match(await socket.next('message', ({ message }) => message.kind === 'call'), { message: { seq: 2, call: line } });
      await socket.settled();
      t.equal(socket.events.filter((event) => event.type === 'message' && event.message.kind === 'call').length, 1);
    }
    t.match((await server.chat.conversation(ada, conversationId)).preview, { kind: 'call', authorKind: 'agent', call: line });
    await agent.request('conversation.close', { conversationId });
    await server.chat.addCallLine({ conversationId, organisationId: shop.id, author: { kind: 'system', id: '', name: '' }, line, clientId: clientId(78) });
    t.equal((await server.chat.conversation(ada, conversationId)).status, 'closed', 'a line opens nothing');
    await leave();
  });
});

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

  await t.test('[CH11][L1][L4] cursors only move forward, never beyond the end; everybody else is told, own other tabs too', async (t) => {
    const { agent, visitor, conversationId, ada, vera, leave } = await consultation(server, 'cursors');
    for (const n of upTo(4)) await send(visitor, n, conversationId);
    const tab = await server.connect(ada);
    t.match(tab.hello.conversations[0], { id: conversationId, lastSeq: 5, readSeq: 0, unread: 5, visitorReadSeq: 5, agentsReadSeq: 0, preview: { text: 'message 4' } });
    t.match(await agent.request('read', { conversationId, seq: 3 }), { seq: 3 });
    for (const socket of [visitor, tab]) {
      t.match(await socket.next('read'), { conversationId, reader: { kind: 'agent', id: ada.id, name: 'Ada' }, seq: 3 });
    }
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

await t.test('coming back', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH14][J11] a client that resumes gets each missed message once, in order, and then what is new', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server);
    await Promise.all(upTo(350).map((n) => send(agent, n, conversationId)));
    for (const lastSeq of [0, 1, 250, 351, 999_999]) {
      const socket = await server.connect(vera, { resume: { [conversationId]: lastSeq } });
      t.match(socket.hello.conversations, [{ id: conversationId, lastSeq: 351 }]);
      const expected = upTo(Math.max(0, 351 - lastSeq), lastSeq + 1);
      if (expected.length > 0) await socket.next('message', ({ message }) => message.seq === 351);
      await socket.settled();
      t.strictSame(seqs(messagesOf(socket, conversationId)), expected, `from ${lastSeq}`);
      await socket.close();
    }
    const socket = await server.connect(vera, { resume: { [conversationId]: 999_999 } });
    await socket.settled();
    await send(agent, 777, conversationId);
    t.equal((await socket.next('message')).message.seq, 352, 'a number too high does not make it deaf');
    await socket.close();
    await leave();
  });

  await t.test('[CH14] a client without a number gets none of the old, and all of the new', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'fresh');
    const socket = await server.connect(vera);
    t.equal(socket.hello.conversations[0]!.lastSeq, 1);
    await send(agent, 1, conversationId);
    await socket.next('message');
    t.strictSame(seqs(messagesOf(socket, conversationId)), [2]);
    await socket.close();
    await leave();
  });

  await t.test('[CH14][S21] resuming under fire: no hole, none twice, in order, from wherever', async (t) => {
    const { agent, visitor, conversationId, vera, ada, leave } = await consultation(server, 'fire');
    let stop = false;
    let count = 0;
    const fire = async (socket: TestSocket) => {
      while (!stop) await Promise.all(upTo(10).map(() => send(socket, 10_000 + (count += 1), conversationId)));
    };
    const firing = [fire(agent), fire(visitor)];
    for (let round = 0; round < 12; round += 1) {
      const from = Math.floor((count * round) / 12);
      const who = round % 2 === 0 ? vera : ada;
      const socket = await server.connect(who, { resume: { [conversationId]: from } });
      await socket.next('message', ({ message }) => message.seq >= socket.hello.conversations[0]!.lastSeq + 30);
      const heard = seqs(messagesOf(socket, conversationId));
      t.strictSame(heard, upTo(heard.length, from + 1), `from ${from}`);
      socket.socket.terminate();
    }
    stop = true;
    await Promise.all(firing);
    await leave();
  });

  await t.test('[CH14] coming back without a number under fire: live messages go on right after the snapshot', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'snap');
    let stop = false;
    let count = 0;
    const firing = (async () => {
      while (!stop) await Promise.all(upTo(5).map(() => send(agent, 10_000 + (count += 1), conversationId)));
    })();
    for (let round = 0; round < 10; round += 1) {
      const socket = await server.connect(vera);
      const { lastSeq } = socket.hello.conversations[0]!;
      await socket.next('message', ({ message }) => message.seq >= lastSeq + 10);
      const heard = seqs(messagesOf(socket, conversationId));
      t.strictSame(heard, upTo(heard.length, lastSeq + 1));
      socket.socket.terminate();
    }
    stop = true;
    await firing;
    await leave();
  });

  await t.test('[CH14] a backlog waits for a client that reads slowly, instead of filling the memory', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'slow');
    await Promise.all(upTo(1500).map((n) => send(agent, n, conversationId, 'x'.repeat(4000))));
    const socket = await server.open({ origin: vera.origin });
    await socket.request('hello', { token: vera.token, resume: { [conversationId]: 0 } });
    socket.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.equal(server.gateway.connections, 3, '6 MB are missed, and nobody is thrown out for them');
    socket.socket.resume();
    await socket.next('message', ({ message }) => message.seq === 1501);
    t.strictSame(seqs(messagesOf(socket, conversationId)), upTo(1501));
    await socket.close();
    await leave();
  });

  await t.test('[CH14] several conversations are resumed side by side; those that are gone do no harm', async (t) => {
    const first = await consultation(server, 'several');
    const second = await server.connect(first.shop.visitor('Second'));
    const { conversationId } = await send(second, 1);
    for (const n of upTo(3)) await send(second, 10 + n, conversationId);
    const socket = await server.connect(first.ada, { resume: { gone: 3, [first.conversationId]: 0, [conversationId]: 2, '': 1 } }).catch((error: Nack) => error.code);
    t.equal(typeof socket, 'object');
    const back = socket as TestSocket;
    await back.next('message', ({ message }) => message.conversationId === conversationId && message.seq === 4);
    t.strictSame(seqs(messagesOf(back, conversationId)), [3, 4]);
    t.strictSame(seqs(messagesOf(back, first.conversationId)), [1]);
    for (const each of [back, second]) await each.close();
    await first.leave();
  });
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
