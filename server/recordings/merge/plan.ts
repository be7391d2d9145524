import type { MergeChunk, MergeSegment } from './merge-runner.ts';

/** A stretch of one segment: chunks that follow each other, or a hole where chunks should be. */
export type PlannedPart = { kind: 'chunks'; chunks: MergeChunk[] } | { kind: 'missing'; fromSeq: number; toSeq: number };

/** One segment in reading order. */
export interface PlannedSegment {
  segment: number;
  /** Lower case, without spaces, so that two spellings of one type compare equal. */
  mimeType: string;
  /** Where its clock's zero lies, in milliseconds from the beginning of the merged file. */
  offsetMs: number;
  parts: PlannedPart[];
  /** Chunks that the recorder made and the server never got, at the segment's end. */
  lostTail: boolean;
  standby: boolean;
}

/** What is to be read, in which order, and where each segment lies on the one clock. */
export interface MergePlan {
  /** The server's time at the merged file's zero. */
  zeroMs: number;
  segments: PlannedSegment[];
}

/**
 * Orders chunks and segments and finds what is missing. Segments are ordered by when they began, standbys behind the others. Time zero is the job's
 * start, or the earliest segment if that is earlier, so that nothing lies before it.
 */
export function planMerge(job: { startMs: number; segments: readonly MergeSegment[] }): MergePlan {
  const zeroMs = Math.min(job.startMs, ...job.segments.map((segment) => segment.startMs));
  const segments = [...job.segments]
    .sort((a, b) => Number(a.standby ?? false) - Number(b.standby ?? false) || a.startMs - b.startMs || a.segment - b.segment)
    .map((segment) => planSegment(segment, segment.startMs - zeroMs));
  return { zeroMs, segments };
}

function planSegment(segment: MergeSegment, offsetMs: number): PlannedSegment {
  const parts: PlannedPart[] = [];
  let next = 0;
  for (const chunk of [...segment.chunks].sort((a, b) => a.seq - b.seq)) {
    if (chunk.seq < next) continue; // the same chunk twice
    const last = parts.at(-1);
    if (chunk.seq > next) parts.push({ kind: 'missing', fromSeq: next, toSeq: chunk.seq - 1 });
    if (chunk.seq === next && last) (last as { chunks: MergeChunk[] }).chunks.push(chunk);
    else parts.push({ kind: 'chunks', chunks: [chunk] });
    next = chunk.seq + 1;
  }
  return {
    segment: segment.segment,
    mimeType: segment.mimeType.toLowerCase().replaceAll(' ', ''),
    offsetMs,
    parts,
    lostTail: segment.expectedChunks !== null && segment.expectedChunks > next,
    standby: segment.standby ?? false,
  };
}
