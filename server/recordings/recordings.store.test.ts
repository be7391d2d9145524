import t, { type Test } from 'tap';
import { missing, startPostgres } from '../../test/services/postgres.ts';
import { openCallHouse } from '../calls/testing/call-house.ts';
import { createCallsStore } from '../calls/calls.store.ts';
import type { Database } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { createRecordingsStore, type MergedFile } from './recordings.store.ts';

const twenty = Array.from({ length: 20 }, (_, n) => n);
const file = (blobKey: string): MergedFile =>
  ({ state: 'ready', mimeType: 'audio/webm', startedAt: 1, durationMs: 1, bytes: 1, sha256: 'f', gaps: [{ fromMs: 1, toMs: 2, reason: 'stalled' }], blobKey, parts: null });

/** What calls and recordings rely on, when many ask at once. */
async function races(t: Test, database: Database): Promise<void> {
  await t.test('[E1] [E5] of many starts one call comes, of many answers one agent, of many ends one reason', async (t) => {
    const h = await openCallHouse({ database });
    t.teardown(() => h.calls.close());
    const tabs = await Promise.all(twenty.map(() => h.connect(h.visitor('v'))));
    const started = await Promise.allSettled(tabs.map((tab) => h.calls.start(tab, { mode: 'audio' })));
    t.equal(started.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of started) if (result.status === 'rejected') t.match(result.reason, { code: 'already_in_call' });
    const { call } = (started.find(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<Awaited<ReturnType<typeof h.calls.start>>>).value;
    const agents = await Promise.all(twenty.map((n) => h.connect(h.agent(`a${n}`))));
    const answers = await Promise.allSettled(agents.map((agent) => h.calls.accept(agent, call.id)));
    t.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    const agent = agents[answers.findIndex(({ status }) => status === 'fulfilled')]!;
    const ends = await Promise.all([...tabs.map((tab) => h.calls.end(tab, call.id)), h.calls.end(agent, call.id)]);
    t.equal(new Set(ends.map(({ endReason }) => endReason)).size, 1);
    t.strictSame([...h.lines.keys()], [call.id]);
    t.strictSame(h.errors, []);
    const store = createCallsStore(database);
    t.strictSame(await store.live(), []);
    t.strictSame(await store.owingLines(h.clock.now() + 1), []);
    await store.setConsent({ id: 'c1', organisationId: 'org', callId: call.id, memberKind: 'visitor', memberId: 'v', granted: true, textVersion: '1', locale: 'ko', createdAt: 1 });
    await store.setConsent({ id: 'c2', organisationId: 'org', callId: call.id, memberKind: 'visitor', memberId: 'v', granted: false, textVersion: '2', locale: 'ko', createdAt: 2 });
    t.match(await store.find('org', call.id), { visitorName: 'Visitor v', consents: { visitor: false }, recording: null, activeKey: null });
    t.equal(await store.find('other', call.id), null);
  });

  await t.test('[G3] [G4] segments get numbers of their own, chunks one row, a recording one merge at a time', async (t) => {
    const store = createRecordingsStore(database);
    const recording = (id: string) => ({ id, organisationId: 'org', callId: 'call', conversationId: 'c', state: 'recording' as const, mimeType: 'audio/webm', startedAt: 1, gaps: [], attempts: 0, createdAt: 1, updatedAt: 1 });
    const segment = { organisationId: 'org', recorderKind: 'agent' as const, recorderId: 'a', mimeType: 'audio/webm', startedAt: 1, createdAt: 1 };
    const begun = await Promise.all(twenty.map((n) => store.addSegment(recording(`r${n}`), segment, 100)));
    t.equal(new Set(begun.map((added) => added!.recording.id)).size, 1, 'one recording a call');
    t.strictSame(begun.map((added) => added!.segment).sort((a, b) => a - b), twenty.map((n) => n + 1));
    t.equal(await store.addSegment(recording('r'), segment, 20), null, 'never more than the limit');
    const id = begun[0]!.recording.id;

    const chunk = (seq: number) => ({ recordingId: id, segment: 1, seq, bytes: 10, sha256: String(seq), receivedAt: 10 });
    const stored = await Promise.all(twenty.map((n) => store.addChunk(chunk(n % 4), 0)));
    t.equal(stored.filter(({ outcome }) => outcome === 'stored').length, 4);
    t.strictSame(await store.seqs(id, 1), [0, 1, 2, 3]);
    t.equal(await store.chunkBytes(id), 40);
    const calls = createCallsStore(database);
    await calls.insert({ id: 'call', organisationId: 'org', siteId: 's', conversationId: 'c', visitorId: 'v', agentId: 'a', agentName: 'A', mode: 'audio', state: 'active', startedByKind: 'visitor', startedById: 'v', startedByName: 'V', createdAt: 1 });
    const consent = (memberKind: 'visitor' | 'agent', memberId: string, granted: boolean) =>
      calls.setConsent({ id: `${memberKind} ${memberId}`, organisationId: 'org', callId: 'call', memberKind, memberId, granted, textVersion: '1', locale: 'ko', createdAt: 1 });
    t.match(await store.slot('org', id, 1, 2), { recording: { id, gaps: [] }, call: { state: 'active', visitorId: 'v' }, consent: false, recorder: { kind: 'agent', id: 'a' }, sha256: '2' });
    t.match(await store.slot('org', id, 1, 9), { recorder: { kind: 'agent', id: 'a' }, sha256: null });
    t.match(await store.slot('org', id, 99, 0), { recorder: null, sha256: null });
    t.equal(await store.slot('other', id, 1, 2), null);
    const agreed = async () => (await store.slot('org', id, 1, 2))!.consent;
    await consent('visitor', 'v', true);
    await consent('agent', 'b', true);
    t.notOk(await agreed(), 'only the members of the call count');
    await consent('agent', 'a', false);
    t.notOk(await agreed());
    await consent('agent', 'a', true);
    t.ok(await agreed());
    t.strictSame(await store.due(1_000_000, 1_000_000), [], 'not while the call goes on');
    t.match(await store.callEnded('org', 'call', 20), { state: 'recording', endedAt: 20 });
    t.match(await store.callEnded('org', 'call', 99), { endedAt: 20 }, 'told twice');
    t.strictSame(await store.due(1_000, 15), [], 'not before it is quiet');
    t.strictSame(await store.due(1_000, 21), [{ organisationId: 'org', id }]);
    await store.complete(id, 30);
    t.strictSame(await store.due(1_000, 0), [{ organisationId: 'org', id }], 'complete: at once');

    const claims = await Promise.all(twenty.map((n) => store.claim(id, `owner ${n}`, 100, 200)));
    const [claimed] = claims.filter((row) => row !== null);
    t.equal(claims.filter((row) => row !== null).length, 1);
    t.match(claimed, { state: 'merging', attempts: 1 });
    t.strictSame(await store.due(150, 0), []);
    t.notOk(await store.renew(id, 'somebody', 300));
    t.ok(await store.renew(id, claimed!.claimedBy!, 300));
    t.equal(await store.claim(id, 'late', 250, 400), null);
    t.equal((await store.claim(id, 'heir', 301, 400))?.claimedBy, 'heir', 'a claim that was not renewed is inherited');
    t.equal(await store.merged(id, claimed!.claimedBy!, file('k'), 4, 310), null, 'the dead one comes too late');
    t.strictSame(await store.addChunk(chunk(4), 0), { outcome: 'stored', reopened: false });
    t.equal(await store.merged(id, 'heir', file('k'), 4, 320), 'again', 'a chunk came in meanwhile');
    await store.claim(id, 'heir', 330, 400);
    t.equal(await store.merged(id, 'heir', file('k'), 5, 340), 'done');
    t.match(await store.find('org', id), { state: 'ready', blobKey: 'k', gaps: [{ reason: 'stalled' }], claimedBy: null, attempts: 0 });

    t.strictSame(await store.addChunk({ ...chunk(5), receivedAt: 400 }, 341), { outcome: 'closed' });
    t.strictSame(await store.addChunk({ ...chunk(5), receivedAt: 400 }, 340), { outcome: 'stored', reopened: true });
    t.match(await store.find('org', id), { state: 'merging', completedAt: null, blobKey: 'k' });
    await store.claim(id, 'heir', 500, 600);
    await store.release(id, 'heir', 900, 2);
    t.strictSame(await store.due(899, 800), [], 'not before the time');
    t.equal((await store.claim(id, 'heir', 901, 1000))?.attempts, 3);
    t.ok(await store.failed(id, 'heir', 'merge_error', 950));
    t.strictSame(await store.purgeable(10_000), [], 'a failed one keeps its chunks');
    await store.addChunk({ ...chunk(6), receivedAt: 1000 }, 0);
    await store.claim(id, 'heir', 1001, 1100);
    await store.merged(id, 'heir', file('k2'), 7, 1050);
    t.strictSame(await store.purgeable(1050), []);
    t.strictSame(await store.purgeable(1051), [id]);
    t.notOk(await store.purge(id, 1050));
    t.ok(await store.purge(id, 1051));
    t.strictSame(await store.chunks(id), []);
    await store.doom(id, 2000);
    t.match(await store.doomed(), [{ id }]);
    t.strictSame(await store.addChunk({ ...chunk(7), receivedAt: 2001 }, 0), { outcome: 'closed' });
    t.equal(await store.addSegment(recording('r'), segment, 100), null);
    await store.remove(id);
    t.equal(await store.find('org', id), null);
  });
}

t.test('SQLite', async (t) => {
  const database = await openSqlite({ file: ':memory:' });
  t.teardown(() => database.close());
  await races(t, database);
});

t.test('Postgres', { skip: missing() ?? false }, async (t) => {
  const server = await startPostgres();
  const database = await openPostgres({ url: server.url });
  t.teardown(async () => {
    await database.close();
    await server.stop();
  });
  await races(t, database);
});
