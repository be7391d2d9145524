import type { MediaQuality } from '../../../protocol/shapes.ts';
import { createDiagnosticsLog, type Diagnostics, type Note } from './diagnostics.ts';
import { FULL, ladderAfter, strain, type Ladder, type Rung } from './picture-ladder.ts';
import { countersOf, figuresBetween, NO_SUM, shownBars, summaryOf, withFigures, type Bars, type MediaCounters, type QualityFigures } from './quality.ts';

/** How a call goes, as it is shown. `figures` null: nothing was measured yet. */
export interface CareView {
  figures: QualityFigures | null;
  /** The picture that we send. Below `full` the network is too narrow for more. */
  rung: Rung;
  /** What happened in the last minute, to be downloaded. */
  diagnostics(): Diagnostics;
}

/** Looks after the media of a call: measures them, gives way where the network is narrow, remembers what happened. */
export interface CallCare {
  readonly view: CareView;
  note(what: Note): void;
  /** Measures until `stop`. Harmless when it does already. */
  start(): void;
  stop(): void;
  /** How it went over the whole call; null when it was too short to say. */
  summary(): MediaQuality | null;
}

/** What care is made of. */
export interface CallCareOptions {
  /** The connection as it is now. */
  peer(): { stats(): Promise<RTCStatsReport>; limit(rung: Rung): Promise<void> } | null;
  /** Whether there is a picture to be sent. */
  sendsPicture(): boolean;
  /** Whether the other side has something to send; null = the call is held, and nothing can be said. */
  expects(): boolean | null;
  /** The server's time of the answer, ms since the epoch; null before. */
  answeredAt(): number | null;
  now(): number;
  facts(): { callId: string | null; side: string };
  /** Figures or rung changed. */
  changed(): void;
  everyMs?: number;
}

/** Makes care of one call. */
export function createCallCare(options: CallCareOptions): CallCare {
  const log = createDiagnosticsLog();
  let timer: ReturnType<typeof setInterval> | undefined;
  let last: { of: object; counters: MediaCounters; at: number } | null = null;
  let bars: Bars | null = null;
  let figures: QualityFigures | null = null;
  let ladder: Ladder = FULL;
  let sum = NO_SUM;
  let asked: { of: object; rung: Rung } | null = null;

  const measure = async (): Promise<void> => {
    const peer = options.peer();
    if (!peer) return;
    // A report that does not come is no figure: the next look may get one.
    const report = await peer.stats().catch(() => null);
    if (!report || timer === undefined || options.peer() !== peer) return;
    const at = options.now();
    const counters = countersOf(report, performance.now());
    const before = last?.of === peer ? last : null;
    last = { of: peer, counters, at };
    if (before) take(before.counters, counters, before.at, at);
    if (asked?.of !== peer || asked.rung !== ladder.rung) {
      // A fresh connection begins with the full picture: it is told anew.
      if (asked || ladder.rung !== 'full') await peer.limit(ladder.rung).catch(() => undefined);
      asked = { of: peer, rung: ladder.rung };
    }
  };

  const take = (before: MediaCounters, now: MediaCounters, fromMs: number, toMs: number): void => {
    const expects = options.expects();
    if (expects === null) {
      [figures, bars] = [null, null];
      return;
    }
    const measured = figuresBetween(before, now, expects);
    bars = shownBars(bars, measured.bars);
    figures = { ...measured, bars };
    const answeredAt = options.answeredAt();
    if (answeredAt !== null) sum = withFigures(sum, measured, fromMs - answeredAt, toMs - answeredAt);
    const stood = ladder.rung;
    ladder = ladderAfter(ladder, strain(now, stood), now.at, options.sendsPicture());
    log.note({ what: 'figures', ...measured, limited: now.limited, kbps: now.availableBps === null ? null : Math.round(now.availableBps / 1000), theirLoss: now.theirLoss });
    if (stood !== ladder.rung) log.note({ what: 'picture', rung: ladder.rung });
    options.changed();
  };

  return {
    get view() {
      return { figures, rung: ladder.rung, diagnostics: () => log.dump(options.facts()) };
    },
    note: log.note,
    start() {
      timer ??= setInterval(() => void measure(), options.everyMs ?? 2_000);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    summary: () => summaryOf(sum),
  };
}
