import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WEBHOOK_DATA } from '../../protocol/developers.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import type { Row } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testApp } from '../testing/test-app.ts';
import { createMissedEventsStore } from './missed-events.store.ts';
import { createAppWithBot } from './testing/bot-app.ts';
import { webhookHouse } from './testing/webhook-house.ts';

const hour = 3_600_000;

/** A database that can be told to refuse what webhooks are to be told, as a process that dies refuses it. */
function forgetful(database: Database) {
  let dead = false;
  const insert = (table: never) => {
    if (dead && table === database.tables.deliveries) throw new Error('The process died here.');
    return database.q.insert(table);
  };
  return { die: () => void (dead = true), database: { ...database, q: { ...database.q, select: database.q.select.bind(database.q), update: database.q.update.bind(database.q), delete: database.q.delete.bind(database.q), selectDistinct: database.q.selectDistinct.bind(database.q), insert: insert as never } } as Database };
}

/** Talks, calls, closes and rates: what happened leaves every table that events come from with something in it. */
async function live(t: Test, database: Database, between: () => Promise<void> | void) {
  const { app, visitor, agent, send, receiver, bot, owner } = await createAppWithBot(t, { database, config: { rateLimits: false } });
  const patch = await app.inject({ method: 'PATCH', url: `/v1/webhooks/${bot.id}`, headers: owner.headers, payload: { bot: false, events: ['*'] } });
  t.equal(patch.statusCode, 200);
  /** Resolves when such events are written down. */
  const written = async (...events: string[]) => {
    for (;;) {
      const rows = await database.q.select().from(database.tables.deliveries);
      if (events.every((event) => rows.some((row) => row.event === event))) return;
      await new Promise((resolve) => void setImmediate(resolve));
    }
  };
  const { message } = await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'hello' });
  const { conversationId } = message;
  await agent.next('message');
  await send('welcome', conversationId);
  const { call } = await visitor.request('call.start', { conversationId, mode: 'audio' });
  await agent.next('queue.added');
  await agent.request('call.accept', { callId: call.id });
  await visitor.request('call.end', { callId: call.id });
  await written('visitor.created', 'call.ended');
  await between();
  const missed = await visitor.request('call.start', { conversationId, mode: 'audio' });
  await visitor.request('call.cancel', { callId: missed.call.id });
  await visitor.request('call.follow-up', { callId: missed.call.id, kind: 'callback', contact: '1' });
  await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000002', text: 'bye' });
  await agent.request('conversation.close', { conversationId });
  const { tables: { deliveries, visitors } } = database;
  await visitor.settled();
  await agent.settled();
  await database.q.update(visitors).set({ externalId: 'customer 7', verifiedAt: Date.now() });
  await database.q.insert(database.tables.recordings).values((['ready', 'partial', 'failed', 'merging'] as const).map((state, index) => ({
    id: `r${index}`, organisationId: owner.agent.organisationId, callId: index === 0 ? call.id : index === 1 ? missed.call.id : `k${index}`, conversationId, state, mimeType: 'audio/webm', startedAt: 1, gaps: [],
    attempts: 0, createdAt: Date.now(), updatedAt: Date.now(),
  })));
  return { app, receiver, bot, written, told: async () => database.q.select().from(deliveries) };
}
const names = (rows: Row<'deliveries'>[]) => rows.map(({ eventId }) => eventId).sort();
/** What is told in the moment alone. */
const lasting = (rows: Row<'deliveries'>[]) => rows.filter(({ event }) => !/updated$|ping/.test(event));

t.test('[C10] what a process committed and did not live to tell is told after the restart, once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-missed-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rows.db');
  const first = forgetful(await openSqlite({ file }));
  const { app, told, receiver, bot } = await live(t, first.database, first.die);
  const before = lasting(await told());
  t.ok(before.some(({ event }) => event === 'call.answered'), 'some of it was told');
  t.notOk(before.some(({ event }) => event === 'conversation.closed' || event === 'call.missed'), 'some was not');
  t.match(app.log(), /The process died here/);
  await app.close();

  const second = await testApp({ database: await openSqlite({ file }), outboundAllow: ['127.0.0.1'] });
  const all = lasting(await second.database.q.select().from(second.database.tables.deliveries));
  t.equal(new Set(names(all)).size, all.length);
  t.same(all.filter(({ webhookId }) => webhookId !== bot.id), []);
  const count = (event: string) => all.filter((one) => one.event === event).length;
  t.same(Object.fromEntries(Object.keys(WEBHOOK_DATA).filter((event) => !event.endsWith('updated')).map((event) => [event, count(event)])), {
    'conversation.created': 1, 'conversation.closed': 1, 'conversation.rated': 0, 'message.created': 6 /* three said, two of calls, what was left after one */, 'call.started': 2, 'call.answered': 1, 'call.ended': 2, 'call.missed': 1, 'call.follow_up': 1,
    'recording.ready': 2, 'recording.failed': 0 /* its call is nowhere */, 'visitor.created': 1, 'visitor.identified': 1,
  });
  while ((await second.database.q.select().from(second.database.tables.deliveries)).some(({ state }) => state === 'waiting')) await new Promise((resolve) => void setImmediate(resolve));
  const ids = receiver.received.filter(({ told: { type } }) => !type.endsWith('updated')).map(({ headers }) => headers['webhook-id']);
  t.equal(new Set(ids).size, all.length, 'and all of it arrived');
  await second.close();

  const third = await testApp({ database: await openSqlite({ file }), outboundAllow: ['127.0.0.1'] });
  t.same(names(lasting(await third.database.q.select().from(third.database.tables.deliveries))), names(all), 'another start finds nothing more');
  await third.close();
});

t.test('[C10] what is found after a restart has the names and the words of what is told at once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-missed-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rows.db');
  const { app, told, written } = await live(t, await openSqlite({ file }), () => {});
  await written('conversation.closed');
  const atOnce = lasting(await told());
  await app.database.q.delete(app.database.tables.deliveries);
  await app.close();
  const again = await testApp({ database: await openSqlite({ file }), outboundAllow: ['127.0.0.1'] });
  const found = lasting(await again.database.q.select().from(again.database.tables.deliveries)).filter(({ event }) => !/^recording|identified$/.test(event));
  t.same(names(found), names(atOnce));
  const read = (rows: Row<'deliveries'>[], eventId: string) => JSON.parse(rows.find((row) => row.eventId === eventId)!.payload) as { type: string; timestamp: string; data: { message?: unknown } };
  for (const { eventId } of atOnce) {
    const [then, now] = [read(atOnce, eventId), read(found, eventId)];
    t.same([now.type, now.timestamp], [then.type, then.timestamp], eventId);
    t.same(Object.keys(now.data).sort(), Object.keys(then.data).sort());
    if (then.data.message) t.same(now.data, then.data);
  }
  await again.close();
});

t.test('[C10] only what somebody asked for at that time is missed, a day long at most', async (t) => {
  const house = await webhookHouse(t, { started: false });
  const { q, tables } = house.database;
  const start = house.clock.now();
  const say = async (n: number, organisationId = 'o') => {
    const at = house.clock.now();
    const conversation = { id: `c${n}`, organisationId, siteId: 's', visitorId: `v${n}`, status: 'open' as const, lastSeq: 1, lastMessageAt: at, createdAt: at, updatedAt: at };
    await q.insert(tables.conversations).values(conversation);
    await q.insert(tables.messages).values([{ kind: 'text' as const, seq: 1 }, { kind: 'note' as const, seq: 2 }].map((fields) => ({
      ...fields, conversationId: conversation.id, id: `m${n}-${fields.seq}`, clientId: `x${n}-${fields.seq}`, organisationId, authorKind: 'visitor' as const, authorId: 'v', authorName: 'V', text: 'hi', createdAt: at,
    })));
  };
  await say(1);
  house.clock.advance(1);
  const hook = await house.create({ events: ['message.created'] });
  await house.create({ events: ['message.created'], enabled: false });
  await house.create({ events: ['call.missed'] });
  house.clock.advance(1);
  await say(2);
  await say(3, 'other');
  house.clock.advance(30 * hour);
  await say(4);
  house.clock.advance(hour);
  await house.webhooks.start();
  await house.idle();
  const told = await q.select().from(tables.deliveries);
  t.same(told.map(({ eventId, webhookId }) => [eventId, webhookId]), [['message.created:m4-1', hook.id]], 'not what was before, of others, private, or long ago');
  t.equal(house.receiver.received.length, 1);
  t.equal(start, Date.UTC(2026, 0, 1));
});

t.test('[C10] a past that cannot be read keeps nobody from starting', async (t) => {
  const house = await webhookHouse(t, { started: false });
  const hook = await house.create();
  const { q, tables } = house.database;
  const at = house.clock.now();
  await q.insert(tables.conversations).values({ id: 'c', organisationId: 'o', siteId: 's', visitorId: 'v', status: 'open', lastSeq: 0, lastMessageAt: at, createdAt: at, updatedAt: at });
  await house.webhooks.start(); // nothing here describes a conversation
  t.match(house.failures, [/^missed events: /]);
  house.events.emit(house.message());
  await house.idle();
  t.equal((await house.log(hook.id, 'delivered')).length, 1);
});

t.test('[C10] the store of missed events', (t) => eachEngine(t, async (t, open) => {
  const database = await open();
  const { q, tables } = database;
  const store = createMissedEventsStore(database);
  const hook = (id: string, organisationId: string, enabled: boolean) => ({ id, organisationId, name: id, url: 'https://x.example/', events: ['*'], secret: 'x', enabled, bot: false, createdAt: 1, updatedAt: 1 });
  await q.insert(tables.webhooks).values([hook('a', 'o', true), hook('b', 'o', true), hook('c', 'o', false), hook('d', 'p', true), hook('e', 'r', false)]);
  t.same([...await store.listening()].map(([id, rows]) => [id, rows.map((row) => row.id)]).sort(), [['o', ['a', 'b']], ['p', ['d']]]);
  t.equal(await store.newest('o'), null);
  const told = (eventId: string, event: string, createdAt: number) => ({ id: `${eventId}-${createdAt}`, organisationId: 'o', webhookId: 'a', eventId, event, payload: '{}', state: 'delivered' as const, attempts: 1, log: [], createdAt });
  await q.insert(tables.deliveries).values([told('message.created:m', 'message.created', 500), told('ping:x', 'ping', 900)]);
  t.equal(await store.newest('o'), 500, 'a test says nothing of events');
  t.same([...await store.told('a', ['message.created:m', 'message.created:n', ...Array.from({ length: 450 }, (_, n) => `x:${n}`)])], ['message.created:m']);
  t.same([...await store.told('b', ['message.created:m'])], []);
  t.same([...await store.told('a', [])], []);

  const at = 10 * 24 * hour;
  const place = { organisationId: 'o', siteId: 's', visitorId: 'v', conversationId: 'c' };
  await q.insert(tables.conversations).values({ id: 'c', organisationId: 'o', siteId: 's', visitorId: 'v', status: 'closed', lastSeq: 0, lastMessageAt: at, createdAt: at - 50 * hour, updatedAt: at + 3, closedAt: at + 2, rating: 4, ratedAt: at + 3 });
  await q.insert(tables.calls).values([
    { id: 'k1', ...place, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: 'v', startedByName: 'V', createdAt: at - hour, answeredAt: at + 4, endedAt: at + 5 },
    { id: 'k2', ...place, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: 'v', startedByName: 'V', createdAt: at + 6, endedAt: at + 7 },
  ]);
  await q.insert(tables.recordings).values([['r1', 'k1', 'partial', null], ['r2', 'k2', 'failed', 'deleted']].map(([id, callId, state, failure]) => ({
    id: id!, organisationId: 'o', callId: callId!, conversationId: 'c', state: state as 'partial', failure: failure!, mimeType: 'a/b', startedAt: 1, gaps: [], attempts: 0, createdAt: at, updatedAt: at + 8,
  })));
  await q.insert(tables.visitors).values({ id: 'v', organisationId: 'o', siteId: 's', name: 'V', createdAt: 5, lastSeenAt: at + 9, externalId: '7', verifiedAt: at + 9 });
  const found = await store.happened('o', at, () => true);
  t.same(found.map(({ type, at: when, id, again }) => [type, when - at, id, again ?? '']), [
    ['conversation.closed', 2, 'c', new Date(at + 2).toISOString()], ['conversation.rated', 3, 'c', new Date(at + 3).toISOString()],
    ['call.answered', 4, 'k1', ''], ['call.ended', 5, 'k1', ''], ['call.started', 6, 'k2', ''], ['call.ended', 7, 'k2', ''], ['call.missed', 7, 'k2', ''],
    ['recording.ready', 8, 'r1', ''], ['visitor.identified', 9, 'v', '7'],
  ]);
  t.same((await store.happened('o', at, (type) => type === 'call.missed')).map(({ type }) => type), ['call.missed']);
  t.same(await store.happened('p', at, () => true), []);
}));
