import type { GapReason, MergeGap } from './merge-runner.ts';
import type { WovenBlock } from './weave.ts';

/** From here to there, in ms of the merged file. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** A block of the primary recording, or one of a standby that takes the place of what is missing; `end`: no primary block follows. */
export interface FilledBlock extends WovenBlock {
  standby?: 'hole' | 'end';
}

/** What came of filling; complete when the blocks have been read to the end. */
export interface Filling {
  blocks: AsyncGenerator<FilledBlock, void, undefined>;
  /** Where the standby is heard. */
  filled: Stretch[];
  /** Pauses in which somebody recorded all the same: nothing of it is in the file. */
  muted: Stretch[];
  /** Silence before and behind what a standby filled: the primary recording may not have told it, e.g. at its end. */
  beside: Stretch[];
}

/** Shorter holes are jitter of a busy recorder, and players bridge them. */
const leastHoleMs = 100;
/** Silence beside a standby is told from this length on, as between segments. */
const besideMs = 250;

/**
 * Lets the standby be heard where the primary recording has no sound, on the same clock; and nobody in pauses. Both come in order of
 * time. A standby's packet belongs into a hole if its middle does, so that neither a word is doubled nor a stutter made.
 */
export function fillHoles(options: {
  primary: AsyncIterable<WovenBlock>;
  standby: AsyncIterable<WovenBlock>;
  pauses: readonly Stretch[];
  /** Whether a primary block is sound. */
  isSound(block: WovenBlock): boolean;
  /** Where another file begins: behind the primary recording's end the standby is heard until then. */
  endMs?: number;
}): Filling {
  const filled: Stretch[] = [];
  const muted: Stretch[] = [];
  const beside: Stretch[] = [];
  const spare = options.standby[Symbol.asyncIterator]();
  let next: WovenBlock | null = null;
  let soundMs = 0;

  const mute = ({ block, durationMs }: WovenBlock): boolean => {
    const pause = options.pauses.find(({ fromMs, toMs }) => block.timeMs < toMs && block.timeMs + Math.max(durationMs, 1) > fromMs);
    if (pause && !muted.includes(pause)) muted.push(pause);
    return pause !== undefined;
  };

  const leave = (toMs: number): void => {
    if (toMs - soundMs > besideMs) beside.push({ fromMs: soundMs, toMs });
  };

  async function nextStandby(): Promise<WovenBlock | null> {
    while (next === null) {
      const item = await spare.next();
      if (item.done) return null;
      if (!mute(item.value)) next = item.value;
    }
    return next;
  }

  async function* fill(toMs: number, standby: 'hole' | 'end'): AsyncGenerator<FilledBlock, void, undefined> {
    const fromMs = soundMs;
    let heard = false;
    for (let found = await nextStandby(); found !== null; found = await nextStandby()) {
      const middleMs = found.block.timeMs + found.durationMs / 2;
      if (middleMs >= toMs) break;
      next = null;
      if (middleMs < fromMs) continue;
      const endMs = found.block.timeMs + found.durationMs;
      leave(found.block.timeMs);
      heard = true;
      const last = filled.at(-1);
      if (last && found.block.timeMs - last.toMs <= leastHoleMs && last.toMs >= fromMs) last.toMs = endMs;
      else filled.push({ fromMs: Math.max(fromMs, found.block.timeMs), toMs: endMs });
      soundMs = Math.max(soundMs, endMs);
      yield { ...found, broken: false, standby };
    }
    if (heard && standby === 'hole') leave(toMs);
  }

  async function* blocks(): AsyncGenerator<FilledBlock, void, undefined> {
    let broken = false;
    for await (const woven of options.primary) {
      if (mute(woven)) {
        broken = true;
        continue;
      }
      if (options.isSound(woven)) {
        if (woven.block.timeMs - soundMs > leastHoleMs) yield* fill(woven.block.timeMs, 'hole');
        soundMs = Math.max(soundMs, woven.block.timeMs + woven.durationMs);
      }
      yield broken ? { ...woven, broken: true } : woven;
      broken = false;
    }
    yield* fill(options.endMs ?? Number.POSITIVE_INFINITY, 'end');
  }

  return { blocks: blocks(), filled, muted, beside };
}

/**
 * What is silent in the end: what the primary recording lacked and the standby had not either, and muted pauses up to the file's or
 * the call's end.
 */
export function remainingGaps(found: readonly MergeGap[], { filled, muted, beside, endMs }: Omit<Filling, 'blocks'> & { endMs: number }): MergeGap[] {
  const held = muted.map(({ fromMs, toMs }) => ({ fromMs: Math.round(Math.max(0, fromMs)), toMs: Math.round(Math.min(toMs, endMs)) })).filter(({ fromMs, toMs }) => toMs > fromMs);
  const gaps: MergeGap[] = held.map((stretch) => ({ ...stretch, reason: 'not_recorded' as GapReason }));
  const untold = beside.flatMap((stretch) => found.reduce<MergeGap[]>((parts, gap) => parts.flatMap((part) => without(part, gap)), [{ fromMs: Math.round(stretch.fromMs), toMs: Math.round(stretch.toMs), reason: 'not_recorded' }]))
    .filter((part) => part.toMs - part.fromMs > besideMs);
  for (const gap of [...found, ...untold]) {
    const left = [...filled, ...held].reduce<MergeGap[]>((parts, stretch) => parts.flatMap((part) => without(part, stretch)), [gap]);
    // A hole whose length nobody knows stays told, unless the standby was heard behind it.
    gaps.push(...left.filter((part) => part === gap || part.toMs - part.fromMs > leastHoleMs));
  }
  return gaps.sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
}

function without(gap: MergeGap, { fromMs, toMs }: Stretch): MergeGap[] {
  const touches = gap.fromMs === gap.toMs ? gap.fromMs >= fromMs - leastHoleMs && gap.fromMs < toMs : gap.fromMs < toMs && gap.toMs > fromMs;
  if (!touches) return [gap];
  const parts = [{ ...gap, toMs: Math.min(gap.toMs, Math.round(fromMs)) }, { ...gap, fromMs: Math.max(gap.fromMs, Math.round(toMs)) }];
  return parts.filter((part) => part.toMs > part.fromMs);
}
