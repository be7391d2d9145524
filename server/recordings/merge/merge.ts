import type { BlobStore } from '../../blobs/blobs.ts';
import { partKey, partsPrefix } from '../recording-keys.ts';
import { joined, laySegments, type FilePlace } from './lay.ts';
import { MergeFailure, type MergedPart, type MergeGap, type MergeJob, type MergeResult } from './merge-runner.ts';
import { planMerge, type MergePlan } from './plan.ts';
import type { ReadChunk } from './segment-stream.ts';
import { surveySegments, type FileSurvey, type Survey } from './survey.ts';
import { verifyRecording } from './verify.ts';
import { typeOf, writeFile } from './write-file.ts';

/** What a merge works with. */
interface MergeParts {
  job: Pick<MergeJob, 'startMs' | 'endMs' | 'segments' | 'pauses' | 'outputKey'>;
  readChunk: ReadChunk;
  blobs: Pick<BlobStore, 'openWrite' | 'read' | 'delete' | 'deletePrefix'>;
}

/** One file as it was made and opened again. */
interface MergedFile {
  /** Null, and no file: its chunks held not one packet, or none that was not heard already. */
  part: MergedPart | null;
  packets: number;
  gaps: MergeGap[];
  filled: MergeResult['filled'];
}

/**
 * Joins a recording's chunks into one file, with duration and cues, stores it under the job's key as it is made, and opens it
 * again to verify it. Where codecs changed that no file can hold together, there are several files, one behind the other on one clock: the
 * first under the job's key, the others beside it. They are durable when this resolves; when it rejects there is none. Reads each chunk once, in
 * order (those with a header twice), and holds a few of them in memory.
 * @throws MergeFailure when no attempt can ever succeed; whatever `readChunk` or the store throws otherwise.
 */
export async function mergeRecording(options: MergeParts): Promise<MergeResult> {
  const { job, readChunk, blobs } = options;
  const plan = planMerge(job);
  const survey = await surveySegments(plan.segments, readChunk);
  const made: (MergedFile & { part: MergedPart })[] = [];
  const gaps: MergeGap[] = [];
  try {
    for (const [index, file] of survey.files.entries()) {
      const next = survey.files[index + 1];
      const last = made.at(-1);
      const untilMs = next ? beginOf(plan, next) : null;
      const fromMs = last ? Math.max(beginOf(plan, file), last.part.offsetMs + last.part.durationMs) : 0;
      const key = partKey(job.outputKey, made.length + 1);
      const merged = await mergeFile({ ...options, plan, survey, file, place: { fromMs, untilMs: untilMs === null ? null : Math.max(fromMs, untilMs) }, key });
      if (merged.part) made.push({ ...merged, part: merged.part });
      gaps.push(...merged.gaps);
    }
    const [first] = made;
    if (!first) throw new MergeFailure('nothing_readable', 'The chunks hold not one packet that can be decoded.');
    const end = made.at(-1)!.part;
    const { mimeType, bytes, sha256 } = first.part;
    return {
      mimeType, bytes, sha256, durationMs: end.offsetMs + end.durationMs, gaps: joined(gaps),
      filled: made.flatMap(({ filled }) => filled), packets: made.reduce((sum, { packets }) => sum + packets, 0),
      ...(made.length > 1 && { parts: made.map(({ part }) => part) }),
    };
  } catch (error) {
    if (made.length > 0) await blobs.delete(job.outputKey);
    if (survey.files.length > 1) await blobs.deletePrefix(partsPrefix(job.outputKey));
    throw error;
  }
}

function beginOf(plan: MergePlan, file: FileSurvey): number {
  return Math.min(...file.segments.map((index) => plan.segments[index]!.offsetMs));
}

/** Makes one file, or says what is missing there. */
async function mergeFile(options: MergeParts & { plan: MergePlan; survey: Survey; file: FileSurvey; place: FilePlace; key: string }): Promise<MergedFile> {
  const { file, blobs, key, place: { fromMs, untilMs } } = options;
  const laid = laySegments(options);
  const moved = <T extends { fromMs: number; toMs: number }>(stretches: readonly T[]) => stretches.map((one) => ({ ...one, fromMs: one.fromMs + fromMs, toMs: one.toMs + fromMs }));
  const write = await blobs.openWrite(key, { contentType: typeOf(file) });
  let written: Awaited<ReturnType<typeof writeFile>>;
  try {
    written = await writeFile({ write, file, sources: laid.sources, blocks: laid.blocks, untilMs: untilMs === null ? 0 : untilMs - fromMs });
    if (written.media === 0) {
      await write.abort();
      return { part: null, packets: 0, gaps: moved(laid.outcome(0).gaps), filled: [] };
    }
    await write.finish();
  } catch (error) {
    await write.abort().catch(() => undefined); // what it leaves, the store sweeps
    throw error;
  }
  try {
    const { bytes, packets, endMs } = written;
    const verified = await verifyRecording({ bytes, read: (range) => blobs.read(key, range) }, { kind: file.kind, packets, endMs });
    const { gaps, filled } = laid.outcome(endMs);
    return { part: { offsetMs: fromMs, ...verified }, packets, gaps: moved(gaps), filled: moved(filled) };
  } catch (error) {
    await blobs.delete(key);
    throw error;
  }
}
