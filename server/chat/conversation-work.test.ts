import { eq } from 'drizzle-orm';
import t from 'tap';
import type { KeyPrincipal } from '../auth/principal.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { clientId, testGateway } from '../testing/test-gateway.ts';
import { RATING_MS } from './conversation-work.ts';

await eachEngine(t, async (t, openDatabase) => {
  const server = await testGateway({ database: await openDatabase() });
  t.teardown(() => server.stop());
  const { q, tables } = server.database;
  let made = 0;
  const open = async () => {
    const shop = await server.organisation(`work${++made}`);
    const [ada, bob, vera] = [await shop.agent('Ada'), await shop.agent('Bob'), shop.visitor('Vera')];
    const [agent, colleague, visitor] = [await server.connect(ada), await server.connect(bob), await server.connect(vera)];
    const { conversationId } = await visitor.request('message.send', { clientId: clientId(1), text: 'hello' });
    const tag = async (name: string, organisationId = shop.id) => {
      const id = server.clock.id();
      await q.insert(tables.tags).values({ id, organisationId, key: name, name, colour: 'red', createdAt: 1 });
      return id;
    };
    const key: KeyPrincipal = { kind: 'key', id: `key${made}`, name: 'Shop system', organisationId: shop.id, scopes: [] };
    server.events.length = 0;
    return { shop, ada, bob, vera, agent, colleague, visitor, conversationId, tag, key, leave: () => Promise.all([agent, colleague, visitor].map((socket) => socket.close())) };
  };
  const told = () => server.events.map((event) => ('reason' in event ? `${event.type} ${event.reason}` : event.type));

  await t.test('[I5][I6] assigning: everybody sees who has it, once; a stranger or somebody deactivated cannot get it', async (t) => {
    const { agent, colleague, visitor, conversationId, bob, ada, leave } = await open();
    const { conversation } = await agent.request('conversation.assign', { conversationId, assigneeId: bob.id });
    t.match(conversation, { assignee: { id: bob.id, name: 'Bob' } });
    for (const socket of [colleague, visitor]) {
      t.match(await socket.next('conversation.updated', (event) => event.reason === 'assigned'), { conversation: { assignee: { id: bob.id } } });
    }
    await agent.request('conversation.assign', { conversationId, assigneeId: bob.id });
    t.strictSame(told(), ['conversation.updated assigned'], 'the second time is no news');
    t.match(server.events[0], { by: { kind: 'agent', id: ada.id } });
    await t.rejects(agent.request('conversation.assign', { conversationId, assigneeId: 'nobody' }), { code: 'not_found' });
    const stranger = await (await server.organisation(`work-other${made}`)).agent('Eve');
    await t.rejects(agent.request('conversation.assign', { conversationId, assigneeId: stranger.id }), { code: 'not_found' });
    await t.rejects(visitor.request('conversation.assign', { conversationId, assigneeId: null }), { code: 'forbidden' });
    await q.update(tables.agents).set({ status: 'disabled' }).where(eq(tables.agents.id, bob.id));
    await agent.request('conversation.assign', { conversationId, assigneeId: null });
    await t.rejects(agent.request('conversation.assign', { conversationId, assigneeId: bob.id }), { code: 'unprocessable' });
    t.equal((await server.chat.conversation(ada, conversationId)).assignee, null);
    await leave();
  });

  await t.test('[I3][S4] tags are replaced as a whole, seen by the team alone; one that is not the organisation\'s changes nothing', async (t) => {
    const { agent, colleague, visitor, ada, vera, conversationId, tag, leave } = await open();
    const [red, blue, foreign] = [await tag('red'), await tag('blue'), await tag('x', 'elsewhere')];
    t.match((await agent.request('conversation.tag', { conversationId, tagIds: [red, blue, red] })).conversation.tags, [{ name: 'blue' }, { name: 'red', colour: 'red' }]);
    t.match(await colleague.next('conversation.updated', (event) => event.reason === 'tagged'), { conversation: { tags: [{ id: blue }, { id: red }] } });
    await t.rejects(agent.request('conversation.tag', { conversationId, tagIds: [blue, foreign] }), { code: 'not_found' });
    t.equal((await server.chat.conversation(ada, conversationId)).tags?.length, 2);
    await agent.request('conversation.tag', { conversationId, tagIds: [blue] });
    t.strictSame((await server.chat.list(ada, { limit: 10, tag: blue })).items.map(({ id }) => id), [conversationId]);
    t.strictSame((await server.chat.list(ada, { limit: 10, tag: red })).items, []);
    await t.rejects(server.chat.list(vera, { limit: 10, tag: blue }), { code: 'forbidden' });
    await visitor.settled();
    t.notOk(visitor.events.some((event) => event.type === 'conversation.updated' && (event.reason === 'tagged' || 'tags' in event.conversation)));
    await leave();
  });

  await t.test('[I4][I5] a change is made wholly or not at all; who closed it is kept, and goes when it opens again', async (t) => {
    const { ada, bob, vera, conversationId, tag, leave } = await open();
    const red = await tag('red');
    t.match(await server.chat.change(ada, conversationId, { status: 'closed', assigneeId: bob.id, tagIds: [red] }), {
      status: 'closed', assignee: { id: bob.id }, tags: [{ id: red }], closedBy: { kind: 'agent', id: ada.id, name: 'Ada' },
    });
    t.strictSame(told(), ['conversation.closed', 'conversation.updated assigned', 'conversation.updated tagged']);
    t.match(await server.chat.conversation(vera, conversationId), { status: 'closed', closedBy: { name: 'Ada' } });
    // The visitor has another open one by now: nothing of the change may come true.
    await q.insert(tables.conversations).values({
      id: 'second', organisationId: ada.organisationId, siteId: 's', visitorId: vera.id, status: 'open', openKey: vera.id, lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1,
    });
    await t.rejects(server.chat.change(ada, conversationId, { status: 'open', assigneeId: null, tagIds: [] }), { code: 'conflict' });
    t.match(await server.chat.conversation(ada, conversationId), { status: 'closed', assignee: { id: bob.id }, tags: [{ id: red }] });
    await q.delete(tables.conversations).where(eq(tables.conversations.id, 'second'));
    t.match(await server.chat.reopen(ada, conversationId), { status: 'open', closedAt: null, closedBy: null });
    t.match(await server.chat.close(vera, conversationId), { closedBy: { kind: 'visitor', id: vera.id } });
    await leave();
  });

  await t.test('[I4] many at once: each as if alone, and what refuses is told with its reason', async (t) => {
    const { shop, ada, conversationId, vera, leave } = await open();
    const others = [shop.visitor('B'), shop.visitor('C')];
    const more = [];
    for (const [n, other] of others.entries()) more.push((await server.chat.send(other, { clientId: clientId(40 + n), text: 'hi' })).message.conversationId);
    const foreign = (await server.chat.send((await server.organisation(`bulk${made}`)).visitor(), { clientId: clientId(50), text: 'hi' })).message.conversationId;
    const all = [conversationId, ...more, foreign, 'nothing', conversationId];
    t.strictSame(await server.chat.changeMany(ada, all, { status: 'closed' }), {
      changed: [conversationId, ...more], refused: [{ id: foreign, code: 'not_found' }, { id: 'nothing', code: 'not_found' }],
    });
    await server.chat.send(others[0]!, { clientId: clientId(60), text: 'again' });
    await q.insert(tables.conversations).values({
      id: 'another', organisationId: ada.organisationId, siteId: 's', visitorId: vera.id, status: 'open', openKey: vera.id, lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1,
    });
    t.match(await server.chat.changeMany(ada, [conversationId, ...more], { status: 'open' }), { changed: more, refused: [{ id: conversationId, code: 'conflict' }] });
    await t.rejects(server.chat.changeMany(ada, more, { assigneeId: 'nobody' }), { code: 'not_found' });
    await leave();
  });

  await t.test('[I6] a bot answers until somebody takes over, writes, or it gives up; everybody sees who answers', async (t) => {
    const { agent, visitor, ada, vera, conversationId, key, leave } = await open();
    const bot = { kind: 'bot', id: 'hook', name: 'Robo' } as const;
    const say = (n: number, text = 'I am a bot') => server.chat.sendAs({ organisationId: ada.organisationId, conversationId, author: bot, clientId: clientId(n), text });
    const first = await say(10);
    t.match(first.message.author, bot);
    t.match(await visitor.next('conversation.updated', (event) => event.reason === 'bot'), { conversation: { bot: { id: 'hook', name: 'Robo' } } });
    t.match(await say(10), { repeated: true, message: { id: first.message.id } });
    await server.chat.handOver(ada.organisationId, conversationId, bot, 'wants a refund');
    t.match(await server.chat.conversation(ada, conversationId), { bot: null, preview: { kind: 'note', text: 'wants a refund', authorKind: 'bot' } });
    t.match(await server.chat.conversation(vera, conversationId), { bot: null, preview: { kind: 'text' } });
    t.ok(told().includes('conversation.updated handed_over'));
    await server.chat.handOver(ada.organisationId, conversationId, null, '');
    t.equal(told().filter((what) => what.endsWith('handed_over')).length, 1, 'once');
    await say(11);
    t.equal((await server.chat.conversation(ada, conversationId)).bot, null, 'what was given to people stays with them');
    await agent.request('conversation.close', { conversationId });
    await say(12);
    t.equal((await server.chat.conversation(ada, conversationId)).status, 'closed', 'a bot opens nothing');
    await visitor.request('message.send', { conversationId, clientId: clientId(13), text: 'hello again' });
    await server.chat.send(key, { conversationId, clientId: clientId(14), text: 'by key' });
    t.match((await server.chat.conversation(ada, conversationId)).bot, { id: key.id, name: 'Shop system' });
    t.match((await agent.request('conversation.takeover', { conversationId })).conversation, { bot: null, assignee: { id: ada.id } });
    await leave();
  });

  await t.test('[HT4][S5] a key writes as a bot, or in the name of an active agent of its own organisation; nobody else does', async (t) => {
    const { ada, bob, conversationId, key, leave } = await open();
    const write = (by: Parameters<typeof server.chat.send>[0], asAgentId: string, n: number) =>
      server.chat.send(by, { conversationId, clientId: clientId(n), text: 'x', asAgentId });
    t.match((await write(key, bob.id, 20)).message.author, { kind: 'agent', id: bob.id, name: 'Bob' });
    t.match((await write(ada, ada.id, 21)).message.author, { kind: 'agent', id: ada.id });
    await t.rejects(write(ada, bob.id, 22), { code: 'forbidden' });
    const stranger = await (await server.organisation(`key-other${made}`)).agent();
    await t.rejects(write(key, stranger.id, 23), { code: 'not_found' });
    await q.update(tables.agents).set({ status: 'disabled' }).where(eq(tables.agents.id, bob.id));
    await t.rejects(write(key, bob.id, 24), { code: 'not_found' });
    await leave();
  });

  await t.test('[CH16] rating: by its visitor, while open and a day after, and again as one likes', async (t) => {
    const { agent, visitor, shop, ada, vera, conversationId, leave } = await open();
    t.match((await visitor.request('conversation.rate', { conversationId, score: 2 })).conversation.rating, { score: 2, comment: '' });
    t.match(await agent.next('conversation.updated', (event) => event.reason === 'rated'), { conversation: { rating: { score: 2 } } });
    t.match(server.events.at(-1), { type: 'conversation.rated', rating: 2, comment: '' });
    await t.rejects(agent.request('conversation.rate', { conversationId, score: 5 }), { code: 'forbidden' });
    await t.rejects(visitor.request('conversation.rate', { conversationId, score: 6 }), { code: 'bad_request' });
    await t.rejects(server.chat.rate(shop.visitor('Else'), conversationId, { score: 1 }), { code: 'not_found' });
    await leave();
    await server.chat.close(ada, conversationId);
    server.clock.advance(RATING_MS);
    t.match((await server.chat.rate(vera, conversationId, { score: 5, comment: ' fine ' })).rating, { score: 5, comment: 'fine' });
    server.clock.advance(1);
    await t.rejects(server.chat.rate(vera, conversationId, { score: 1 }), { code: 'conflict' });
    await q.update(tables.sites).set({ settings: { rating: false } }).where(eq(tables.sites.id, shop.siteId));
    server.clock.advance(6_000);
    await t.rejects(server.chat.rate(vera, conversationId, { score: 1 }), { code: 'forbidden' });
  });

  await t.test('[I1] an agent or a key begins one with a visitor who is known; while one is open it is that one', async (t) => {
    const { ada, vera, conversationId, key, visitor, leave } = await open();
    t.match(await server.chat.begin(ada, vera.id), { created: false, conversation: { id: conversationId } });
    await server.chat.close(ada, conversationId);
    server.events.length = 0;
    const { conversation, created } = await server.chat.begin(ada, vera.id);
    t.match([created, conversation], [true, { status: 'open', lastSeq: 0, assignee: { id: ada.id }, visitor: { id: vera.id, name: 'Vera' } }]);
    t.match(await visitor.next('conversation.updated', (event) => event.conversation.id === conversation.id), { reason: 'created' });
    t.strictSame(told(), ['conversation.created']);
    t.match(await server.chat.begin(key, vera.id), { created: false, conversation: { id: conversation.id } });
    await t.rejects(server.chat.begin(ada, 'nobody'), { code: 'not_found' });
    const elsewhere = (await server.organisation(`begin${made}`)).visitor();
    await server.chat.send(elsewhere, { clientId: clientId(70), text: 'hi' });
    await t.rejects(server.chat.begin(ada, elsewhere.id), { code: 'not_found' });
    await leave();
  });

  await t.test('[K8][S4] participants: who has it, wrote or read; a visitor sees who wrote to it or has it, never a silent reader', async (t) => {
    const { agent, colleague, ada, bob, vera, shop, conversationId, key, leave } = await open();
    await colleague.request('read', { conversationId, seq: 1 });
    await server.chat.send(key, { conversationId, clientId: clientId(80), text: 'by key' });
    await agent.request('message.send', { conversationId, clientId: clientId(81), text: 'psst', note: true });
    const names = async (who: Parameters<typeof server.chat.participants>[0]) => (await server.chat.participants(who, conversationId)).map(({ kind, name, readSeq }) => `${kind} ${name} ${readSeq}`).toSorted();
    t.strictSame(await names(bob), ['agent Ada 3', 'agent Bob 1', 'bot Shop system 0', 'visitor Vera 1']);
    t.strictSame(await names(vera), ['bot Shop system 0', 'visitor Vera 1']);
    await agent.request('conversation.assign', { conversationId, assigneeId: ada.id });
    t.strictSame(await names(vera), ['agent Ada 2', 'bot Shop system 0', 'visitor Vera 1'], 'and nobody has read further than what the visitor sees');
    await t.rejects(server.chat.participants(shop.visitor('Else'), conversationId), { code: 'not_found' });
    await leave();
  });

  await t.test('[CH17] agents see who has a conversation open, until they leave it or their connection ends', async (t) => {
    const { agent, colleague, visitor, ada, bob, conversationId, leave } = await open();
    const viewersOf = (socket: typeof agent) => socket.events.filter((event) => event.type === 'conversation.viewers').map(({ viewers }) => viewers.map(({ name }) => name).toSorted().join());
    t.strictSame((await agent.request('conversation.view', { conversationId, on: true })).viewers, []);
    t.match(await colleague.next('conversation.viewers'), { conversationId, viewers: [{ id: ada.id, name: 'Ada' }] });
    t.strictSame((await colleague.request('conversation.view', { conversationId, on: true })).viewers, [{ id: ada.id, name: 'Ada' }]);
    await agent.next('conversation.viewers', (event) => event.viewers.length === 2);
    const tab = await server.connect(bob);
    await tab.request('conversation.view', { conversationId, on: true });
    await colleague.request('conversation.view', { conversationId, on: false });
    await agent.settled();
    t.strictSame(viewersOf(agent), ['Ada,Bob'], 'his other tab still has it');
    tab.socket.terminate();
    await agent.next('conversation.viewers', (event) => event.viewers.length === 1);
    t.strictSame(viewersOf(agent), ['Ada,Bob', 'Ada']);
    await t.rejects(visitor.request('conversation.view', { conversationId, on: true }), { code: 'forbidden' });
    await t.rejects(agent.request('conversation.view', { conversationId: 'nothing', on: true }), { code: 'not_found' });
    await visitor.settled();
    t.strictSame(viewersOf(visitor), []);
    await leave();
  });

  await t.test('[M4] what fell silent is closed by nobody, unless somebody spoke or a call goes on', async (t) => {
    const { ada, conversationId, leave } = await open();
    const { organisationId } = ada;
    const now = server.clock.now();
    t.notOk(await server.chat.closeSilent(organisationId, conversationId, now));
    await q.insert(tables.calls).values({
      id: `live${made}`, organisationId, siteId: 's', conversationId, visitorId: 'v', mode: 'audio', state: 'ringing', activeKey: conversationId, startedByKind: 'visitor', startedById: 'v', startedByName: '', createdAt: 1,
    });
    t.notOk(await server.chat.closeSilent(organisationId, conversationId, now + 1));
    await q.delete(tables.calls).where(eq(tables.calls.id, `live${made}`));
    t.ok(await server.chat.closeSilent(organisationId, conversationId, now + 1));
    t.match(await server.chat.conversation(ada, conversationId), { status: 'closed', closedBy: null });
    t.match(server.events.at(-1), { type: 'conversation.closed', by: null });
    await leave();
  });
  t.strictSame(server.logged, []);
});
