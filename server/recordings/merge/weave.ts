import type { Block } from './block-reader.ts';
import type { GapReason, MergeGap } from './merge-runner.ts';
import type { SegmentItem } from './segment-stream.ts';

/** One segment as the weaving sees it. */
export interface WeaveSource {
  items: AsyncGenerator<SegmentItem, void, undefined>;
  /** No block lies before this, in ms of the merged file. */
  offsetMs: number;
  /** Its track of sound: the number, and how long a packet sounds; null when it has none. */
  sound: { track: number; ms(packet: Uint8Array): number } | null;
  /** Chunks at its end never arrived. */
  lostTail: boolean;
}

/** A block whose turn it is. */
export interface WovenBlock {
  /** Index of its source. */
  source: number;
  block: Block;
  /** Ms that it lasts; 0 for pictures, which last until the next. */
  durationMs: number;
  /** It does not continue the block before it: pictures must wait for a key frame. */
  broken: boolean;
}

/** What has been found missing so far; complete when the blocks have been read to the end. */
export interface Weave {
  blocks: AsyncGenerator<WovenBlock, void, undefined>;
  gaps: MergeGap[];
}

/** A hole behind lost bytes is told from this length on: a packet has 60 ms at most. */
const lostHoleMs = 100;
/** A hole without known loss: recorders stall for half a second on a busy computer, and a reload takes its time. */
const idleHoleMs = 1000;
/** Between two segments: the next one begins at once where nobody died. */
const seamHoleMs = 250;
/** The recorder's last packet comes before the call's end reaches the server. */
const endHoleMs = 3000;
/**
 * A segment that begins this much before the last one ended is the same recorder's next one whose start was told a little
 * early: it is moved behind. More is another recorder's, and what is heard already is left out.
 */
export const NUDGE_MS = 1000;

interface Stream {
  index: number;
  source: WeaveSource;
  shiftMs: number;
  begun: boolean;
  /** Its first block has been handed on, so it can no longer be moved. */
  used: boolean;
  ended: boolean;
  next: Block | null;
  /** Why there may be a hole before `next`. */
  lost: GapReason | null;
}

/**
 * Lays the blocks of all segments on one line. Segments that follow each other are joined; where two recorders ran at a
 * time, the first is heard until it ends or falls silent, then the other takes over. Times never go back.
 *
 * `unreadable` are the starts of segments that cannot be read at all; `endMs` is the call's end, if known, or where another file
 * begins (`followed`).
 */
export function weave(options: { sources: WeaveSource[]; unreadable: number[]; endMs: number | null; followed?: boolean }): Weave {
  const gaps: MergeGap[] = [];
  const streams = options.sources.map((source, index): Stream => (
    { index, source, shiftMs: 0, begun: false, used: false, ended: false, next: null, lost: null }
  ));
  let cursor = 0;

  function note(fromMs: number, toMs: number, reason: GapReason) {
    gaps.push({ fromMs: Math.round(fromMs), toMs: Math.round(toMs), reason });
  }

  const unreadableBetween = (fromMs: number, toMs: number) => options.unreadable.some((start) => start >= fromMs - idleHoleMs && start < toMs);

  async function fill(stream: Stream): Promise<Block | null> {
    stream.begun = true;
    while (stream.next === null && !stream.ended) {
      const item = await stream.source.items.next();
      if (item.done) stream.ended = true;
      else if (item.value.kind === 'lost') stream.lost = item.value.reason;
      else stream.next = item.value.block;
    }
    return stream.next;
  }

  /** The next block of a stream that is not being heard now: what lies before the cursor is left out. */
  async function fillFromCursor(stream: Stream): Promise<Block | null> {
    for (;;) {
      const block = await fill(stream);
      if (block === null) return null;
      const early = cursor - (block.timeMs + stream.shiftMs);
      if (early <= 0) return block;
      if (!stream.used && early <= NUDGE_MS) {
        stream.shiftMs += early;
        return block;
      }
      stream.used = true;
      stream.lost = null;
      stream.next = null;
    }
  }

  async function choose(current: Stream | null): Promise<Stream | null> {
    let best: Stream | null = current?.next ? current : null;
    for (const stream of streams) {
      if (stream === current || stream.ended) continue;
      const bestMs = best ? best.next!.timeMs + best.shiftMs : Number.POSITIVE_INFINITY;
      if (!stream.begun && stream.source.offsetMs >= bestMs) continue;
      const block = await fillFromCursor(stream);
      if (block && block.timeMs + stream.shiftMs < bestMs) best = stream;
    }
    return best;
  }

  function noteHole(from: Stream | null, to: Stream, toMs: number) {
    const lost = to.lost ?? (from && from !== to ? (from.lost ?? (from.source.lostTail && from.ended ? 'missing_chunks' : null)) : null);
    const reason = lost ?? (unreadableBetween(cursor, toMs) ? 'unreadable' : from === to ? 'stalled' : 'not_recorded');
    const least = reason === 'stalled' ? idleHoleMs : reason === 'not_recorded' ? (from ? seamHoleMs : idleHoleMs) : lostHoleMs;
    if (toMs - cursor > least) note(cursor, toMs, reason);
  }

  function noteEnd(last: Stream | null) {
    const toMs = Math.max(cursor, options.endMs ?? 0);
    const lost = last?.lost ?? (last?.source.lostTail ? 'missing_chunks' : null) ?? (unreadableBetween(cursor, Number.POSITIVE_INFINITY) ? 'unreadable' : null);
    // Without the call's end nobody knows how long the loss was: it is told with no length.
    if (lost) note(cursor, toMs, lost);
    else if (toMs - cursor > (options.followed ? seamHoleMs : endHoleMs)) note(cursor, toMs, 'not_recorded');
  }

  async function* blocks(): AsyncGenerator<WovenBlock, void, undefined> {
    let current: Stream | null = null;
    for (;;) {
      let broken = false;
      const ahead: Block | null = current ? await fill(current) : null;
      const holeMs: number = ahead && current ? ahead.timeMs + current.shiftMs - cursor : Number.POSITIVE_INFINITY;
      if (holeMs > (current?.lost ? lostHoleMs : idleHoleMs)) {
        const chosen: Stream | null = await choose(current);
        if (!chosen) {
          noteEnd(current);
          return;
        }
        noteHole(current, chosen, chosen.next!.timeMs + chosen.shiftMs);
        broken = chosen !== current;
        if (current && chosen !== current) current.lost = null;
        current = chosen;
      }
      const stream: Stream = current!;
      const block: Block = stream.next!;
      broken ||= stream.lost !== null;
      stream.next = null;
      stream.lost = null;
      stream.used = true;
      const { sound } = stream.source;
      const durationMs = block.track === sound?.track ? sound.ms(block.data) : 0;
      const timeMs = block.timeMs + stream.shiftMs;
      cursor = Math.max(cursor, timeMs + durationMs);
      yield { source: stream.index, block: { ...block, timeMs }, durationMs, broken };
    }
  }

  return { blocks: blocks(), gaps };
}
