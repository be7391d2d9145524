import t from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { Conversation, Message } from '../../protocol/shapes.ts';
import { SCOPES } from '../../protocol/permissions.ts';
import { testApp } from '../testing/test-app.ts';
import { clientId } from '../testing/test-gateway.ts';
import { connect } from '../testing/test-socket.ts';

await t.test('[CH23][CH24][CH26] rooms of agents and pins over HTTP', async (t) => {
  const app = await testApp({ config: { rateLimits: false } });
  t.teardown(() => app.close());
  const origin = await app.listen();
  const [owner, bob, eve] = [await app.owner(), await app.agent('agent'), await app.agent('admin')];
  type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  const ask = async (method: Method, url: string, headers: { authorization: string }, payload?: object) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.statusCode === 204 ? null : answer.headers['content-type']?.toString().includes('json') ? answer.json<never>() : answer.body };
  };
  const scoped = await ask('POST', '/v1/api-keys', owner.headers, { name: 'every', scopes: SCOPES });
  const key = { authorization: `Bearer ${(scoped.body as unknown as { key: string }).key}` };

  const made = await ask('PUT', `/v1/conversations/direct/${bob.agent.id}`, owner.headers);
  t.match(made, { status: 201, body: { kind: 'direct', members: [{}, {}] } });
  const { id } = made.body as unknown as Conversation;
  t.match(await ask('PUT', `/v1/conversations/direct/${owner.agent.id}`, bob.headers), { status: 200, body: { id } });
  t.match(await ask('PUT', `/v1/conversations/direct/${owner.agent.id}`, owner.headers), { status: 422, body: { code: 'unprocessable' } });
  t.match(await ask('PUT', '/v1/conversations/direct/nobody', owner.headers), { status: 404 });
  t.match(await ask('PUT', `/v1/conversations/direct/${bob.agent.id}`, key), { status: 403 });

  t.match(await ask('POST', `/v1/conversations/${id}/messages`, bob.headers, { clientId: clientId(1), text: 'lunch?' }), { status: 201 });
  t.match(await ask('GET', `/v1/conversations/${id}/messages`, owner.headers), { status: 200, body: { items: [{ text: 'lunch?' }] } });
  t.match(await ask('GET', `/v1/conversations/${id}/participants`, owner.headers), { status: 200, body: { items: [{ kind: 'agent' }, { kind: 'agent' }] } });
  const text = await ask('GET', `/v1/conversations/${id}/export`, owner.headers);
  t.match(text.body, 'lunch?');
  t.match(text.body, bob.agent.name, 'the file is called by who is in it');
  const listed = async (headers: { authorization: string }, query = '?kind=team') => ((await ask('GET', `/v1/conversations${query}`, headers)).body as unknown as Page<Conversation>).items.map((each) => each.id);
  t.strictSame(await listed(owner.headers), [id]);
  t.strictSame(await listed(owner.headers, ''), []);
  for (const headers of [eve.headers, key]) t.strictSame(await listed(headers), []);
  for (const headers of [eve.headers, key]) {
    for (const path of ['', '/messages', '/participants', '/export']) t.match(await ask('GET', `/v1/conversations/${id}${path}`, headers), { status: 404 }, path);
    t.match(await ask('POST', `/v1/conversations/${id}/messages`, headers, { clientId: clientId(2), text: 'x' }), { status: 404 });
  }
  t.match(await ask('POST', `/v1/conversations/${id}/transcript`, owner.headers, { email: 'a@b.example' }), { status: 422 });
  t.match(await ask('DELETE', `/v1/conversations/${id}`, owner.headers), { status: 422 });
  const socket = await connect({ url: origin.replace('http', 'ws'), origin, token: owner.accessToken });
  await t.rejects(socket.request('call.start', { conversationId: id, mode: 'audio' }), { code: 'unprocessable' });
  t.match(socket.hello.conversations, [{ id, unread: 1 }]);

  const group = await ask('POST', '/v1/conversations', owner.headers, { title: 'Returns', agentIds: [bob.agent.id] });
  t.match(group, { status: 201, body: { kind: 'group', title: 'Returns' } });
  const { id: room } = group.body as unknown as Conversation;
  for (const payload of [{ title: 'x' }, { agentIds: [bob.agent.id] }, {}, { title: 'x', agentIds: [bob.agent.id], visitorId: 'v' }]) t.match(await ask('POST', '/v1/conversations', owner.headers, payload), { status: 422 }, JSON.stringify(payload));
  t.match(await ask('POST', '/v1/conversations', key, { title: 'x', agentIds: [bob.agent.id] }), { status: 422 });
  t.match(await ask('POST', `/v1/conversations/${room}/members`, eve.headers, { agentIds: [eve.agent.id] }), { status: 404 });
  t.match(await ask('POST', `/v1/conversations/${room}/members`, bob.headers, { agentIds: [eve.agent.id] }), { status: 200, body: { members: [{}, {}, {}] } });
  t.match(await ask('PATCH', `/v1/conversations/${room}`, eve.headers, { title: 'Returns and parcels' }), { status: 200, body: { title: 'Returns and parcels' } });
  t.match(await ask('DELETE', `/v1/conversations/${room}/members/${bob.agent.id}`, eve.headers), { status: 204 });
  t.match(await ask('GET', `/v1/conversations/${room}`, bob.headers), { status: 404 });

  t.match(await ask('PUT', `/v1/conversations/${room}/pin`, owner.headers), { status: 200, body: { items: [room], next: null } });
  t.match(await socket.next('pins.updated'), { pins: [room] });
  t.match(await ask('GET', '/v1/pins', owner.headers), { status: 200, body: { items: [room] } });
  t.match(await ask('PUT', `/v1/conversations/${room}/pin`, bob.headers), { status: 404 });
  t.match(await ask('DELETE', `/v1/conversations/${room}/pin`, owner.headers), { status: 200, body: { items: [] } });
  for (const who of [owner, eve]) t.match(await ask('DELETE', `/v1/conversations/${room}/members/${who.agent.id}`, who.headers), { status: 204 });
  t.match(await ask('GET', `/v1/conversations/${room}`, owner.headers), { status: 404 }, 'with the last one it goes');

  // Deactivated: a member still, who sees nothing; the other goes on.
  await ask('PATCH', `/v1/agents/${bob.agent.id}`, owner.headers, { status: 'disabled' });
  t.match(await ask('GET', `/v1/conversations/${id}`, owner.headers), { status: 200, body: { members: [{}, {}] } });
  t.match(await ask('GET', `/v1/conversations/${id}`, bob.headers), { status: 401 });
  const { body } = await ask('GET', `/v1/conversations/${id}/messages`, owner.headers);
  t.equal((body as unknown as Page<Message>).items.length, 1);
  await socket.close();
});
