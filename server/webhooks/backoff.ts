const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const delays = [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 5 * hour, 10 * hour, 14 * hour];

/** How often a delivery is tried before it has failed. */
export const triesAtMost = delays.length + 1;

/**
 * How long to wait after the given number of failed tries, ms; null after the last. A tenth more or less by chance (`chance`: 0 to
 * 1), so that what failed together does not come back together.
 */
export function delayAfter(tries: number, chance: number): number | null {
  const delay = delays[tries - 1];
  return delay === undefined ? null : Math.round(delay * (0.9 + 0.2 * chance));
}
