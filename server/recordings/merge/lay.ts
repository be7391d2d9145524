import { fillHoles, remainingGaps, type FilledBlock, type Stretch } from './fill.ts';
import type { MergeGap, MergeJob } from './merge-runner.ts';
import type { MergePlan } from './plan.ts';
import { readSegment, type ReadChunk } from './segment-stream.ts';
import type { SegmentHeader, Survey } from './survey.ts';
import { weave, type WeaveSource, type WovenBlock } from './weave.ts';

/** One readable segment. Standbys come behind the others. */
export interface LaidSource extends WeaveSource {
  header: SegmentHeader;
  standby: boolean;
}

/** All segments on one line. */
export interface Laid {
  sources: LaidSource[];
  blocks: AsyncGenerator<FilledBlock, void, undefined>;
  /** Once the blocks are read to the end: what is silent, and where a standby is heard. `writtenMs`: where the file ends. */
  outcome(writtenMs: number): { gaps: MergeGap[]; filled: Stretch[] };
}

/** Recorders run this much past a call's end at most; and no call lasts longer than a day. */
const graceMs = 600_000;
const longestMs = 86_400_000;
/** Gaps so close to each other are one to a listener. */
const touchingMs = 100;

/** Reads the segments of a plan and lays their blocks on one clock: the primary ones first, standbys into their holes, nothing into pauses. */
export function laySegments(options: { job: Pick<MergeJob, 'endMs' | 'pauses'>; plan: MergePlan; survey: Survey; readChunk: ReadChunk }): Laid {
  const { job, plan, survey, readChunk } = options;
  const endMs = job.endMs === null ? null : Math.max(0, job.endMs - plan.zeroMs);
  const limitMs = endMs === null ? longestMs : endMs + graceMs;
  const sources: LaidSource[] = [];
  const unreadable: number[] = [];
  plan.segments.forEach((segment, index) => {
    const header = survey.headers[index];
    if (!header) {
      if (!segment.standby) unreadable.push(segment.offsetMs);
      return;
    }
    const ownHeader = segment.parts[0]?.kind === 'chunks';
    sources.push({
      header, standby: segment.standby, offsetMs: segment.offsetMs, lostTail: segment.lostTail, audioTrack: header.audio?.track ?? null,
      items: readSegment({ segment, readChunk, header: ownHeader ? null : header.bytes, limitMs }),
    });
  });
  const primaries = sources.filter(({ standby }) => !standby).length;
  const woven = weave({ sources: sources.slice(0, primaries), unreadable, endMs });
  const { blocks, filled, muted, beside } = fillHoles({
    primary: woven.blocks,
    standby: soundFrom(primaries, weave({ sources: sources.slice(primaries), unreadable: [], endMs: null }).blocks),
    pauses: (job.pauses ?? []).map(({ fromMs, toMs }) => ({ fromMs: fromMs - plan.zeroMs, toMs: toMs === null ? Number.POSITIVE_INFINITY : toMs - plan.zeroMs })),
    isSound: ({ source, block }) => block.track === sources[source]!.audioTrack,
  });
  return {
    sources,
    blocks,
    outcome: (writtenMs) => ({
      gaps: joined(remainingGaps(joined(woven.gaps), { filled, muted, beside, endMs: Math.max(writtenMs, endMs ?? 0) })),
      filled: filled.map(({ fromMs, toMs }) => ({ fromMs: Math.round(fromMs), toMs: Math.round(toMs) })),
    }),
  };
}

/** The sound of standbys, whose sources are counted from `first` on. */
async function* soundFrom(first: number, blocks: AsyncIterable<WovenBlock>): AsyncGenerator<WovenBlock, void, undefined> {
  for await (const woven of blocks) if (woven.durationMs > 0) yield { ...woven, source: woven.source + first };
}

/** Joins gaps that touch: several lost chunks in a row are one loss to a listener. */
function joined(gaps: readonly MergeGap[]): MergeGap[] {
  const wide: MergeGap[] = [];
  for (const gap of gaps) {
    const last = wide.at(-1);
    if (last && last.reason === gap.reason && gap.fromMs - last.toMs <= touchingMs) last.toMs = Math.max(last.toMs, gap.toMs);
    else wide.push({ ...gap });
  }
  return wide;
}
