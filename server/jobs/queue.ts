import type { Clock, Timer } from '../clock.ts';

/** Rows that wait to be worked off: deliveries of webhooks, mails. */
export interface QueueStore<Job> {
  /**
   * Takes up to `limit` jobs that are due (`nextAt` passed, nobody's claim on them alive) for `claimant` until `until`, by
   * compare-and-set, so that each goes to one process.
   */
  claim(claimant: string, now: number, until: number, limit: number): Promise<Job[]>;
  /** When the next job that nobody is at may be taken, ms since the epoch; null when none waits. */
  nextDue(now: number): Promise<number | null>;
}

/** Works jobs off in the background. */
export interface Queue {
  /** Something was added, or may be due: look now. */
  kick(): void;
  /** Begins, also with what an earlier process left. */
  start(): void;
  /** Resolves when nothing that is due is left. For tests and for the end. */
  idle(): Promise<void>;
  /** Takes no more; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** What a queue is made of. */
export interface QueueParts<Job> {
  store: QueueStore<Job>;
  /** Does one job and writes down how it went: done, when to try again, or given up. What it throws is logged and tried after the claim. */
  work(job: Job): Promise<void>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
  /** For the log: `mail`. */
  name: string;
  /** How many jobs run at a time. */
  parallel?: number;
  /** How long a claim lasts, ms: longer than one job takes at most. */
  claimMs?: number;
  /** How often the database is asked although nobody kicked, ms: another process may have died. */
  tickMs?: number;
}

// A job that cannot be taken although it is due (somebody else is at it) must not make us ask without end.
const soonestMs = 50;

/**
 * Makes a queue; it does nothing before `start`. As soon as a job ends the next is taken: one that takes long holds up no other,
 * as far as `parallel` goes.
 */
export function createQueue<Job>({ store, work, clock, failed, name, parallel = 4, claimMs = 60_000, tickMs = 30_000 }: QueueParts<Job>): Queue {
  const claimant = clock.id();
  const running = new Set<Promise<void>>();
  let started = false;
  let closed = false;
  let asked = false;
  let looking: Promise<void> | null = null;
  let wake: Timer | null = null;
  let tick: Timer | null = null;

  const run = (job: Job) => {
    const done: Promise<void> = work(job).catch((error: unknown) => failed(error, name)).finally(() => {
      running.delete(done);
      kick();
    });
    running.add(done);
  };
  const look = async () => {
    do {
      asked = false;
      while (!closed && running.size < parallel) {
        const now = clock.now();
        const jobs = await store.claim(claimant, now, now + claimMs, parallel - running.size);
        if (jobs.length === 0) break;
        jobs.forEach(run); // also when it was closed meanwhile: they are claimed
      }
    } while (asked && !closed);
    if (closed || running.size >= parallel) return; // the next that ends looks again
    const next = await store.nextDue(clock.now());
    const now = clock.now();
    wake?.cancel();
    wake = next === null || closed ? null : clock.after(next > now ? next - now : soonestMs, kick);
  };

  const kick = () => {
    if (!started || closed) return;
    asked = true;
    looking ??= look().catch((error: unknown) => {
      asked = false; // the database is away; the tick asks again
      failed(error, name);
    }).finally(() => {
      looking = null;
      if (asked) kick();
    });
  };
  const settled = async () => {
    while (looking !== null || running.size > 0) await (looking ?? Promise.race(running));
  };

  return {
    kick,
    start() {
      started = true;
      tick = clock.every(tickMs, kick);
      kick();
    },
    idle: settled,
    async close() {
      closed = true;
      wake?.cancel();
      tick?.cancel();
      await settled();
    },
  };
}
