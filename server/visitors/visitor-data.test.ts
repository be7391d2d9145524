import t, { type Test } from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import type { File, Visitor } from '../../protocol/shapes.ts';
import type { BlobStore } from '../blobs/blobs.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testApp } from '../testing/test-app.ts';
import { connect, Nack } from '../testing/test-socket.ts';
import { createVisitorData } from './visitor-data.ts';
import { createVisitorDataStore } from './visitor-data.store.ts';
import { createVisitorsStore } from './visitors.store.ts';

const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;

async function house(t: Test, database?: Database) {
  const app = await testApp(database ? { database } : {});
  t.teardown(() => app.close());
  const owner = await app.owner();
  const { organisationId } = owner.agent;
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const socket = async (token: string) => {
    const one = await connect({ url, token, origin });
    t.teardown(() => one.socket.terminate());
    return one;
  };
  const { q, tables } = app.database;
  const blobs = async () => {
    const keys: string[] = [];
    for await (const { key } of (app.blobs as BlobStore).list('')) keys.push(key);
    return keys;
  };
  /** Somebody with everything that there can be: a talk, files, a call with a recording, pages, mails, deliveries. */
  const person = async (n: number) => {
    const { token, visitor, headers } = await app.visitor();
    const one = await socket(token);
    await one.request('visitor.contact', { name: `Person ${n}`, email: `person${n}@example.com`, fields: { topic: 'Sizes' } });
    await one.request('visitor.context', { page: { url: `${origin}/page-${n}`, title: `Page ${n}` } });
    const file = async (name: string) => (await app.inject({ method: 'POST', url: '/v1/files', headers: { ...headers, 'content-disposition': `attachment; filename="${name} of ${n}.txt"` }, payload: `${name} of ${n}` })).json<File>();
    const { conversationId } = await one.request('message.send', { clientId: clientId(n), text: `words of ${n}`, fileIds: [(await file('sent')).id] });
    const unsent = await file('unsent');
    const { call } = await one.request('call.start', { mode: 'audio' });
    await one.request('call.cancel', { callId: call.id });
    const now = app.clock.now();
    const recordingId = app.clock.id();
    await q.insert(tables.recordings).values({ id: recordingId, organisationId, callId: call.id, conversationId, state: 'ready', mimeType: 'audio/webm', startedAt: now, gaps: [], attempts: 1, createdAt: now, updatedAt: now, blobKey: `recordings/${recordingId}.webm` });
    await app.blobs.put(`recordings/${recordingId}.webm`, Buffer.from('voice'), { contentType: 'audio/webm' });
    await app.blobs.put(`chunks/${recordingId}/0001/000000`, Buffer.from('voice'), { contentType: 'application/octet-stream' });
    const mail = { organisationId, subject: 'x', secret: false, state: 'unsent' as const, attempts: 0, createdAt: now };
    await q.insert(tables.mails).values([
      { ...mail, id: app.clock.id(), kind: 'visitor_notice', recipient: `Person${n}@Example.com`, text: 'an answer' },
      { ...mail, id: app.clock.id(), kind: 'agent_notice', recipient: 'owner@example.com', key: `conversation:${conversationId}`, text: `words of ${n}` },
    ]);
    await q.insert(tables.deliveries).values({ id: app.clock.id(), organisationId, webhookId: 'w', eventId: app.clock.id(), event: 'message.created', payload: JSON.stringify({ visitorId: visitor.id, text: `words of ${n}` }), state: 'delivered', attempts: 1, log: [], createdAt: now });
    return { id: visitor.id, token, headers, conversationId, socket: one, recordingId, unsent };
  };
  /** Every row of every table that holds one of the words. */
  const traces = async (...words: string[]) => {
    const found: string[] = [];
    for (const [name, table] of Object.entries(tables)) {
      for (const row of await q.select().from(table as typeof tables.visitors)) if (words.some((word) => JSON.stringify(row).includes(word))) found.push(name);
    }
    for (const key of await blobs()) if (words.some((word) => key.includes(word))) found.push(key);
    // The audit log and the list of the erased know the bare id.
    return found.filter((name) => name !== 'audit' && name !== 'erasedVisitors');
  };
  const erase = (id: string, headers = owner.headers) => app.inject({ method: 'DELETE', url: `/v1/visitors/${id}`, headers });
  return { app, owner, organisationId, socket, q, tables, blobs, person, traces, erase };
}

t.test('[D7] erasing leaves nothing of the person, and all of the others', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { app, owner, person, traces, erase, socket, q, tables, organisationId } = await house(t, await open());
    const [ada, bob] = [await person(1), await person(2)];
    // The search index follows in its own time.
    const ofBob = async () => (await traces(bob.id, bob.conversationId, bob.recordingId, 'person2', 'words of 2')).filter((table) => !table.startsWith('search')).sort();
    const before = await ofBob();
    t.ok(before.length > 8, before.join());
    t.equal((await erase(ada.id, (await app.agent('agent')).headers)).statusCode, 403);
    t.equal((await erase(ada.id)).statusCode, 204);
    t.match(await ada.socket.closed, { code: 4010 });
    t.match(await ada.socket.next('session.revoked'), { reason: 'erased' });
    t.same(await traces(ada.id, ada.conversationId, ada.recordingId, 'person1', 'Person1', 'Person 1', 'words of 1', 'page-1', 'sent of 1', ada.unsent.id), []);
    t.same(await ofBob(), before, 'Bob keeps all of his');
    t.equal(codeOf(await erase(ada.id)), 'not_found');
    const audit = (await app.inject({ url: '/v1/audit', headers: owner.headers })).json<Page<AuditEntry>>().items.filter(({ action }) => action === 'visitor.erased');
    t.match(audit, [{ target: { kind: 'visitor', id: ada.id, name: '' }, actor: { id: owner.agent.id } }]);
    t.notMatch(JSON.stringify(audit), /Person/);

    // Its token begins nothing again, and speaks for nobody.
    const refused = await socket(ada.token).catch((error: unknown) => error);
    t.ok(refused instanceof Nack && refused.code === 'unauthenticated', String(refused));
    for (const request of [{ url: '/v1/conversations' }, { method: 'POST' as const, url: '/v1/files', payload: 'more of 1' }, { url: '/v1/visitors/me/export' }]) {
      t.equal((await app.inject({ ...request, headers: { ...ada.headers, ...(request.payload !== undefined && { 'content-type': 'text/plain' }) } })).statusCode, 401, request.url);
    }
    t.match(await q.select().from(tables.erasedVisitors), [{ id: ada.id, organisationId, erasedAt: Number }], 'the bare id is all that is kept');
    t.equal((await app.inject({ url: '/v1/conversations', headers: bob.headers })).statusCode, 200);
  });
});

t.test('[D7] a message that was on its way when its visitor was erased leaves no row; the id is forgotten when its tokens have ended', async (t) => {
  await eachEngine(t, async (t, open) => {
    const database = await open();
    const { q, tables } = database;
    const store = createVisitorsStore(database);
    const row = (id: string) => ({ id, organisationId: 'org', siteId: 's', name: 'V', createdAt: 5, lastSeenAt: 5 });
    await store.ensure(row('v'), []);
    await createVisitorDataStore(database).remove('org', 'v', 1000);
    await t.rejects(store.ensure(row('v'), []), { code: 'unauthenticated' });
    await t.rejects(database.atomic((inside) => store.ensure(row('v'), [], inside)), { code: 'unauthenticated' });
    t.same(await q.select().from(tables.visitors), []);
    t.strictSame([await store.erased('org', 'v'), await store.erased('elsewhere', 'v'), await store.erased('org', 'w')], [true, false, false]);
    await store.forgetErased(1000);
    t.ok(await store.erased('org', 'v'), 'not before its time');
    await store.forgetErased(1001);
    t.notOk(await store.erased('org', 'v'));
  });
});

t.test('[D7] not during a call; afterwards, also with what was merged into it', async (t) => {
  const { app, person, erase, traces, owner, q, tables, organisationId } = await house(t);
  const ada = await person(1);
  const { call } = await ada.socket.request('call.start', { mode: 'audio' });
  t.equal(codeOf(await erase(ada.id)), 'conflict');
  t.equal((await app.inject({ url: `/v1/visitors/${ada.id}`, headers: owner.headers })).statusCode, 200, 'nothing is gone');
  t.equal((await app.inject({ url: '/v1/conversations', headers: ada.headers })).statusCode, 200, 'and its token is good');
  await ada.socket.request('call.cancel', { callId: call.id });
  const now = app.clock.now();
  await q.insert(tables.visitors).values({ id: 'former', organisationId, siteId: owner.site.id, name: '', mergedInto: ada.id, createdAt: now, lastSeenAt: now });
  t.equal((await erase(ada.id)).statusCode, 204);
  t.same(await traces(ada.id, 'former'), []);
});

t.test('[D7] a crash on the way leaves nobody half erased: the next start goes on', async (t) => {
  const database = await openSqlite({ file: ':memory:' });
  const { app, person, owner, organisationId, traces } = await house(t, database);
  const ada = await person(1);
  const store = createVisitorDataStore(database);
  const erasing = createVisitorData({
    store, holds: { ofVisitor: async () => [] }, visitorsStore: { get: async () => null, find: async () => (await database.q.select().from(database.tables.visitors))[0]! },
    timelineStore: null as never, visitors: null as never, exports: null as never, online: { forget: () => {} }, hub: { close: () => {} }, audit: { record: () => {} }, clock: { now: () => 0 }, failed: () => {},
    chat: { remove: () => Promise.reject(new Error('killed')) }, files: { unsent: async () => [], erase: async () => {} },
  });
  await t.rejects(erasing.erase({ kind: 'agent', id: owner.agent.id, name: '', organisationId, role: 'owner', sessionId: '', expiresAt: 0 }, ada.id), /killed/);

  const list = (await app.inject({ url: '/v1/visitors', headers: owner.headers })).json<Page<Visitor>>().items;
  t.same(list, [], 'it is in no list any more');
  t.equal(codeOf(await app.inject({ url: '/v1/conversations', headers: ada.headers })), 'token_expired');
  const stale = await ada.socket.request('message.send', { clientId: clientId(50), text: 'a new word' }).catch((error: unknown) => error);
  t.ok(!(stale instanceof Nack) || stale.code === 'token_expired' || stale.code === 'not_found');
  t.ok((await traces(ada.id)).length > 0);
  await app.start();
  t.same(await traces(ada.id, ada.conversationId, ada.recordingId, 'words of 1'), []);
});

t.test('[D7] [Q3] words that come while somebody is erased are gone too, or refused', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { person, erase, traces, q, tables } = await house(t, await open());
    for (let n = 1; n <= 4; n++) {
      const one = await person(n);
      const words = Array.from({ length: 5 }, (_, word) => one.socket.request('message.send', { clientId: clientId(n * 100 + word), text: `late ${n}` }).catch((error: unknown) => error));
      const [answer, second] = await Promise.all([erase(one.id), erase(one.id), ...words]);
      t.ok([answer, second].some(({ statusCode }) => statusCode === 204), `${answer.body} ${second.body}`);
      t.ok([answer, second].every(({ statusCode }) => [204, 404, 409].includes(statusCode)));
      t.same(await traces(one.id, `late ${n}`, `words of ${n}`), []);
    }
    t.same(await q.select().from(tables.conversations), []);
  });
});
