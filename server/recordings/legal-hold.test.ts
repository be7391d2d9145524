import { eq } from 'drizzle-orm';
import t, { type Test } from 'tap';
import type { CallsPage, Page } from '../../protocol/http.ts';
import type { Recording } from '../../protocol/shapes.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { furnish } from '../testing/furnish.ts';
import { testApp } from '../testing/test-app.ts';
import { chunkKey, manifestKey, waveformKey } from './recording-keys.ts';

const day = 86_400_000;
const id = 'r1';

/** A call of a visitor, over and recorded, in a site that keeps recordings for ten days. */
async function house(t: Test, database: Database) {
  const clock = fakeClock();
  const app = await testApp({ clock, database });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const { q, tables } = database;
  const began = clock.now();
  await furnish(database, { id, organisationId: owner.agent.organisationId, agentId: owner.agent.id, now: began, siteId: owner.site.id });
  const key = `recordings/${id}.webm`;
  await q.update(tables.recordings).set({ state: 'ready', failure: null, blobKey: key, bytes: 5, sha256: 'x', durationMs: 1000 }).where(eq(tables.recordings.id, id));
  await q.update(tables.calls).set({ endReason: 'visitor_hangup', answeredAt: began }).where(eq(tables.calls.id, id));
  await q.update(tables.sites).set({ settings: { retention: { closeAfter: null, purgeAfterClose: 20, recordings: 10 } } as never }).where(eq(tables.sites.id, owner.site.id));
  const bytes = [key, manifestKey(key), waveformKey(key), chunkKey(id, 1, 0)];
  for (const each of bytes) await app.blobs.put(each, Buffer.from('bytes'), { contentType: 'audio/webm' });
  const ask = async (method: 'GET' | 'PUT' | 'DELETE', url: string, payload?: object, headers = owner.headers) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
    const body = answer.body === '' ? {} : answer.json<Record<string, unknown>>();
    return { status: answer.statusCode, code: body['code'] as string | undefined, body };
  };
  return {
    app, clock, q, tables, ask,
    hold: (reason = 'Complaint 12') => ask('PUT', `/v1/recordings/${id}/hold`, { reason }),
    release: () => ask('DELETE', `/v1/recordings/${id}/hold`),
    kept: async () => (await Promise.all(bytes.map((each) => app.blobs.head(each)))).filter(Boolean).length,
    rows: async (name: 'recordings' | 'conversations' | 'calls' | 'visitors' | 'messages') => (await q.select({ id: tables[name].id }).from(tables[name])).filter((row) => row.id === id).length,
    /** Forty days ago everything ended; and retention comes by. */
    async aged() {
      const long = clock.now() - 40 * day;
      await q.update(tables.calls).set({ endedAt: long }).where(eq(tables.calls.id, id));
      await q.update(tables.conversations).set({ status: 'closed', openKey: null, closedAt: long }).where(eq(tables.conversations.id, id));
      clock.advance(61_000);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async settled(holds: () => Promise<boolean>) {
      for (let turn = 0; turn < 10_000 && !(await holds()); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
      return holds();
    },
    audit: async () => (await ask('GET', `/v1/audit?target=${id}`)).body as unknown as Page<AuditEntry>,
    closed: () => q.update(tables.conversations).set({ status: 'closed', openKey: null, closedAt: clock.now() }).where(eq(tables.conversations.id, id)),
  };
}

await eachEngine(t, async (t, open) => {
  await t.test('[G12] a held recording outlives delete now, retention and the deleting of its conversation; let go, it does not', async (t) => {
    const h = await house(t, await open());
    t.match(await h.hold(), { status: 200, body: { id, hold: { reason: 'Complaint 12', by: { name: 'Olive Owner' } } } });
    t.match(await h.ask('DELETE', `/v1/recordings/${id}`), { status: 409, code: 'on_hold' });
    await h.closed();
    t.match(await h.ask('DELETE', `/v1/conversations/${id}`), { status: 409, code: 'on_hold' });
    await h.aged();
    t.strictSame([await h.rows('recordings'), await h.rows('conversations'), await h.rows('messages'), await h.kept()], [1, 1, 1, 4], 'nothing went, however old');
    t.strictSame(await h.q.select().from(h.tables.audit).where(eq(h.tables.audit.action, 'retention.removed')), []);
    t.match((await h.ask('GET', `/v1/recordings/${id}`)).body, { hold: { reason: 'Complaint 12' } });
    t.match((await h.ask('GET', '/v1/calls')).body as unknown as CallsPage, { items: [{ recording: { id, held: true } }] });
    t.match(await h.release(), { status: 200, body: { hold: null } });
    t.match(await h.release(), { status: 200 }, 'harmless again');
    t.match(await h.ask('DELETE', `/v1/recordings/${id}`), { status: 204 });
    t.strictSame([await h.rows('recordings'), await h.rows('conversations'), await h.kept()], [0, 1, 0], 'file, proof, waveform and chunks are gone, the conversation is not');
    const { items } = await h.audit();
    t.strictSame(items.map(({ action, detail }) => [action, (detail as { reason?: string }).reason]), [
      ['recording.deleted', undefined], ['recording.released', 'Complaint 12'], ['recording.held', 'Complaint 12'],
    ]);
  });

  await t.test('[D7] [G12] erasing a visitor says what is held and why, takes all the rest, and is finished when the hold ends', async (t) => {
    const h = await house(t, await open());
    await h.hold('Asked for by the court');
    const erased = await h.ask('DELETE', `/v1/visitors/${id}`);
    t.match(erased, { status: 200, body: { kept: [{ recordingId: id, conversationId: id, reason: 'Asked for by the court' }] } });
    t.strictSame([await h.rows('recordings'), await h.rows('conversations'), await h.kept()], [1, 1, 4]);
    t.match(await h.q.select().from(h.tables.visitors).where(eq(h.tables.visitors.id, id)), [{ email: null, externalId: null, fields: null, device: null, note: null }], 'of the person only its name');
    t.strictSame(await h.q.select().from(h.tables.pageViews).where(eq(h.tables.pageViews.visitorId, id)), []);
    t.strictSame((await h.ask('GET', '/v1/visitors')).body['items'], [], 'it is in no list');
    t.match((await h.ask('GET', `/v1/recordings/${id}`)).body, { state: 'ready' }, 'and can be heard');
    t.match((await h.ask('GET', '/v1/audit?action=visitor.erased')).body, { items: [{ detail: { held: 1 } }] });
    await h.app.start();
    t.equal(await h.rows('recordings'), 1, 'a start does not finish it either');
    await h.release();
    t.ok(await h.settled(async () => (await h.rows('visitors')) === 0));
    t.strictSame([await h.rows('recordings'), await h.rows('conversations'), await h.rows('calls'), await h.kept()], [0, 0, 0, 0]);
  });
});

t.test('[G12] [S5] holding is for owners and admins, needs words, and no visitor hears of it', async (t) => {
  const { openSqlite } = await import('../store/open-sqlite.ts');
  const h = await house(t, await openSqlite({ file: ':memory:' }));
  const [admin, agent] = [await h.app.agent('admin'), await h.app.agent('agent')];
  t.match(await h.ask('PUT', `/v1/recordings/${id}/hold`, { reason: 'x' }, agent.headers), { status: 403, code: 'forbidden' });
  t.match(await h.ask('PUT', `/v1/recordings/${id}/hold`, { reason: '  ' }), { status: 422, code: 'unprocessable' });
  t.match(await h.ask('PUT', `/v1/recordings/${id}/hold`, {}), { status: 400 });
  t.match(await h.ask('PUT', '/v1/recordings/nonsense/hold', { reason: 'x' }), { status: 404, code: 'not_found' });
  t.match(await h.ask('PUT', `/v1/recordings/${id}/hold`, { reason: 'x' }, admin.headers), { status: 200 });
  t.match(await h.ask('DELETE', `/v1/recordings/${id}/hold`, undefined, agent.headers), { status: 403 });
  t.match((await h.ask('GET', `/v1/recordings/${id}`, undefined, agent.headers)).body, { hold: { reason: 'x' } }, 'agents see it');
  const visitor = await h.app.visitor();
  await h.q.update(h.tables.calls).set({ visitorId: visitor.visitor.id }).where(eq(h.tables.calls.id, id));
  const own = (await h.ask('GET', `/v1/recordings/${id}`, undefined, visitor.headers)).body as unknown as Recording;
  t.equal(own.id, id);
  t.notOk('hold' in own);
  t.notMatch((await h.ask('GET', `/v1/calls/${id}`, undefined, visitor.headers)).body, { recording: { held: true } });
  t.match(await h.release(), { status: 200 });
  await h.aged();
  t.ok(await h.settled(async () => (await h.rows('recordings')) === 0), 'the same age takes one that nobody holds');
});
