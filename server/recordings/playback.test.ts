import { eq } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { RecordingTimeline, Waveform } from '../../protocol/playback.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createPlaybackLog, LISTENING_MS } from './playback-log.ts';
import { waveformKey } from './recording-keys.ts';
import { timelineItems, type TimelineSources } from './recording-timeline.ts';
import { consultation, eventually } from './testing/consultation.ts';
import { WAVEFORM_REST_MS } from './waveforms.ts';
import type { WaveformJob, WaveformRunner } from './waveform-runner.ts';

const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const shape: Waveform = { version: 1, durationMs: 1000, rows: [{ of: 'visitor', peaks: [1, 2] }, { of: 'agent', peaks: [3, 4] }], silences: [] };

/** A runner that a test lets go on, or fail. */
function heldRunner() {
  const jobs: { job: WaveformJob; done: () => void; fail: () => void }[] = [];
  const runner: WaveformRunner = {
    run: (job) => new Promise((done, fail) => jobs.push({ job, done, fail: () => fail(new Error('damaged')) })),
    close: async () => jobs.forEach(({ fail }) => fail()),
  };
  return { jobs, runner };
}

t.test('[G8] a waveform is made once, after the file; whoever asks too early is told to ask again', async (t) => {
  const { jobs, runner } = heldRunner();
  const c = await consultation(t, { waveforms: runner });
  const { recordingId: id } = await c.start('agent');
  const ask = async (headers = c.agent.headers) => {
    const answer = await c.app.inject({ url: `/v1/recordings/${id}/waveform`, headers });
    return { status: answer.statusCode, ...answer.json<{ code?: string; rows?: unknown[] }>() };
  };
  t.match(await ask(), { status: 404, code: 'not_found' }, 'there is no file yet');
  await c.put('agent', id, 1, 0, randomBytes(50));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.until(id, 'ready');
  await eventually(() => jobs.length > 0);
  t.match(jobs.map(({ job }) => job), [{ mergedKey: `recordings/${id}.webm`, waveformKey: `recordings/${id}.waveform.json`, durationMs: 1000 }]);
  t.match(await ask(), { status: 503, code: 'unavailable' });
  t.match(await ask(), { status: 503 });
  t.equal(jobs.length, 1, 'asking twice makes it once');
  t.match(await ask(c.visitor.headers), { status: 403 }, 'it is for staff');
  jobs[0]!.fail();
  await eventually(async () => (await ask()).status === 404);
  t.match(await ask(), { code: 'not_found' }, 'none can be made of it; and nobody starts it again at once');
  t.equal(jobs.length, 1);
  c.clock.advance(WAVEFORM_REST_MS);
  t.match(await ask(), { status: 503 }, 'on demand, as for a recording of an older version');
  await c.app.blobs.put(jobs[1]!.job.waveformKey, Buffer.from(JSON.stringify(shape)), { contentType: 'application/json' });
  jobs[1]!.done();
  t.match(await ask(), { status: 200, rows: [{ of: 'visitor' }, { of: 'agent' }] });
  await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers: c.agent.headers });
  t.equal(await c.app.blobs.head(waveformKey(`recordings/${id}.webm`)), null, 'it goes with the recording');
});

t.test('[G8] what is deleted while its waveform is made leaves none behind', async (t) => {
  const { jobs, runner } = heldRunner();
  const c = await consultation(t, { waveforms: runner });
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.until(id, 'ready');
  await eventually(() => jobs.length > 0);
  await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers: c.agent.headers });
  await c.app.blobs.put(jobs[0]!.job.waveformKey, Buffer.from('{}'), { contentType: 'application/json' });
  jobs[0]!.done();
  await eventually(async () => (await c.app.blobs.head(jobs[0]!.job.waveformKey)) === null);
  t.equal(await c.app.blobs.head(jobs[0]!.job.waveformKey), null);
});

t.test('[G8] a timeline has lines, notes, consents, pauses and the call on the clock of the recording; keys see lines only with the scope', async (t) => {
  const c = await consultation(t);
  const { recordingId: id, startedAt } = await c.start('agent');
  const { q, tables } = c.app.database;
  c.clock.advance(2000);
  const conversationId = (await q.select().from(tables.calls))[0]!.conversationId;
  await c.visitor.request('message.send', { clientId: clientId(1), conversationId, text: 'the number is 12' });
  c.clock.advance(1000);
  await c.agent.request('message.send', { clientId: clientId(2), conversationId, text: 'not for them', note: true });
  await c.agent.request('recording.pause', { callId: c.callId });
  c.clock.advance(4000);
  await c.agent.request('recording.resume', { callId: c.callId });
  c.clock.advance(500);
  await c.visitor.request('call.end', { callId: c.callId });
  await q.update(tables.calls).set({ quality: { agent: { rttMs: 1, jitterMs: 1, lossPercent: 9, concealedPercent: 9, relayed: false, drops: [{ fromMs: 100, toMs: 900 }] } } }).where(eq(tables.calls.id, c.callId));
  const timeline = async (headers: Record<string, string> = c.agent.headers) => {
    const answer = await c.app.inject({ url: `/v1/recordings/${id}/timeline`, headers });
    return { status: answer.statusCode, ...answer.json<RecordingTimeline>() };
  };
  const { items, ...facts } = await timeline();
  t.match(facts, { status: 200, recordingId: id, startedAt, more: false });
  const from = (kind: string, what?: string) => items.find((item) => item.kind === kind && (what === undefined || item.what === what));
  t.match(from('message'), { atMs: 2000, text: 'the number is 12', by: { kind: 'visitor' } });
  t.match(from('note'), { atMs: 3000, text: 'not for them', by: { kind: 'agent', name: 'Olive Owner' } });
  t.match(from('pause'), { atMs: 3000, toMs: 7000, by: { kind: 'agent' } });
  t.match(from('quality'), { atMs: 100, toMs: 900, by: { kind: 'agent' } });
  t.match(from('call', 'answered'), { by: { kind: 'agent', name: 'Olive Owner' } });
  t.match(from('call', 'ended'), { atMs: 7500, by: { kind: 'visitor' } });
  t.equal(items.filter(({ kind, what }) => kind === 'consent' && what === 'granted').length, 2);
  t.strictSame(items.map(({ atMs }) => atMs), items.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  const key = async (...scopes: string[]) => {
    const made = await c.app.inject({ method: 'POST', url: '/v1/api-keys', headers: c.agent.headers, payload: { name: 'k', scopes } });
    return { authorization: `Bearer ${made.json<{ key: string }>().key}` };
  };
  const kinds = async (headers: Record<string, string>) => new Set((await timeline(headers)).items.map(({ kind }) => kind));
  t.notOk((await kinds(await key('recordings:read'))).has('message'));
  t.notOk((await kinds(await key('recordings:read'))).has('note'));
  t.ok((await kinds(await key('recordings:read', 'conversations:read'))).has('note'));
  t.match(await timeline(c.visitor.headers), { status: 403 });
});

t.test('[G8] a gap is told with why, a pause once by whoever made it, and what came before the recording lies before it', (t) => {
  const sources: TimelineSources = {
    recording: { startedAt: 10_000, endedAt: 70_000, pauses: [{ fromMs: 30_000, toMs: null, by: { kind: 'visitor', id: 'v' } }], gaps: [{ fromMs: 20_000, toMs: 60_000, reason: 'paused' }, { fromMs: 5000, toMs: 6000, reason: 'missing_chunks' }] },
    call: { visitorId: 'v', visitorName: 'Otter', agentId: 'a', agentName: 'Ada', startedByKind: 'visitor', startedById: 'v', startedByName: 'Otter', createdAt: 4000, answeredAt: 9000, endedAt: null, endReason: null, quality: null },
    consents: [], lines: [{ seq: 1, authorKind: 'visitor', authorId: 'v', authorName: 'Otter', kind: 'text', text: 'hi', data: { files: [{ name: 'a.png' }] } as never, createdAt: 3000 }], joined: [{ id: 'b', name: 'Ben', at: 12_000 }], entries: [],
  };
  t.strictSame(timelineItems(sources).map(({ kind, what, atMs, toMs, files }) => [kind, what, atMs, toMs, files].filter((fact) => fact !== undefined)), [
    ['message', -7000, ['a.png']], ['call', 'started', -6000], ['call', 'answered', -1000], ['presence', 'member', -1000], ['presence', 'member', -1000], ['joined', 2000], ['gap', 'missing_chunks', 5000, 6000], ['pause', 20_000, 60_000],
  ]);
  t.end();
});

t.test('[G12] the stretches of one download, and the many requests of one player, are written down once', (t) => {
  const clock = fakeClock();
  const written: string[] = [];
  const log = createPlaybackLog({ audit: { record: ({ action, actor }) => void written.push(`${actor.id} ${action}`) }, clock });
  const heard = (id: string, how: 'played' | 'downloaded' | 'resumed') => log.heard({ kind: 'agent', id, name: id, organisationId: 'o', role: 'agent', sessionId: 's', expiresAt: 0 }, { id: 'r', callId: 'c', visitorName: 'v' }, how);
  for (const how of ['played', 'played', 'downloaded', 'resumed', 'resumed', 'played'] as const) heard('ada', how);
  t.strictSame(written, ['ada recording.played', 'ada recording.downloaded']);
  heard('ada', 'downloaded');
  heard('ben', 'resumed');
  t.strictSame(written.slice(2), ['ada recording.downloaded', 'ben recording.downloaded'], 'each taking away is; and whoever asks for the end alone took it too');
  clock.advance(LISTENING_MS);
  heard('ben', 'resumed');
  t.equal(written.length, 5);
  t.end();
});
