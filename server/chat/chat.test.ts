import t from 'tap';
import { consultation, messagesOf, refused, send, seqs, upTo } from '../testing/consultation.ts';
import { clientId, testGateway } from '../testing/test-gateway.ts';

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

  await t.test('[CH8][I4][I5][M1] closing tells both; a visitor\'s message opens it again in one step, history intact', async (t) => {
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
