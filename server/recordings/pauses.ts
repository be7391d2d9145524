import type { Gap, Pause } from '../store/tables.ts';

/** Whether somebody holds a recording at this moment. */
export function isPaused(pauses: readonly Pause[] | null): boolean {
  return pauses?.at(-1)?.toMs === null;
}

/** Pauses with one more that begins now; unchanged (null) while one goes on. */
export function pausesBegun(pauses: readonly Pause[] | null, by: Pause['by'], now: number): Pause[] | null {
  return isPaused(pauses) ? null : [...(pauses ?? []), { fromMs: now, toMs: null, by }];
}

/** Pauses of which none goes on after now; unchanged (null) when none does. */
export function pausesEnded(pauses: readonly Pause[] | null, now: number): Pause[] | null {
  const last = pauses?.at(-1);
  return last?.toMs === null ? [...pauses!.slice(0, -1), { ...last, toMs: Math.max(now, last.fromMs) }] : null;
}

// A recorder's last packet, and the first of the next, lie this far from the moment at which somebody pressed the button, ms.
const edgeMs = 3000;

/**
 * What the merge found missing, with those stretches named `paused` in which nobody was to record; zero of the gaps is `zeroMs`.
 * Bytes that were lost, or a recorder that stalled, beside a pause stay what they are.
 */
export function gapsWithPauses(gaps: readonly Gap[], pauses: readonly Pause[] | null, zeroMs: number): Gap[] {
  return gaps.map((gap) => {
    if (gap.reason !== 'not_recorded') return gap;
    const within = pauses?.some(({ fromMs, toMs }) => {
      const [from, to] = [fromMs - zeroMs - edgeMs, toMs === null ? Number.POSITIVE_INFINITY : toMs - zeroMs + edgeMs];
      return gap.fromMs >= from && gap.toMs <= to;
    });
    return within ? { ...gap, reason: 'paused' } : gap;
  });
}
