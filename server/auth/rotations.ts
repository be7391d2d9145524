import type { Clock } from '../clock.ts';
import { afterRotationEvent, isRotationOver, rotationVerdict, unusedToken, type Rotation, type RotationEvent, type RotationVerdict } from './rotation.ts';

/** A request that shows a refresh token, until its answer is out. */
export interface TokenShown {
  /** The token was exchanged just now (or at `at`, ms since the epoch); who shows it at this moment gets the same successor. */
  rotated(at?: number): void;
  /** What the request gets when the token was exchanged before. */
  verdict(): RotationVerdict;
  /** The request is over; `delivered` when its whole answer went out. */
  left(delivered: boolean): void;
}

/** Remembers for some seconds who shows which refresh token, in this process. */
export interface Rotations {
  /** `token`: its hash. */
  shown(token: string): TokenShown;
  /** How many tokens are remembered. */
  readonly size: number;
}

// Of the last seconds only; so many at a time are an attack, in which the oldest go.
const tokensAtMost = 10_000;
const sweepEveryMs = 1000;

/** Makes an empty memory. */
export function createRotations({ clock }: { clock: Clock }): Rotations {
  const known = new Map<string, Rotation>();
  let requests = 0;
  let sweptAt = clock.now();

  const sweep = () => {
    const now = clock.now();
    if (known.size >= tokensAtMost) known.delete(known.keys().next().value!);
    if (now - sweptAt < sweepEveryMs) return;
    sweptAt = now;
    for (const [token, rotation] of known) if (isRotationOver(rotation, now)) known.delete(token);
  };

  return {
    shown(token) {
      sweep();
      const request = ++requests;
      const note = (event: RotationEvent) => void known.set(token, afterRotationEvent(known.get(token) ?? unusedToken, event));
      note({ type: 'arrived', request, at: clock.now() });
      return {
        rotated: (at = clock.now()) => note({ type: 'rotated', at }),
        verdict: () => rotationVerdict(known.get(token) ?? unusedToken, request, clock.now()),
        left(delivered) {
          note({ type: 'left', request, delivered, at: clock.now() });
          if (isRotationOver(known.get(token)!, clock.now())) known.delete(token);
        },
      };
    },
    get size() {
      return known.size;
    },
  };
}
