/** One acknowledged chunk. Its bytes lie in the blob store under `key`. */
export interface MergeChunk {
  seq: number;
  key: string;
  bytes: number;
  /** Lower-case hex. A blob that is absent, or hashes otherwise, counts as missing. */
  sha256: string;
}

/** What one recorder sent without interruption: the parts of one MediaRecorder's output. */
export interface MergeSegment {
  segment: number;
  mimeType: string;
  /** When its recorder started, milliseconds since the epoch by the server's clock. */
  startMs: number;
  /** How many chunks the recorder says it made; null when it never said (its tab died). */
  expectedChunks: number | null;
  /** In any order; a seq that is absent was never received. */
  chunks: MergeChunk[];
  /** Its sound is heard where the others have none, and nowhere else. */
  standby?: boolean;
}

/** Everything that a merge needs to know; plain data, because it crosses into a worker thread. */
export interface MergeJob {
  recordingId: string;
  /** Time zero of the merged file, by the server's clock. Normally the earliest segment's start. */
  startMs: number;
  /** When the recorded call ended, if known: what lies between the last sound and this is told as a gap, not padded. */
  endMs: number | null;
  segments: MergeSegment[];
  /** When nobody was to record, by the server's clock; null = until the end. Whatever was recorded then is left out. */
  pauses?: { fromMs: number; toMs: number | null }[];
  /** Where the merged file is to be stored, e.g. `recordings/<recordingId>.webm`. */
  outputKey: string;
}

/**
 * Why a stretch of a recording holds nothing.
 * - `missing_chunks`: chunks of this stretch never arrived, or their blobs are lost or damaged.
 * - `unreadable`: the bytes arrived but cannot be decoded without their header, which is lost.
 * - `not_recorded`: nobody was recording (between two segments, or after the last one).
 * - `stalled`: a recorder ran on but delivered nothing, e.g. on a sleeping computer.
 */
export type GapReason = 'missing_chunks' | 'unreadable' | 'not_recorded' | 'stalled';

/** A silent stretch of the merged file, in milliseconds from its beginning. */
export interface MergeGap {
  fromMs: number;
  toMs: number;
  reason: GapReason;
}

/** One of the files of a recording, as it was verified by opening it again. */
export interface MergedPart {
  /** Where its beginning lies on the clock of the recording, ms. */
  offsetMs: number;
  durationMs: number;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  /** With codecs, e.g. `audio/webm;codecs=opus`: fit for Content-Type and for `canPlayType`. */
  mimeType: string;
}

/** The merged file. It is stored under the job's `outputKey`; where there are several, the first of them is, and this is told of it. */
export interface MergeResult extends Omit<MergedPart, 'offsetMs'> {
  /** From the beginning of the first file to the end of the last. */
  durationMs: number;
  /** Where there are several files: all of them in order, without overlap, stored under `partKey`. */
  parts?: MergedPart[];
  /** In order of time, not overlapping. */
  gaps: MergeGap[];
  /** Where a standby is heard instead of the primary recording. */
  filled: { fromMs: number; toMs: number }[];
  /** Media packets in the file, filled-in silence included. */
  packets: number;
}

/**
 * Why a recording can never be merged, however often it is tried.
 * - `nothing_readable`: no chunk with a usable header and at least one packet.
 * - `unsupported_type`: a container or codec that no file of ours can hold.
 */
export type MergeFailureCode = 'nothing_readable' | 'unsupported_type';

/** A merge that must not be tried again. Every other error of a `MergeRunner` is passing: try later. */
export class MergeFailure extends Error {
  readonly code: MergeFailureCode;
  constructor(code: MergeFailureCode, message: string) {
    super(message);
    this.name = 'MergeFailure';
    this.code = code;
  }
}

/** Joins the chunks of a recording into one file (or, where codecs changed, several), away from the main thread and one at a time. */
export interface MergeRunner {
  /**
   * Merges, verifies and stores. Waits its turn behind earlier jobs. Inputs are only read, so a job may be run again, also
   * after a crash: the same job gives the same file. Rejects with `MergeFailure` when trying again is useless.
   */
  run(job: MergeJob): Promise<MergeResult>;
  /** Ends the job that runs and rejects those that wait. */
  close(): Promise<void>;
}
