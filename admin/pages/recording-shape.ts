import type { TimelineItem, Waveform } from '../../protocol/playback.ts';

/** A stretch of time, ms. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** So long before somebody is heard again playing goes on, ms: nobody is cut off in the first syllable. */
export const LEAD_MS = 300;

/**
 * One row of a waveform as the `d` of an SVG path, in a box of 1000 × 100: so many bars, each as loud as the loudest of what it stands
 * for, the quiet ones a hair so that time is seen to go on. Soft speech is drawn larger than it is, as ears hear it.
 */
export function barsOf(peaks: readonly number[], bars: number): string {
  const many = Math.max(1, Math.min(bars, peaks.length));
  const width = 1000 / many;
  const parts: string[] = [];
  for (let bar = 0; bar < many; bar++) {
    const from = Math.floor((bar * peaks.length) / many);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / many));
    let peak = 0;
    for (let n = from; n < to; n++) peak = Math.max(peak, peaks[n] ?? 0);
    const half = Math.max(1, Math.sqrt(peak / 255) * 48);
    parts.push(`M${round(bar * width + width * 0.15)} ${round(50 - half)}h${round(width * 0.7)}v${round(2 * half)}h${round(-width * 0.7)}z`);
  }
  return parts.join('');
}

/** The silence that lies over a moment; null when somebody is about to be heard. */
export function silenceAt(silences: Waveform['silences'], atMs: number): Stretch | null {
  return silences.find(({ fromMs, toMs }) => atMs >= fromMs + LEAD_MS && atMs < toMs - LEAD_MS) ?? null;
}

/** Where somebody is heard again after the silence that lies over a moment, or after the next one; null when none follows. */
export function nextWords(silences: Waveform['silences'], atMs: number, durationMs: number): number | null {
  const next = silences.find(({ toMs }) => toMs - LEAD_MS > atMs && toMs < durationMs);
  return next ? next.toMs - LEAD_MS : null;
}

/** Which item of a timeline holds at a moment: the last that has begun; −1 before the first. */
export function itemAt(items: readonly Pick<TimelineItem, 'atMs'>[], atMs: number): number {
  let found = -1;
  for (const [index, item] of items.entries()) if (item.atMs <= atMs) found = index;
  return found;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
