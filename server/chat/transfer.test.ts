import { eq } from 'drizzle-orm';
import t from 'tap';
import { refused, send, seqs, messagesOf, upTo } from '../testing/consultation.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testGateway } from '../testing/test-gateway.ts';
import { createTransferStore } from './transfer.store.ts';

await eachEngine(t, async (t, openDatabase) => {
  const server = await testGateway({ database: await openDatabase() });
  t.teardown(() => server.stop());
  const { q, tables } = server.database;
  let made = 0;
  const consultation = async () => {
    const shop = await server.organisation(`transfer${++made}`);
    const [ada, bob, vera] = [await shop.agent('Ada'), await shop.agent('Bob'), shop.visitor('Vera')];
    const [a, b, visitor] = [await server.connect(ada), await server.connect(bob), await server.connect(vera)];
    const { conversationId } = await send(visitor, 0);
    server.events.length = 0;
    return { shop, ada, bob, vera, a, b, visitor, conversationId, leave: () => Promise.all([a, b, visitor].map((socket) => socket.close())) };
  };
  const reasons = () => server.events.map((event) => ('reason' in event ? event.reason : event.type));

  await t.test('[CH25][I4] handing over: first the note, for the team alone, then who has it, for everybody', async (t) => {
    const { ada, bob, vera, a, b, visitor, conversationId, leave } = await consultation();
    t.match((await a.request('conversation.transfer', { conversationId, agentId: bob.id, note: '  Wants her money back.  ' })).conversation, { assignee: { id: bob.id, name: 'Bob' }, lastSeq: 2, unread: 0 });
    const { message } = await b.next('message', ({ message }) => message.kind === 'note');
    t.match(message, { seq: 2, author: { kind: 'agent', id: ada.id, name: 'Ada' }, text: 'Wants her money back.' });
    t.match(await a.next('message', ({ message }) => message.kind === 'note'), { message: { seq: 2 } }, 'the tab that did it too');
    t.match(await b.next('conversation.updated', ({ reason }) => reason === 'transferred'), { conversation: { assignee: { id: bob.id }, preview: { kind: 'note' }, unread: 2 } });
    const mine = await visitor.next('conversation.updated', ({ reason }) => reason === 'transferred');
    t.match(mine.conversation, { assignee: { id: bob.id }, lastSeq: 1, preview: { kind: 'text', text: 'message 0' }, agentsReadSeq: 1 });
    t.strictSame(messagesOf(visitor, conversationId), []);
    t.strictSame(reasons(), ['transferred'], 'notes are told to nobody outside');

    await a.request('conversation.transfer', { conversationId, agentId: bob.id, note: 'Wants her money back.' });
    t.match(await server.chat.conversation(ada, conversationId), { lastSeq: 2 }, 'the same again, after an answer that was lost, does nothing');
    t.strictSame(reasons(), ['transferred']);
    await a.request('conversation.transfer', { conversationId, agentId: ada.id });
    t.match(await server.chat.conversation(vera, conversationId), { assignee: { id: ada.id }, lastSeq: 1 }, 'a note is no must');
    await send(visitor, 1);
    t.strictSame(seqs((await a.request('history', { conversationId })).messages), [1, 2, 3]);
    t.strictSame(seqs((await visitor.request('history', { conversationId })).messages), [1, 3]);
    await leave();
  });

  await t.test('[CH25] it is refused as a whole: to strangers, to who is deactivated, with a note that is too long', async (t) => {
    const { ada, bob, a, visitor, conversationId, leave } = await consultation();
    const stranger = await (await server.organisation(`transfer-other${made}`)).agent('Eve');
    for (const agentId of [stranger.id, 'nobody']) await t.rejects(a.request('conversation.transfer', { conversationId, agentId, note: 'x' }), refused('not_found'));
    await t.rejects(a.request('conversation.transfer', { conversationId, agentId: bob.id, note: 'x'.repeat(4001) }), refused('unprocessable'));
    await q.update(tables.agents).set({ status: 'disabled' }).where(eq(tables.agents.id, bob.id));
    await t.rejects(a.request('conversation.transfer', { conversationId, agentId: bob.id, note: 'x' }), refused('unprocessable'));
    await t.rejects(visitor.request('conversation.transfer', { conversationId, agentId: ada.id }), refused('forbidden'));
    t.match(await server.chat.conversation(ada, conversationId), { assignee: null, lastSeq: 1 });
    t.strictSame(server.events, []);
    await leave();
  });

  await t.test('[CH25][CH7] while everybody writes, the note takes a number like any line, and none is taken twice', async (t) => {
    const { ada, bob, a, visitor, conversationId, leave } = await consultation();
    const writing = Promise.all(upTo(200).map((n) => send(n % 2 ? a : visitor, n, conversationId)));
    for (const n of upTo(10)) await a.request('conversation.transfer', { conversationId, agentId: n % 2 ? bob.id : ada.id, note: `note ${n}` });
    await writing;
    const stored = await q.select().from(tables.messages).where(eq(tables.messages.conversationId, conversationId));
    t.strictSame(stored.map(({ seq }) => seq).toSorted((one, two) => one - two), upTo(211));
    t.match(await server.chat.conversation(ada, conversationId), { lastSeq: 211 });
    await leave();
  });

  await t.test('[CH25] what fails half way leaves no half: neither note nor assignment', async (t) => {
    const { ada, bob, conversationId, leave } = await consultation();
    const store = createTransferStore(server.database);
    const note = { organisationId: ada.organisationId, conversationId, id: server.clock.id(), clientId: server.clock.id(), author: { kind: 'agent' as const, id: ada.id, name: 'Ada' }, kind: 'note' as const, text: 'x', createdAt: 1 };
    const { clientId } = (await q.select().from(tables.messages).where(eq(tables.messages.conversationId, conversationId)))[0]!;
    await t.rejects(store.transfer({ organisationId: ada.organisationId, conversationId, agentId: bob.id, now: 1, note: { ...note, clientId } }));
    t.match(await server.chat.conversation(ada, conversationId), { assignee: null, lastSeq: 1 });
    t.equal(await store.transfer({ organisationId: 'another', conversationId, agentId: bob.id, now: 1, note }), null);
    await leave();
  });
  t.strictSame(server.logged, []);
});
