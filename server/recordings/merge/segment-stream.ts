import { createBlockReader, type Block, type BlockReader } from './block-reader.ts';
import { createFragmentReader } from './fragment-reader.ts';
import type { GapReason, MergeChunk } from './merge-runner.ts';
import type { PlannedSegment } from './plan.ts';

/** Gives a chunk's bytes, or null when they are lost or damaged. Rejects when it is worth trying again later. */
export type ReadChunk = (chunk: MergeChunk) => Promise<Uint8Array | null>;

/** A block, or the news that something is missing before the next one. */
export type SegmentItem = { kind: 'block'; block: Block } | { kind: 'lost'; reason: GapReason };

/** Chunks asked for ahead of their turn: hides the round trip of an object store at a few chunks of memory. */
const readAhead = 4;

/** Makes the reader for a segment's kind of bytes; `header` as `createBlockReader` has it. */
export function readerFor({ mimeType }: Pick<PlannedSegment, 'mimeType'>, header: Uint8Array | null = null): BlockReader {
  const make = mimeType.slice(mimeType.indexOf('/')).startsWith('/mp4') ? createFragmentReader : createBlockReader;
  return make(header ? { header } : {});
}

/**
 * Reads one segment from its first chunk to its last and gives its blocks, timed on the merged file's clock. A torn end is
 * left out. Behind missing or damaged chunks it goes on with the next Cluster: Cluster times are absolute, so nothing shifts. What a
 * segment that began before the file's zero has from before it is left out.
 *
 * `header` is given when the segment's own is lost. Blocks later than `limitMs` are forged or damaged and are left out.
 */
export async function* readSegment(options: {
  segment: PlannedSegment;
  readChunk: ReadChunk;
  header: Uint8Array | null;
  limitMs: number;
}): AsyncGenerator<SegmentItem, void, undefined> {
  const { segment, readChunk, limitMs } = options;
  const reader = readerFor(segment, options.header);
  let damages = 0;
  for await (const bytes of chunksInOrder(segment, readChunk)) {
    if (bytes === null) {
      reader.lose();
      yield { kind: 'lost', reason: 'missing_chunks' };
      continue;
    }
    let plausible = true;
    for (const block of reader.push(bytes)) {
      if (segment.offsetMs < 0 && segment.offsetMs + block.timeMs < 0) continue;
      const timeMs = Math.max(0, segment.offsetMs + block.timeMs);
      if (timeMs <= limitMs) yield { kind: 'block', block: { ...block, timeMs } };
      else plausible = false;
    }
    if (reader.damages() > damages || !plausible) yield { kind: 'lost', reason: 'unreadable' };
    damages = reader.damages();
  }
}

/** The bytes of each chunk in turn, and null once for every hole between them. */
async function* chunksInOrder(segment: PlannedSegment, readChunk: ReadChunk): AsyncGenerator<Uint8Array | null, void, undefined> {
  for (const part of segment.parts) {
    if (part.kind === 'missing') {
      yield null;
      continue;
    }
    const waiting: Promise<Uint8Array | null>[] = [];
    let next = 0;
    while (next < part.chunks.length || waiting.length > 0) {
      while (waiting.length < readAhead && next < part.chunks.length) {
        const reading = readChunk(part.chunks[next++]!);
        reading.catch(() => undefined); // it is awaited in its turn; until then a failure is not unhandled
        waiting.push(reading);
      }
      yield await waiting.shift()!;
    }
  }
}
