import { and, count, desc, eq, gt, gte, lt, lte, max, min } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A mail's row. */
export type MailRow = Row<'mails'>;

/** The queries of mails. */
export interface MailStore {
  insert(row: NewRow<'mails'>): Promise<void>;
  /** Newest first; only those with ids below `before`. */
  list(organisationId: string, before: string | undefined, limit: number): Promise<MailRow[]>;
  /** How many mails of a kind were written since `since`, about `key` or to `recipient`. */
  countSince(organisationId: string, kind: string, about: { key: string } | { recipient: string }, since: number): Promise<number>;
  /** When the newest mail of a kind about `key` to somebody was written; null when there is none. */
  lastAbout(organisationId: string, kind: string, key: string, recipient: string): Promise<number | null>;
  /**
   * Takes mails that are due, each for one claimant: `nextAt` moves to the claim's end, so that nobody else finds them due, and a
   * mail whose sender died is due again then. Counts the attempt.
   */
  claim(claimant: string, now: number, until: number, limit: number): Promise<MailRow[]>;
  nextDue(): Promise<number | null>;
  /** Ends a mail that `row`'s claimant still has; a secret one loses what it says. */
  end(row: MailRow, state: 'sent' | 'failed', now: number, error: string | null): Promise<void>;
  /** Gives a mail back until `nextAt`. */
  retry(row: MailRow, nextAt: number, error: string): Promise<void>;
  /** Forgets mails older than `before`. */
  purge(before: number): Promise<void>;
  /** Who an agent is, for a mail to it. */
  agent(organisationId: string, id: string): Promise<Row<'agents'> | null>;
}

/** Queries over `mails`. */
export function createMailStore({ q, tables: { agents, mails } }: Database): MailStore {
  const due = (now: number) => and(eq(mails.state, 'waiting'), lte(mails.nextAt, now));
  const held = (row: MailRow) => and(eq(mails.id, row.id), eq(mails.state, 'waiting'), eq(mails.claimedBy, row.claimedBy!), eq(mails.attempts, row.attempts));
  const unclaimed = { claimedBy: null, claimedUntil: null };

  return {
    async insert(row) {
      await q.insert(mails).values(row);
    },
    list: async (organisationId, before, limit) =>
      q.select().from(mails).where(and(eq(mails.organisationId, organisationId), before === undefined ? undefined : lt(mails.id, before)))
        .orderBy(desc(mails.id)).limit(limit),
    async countSince(organisationId, kind, about, since) {
      const [row] = await q.select({ n: count() }).from(mails).where(and(
        eq(mails.organisationId, organisationId), eq(mails.kind, kind), gt(mails.createdAt, since),
        'key' in about ? eq(mails.key, about.key) : eq(mails.recipient, about.recipient)));
      return Number(row?.n ?? 0);
    },
    async lastAbout(organisationId, kind, key, recipient) {
      const [row] = await q.select({ at: max(mails.createdAt) }).from(mails)
        .where(and(eq(mails.key, key), eq(mails.organisationId, organisationId), eq(mails.kind, kind), eq(mails.recipient, recipient)));
      return row?.at ?? null;
    },
    async claim(claimant, now, until, limit) {
      const found = await q.select({ id: mails.id, attempts: mails.attempts }).from(mails).where(due(now)).orderBy(mails.nextAt, mails.id).limit(limit);
      const won: MailRow[] = [];
      for (const { id, attempts } of found) {
        const [row] = await q.update(mails).set({ claimedBy: claimant, claimedUntil: until, nextAt: until, attempts: attempts + 1 })
          .where(and(eq(mails.id, id), due(now), eq(mails.attempts, attempts))).returning();
        if (row) won.push(row);
      }
      return won;
    },
    async nextDue() {
      const [row] = await q.select({ at: min(mails.nextAt) }).from(mails).where(and(eq(mails.state, 'waiting'), gte(mails.nextAt, 0)));
      return row?.at ?? null;
    },
    async end(row, state, now, error) {
      await q.update(mails).set({ ...unclaimed, state, error, endedAt: now, nextAt: null, ...(row.secret && { text: null, html: null }) }).where(held(row));
    },
    async retry(row, nextAt, error) {
      await q.update(mails).set({ ...unclaimed, nextAt, error }).where(held(row));
    },
    async purge(before) {
      await q.delete(mails).where(lt(mails.createdAt, before));
    },
    async agent(organisationId, id) {
      const [row] = await q.select().from(agents).where(and(eq(agents.organisationId, organisationId), eq(agents.id, id)));
      return row ?? null;
    },
  };
}
