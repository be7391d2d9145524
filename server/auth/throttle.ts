import type { Clock } from '../clock.ts';

/** Counts tries under a key and says when there were too many. In memory: each process counts for itself. */
export interface Throttle {
  /** Counts one try. Gives 0 when it may go on, otherwise the ms to wait. */
  take(key: string): number;
  /** The try was good, and does not count; those before it do. */
  uncount(key: string): void;
  /** The try was good: forgets the key's tries. */
  forgive(key: string): void;
}

// More keys than this, and the oldest windows go: an attacker's many names must not fill the memory.
const keysAtMost = 50_000;

/** At most `limit` tries in `windowMs`, counted from the first. */
export function createThrottle({ clock, limit, windowMs }: { clock: Clock; limit: number; windowMs: number }): Throttle {
  const windows = new Map<string, { until: number; tries: number }>();
  return {
    take(key) {
      const now = clock.now();
      let window = windows.get(key);
      if (!window || window.until <= now) {
        windows.delete(key);
        window = { until: now + windowMs, tries: 0 };
        windows.set(key, window); // the Map's order is the order of the windows' beginnings
        for (const [oldest, { until }] of windows) {
          if (until > now && windows.size <= keysAtMost) break;
          windows.delete(oldest);
        }
      }
      if (window.tries >= limit) return window.until - now;
      window.tries++;
      return 0;
    },
    uncount(key) {
      const window = windows.get(key);
      if (window && window.tries > 0) window.tries--;
    },
    forgive: (key) => void windows.delete(key),
  };
}
