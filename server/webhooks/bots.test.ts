import t, { type Test } from 'tap';
import type { Message } from '../../protocol/shapes.ts';
import { createAppWithBot } from './testing/bot-app.ts';
import { conversationOf, webhookHouse } from './testing/webhook-house.ts';

/** A bot on a receiver, and a conversation that is its own. */
async function botHouse(t: Test) {
  const house = await webhookHouse(t);
  const bot = await house.create({ name: 'Robin', bot: true, events: ['conversation.created', 'message.created'] });
  const { q, tables: { conversations } } = house.database;
  const own = async (fields: object = {}) => {
    await q.delete(conversations);
    await q.insert(conversations).values({ id: 'c', organisationId: 'o', siteId: 's', visitorId: 'v', status: 'open', lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1, botId: bot.id, botName: 'Robin', ...fields });
  };
  await own();
  return {
    ...house, bot, own,
    says: (answer: unknown, status = 200) => house.receiver.answer({ status, body: typeof answer === 'string' ? answer : JSON.stringify(answer) }),
    async hears(event: Parameters<typeof house.events.emit>[0] = house.message()) {
      house.events.emit(event);
      await house.idle();
    },
  };
}

t.test('[C10] what a bot answers is said in its name, in order, and once', async (t) => {
  const { bot, says, hears, said, handedOver, webhooks, log, idle } = await botHouse(t);
  t.same(await webhooks.botFor('o'), { id: bot.id, name: 'Robin' });
  t.equal(await webhooks.botFor('other'), null);
  says({ replies: [{ text: 'Hello' }, { text: 'What can I do?' }], more: 'fields are fine' });
  await hears();
  const [delivery] = await log(bot.id);
  t.same(said, [0, 1].map((n) => ({
    organisationId: 'o', conversationId: 'c', author: { kind: 'bot', id: bot.id, name: 'Robin' }, clientId: `bot:${delivery!.id}:${n}`, text: ['Hello', 'What can I do?'][n],
  })));
  await hears({ type: 'conversation.created', organisationId: 'o', siteId: 's', conversation: conversationOf() });
  t.equal(said.length, 4, 'also to a new conversation');
  await webhooks.replay('o', bot.id, delivery!.id);
  await idle();
  t.same(said.slice(4).map(({ clientId }) => clientId), said.slice(0, 2).map(({ clientId }) => clientId), 'a repetition says the same lines, which chat knows');
  t.same(handedOver, []);
});

t.test('[C10] a bot is heard where it answers a visitor, and nowhere else', async (t) => {
  const { bot, own, says, hears, message, said, receiver, webhooks, by } = await botHouse(t);
  says({ replies: [{ text: 'Me!' }], handover: true });
  const authors: Message['author'][] = [{ kind: 'agent', id: 'a', name: 'A' }, { kind: 'bot', id: bot.id, name: 'Robin' }, { kind: 'system', id: '', name: '' }];
  for (const author of authors) await hears(message({ author }));
  await hears(message({ kind: 'call' }));
  t.equal(receiver.received.length, 4, 'it is told of those');
  t.equal(said.length, 0, 'but does not speak to itself, nor to colleagues');
  for (const fields of [{ botId: null, handedOverAt: 5 }, { botId: null, assigneeId: 'ada' }, { botId: 'another' }, { status: 'closed' as const }, { organisationId: 'other' }]) {
    await own(fields);
    await hears();
    t.equal(said.length, 0, JSON.stringify(fields));
  }
  await own({ botId: null });
  await hears();
  t.equal(said.length, 1, 'where nobody has been yet it may begin');
  await own();
  await webhooks.change(by, bot.id, { bot: false });
  await hears();
  t.equal(said.length, 1, 'a webhook that is no bot is not listened to');
});

t.test('[C10] what is no answer of a bot is ignored', async (t) => {
  const { says, hears, said, handedOver, bot, log } = await botHouse(t);
  for (const answer of ['', 'ok', '<html>', '[]', 'null', '{"replies":"hello"}', '{"replies":[{"text":""}]}', '{"replies":[{}]}', JSON.stringify({ replies: Array.from({ length: 6 }, () => ({ text: 'x' })) }),
    JSON.stringify({ replies: [{ text: 'x'.repeat(4001) }] }), '{"handover":"yes"}', '{"__proto__":{"handover":true}}', '{"handover":false}']) {
    says(answer);
    await hears();
  }
  says({ replies: [{ text: 'no' }] }, 500);
  await hears();
  t.same([said, handedOver], [[], []]);
  t.equal((await log(bot.id, 'delivered')).length, 13);
});

t.test('[C10] a bot hands over when it says so, when it fails three times, and when it does not answer in time', async (t) => {
  const { says, hears, own, said, handedOver, receiver, message, events, clock, idle, pass, log, bot } = await botHouse(t);
  says({ replies: [{ text: 'A moment please' }], handover: true, reason: 'Asks for a person' });
  await hears();
  t.same([said.length, handedOver], [1, [{ conversationId: 'c', by: bot.id, reason: 'Asks for a person' }]]);
  await hears();
  t.equal(said.length, 1, 'it is asked no more');

  await own();
  says('', 503);
  await hears();
  await hears();
  t.equal(handedOver.length, 1);
  says({ replies: [] });
  await hears();
  says('', 503);
  await hears();
  await hears();
  t.equal(handedOver.length, 1, 'three in a row');
  await hears();
  t.same(handedOver.slice(1), [{ conversationId: 'c', by: bot.id, reason: '' }]);

  // The same event three times, while nobody writes.
  says({});
  await pass(60 * 60_000); // what waits is taken
  await own({ id: 'd' });
  says('', 503);
  await hears(message({ conversationId: 'd' }));
  await pass(6000);
  t.equal(handedOver.length, 2);
  await pass(33_000);
  t.equal(handedOver.length, 3);

  says({});
  await pass(60 * 60_000); // what waits is taken
  await own({ id: 'e' });
  t.equal((await log(bot.id, 'waiting')).length, 0);
  receiver.answer('never');
  const before = receiver.received.length;
  events.emit(message({ conversationId: 'e' }));
  await receiver.count(before + 1);
  receiver.answer({});
  clock.advance(10_000);
  await idle();
  t.match(handedOver.at(-1), { conversationId: 'e', reason: '' });
  t.equal(handedOver.length, 4);
});

t.test('[C10] a bot that is switched off, removed or no bot any more leaves its conversations to people', async (t) => {
  for (const end of ['off', 'removed', 'no bot', 'gone'] as const) {
    const { bot, by, webhooks, handedOver, receiver, hears } = await botHouse(t);
    if (end === 'off') await webhooks.change(by, bot.id, { enabled: false });
    else if (end === 'removed') await webhooks.remove(by, bot.id);
    else if (end === 'no bot') await webhooks.change(by, bot.id, { bot: false });
    else {
      receiver.answer({ status: 410 });
      await hears();
    }
    t.match(handedOver, [{ conversationId: 'c', by: bot.id, reason: '' }], end);
    t.equal(await webhooks.botFor('o'), null);
  }
});

t.test('[C10] a conversation with a bot, end to end', async (t) => {
  const { app, receiver, bot, visitor, agent, owner, send, conversation, heard } = await createAppWithBot(t);
  receiver.answer(({ told }) => {
    const { message } = told.data as { message?: Message };
    if (told.type !== 'message.created' || message?.author.kind !== 'visitor') return {};
    return { body: JSON.stringify(message.text === 'a person please' ? { replies: [{ text: 'I call somebody.' }], handover: true, reason: 'Wants a person' } : { replies: [{ text: `You said: ${message.text}` }] }) };
  });
  const created = (await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'hello' })).message;
  t.match((await conversation(created.conversationId)).bot, { id: bot.id, name: 'Robin' }, 'it is the bot\'s from the beginning');
  const reply = await visitor.next('message', ({ message }) => message.author.kind === 'bot');
  t.match(reply.message, { author: { kind: 'bot', id: bot.id, name: 'Robin' }, text: 'You said: hello', seq: 2 });
  t.match(await agent.next('message', ({ message }) => message.author.kind === 'bot'), { message: { text: 'You said: hello' } });

  await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000002', text: 'a person please' });
  await visitor.next('message', ({ message }) => message.text === 'I call somebody.');
  const handed = await agent.next('conversation.updated', ({ reason }) => reason === 'handed_over');
  t.equal(handed.conversation.bot, null);
  await agent.next('message', ({ message }) => message.kind === 'note' && message.text === 'Wants a person');
  await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000003', text: 'still there?' });
  await heard('still there?');
  await send('people', created.conversationId);
  const lines = (await visitor.request('history', { conversationId: created.conversationId })).messages.map(({ author, text }) => `${author.kind}: ${text}`);
  t.same(lines, ['visitor: hello', 'bot: You said: hello', 'visitor: a person please', 'bot: I call somebody.', 'visitor: still there?', 'agent: people']);

  const deliveries = (await app.inject({ url: `/v1/webhooks/${bot.id}/deliveries?limit=100`, headers: owner.headers })).json<{ items: { event: string; state: string }[] }>();
  t.ok(deliveries.items.some(({ event }) => event === 'conversation.created'));
  t.notOk(app.log().includes('whsec_') || app.log().includes('You said'), 'the log holds neither secrets nor what was said');
});

t.test('[C10] an agent who answers or takes over ends the bot', async (t) => {
  for (const way of ['answers', 'takes'] as const) {
    const { receiver, visitor, agent, send, conversation, heard } = await createAppWithBot(t);
    receiver.answer({ body: JSON.stringify({ replies: [{ text: 'beep' }] }) });
    const { message } = await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'hello' });
    await visitor.next('message', (event) => event.message.author.kind === 'bot');
    if (way === 'answers') await send('I am here', message.conversationId);
    else await agent.request('conversation.takeover', { conversationId: message.conversationId });
    t.equal((await conversation(message.conversationId)).bot, null, way);
    await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000002', text: 'thanks' });
    await heard('thanks');
    await send('bye', message.conversationId);
    const { messages } = await visitor.request('history', { conversationId: message.conversationId });
    t.notOk(messages.slice(-2).some(({ author }) => author.kind === 'bot'), 'the bot is silent');
  }
});
