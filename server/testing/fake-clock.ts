import { createHash } from 'node:crypto';
import { uuidv7, type Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. Ids and random bytes are the same in every run. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, firing what falls due on the way, in order. Work that timers start (promises) is not awaited. */
  advance(ms: number): void;
}

/** Makes a fake clock that starts at `start` (ms since the epoch). */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start;
  let calls = 0;
  const timers = new Set<{ due: number; every?: number; work: () => void }>();
  const random = (size: number) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < size; have += 32) blocks.push(createHash('sha256').update(`fake ${calls++}`).digest());
    return Buffer.concat(blocks).subarray(0, size);
  };
  return {
    now: () => time,
    id: uuidv7(() => time, random),
    random,
    after(ms, work) {
      const timer = { due: time + ms, work };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    every(ms, work) {
      const timer = { due: time + ms, every: ms, work };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        time = next.due;
        if (next.every) next.due += next.every;
        else timers.delete(next);
        next.work();
      }
      time = end;
    },
  };
}
