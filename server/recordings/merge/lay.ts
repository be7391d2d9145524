import { soundMs } from './codecs.ts';
import { fillHoles, remainingGaps, type FilledBlock, type Stretch } from './fill.ts';
import type { MergeGap, MergeJob } from './merge-runner.ts';
import type { MergePlan, PlannedSegment } from './plan.ts';
import { readSegment, type ReadChunk } from './segment-stream.ts';
import type { FileSurvey, SegmentHeader, Survey } from './survey.ts';
import { NUDGE_MS, weave, type WeaveSource, type WovenBlock } from './weave.ts';

/** One readable segment. Standbys come behind the others. */
export interface LaidSource extends WeaveSource {
  header: SegmentHeader;
}

/** The segments of one file on one line. */
export interface Laid {
  sources: LaidSource[];
  blocks: AsyncGenerator<FilledBlock, void, undefined>;
  /** Once the blocks are read to the end: what is silent, and where a standby is heard, ms of the file. `writtenMs`: where the file ends. */
  outcome(writtenMs: number): { gaps: MergeGap[]; filled: Stretch[] };
}

/** Where a file lies on the clock of the recording, ms: its zero, and the zero of the one behind it; null for the last. */
export interface FilePlace {
  fromMs: number;
  untilMs: number | null;
}

/** Recorders run this much past a call's end at most; and no call lasts longer than a day. */
const graceMs = 600_000;
const longestMs = 86_400_000;
/** Gaps so close to each other are one to a listener. */
const touchingMs = 100;

/** Reads the segments of a file and lays their blocks on one clock: the primary ones first, standbys into their holes, nothing into pauses. */
export function laySegments(options: { job: Pick<MergeJob, 'endMs' | 'pauses'>; plan: MergePlan; survey: Survey; file: FileSurvey; place: FilePlace; readChunk: ReadChunk }): Laid {
  const { job, plan, survey, file, readChunk } = options;
  const { fromMs, untilMs } = options.place;
  const zeroMs = plan.zeroMs + fromMs;
  const callEndMs = job.endMs === null ? null : Math.max(0, job.endMs - zeroMs);
  const endMs = untilMs === null ? callEndMs : untilMs - fromMs;
  const limitMs = callEndMs === null ? longestMs : callEndMs + graceMs;
  const sources: LaidSource[] = [];
  const unreadable: number[] = [];

  const add = (segment: PlannedSegment, header: SegmentHeader, offsetMs: number) => {
    const ownHeader = segment.parts[0]?.kind === 'chunks';
    sources.push({
      header, offsetMs, lostTail: segment.lostTail, sound: header.audio && { track: header.audio.track, ms: soundMs(header.audio) },
      items: readSegment({ segment: { ...segment, offsetMs }, readChunk, header: ownHeader ? null : header.bytes, limitMs }),
    });
  };

  for (const index of file.segments) {
    const segment = plan.segments[index]!;
    const header = survey.headers[index];
    const offsetMs = segment.offsetMs - fromMs;
    // One whose start was told a little early is moved behind the file before, as segments of one file are.
    if (header) add(segment, header, offsetMs < 0 && offsetMs >= -NUDGE_MS ? 0 : offsetMs);
    else unreadable.push(offsetMs);
  }
  const primaries = sources.length;
  plan.segments.forEach((segment, index) => {
    const header = survey.headers[index];
    // What another file's recorder heard meanwhile fills holes as a standby does.
    const spare = segment.standby || (untilMs !== null && segment.offsetMs >= untilMs);
    if (spare && header?.audio && header.audio.parameters === file.audio?.parameters) add(segment, { ...header, video: null }, segment.offsetMs - fromMs);
  });

  const woven = weave({ sources: sources.slice(0, primaries), unreadable, endMs, followed: untilMs !== null });
  const { blocks, filled, muted, beside } = fillHoles({
    primary: woven.blocks,
    standby: soundFrom(primaries, weave({ sources: sources.slice(primaries), unreadable: [], endMs: null }).blocks),
    pauses: (job.pauses ?? []).map((pause) => ({ fromMs: pause.fromMs - zeroMs, toMs: pause.toMs === null ? Number.POSITIVE_INFINITY : pause.toMs - zeroMs })),
    isSound: ({ source, block }) => block.track === sources[source]!.sound?.track,
    ...(untilMs !== null && { endMs: untilMs - fromMs }),
  });
  return {
    sources,
    blocks,
    outcome: (writtenMs) => ({
      gaps: joined(remainingGaps(joined(woven.gaps), { filled, muted, beside, endMs: Math.max(writtenMs, endMs ?? 0) })),
      filled: filled.map((stretch) => ({ fromMs: Math.round(stretch.fromMs), toMs: Math.round(stretch.toMs) })),
    }),
  };
}

/** The sound of standbys, whose sources are counted from `first` on. */
async function* soundFrom(first: number, blocks: AsyncIterable<WovenBlock>): AsyncGenerator<WovenBlock, void, undefined> {
  for await (const woven of blocks) if (woven.durationMs > 0) yield { ...woven, source: woven.source + first };
}

/** Joins gaps that touch: several lost chunks in a row are one loss to a listener. */
export function joined(gaps: readonly MergeGap[]): MergeGap[] {
  const wide: MergeGap[] = [];
  for (const gap of gaps) {
    const last = wide.at(-1);
    if (last && last.reason === gap.reason && gap.fromMs - last.toMs <= touchingMs) last.toMs = Math.max(last.toMs, gap.toMs);
    else wide.push({ ...gap });
  }
  return wide;
}
