import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Recording } from '../../protocol/shapes.ts';
import { recordingFixture } from '../../test/fixtures/recording-fixture.ts';
import { openBlobs } from '../blobs/open-blobs.ts';
import type { DomainEvent } from '../events/events.ts';
import { newSigningSeed } from '../secrets.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import { createFinaliser } from './finaliser.ts';
import { MergeFailure } from './merge/merge-runner.ts';
import { createMergeRunner } from './merge/run-merge.ts';
import { CHUNK_GRACE_MS } from './recordings.ts';
import { createRecordingsStore } from './recordings.store.ts';
import { signingKey } from './signing-key.ts';
import { consultation, digest, eventually, sha, standIn, type StandIn } from './testing/consultation.ts';

t.test('[G6] nobody completes it: after 20 s without a chunk it is merged as it is', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  await c.put('agent', id, 1, 2, randomBytes(50));
  await c.visitor.request('call.end', { callId: c.callId });
  c.clock.advance(10_000);
  await c.put('agent', id, 1, 3, randomBytes(50));
  c.clock.advance(15_000);
  await c.agent.settled();
  t.equal((await c.recording(id)).state, 'recording', 'a chunk came 15 s ago');
  c.clock.advance(10_001);
  t.match(await c.until(id, 'partial'), { gaps: [{ fromMs: 0, toMs: 5, reason: 'missing_chunks' }] });

  await c.put('agent', id, 1, 1, randomBytes(50));
  t.equal((await c.recording(id)).state, 'merging', 'a late chunk opens it again');
  const before = (await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers })).body;
  t.equal(before, '1/0 1/2 1/3', 'meanwhile the old file plays');
  t.strictSame((await c.complete('agent', id, [{ segment: 1, chunks: 4 }])).missing, []);
  t.match(await c.until(id, 'ready'), { gaps: [] });
  t.equal((await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers })).body, '1/0 1/1 1/2 1/3');
  await eventually(async () => (await c.app.blobs.head(`recordings/${id}.webm`)) === null);
  t.equal(await c.app.blobs.head(`recordings/${id}.webm`), null, 'the old file is gone');

  const { q, tables } = c.app.database;
  const age = async (ms: number) => {
    await q.update(tables.recordings).set({ updatedAt: c.clock.now() - ms });
    c.clock.advance(10 * 60_000);
    c.agent.headers.authorization = `Bearer ${(await c.app.owner()).accessToken}`;
  };
  await age(CHUNK_GRACE_MS - 11 * 60_000);
  t.ok(await c.app.blobs.head(`chunks/${id}/0001/000000`), 'chunks stay for a day');
  await age(CHUNK_GRACE_MS);
  await eventually(async () => (await c.app.blobs.head(`chunks/${id}/0001/000000`)) === null);
  t.equal(await c.app.blobs.head(`chunks/${id}/0001/000000`), null, 'then they go');
  t.strictSame(await c.put('agent', id, 1, 9, randomBytes(50)), { status: 409, code: 'recording_closed' });
  t.strictSame((await c.complete('agent', id, [{ segment: 1, chunks: 4 }])).missing, [], 'nothing is asked for again');
  t.equal((await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers })).statusCode, 200);
});

t.test('[G4] a chunk that comes while it is being merged is merged too', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  c.merges.next.push(async (join) => {
    const result = await join();
    await c.put('agent', id, 1, 1, randomBytes(50));
    return result;
  });
  await c.visitor.request('call.end', { callId: c.callId });
  c.clock.advance(21_000);
  await eventually(() => c.merges.jobs.length === 1);
  await c.complete('agent', id, [{ segment: 1, chunks: 2 }]).catch(() => {});
  await eventually(() => c.merges.jobs.length > 1, () => c.clock.advance(5000));
  await c.until(id, 'ready');
  t.equal(c.merges.jobs.at(-1)!.segments[0]!.chunks.length, 2);
});

t.test('[G4] a merge that fails for a passing reason is tried three times, one that never can is not', async (t) => {
  for (const [fails, state] of [[2, 'ready'], [3, 'failed']] as const) {
    const c = await consultation(t);
    const { recordingId: id } = await c.start('agent');
    await c.put('agent', id, 1, 0, randomBytes(50));
    for (let n = 0; n < fails; n++) c.merges.next.push(() => Promise.reject(new Error('the disk is full')));
    await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
    await c.visitor.request('call.end', { callId: c.callId });
    await eventually(() => c.merges.jobs.length === 1);
    c.clock.advance(9_000);
    await c.agent.settled();
    t.equal(c.merges.jobs.length, 1, 'not at once');
    t.equal((await c.recording(id)).state, 'merging');
    // Until the third run only: the token of the one who asks must not run out.
    await eventually(() => c.merges.jobs.length === 3, () => c.clock.advance(500));
    t.equal((await c.until(id, state)).state, state);
    t.equal(c.merges.jobs.length, 3);
    t.ok(await c.app.blobs.head(`chunks/${id}/0001/000000`), 'its chunks are kept');
  }
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  c.merges.next.push(() => Promise.reject(new MergeFailure('nothing_readable', 'no header')));
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.visitor.request('call.end', { callId: c.callId });
  await c.until(id, 'failed');
  t.equal(c.merges.jobs.length, 1);
  t.equal((await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers })).statusCode, 404);

  const none = await consultation(t);
  const { recordingId } = await none.start('agent');
  await none.visitor.request('call.end', { callId: none.callId });
  none.clock.advance(25_001);
  await none.until(recordingId, 'failed');
  t.equal(none.merges.jobs.length, 0, 'nothing came, so there is nothing to merge');
});

t.test('[G4] [G6] what a killed server left is taken up by the next: call, recording, merge, line', async (t) => {
  const database = await openSqlite({ file: ':memory:' });
  const blobs = await openBlobs({ kind: 'disk', folder: t.testdir() });
  t.teardown(() => database.close());
  // The first process is never told to stop: its clock stands still and its sockets are cut.
  const kept = { ...database, close: async () => {} };
  const first = await consultation(t, { database: kept, blobs: { ...blobs, close: async () => {} } });
  const { recordingId: id } = await first.start('agent');
  await first.put('agent', id, 1, 0, Buffer.from('zero'));

  const clock = fakeClock(first.clock.now() + 1000);
  const merges = standIn(() => blobs);
  const second = await testApp({ database: kept, blobs: { ...blobs, close: async () => {} }, clock, merges });
  t.teardown(() => second.close());
  const origin = await second.listen();
  const [visitor, agent] = await Promise.all([first.visitor.token, first.agent.token].map((token) => connect({ url: origin.replace('http', 'ws'), origin, token })));
  t.match(agent!.hello.calls, [{ id: first.callId, state: 'active', recording: { id, state: 'recording' } }]);
  await agent!.request('call.resume', { callId: first.callId });
  await visitor!.request('call.resume', { callId: first.callId });
  const put = async (seq: number, bytes: Buffer) => (await second.inject({
    method: 'PUT', url: `/v1/recordings/${id}/segments/1/chunks/${seq}`, payload: bytes,
    headers: { 'content-type': 'audio/webm', 'content-digest': digest(bytes), ...first.agent.headers },
  })).statusCode;
  t.equal(await put(0, Buffer.from('zero')), 200, 'what was acknowledged is there');
  t.equal(await put(1, Buffer.from('one')), 201, 'the recorder goes on as if nothing had been');
  t.match(await visitor!.next('recording.updated'), { on: true, recordingId: id });

  // Killed again, in the middle of the merge.
  let merging!: () => void;
  const inMerge = new Promise<void>((resolve) => (merging = resolve));
  merges.next.push(() => {
    merging();
    return new Promise((_, reject) => void merges.hanging.push(reject));
  });
  await visitor!.request('call.end', { callId: first.callId });
  clock.advance(25_001);
  await inMerge;
  const third = await testApp({ database: kept, blobs: { ...blobs, close: async () => {} }, clock: fakeClock(clock.now() + 1000), merges: standIn(() => blobs) });
  t.teardown(() => third.close());
  await eventually(async () => (await third.inject({ url: `/v1/recordings/${id}`, headers: first.agent.headers })).json<Recording>().state === 'partial');
  const answer = await third.inject({ url: `/v1/recordings/${id}/media`, headers: first.agent.headers });
  t.equal(answer.body, '1/0 1/1', 'nothing that was acknowledged is lost');
  visitor!.socket.terminate();
  agent!.socket.terminate();
});

t.test('[G4] real chunks of a real recorder, uploaded out of order and twice, become one file', { timeout: 290_000 }, async (t) => {
  const folder = t.testdir({ blobs: {}, temp: {} });
  const config = { kind: 'disk', folder: `${folder}/blobs` } as const;
  const c = await consultation(t, { blobs: await openBlobs(config), merges: createMergeRunner({ blobs: config }) as StandIn });
  const { chunks, wallMs } = recordingFixture('voice');
  const { recordingId: id } = await c.start('agent');
  c.clock.advance(wallMs);
  for (const seq of [...chunks.keys()].reverse()) {
    t.equal((await c.put('agent', id, 1, seq, chunks[seq]!)).status, 201);
    if (seq % 2 === 0) t.equal((await c.put('agent', id, 1, seq, chunks[seq]!)).status, 200);
  }
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: chunks.length }]);
  const ready = await c.until(id, 'ready');
  t.ok(Math.abs(ready.durationMs! - wallMs) < 0.05 * wallMs, `${ready.durationMs} ms of ${wallMs}`);
  const media = await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers });
  t.equal(media.headers['content-type'], ready.mimeType);
  t.equal(sha(media.rawPayload), ready.sha256);
  t.equal(media.rawPayload.length, ready.bytes);
});

t.test('[G5] whoever hears of events hears of a recording when it is ready, and when it failed; what was being deleted is deleted by the next look', async (t) => {
  const [clock, database] = [fakeClock(), await openSqlite({ file: ':memory:' })];
  const blobs = await openBlobs({ kind: 'disk', folder: t.testdir() });
  t.teardown(() => database.close());
  const { q, tables } = database;
  const store = createRecordingsStore(database);
  const merges = standIn(() => blobs);
  const told: DomainEvent[] = [];
  const finaliser = createFinaliser({
    store, blobs, runner: merges, clock, signingKey: signingKey(newSigningSeed(clock)), alone: true, failed: () => {}, hub: { publish: () => {}, close: () => {} }, events: { emit: (event) => void told.push(event) },
  });
  t.teardown(() => finaliser.close());
  const recording = async (id: string, chunks: number) => {
    await q.insert(tables.calls).values({
      id: `call-${id}`, organisationId: 'org', siteId: 'site', conversationId: 'c', visitorId: 'v', mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: 'v', startedByName: '', createdAt: 1, endedAt: 2,
    });
    await q.insert(tables.recordings).values({
      id, organisationId: 'org', callId: `call-${id}`, conversationId: 'c', state: 'merging', mimeType: 'audio/webm', startedAt: 1, endedAt: 2, completedAt: 3, gaps: [], attempts: 0, createdAt: 1, updatedAt: 1,
    });
    await q.insert(tables.segments).values({ recordingId: id, segment: 1, organisationId: 'org', recorderKind: 'agent', recorderId: 'a', mimeType: 'audio/webm', startedAt: 1, chunks, createdAt: 1 });
    for (let seq = 0; seq < chunks; seq += 1) await q.insert(tables.chunks).values({ recordingId: id, segment: 1, seq, bytes: 1, sha256: 'x', receivedAt: 1 });
  };
  await recording('good', 1);
  await recording('empty', 0);
  await finaliser.start();
  await finaliser.idle();
  t.match(told.toSorted((a, b) => (a.type < b.type ? 1 : -1)), [
    { type: 'recording.ready', organisationId: 'org', siteId: 'site', recording: { id: 'good', state: 'ready' } }, { type: 'recording.failed', siteId: 'site', recording: { id: 'empty', state: 'failed' } },
  ]);
  const { blobKey } = (await store.find('org', 'good'))!;
  await store.doom('good', clock.now());
  clock.advance(10 * 60_000);
  await eventually(async () => (await store.find('org', 'good')) === null);
  t.strictSame([await store.find('org', 'good'), await blobs.head(blobKey!)], [null, null]);
});
