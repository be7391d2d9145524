import { and, asc, eq, gt, inArray, isNull, lt, ne, notExists, or, sql } from 'drizzle-orm';
import { DOOMED } from '../recordings/recording-keys.ts';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** What is looked for when time is over. Lists are of what may be due; whoever acts on one asks again in the same step. */
export interface RetentionStore {
  /** Every site of the installation. */
  sites(): Promise<Pick<Row<'sites'>, 'id' | 'organisationId' | 'settings'>[]>;
  /** Open conversations in which nothing was said since `before` and no call is going on, after the id `after`. */
  silent(siteId: string, before: number, after: string, limit: number): Promise<string[]>;
  /** Conversations that were closed before `before`, after the id `after`. */
  closed(siteId: string, before: number, after: string, limit: number): Promise<string[]>;
  /** Recordings whose call ended before `before`, after the id `after`. */
  recordings(siteId: string, before: number, after: string, limit: number): Promise<string[]>;
  /** Forgets which pages the site's visitors saw before `before`; so many at most. How many those were. */
  forgetPages(siteId: string, before: number, limit: number): Promise<number>;
}

/** Queries of what is old. Times are ms since the epoch. */
export function createRetentionStore({ q, tables }: Pick<Database, 'q' | 'tables'>): RetentionStore {
  const { calls, conversations, pageViews, recordings, sites, visitors } = tables;
  return {
    sites: async () => q.select({ id: sites.id, organisationId: sites.organisationId, settings: sites.settings }).from(sites),
    async silent(siteId, before, after, limit) {
      const rows = await q.select({ id: conversations.id }).from(conversations).where(and(
        gt(conversations.openKey, ''), eq(conversations.siteId, siteId), lt(conversations.lastMessageAt, before), gt(conversations.id, after),
        notExists(q.select({ one: sql`1` }).from(calls).where(eq(calls.activeKey, conversations.id))),
      )).orderBy(asc(conversations.id)).limit(limit);
      return rows.map(({ id }) => id);
    },
    async closed(siteId, before, after, limit) {
      const rows = await q.select({ id: conversations.id }).from(conversations)
        .where(and(eq(conversations.siteId, siteId), eq(conversations.status, 'closed'), lt(conversations.closedAt, before), gt(conversations.id, after)))
        .orderBy(asc(conversations.id)).limit(limit);
      return rows.map(({ id }) => id);
    },
    async recordings(siteId, before, after, limit) {
      const rows = await q.select({ id: recordings.id }).from(recordings).innerJoin(calls, eq(calls.id, recordings.callId)).where(and(
        eq(calls.siteId, siteId), eq(calls.state, 'ended'), lt(calls.endedAt, before), gt(recordings.id, after),
        or(isNull(recordings.failure), ne(recordings.failure, DOOMED)),
      )).orderBy(asc(recordings.id)).limit(limit);
      return rows.map(({ id }) => id);
    },
    async forgetPages(siteId, before, limit) {
      const old = await q.select({ id: pageViews.id }).from(pageViews).innerJoin(visitors, eq(visitors.id, pageViews.visitorId))
        .where(and(eq(visitors.siteId, siteId), lt(pageViews.createdAt, before))).limit(limit);
      if (old.length > 0) await q.delete(pageViews).where(inArray(pageViews.id, old.map(({ id }) => id)));
      return old.length;
    },
  };
}
