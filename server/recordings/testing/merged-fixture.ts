import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { recordingFixture, type RecordingFixtureName } from '../../../test/fixtures/recording-fixture.ts';
import { findProgram } from '../../../test/services/processes.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../../../test/tones.ts';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { ebmlId, readHead, readUint } from '../merge/ebml.ts';
import { mergeRecording } from '../merge/merge.ts';
import type { MergeChunk, MergeJob, MergeResult, MergeSegment } from '../merge/merge-runner.ts';

const start = Date.UTC(2026, 5, 1);
/** Why decoding cannot be checked here, or false. */
export const noFfmpeg = findProgram('ffmpeg') && findProgram('ffprobe')
  ? false : 'ffmpeg is missing (`apt-get install ffmpeg`): what the merged file sounds like is not checked.';
/** SHA-256, lower-case hex. */
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A segment made of a fixture, and the bytes behind its chunks. */
export interface Part {
  fixture: RecordingFixtureName;
  at?: number;
  /** Chunks that never arrived. */
  without?: number[];
  /** Only so many chunks were made before the recorder died. */
  first?: number;
  mimeType?: string;
  /** In which order the chunks are told, some twice maybe. */
  order?: (seqs: number[]) => number[];
  change?: (bytes: Uint8Array, seq: number) => Uint8Array;
}

/** The job that merges these segments, and the bytes under its chunks' keys. */
export function jobOf(parts: Part[], endMs: number | null = null) {
  const bytes = new Map<string, Uint8Array>();
  const segments = parts.map((part, index): MergeSegment => {
    const fixture = recordingFixture(part.fixture);
    const chunks = fixture.chunks.slice(0, part.first).map((original, seq): MergeChunk => {
      const sent = part.change?.(original, seq) ?? original;
      const key = `chunks/r1/${String(index).padStart(4, '0')}/${String(seq).padStart(6, '0')}`;
      bytes.set(key, sent);
      return { seq, key, bytes: sent.length, sha256: sha256(sent) };
    });
    return {
      segment: index,
      mimeType: part.mimeType ?? fixture.mimeType,
      startMs: start + (part.at ?? 0),
      expectedChunks: part.first === undefined ? fixture.chunks.length : null,
      chunks: (part.order?.(chunks.map(({ seq }) => seq)) ?? chunks.map(({ seq }) => seq)).filter((seq) => !part.without?.includes(seq)).map((seq) => chunks[seq]!),
    };
  });
  const job: MergeJob = { recordingId: 'r1', startMs: start, endMs: endMs === null ? null : start + endMs, segments, outputKey: 'recordings/r1.webm' };
  return { job, bytes };
}

/** Merges them into a folder of the test's own; the file has its size, its hash and cues, and a failure leaves none. */
export async function merged(t: Test, parts: Part[], endMs: number | null = null): Promise<MergeResult & { path: string }> {
  const { job, bytes } = jobOf(parts, endMs);
  const { blobs, path } = await output(t, job);
  const result = await mergeRecording({ job, readChunk: async (chunk) => bytes.get(chunk.key) ?? null, blobs }).catch(async (error: unknown) => {
    t.strictSame(await filesBelow(t.testdirName), [], 'no file is left of a merge that failed');
    throw error;
  });
  t.equal((await stat(path)).size, result.bytes);
  t.equal(sha256(await readFile(path)), result.sha256);
  t.ok(cuesOf(await readFile(path)).length >= result.durationMs / 4000, 'it has cues to seek by');
  return { ...result, path };
}

/** A blob store in a folder of the test's own, and where the job's file will lie. */
export async function output(t: Test, job: MergeJob) {
  const folder = t.testdir();
  return { blobs: await openBlobs({ kind: 'disk', folder }), path: join(folder, job.outputKey) };
}

/** The names of all files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Times (ms) of a file's cues, which must each point at a Cluster of that time. */
function cuesOf(bytes: Uint8Array): number[] {
  const times: number[] = [];
  let segmentAt = 0;
  for (let at = 0, time = 0; at < bytes.length; ) {
    const head = readHead(bytes, at);
    if (typeof head === 'string') throw new Error(`no element at ${at}`);
    const content = at + head.headBytes;
    if (head.id === ebmlId.segment) segmentAt = content;
    if (head.id === 0xb3) times.push((time = readUint(bytes, content, content + head.contentBytes!)));
    if (head.id === 0xf1) {
      const place = segmentAt + readUint(bytes, content, content + head.contentBytes!);
      const cluster = readHead(bytes, place);
      if (typeof cluster === 'string' || cluster.id !== ebmlId.cluster) throw new Error(`the cue at ${time} ms points at no Cluster`);
      const stamp = place + cluster.headBytes;
      const clusterMs = readUint(bytes, stamp + 2, stamp + 2 + (bytes[stamp + 1]! & 0x7f));
      if (time < clusterMs || time - clusterMs > 33_000) throw new Error(`the cue at ${time} ms points at ${clusterMs} ms`);
    }
    // Into the Segment, Cues, CuePoint and CueTrackPositions; over everything else.
    at = [ebmlId.segment, ebmlId.cues, 0xbb, 0xb7].includes(head.id as never) ? content : content + head.contentBytes!;
  }
  return times;
}

/** Asserts that the left channel is the visitor's tone and the right the agent's, but for the gaps, which are silent. */
export async function hears(t: Test, file: string, gaps: MergeResult['gaps'], durationMs: number) {
  if (noFfmpeg) return t.comment(noFfmpeg);
  const channels = await decodeChannels(file);
  t.equal(channels.length, 2);
  const seconds = channels[0]!.length / sampleRate;
  t.ok(Math.abs(seconds * 1000 - durationMs) < durationMs * 0.02, `${seconds} s of sound for ${durationMs} ms`);
  for (const [channel, own, other] of [[0, 440, 1000], [1, 1000, 440]] as const) {
    const windows = toneWindows(channels[channel]!, sampleRate, own);
    const touches = (at: number, slack: number) => gaps.some((gap) => at * 1000 + 250 > gap.fromMs - slack && at * 1000 < gap.toMs + slack);
    const inside = (at: number) => gaps.some((gap) => at * 1000 > gap.fromMs + 100 && at * 1000 + 250 < gap.toMs - 100);
    const outside = windows.filter((window) => !touches(window.at, 100));
    t.ok(toneShare(outside) >= 0.95, `channel ${channel} has ${own} Hz in ${Math.round(toneShare(outside) * 100)} % of ${outside.length} windows`);
    t.ok(toneShare(toneWindows(channels[channel]!, sampleRate, other)) <= 0.02, `channel ${channel} has no ${other} Hz`);
    const silent = windows.filter((window) => inside(window.at));
    t.ok(silent.every((window) => window.total < -60), `channel ${channel} is silent in ${silent.length} windows of the gaps`);
  }
}

/** Times (s) of all frames that ffmpeg decodes; throws when it complains. */
export function framesOf(file: string): number[] {
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', file];
  return execFileSync('ffprobe', args, { encoding: 'utf8' }).trim().split('\n').map(Number.parseFloat);
}
