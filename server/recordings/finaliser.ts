import type { ManifestAnswer } from '../../protocol/evidence.ts';
import type { BlobStore } from '../blobs/blobs.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Events } from '../events/events.ts';
import type { Hub } from '../hub/hub.ts';
import { MergeFailure, type MergeJob, type MergeRunner } from './merge/merge-runner.ts';
import { manifestOf } from './manifest.ts';
import { gapsWithPauses } from './pauses.ts';
import { chunkKey, chunksPrefix, manifestKey, mergedKey } from './recording-keys.ts';
import { recordingUpdated, recordingView } from './recording-view.ts';
import { CHUNK_GRACE_MS, erase, eraseMerged } from './recordings.ts';
import type { ChunkRow, MergedFile, RecordingRow, SegmentRow, RecordingsStore } from './recordings.store.ts';
import type { SigningKey } from './signing-key.ts';

/** After how much silence, counted from the call's end, a recording is merged although its recorder never said it was complete. */
export const QUIET_MS = 20_000;
/** How often the database is asked what is due, in ms. */
const TICK_MS = 5_000;
/** How often chunks are looked for whose time is over, in ms. */
const PURGE_MS = 10 * 60_000;
/** How long a claim holds without being renewed, in ms: so long a recording waits when the process that merged it died. */
const CLAIM_MS = 60_000;
/** When to try again after the first and the second failure of disk, network or worker, in ms. After the third it is `failed`. */
const BACKOFF_MS = [10_000, 60_000] as const;

/** Merges every recording whose call is over, once, whatever process dies in between. */
export interface Finaliser {
  /** Takes up what an earlier process left, then looks for work every few seconds. */
  start(): Promise<void>;
  /** Something may be due: looks at once. */
  kick(): void;
  /** Resolves when nothing is left to do at this moment. */
  idle(): Promise<void>;
  /** Ends the merge that runs (another start will repeat it) and closes the runner. */
  close(): Promise<void>;
}

/** What the finaliser works with. */
export interface FinaliserOptions {
  store: RecordingsStore;
  blobs: BlobStore;
  runner: MergeRunner;
  hub: Hub;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  /** Vouches for what is merged. */
  signingKey: SigningKey;
  /** There is no other process on this database, so claims found at the start are of one that died. */
  alone: boolean;
  /** Told of what failed. */
  failed: (error: unknown, what: string) => void;
}

/** Makes a finaliser; `start` sets it going. */
export function createFinaliser({ store, blobs, runner, hub, events, clock, signingKey, alone, failed }: FinaliserOptions): Finaliser {
  const owner = clock.id();
  const timers: Timer[] = [];
  let closed = false;
  let asked = false;
  let working: Promise<void> | null = null;

  const tell = (row: Pick<RecordingRow, 'id' | 'callId' | 'state' | 'pauses' | 'organisationId'>) =>
    hub.publish([`agents:${row.organisationId}`], recordingUpdated(row, false));

  const emit = async (type: 'recording.ready' | 'recording.failed', { organisationId, id }: RecordingRow) => {
    const row = await store.find(organisationId, id);
    const siteId = row && (await store.siteOf(row));
    if (siteId) events.emit({ type, organisationId, siteId, recording: recordingView(row) });
  };

  const jobFor = (row: RecordingRow, outputKey: string, rows: readonly SegmentRow[], chunks: ReadonlyMap<number, readonly ChunkRow[]>): MergeJob => {
    const segments = rows.map(({ segment, mimeType, startedAt, chunks: expectedChunks, standby }) => ({
      segment, mimeType, startMs: startedAt, expectedChunks, standby: standby ?? false,
      chunks: (chunks.get(segment) ?? []).map(({ seq, bytes, sha256 }) => ({ seq, bytes, sha256, key: chunkKey(row.id, segment, seq) })),
    })).filter((segment) => segment.chunks.length > 0 || (segment.expectedChunks ?? 0) > 0);
    return { recordingId: row.id, startMs: Math.min(...segments.map((segment) => segment.startMs)), endMs: row.endedAt, segments, pauses: row.pauses ?? [], outputKey };
  };

  const merge = async (row: RecordingRow): Promise<void> => {
    tell(row);
    const [segmentRows, chunkRows] = [await store.segments(row.id), grouped(await store.chunks(row.id))];
    const job = jobFor(row, mergedKey(row.id, row.blobKey), segmentRows, chunkRows);
    const chunks = job.segments.reduce((sum, segment) => sum + segment.chunks.length, 0);
    if (chunks === 0) return fail(row, 'empty');
    const renewal = clock.every(CLAIM_MS / 3, () => void store.renew(row.id, owner, clock.now() + CLAIM_MS).catch((error: unknown) => failed(error, 'claim')));
    try {
      const { durationMs, bytes, sha256, mimeType, gaps: found, filled, parts = null } = await runner.run(job);
      const gaps = gapsWithPauses(found, row.pauses, job.startMs);
      // What nobody was to record is not missing.
      const state = gaps.some(({ reason }) => reason !== 'paused') ? 'partial' : 'ready';
      const file: MergedFile = { state, mimeType, startedAt: job.startMs, durationMs, bytes, sha256, gaps, blobKey: job.outputKey, parts };
      const now = clock.now();
      const manifest = await manifestOf({ recording: row, file, filled, segments: segmentRows, chunks: chunkRows, consents: await store.consents(row), mergedAt: now });
      const signed: ManifestAnswer = { keyId: signingKey.keyId, manifest, jws: signingKey.sign(manifest) };
      // Before the row says that there is a file: there is none without its manifest.
      await blobs.put(manifestKey(job.outputKey), Buffer.from(JSON.stringify(signed)), { contentType: 'application/json' });
      const outcome = await store.merged(row.id, owner, file, chunks, now);
      // Deleted meanwhile, or the claim ran out and somebody else has merged the same bytes to the same place.
      if (outcome === null) return (await store.find(row.organisationId, row.id)) ? undefined : await eraseMerged(blobs, job.outputKey);
      if (row.blobKey !== null) await eraseMerged(blobs, row.blobKey);
      if (outcome !== 'done') return;
      tell({ ...row, state });
      await emit('recording.ready', row);
    } catch (error) {
      if (error instanceof MergeFailure) {
        failed(error, `merge of ${row.id}`);
        return await fail(row, error.code);
      }
      throw error;
    } finally {
      renewal.cancel();
    }
  };

  const fail = async (row: RecordingRow, failure: string) => {
    if (!(await store.failed(row.id, owner, failure, clock.now()))) return;
    tell({ ...row, state: 'failed' });
    await emit('recording.failed', row);
  };

  const tryMerge = async (id: string): Promise<void> => {
    const row = await store.claim(id, owner, clock.now(), clock.now() + CLAIM_MS);
    if (!row) return;
    try {
      await merge(row);
    } catch (error) {
      if (closed) return void (await store.release(id, owner, clock.now(), row.attempts - 1));
      failed(error, `merge of ${id}`);
      const wait = BACKOFF_MS[row.attempts - 1];
      if (wait === undefined) await fail(row, 'merge_error');
      else await store.release(id, owner, clock.now() + wait, row.attempts);
    }
  };

  const workOff = async (): Promise<void> => {
    do {
      asked = false;
      for (const call of await store.untold()) await store.callEnded(call.organisationId, call.callId, call.endedAt);
      for (const { id } of await store.due(clock.now(), clock.now() - QUIET_MS)) {
        if (closed) return;
        await tryMerge(id);
      }
    } while (asked && !closed);
  };

  const kick = () => {
    if (closed) return;
    asked = true;
    working ??= workOff().catch((error: unknown) => failed(error, 'finaliser')).finally(() => {
      working = null;
      // Asked between the last look and here.
      if (asked) kick();
    });
  };

  /** What is being deleted: bytes that a crash, or a store that was away, has left. */
  const eraseDoomed = async () => {
    for (const row of await store.doomed()) await erase(store, blobs, row).catch((error: unknown) => failed(error, `removal of ${row.id}`));
  };

  const purge = async () => {
    const before = clock.now() - CHUNK_GRACE_MS;
    for (const id of await store.purgeable(before)) {
      if (await store.purge(id, before)) await blobs.deletePrefix(chunksPrefix(id));
    }
    await eraseDoomed();
  };

  return {
    async start() {
      if (alone) await store.releaseAll();
      await eraseDoomed();
      timers.push(clock.every(TICK_MS, kick), clock.every(PURGE_MS, () => void purge().catch((error: unknown) => failed(error, 'purge'))));
      kick();
    },
    kick,
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      for (const timer of timers) timer.cancel();
      await runner.close();
      await working;
    },
  };
}

function grouped<T extends { segment: number }>(rows: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.segment);
    if (group) group.push(row);
    else groups.set(row.segment, [row]);
  }
  return groups;
}
