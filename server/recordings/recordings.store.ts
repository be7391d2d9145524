import { and, asc, count, eq, gt, gte, inArray, isNull, lt, max, ne, notInArray, or, sql, sum } from 'drizzle-orm';
import type { CallState, PrincipalKind } from '../../protocol/shapes.ts';
import type { Database, Queries } from '../store/database.ts';
import { createGroupCommit } from '../store/group-commit.ts';
import type { Gap, NewRow, Pause, RecordingPart, Row } from '../store/tables.ts';
import { DOOMED } from './recording-keys.ts';

/** A recording's row. */
export type RecordingRow = Row<'recordings'>;
/** One recorder's uninterrupted stretch. */
export type SegmentRow = Row<'segments'>;
/** One acknowledged chunk. */
export type ChunkRow = Row<'chunks'>;

/** What became of a chunk. `taken`: other bytes, or the same, have the number; `closed`: the recording takes no more. */
export type ChunkStored = { outcome: 'stored'; reopened: boolean } | { outcome: 'taken' } | { outcome: 'closed' };

/** Where a chunk would go, with all that decides whether it may. */
export interface ChunkSlot {
  recording: RecordingRow;
  call: { state: CallState; visitorId: string };
  /** Whether both members of the call have granted to be recorded. */
  consent: boolean;
  /** Null when there is no such segment. */
  recorder: { kind: PrincipalKind; id: string } | null;
  /** What the chunk that is there has, lower-case hex. */
  sha256: string | null;
}

/** What a merge that went through says about its file. */
export interface MergedFile {
  state: 'ready' | 'partial';
  mimeType: string;
  startedAt: number;
  durationMs: number;
  bytes: number;
  sha256: string;
  gaps: Gap[];
  blobKey: string;
  /** All files in order where there are several, of which the first is the one above; null: that is all. */
  parts: RecordingPart[] | null;
}

/** Recordings, their segments and chunks in the database. Times are ms since the epoch. */
export interface RecordingsStore {
  find(organisationId: string, id: string): Promise<RecordingRow | null>;
  ofCall(organisationId: string, callId: string): Promise<RecordingRow | null>;
  /** Those of a conversation, oldest first; not what is being deleted. */
  ofConversation(organisationId: string, conversationId: string): Promise<RecordingRow[]>;
  /** The site of a recording's call; null when the call is gone. */
  siteOf(recording: RecordingRow): Promise<string | null>;
  /** The recording of the call, made if there is none, with a new segment of the recorder; one that is not merged yet takes over a `lastChunkAt`. Null after `limit` segments. */
  addSegment(recording: NewRow<'recordings'>, segment: Omit<SegmentRow, 'recordingId' | 'segment' | 'chunks' | 'standby'> & { standby?: boolean }, limit: number):
    Promise<{ recording: RecordingRow; segment: number } | null>;
  segment(recordingId: string, segment: number): Promise<SegmentRow | null>;
  segments(recordingId: string): Promise<SegmentRow[]>;
  chunk(recordingId: string, segment: number, seq: number): Promise<ChunkRow | null>;
  /** All that a chunk's arrival needs to know, in one look: it is the one thing here that happens often. */
  slot(organisationId: string, recordingId: string, segment: number, seq: number): Promise<ChunkSlot | null>;
  chunks(recordingId: string): Promise<ChunkRow[]>;
  /** What was said to being recorded, in the order in which it was said. */
  consents(recording: Pick<RecordingRow, 'organisationId' | 'callId'>): Promise<Row<'consents'>[]>;
  /** The numbers that a segment's chunks have, ascending. */
  seqs(recordingId: string, segment: number): Promise<number[]>;
  /** How many bytes the chunks of a recording have. */
  chunkBytes(recordingId: string): Promise<number>;
  /**
   * Adds a chunk; once this resolves it is durable. Chunks that come while others are being written share a commit. A recording that was merged is due for merging again, unless it has
   * not changed since `closedBefore`.
   */
  addChunk(chunk: ChunkRow, closedBefore: number): Promise<ChunkStored>;
  /** How many chunks segments have in all, as their recorder says. */
  setCounts(recordingId: string, counts: readonly { segment: number; chunks: number }[]): Promise<void>;
  /** Everything is there: the recording may be merged as soon as its call is over. */
  complete(id: string, now: number): Promise<void>;
  /** The call is over; the merge may begin when the chunks are in. Null when the call has no recording. */
  callEnded(organisationId: string, callId: string, endedAt: number): Promise<RecordingRow | null>;
  /** Changes a call's pauses as `change` says (null: not at all), each change seeing the one before. Null when the call has no recording. */
  pause(organisationId: string, callId: string, change: (pauses: Pause[] | null) => Pause[] | null): Promise<{ row: RecordingRow; changed: boolean } | null>;
  /** Recordings whose call is over, but which were not told (a crash came between). */
  untold(): Promise<{ organisationId: string; callId: string; endedAt: number }[]>;
  /** Ids of recordings that may be merged now: complete, or quiet since `quietSince`. Oldest first. */
  due(now: number, quietSince: number): Promise<{ organisationId: string; id: string }[]>;
  /** Takes a recording for merging until `until`; null when somebody else has it. Counts the attempt. */
  claim(id: string, owner: string, now: number, until: number): Promise<RecordingRow | null>;
  /** Holds a claim for longer; false when it was lost. */
  renew(id: string, owner: string, until: number): Promise<boolean>;
  /** Gives a claim back after `attempts` that count; nobody may take it before `notBefore`. */
  release(id: string, owner: string, notBefore: number, attempts: number): Promise<void>;
  /** Drops every claim: of a process that was killed, where there is only one process. */
  releaseAll(): Promise<void>;
  /** Ends a merge with its file. `again` when chunks came in meanwhile: it stays due. Null when the claim was lost. */
  merged(id: string, owner: string, file: MergedFile, chunksMerged: number, now: number): Promise<'done' | 'again' | null>;
  /** Ends a merge without a file. False when the claim was lost. */
  failed(id: string, owner: string, failure: string, now: number): Promise<boolean>;
  /** Merged recordings with chunks that have not changed since `before`. */
  purgeable(before: number): Promise<string[]>;
  /** Forgets the chunks of a recording that has not changed since `before`; false when it has. */
  purge(id: string, before: number): Promise<boolean>;
  /** Marks a recording as being deleted: nothing is taken or merged any more. False when somebody holds it. */
  doom(id: string, now: number): Promise<boolean>;
  /** Recordings that are marked so. */
  doomed(): Promise<RecordingRow[]>;
  /** Removes the rows. */
  remove(id: string): Promise<void>;
}

interface ChunkAdded {
  chunk: ChunkRow;
  closedBefore: number;
}

const first = <T>(rows: T[]): T | null => rows[0] ?? null;

/** Recordings in a database of either engine. */
export function createRecordingsStore(database: Pick<Database, 'q' | 'tables' | 'atomic'>): RecordingsStore {
  const { q } = database;
  const { recordings, segments, chunks, calls, consents } = database.tables;
  const unfinished = inArray(recordings.state, ['recording', 'merging']);
  const ofSegment = (recordingId: string, segment: number) => and(eq(chunks.recordingId, recordingId), eq(chunks.segment, segment));

  const said = or(
    and(eq(consents.memberKind, 'visitor'), eq(consents.memberId, calls.visitorId)),
    // An agent's own chunks rest on that agent's word: the last of them come after a colleague took the call over.
    and(eq(consents.memberKind, 'agent'), or(
      and(eq(segments.recorderKind, 'agent'), eq(consents.memberId, segments.recorderId)), and(ne(segments.recorderKind, 'agent'), eq(consents.memberId, calls.agentId)),
    )),
  );
  const slotQuery = q.select({
    recording: recordings, state: calls.state, visitorId: calls.visitorId, recorderKind: segments.recorderKind, recorderId: segments.recorderId,
    sha256: chunks.sha256, granted: consents.granted,
  }).from(recordings)
    .innerJoin(calls, and(eq(calls.id, recordings.callId), eq(calls.organisationId, recordings.organisationId)))
    .leftJoin(segments, and(eq(segments.recordingId, recordings.id), eq(segments.segment, sql.placeholder('segment'))))
    .leftJoin(chunks, and(eq(chunks.recordingId, recordings.id), eq(chunks.segment, segments.segment), eq(chunks.seq, sql.placeholder('seq'))))
    .leftJoin(consents, and(eq(consents.callId, calls.id), said))
    .where(and(eq(recordings.id, sql.placeholder('recordingId')), eq(recordings.organisationId, sql.placeholder('organisationId'))));
  // Its text is made once: that took longer than the query. Both engines' builders have `execute`; their types name it apart.
  const slots = slotQuery.prepare() as unknown as { execute(values: Record<string, unknown>): Promise<Awaited<typeof slotQuery>> };

  /** Adds chunks of one recording. */
  const addTo = async (q: Queries, recordingId: string, added: readonly ChunkAdded[]): Promise<ChunkStored[]> => {
    const now = Math.max(...added.map(({ chunk }) => chunk.receivedAt));
    const closedBefore = Math.max(...added.map((one) => one.closedBefore));
    // First the recording's row: its lock makes whoever ends a merge wait and then count these chunks.
    const live = await q.update(recordings).set({ lastChunkAt: now })
      .where(and(eq(recordings.id, recordingId), unfinished)).returning({ id: recordings.id });
    const reopened = live.length > 0 ? [] : await q.update(recordings)
      .set({ state: 'merging', lastChunkAt: now, completedAt: null, attempts: 0, claimedBy: null, claimedUntil: null, failure: null, updatedAt: now })
      .where(and(
        eq(recordings.id, recordingId), notInArray(recordings.state, ['recording', 'merging']), gte(recordings.updatedAt, closedBefore),
        or(isNull(recordings.failure), ne(recordings.failure, DOOMED)),
      )).returning({ id: recordings.id });
    if (live.length + reopened.length === 0) return added.map(() => ({ outcome: 'closed' }));
    const rows = await q.insert(chunks).values(added.map(({ chunk }) => chunk)).onConflictDoNothing().returning({ segment: chunks.segment, seq: chunks.seq });
    const free = new Set(rows.map(({ segment, seq }) => `${segment} ${seq}`));
    // Of two for one place the first was kept.
    return added.map(({ chunk }) => free.delete(`${chunk.segment} ${chunk.seq}`) ? { outcome: 'stored', reopened: reopened.length > 0 } : { outcome: 'taken' });
  };
  const commits = createGroupCommit<ChunkAdded, ChunkStored>({
    maxBatch: 64,
    write: (batch) => database.atomic(async (q) => {
      const stored = new Map<ChunkAdded, ChunkStored>();
      // In one order everywhere: two processes that lock the same rows must not wait for each other.
      for (const id of [...new Set(batch.map(({ chunk }) => chunk.recordingId))].sort()) {
        const own = batch.filter(({ chunk }) => chunk.recordingId === id);
        (await addTo(q, id, own)).forEach((outcome, index) => stored.set(own[index]!, outcome));
      }
      return batch.map((one) => stored.get(one)!);
    }),
  });

  return {
    find: async (organisationId, id) =>
      first(await q.select().from(recordings).where(and(eq(recordings.id, id), eq(recordings.organisationId, organisationId)))),
    ofCall: async (organisationId, callId) =>
      first(await q.select().from(recordings).where(and(eq(recordings.callId, callId), eq(recordings.organisationId, organisationId)))),
    ofConversation: async (organisationId, conversationId) => q.select().from(recordings).where(and(
      inArray(recordings.callId, q.select({ id: calls.id }).from(calls).where(and(eq(calls.conversationId, conversationId), eq(calls.organisationId, organisationId)))),
      or(isNull(recordings.failure), ne(recordings.failure, DOOMED)),
    )).orderBy(asc(recordings.createdAt), asc(recordings.id)),
    async siteOf({ organisationId, callId }) {
      return first(await q.select({ siteId: calls.siteId }).from(calls).where(and(eq(calls.organisationId, organisationId), eq(calls.id, callId))))?.siteId ?? null;
    },

    addSegment: (recording, segment, limit) => database.atomic(async (q) => {
      await q.insert(recordings).values(recording).onConflictDoNothing();
      const row = first(await q.select().from(recordings)
        .where(and(eq(recordings.callId, recording.callId), eq(recordings.organisationId, recording.organisationId))));
      if (!row || row.failure === DOOMED) return null;
      for (;;) {
        const last = Number(first(await q.select({ last: max(segments.segment) }).from(segments).where(eq(segments.recordingId, row.id)))?.last ?? 0);
        if (last >= limit) return null;
        const added = await q.insert(segments).values({ ...segment, recordingId: row.id, segment: last + 1 })
          .onConflictDoNothing().returning({ segment: segments.segment });
        if (!added[0]) continue;
        if (recording.lastChunkAt !== undefined) await q.update(recordings).set({ lastChunkAt: recording.lastChunkAt }).where(and(eq(recordings.id, row.id), unfinished));
        // Whoever recorded before, e.g. the agent who handed the call over, has said that all is here: that is no longer so.
        if (row.completedAt !== null) await q.update(recordings).set({ completedAt: null }).where(and(eq(recordings.id, row.id), eq(recordings.state, 'recording')));
        return { recording: row, segment: added[0].segment };
      }
    }),
    segment: async (recordingId, segment) =>
      first(await q.select().from(segments).where(and(eq(segments.recordingId, recordingId), eq(segments.segment, segment)))),
    segments: async (recordingId) => q.select().from(segments).where(eq(segments.recordingId, recordingId)).orderBy(asc(segments.segment)),
    chunk: async (recordingId, segment, seq) => first(await q.select().from(chunks).where(and(ofSegment(recordingId, segment), eq(chunks.seq, seq)))),
    async slot(organisationId, recordingId, segment, seq) {
      const rows = await slots.execute({ organisationId, recordingId, segment, seq });
      const row = rows[0];
      if (!row) return null;
      const { recording, state, visitorId, recorderKind, recorderId, sha256 } = row;
      return {
        recording, call: { state, visitorId }, sha256, consent: rows.filter(({ granted }) => granted === true).length === 2,
        recorder: recorderKind !== null && recorderId !== null ? { kind: recorderKind, id: recorderId } : null,
      };
    },
    chunks: async (recordingId) =>
      q.select().from(chunks).where(eq(chunks.recordingId, recordingId)).orderBy(asc(chunks.segment), asc(chunks.seq)),
    consents: async ({ organisationId, callId }) =>
      q.select().from(consents).where(and(eq(consents.organisationId, organisationId), eq(consents.callId, callId))).orderBy(asc(consents.createdAt), asc(consents.id)),
    seqs: async (recordingId, segment) =>
      (await q.select({ seq: chunks.seq }).from(chunks).where(ofSegment(recordingId, segment)).orderBy(asc(chunks.seq))).map((row) => row.seq),
    chunkBytes: async (recordingId) =>
      Number(first(await q.select({ bytes: sum(chunks.bytes) }).from(chunks).where(eq(chunks.recordingId, recordingId)))?.bytes ?? 0),

    addChunk: (chunk, closedBefore) => commits.add({ chunk, closedBefore }),
    setCounts: (recordingId, counts) => database.atomic(async (q) => {
      for (const { segment, chunks } of counts) {
        await q.update(segments).set({ chunks }).where(and(eq(segments.recordingId, recordingId), eq(segments.segment, segment)));
      }
    }),
    async complete(id, now) {
      await q.update(recordings).set({ completedAt: now }).where(and(eq(recordings.id, id), unfinished));
      await q.update(recordings).set({ state: 'merging', updatedAt: now })
        .where(and(eq(recordings.id, id), eq(recordings.state, 'recording'), gt(recordings.endedAt, 0)));
    },
    async callEnded(organisationId, callId, endedAt) {
      const mine = and(eq(recordings.callId, callId), eq(recordings.organisationId, organisationId));
      await q.update(recordings).set({ endedAt }).where(and(mine, isNull(recordings.endedAt)));
      await q.update(recordings).set({ state: 'merging', updatedAt: endedAt }).where(and(mine, eq(recordings.state, 'recording'), gt(recordings.completedAt, 0)));
      return first(await q.select().from(recordings).where(mine));
    },
    pause: (organisationId, callId, change) => database.atomic(async (q) => {
      const mine = and(eq(recordings.callId, callId), eq(recordings.organisationId, organisationId), or(isNull(recordings.failure), ne(recordings.failure, DOOMED)));
      // The write first: its lock makes a second one wait, and then see what this one did.
      const row = first(await q.update(recordings).set({ callId }).where(mine).returning());
      if (!row) return null;
      const pauses = change(row.pauses);
      if (!pauses) return { row, changed: false };
      await q.update(recordings).set({ pauses }).where(eq(recordings.id, row.id));
      return { row: { ...row, pauses }, changed: true };
    }),
    async untold() {
      const rows = await q.select({ organisationId: recordings.organisationId, callId: recordings.callId, endedAt: calls.endedAt })
        .from(recordings).innerJoin(calls, eq(calls.id, recordings.callId))
        .where(and(unfinished, isNull(recordings.endedAt), eq(calls.state, 'ended')));
      return rows.map((row) => ({ ...row, endedAt: row.endedAt ?? 0 }));
    },
    due: async (now, quietSince) => q.select({ organisationId: recordings.organisationId, id: recordings.id }).from(recordings).where(and(
      unfinished, gt(recordings.endedAt, 0), or(isNull(recordings.claimedUntil), lt(recordings.claimedUntil, now)),
      or(gt(recordings.completedAt, 0), and(lt(recordings.endedAt, quietSince), or(isNull(recordings.lastChunkAt), lt(recordings.lastChunkAt, quietSince)))),
    )).orderBy(asc(recordings.createdAt)).limit(50),

    async claim(id, owner, now, until) {
      const row = first(await q.select({ attempts: recordings.attempts }).from(recordings).where(eq(recordings.id, id)));
      if (!row) return null;
      return first(await q.update(recordings).set({ state: 'merging', claimedBy: owner, claimedUntil: until, attempts: row.attempts + 1, updatedAt: now })
        .where(and(eq(recordings.id, id), unfinished, eq(recordings.attempts, row.attempts), or(isNull(recordings.claimedUntil), lt(recordings.claimedUntil, now))))
        .returning());
    },
    renew: async (id, owner, until) => (await q.update(recordings).set({ claimedUntil: until })
      .where(and(eq(recordings.id, id), eq(recordings.claimedBy, owner), unfinished)).returning({ id: recordings.id })).length > 0,
    async release(id, owner, notBefore, attempts) {
      await q.update(recordings).set({ claimedBy: null, claimedUntil: notBefore, attempts }).where(and(eq(recordings.id, id), eq(recordings.claimedBy, owner)));
    },
    async releaseAll() {
      await q.update(recordings).set({ claimedBy: null, claimedUntil: null }).where(unfinished);
    },
    merged: (id, owner, file, chunksMerged, now) => database.atomic(async (q) => {
      const ended = { ...file, claimedBy: null, claimedUntil: null, attempts: 0, failure: null, updatedAt: now };
      const kept = await q.update(recordings).set(ended)
        .where(and(eq(recordings.id, id), eq(recordings.claimedBy, owner), unfinished)).returning({ id: recordings.id });
      if (kept.length === 0) return null;
      const there = Number(first(await q.select({ n: count() }).from(chunks).where(eq(chunks.recordingId, id)))?.n ?? 0);
      if (there === chunksMerged) return 'done';
      await q.update(recordings).set({ state: 'merging' }).where(eq(recordings.id, id));
      return 'again';
    }),
    failed: async (id, owner, failure, now) => (await q.update(recordings)
      .set({ state: 'failed', failure, claimedBy: null, claimedUntil: null, attempts: 0, updatedAt: now })
      .where(and(eq(recordings.id, id), eq(recordings.claimedBy, owner), unfinished)).returning({ id: recordings.id })).length > 0,

    async purgeable(before) {
      const rows = await q.selectDistinct({ id: recordings.id }).from(recordings).innerJoin(chunks, eq(chunks.recordingId, recordings.id))
        .where(and(inArray(recordings.state, ['ready', 'partial']), lt(recordings.updatedAt, before))).limit(20);
      return rows.map((row) => row.id);
    },
    purge: (id, before) => database.atomic(async (q) => {
      const held = await q.update(recordings).set({ claimedBy: null })
        .where(and(eq(recordings.id, id), inArray(recordings.state, ['ready', 'partial']), lt(recordings.updatedAt, before))).returning({ id: recordings.id });
      if (held.length > 0) await q.delete(chunks).where(eq(chunks.recordingId, id));
      return held.length > 0;
    }),

    doom: async (id, now) => (await q.update(recordings).set({ state: 'failed', failure: DOOMED, claimedBy: null, claimedUntil: null, updatedAt: now })
      .where(and(eq(recordings.id, id), isNull(recordings.legalHold))).returning({ id: recordings.id })).length > 0,
    doomed: async () => q.select().from(recordings).where(and(eq(recordings.state, 'failed'), eq(recordings.failure, DOOMED))),
    remove: (id) => database.atomic(async (q) => {
      await q.delete(chunks).where(eq(chunks.recordingId, id));
      await q.delete(segments).where(eq(segments.recordingId, id));
      await q.delete(recordings).where(eq(recordings.id, id));
    }),
  };
}
