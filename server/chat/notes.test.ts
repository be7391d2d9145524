import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import type { Conversation, Message } from '../../protocol/shapes.ts';
import type { KeyPrincipal } from '../auth/principal.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { clientId, testGateway } from '../testing/test-gateway.ts';
import type { TestSocket } from '../testing/test-socket.ts';
import { createConversationExports } from './conversation-export.ts';

// Notes hold this; nothing that reaches a visitor may.
const secret = 'for the team alone';
const messagesOf = (socket: TestSocket) => socket.events.filter((event) => event.type === 'message').map(({ message }) => message);

await eachEngine(t, async (t, openDatabase) => {
  const server = await testGateway({ database: await openDatabase() });
  t.teardown(() => server.stop());
  const nothing = { ofConversation: async () => [] };
  const exports = createConversationExports({ chat: server.chat, calls: nothing, recordings: nothing, sites: { byId: async () => null } });
  let made = 0;
  const open = async () => {
    const shop = await server.organisation(`notes${++made}`);
    const [ada, bob, vera] = [await shop.agent('Ada'), await shop.agent('Bob'), shop.visitor('Vera')];
    const [agent, colleague, visitor] = [await server.connect(ada), await server.connect(bob), await server.connect(vera)];
    let written = 0;
    const { conversationId } = await visitor.request('message.send', { clientId: clientId(++written), text: 'hello' });
    const key: KeyPrincipal = { kind: 'key', id: `key${made}`, name: 'Shop system', organisationId: shop.id, scopes: ['conversations:write'] };
    const send = (socket: TestSocket, text: string, note = false) => socket.request('message.send', { conversationId, clientId: clientId(++written), text, note });
    const leave = () => Promise.all([agent, colleague, visitor].map((socket) => socket.close()));
    return { shop, ada, bob, vera, agent, colleague, visitor, conversationId, key, send, leave, nextId: () => clientId(++written) };
  };

  await t.test('[CH4][J14] agents and keys write them, with a number like any line; colleagues get them, the visitor does not', async (t) => {
    const { agent, colleague, visitor, vera, ada, conversationId, key, send, leave, nextId } = await open();
    await t.rejects(send(visitor, secret, true), { code: 'forbidden' });
    const { message } = await send(agent, ` ${secret} `, true);
    t.match(message, { seq: 2, kind: 'note', text: secret, author: { kind: 'agent', id: ada.id } });
    t.strictSame((await colleague.next('message', (event) => event.message.kind === 'note')).message, message);
    const byKey = await server.chat.send(key, { conversationId, clientId: nextId(), text: secret, note: true });
    t.match(byKey.message, { seq: 3, kind: 'note', author: { kind: 'bot', id: key.id, name: 'Shop system' } });
    t.match(await server.chat.conversation(ada, conversationId), { lastSeq: 3, preview: { kind: 'note', text: secret } });
    const seen = await server.chat.conversation(vera, conversationId);
    t.match(seen, { lastSeq: 1, readSeq: 1, unread: 0, preview: { kind: 'text', text: 'hello' } });
    t.notOk('tags' in seen || 'verified' in seen);
    t.match(await visitor.request('history', { conversationId }), { messages: [{ seq: 1 }], more: false });
    t.equal((await agent.request('history', { conversationId })).messages.length, 3);
    await visitor.settled();
    t.strictSame(messagesOf(visitor), []);
    await leave();
  });

  await t.test('[CH4][J14] a note opens no closed conversation, and moves nothing that the visitor sees', async (t) => {
    const { agent, visitor, vera, conversationId, send, leave } = await open();
    await agent.request('read', { conversationId, seq: 1 });
    await agent.request('conversation.close', { conversationId });
    const before = await server.chat.conversation(vera, conversationId);
    server.clock.advance(20_000);
    await send(agent, secret, true);
    t.strictSame(await server.chat.conversation(vera, conversationId), before);
    t.match(before, { status: 'closed', closedBy: { kind: 'agent', name: 'Ada' } });
    await visitor.settled();
    await leave();
  });

  await t.test('[CH11][J14] nobody\'s reading of a note is told to the visitor, nor that one is being written; the visitor\'s cursor stops before it', async (t) => {
    const { agent, colleague, visitor, vera, conversationId, send, leave } = await open();
    await agent.request('read', { conversationId, seq: 1 });
    await visitor.next('read', (event) => event.seq === 1);
    await send(agent, secret, true);
    const heard = visitor.events.length;
    await colleague.request('read', { conversationId, seq: 1 });
    t.equal((await visitor.next('read', (event) => event.reader.kind === 'agent')).seq, 1);
    await colleague.request('read', { conversationId, seq: 2 });
    await agent.request('typing', { conversationId, on: true, note: true });
    t.equal((await colleague.next('typing')).author.name, 'Ada');
    await visitor.settled();
    t.equal(visitor.events.length, heard + 1, 'only what Bob read of the visible lines');
    t.equal((await visitor.request('read', { conversationId, seq: 99 })).seq, 1);
    t.equal((await server.chat.conversation(vera, conversationId)).agentsReadSeq, 1);
    await leave();
  });

  await t.test('[CH4][J14][S4] whatever happens in whatever order, nothing that reaches the visitor holds, counts or dates a note', async () => {
    const step = fc.constantFrom('visitor', 'agent', 'note', 'key', 'key note', 'visitor reads', 'agent reads', 'close', 'reopen', 'typing', 'assign', 'reconnect');
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { agent, visitor: first, vera, ada, conversationId, key, send, leave, nextId } = await open();
      let visitor = first;
      const sockets = [first];
      const visible = [1];
      let seq = 1;
      let read = 1;
      const resumed: Message[] = [];
      for (const what of steps) {
        server.clock.advance(1000);
        if (what === 'visitor') [seq, read] = [(await send(visitor, 'more')).message.seq, seq + 1];
        else if (what === 'agent') ({ message: { seq } } = await send(agent, 'answer'));
        else if (what === 'note') ({ message: { seq } } = await send(agent, secret, true));
        else if (what === 'key') ({ message: { seq } } = await server.chat.send(key, { conversationId, clientId: nextId(), text: 'by key' }));
        else if (what === 'key note') ({ message: { seq } } = await server.chat.send(key, { conversationId, clientId: nextId(), text: secret, note: true }));
        else if (what === 'visitor reads') ({ seq: read } = await visitor.request('read', { conversationId, seq }));
        else if (what === 'agent reads') await agent.request('read', { conversationId, seq });
        else if (what === 'close') await agent.request('conversation.close', { conversationId });
        else if (what === 'reopen') await agent.request('conversation.reopen', { conversationId });
        else if (what === 'typing') await agent.request('typing', { conversationId, on: true, note: true });
        else if (what === 'assign') await agent.request('conversation.assign', { conversationId, assigneeId: ada.id });
        else {
          const known = visible.at(-1)!;
          await visitor.close();
          visitor = await server.connect(vera, { resume: { [conversationId]: known } });
          sockets.push(visitor);
          await visitor.settled();
          resumed.push(...messagesOf(visitor));
        }
        if (['visitor', 'agent', 'key'].includes(what)) visible.push(seq);

        const seen = await server.chat.conversation(vera, conversationId);
        const last = visible.at(-1)!;
        assert.deepEqual([seen.lastSeq, seen.readSeq, seen.unread], [last, read, visible.filter((one) => one > read).length], what);
        assert.equal(seen.preview?.kind, 'text');
        assert.ok(seen.agentsReadSeq <= last && seen.visitorReadSeq <= last);
      }
      await visitor.settled();
      const views: unknown[] = [
        (await server.chat.list(vera, { limit: 10 })).items, (await server.chat.list(vera, { limit: 10, text: secret })).items,
        (await exports.data(vera, conversationId)), (await exports.text(vera, conversationId, 'en')).text, ...sockets.flatMap(({ frames }) => frames),
      ];
      assert.doesNotMatch(JSON.stringify(views), new RegExp(`${secret}|"note"|"tags"|"verified"`));
      assert.equal((await server.chat.list(vera, { limit: 10, text: secret })).items.length, 0);
      assert.equal((await server.chat.list(vera, { limit: 10, unread: true })).items.length, visible.at(-1)! > read ? 1 : 0);
      const history = await server.chat.history(vera, { conversationId, limit: 100 });
      assert.deepEqual(history.messages.map((message) => message.seq), visible);
      assert.deepEqual(resumed, [], 'what was known is not sent again');
      for (const event of sockets.flatMap(({ events }) => events)) {
        if (event.type === 'conversation.updated') assert.ok([0, ...visible].includes((event.conversation as Conversation).lastSeq));
        if (event.type === 'message') assert.ok(visible.includes(event.message.seq));
      }
      assert.ok(server.events.every((event) => !JSON.stringify(event).includes('"kind":"note","text":"for') || event.type.startsWith('conversation.')));
      await Promise.all([leave(), visitor.close()]);
    }), { numRuns: 25 });
  });

  await t.test('[CH10][J14] pages of history leave notes out and still say rightly whether there is more', async (t) => {
    const { agent, visitor, vera, conversationId, send, leave } = await open();
    for (let n = 0; n < 9; n += 1) await send(agent, n % 3 === 0 ? `line ${n}` : secret, n % 3 !== 0);
    const page = async (query: object) => {
      const { messages, more } = await server.chat.history(vera, { conversationId, ...query });
      return [messages.map(({ seq }) => seq), more];
    };
    t.strictSame(await page({ limit: 2 }), [[5, 8], true]);
    t.strictSame(await page({ limit: 2, before: 5 }), [[1, 2], false]);
    t.strictSame(await page({ limit: 2, after: 2 }), [[5, 8], false]);
    t.strictSame(await page({ limit: 1, after: 2 }), [[5], true]);
    t.match(await visitor.request('read', { conversationId, seq: 5 }), { seq: 5 });
    t.equal((await server.chat.conversation(vera, conversationId)).unread, 1, 'the two notes in between do not count');
    await leave();
  });

  await t.test('[J14] whoever hears of events hears of no note', async (t) => {
    t.ok(server.events.some(({ type }) => type === 'message.created'));
    t.notOk(server.events.some((event) => event.type === 'message.created' && event.message.kind === 'note'));
  });
  t.strictSame(server.logged, []);
});
