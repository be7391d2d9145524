/** The server's clock, reckoned from replies that carry its time. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A reply that named `serverTime` to a request that was sent at `sentAt` (own clock, ms since the epoch). */
  learn(serverTime: string, sentAt: number): void;
}

/** An estimate that is off by more than a round trip explains was made by another clock: it has been set since. */
const DRIFT_MS = 1_000;

/** Trusts the smallest round trip: the time in its middle is the least wrong. */
export function createServerClock(): ServerClock {
  let offset = 0;
  let best = Infinity;
  return {
    now: () => Date.now() + offset,
    learn(serverTime, sentAt) {
      const now = Date.now();
      const roundTrip = now - sentAt;
      // Somebody set the clock back while the answer was on its way: this one tells nothing.
      if (roundTrip < 0) return;
      const sample = Date.parse(serverTime) + roundTrip / 2 - now;
      // The clocks drift: an old best is forgiven a little with each new sample.
      best = best * 1.05 + 0.5;
      if (roundTrip > best && Math.abs(sample - offset) <= roundTrip + DRIFT_MS) return;
      best = roundTrip;
      offset = sample;
    },
  };
}
