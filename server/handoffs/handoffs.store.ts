import { and, eq, gt, isNull, lte } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of links that hand a visitor over. */
export interface HandoffsStore {
  /** Writes a link down, and forgets the visitor's older ones. */
  insert(row: NewRow<'handoffs'>): Promise<void>;
  /** Uses a link of this site, once: of those who race one gets its visitor. Null for a link that is none, was used, has run out, or whose visitor is gone. */
  use(site: { organisationId: string; siteId: string }, tokenHash: string, now: number): Promise<Row<'visitors'> | null>;
  /** Forgets links that have run out. */
  sweep(now: number): Promise<void>;
}

/** Queries over `handoffs`. */
export function createHandoffsStore(database: Database): HandoffsStore {
  const { handoffs, visitors } = database.tables;
  return {
    insert: (row) => database.atomic(async (q) => {
      await q.delete(handoffs).where(and(eq(handoffs.organisationId, row.organisationId), eq(handoffs.visitorId, row.visitorId)));
      await q.insert(handoffs).values(row);
    }),
    use: ({ organisationId, siteId }, tokenHash, now) => database.atomic(async (q) => {
      const [used] = await q.update(handoffs).set({ usedAt: now }).where(and(
        eq(handoffs.tokenHash, tokenHash), eq(handoffs.organisationId, organisationId), eq(handoffs.siteId, siteId), isNull(handoffs.usedAt), gt(handoffs.expiresAt, now),
      )).returning({ visitorId: handoffs.visitorId });
      if (!used) return null;
      // Whoever became known as somebody else since, or is being erased, hands nothing over.
      const [visitor] = await q.select().from(visitors).where(and(
        eq(visitors.organisationId, organisationId), eq(visitors.siteId, siteId), eq(visitors.id, used.visitorId), isNull(visitors.mergedInto),
      ));
      return visitor ?? null;
    }),
    async sweep(now) {
      await database.q.delete(handoffs).where(lte(handoffs.expiresAt, now));
    },
  };
}
