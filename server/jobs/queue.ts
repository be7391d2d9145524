import type { Clock, Timer } from '../clock.ts';

/** Rows that wait to be worked off: deliveries of webhooks, mails. */
export interface QueueStore<Job> {
  /**
   * Takes up to `limit` jobs that are due (`nextAt` passed, nobody's claim on them alive) for `claimant` until `until`, by
   * compare-and-set, so that each goes to one process.
   */
  claim(claimant: string, now: number, until: number, limit: number): Promise<Job[]>;
  /** When the next job is due, ms since the epoch; null when none waits. */
  nextDue(): Promise<number | null>;
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

/** Makes a queue; it does nothing before `start`. */
export function createQueue<Job>({ store, work, clock, failed, name, parallel = 4, claimMs = 60_000, tickMs = 30_000 }: QueueParts<Job>): Queue {
  const claimant = clock.id();
  let started = false;
  let closed = false;
  let asked = false;
  let working: Promise<void> | null = null;
  let wake: Timer | null = null;
  let tick: Timer | null = null;

  const workOff = async () => {
    do {
      asked = false;
      for (;;) {
        if (closed) return;
        const now = clock.now();
        const jobs = await store.claim(claimant, now, now + claimMs, parallel);
        if (jobs.length === 0) break;
        await Promise.all(jobs.map((job) => work(job).catch((error: unknown) => failed(error, name))));
      }
    } while (asked && !closed);
    if (closed) return;
    const next = await store.nextDue();
    wake?.cancel();
    wake = next === null ? null : clock.after(Math.max(50, next - clock.now()), kick);
  };

  const kick = () => {
    if (!started || closed) return;
    asked = true;
    working ??= workOff().catch((error: unknown) => failed(error, name)).finally(() => {
      working = null;
      if (asked) kick();
    });
  };

  return {
    kick,
    start() {
      started = true;
      tick = clock.every(tickMs, kick);
      kick();
    },
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      wake?.cancel();
      tick?.cancel();
      await working;
    },
  };
}
