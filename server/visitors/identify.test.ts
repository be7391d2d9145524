import { createHmac } from 'node:crypto';
import t, { type Test } from 'tap';
import type { Page, VisitorAnswer } from '../../protocol/http.ts';
import type { Conversation, File, Message, Visitor } from '../../protocol/shapes.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testApp } from '../testing/test-app.ts';
import { connect, Nack } from '../testing/test-socket.ts';

const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;
const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function house(t: Test, database?: Database) {
  const app = await testApp(database ? { database } : {});
  t.teardown(() => app.close());
  const { headers, site } = await app.owner();
  const ownOrigin = app.ownOrigins()[0]!;
  const { secret } = (await app.inject({ method: 'POST', url: `/v1/sites/${site.id}/identity-secret`, headers })).json<{ secret: string }>();
  const sign = (sub: string, more: object = {}, key = secret) => {
    const [head, body] = [{ alg: 'HS256', typ: 'JWT' }, { sub, exp: Math.floor(app.clock.now() / 1000) + 600, ...more }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    return `${head}.${body}.${createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')}`;
  };
  const ask = (payload: object, origin: string | undefined = ownOrigin) => app.inject({ method: 'POST', url: '/v1/visitors/identify', payload, headers: origin === undefined ? {} : { origin } });
  const identify = async (sub: string, more: { token?: string; claims?: object } = {}) => {
    const answer = await ask({ identity: sign(sub, more.claims), ...(more.token ? { token: more.token } : { siteKey: site.publishableKey }) });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return answer.json<VisitorAnswer>();
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const conversations = async (who: Record<string, string> = headers) => (await app.inject({ url: '/v1/conversations', headers: who })).json<Page<Conversation>>().items;
  const visitors = async () => (await app.inject({ url: '/v1/visitors', headers })).json<Page<Visitor>>().items;
  let url = '';
  const socket = async (token: string) => {
    url ||= (await app.listen()).replace('http', 'ws');
    return connect({ url, token, origin: app.ownOrigins()[0]! });
  };
  const write = async (token: string, n: number, text = `message ${n}`) => {
    const one = await socket(token);
    const { conversationId } = await one.request('message.send', { clientId: clientId(n), text });
    await one.close();
    return conversationId;
  };
  return { app, site, headers, secret, sign, ask, identify, bearer, conversations, visitors, socket, write, ownOrigin };
}

t.test('[S7] [D1] whom the customer\'s server vouches for is one person, whatever the device', async (t) => {
  const { app, identify, visitors, bearer, write, conversations } = await house(t);
  const phone = await identify('u-1', { claims: { name: 'Ada', email: 'ada@example.com', locale: 'ko' } });
  t.match(phone.visitor, { name: 'Ada', verified: true });
  const desk = await identify('u-1');
  t.equal(desk.visitor.id, phone.visitor.id);
  t.equal(desk.visitor.name, 'Ada', 'what was said once stays');
  t.match(await visitors(), [{ id: phone.visitor.id, name: 'Ada', email: 'ada@example.com', verified: true, externalId: 'u-1', locale: 'ko' }]);
  await write(phone.token, 1);
  t.match((await conversations(bearer(desk.token))).map(({ visitor }) => visitor.id), [phone.visitor.id]);
  const other = await identify('u-2');
  t.not(other.visitor.id, phone.visitor.id);
  t.same(await conversations(bearer(other.token)), []);
  t.equal((await visitors()).length, 2);
  const welcome = await app.visitor();
  t.equal(welcome.visitor.verified, false);
  t.equal((await identify('u-1', { claims: { name: 'Ada L.' } })).visitor.name, 'Ada L.', 'the customer\'s word counts');
});

t.test('[S7] an anonymous history comes along, whole; its token is worth nothing afterwards', async (t) => {
  const { app, identify, bearer, write, conversations, socket, visitors, headers, sign, ask } = await house(t);
  const anonymous = await app.visitor();
  const conversationId = await write(anonymous.token, 1, 'Hello');
  const live = await socket(anonymous.token);
  await live.request('visitor.contact', { email: 'claimed@example.com', fields: { topic: 'Returns' } });
  await live.request('visitor.context', { page: { url: `${app.ownOrigins()[0]!}/demo?x=1`, title: 'Shop' } });
  const agent = await socket((await app.owner()).accessToken);
  await agent.request('message.send', { conversationId, clientId: clientId(2), text: 'Hi' });
  await live.request('read', { conversationId, seq: 2 });
  const { call } = await live.request('call.start', { mode: 'audio' });
  await live.request('call.cancel', { callId: call.id });

  const known = await identify('u-1', { token: anonymous.token, claims: { name: 'Ada' } });
  t.match(await live.closed, { code: 4010 });
  t.match(await live.next('session.revoked'), { reason: 'identified' });
  t.match(await agent.next('conversation.updated', ({ reason }) => reason === 'identified'), { conversation: { id: conversationId, visitor: { id: known.visitor.id, name: 'Ada' } } });

  const [own] = await conversations(bearer(known.token));
  t.match(own, { id: conversationId, readSeq: 3, visitor: { id: known.visitor.id } });
  const messages = (await app.inject({ url: `/v1/conversations/${conversationId}/messages`, headers: bearer(known.token) })).json<{ items: Message[] }>().items;
  t.equal(messages[0]!.author.id, known.visitor.id, 'what it wrote is its own');
  const calls = (await app.inject({ url: '/v1/calls', headers: bearer(known.token) })).json<Page<{ visitor: { id: string }; startedBy: { id: string } }>>().items;
  t.match(calls, [{ visitor: { id: known.visitor.id }, startedBy: { id: known.visitor.id } }]);
  t.match(await visitors(), [{ id: known.visitor.id, email: 'claimed@example.com', fields: { topic: 'Returns' }, page: { title: 'Shop' } }], 'one person, who is in the list once');

  t.equal(codeOf(await app.inject({ url: '/v1/conversations', headers: bearer(anonymous.token) })), 'token_expired');
  const again = await socket(anonymous.token).catch((error: unknown) => error);
  t.ok(again instanceof Nack && again.code === 'token_expired');
  t.equal(codeOf(await app.inject({ url: `/v1/visitors/${anonymous.visitor.id}`, headers })), 'not_found');
  t.equal((await identify('u-1', { token: anonymous.token })).visitor.id, known.visitor.id, 'shown together with the identity it is harmless');
  const stranger = await identify('u-9', { token: anonymous.token });
  t.not(stranger.visitor.id, known.visitor.id);
  t.same(await conversations(bearer(stranger.token)), [], 'and hands nothing over a second time');
  t.equal(codeOf(await ask({ token: anonymous.token, identity: sign('u-1', {}, 'not the secret') })), 'unauthenticated');
  const left = (await app.database.q.select().from(app.database.tables.visitors)).filter(({ id }) => id === anonymous.visitor.id);
  t.match(left, [{ mergedInto: known.visitor.id, name: '', email: null, fields: null, note: null, device: null, context: null }], 'the mark that stays holds nothing of the person');
});

t.test('[S7] a verified visitor\'s token never hands its history to somebody else', async (t) => {
  const { identify, bearer, write, conversations, socket } = await house(t);
  const bob = await identify('bob', { claims: { name: 'Bob' } });
  await write(bob.token, 1, 'my secret');
  const live = await socket(bob.token);
  const ada = await identify('ada', { token: bob.token });
  t.not(ada.visitor.id, bob.visitor.id);
  t.notMatch(ada.visitor.name, 'Bob');
  t.same(await conversations(bearer(ada.token)), []);
  t.equal((await conversations(bearer(bob.token))).length, 1, 'it stays Bob\'s');
  await live.settled();
  t.equal(live.socket.readyState, 1, 'his other devices stay connected');
});

t.test('[S7] an e-mail links nothing, whoever says it', async (t) => {
  const { identify, write, socket, app, visitors, conversations, bearer } = await house(t);
  const ada = await identify('ada', { claims: { email: 'ada@example.com' } });
  await write(ada.token, 1, 'my secret');
  const mallory = await app.visitor();
  const one = await socket(mallory.token);
  await one.request('visitor.contact', { name: 'Ada', email: 'ada@example.com' });
  await one.request('message.send', { clientId: clientId(2), text: 'It is me' });
  t.equal((await conversations(bearer(mallory.token))).length, 1);
  const verifiedToo = await identify('mallory', { claims: { email: 'ada@example.com' } });
  t.same(await conversations(bearer(verifiedToo.token)), []);
  t.equal((await visitors()).length, 3);
  t.match((await visitors()).find(({ id }) => id === mallory.visitor.id), { verified: false, email: 'ada@example.com' });
  // What the customer vouched for a visitor cannot change.
  const own = await socket(ada.token);
  await own.request('visitor.contact', { name: 'Root', email: 'root@example.com' });
  t.match((await visitors()).find(({ id }) => id === ada.visitor.id), { email: 'ada@example.com', name: 'Root' }, 'only the e-mail was vouched for');
});

t.test('[S7] of two open conversations the one that was silent for longer is closed', async (t) => {
  const { app, identify, bearer, write, conversations, headers } = await house(t);
  const known = await identify('u-1');
  const older = await write(known.token, 1, 'long ago');
  const anonymous = await app.visitor();
  const newer = await write(anonymous.token, 2, 'just now');
  await identify('u-1', { token: anonymous.token });
  const all = await conversations(bearer(known.token));
  t.match(all.map(({ id, status, closedBy }) => [id, status, closedBy?.kind ?? null]), [[newer, 'open', null], [older, 'closed', 'system']]);
  t.equal(await write(known.token, 3), newer, 'the next message goes into the open one');
  const rows = await app.database.q.select().from(app.database.tables.conversations);
  t.same(rows.map(({ openKey }) => openKey).filter(Boolean), [known.visitor.id]);
  t.equal((await conversations(headers)).length, 2);
});

t.test('[S7] who may vouch, where, and what is refused', async (t) => {
  const { app, site, sign, ask, headers, identify } = await house(t);
  const { publishableKey: siteKey } = site;
  t.equal(codeOf(await ask({ siteKey, identity: sign('u-1', {}, 'another secret') })), 'unauthenticated');
  t.equal(codeOf(await ask({ siteKey, identity: sign('u-1', { exp: 1 }) })), 'token_expired');
  t.equal(codeOf(await ask({ siteKey, identity: sign('u-1') }, 'https://evil.example')), 'origin_forbidden');
  t.equal(codeOf(await app.inject({ method: 'POST', url: '/v1/visitors/identify', payload: { siteKey, identity: sign('u-1') } })), 'origin_forbidden');
  t.equal(codeOf(await ask({ siteKey: 'pk_none', identity: sign('u-1') })), 'not_found');
  t.equal(codeOf(await ask({ identity: sign('u-1') })), 'bad_request');
  t.equal(codeOf(await ask({ token: 'x.y.z', identity: sign('u-1') })), 'unauthenticated');
  t.equal(codeOf(await ask({ token: (await app.owner()).accessToken, identity: sign('u-1') })), 'unauthenticated', 'an agent is no visitor');
  const visitor = await app.visitor();
  t.equal((await app.inject({ method: 'POST', url: '/v1/visitors/identify', payload: { token: visitor.token, identity: sign('u-1') } })).statusCode, 200, 'a program with a token');
  t.equal(codeOf(await ask({ token: (await app.visitor()).token, identity: sign('u-1') }, 'https://evil.example')), 'origin_forbidden');

  // Another site: its secret, its visitors.
  const second = (await app.inject({ method: 'POST', url: '/v1/sites', headers, payload: { name: 'Second' } })).json<{ id: string; publishableKey: string }>();
  t.equal(codeOf(await ask({ siteKey: second.publishableKey, identity: sign('u-1') })), 'forbidden', 'it has no secret');
  const { secret } = (await app.inject({ method: 'POST', url: `/v1/sites/${second.id}/identity-secret`, headers })).json<{ secret: string }>();
  t.equal(codeOf(await ask({ siteKey: second.publishableKey, identity: sign('u-1') })), 'unauthenticated');
  t.equal(codeOf(await ask({ siteKey: second.publishableKey, token: (await app.visitor()).token, identity: sign('u-1', {}, secret) })), 'unprocessable');
  const there = (await ask({ siteKey: second.publishableKey, identity: sign('u-1', {}, secret) })).json<VisitorAnswer>();
  t.not(there.visitor.id, (await identify('u-1')).visitor.id, 'the same id on two sites are two people');

  await app.inject({ method: 'DELETE', url: `/v1/sites/${site.id}/identity-secret`, headers });
  t.equal(codeOf(await ask({ siteKey, identity: sign('u-1') })), 'forbidden');
  t.equal((await app.inject({ url: '/v1/ice-servers', headers: { authorization: `Bearer ${there.token}` } })).statusCode, 200);

  const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/visitors/identify', headers: { origin: app.ownOrigins()[0]!, 'access-control-request-method': 'POST' } });
  t.equal(preflight.headers['access-control-allow-origin'], app.ownOrigins()[0]);
});

t.test('[D1] what was told before anything was written comes along too', async (t) => {
  const { app, identify, socket, visitors } = await house(t);
  const anonymous = await app.visitor();
  const live = await socket(anonymous.token);
  await live.request('visitor.contact', { name: 'Vera', fields: { topic: 'Sizes' } });
  await live.request('visitor.context', { device: { browser: 'Firefox 140', language: 'ko-KR' }, page: { url: `${app.ownOrigins()[0]!}/demo`, title: 'Shop' } });
  t.same(await visitors(), [], 'nothing is stored yet');
  const known = await identify('u-1', { token: anonymous.token });
  t.match(await visitors(), [{ id: known.visitor.id, name: 'Vera', locale: 'ko-KR', fields: { topic: 'Sizes' }, device: { browser: 'Firefox 140' }, page: { title: 'Shop' } }]);
});

t.test('[S7] [Q3] those who race are one person, and no message is lost between two', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { app, identify, socket, bearer, conversations, visitors } = await house(t, await open());
    const first = await Promise.all(Array.from({ length: 6 }, () => identify('u-1')));
    t.equal(new Set(first.map(({ visitor }) => visitor.id)).size, 1);

    for (let round = 0; round < 6; round++) {
      const anonymous = await app.visitor();
      const tabs = await Promise.all([socket(anonymous.token), socket(anonymous.token)]);
      const sub = `racer-${round}`;
      // The first message, and the call, meet the identification.
      const [sent, , ...known] = await Promise.all([
        tabs[0]!.request('message.send', { clientId: clientId(100 + round), text: `race ${round}` }).catch((error: unknown) => error),
        tabs[1]!.request('message.send', { clientId: clientId(200 + round), text: `race too ${round}` }).catch((error: unknown) => error),
        identify(sub, { token: anonymous.token }), identify(sub, { token: anonymous.token }),
      ]);
      t.equal(known[0].visitor.id, known[1].visitor.id);
      const own = await conversations(bearer(known[0].token));
      const texts = (await Promise.all(own.map(async ({ id }) => (await app.inject({ url: `/v1/conversations/${id}/messages`, headers: bearer(known[0].token) })).json<{ items: Message[] }>().items))).flat().map(({ text }) => text);
      // It was answered and is the person's now, or it was refused and nobody has it. What the closing socket left unanswered is
      // sent again by the person, and finds itself if it is there.
      if (sent instanceof Nack) t.notOk(texts.includes(`race ${round}`), 'refused means not kept');
      else if (!(sent instanceof Error)) t.ok(texts.includes(`race ${round}`), 'answered means kept');
      const person = await socket(known[0].token);
      await person.request('message.send', { clientId: clientId(100 + round), text: `race ${round}` });
      const after = (await Promise.all((await conversations(bearer(known[0].token))).map(async ({ id }) => (await app.inject({ url: `/v1/conversations/${id}/messages`, headers: bearer(known[0].token) })).json<{ items: Message[] }>().items))).flat();
      t.equal(after.filter(({ text }) => text === `race ${round}`).length, 1, 'once, whatever happened');
      await person.close();
      t.ok(own.filter(({ status }) => status === 'open').length <= 1);
      await Promise.all(tabs.map(({ closed }) => closed));
    }
    const orphans = (await app.database.q.select().from(app.database.tables.conversations)).map(({ visitorId }) => visitorId);
    const people = new Set((await visitors()).map(({ id }) => id));
    t.ok(orphans.every((id) => people.has(id)), 'every conversation belongs to somebody who is in the list');
  });
});

t.test('[J20] [D1] files that wait to be sent go along, and what was sent stays where it is', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { app, identify, bearer, socket, headers } = await house(t, await open());
    const anonymous = await app.visitor();
    const upload = async (token: string, text: string, key: string) => (await app.inject({ method: 'POST', url: '/v1/files', headers: { ...bearer(token), 'idempotency-key': key }, payload: text })).json<File>();
    const page = await socket(anonymous.token);
    const sent = await upload(anonymous.token, 'sent', clientId(1));
    const { conversationId } = await page.request('message.send', { clientId: clientId(2), text: '', fileIds: [sent.id] });
    const [waiting, clash] = [await upload(anonymous.token, 'waits', clientId(3)), await upload(anonymous.token, 'under the same id', clientId(4))];
    const known = await identify('u-1');
    await upload(known.token, 'first under this id', clientId(4));
    t.equal((await identify('u-1', { token: anonymous.token })).visitor.id, known.visitor.id);

    const seen = async (id: string, who: Record<string, string>) => (await app.inject({ url: `/v1/files/${id}`, headers: who })).statusCode;
    t.strictSame([await seen(sent.id, bearer(known.token)), await seen(waiting.id, bearer(known.token)), await seen(clash.id, bearer(known.token))], [200, 200, 404]);
    const again = await socket(known.token);
    const { message } = await again.request('message.send', { conversationId, clientId: clientId(5), text: '', fileIds: [waiting.id] });
    t.strictSame(message.files, [waiting]);
    t.strictSame((await again.request('message.send', { conversationId, clientId: clientId(2), text: '', fileIds: [sent.id] })).message.files, [sent], 'a repetition by who it is now');
    t.equal(await seen(waiting.id, headers), 200);
    t.strictSame((await app.inject({ url: '/v1/visitors/me/export', headers: bearer(known.token) })).json<{ files: File[] }>().files.map(({ bytes }) => bytes), ['first under this id'.length]);
    await again.close();
  });
});
