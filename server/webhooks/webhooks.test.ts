import t from 'tap';
import { WebhookEvent, WEBHOOK_DATA } from '../../protocol/developers.ts';
import type { Call, Recording, Visitor } from '../../protocol/shapes.ts';
import type { DomainEvent } from '../events/events.ts';
import { isSignedWith } from '../testing/webhook-receiver.ts';
import { tellingOf } from './payload.ts';
import { conversationOf, webhookHouse } from './testing/webhook-house.ts';

const hour = 3_600_000;
const settle = async () => { for (let round = 0; round < 30; round++) await new Promise((resolve) => void setImmediate(resolve)); };
const at = '2026-01-01T00:00:00.000Z';

/** One event of every kind, each with things in it that must not leave the server. */
function everyEvent(): DomainEvent[] {
  const place = { organisationId: 'o', siteId: 's' };
  const secret = { token: 'hush', secret: 'hush', passwordHash: 'hush', device: { browser: 'Firefox', token: 'hush' } };
  const conversation = { ...conversationOf({ closedAt: at, rating: { score: 5, comment: 'good', at } }), ...secret };
  const call = { id: 'k', conversationId: 'c', siteId: 's', mode: 'audio', state: 'ended', visitor: { id: 'v', name: 'V', token: 'hush' }, startedBy: { kind: 'visitor', id: 'v', name: 'V' }, answeredBy: null,
    createdAt: at, answeredAt: at, endedAt: at, endReason: 'left', consents: {}, recording: null, ...secret } as Call;
  const recording = { id: 'r', callId: 'k', conversationId: 'c', state: 'ready', mimeType: 'audio/webm', startedAt: at, durationMs: 1, bytes: 1, sha256: 'x', gaps: [], blobKey: 'hush', ...secret } as Recording;
  const visitor = { id: 'v', siteId: 's', name: 'V', email: null, verified: true, externalId: '7', locale: 'ko', fields: {}, note: '', online: true, page: null, createdAt: at, lastSeenAt: at, ...secret } as unknown as Visitor;
  const message = { id: 'm', seq: 1, clientId: 'x', conversationId: 'c', author: { kind: 'visitor', id: 'v', name: 'V' }, kind: 'text', text: 'hello', createdAt: at, ...secret } as const;
  return [
    { ...place, type: 'conversation.created', conversation }, { ...place, type: 'conversation.updated', conversation, reason: 'tagged', by: null },
    { ...place, type: 'conversation.closed', conversation, by: { kind: 'agent', id: 'a', name: 'A' } }, { ...place, type: 'conversation.rated', conversation, rating: 5, comment: 'good' },
    { ...place, type: 'message.created', message, visitorId: 'v' },
    ...(['call.started', 'call.answered', 'call.ended', 'call.missed', 'call.follow_up'] as const).map((type) => ({ ...place, type, call })),
    ...(['recording.ready', 'recording.failed'] as const).map((type) => ({ ...place, type, recording })),
    ...(['visitor.created', 'visitor.identified', 'visitor.updated'] as const).map((type) => ({ ...place, type, visitor })),
  ];
}

t.test('[C10] [S8] every event is told once, signed, in an allow-list of fields', async (t) => {
  const house = await webhookHouse(t);
  const { secret, ...hook } = await house.create();
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/, '32 bytes');
  t.match(hook, { name: 'Hook', url: house.receiver.url, events: ['*'], enabled: true, bot: false, failingSince: null });
  const all = everyEvent();
  t.same(all.map(({ type }) => type), Object.keys(WEBHOOK_DATA));
  t.same(Object.keys(WEBHOOK_DATA).sort(), (WebhookEvent as unknown as { anyOf: { const: string }[] }).anyOf.map((one) => one.const).sort());
  for (const event of all) house.events.emit(event);
  for (const event of all) house.events.emit(event); // what is told twice, by an emitter or by a repair
  await house.idle();
  const { received } = house.receiver;
  t.same(received.slice(0, all.length).map(({ told }) => told.type), all.map(({ type }) => type), 'in order');
  const again = received.slice(all.length).map(({ told }) => told.type);
  t.same(again, ['conversation.updated', 'visitor.updated'], 'each change of a conversation or visitor is one of its own');
  for (const one of received) {
    t.ok(isSignedWith(one, secret));
    t.match(one.headers, { 'content-type': 'application/json; charset=utf-8', 'webhook-id': /^[\w-]+$/, 'webhook-timestamp': String(Math.floor(house.clock.now() / 1000)), 'user-agent': 'Peer-Consult' });
    t.same(Object.keys(one.told), ['type', 'timestamp', 'data']);
    t.match(one.told.timestamp, /^2026-01-01T00:00:00\.\d{3}Z$/);
    t.notMatch(one.body, /hush|whsec|organisationId/);
    t.equal(one.told.data.siteId, 's');
  }
  t.match(received[4]!.told.data, { message: { id: 'm', text: 'hello', author: { kind: 'visitor' } }, visitorId: 'v' });
  t.match(received[2]!.told.data, { conversation: { id: 'c' }, by: { name: 'A' } });
  const log = await house.log(hook.id);
  t.match(log[0], { webhookId: hook.id, state: 'delivered', attempts: [{ status: 200, error: null, ms: 0, answer: '' }], nextAt: null, payload: received.at(-1)!.body });
  t.equal(log[0]!.id, received.at(-1)!.headers['webhook-id']);
  t.notOk(JSON.stringify([log, await house.webhooks.list('o')]).includes(secret.slice(8)));
  t.same(house.failures, []);
});

t.test('[C10] a webhook hears what it asked for, while it is on, of its own organisation', async (t) => {
  const house = await webhookHouse(t);
  const closing = await house.create({ events: ['conversation.closed', 'conversation.closed'] });
  t.same(closing.events, ['conversation.closed']);
  const off = await house.create({ enabled: false });
  t.same((await house.create({ events: ['message.created', '*'], enabled: false })).events, ['*']);
  for (const event of everyEvent()) house.events.emit(event);
  house.events.emit(house.message({ organisationId: 'other' }));
  await house.idle();
  t.same(house.receiver.received.map(({ told }) => told.type), ['conversation.closed']);
  t.same(await house.log(off.id), []);
  await house.webhooks.change(house.by, off.id, { enabled: true });
  await house.webhooks.change(house.by, closing.id, { events: ['message.created'] });
  house.events.emit(house.message());
  await house.idle();
  t.equal(house.receiver.received.length, 3, 'at once');
  await house.webhooks.remove(house.by, off.id);
  await house.webhooks.change(house.by, closing.id, { enabled: false });
  house.events.emit(house.message());
  await house.idle();
  t.equal(house.receiver.received.length, 3);
  for (const ask of [() => house.webhooks.get('o', off.id), () => house.webhooks.get('other', closing.id), () => house.log(off.id), () => house.webhooks.test('other', closing.id),
    () => house.webhooks.change(house.by, off.id, { name: 'x' }), () => house.webhooks.remove(house.by, off.id), () => house.webhooks.rotateSecret(house.by, off.id), () => house.webhooks.replay('o', closing.id, 'x')]) {
    await t.rejects(async () => void (await ask()), { code: 'not_found' });
  }
  t.same(house.audited.map(({ action }) => action), ['webhook.created', 'webhook.created', 'webhook.created', 'webhook.changed', 'webhook.changed', 'webhook.deleted', 'webhook.changed']);
  t.match(house.audited.at(-1), { actor: { id: 'ada' }, target: { kind: 'webhook', name: 'Hook' }, detail: { enabled: false }, address: '127.0.0.1' });
  t.notOk(JSON.stringify(house.audited).includes('whsec'));
});

t.test('[C10] what is not taken is tried again with longer and longer waits, then has failed, and can be replayed', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  house.receiver.answer({ status: 500, body: `${'é'.repeat(400)}` });
  house.events.emit(house.message());
  await house.idle();
  const waits = [5, 30, 120, 600, 3600, 18_000, 36_000, 50_400].map((seconds) => seconds * 1000);
  for (const [index, wait] of waits.entries()) {
    t.equal(house.receiver.received.length, index + 1);
    const [delivery] = await house.log(id, 'waiting');
    const left = Date.parse(delivery!.nextAt!) - house.clock.now();
    t.ok(left >= wait * 0.9 - 1 && left <= wait * 1.1 + 1, `${left} ms after try ${index + 1}`);
    await house.pass(left - 1);
    t.equal(house.receiver.received.length, index + 1, 'not before');
    await house.pass(1);
  }
  t.equal(house.receiver.received.length, 9);
  const [failed] = await house.log(id);
  t.match(failed, { state: 'failed', nextAt: null });
  t.equal(failed!.attempts.length, 9);
  t.match(failed!.attempts[3], { status: 500, error: 'status' });
  t.equal(Buffer.byteLength(failed!.attempts[0]!.answer), 500, 'the beginning of the answer');
  t.equal(new Set(house.receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1, 'one id for all tries');
  t.equal(new Set(house.receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size, 9, 'each signed at its time');
  t.equal(new Set(house.receiver.received.map(({ body }) => body)).size, 1);
  t.match(await house.webhooks.get('o', id), { enabled: true, failingSince: at });
  await house.pass(24 * hour);
  t.equal(house.receiver.received.length, 9, 'no more by itself');

  house.receiver.answer({});
  t.match(await house.webhooks.replay('o', id, failed!.id), { state: 'waiting' });
  await house.idle();
  t.match(await house.log(id), [{ id: failed!.id, state: 'delivered', attempts: { length: 10 } }]);
  t.equal(house.receiver.received.at(-1)!.headers['webhook-id'], failed!.id);
  t.match(await house.webhooks.get('o', id), { failingSince: null });
  await house.webhooks.replay('o', id, failed!.id);
  await house.idle();
  t.equal(house.receiver.received.length, 11, 'also what was delivered');
});

t.test('[C10] redirects, silence and long answers are what they are', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  const last = async () => (await house.log(id))[0]!;
  house.receiver.answer({ status: 302, headers: { location: house.receiver.url } });
  house.events.emit(house.message());
  await house.idle();
  t.match(await last(), { state: 'waiting', attempts: [{ status: 302, error: 'status' }] });
  t.equal(house.receiver.received.length, 1, 'not followed');
  house.receiver.answer({ status: 201, body: 'x'.repeat(70_000) });
  house.events.emit(house.message());
  await house.idle();
  t.match(await last(), { state: 'delivered', attempts: [{ status: 201, error: null }] }, 'it has it, whatever it says');
  house.receiver.answer(({ body }) => (body.includes('"id":"m3"') ? 'never' : {}));
  house.events.emit(house.message());
  await house.receiver.count(3);
  await house.pass(10_000);
  t.match(await last(), { state: 'waiting', attempts: [{ status: null, error: 'timeout', ms: 10_000 }] });
});

t.test('[C10] 410 switches a webhook off, and so do five days of nothing but failures', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  house.receiver.answer({ status: 410 });
  for (let n = 0; n < 3; n++) house.events.emit(house.message());
  await house.idle();
  t.equal(house.receiver.received.length, 1);
  t.match(await house.webhooks.get('o', id), { enabled: false });
  t.same((await house.log(id)).map(({ state }) => state), ['failed', 'failed', 'failed']);
  t.match(house.audited.at(-1), { action: 'webhook.disabled', actor: { kind: 'system' }, target: { id }, detail: { reason: 'gone' } });
  await t.rejects(house.webhooks.replay('o', id, (await house.log(id))[0]!.id), { code: 'conflict' });

  t.match(await house.webhooks.change(house.by, id, { enabled: true }), { enabled: true, failingSince: null });
  house.receiver.answer({ status: 503 });
  for (let hours = 0; hours < 119; hours += 7) {
    house.events.emit(house.message());
    await house.idle();
    await house.pass(7 * hour);
  }
  t.match(await house.webhooks.get('o', id), { enabled: true });
  await house.pass(2 * hour);
  house.events.emit(house.message());
  await house.idle();
  t.match(await house.webhooks.get('o', id), { enabled: false });
  t.match(house.audited.at(-1), { action: 'webhook.disabled', detail: { reason: 'failing' } });
  t.equal((await house.log(id, 'waiting')).length, 0);

  await house.webhooks.change(house.by, id, { enabled: true });
  for (let hours = 0; hours < 240; hours += 7) {
    house.receiver.answer({ status: hours % 70 === 0 ? 200 : 503 });
    house.events.emit(house.message());
    await house.pass(7 * hour);
  }
  t.match(await house.webhooks.get('o', id), { enabled: true }, 'one that answers now and then goes on');
});

t.test('[S18] events arrive in order, and a slow webhook holds up no other', async (t) => {
  const house = await webhookHouse(t);
  const quick = await house.create({ name: 'Quick', url: `${house.receiver.url}?quick` });
  let release = () => {};
  const slow = await webhookHouse(t); // a second receiver
  slow.receiver.answer(async () => {
    await new Promise<void>((resolve) => void (release = resolve));
    return {};
  });
  await house.create({ name: 'Slow', url: slow.receiver.url });
  const sent = Array.from({ length: 12 }, () => house.message());
  for (const event of sent) house.events.emit(event);
  await house.receiver.count(12);
  const ids = (received: typeof house.receiver.received) => received.map(({ told }) => (told.data.message as { id: string }).id);
  t.same(ids(house.receiver.received), sent.map(({ message }) => message.id));
  t.equal(slow.receiver.received.length, 1, 'the slow one is at its first');
  for (let n = 1; n <= 12; n++) {
    await slow.receiver.count(n);
    await new Promise((resolve) => void setImmediate(resolve));
    release();
  }
  await house.idle();
  t.same(ids(slow.receiver.received), sent.map(({ message }) => message.id), 'and has all of them, in order');
  t.equal((await house.log(quick.id, 'delivered')).length, 12);
});

t.test('[C10] for a day after a rotation both secrets fit', async (t) => {
  const house = await webhookHouse(t);
  const { id, secret } = await house.create();
  const { secret: next } = await house.webhooks.rotateSecret(house.by, id);
  t.not(next, secret);
  const fits = async () => {
    house.events.emit(house.message());
    await house.idle();
    const one = house.receiver.received.at(-1)!;
    return [isSignedWith(one, secret), isSignedWith(one, next)];
  };
  t.same(await fits(), [true, true]);
  await house.pass(24 * hour - 1);
  t.same(await fits(), [true, true]);
  await house.pass(1);
  t.same(await fits(), [false, true]);
  t.equal(house.audited.at(-1)!.action, 'webhook.secret_rotated');
});

t.test('[C10] the test button sends a ping through the queue and says how it went', async (t) => {
  const house = await webhookHouse(t);
  const { id, secret } = await house.create({ events: ['call.missed'], enabled: false });
  t.match(await house.webhooks.test('o', id), { event: 'ping', state: 'delivered', attempts: [{ status: 200 }] }, 'also while it is off');
  const [ping] = house.receiver.received;
  t.match(ping!.told, { type: 'ping', data: { webhookId: id, name: 'Hook' } });
  t.ok(isSignedWith(ping!, secret));
  house.receiver.answer({ status: 410, body: 'nobody here' });
  t.match(await house.webhooks.test('o', id), { state: 'failed', attempts: [{ status: 410, answer: 'nobody here' }] }, 'once, and no harm done');
  t.match(await house.webhooks.get('o', id), { failingSince: null });
  await house.webhooks.change(house.by, id, { enabled: true });
  t.match(await house.webhooks.test('o', id), { state: 'failed' });
  t.match(await house.webhooks.get('o', id), { enabled: true });

  house.receiver.answer('never');
  await house.webhooks.change(house.by, id, { events: ['*'] });
  house.events.emit(house.message());
  await house.receiver.count(4);
  const waits = house.webhooks.test('o', id);
  await settle();
  house.clock.advance(9_999);
  await settle();
  house.clock.advance(1); // the first one's time is over, the ping's begins
  await house.receiver.count(5);
  house.clock.advance(2_000);
  house.receiver.answer({});
  t.match(await waits, { event: 'ping', state: 'waiting', attempts: [] }, 'it stands behind another and says so');
  await house.pass(10_000);
});

t.test('[S16] the address is looked at when it is given, and each time it is used', async (t) => {
  let address = '127.0.0.1';
  const house = await webhookHouse(t, { resolve: async (host) => { if (host === 'nowhere.example') throw new Error('ENOTFOUND'); return [host === 'inside.example' ? '10.0.0.5' : address]; } });
  for (const url of ['http://10.0.0.1/', 'https://127.0.0.2/', 'https://inside.example/', 'https://nowhere.example/', 'http://169.254.169.254/latest', 'ftp://x.example', 'nonsense', 'https://a:b@x.example/']) {
    await t.rejects(house.create({ url }), { code: 'address_refused' }, url);
  }
  const { port } = new URL(house.receiver.url);
  const hook = await house.create({ url: `http://hook.example:${port}/hook#part` });
  t.equal(hook.url, `http://hook.example:${port}/hook`);
  await t.rejects(house.webhooks.change(house.by, hook.id, { url: 'https://inside.example/' }), { code: 'address_refused' });
  house.events.emit(house.message());
  await house.idle();
  t.equal(house.receiver.received.length, 1);
  address = '127.0.0.2'; // the name points somewhere else by now
  house.events.emit(house.message());
  await house.idle();
  t.match((await house.log(hook.id))[0], { state: 'waiting', attempts: [{ status: null, error: 'address_refused', answer: '' }] });
  t.equal(house.receiver.received.length, 1);
});

t.test('[C10] bounds: bots ask for messages, there are not too many, cursors are ours', async (t) => {
  const house = await webhookHouse(t);
  await t.rejects(house.create({ bot: true, events: ['call.missed'] }), { code: 'unprocessable' });
  const { id } = await house.create({ events: ['call.missed'] });
  await t.rejects(house.webhooks.change(house.by, id, { bot: true }), { code: 'unprocessable' });
  t.match(await house.webhooks.change(house.by, id, { bot: true, events: ['message.created'], name: ' Bot ' }), { bot: true, name: 'Bot' });
  await t.rejects(house.webhooks.change(house.by, id, { events: ['call.missed'] }), { code: 'unprocessable' });
  for (let n = 1; n < 20; n++) await house.create();
  await t.rejects(house.create(), { code: 'conflict' });
  await t.rejects(house.webhooks.deliveries('o', id, { cursor: 'x', limit: 5 }), { code: 'bad_request' });
  for (let n = 0; n < 5; n++) house.events.emit(house.message());
  await house.idle();
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await house.webhooks.deliveries('o', id, { cursor, limit: 2 });
    seen.push(...page.items.map((one) => one.id));
    if (page.next === null) break;
    cursor = page.next;
  }
  t.same(seen, (await house.log(id)).map((one) => one.id));
  t.equal(seen.length, 5);
});

t.test('[C10] what waits is delivered by the next process, and what was under way too', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  house.receiver.answer('never');
  for (let n = 0; n < 3; n++) house.events.emit(house.message());
  await house.receiver.count(1);
  await house.webhooks.close();
  t.match((await house.log(id)).map(({ state, attempts }) => [state, attempts.length]), [['waiting', 0], ['waiting', 0], ['waiting', 0]], 'what we gave up ourselves counts for nothing');
  house.events.emit(house.message()); // nobody listens any more
  house.receiver.answer({});
  const next = house.makeOne();
  await next.webhooks.start();
  await next.webhooks.idle();
  t.equal((await house.log(id, 'delivered')).length, 3);
  t.same(house.receiver.received.map(({ told }) => (told.data.message as { id: string }).id), ['m1', 'm1', 'm2', 'm3']);
  await next.webhooks.close();
});

t.test('[C10] a database that is away for a while loses no event, and an event that cannot be told holds up none', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  let away = true;
  const { enqueue } = house.store;
  house.store.enqueue = (rows) => (away ? Promise.reject(new Error('away')) : enqueue(rows));
  house.events.emit({ ...house.message(), message: { broken: () => {} } } as unknown as DomainEvent);
  house.events.emit(house.message());
  house.events.emit(house.message());
  await house.idle();
  t.equal(house.failures.length, 2, house.failures.join());
  away = false;
  house.clock.advance(1000);
  await house.idle();
  t.same((await house.log(id, 'delivered')).map(({ payload }) => /"id":"(m\d)"/.exec(payload)![1]), ['m3', 'm2']);
});

t.test('[C10] deliveries are kept for 30 days', async (t) => {
  const house = await webhookHouse(t);
  const { id } = await house.create();
  house.events.emit(house.message());
  await house.idle();
  await house.pass(29 * 24 * hour);
  t.equal((await house.log(id)).length, 1);
  await house.pass(25 * hour);
  await settle();
  t.equal((await house.log(id)).length, 0);
});

t.test('[C10] telling an event leaves it as it was', async (t) => {
  const [event] = everyEvent();
  const before = structuredClone(event);
  tellingOf(event!, 0, 'x');
  t.same(event, before);
});
