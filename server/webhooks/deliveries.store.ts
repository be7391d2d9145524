import { and, asc, eq, isNull, lte, or, sql } from 'drizzle-orm';
import type { DeliveryAttempt } from '../../protocol/developers.ts';
import type { QueueStore } from '../jobs/queue.ts';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** A delivery that a process is at, and where it goes. `attempts` counts the present one. */
export interface DeliveryJob {
  delivery: Row<'deliveries'>;
  webhook: Row<'webhooks'>;
}

/** How a try went: `delivered`, `failed` for good, or again at `nextAt`. */
export type Outcome = { state: 'delivered' | 'failed' } | { state: 'waiting'; nextAt: number };

/**
 * Deliveries as the queue takes them. A webhook is served by one process at a time, which holds it while it delivers: its events
 * arrive in the order of happening as far as first tries go, and each delivery is one process's.
 */
export interface DeliveriesStore extends QueueStore<DeliveryJob> {
  /** Writes down a try and lets the webhook go; false when the claim was lost and another process has taken over. */
  end(job: DeliveryJob, attempt: DeliveryAttempt, outcome: Outcome, now: number): Promise<boolean>;
  /** Lets the webhook go as if it had never been tried. */
  release(job: DeliveryJob): Promise<void>;
  /** Notes that a webhook answers well, or does not since `now`; resolves to since when it has not. */
  answersWell(webhookId: string, well: boolean, now: number): Promise<number | null>;
}

// Replays add to the log; the newest tries are kept.
const loggedAttempts = 20;

/** Queries over `deliveries`. */
export function createDeliveriesStore({ q, tables: { deliveries, webhooks } }: Database): DeliveriesStore {
  const free = (now: number) => or(isNull(webhooks.busyUntil), lte(webhooks.busyUntil, now));
  // When the first of those that wait for a webhook is due.
  const due = sql<number | null>`(select min(waiting.next_at) from deliveries waiting where waiting.webhook_id = webhooks.id and waiting.state = 'waiting')`;
  const held = ({ delivery }: DeliveryJob) => and(
    eq(deliveries.id, delivery.id), eq(deliveries.state, 'waiting'), eq(deliveries.claimedBy, delivery.claimedBy!), eq(deliveries.attempts, delivery.attempts));
  const letGo = async ({ delivery, webhook }: DeliveryJob) => {
    await q.update(webhooks).set({ busyBy: null, busyUntil: null })
      .where(and(eq(webhooks.id, webhook.id), eq(webhooks.busyBy, delivery.claimedBy!), eq(webhooks.busyUntil, delivery.claimedUntil!)));
  };

  return {
    async claim(claimant, now, until, limit) {
      const candidates = await q.select({ id: webhooks.id }).from(webhooks).where(and(free(now), sql`${due} <= ${now}`)).orderBy(due, asc(webhooks.id)).limit(limit);
      const jobs: DeliveryJob[] = [];
      for (const { id } of candidates) {
        const [webhook] = await q.update(webhooks).set({ busyBy: claimant, busyUntil: until }).where(and(eq(webhooks.id, id), free(now))).returning();
        if (!webhook) continue; // another process was quicker
        const [first] = await q.select({ id: deliveries.id, attempts: deliveries.attempts }).from(deliveries)
          .where(and(eq(deliveries.webhookId, id), eq(deliveries.state, 'waiting'), lte(deliveries.nextAt, now))).orderBy(asc(deliveries.nextAt), asc(deliveries.id)).limit(1);
        const [delivery] = first ? await q.update(deliveries).set({ claimedBy: claimant, claimedUntil: until, attempts: first.attempts + 1 })
          .where(and(eq(deliveries.id, first.id), eq(deliveries.state, 'waiting'), eq(deliveries.attempts, first.attempts))).returning() : [];
        if (delivery) jobs.push({ delivery, webhook });
        else await q.update(webhooks).set({ busyBy: null, busyUntil: null }).where(and(eq(webhooks.id, id), eq(webhooks.busyBy, claimant), eq(webhooks.busyUntil, until)));
      }
      return jobs;
    },
    async nextDue(now) {
      const rows = await q.select({ busyUntil: webhooks.busyUntil, due }).from(webhooks).where(sql`${due} is not null`);
      const times = rows.map((row) => (row.busyUntil !== null && row.busyUntil > now ? row.busyUntil : Number(row.due)));
      return times.length === 0 ? null : Math.min(...times);
    },
    async end(job, attempt, outcome, now) {
      const log = [...job.delivery.log, { ...attempt }].slice(-loggedAttempts);
      const ended = await q.update(deliveries).set({
        log, state: outcome.state, claimedBy: null, claimedUntil: null,
        ...(outcome.state === 'waiting' ? { nextAt: outcome.nextAt } : { nextAt: null, endedAt: now }),
      }).where(held(job)).returning({ id: deliveries.id });
      await letGo(job);
      return ended.length > 0;
    },
    async release(job) {
      await q.update(deliveries).set({ claimedBy: null, claimedUntil: null, attempts: job.delivery.attempts - 1 }).where(held(job));
      await letGo(job);
    },
    async answersWell(webhookId, well, now) {
      if (well) {
        await q.update(webhooks).set({ failingSince: null }).where(eq(webhooks.id, webhookId));
        return null;
      }
      const [row] = await q.update(webhooks).set({ failingSince: sql`coalesce(${webhooks.failingSince}, ${now})` }).where(eq(webhooks.id, webhookId)).returning({ since: webhooks.failingSince });
      return row?.since ?? null;
    },
  };
}
