import { MAX_CHUNK_BYTES } from '../../../protocol/version.ts';
import type { ChunkStore, SegmentBegin } from './chunk-store.ts';
import { hold } from './upload-lock.ts';

/** What was recorded before the server said where it belongs. */
export interface EarlyPieces {
  readonly pieces: readonly Blob[];
  push(piece: Blob): void;
  /** It lies elsewhere by now, or nobody wants it. */
  forget(): Promise<void>;
}

/** Keeps pieces in memory, and in the store beside what their segment begins with: cut as chunks are, so that a next page makes the same ones of them. */
export function keepEarly(store: Promise<ChunkStore | null>, server: string, begin: SegmentBegin): EarlyPieces {
  const recordingId = crypto.randomUUID();
  const release = hold(recordingId);
  let pieces: Blob[] = [];
  let chunks = 0;
  let writing: Promise<void> = Promise.resolve();

  const write = async (piece: Blob): Promise<void> => {
    const into = await store;
    if (!into) return;
    const whole = await piece.arrayBuffer();
    for (let at = 0; at < whole.byteLength; at += MAX_CHUNK_BYTES) {
      const seq = chunks++;
      await into.put({ recordingId, segment: 0, seq, bytes: whole.slice(at, at + MAX_CHUNK_BYTES), digest: '' });
      await into.remember({ recordingId, server, segments: { 0: chunks }, at: Date.now(), begin });
    }
  };

  return {
    get pieces() {
      return pieces;
    },
    push(piece) {
      pieces.push(piece);
      // A full disk: it stays in memory.
      writing = writing.then(() => write(piece)).catch(() => undefined);
    },
    async forget() {
      pieces = [];
      await writing;
      await store.then((open) => open?.forget(recordingId)).catch(() => undefined);
      release();
    },
  };
}
