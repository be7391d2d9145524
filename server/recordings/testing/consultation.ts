import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import type { CompleteAnswer } from '../../../protocol/http.ts';
import type { Recording } from '../../../protocol/shapes.ts';
import type { BlobStore } from '../../blobs/blobs.ts';
import { fakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import { testApp, type TestApp, type TestAppOptions } from '../../testing/test-app.ts';
import { connect, type TestSocket } from '../../testing/test-socket.ts';
import type { MergeJob, MergeResult, MergeRunner } from '../merge/merge-runner.ts';

/** SHA-256, lower-case hex. */
export const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** As Content-Digest has it. */
export const digest = (bytes: Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
/** What a consent refers to. */
export const words = { textVersion: '2026-11', locale: 'en' };

/** Stands in for the worker: joins bytes, and does what a test tells it to. */
export interface StandIn extends MergeRunner {
  jobs: MergeJob[];
  /** What the next runs do, in order; afterwards they join. */
  next: ((join: () => Promise<MergeResult>) => Promise<MergeResult>)[];
  /** Rejects runs that never end, at the close. */
  hanging: ((error: Error) => void)[];
}

/** Makes one over the store that `blobs` gives when it is needed. */
export function standIn(blobs: () => BlobStore): StandIn {
  const self: StandIn = {
    jobs: [], next: [], hanging: [],
    async run(job) {
      self.jobs.push(job);
      const join = async (): Promise<MergeResult> => {
        const bytes = Buffer.from(job.segments.flatMap((segment) => segment.chunks.map((chunk) => `${segment.segment}/${chunk.seq}`)).join(' '));
        await blobs().put(job.outputKey, bytes, { contentType: 'audio/webm' });
        const gaps = job.segments.some((segment) => segment.expectedChunks !== segment.chunks.length) ? [{ fromMs: 0, toMs: 5, reason: 'missing_chunks' as const }] : [];
        return { durationMs: 1000, bytes: bytes.length, sha256: sha(bytes), mimeType: 'audio/webm;codecs=opus', gaps, filled: [], packets: 1 };
      };
      return (self.next.shift() ?? ((work) => work()))(join);
    },
    async close() {
      for (const give of self.hanging) give(new Error('closed'));
    },
  };
  return self;
}

/** Waits for what happens behind the scenes; a loaded machine may take its time. */
export async function eventually(holds: () => boolean | Promise<boolean>, meanwhile: () => void = () => {}): Promise<void> {
  for (let turn = 0; turn < 2_000 && !(await holds()); turn++) {
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, turn < 100 ? 5 : 60));
  }
}

/** What a test has of a call that is under way. */
export interface Consultation {
  app: TestApp;
  clock: FakeClock;
  merges: StandIn;
  visitor: TestSocket & { headers: { authorization: string }; token: string };
  agent: TestSocket & { headers: { authorization: string }; token: string };
  callId: string;
  start(side: 'visitor' | 'agent', epochMs?: number): Promise<{ recordingId: string; segment: number; startedAt: string }>;
  put(side: 'visitor' | 'agent', recordingId: string, segment: number, seq: number, bytes: Uint8Array, headers?: Record<string, string>): Promise<{ status: number; code: string | undefined }>;
  complete(side: 'visitor' | 'agent', recordingId: string, segments: { segment: number; chunks: number }[]): Promise<CompleteAnswer>;
  recording(id: string): Promise<Recording>;
  /** Waits until the recording is in a state. */
  until(id: string, state: string): Promise<Recording>;
}

/** A visitor and an agent in a call over real sockets. */
export async function consultation(t: Test, options: TestAppOptions & { consent?: boolean } = {}): Promise<Consultation> {
  const clock = (options.clock as FakeClock | undefined) ?? fakeClock();
  const merges = (options.merges as StandIn | undefined) ?? standIn(() => app.blobs);
  const app: TestApp = await testApp({ ...options, clock, merges });
  t.teardown(() => app.close());
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const owner = await app.owner();
  const person = await app.visitor();
  const visitor = Object.assign(await connect({ url, origin, token: person.token }), { headers: person.headers, token: person.token });
  const agent = Object.assign(await connect({ url, origin, token: owner.accessToken }), { headers: owner.headers, token: owner.accessToken });
  t.teardown(() => {
    visitor.socket.terminate();
    agent.socket.terminate();
  });
  const { call } = await visitor.request('call.start', { mode: 'audio' });
  await agent.request('call.accept', { callId: call.id });
  if (options.consent !== false) {
    await visitor.request('consent', { callId: call.id, granted: true, ...words });
    await agent.request('consent', { callId: call.id, granted: true, ...words });
  }
  const sides = { visitor, agent };
  const recording = async (id: string) => (await app.inject({ url: `/v1/recordings/${id}`, headers: agent.headers })).json<Recording>();
  return {
    app, clock, merges, visitor, agent, callId: call.id, recording,
    start: (side, epochMs = clock.now()) => sides[side].request('recording.start', { callId: call.id, mimeType: 'audio/webm;codecs=opus', epochMs }),
    async put(side, recordingId, segment, seq, bytes, headers = {}) {
      const answer = await app.inject({
        method: 'PUT', url: `/v1/recordings/${recordingId}/segments/${segment}/chunks/${seq}`, payload: Buffer.from(bytes),
        headers: { 'content-type': 'audio/webm', 'content-digest': digest(bytes), ...sides[side].headers, ...headers },
      });
      return { status: answer.statusCode, code: answer.json<{ code?: string }>().code };
    },
    async complete(side, recordingId, segments) {
      const answer = await app.inject({ method: 'POST', url: `/v1/recordings/${recordingId}/complete`, headers: sides[side].headers, payload: { segments } });
      if (answer.statusCode !== 200) throw Object.assign(new Error(answer.body), { code: String(answer.statusCode) });
      return answer.json<CompleteAnswer>();
    },
    async until(id, state) {
      await eventually(async () => (await recording(id)).state === state);
      const now = await recording(id);
      if (now.state === state) return now;
      throw new Error(`The recording did not become ${state}; it is ${now.state}. ${app.log().slice(-2000)}`);
    },
  };
}
