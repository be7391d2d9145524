import t from 'tap';
import type { CallsPage, Page, QueueAnswer } from '../../protocol/http.ts';
import type { Message } from '../../protocol/shapes.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';

t.test('[E1] [E4] [E5] the line over the wire: who is there is rung, the next is taken, a visitor whom nobody answers leaves a number that the team finds', async (t) => {
  const clock = fakeClock();
  const app = await testApp({ clock });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const [vera, wim] = [await app.visitor(), await app.visitor()];
  const visitor = await connect({ url, origin, token: vera.token });
  await visitor.request('visitor.context', { page: { url: `${origin}/demo/?q=1`, title: 'Shop' } });

  const alone = await visitor.request('call.start', { mode: 'audio' });
  t.match(alone, { nobodyThere: true, position: 1 });
  const left = { callId: alone.call.id, kind: 'callback', contact: '010-1234-5678' } as const;
  t.match((await visitor.request('call.follow-up', left)).call, { state: 'ended', endReason: 'no_answer', followUp: { contact: '010-1234-5678', doneAt: null } });

  const agent = await connect({ url, origin, token: owner.accessToken });
  t.strictSame(agent.hello.calls, []);
  t.match(agent.hello.conversations, [{ preview: { authorKind: 'visitor', text: '☎ 010-1234-5678' }, assignee: null }], 'it stands in the inbox');
  const get = async <T>(address: string) => (await app.inject({ url: address, headers: owner.headers })).json<T>();
  const messages = await get<Page<Message>>(`/v1/conversations/${alone.call.conversationId}/messages`);
  t.strictSame(messages.items.map(({ kind, text, author }) => [kind, text, author.kind]), [['call', '', 'visitor'], ['text', '☎ 010-1234-5678', 'visitor']]);
  t.match(await get<QueueAnswer>('/v1/queue'), { items: [{ kind: 'chat', conversationId: alone.call.conversationId, page: { url: `${origin}/demo/`, title: 'Shop' } }], next: null });
  t.strictSame((await get<CallsPage>('/v1/calls?followUp=open')).items.map(({ id }) => id), [alone.call.id]);
  const done = await app.inject({ method: 'PATCH', url: `/v1/calls/${alone.call.id}`, headers: owner.headers, payload: { followedUp: true } });
  t.match(done.json(), { id: alone.call.id, followUp: { doneAt: String } });
  t.strictSame((await get<CallsPage>('/v1/calls?followUp=open')).items, []);

  await t.rejects(agent.request('queue.next', {}), { code: 'nobody_waiting' });
  const other = await connect({ url, origin, token: wim.token });
  const [first] = [await visitor.request('call.start', { mode: 'video' })];
  t.notOk('nobodyThere' in first);
  clock.advance(1000);
  const second = await other.request('call.start', { mode: 'audio' });
  t.equal(second.position, 2);
  t.match(await agent.next('queue.added'), { call: { id: first.call.id }, rings: true, page: { title: 'Shop' }, returning: false });
  t.match(await agent.next('queue.added'), { call: { id: second.call.id }, rings: true, page: null });
  await agent.request('presence.set', { status: 'away' });
  t.match(await agent.next('queue.updated'), { rings: false }, 'who is away is not rung');
  t.strictSame((await get<QueueAnswer>('/v1/queue')).items.map(({ kind, rings }) => [kind, rings]), [['call', false], ['call', false]]);
  await agent.request('presence.set', { status: 'online' });
  t.match(await agent.next('queue.updated', ({ rings }) => rings === true), { call: { id: first.call.id } });
  t.match(await agent.request('queue.next', {}), { call: { id: first.call.id, state: 'active', answeredBy: { name: owner.agent.name } } });
  t.match(await agent.next('queue.updated', ({ call, rings }) => call.id === second.call.id && rings === false), {}, 'whoever talks is not rung');
  t.match(await other.next('queue.position'), { callId: second.call.id, position: 1 });
  await t.rejects(visitor.request('queue.next', {}), { code: 'forbidden' });
  await t.rejects(agent.request('call.follow-up', left), { code: 'forbidden' });
  t.notMatch(app.log(), /010-1234/, 'what was left is in no log');
});

t.test('[E1] [Q1] [H1] what is left while nobody is there is mailed to the team, as what is written is, and told to webhooks', async (t) => {
  const clock = fakeClock();
  const app = await testApp({ clock, outboundAllow: ['127.0.0.1'] });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const url = (await app.listen()).replace('http', 'ws');
  const made = await app.inject({ method: 'POST', url: '/v1/webhooks', headers: owner.headers, payload: { name: 'CRM', url: 'http://127.0.0.1:9/hook', events: ['call.follow_up'] } });
  t.equal(made.statusCode, 201, made.body);
  const visitor = await connect({ url, origin: app.ownOrigins()[0]!, token: (await app.visitor()).token });
  const { call } = await visitor.request('call.start', { mode: 'audio' });
  await visitor.request('call.follow-up', { callId: call.id, kind: 'message', contact: 'vera@shop.example', text: 'Is it in stock?' });
  const { q, tables } = app.database;
  for (let tries = 0; tries < 90 && (await q.select().from(tables.mails)).length === 0; tries++) clock.advance(1000);
  t.match(await q.select().from(tables.mails), [{ kind: 'agent_notice', text: /> Is it in stock\?\n> vera@shop\.example/ }]);
  const told = await q.select().from(tables.deliveries);
  t.match(told.map(({ event, eventId }) => [event, eventId]), [['call.follow_up', `call.follow_up:${call.id}`]]);
  t.match(JSON.parse(told[0]!.payload), { type: 'call.follow_up', data: { call: { id: call.id, followUp: { kind: 'message', text: 'Is it in stock?', contact: 'vera@shop.example', doneAt: null } } } });
});
