import t from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { Conversation, Message } from '../../protocol/shapes.ts';
import { clientId } from '../testing/test-gateway.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';

await t.test('[HT4] conversations over HTTP', async (t) => {
  const app = await testApp({ config: { rateLimits: false } });
  t.teardown(() => app.close());
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const owner = await app.owner();
  const [visitor, other] = [await app.visitor(), await app.visitor()];
  const socket = await connect({ url, origin, token: visitor.token });
  const { conversationId } = await socket.request('message.send', { clientId: clientId(1), text: 'hello' });
  for (let n = 2; n <= 7; n += 1) await socket.request('message.send', { clientId: clientId(n), text: `${n}`, conversationId });
  const get = async <T>(path: string, headers: Record<string, string>) => {
    const answer = await app.inject({ url: path, headers });
    return { status: answer.statusCode, body: answer.json<T>() };
  };

  await t.test('[HT4][I2][I3][L5] the list and one conversation have one shape, with the reader\'s own unread count', async (t) => {
    const list = await get<Page<Conversation>>('/v1/conversations', owner.headers);
    t.match(list, { status: 200, body: { items: [{ id: conversationId, lastSeq: 7, unread: 7, readSeq: 0, preview: { text: '7' } }], next: null } });
    t.strictSame((await get(`/v1/conversations/${conversationId}`, owner.headers)).body, list.body.items[0]);
    t.match((await get(`/v1/conversations/${conversationId}`, visitor.headers)).body, { unread: 0, visitor: { id: visitor.visitor.id, name: visitor.visitor.name } });
    for (const [query, count] of [['unread=true', 1], ['unread=false', 0], ['status=open', 1], ['status=closed', 0], [`visitor=${other.visitor.id}`, 0]] as const) {
      t.equal((await get<Page<Conversation>>(`/v1/conversations?${query}`, owner.headers)).body.items.length, count, query);
    }
    for (const wrong of ['status=gone', 'unread=perhaps', 'limit=0', 'limit=abc', 'limit=101', 'cursor=%00', 'cursor=AAAA', 'cursor=garbage', 'cursor=']) {
      t.match(await get(`/v1/conversations?${wrong}`, owner.headers), { status: 400, body: { code: 'bad_request' } }, wrong);
    }
  });

  await t.test('[HT4][K5] messages page both ways, ascending', async (t) => {
    const messages = async (query: string, headers = owner.headers) => {
      const { body } = await get<Page<Message>>(`/v1/conversations/${conversationId}/messages${query}`, headers);
      return [body.items.map(({ seq }) => seq), body.next];
    };
    t.strictSame(await messages(''), [[1, 2, 3, 4, 5, 6, 7], null]);
    t.strictSame(await messages('?limit=3'), [[5, 6, 7], '5']);
    t.strictSame(await messages('?limit=3&before=5', visitor.headers), [[2, 3, 4], '2']);
    t.strictSame(await messages('?limit=3&before=2'), [[1], null]);
    t.strictSame(await messages('?limit=3&after=0'), [[1, 2, 3], '3']);
    t.strictSame(await messages('?limit=5&after=3'), [[4, 5, 6, 7], null]);
    for (const wrong of ['?limit=0', '?limit=x', '?limit=2.7', '?before=1e1', '?after=0x1', '?before=9999999999999999', '?before=0', '?after=-1', '?before=3&after=1']) {
      t.match(await get(`/v1/conversations/${conversationId}/messages${wrong}`, owner.headers), { status: 400, body: { code: 'bad_request' } }, wrong);
    }
  });

  await t.test('[HT4][CH2] an agent writes over HTTP, idempotently, and the visitor hears it at once', async (t) => {
    const post = (text: unknown, headers: Record<string, string> = owner.headers, id: unknown = clientId(50)) =>
      app.inject({ method: 'POST', url: `/v1/conversations/${conversationId}/messages`, headers, payload: { clientId: id, text } as never });
    const first = await post(' from HTTP ');
    t.equal(first.statusCode, 201);
    t.match(first.json(), { seq: 8, text: 'from HTTP', author: { kind: 'agent', id: owner.agent.id } });
    t.strictSame((await socket.next('message')).message, first.json());
    const again = await post('from HTTP');
    t.equal(again.statusCode, 200);
    t.strictSame(again.json(), first.json());
    t.equal((await post('')).statusCode, 422);
    const files = await app.inject({ method: 'POST', url: `/v1/conversations/${conversationId}/messages`, headers: owner.headers, payload: { clientId: clientId(51), text: 'x', fileIds: ['f'] } });
    t.match([files.statusCode, files.json()], [404, { code: 'not_found' }], 'a file that is nobody\'s');
    t.equal((await post(7)).statusCode, 400);
    t.equal((await post('x', owner.headers, 'short')).statusCode, 400);
    t.equal((await post('x', visitor.headers)).statusCode, 403);
    t.equal((await post('x', {})).statusCode, 401);
    await socket.settled();
    t.equal(socket.events.filter(({ type }) => type === 'message').length, 1);
  });

  await t.test('[S4][CH13][K7] what belongs to another visitor is 404, and no list shows it', async (t) => {
    for (const path of ['', '/messages']) {
      t.match(await get(`/v1/conversations/${conversationId}${path}`, other.headers), { status: 404, body: { code: 'not_found' } });
      t.match(await get(`/v1/conversations/nothing${path}`, owner.headers), { status: 404, body: { code: 'not_found' } });
      t.match(await get(`/v1/conversations/${conversationId}${path}`, {}), { status: 401 });
    }
    t.strictSame((await get<Page<Conversation>>(`/v1/conversations?visitor=${visitor.visitor.id}`, other.headers)).body.items, []);
    t.equal((await get<Page<Conversation>>('/v1/conversations', visitor.headers)).body.items.length, 1);
  });

  await t.test('[PR7][N8] presence over HTTP', async (t) => {
    t.match(await get('/v1/presence', owner.headers), { status: 200, body: { items: [{ id: owner.agent.id, status: 'off' }] } });
    const panel = await connect({ url, origin, token: owner.accessToken });
    t.match(await get('/v1/presence', owner.headers), { status: 200, body: { items: [{ id: owner.agent.id, status: 'online' }] } });
    t.equal((await get('/v1/presence', visitor.headers)).status, 403);
    await panel.close();
  });

  await t.test('[WS4] a visitor\'s hello tells its site; half way through a token\'s life there is a fresh one', async (t) => {
    const again = await connect({ url, origin, token: visitor.token, resume: { [conversationId]: 7 } });
    t.match(again.hello.site, { id: owner.site.id, name: owner.site.name });
    t.equal(again.hello.token, undefined);
    t.equal((await again.next('message')).message.seq, 8);
    await again.close();
  });

  await t.test('[S1] neither log nor any address holds a token or a text', async (t) => {
    t.notMatch(app.log(), visitor.token);
    t.notMatch(app.log(), owner.accessToken);
    t.notMatch(app.log(), 'from HTTP');
  });
  await socket.close();
});
