import t from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { Conversation } from '../../protocol/shapes.ts';
import { clientId } from '../testing/test-gateway.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';

await t.test('[HT4] conversations for programs', async (t) => {
  const app = await testApp({ config: { rateLimits: false } });
  t.teardown(() => app.close());
  const origin = await app.listen();
  const owner = await app.owner();
  const agent = await app.agent('agent');
  const visitor = await app.visitor();
  const { database: { q, tables } } = app;
  await q.update(tables.visitors).set({ name: 'Vera' });
  const socket = await connect({ url: origin.replace('http', 'ws'), origin, token: visitor.token });
  const { conversationId } = await socket.request('message.send', { clientId: clientId(1), text: 'hello\nworld' });
  await q.update(tables.visitors).set({ name: 'Vera "/\\\r\n김' });
  const keyWith = async (...scopes: string[]) => {
    const answer = await app.inject({ method: 'POST', url: '/v1/api-keys', headers: owner.headers, payload: { name: 'Shop system', scopes } });
    return { authorization: `Bearer ${answer.json<{ key: string }>().key}` };
  };
  const all = await keyWith('conversations:read', 'conversations:write', 'conversations:delete', 'calls:read', 'recordings:read', 'recordings:delete', 'presence:read');
  const reader = await keyWith('conversations:read');
  const ask = async <T = { code?: string }>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, headers: Record<string, string>, payload?: object) => {
    const answer = await app.inject({ method, url: `/v1${path}`, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: (answer.headers['content-type']?.toString().includes('json') ? answer.json<T>() : {}) as T };
  };
  const here = `/conversations/${conversationId}`;

  await t.test('[HT4][S5] a key reads and writes what its scopes allow, as a bot, and leaves notes', async (t) => {
    t.match(await ask<Page<Conversation>>('GET', '/conversations?unread=true', reader), { status: 200, body: { items: [{ id: conversationId, unread: 1, readSeq: 0, tags: [], verified: false }] } });
    t.match(await ask('POST', `${here}/messages`, reader, { clientId: clientId(2), text: 'x' }), { status: 403, body: { code: 'forbidden' } });
    t.match(await ask('POST', `${here}/messages`, all, { clientId: clientId(2), text: 'from the shop' }), { status: 201, body: { author: { kind: 'bot', name: 'Shop system' } } });
    t.match(await ask('POST', `${here}/messages`, all, { clientId: clientId(2), text: 'from the shop' }), { status: 200 });
    t.match(await ask('POST', `${here}/messages`, all, { clientId: clientId(3), text: 'x', asAgentId: agent.agent.id }), { status: 201, body: { author: { kind: 'agent', id: agent.agent.id } } });
    t.match(await ask('POST', `${here}/messages`, all, { clientId: clientId(4), text: 'the note', note: true }), { status: 201, body: { kind: 'note', seq: 4 } });
    t.match(await ask('GET', `${here}/messages?limit=2`, visitor.headers), { body: { items: [{ seq: 2 }, { seq: 3 }], next: '2' } });
    t.match(await ask('GET', '/conversations?assignee=me', all), { status: 400, body: { code: 'bad_request' } });
    t.match(await ask('GET', '/presence', all), { status: 200 });
    t.match(await ask('GET', '/presence', reader), { status: 403 });
    t.match(await ask('GET', '/calls?outcome=missed&recorded=false&sort=oldest&text=x', all), { status: 200, body: { items: [] } });
    t.match(await ask('GET', '/saved-filters', all), { status: 403 });
  });

  await t.test('[HT4] change, begin, participants, rating', async (t) => {
    t.match(await ask('PATCH', here, all, { assigneeId: owner.agent.id }), { status: 200, body: { assignee: { name: 'Olive Owner' }, bot: null } });
    t.match(await ask('GET', '/conversations?assignee=me', owner.headers), { body: { items: [{ id: conversationId }] } });
    t.match(await ask('GET', '/conversations?assignee=none', owner.headers), { body: { items: [] } });
    t.match(await ask('PATCH', here, all, { assigneeId: 7 }), { status: 400 });
    t.match(await ask('PATCH', here, reader, { status: 'closed' }), { status: 403 });
    t.match(await ask('PATCH', here, visitor.headers, { status: 'closed' }), { status: 403 });
    t.match(await ask('POST', '/conversations/bulk', all, { ids: [conversationId, 'x'], change: { tagIds: [] } }), { status: 200, body: { changed: [conversationId], refused: [{ id: 'x', code: 'not_found' }] } });
    t.match(await ask('POST', '/conversations', all, { visitorId: visitor.visitor.id }), { status: 200, body: { id: conversationId } });
    t.match(await ask('GET', `${here}/participants`, visitor.headers), { status: 200, body: { items: [{ kind: 'visitor', id: visitor.visitor.id }, {}, {}] } });
    t.match(await ask('POST', `${here}/rating`, visitor.headers, { score: 4, comment: 'fine' }), { status: 200, body: { rating: { score: 4, comment: 'fine' } } });
    t.match(await ask('POST', `${here}/rating`, all, { score: 4 }), { status: 403 });
  });

  await t.test('[I11][C6][S9] export: a file with a harmless name, for people and for programs; visitors get no notes', async (t) => {
    const txt = await ask('GET', `${here}/export`, owner.headers);
    t.match(txt, { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } });
    const name = txt.headers['content-disposition'] as string;
    t.match(name, /^attachment; filename="[\x20-\x7e]+\.txt"; filename\*=UTF-8''[\w.%~-]+\.txt$/);
    t.notMatch(name.replaceAll('%', ''), /[\r\n\\/]|"[^;]*"[^;]*"/);
    t.match(txt.text, /\] .*: hello\n {4}world\n/);
    t.match(txt.text, '(private note): the note');
    const ko = await ask('GET', `${here}/export?format=txt&locale=ko`, visitor.headers);
    t.match(ko.text, '님과의 대화');
    t.notMatch(ko.text, 'the note');
    const json = await ask<{ messages: object[]; conversation: object }>('GET', `${here}/export?format=json`, visitor.headers);
    t.match(json, { status: 200, headers: { 'content-type': /application\/json/, 'content-disposition': /^attachment/ }, body: { conversation: { id: conversationId }, calls: [], recordings: [] } });
    t.equal(json.body.messages.length, 3);
    t.notMatch(json.text, /the note|"tags"|"verified"/);
    t.equal((await ask<{ messages: object[] }>('GET', `${here}/export?format=json`, reader)).body.messages.length, 4);
    t.match(await ask('GET', `${here}/export?format=exe`, owner.headers), { status: 400 });
    t.match(await ask('GET', `${here}/export`, (await app.visitor()).headers), { status: 404 });
  });

  await t.test('[I7][S5] deleting: what is closed, by those who may; the visitor\'s element hears of it', async (t) => {
    t.match(await ask('DELETE', here, agent.headers), { status: 403 });
    t.match(await ask('DELETE', here, all), { status: 409, body: { code: 'not_closed' } });
    await ask('PATCH', here, all, { status: 'closed' });
    t.match(await ask('DELETE', here, reader), { status: 403 });
    t.match(await ask('DELETE', here, all), { status: 204, text: '' });
    t.match(await socket.next('conversation.removed'), { conversationId });
    t.match(await ask('GET', here, owner.headers), { status: 404 });
    t.match(await ask('GET', '/audit?action=conversation.deleted', owner.headers), { body: { items: [{ actor: { kind: 'key', name: 'Shop system' }, target: { id: conversationId } }] } });
    const again = await socket.request('message.send', { clientId: clientId(9), text: 'hello?' });
    t.not(again.conversationId, conversationId);
  });
  await socket.close();
});
