import { eq } from 'drizzle-orm';
import { createDecipheriv, createECDH, createHmac, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { Call } from '../../protocol/shapes.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { DomainEvent } from '../events/events.ts';
import { createOutbound } from '../outbound/outbound.ts';
import { newVapidKeys } from '../secrets.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { createPush, type PushPayload } from './push.ts';
import { createPushStore } from './push.store.ts';
import { pushTexts } from './push-texts.ts';

interface Pushed { path: string; headers: Record<string, string | undefined>; body: Buffer }

/** A push service on loopback. */
async function pushService(t: Test) {
  const pushed: Pushed[] = [];
  let status = 201;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk)).on('end', () => {
      pushed.push({ path: request.url!, headers: request.headers as Pushed['headers'], body: Buffer.concat(chunks) });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return { pushed, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answer: (next: number) => void (status = next) };
}

/** A browser: its keys, and how it undoes what comes (RFC 8291, RFC 8188), written from the RFCs. */
function browser(clock = fakeClock()) {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(clock.random(32));
  const auth = clock.random(16);
  const hmac = (key: Buffer, data: Buffer) => createHmac('sha256', key).update(data).digest();
  const expand = (secret: Buffer, info: Buffer, length: number) => hmac(secret, Buffer.concat([info, Buffer.from([1])])).subarray(0, length);
  return {
    keys: { p256dh: ecdh.getPublicKey().toString('base64url'), auth: auth.toString('base64url') },
    read(body: Buffer): PushPayload {
      const salt = body.subarray(0, 16);
      const keyLength = body[20]!;
      const serverKey = body.subarray(21, 21 + keyLength);
      const cipher = body.subarray(21 + keyLength);
      const shared = hmac(auth, ecdh.computeSecret(serverKey));
      const input = expand(shared, Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), serverKey]), 32);
      const secret = hmac(salt, input);
      const decipher = createDecipheriv('aes-128-gcm', expand(secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16), expand(secret, Buffer.from('Content-Encoding: nonce\0'), 12));
      decipher.setAuthTag(cipher.subarray(-16));
      const plain = Buffer.concat([decipher.update(cipher.subarray(0, -16)), decipher.final()]);
      return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString()) as PushPayload;
    },
  };
}

async function house(t: Test, given?: Database) {
  const database = given ?? await openSqlite({ file: ':memory:' });
  if (!given) t.teardown(() => database.close());
  const clock = fakeClock();
  const service = await pushService(t);
  const { q, tables } = database;
  const vapid = newVapidKeys(clock);
  const connected = new Set<string>();
  const failures: unknown[] = [];
  const outbound = createOutbound({ clock, allow: ['127.0.0.1'] });
  const push = createPush({
    store: createPushStore(database), outbound, clock, connected: (id) => connected.has(id), failed: (error) => void failures.push(error),
    sender: { ...vapid, subject: 'mailto:consult@example.com' },
  });
  t.teardown(() => push.close());
  const principals = new Map<string, AgentPrincipal>();
  const addAgent = async (id: string, settings: Record<string, unknown> | null = null, organisationId = 'org') => {
    await q.insert(tables.agents).values({ id, organisationId, email: `${id}@example.com`, name: id, passwordHash: '', role: 'agent', status: 'active', settings, createdAt: clock.now(), updatedAt: clock.now() });
    await q.insert(tables.sessions).values({ id: `session-${id}`, agentId: id, organisationId, refreshHash: id, rotatedAt: 0, createdAt: 0, expiresAt: clock.now() + 1e12 });
    const principal: AgentPrincipal = { kind: 'agent', id, name: id, organisationId, role: 'agent', sessionId: `session-${id}`, expiresAt: 0 };
    principals.set(id, principal);
    return principal;
  };
  const call: Call = {
    id: '01a1fd8b-94f0-74b5-a0df-1ba9237d8988', conversationId: 'c', siteId: 's', mode: 'video', state: 'ringing', visitor: { id: 'v', name: 'Blue\nOtter' }, startedBy: { kind: 'visitor', id: 'v', name: 'Blue Otter' },
    answeredBy: null, createdAt: '', answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null,
  };
  return {
    q, tables, clock, push, connected, failures, vapid, addAgent, call, ...service,
    async subscribe(id: string, path = id, locale?: string) {
      const device = browser(clock);
      await push.subscribe(principals.get(id)!, { endpoint: `${service.origin}/${path}`, keys: device.keys, ...(locale && { locale }) });
      return device;
    },
    conversation: (row: { assigneeId?: string; botId?: string } = {}) => q.insert(tables.conversations).values({ id: 'c', organisationId: 'org', siteId: 's', visitorId: 'v', status: 'open', lastSeq: 0, lastMessageAt: 0, createdAt: 0, updatedAt: 0, ...row }),
    async message(text: string, kind: 'visitor' | 'agent' = 'visitor', files?: { name: string }[]) {
      push.heard({ type: 'message.created', organisationId: 'org', siteId: 's', visitorId: 'v', message: { id: 'm', seq: 1, clientId: 'm', conversationId: 'c', author: { kind, id: 'v', name: 'Blue Otter' }, kind: 'text', text, ...(files && { files }), createdAt: '' } } as DomainEvent);
      await push.idle();
    },
    async called(type: 'call.started' | 'call.answered' | 'call.ended' | 'call.missed', change: Partial<Call> = {}, turn: ReadonlySet<string> | null = null) {
      if (type === 'call.started') push.rings('org', { ...call, ...change }, turn);
      else push.heard({ type, organisationId: 'org', siteId: 's', call: { ...call, ...change } });
      await push.idle();
    },
    async later(ms: number) {
      clock.advance(ms);
      await push.idle();
    },
    subscriptions: async () => (await q.select().from(tables.pushSubscriptions)).map(({ endpoint }) => new URL(endpoint).pathname).sort(),
  };
}

t.test('[Q3] a call rings in a browser without a panel: encrypted for it alone, signed by us, and gone after 30 seconds', async (t) => {
  const h = await house(t);
  await h.addAgent('anna', { locale: 'ko' });
  const device = await h.subscribe('anna');
  await h.called('call.started');
  t.equal(h.pushed.length, 1);
  const [{ headers, body }] = h.pushed as [Pushed];
  t.match(headers, { ttl: '30', urgency: 'high', topic: '01a1fd8b94f074b5a0df1ba9237d8988', 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' });
  t.same(device.read(body), { kind: 'call', title: 'Blue Otter 님의 전화', body: '영상 통화', conversationId: 'c', callId: h.call.id, tag: `call:${h.call.id}`, answer: '받기', open: '열기', locale: 'ko' });
  t.throws(() => browser(h.clock).read(body), 'nobody else can read it');
  const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(headers.authorization!)!;
  t.equal(key, h.push.publicKey);
  const [head, claims, signature] = token!.split('.') as [string, string, string];
  t.match(JSON.parse(Buffer.from(claims, 'base64url').toString()), { aud: h.origin, sub: 'mailto:consult@example.com' });
  const point = Buffer.from(key!, 'base64url');
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') } });
  t.ok(verify('sha256', Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
  t.same(h.failures, []);
});

t.test('[Q3] what ends a call takes the place of its ring, also where a panel was opened meanwhile', async (t) => {
  const ends: [Parameters<Awaited<ReturnType<typeof house>>['called']>, { title: string; body: string }, string][] = [
    [['call.missed', { state: 'ended', endReason: 'no_answer' }], pushTexts.en.missed('Blue Otter'), '43200'],
    [['call.answered', { state: 'active', answeredAt: 'x', answeredBy: { kind: 'agent', id: 'ben', name: 'Ben' } }], pushTexts.en.answered('Blue Otter', 'Ben'), '30'],
  ];
  for (const [end, words, ttl] of ends) {
    const h = await house(t);
    await h.addAgent('anna');
    const device = await h.subscribe('anna');
    await h.called('call.started');
    h.connected.add('anna');
    await h.called(...end);
    await h.called('call.ended', { state: 'ended', answeredAt: 'x' });
    t.equal(h.pushed.length, 2, 'once, however often it ends');
    t.match(h.pushed[1]!.headers, { topic: h.pushed[0]!.headers.topic, ttl });
    t.match(device.read(h.pushed[1]!.body), { kind: 'call_over', ...words, tag: `call:${h.call.id}` });
  }
  const h = await house(t);
  await h.addAgent('anna');
  const device = await h.subscribe('anna');
  h.push.rings('org', h.call, null);
  await h.called('call.missed', { state: 'ended' });
  t.same(h.pushed.map(({ body }) => device.read(body).kind), ['call', 'call_over'], 'in their order, even when it ends at once');
});

t.test('[Q3] [E5] a call is pushed to those whose turn it is, and to each once', async (t) => {
  const h = await house(t);
  for (const id of ['anna', 'ben', 'cleo']) {
    await h.addAgent(id);
    await h.subscribe(id);
  }
  const told = () => h.pushed.splice(0).map(({ path }) => path.slice(1)).sort();
  await h.called('call.started', {}, new Set(['anna', 'somebody without a push']));
  t.same(told(), ['anna']);
  await h.called('call.started', {}, new Set(['anna', 'ben']));
  t.same(told(), ['ben'], 'the next group joins');
  h.push.rings('org', h.call, null);
  await h.called('call.answered', { state: 'active', answeredBy: { kind: 'agent', id: 'x', name: 'X' } });
  t.same(told(), ['anna', 'ben', 'cleo', 'cleo'], 'the last one heard of it while it was answered, and all hear of the answer');
});

t.test('[Q3] calls and messages go to whom they concern: no panel open, the switch on, the own organisation', async (t) => {
  const h = await house(t);
  for (const [id, settings] of [['anna', null], ['ben', null], ['calls', { pushMessages: false }], ['words', { pushCalls: false }], ['here', null]] as const) {
    await h.addAgent(id, settings);
    await h.subscribe(id);
  }
  await h.addAgent('stranger', null, 'other');
  await h.subscribe('stranger');
  await h.addAgent('gone');
  await h.subscribe('gone');
  await h.q.update(h.tables.agents).set({ status: 'disabled' }).where(eq(h.tables.agents.id, 'gone'));
  h.connected.add('here');
  const told = () => h.pushed.splice(0).map(({ path }) => path.slice(1)).sort();
  await h.called('call.started');
  t.same(told(), ['anna', 'ben', 'calls']);
  await h.message('hello');
  t.same(told(), [], 'no such conversation');
  await h.conversation();
  await h.message('hello');
  t.same(told(), ['anna', 'ben', 'words']);
  await h.message('hello', 'agent');
  t.same(told(), []);
  await h.q.update(h.tables.conversations).set({ assigneeId: 'ben' });
  await h.message('hello');
  t.same(told(), ['ben']);
  await h.q.update(h.tables.conversations).set({ botId: 'bot' });
  await h.message('hello');
  t.same(told(), [], 'a bot answers');
});

t.test('[Q3] [S9] a message is cut, and plain text whatever is in it', async (t) => {
  const h = await house(t);
  await h.addAgent('anna');
  const device = await h.subscribe('anna', 'anna', 'ko');
  await h.conversation();
  for (const text of ['<img src=x onerror=alert(1)>\n"quoted"', '\u202Egnp.exe', '가'.repeat(4000), '\u0000\u0001'.repeat(2000), '😀'.repeat(3000), '\\"'.repeat(3000)]) {
    await h.message(text);
    const { body } = h.pushed.pop()!;
    t.ok(body.length <= 3072 + 21 + 65 + 17);
    const payload = device.read(body);
    t.match(payload, { kind: 'message', title: 'Blue Otter 님의 메시지', conversationId: 'c', tag: 'conversation:c', locale: 'ko' });
    t.ok([...payload.body].length <= 200);
    t.notMatch(payload.body, /[\u0000-\u001f\u202e]/);
  }
  await h.message('', 'visitor', [{ name: 'a.png' }, { name: 'b\u202E.pdf' }]);
  t.equal(device.read(h.pushed.pop()!.body).body, 'a.png, b.pdf', '[J20] files without words are named');
  t.same(h.failures, []);
});

t.test('[Q3] what its service forgot is forgotten, what failed is tried twice more', async (t) => {
  for (const status of [404, 410]) {
    const h = await house(t);
    await h.addAgent('anna');
    await h.subscribe('anna');
    h.answer(status);
    await h.called('call.started');
    t.same(await h.subscriptions(), [], String(status));
    await h.later(100_000);
    t.equal(h.pushed.length, 1);
  }
  const h = await house(t);
  await h.addAgent('anna');
  await h.subscribe('anna');
  await h.conversation();
  h.answer(503);
  await h.message('hello');
  t.same(h.pushed.length, 1);
  await h.later(10_000);
  t.same(h.pushed.length, 2);
  h.answer(201);
  await h.later(60_000);
  t.same(h.pushed.length, 3);
  h.answer(500);
  await h.called('call.started');
  await h.later(2000);
  t.same(h.pushed.length, 5);
  h.answer(201);
  await h.called('call.missed', { state: 'ended' });
  await h.later(100_000);
  t.same(h.pushed.length, 6, 'a ring that is over is not tried again');
  t.same(await h.subscriptions(), ['/anna']);
  h.answer(500);
  await h.message('hello');
  for (const ms of [10_000, 60_000, 60_000, 60_000]) await h.later(ms);
  t.same(h.pushed.length, 9, 'three times in all');
  await h.message('hello');
  await h.push.close();
  await h.later(60_000);
  t.same(h.pushed.length, 10, 'closed is closed');
  t.same(h.failures, []);
});

t.test('[Q3] that nobody is subscribed is remembered for a moment; whoever subscribes gets the very next message', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, await open());
    await h.addAgent('anna');
    await h.conversation();
    await h.message('to nobody');
    // The clock stands still: within what is remembered.
    const device = await h.subscribe('anna');
    await h.message('at once');
    t.same(h.pushed.map(({ body }) => device.read(body).body), ['at once']);

    // What another process took down is seen when the moment is over.
    const [row] = await h.q.select().from(h.tables.pushSubscriptions);
    await h.push.unsubscribe({ kind: 'agent', id: 'anna', name: 'anna', organisationId: 'org', role: 'agent', sessionId: 'session-anna', expiresAt: 0 }, row!.endpoint);
    await h.message('to nobody again');
    await h.q.insert(h.tables.pushSubscriptions).values(row!);
    await h.message('still remembered');
    await h.later(5000);
    await h.message('seen');
    t.same(h.pushed.map(({ body }) => device.read(body).body), ['at once', 'seen']);
    t.same(h.failures, []);
  });
});

t.test('[Q3] [S16] a browser belongs to one sign-in, and ends with it; nobody is asked on addresses inside', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, await open());
    const anna = await h.addAgent('anna');
    await h.addAgent('ben');
    await h.subscribe('anna', 'one');
    await h.subscribe('anna', 'one');
    t.same(await h.subscriptions(), ['/one'], 'the same again is the same');
    const bens = await h.subscribe('ben', 'one');
    t.match(await h.q.select().from(h.tables.pushSubscriptions), [{ agentId: 'ben', sessionId: 'session-ben' }], 'who signs in here next has it');
    await h.push.unsubscribe(anna, `${h.origin}/one`);
    t.same(await h.subscriptions(), ['/one'], 'not anna\'s any more');
    await h.called('call.started');
    t.equal(bens.read(h.pushed[0]!.body).kind, 'call');
    await h.q.update(h.tables.sessions).set({ revokedAt: h.clock.now() });
    await h.called('call.started', { id: 'another' });
    t.equal(h.pushed.length, 1, 'signed out is signed out');
    h.clock.advance(1);
    h.push.start();
    await h.push.idle();
    t.same(await h.subscriptions(), []);

    await h.q.update(h.tables.sessions).set({ revokedAt: null });
    for (let n = 0; n < 25; n++) {
      h.clock.advance(1);
      await h.subscribe('anna', `many-${String(n).padStart(2, '0')}`);
    }
    const kept = await h.subscriptions();
    t.equal(kept.length, 20);
    t.equal(kept[0], '/many-05', 'the newest twenty');
    await h.push.unsubscribe(anna, `${h.origin}/many-05`);
    t.equal((await h.subscriptions())[0], '/many-06');

    const { keys } = browser(h.clock);
    for (const endpoint of ['http://10.0.0.1/x', 'https://169.254.169.254/latest', 'http://192.168.0.1:8080/', 'http://93.184.216.34/x']) {
      await t.rejects(h.push.subscribe(anna, { endpoint, keys }), { code: 'address_refused' }, endpoint);
    }
    for (const wrong of [{ ...keys, p256dh: 'x' }, { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') }, { ...keys, auth: 'short' }]) {
      await t.rejects(h.push.subscribe(anna, { endpoint: `${h.origin}/x`, keys: wrong }), { code: 'unprocessable' });
    }
    t.same(h.failures, []);
  });
});
