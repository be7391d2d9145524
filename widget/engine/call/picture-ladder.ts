import type { MediaCounters } from './quality.ts';

// Which picture we send, by what the network bears: the voice always comes first. Pure; call-care.ts does it.

/** `full`: what the browser makes of it · `low`: a small picture · `voice`: none, so that the voice gets through. */
export type Rung = 'full' | 'low' | 'voice';

/** Where we stand, and since when it has been bad or good there. */
export interface Ladder {
  readonly rung: Rung;
  readonly badSince: number | null;
  readonly goodSince: number | null;
  /** How long it has to be good before we climb, ms: doubled by each relapse. */
  readonly patienceMs: number;
  readonly climbedAt: number | null;
}

/** Where a call begins. */
export const FULL: Ladder = { rung: 'full', badSince: null, goodSince: null, patienceMs: 20_000, climbedAt: null };

/** How long it has to be bad before we step down, ms. A quarter of that where hardly anything gets through. */
const BAD_MS = 10_000;
const DIRE_MS = 2_500;
/** What a rung needs, bits per second, and what allows the next one above. */
const LOW_BPS = 300_000;
const VOICE_BPS = 100_000;
const MOST_PATIENCE_MS = 160_000;
const LOWER: Record<Rung, Rung> = { full: 'low', low: 'voice', voice: 'voice' };
const HIGHER: Record<Rung, Rung> = { voice: 'low', low: 'full', full: 'full' };

/** How it is with the way out: what the network takes of ours and the other side loses of it. */
export function strain({ availableBps, theirLoss, limited }: Pick<MediaCounters, 'availableBps' | 'theirLoss' | 'limited'>, rung: Rung): 'good' | 'bad' | 'dire' {
  const loss = theirLoss ?? 0;
  const least = rung === 'full' ? LOW_BPS : VOICE_BPS;
  if (loss > 0.2 || (availableBps !== null && availableBps < least / 3)) return 'dire';
  // Without a picture the browser does not look for more room: little loss is all that can be asked for.
  const tight = rung !== 'voice' && availableBps !== null && availableBps < least;
  return loss > 0.08 || tight || (rung === 'full' && limited === 'bandwidth' && availableBps !== null && availableBps < 2 * LOW_BPS) ? 'bad' : 'good';
}

/** The ladder after a look at the way out. `sending`: a picture is being sent, or would be but for the ladder. */
export function ladderAfter(before: Ladder, how: 'good' | 'bad' | 'dire', now: number, sending = true): Ladder {
  if (!sending) return before.rung === 'full' && before.badSince === null ? before : FULL;
  if (how === 'good') {
    const goodSince = before.goodSince ?? now;
    const settled = { ...before, badSince: null, goodSince };
    if (before.rung === 'full' || now - goodSince < before.patienceMs) return settled;
    return { ...settled, rung: HIGHER[before.rung], goodSince: null, climbedAt: now };
  }
  const badSince = before.badSince ?? now;
  const worse = { ...before, badSince, goodSince: null };
  if (before.rung === 'voice' || now - badSince < (how === 'dire' ? DIRE_MS : BAD_MS)) return worse;
  // Climbed too soon: wait longer next time.
  const relapse = before.climbedAt !== null && now - before.climbedAt < 60_000;
  return { ...worse, rung: LOWER[before.rung], badSince: null, climbedAt: null, patienceMs: relapse ? Math.min(MOST_PATIENCE_MS, 2 * before.patienceMs) : before.patienceMs };
}

/** What a rung asks of the encoder of a picture. */
export function encodingOf(rung: Rung): { active: boolean; maxBitrate: number | null; scaleResolutionDownBy: number } {
  if (rung === 'full') return { active: true, maxBitrate: null, scaleResolutionDownBy: 1 };
  return rung === 'low' ? { active: true, maxBitrate: 160_000, scaleResolutionDownBy: 3 } : { active: false, maxBitrate: 160_000, scaleResolutionDownBy: 3 };
}
