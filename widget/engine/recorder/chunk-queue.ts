import { MAX_CHUNK_BYTES } from '../../../protocol/version.ts';
import type { ChunkStore, SegmentBegin, StoredRecording } from './chunk-store.ts';
import { keepEarly } from './early-pieces.ts';
import { hold, holdIfFree } from './upload-lock.ts';
import { createUploader, type Outcome } from './uploader.ts';

/** The way of a recording's pieces to the server: each at once, again and again until acknowledged. */
export interface ChunkQueue {
  /** Begins (or goes on with) the upload of a recording. */
  recording(recordingId: string): RecordingUpload;
  /** Takes what is recorded before the server has said where it belongs. */
  early(begin: SegmentBegin): EarlySegment;
  /** Sends what an earlier page left behind. Resolves when it is through the list; the sending goes on. */
  sendLeftovers(): Promise<void>;
  /** The page may go away: from now on small pieces are sent so that they survive it. */
  leaving(): void;
  /** Pieces that would be lost with the page. */
  readonly unsafe: number;
  /** Pieces that the server has not acknowledged. */
  readonly pending: number;
  /** Their bytes. */
  readonly pendingBytes: number;
}

/** The upload of one recording. */
export interface RecordingUpload {
  /** Takes the next bytes of a segment. They are cut into chunks of at most `MAX_CHUNK_BYTES`. */
  push(segment: number, bytes: Blob): void;
  /** Everything was pushed: resolves when all is acknowledged and the server was told, or when it will not have it. */
  finish(): Promise<void>;
}

/** A segment whose place is not known yet. */
export interface EarlySegment {
  push(bytes: Blob): void;
  /** The server has named its place: what there is goes there. */
  placed(recordingId: string, segment: number): RecordingUpload;
  /** The server will not have it. */
  refused(): void;
}

/** What a queue is made of. */
export interface ChunkQueueOptions {
  /** The server's origin. */
  server: string;
  token(): Promise<string>;
  /** Null: nothing outlives the page. */
  store: Promise<ChunkStore | null>;
  /**
   * Begins the segment of a page that died before it heard where its pieces belong. Null: there will never be one. Rejects when that may pass.
   * Left out: such pieces stay where they are.
   */
  startLate?: (begin: SegmentBegin) => Promise<{ recordingId: string; segment: number } | null>;
  fetch?: typeof fetch;
  /** For tests: waits in ms. */
  backoffMs?: { first: number; most: number };
}

interface Entry {
  recording: Recording;
  segment: number;
  seq: number;
  digest: string;
  size: number;
  /** Null: only in the store, to be read when its turn comes. */
  bytes: ArrayBuffer | null;
  stored: boolean;
  sending: boolean;
  /** How often it was refused for reasons that may pass. */
  refusals: number;
}

interface Recording {
  id: string;
  segments: Record<number, number>;
  /** Segments whose first chunk, which holds the header, has arrived. */
  begun: Set<number>;
  intake: Promise<void>;
  refused: boolean;
  idle: (() => void)[];
  release: () => void;
}

const IN_FLIGHT = 2;
/** Bytes kept in memory beside the store; beyond that they are read back when their turn comes. */
const MEMORY = 32_000_000;
/** What a page may send with `keepalive` at once, by the fetch standard 64 KiB; some of it is headers. */
const KEEPALIVE = 60_000;
/** How often a chunk may be refused before we leave it to the next start. */
const REFUSALS = 8;
/** How long pieces without a place are kept, in ms: longer than any server takes them. */
const EARLY_MS = 3 * 24 * 60 * 60_000;

/** Makes a queue. */
export function createChunkQueue(options: ChunkQueueOptions): ChunkQueue {
  const { server } = options;
  const backoff = { first: 500, most: 15_000, ...options.backoffMs };
  const uploader = createUploader({ server, token: options.token, ...(options.fetch ? { fetch: options.fetch } : {}) });
  const recordings = new Map<string, Recording>();
  let entries: Entry[] = [];
  let inFlight = 0;
  let failures = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let leavingUntil = 0;
  let keepalive = 0;
  let held = 0;

  const isLeaving = (): boolean => performance.now() < leavingUntil;

  const pump = (): void => {
    for (const entry of entries) {
      if (inFlight >= (isLeaving() ? 6 : IN_FLIGHT) || retryTimer !== undefined) return;
      if (entry.sending || (entry.seq !== 0 && !entry.recording.begun.has(entry.segment))) continue;
      void send(entry);
    }
  };

  const send = async (entry: Entry): Promise<void> => {
    entry.sending = true;
    inFlight++;
    const bytes = entry.bytes ?? (await readBack(entry));
    let outcome: Outcome = { verdict: 'never', code: 'lost' };
    if (bytes) {
      const alive = isLeaving() && keepalive + bytes.byteLength <= KEEPALIVE;
      if (alive) keepalive += bytes.byteLength;
      outcome = await uploader.put({ recordingId: entry.recording.id, segment: entry.segment, seq: entry.seq, bytes, digest: entry.digest, keepalive: alive });
      if (alive) keepalive -= bytes.byteLength;
    }
    inFlight--;
    entry.sending = false;
    settle(entry, outcome);
    pump();
  };

  const readBack = async (entry: Entry): Promise<ArrayBuffer | null> => {
    const store = await options.store;
    return (await store?.get(entry.recording.id, entry.segment, entry.seq).catch(() => undefined))?.bytes ?? null;
  };

  const settle = (entry: Entry, outcome: Outcome): void => {
    const { recording } = entry;
    if (outcome.verdict === 'stored') {
      failures = 0;
      recording.begun.add(entry.segment);
      return drop(entry, true);
    }
    if (outcome.verdict === 'never') {
      // What follows a lost header is still worth its place: the merge works with another segment's, or says so.
      recording.begun.add(entry.segment);
      return drop(entry, true);
    }
    if (outcome.verdict === 'closed') return refuse(recording, true);
    if (outcome.verdict === 'refused' && ++entry.refusals >= REFUSALS) return refuse(recording, false);
    waitAndRetry(outcome.retryAfterMs);
  };

  const waitAndRetry = (least = 0): void => {
    clearTimeout(retryTimer);
    const ceiling = Math.min(backoff.most, backoff.first * 2 ** failures++);
    retryTimer = setTimeout(retryNow, Math.max(least, ceiling / 2 + (Math.random() * ceiling) / 2));
  };
  const retryNow = (): void => {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    pump();
  };

  const drop = (entry: Entry, forStore: boolean): void => {
    entries = entries.filter((each) => each !== entry);
    if (entry.bytes) held -= entry.bytes.byteLength;
    if (forStore && entry.stored) void options.store.then((store) => store?.remove(entry.recording.id, entry.segment, entry.seq)).catch(() => undefined);
    wake(entry.recording);
  };
  /** The server will not have the recording; or not now, and the next start tries again. */
  const refuse = (recording: Recording, forGood: boolean): void => {
    recording.refused = true;
    for (const entry of entries.filter((each) => each.recording === recording)) drop(entry, false);
    if (forGood) void forget(recording);
    wake(recording);
  };
  const wake = (recording: Recording): void => {
    if (entries.some((each) => each.recording === recording)) return;
    for (const resolve of recording.idle.splice(0)) resolve();
  };
  const forget = async (recording: Recording): Promise<void> => {
    await options.store.then((store) => store?.forget(recording.id)).catch(() => undefined);
    recording.release();
    recordings.delete(recording.id);
  };

  /** Cuts, stores, and puts into the line. Pieces of a recording pass one after another. */
  const take = async (recording: Recording, segment: number, blob: Blob): Promise<void> => {
    const whole = await blob.arrayBuffer();
    for (let at = 0; at < whole.byteLength; at += MAX_CHUNK_BYTES) {
      if (recording.refused) return;
      const bytes = whole.slice(at, at + MAX_CHUNK_BYTES);
      const seq = recording.segments[segment] ?? 0;
      recording.segments[segment] = seq + 1;
      const digest = base64(await crypto.subtle.digest('SHA-256', bytes));
      const entry: Entry = { recording, segment, seq, digest, size: bytes.byteLength, bytes, stored: false, sending: false, refusals: 0 };
      const writing = write(entry);
      // Written before it is sent; but a page that goes away has no time for that.
      if (!isLeaving()) await writing;
      // The server may have closed the recording while this was being written.
      if (recording.refused) return;
      held += bytes.byteLength;
      if (held > MEMORY && entry.stored) {
        held -= bytes.byteLength;
        entry.bytes = null;
      }
      entries.push(entry);
      pump();
    }
  };

  const write = async (entry: Entry): Promise<void> => {
    try {
      const store = await options.store;
      if (!store) return;
      const { recording, segment, seq, bytes, digest } = entry;
      await store.put({ recordingId: recording.id, segment, seq, bytes: bytes!, digest });
      await store.remember({ recordingId: recording.id, server, segments: { ...recording.segments }, at: Date.now() });
      entry.stored = true;
    } catch {
      // A full disk: it stays in memory.
    }
  };

  const openRecording = (id: string, segments: Record<number, number> = {}, release: () => void = () => undefined): Recording => {
    const recording: Recording = { id, segments, begun: new Set(), intake: Promise.resolve(), refused: false, idle: [], release };
    recordings.set(id, recording);
    return recording;
  };

  const finish = async (recording: Recording): Promise<void> => {
    await recording.intake;
    if (entries.some((each) => each.recording === recording)) await new Promise<void>((resolve) => recording.idle.push(resolve));
    const segments = Object.entries(recording.segments).map(([segment, chunks]) => ({ segment: Number(segment), chunks }));
    for (let tries = 0; !recording.refused && segments.length > 0; tries++) {
      const outcome = await uploader.complete(recording.id, segments);
      // `missing` names what we no longer hold: the server makes the best of it.
      if (outcome.verdict !== 'later' && (outcome.verdict !== 'refused' || tries >= REFUSALS)) break;
      const ceiling = Math.min(backoff.most, backoff.first * 2 ** Math.min(tries, 10));
      await new Promise((resolve) => setTimeout(resolve, Math.max(outcome.retryAfterMs ?? 0, ceiling / 2 + (Math.random() * ceiling) / 2)));
    }
    if (!recording.refused) await forget(recording);
    else recording.release();
  };

  const push = (recording: Recording, segment: number, bytes: Blob, seq?: number): void => {
    recording.intake = recording.intake.then(() => {
      if (seq !== undefined) recording.segments[segment] = seq;
      return take(recording, segment, bytes);
    }).catch(() => undefined);
  };
  const current = (id: string): Recording => recordings.get(id) ?? openRecording(id, {}, hold(id));
  const uploadOf = (recording: Recording): RecordingUpload => ({
    push: (segment, bytes) => push(recording, segment, bytes),
    finish: () => finish(recording),
  });

  /** Puts pieces that had no place where they belong. Returns their recording when it was opened for them; null: it is cared for, or they have to wait. */
  const place = async (store: ChunkStore, known: StoredRecording, begin: SegmentBegin): Promise<Recording | null> => {
    const release = await holdIfFree(known);
    if (!release) return null;
    try {
      const at = Date.now() - known.at > EARLY_MS ? null : await options.startLate!(begin);
      if (at) {
        let opened: Recording | null = null;
        if (!recordings.has(at.recordingId)) {
          const free = await holdIfFree({ recordingId: at.recordingId, at: known.at });
          if (recordings.has(at.recordingId)) free?.();
          // Another page is at work on it.
          else if (!free) return null;
          else opened = openRecording(at.recordingId, {}, free);
        }
        const recording = recordings.get(at.recordingId)!;
        const chunks = await store.chunks(known.recordingId);
        // The page may have died when the first of them had got there already.
        const there = recording.segments[at.segment] ?? 0;
        if (chunks[0]?.seq !== 0) recording.begun.add(at.segment);
        for (const { seq } of chunks) {
          const chunk = seq < there ? undefined : await store.get(known.recordingId, 0, seq);
          if (chunk) push(recording, at.segment, new Blob([chunk.bytes]), seq);
        }
        await recording.intake;
        if (!recording.refused) await store.forget(known.recordingId);
        return opened;
      }
      await store.forget(known.recordingId);
    } catch {
      // The next visit tries again.
    } finally {
      release();
    }
    return null;
  };

  window.addEventListener('online', retryNow);

  return {
    recording: (id) => uploadOf(current(id)),
    early(begin) {
      const kept = keepEarly(options.store, server, begin);
      return {
        push: kept.push,
        placed(id, segment) {
          const recording = current(id);
          for (const piece of kept.pieces) push(recording, segment, piece);
          void recording.intake.then(kept.forget);
          return uploadOf(recording);
        },
        refused: () => void kept.forget(),
      };
    },
    async sendLeftovers() {
      const store = await options.store;
      const left = await store?.recordings().catch(() => []);
      const opened: Recording[] = [];
      for (const known of left ?? []) {
        if (known.server !== server || known.begin || recordings.has(known.recordingId)) continue;
        const release = await holdIfFree(known);
        if (!release) continue;
        const recording = openRecording(known.recordingId, { ...known.segments }, release);
        const chunks = (await store?.chunks(known.recordingId).catch(() => [])) ?? [];
        for (const segment of Object.keys(known.segments).map(Number)) {
          if (!chunks.some((chunk) => chunk.segment === segment && chunk.seq === 0)) recording.begun.add(segment);
        }
        for (const { segment, seq } of chunks) {
          const chunk = await store?.get(known.recordingId, segment, seq).catch(() => undefined);
          recording.segments[segment] = Math.max(recording.segments[segment] ?? 0, seq + 1);
          if (chunk) entries.push({ recording, segment, seq, digest: chunk.digest, size: chunk.bytes.byteLength, bytes: null, stored: true, sending: false, refusals: 0 });
        }
        opened.push(recording);
        pump();
      }
      for (const known of left ?? []) {
        const late = known.begin && known.server === server && options.startLate ? await place(store!, known, known.begin) : null;
        if (late) opened.push(late);
      }
      // Only now: a segment that was begun late may be one of theirs.
      for (const recording of opened) void finish(recording);
    },
    leaving() {
      // The visitor may stay after all.
      leavingUntil = performance.now() + 3_000;
    },
    get unsafe() {
      return entries.filter(({ stored }) => !stored).length;
    },
    get pending() {
      return entries.length;
    },
    get pendingBytes() {
      return entries.reduce((sum, { size }) => sum + size, 0);
    },
  };
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
