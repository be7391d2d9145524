import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ManifestAnswer } from '../../protocol/evidence.ts';
import type { PrincipalKind, Recording } from '../../protocol/shapes.ts';
import type { Recorder, SiteProfile } from '../../protocol/site.ts';
import { MAX_CHUNK_BYTES } from '../../protocol/version.ts';
import type { Audit } from '../audit/audit.ts';
import type { Asker, Principal, StaffPrincipal } from '../auth/principal.ts';
import { BlobMissing, type BlobStore, type ByteRange } from '../blobs/blobs.ts';
import type { Caller, CallRecord, Calls } from '../calls/calls.ts';
import type { RecordingLight } from '../calls/recording-light.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import { createPlaybackLog, type Listening } from './playback-log.ts';
import { createLateStart, type SegmentWish } from './late-start.ts';
import { isPaused, pausesBegun, pausesEnded } from './pauses.ts';
import { admitRecorder } from './recorder-rules.ts';
import { chunkKey, chunksPrefix, manifestKey, partKey, partsPrefix, waveformKey } from './recording-keys.ts';
import { recordingForStaff, recordingUpdated, recordingView } from './recording-view.ts';
import type { RecordingRow, RecordingsStore } from './recordings.store.ts';
import type { RecordingPart } from '../store/tables.ts';

/** What one recording may take. A day of two-second chunks is 43,200; 10 GB are a day of video. */
export const LIMITS = { segments: 1000, chunksPerSegment: 50_000, bytes: 10_000_000_000, missingListed: 1000 } as const;
/** How long chunks outlive the merge, in ms: a late one can still be added, a failed disk found out. */
export const CHUNK_GRACE_MS = 24 * 60 * 60 * 1000;
/** How long a signed URL of a recording lasts: long enough to begin, too short to be passed on. */
export const SIGNED_SECONDS = 300;
/** How far a recorder's clock may run ahead, in ms. */
const AHEAD_MS = 1000;

/** Where a chunk belongs. */
export interface ChunkPlace {
  id: string;
  segment: number;
  seq: number;
}

/** The file of a merged recording. */
export interface RecordingMedia {
  mimeType: string;
  bytes: number;
  sha256: string;
  /** When it was merged, ms since the epoch. */
  mergedAt: number;
  /** What people shall find it under: when, with whom, and which of several. */
  name: string;
  /** Opens it, or a stretch. */
  read(range?: ByteRange): Promise<Readable>;
  /** A URL by which its asker's browser reads it from the store itself for `SIGNED_SECONDS`; null where there is none. */
  signedUrl(disposition: string): string | null;
}

/** Recordings of calls: segments and their chunks come in, one merged file comes out (finaliser.ts). */
export interface Recordings {
  /** Begins a segment of the call's recording. `consent_required` until both members have granted it, `forbidden` where the site does not have this side record. */
  start(caller: Caller, request: SegmentWish): Promise<{ recordingId: string; segment: number; startedAt: string }>;
  /** The same for what a page recorded that died before its answer: until `CHUNK_GRACE_MS` after the call's end, then `recording_closed`. */
  startLate: ReturnType<typeof createLateStart>;
  /** Holds the call's recording, or goes on with it: recorders end their segments and begin new ones. `not_found` while there is none. */
  pause(caller: Caller, callId: string, on: boolean): Promise<{ recordingId: string; paused: boolean }>;
  stop(caller: Caller, callId: string): Promise<{ recordingId: string }>;
  /**
   * Stores one chunk; durable when it resolves. `created` is false when the same bytes were there. Refuses with
   * `digest_mismatch`, `chunk_conflict`, `consent_required`, `recording_closed`, `too_large`; for anybody but its recorder
   * there is no such segment.
   */
  putChunk(principal: Principal, place: ChunkPlace, bytes: Uint8Array, sha256: string): Promise<{ created: boolean }>;
  /** The recorder says how many chunks its segments have; the answer names those that are not here. */
  complete(principal: Principal, id: string, counts: readonly { segment: number; chunks: number }[]):
    Promise<{ recording: Recording; missing: { segment: number; seqs: number[] }[] }>;
  /** A recording of the agent's organisation, or of the visitor's own call. */
  get(principal: Asker, id: string): Promise<Recording>;
  /** Those of a conversation, oldest first. */
  ofConversation(organisationId: string, conversationId: string): Promise<Recording[]>;
  /** `not_found` until there is a file, and for a part (from 1) that it has not. Who takes it, and how, is written into the audit log; `how` left out: only facts are asked for. */
  media(principal: Asker, id: string, how?: Listening, part?: number): Promise<RecordingMedia>;
  /** What its files are called and how long they are, in order; `not_found` until there is one. */
  files(principal: Asker, id: string): Promise<{ title: string; files: readonly { name: string; durationMs: number }[] }>;
  /** What proves that the file was not changed; `not_found` until there is a file, and for one of a version that signed none. */
  manifest(principal: Asker, id: string): Promise<ManifestAnswer>;
  /** Removes file, chunks and rows for good. `conflict` while the call lives, `on_hold` while somebody holds it. */
  remove(staff: StaffPrincipal, id: string): Promise<void>;
  /** The same for what the server itself removes; false when it is gone already, its call goes on, or somebody holds it. */
  expire(organisationId: string, id: string): Promise<boolean>;
}

/** What recordings are made of. */
export interface RecordingsOptions {
  store: RecordingsStore;
  blobs: BlobStore;
  calls: Pick<Calls, 'carried' | 'record' | 'members' | 'observe'>;
  hub: Hub;
  clock: Clock;
  light: RecordingLight;
  audit: Pick<Audit, 'record'>;
  sites: { profile(siteId: string): Promise<Pick<SiteProfile, 'recording'>>; recorder(siteId: string): Promise<Recorder> };
  /** Told that a recording may be due for merging. */
  due: () => void;
}

const hasConsent = (call: CallRecord) => call.consents.visitor === true && call.consents.agent === true;
const recorder = (who: { kind: PrincipalKind; id: string }) => `${who.kind} ${who.id}`;

/** Makes the use cases of recordings. */
export function createRecordings({ store, blobs, calls, hub, clock, light, audit, sites, due }: RecordingsOptions): Recordings {
  // What a straggling chunk must not light again. Of calls under way only.
  const stopped = new Map<string, Set<number>>();
  const sizes = new Map<string, number>();
  const writing = new Map<string, Promise<void>>();
  const playbacks = createPlaybackLog({ audit, clock });

  const tell = (call: CallRecord, row: RecordingRow) => hub.publish(calls.members(call), recordingUpdated(row, light.isOn(call.id)));
  const markStopped = async (row: RecordingRow, of?: string) => {
    const marked = stopped.get(row.id) ?? new Set();
    for (const segment of await store.segments(row.id)) {
      if (of === undefined || of === recorder({ kind: segment.recorderKind, id: segment.recorderId })) marked.add(segment.segment);
    }
    stopped.set(row.id, marked);
  };

  calls.observe({
    async ended(call) {
      const row = await store.callEnded(call.organisationId, call.id, call.endedAt ?? clock.now());
      if (!row) return;
      stopped.delete(row.id);
      hub.publish([`visitor:${call.visitorId}`, `agents:${call.organisationId}`], recordingUpdated(row, false));
      due();
    },
    async consentRevoked(call) {
      const row = await store.ofCall(call.organisationId, call.id);
      if (!row) return;
      await markStopped(row);
      light.putOut(call.id);
      tell(call, row);
    },
    async handedOver(call, former) {
      const row = await store.ofCall(call.organisationId, call.id);
      if (!row) return;
      await markStopped(row, recorder({ kind: 'agent', id: former }));
      if (light.dim(call.id, recorder({ kind: 'agent', id: former }))) tell(call, row);
    },
    async memberLeft(call, side) {
      const row = call.recording && (await store.ofCall(call.organisationId, call.id));
      const id = side === 'visitor' ? call.visitorId : call.agentId;
      if (!row || id === null) return;
      await markStopped(row, recorder({ kind: side, id }));
      if (light.dim(call.id, recorder({ kind: side, id }))) tell(call, row);
    },
  });

  const find = async (principal: Asker, id: string): Promise<{ row: RecordingRow; call: CallRecord }> => {
    const row = await store.find(principal.organisationId, id);
    const call = row && (await calls.record(principal.organisationId, row.callId));
    if (!call || (principal.kind === 'visitor' && call.visitorId !== principal.id)) throw problem('not_found');
    return { row, call };
  };
  const ownSegment = async (principal: Principal, row: RecordingRow, number: number) => {
    const segment = await store.segment(row.id, number);
    if (segment?.recorderKind !== principal.kind || segment.recorderId !== principal.id) throw problem('not_found');
    return segment;
  };

  const same = (chunk: { sha256: string }, sha256: string): { created: false } => {
    if (chunk.sha256 !== sha256) throw problem('chunk_conflict');
    return { created: false };
  };
  const makeRoom = async (id: string, more: number) => {
    if (!sizes.has(id)) {
      if (sizes.size >= 1000) sizes.clear();
      sizes.set(id, await store.chunkBytes(id));
    }
    const size = sizes.get(id)! + more;
    if (size > LIMITS.bytes) throw problem('too_large', 'The recording is larger than allowed.');
    sizes.set(id, size);
  };
  /** One at a time for each place: two different bodies at once must not leave one's bytes and the other's row. */
  const inTurn = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    while (writing.has(key)) await writing.get(key);
    const result = work();
    writing.set(key, result.then(() => {}, () => {}).finally(() => writing.delete(key)));
    return result;
  };

  const missingOf = async (id: string, segment: number, chunks: number): Promise<number[]> => {
    const there = await store.seqs(id, segment);
    if ((there.at(-1) ?? -1) >= chunks) throw problem('unprocessable', `Segment ${segment} has more chunks than that.`);
    const have = new Set(there);
    const missing: number[] = [];
    for (let seq = 0; seq < chunks && missing.length < LIMITS.missingListed; seq++) if (!have.has(seq)) missing.push(seq);
    return missing;
  };
  const isWhole = async (id: string): Promise<boolean> => {
    for (const { segment, chunks } of await store.segments(id)) {
      if (chunks === null || (await missingOf(id, segment, chunks)).length > 0) return false;
    }
    return true;
  };
  const destroy = async (row: RecordingRow): Promise<boolean> => {
    // Marked first, so that a crash on the way is finished at the next start, and no late chunk slips in.
    const doomed = await store.doom(row.id, clock.now());
    if (doomed) await erase(store, blobs, row);
    return doomed;
  };
  const isPurged = (row: RecordingRow) => row.endedAt !== null && !['recording', 'merging'].includes(row.state) && row.updatedAt < clock.now() - CHUNK_GRACE_MS;

  return {
    async start(caller, { callId, mimeType, epochMs, standby }) {
      const call = await calls.carried(caller, callId);
      if (!(await sites.profile(call.siteId)).recording.enabled) throw problem('forbidden', 'This site records no calls.');
      if (!hasConsent(call)) throw problem('consent_required');
      const role = admitRecorder(await sites.recorder(call.siteId), caller.principal.kind, { mimeType, ...(standby !== undefined && { standby }) });
      const refusePaused = (row: RecordingRow | null) => {
        if (row && isPaused(row.pauses)) throw problem('recording_paused');
      };
      refusePaused(await store.ofCall(call.organisationId, callId));
      const now = clock.now();
      const startedAt = Math.round(Math.max(call.answeredAt ?? now, Math.min(epochMs, now + AHEAD_MS)));
      const { principal } = caller;
      const added = await store.addSegment(
        {
          id: clock.id(), organisationId: call.organisationId, callId, conversationId: call.conversationId, state: 'recording', mimeType,
          startedAt, gaps: [], attempts: 0, createdAt: now, updatedAt: now,
        },
        { organisationId: call.organisationId, recorderKind: principal.kind, recorderId: principal.id, mimeType, startedAt, createdAt: now, ...role },
        LIMITS.segments,
      );
      if (!added) throw problem('recording_closed');
      // It may have ended, or a consent been taken back, while the row was written: their observers came too early to see it.
      const after = await calls.record(call.organisationId, callId);
      if (after?.state !== 'active') {
        await store.callEnded(call.organisationId, callId, after?.endedAt ?? now);
        throw problem('call_over');
      }
      const { recording, segment } = added;
      await markStopped(recording, recorder(principal));
      if (!hasConsent(after)) throw problem('consent_required');
      refusePaused(await store.ofCall(call.organisationId, callId));
      stopped.get(recording.id)?.delete(segment);
      light.light(callId, recorder(principal));
      tell(call, recording);
      return { recordingId: recording.id, segment, startedAt: rfc3339(startedAt) };
    },

    startLate: createLateStart({
      store, calls, sites, clock, graceMs: CHUNK_GRACE_MS, segmentLimit: LIMITS.segments,
      dark: (id, segment) => void stopped.set(id, (stopped.get(id) ?? new Set()).add(segment)),
    }),

    async pause(caller, callId, on) {
      const call = await calls.carried(caller, callId);
      const { kind, id } = caller.principal;
      const changed = await store.pause(call.organisationId, callId, (pauses) => (on ? pausesBegun(pauses, { kind, id }, clock.now()) : pausesEnded(pauses, clock.now())));
      if (!changed) throw problem('not_found');
      const { row } = changed;
      if (on) {
        await markStopped(row);
        light.putOut(callId);
      }
      if (changed.changed) tell(call, row);
      return { recordingId: row.id, paused: isPaused(row.pauses) };
    },

    async stop(caller, callId) {
      const call = await calls.carried(caller, callId);
      const row = await store.ofCall(call.organisationId, callId);
      if (!row) throw problem('not_found');
      await markStopped(row, recorder(caller.principal));
      light.dim(callId, recorder(caller.principal));
      tell(call, row);
      return { recordingId: row.id };
    },

    async putChunk(principal, { id, segment, seq }, bytes, sha256) {
      if (bytes.length > MAX_CHUNK_BYTES) throw problem('too_large');
      return inTurn(`${id} ${segment} ${seq}`, async () => {
        const slot = await store.slot(principal.organisationId, id, segment, seq);
        if (!slot || slot.recorder?.kind !== principal.kind || slot.recorder.id !== principal.id) throw problem('not_found');
        const { recording: row, call } = slot;
        if (principal.kind === 'visitor' && call.visitorId !== principal.id) throw problem('not_found');
        if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw problem('digest_mismatch');
        if (seq >= LIMITS.chunksPerSegment) throw problem('too_large', 'The segment has too many chunks; begin another.');
        if (slot.sha256 !== null) return same({ sha256: slot.sha256 }, sha256);
        if (!slot.consent) throw problem('consent_required');
        if (isPurged(row)) throw problem('recording_closed');
        await makeRoom(id, bytes.length);
        const key = chunkKey(id, segment, seq);
        await blobs.put(key, bytes, { contentType: 'application/octet-stream' });
        const stored = await store.addChunk({ recordingId: id, segment, seq, bytes: bytes.length, sha256, receivedAt: clock.now() }, clock.now() - CHUNK_GRACE_MS);
        if (stored.outcome === 'closed') {
          await blobs.delete(key);
          throw problem('recording_closed');
        }
        if (stored.outcome === 'taken') return same((await store.chunk(id, segment, seq))!, sha256);
        if (stored.reopened) hub.publish([`agents:${principal.organisationId}`], recordingUpdated({ ...row, state: 'merging' }, false));
        // After a restart nothing is known of who records; these bytes tell it.
        if (call.state === 'active' && !isPaused(row.pauses) && !stopped.get(id)?.has(segment) && light.light(row.callId, recorder(principal))) {
          const record = await calls.record(principal.organisationId, row.callId);
          if (record) tell(record, row);
        }
        return { created: true };
      });
    },

    async complete(principal, id, counts) {
      const { row, call } = await find(principal, id);
      for (const { segment } of counts) await ownSegment(principal, row, segment);
      if (isPurged(row)) return { recording: recordingView(row), missing: [] };
      const missing: { segment: number; seqs: number[] }[] = [];
      for (const { segment, chunks } of counts) {
        const seqs = await missingOf(id, segment, chunks);
        if (seqs.length > 0) missing.push({ segment, seqs });
      }
      await store.setCounts(id, counts);
      if (missing.length === 0 && ['recording', 'merging'].includes(row.state) && (await isWhole(id))) {
        await store.complete(id, clock.now());
        due();
      }
      const now = (await store.find(principal.organisationId, id)) ?? row;
      if (now.state !== row.state) hub.publish([`agents:${call.organisationId}`], recordingUpdated(now, light.isOn(call.id)));
      return { recording: recordingView(now), missing };
    },

    async get(principal, id) {
      const { row } = await find(principal, id);
      return principal.kind === 'visitor' ? recordingView(row) : recordingForStaff(row);
    },

    ofConversation: async (organisationId, conversationId) => (await store.ofConversation(organisationId, conversationId)).map(recordingView),

    async media(principal, id, how, part = 1) {
      const { row, call } = await find(principal, id);
      const file = filesOf(row)[part - 1];
      if (row.blobKey === null || !file) throw problem('not_found');
      const { mimeType, bytes, sha256 } = file;
      const key = partKey(row.blobKey, part);
      if (how) playbacks.heard(principal, { id, callId: call.id, visitorName: call.visitorName }, how);
      return {
        mimeType, bytes, sha256, mergedAt: row.updatedAt, name: fileName(row, call, part),
        read: (range) => blobs.read(key, range),
        signedUrl: (disposition) => blobs.signedUrl(key, { now: clock.now(), seconds: SIGNED_SECONDS, contentType: mimeType, disposition }),
      };
    },

    async files(principal, id) {
      const { row, call } = await find(principal, id);
      const files = filesOf(row);
      if (files.length === 0) throw problem('not_found');
      return { title: titleOf(row, call), files: files.map(({ durationMs }, index) => ({ name: fileName(row, call, index + 1), durationMs })) };
    },

    async manifest(principal, id) {
      const { row: { blobKey } } = await find(principal, id);
      if (blobKey === null) throw problem('not_found');
      try {
        return JSON.parse(await text(await blobs.read(manifestKey(blobKey)))) as ManifestAnswer;
      } catch (error) {
        if (error instanceof BlobMissing) throw problem('not_found', 'This recording was made before manifests were signed.');
        throw error;
      }
    },

    async remove(staff, id) {
      const { row, call } = await find(staff, id);
      if (call.state !== 'ended') throw problem('conflict', 'The call is still going on.');
      if (!(await destroy(row))) throw problem('on_hold');
      const { kind, id: actorId, name } = staff;
      audit.record({
        organisationId: staff.organisationId, actor: { kind, id: actorId, name }, action: 'recording.deleted',
        target: { kind: 'recording', id, name: call.visitorName }, detail: { callId: call.id, startedAt: rfc3339(row.startedAt) },
      });
    },
    async expire(organisationId, id) {
      const row = await store.find(organisationId, id);
      const call = row && (await calls.record(organisationId, row.callId));
      if (!row || (call && call.state !== 'ended')) return false;
      return destroy(row);
    },
  };
}

/** The files of a recording, in order; none until it is merged. */
function filesOf({ blobKey, bytes, sha256, durationMs, mimeType, parts }: RecordingRow): readonly RecordingPart[] {
  if (blobKey === null || bytes === null || sha256 === null) return [];
  return parts ?? [{ offsetMs: 0, durationMs: durationMs ?? 0, bytes, sha256, mimeType }];
}

const titleOf = (row: RecordingRow, call: CallRecord): string => `${rfc3339(row.startedAt).slice(0, 16).replace('T', ' ').replace(':', '-')} ${call.visitorName}`.trim();

function fileName(row: RecordingRow, call: CallRecord, part: number): string {
  const { mimeType } = filesOf(row)[part - 1]!;
  return `${titleOf(row, call)}${row.parts ? ` part ${part}` : ''}.${/^\w+\/mp4\b/.test(mimeType) ? 'mp4' : 'webm'}`;
}

/** Removes a merged file, with all others of its recording, its manifest and its waveform. */
export async function eraseMerged(blobs: Pick<BlobStore, 'delete' | 'deletePrefix'>, blobKey: string): Promise<void> {
  await blobs.delete(waveformKey(blobKey));
  await blobs.delete(manifestKey(blobKey));
  await blobs.delete(blobKey);
  await blobs.deletePrefix(partsPrefix(blobKey));
}

/** Removes what a doomed recording has: first its bytes, then the rows that know of them. */
export async function erase(store: Pick<RecordingsStore, 'remove'>, blobs: BlobStore, row: Pick<RecordingRow, 'id' | 'blobKey'>): Promise<void> {
  await blobs.deletePrefix(chunksPrefix(row.id));
  if (row.blobKey !== null) await eraseMerged(blobs, row.blobKey);
  await store.remove(row.id);
}
