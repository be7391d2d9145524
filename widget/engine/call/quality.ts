import type { MediaQuality } from '../../../protocol/shapes.ts';

// How well a call's media go, from what `getStats` counts. Pure: counters of two moments give the figures of the time between.

/** Counters of one moment, as far as the browser tells them. Nothing in it names a person or an address. */
export interface MediaCounters {
  /** ms, of one clock. */
  at: number;
  rttMs: number | null;
  relayed: boolean | null;
  received: number;
  lost: number;
  jitterMs: number;
  samples: number;
  concealed: number;
  /** What the encoder says holds its picture back. */
  limited: 'none' | 'cpu' | 'bandwidth' | 'other';
  /** What the network takes of ours, bits per second. */
  availableBps: number | null;
  width: number;
  height: number;
  framesPerSecond: number;
  /** What the other side says it has lost of ours, 0 to 1. */
  theirLoss: number | null;
}

/** 0 = nothing comes · 1 = hardly to be understood · 4 = as if one were there. */
export type Bars = 0 | 1 | 2 | 3 | 4;

/** The figures of the last moments. `width` and `height` are of the picture that comes, 0 = none does. */
export interface QualityFigures {
  bars: Bars;
  rttMs: number;
  jitterMs: number;
  lossPercent: number;
  concealedPercent: number;
  relayed: boolean;
  width: number;
  height: number;
  framesPerSecond: number;
}

type Report = { forEach(visit: (stats: Record<string, unknown>) => void): void };

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** Reads the counters out of a report. */
export function countersOf(report: Report, at: number): MediaCounters {
  const counters: MediaCounters = {
    at, rttMs: null, relayed: null, received: 0, lost: 0, jitterMs: 0, samples: 0, concealed: 0, limited: 'none', availableBps: null,
    width: 0, height: 0, framesPerSecond: 0, theirLoss: null,
  };
  const byId = new Map<unknown, Record<string, unknown>>();
  let selected: unknown = null;
  report.forEach((stats) => {
    byId.set(stats.id, stats);
    switch (stats.type) {
      case 'transport':
        selected ??= stats.selectedCandidatePairId ?? null;
        break;
      case 'inbound-rtp':
        counters.received += number(stats.packetsReceived);
        counters.lost += Math.max(0, number(stats.packetsLost));
        if (stats.kind === 'audio') {
          counters.jitterMs = Math.max(counters.jitterMs, number(stats.jitter) * 1000);
          counters.samples += number(stats.totalSamplesReceived);
          counters.concealed += Math.max(0, number(stats.concealedSamples) - number(stats.silentConcealedSamples));
        } else if (number(stats.frameWidth) * number(stats.frameHeight) > counters.width * counters.height) {
          counters.width = number(stats.frameWidth);
          counters.height = number(stats.frameHeight);
          counters.framesPerSecond = number(stats.framesPerSecond);
        }
        break;
      case 'outbound-rtp':
        if (stats.kind === 'video' && typeof stats.qualityLimitationReason === 'string') counters.limited = stats.qualityLimitationReason as MediaCounters['limited'];
        break;
      case 'remote-inbound-rtp':
        counters.theirLoss = Math.max(counters.theirLoss ?? 0, number(stats.fractionLost));
        if (counters.rttMs === null && number(stats.roundTripTime) > 0) counters.rttMs = number(stats.roundTripTime) * 1000;
        break;
    }
  });
  // Firefox has no transport: its pair says of itself that it is the one.
  const pair = byId.get(selected) ?? [...byId.values()].find((stats) => stats.type === 'candidate-pair' && (stats.selected === true || (stats.nominated === true && stats.state === 'succeeded')));
  if (pair) {
    if (number(pair.currentRoundTripTime) > 0) counters.rttMs = number(pair.currentRoundTripTime) * 1000;
    if (number(pair.availableOutgoingBitrate) > 0) counters.availableBps = number(pair.availableOutgoingBitrate);
    counters.relayed = [pair.localCandidateId, pair.remoteCandidateId].some((id) => byId.get(id)?.candidateType === 'relay');
  }
  return counters;
}

/** From which figure on how many bars are lost. */
const STEPS = {
  lossPercent: [2, 5, 10], rttMs: [300, 500, 1_000], jitterMs: [30, 60, 120], concealedPercent: [2, 5, 12],
} as const;

const lostBars = (value: number, steps: readonly number[]): number => steps.filter((step) => value > step).length;

/** The figures of the time between two moments. `expects`: the other side has something to send, so that nothing is a bad sign. */
export function figuresBetween(before: MediaCounters, now: MediaCounters, expects = true): QualityFigures {
  // A fresh connection counts from nothing again.
  const grown = (key: 'received' | 'lost' | 'samples' | 'concealed'): number => Math.max(0, now[key] < before[key] ? now[key] : now[key] - before[key]);
  const [received, lost, samples, concealed] = [grown('received'), grown('lost'), grown('samples'), grown('concealed')];
  const share = (part: number, whole: number): number => (whole > 0 ? Math.min(100, Math.round((part / whole) * 1_000) / 10) : 0);
  const figures = {
    rttMs: Math.round(now.rttMs ?? before.rttMs ?? 0), jitterMs: Math.round(now.jitterMs), lossPercent: share(lost, received + lost),
    concealedPercent: share(concealed, samples), relayed: now.relayed ?? before.relayed ?? false,
    width: now.width, height: now.height, framesPerSecond: Math.round(now.framesPerSecond),
  };
  const bars = received === 0 && expects ? 0 : barsOf(figures);
  return { ...figures, bars };
}

/** What the worst of the figures makes of a connection by which something comes through. */
export function barsOf(figures: Pick<QualityFigures, 'rttMs' | 'jitterMs' | 'lossPercent' | 'concealedPercent'>): Bars {
  return (4 - Math.max(...(['lossPercent', 'rttMs', 'jitterMs', 'concealedPercent'] as const).map((key) => lostBars(figures[key], STEPS[key])))) as Bars;
}

/** Bars as they are shown: down at once, up by one at a time, lest they flicker. */
export function shownBars(shown: Bars | null, measured: Bars): Bars {
  return shown === null || measured <= shown ? measured : ((shown + 1) as Bars);
}

/** What is kept of a whole call: running means, and when it was poor (two bars or fewer). Moments are ms from the answer. */
export interface QualitySum {
  readonly times: number;
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly concealedPercent: number;
  readonly relayed: boolean;
  readonly drops: readonly { fromMs: number; toMs: number }[];
}

/** Nothing measured yet. */
export const NO_SUM: QualitySum = { times: 0, rttMs: 0, jitterMs: 0, lossPercent: 0, concealedPercent: 0, relayed: false, drops: [] };

const POOR: Bars = 2;
const MOST_DROPS = 200;

/** Adds the figures of a stretch of time. Poor stretches that follow one another are one. */
export function withFigures(sum: QualitySum, figures: QualityFigures, fromMs: number, toMs: number): QualitySum {
  const last = sum.drops.at(-1);
  const poor = figures.bars <= POOR;
  const stretch = { fromMs: Math.max(0, Math.round(fromMs)), toMs: Math.max(0, Math.round(toMs)) };
  const joins = poor && last && stretch.fromMs - last.toMs <= 500;
  const drops = !poor || (!joins && sum.drops.length >= MOST_DROPS) ? sum.drops : joins ? [...sum.drops.slice(0, -1), { fromMs: last.fromMs, toMs: stretch.toMs }] : [...sum.drops, stretch];
  return {
    times: sum.times + 1, rttMs: sum.rttMs + figures.rttMs, jitterMs: sum.jitterMs + figures.jitterMs,
    lossPercent: sum.lossPercent + figures.lossPercent, concealedPercent: sum.concealedPercent + figures.concealedPercent,
    relayed: sum.relayed || figures.relayed, drops,
  };
}

/** The sum as the server keeps it; null when nothing was measured. */
export function summaryOf({ times, rttMs, jitterMs, lossPercent, concealedPercent, relayed, drops }: QualitySum): MediaQuality | null {
  if (times === 0) return null;
  const tenth = (value: number): number => Math.round((value / times) * 10) / 10;
  return {
    rttMs: Math.round(rttMs / times), jitterMs: Math.round(jitterMs / times), lossPercent: tenth(lossPercent), concealedPercent: tenth(concealedPercent),
    relayed, drops: drops.map((drop) => ({ ...drop })),
  };
}
