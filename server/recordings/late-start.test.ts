import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { CallRecord } from '../calls/calls.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { connect } from '../testing/test-socket.ts';
import { createLateStart } from './late-start.ts';
import { CHUNK_GRACE_MS } from './recordings.ts';
import type { RecordingRow, SegmentRow } from './recordings.store.ts';
import { consultation, words, type Consultation } from './testing/consultation.ts';

const wish = (c: Consultation, epochMs = c.clock.now()) => ({ callId: c.callId, mimeType: 'audio/webm;codecs=opus', epochMs });

/** Somebody's next page: another connection, which carries no call. */
async function nextPage(c: Consultation, token: string) {
  const origin = c.app.ownOrigins()[0]!;
  const page = await connect({ url: origin.replace('http', 'ws'), origin, token });
  return { late: (request: ReturnType<typeof wish>) => page.request('recording.start', { ...request, late: true }), close: () => page.socket.terminate() };
}

t.test('[G3] [S19] what a page recorded that died before its answer goes up at the next visit, once, and into the file', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('visitor');
  await c.put('visitor', id, 1, 0, randomBytes(20));
  await c.complete('visitor', id, [{ segment: 1, chunks: 1 }]);
  const lost = wish(c, c.clock.now() + 500);
  c.clock.advance(5_000);
  await c.agent.request('call.end', { callId: c.callId });
  await c.until(id, 'ready');
  c.clock.advance(60_000);

  const page = await nextPage(c, c.agent.token);
  t.teardown(page.close);
  const begun = await page.late(lost);
  t.match(begun, { recordingId: id, segment: 2, startedAt: new Date(lost.epochMs).toISOString() });
  t.match(await page.late(lost), { recordingId: id, segment: 2, startedAt: begun.startedAt }, 'asked twice, begun once');
  t.equal((await c.recording(id)).state, 'ready', 'nothing changes before there are bytes');
  t.equal((await c.put('agent', id, 2, 0, randomBytes(30))).status, 201);
  await c.complete('agent', id, [{ segment: 2, chunks: 1 }]);
  await c.until(id, 'ready');
  t.strictSame(c.merges.jobs.at(-1)!.segments.map(({ segment, startMs, chunks }) => [segment, startMs, chunks.length]), [[1, lost.epochMs - 500, 1], [2, lost.epochMs, 1]]);
});

t.test('[G3] a merge that has not begun waits for the bytes that a late start announces', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('visitor');
  await c.put('visitor', id, 1, 0, randomBytes(20));
  c.clock.advance(1_000);
  await c.agent.request('call.end', { callId: c.callId });
  const page = await nextPage(c, c.agent.token);
  t.teardown(page.close);
  c.clock.advance(15_000);
  t.match(await page.late(wish(c, 0)), { recordingId: id, segment: 2 });
  c.clock.advance(15_000);
  t.equal((await c.put('agent', id, 2, 0, randomBytes(30))).status, 201);
  t.equal(c.merges.jobs.length, 0, 'thirty seconds of quiet were none');
  c.clock.advance(30_000);
  await c.until(id, 'partial');
  t.strictSame(c.merges.jobs.map(({ segments }) => segments.length), [2]);
});

t.test('[S19] [S4] a late start is its member\'s alone, and needs both consents', async (t) => {
  const c = await consultation(t);
  const page = await nextPage(c, c.agent.token);
  const colleague = await nextPage(c, (await c.app.agent('admin')).accessToken);
  const stranger = await nextPage(c, (await c.app.visitor()).token);
  for (const each of [page, colleague, stranger]) t.teardown(each.close);
  t.match(await page.late(wish(c)), { segment: 1 }, 'a call that goes on');
  await t.rejects(colleague.late(wish(c)), { code: 'not_found' });
  await t.rejects(stranger.late(wish(c)), { code: 'not_found' });
  await t.rejects(page.late({ ...wish(c), callId: 'nonsense' }), { code: 'not_found' });
  await t.rejects(page.late({ ...wish(c), mimeType: 'text/html' }), { code: 'bad_request' });

  c.clock.advance(1_000);
  const { recordingId: id } = await c.start('agent');
  await c.agent.request('recording.pause', { callId: c.callId });
  const card = wish(c, c.clock.now() + 10);
  c.clock.advance(1_000);
  await t.rejects(page.late(card), { code: 'recording_paused' });
  await c.agent.request('recording.resume', { callId: c.callId });
  await t.rejects(page.late(card), { code: 'recording_paused' }, 'what was said in a pause stays out when it is over');

  await c.visitor.request('consent', { callId: c.callId, granted: false, ...words });
  await t.rejects(page.late(wish(c)), { code: 'consent_required' });
  await c.visitor.request('consent', { callId: c.callId, granted: true, ...words });
  await c.put('agent', id, 2, 0, randomBytes(20));
  await c.agent.request('call.end', { callId: c.callId });
  t.match(await page.late(wish(c, c.clock.now() + 60_000)), { startedAt: new Date(c.clock.now()).toISOString() }, 'and no later than its end');
});

t.test('[S19] no late start brings back what was deleted, nor makes a recording of a call that has none', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('visitor');
  await c.agent.request('call.end', { callId: c.callId });
  const page = await nextPage(c, c.agent.token);
  t.teardown(page.close);
  t.equal((await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers: c.agent.headers })).statusCode, 204);
  await t.rejects(page.late(wish(c)), { code: 'recording_closed' });
});

t.test('[G3] it is taken until a day after the call, and refused for good from then on', async (t) => {
  const clock = fakeClock();
  const endedAt = clock.now();
  const call = { id: 'c', siteId: 's', organisationId: 'o', agentId: 'a', visitorId: 'v', state: 'ended', answeredAt: endedAt - 9_000, endedAt, consents: { visitor: true, agent: true } };
  const segment = { segment: 4, recorderKind: 'agent', recorderId: 'a', mimeType: 'audio/webm', startedAt: endedAt - 8_000 };
  const late = createLateStart({
    clock, graceMs: CHUNK_GRACE_MS, segmentLimit: 10, dark() {},
    calls: { record: () => Promise.resolve(call as CallRecord) },
    sites: {
      profile: () => Promise.resolve({ recording: { enabled: true, noticeVersion: '1' } }) as never,
      recorder: () => Promise.resolve({ who: 'both', sliceSeconds: 2, video: true }),
    },
    store: {
      ofCall: () => Promise.resolve({ id: 'r', pauses: null } as RecordingRow),
      segments: () => Promise.resolve([segment as SegmentRow]),
      addSegment: () => Promise.reject(new Error('It is there already.')),
      callEnded: () => Promise.resolve(null),
      remove: () => Promise.resolve(),
    },
  });
  const ask = () => late({ kind: 'agent', id: 'a', organisationId: 'o' } as AgentPrincipal, { callId: 'c', mimeType: 'audio/webm', epochMs: segment.startedAt });
  clock.advance(CHUNK_GRACE_MS);
  t.match(await ask(), { recordingId: 'r', segment: 4 });
  clock.advance(1);
  await t.rejects(ask(), { code: 'recording_closed' });
});
