import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A visitor's row. */
export type VisitorRow = Row<'visitors'>;

/** The queries of visitors. */
export interface VisitorsStore {
  /** Writes the row unless it is there; then only `lastSeenAt` moves on. `q`: the transaction to do it in. */
  ensure(row: NewRow<'visitors'>, q?: Queries): Promise<void>;
  get(organisationId: string, id: string): Promise<VisitorRow | null>;
  /** Newest first; `before`: an id, or null for the beginning. */
  list(organisationId: string, before: string | null, limit: number): Promise<VisitorRow[]>;
}

/** Queries over `visitors`. */
export function createVisitorsStore(database: Database): VisitorsStore {
  const { visitors } = database.tables;
  return {
    async ensure(row, q = database.q) {
      await q.insert(visitors).values(row).onConflictDoUpdate({ target: visitors.id, set: { lastSeenAt: row.lastSeenAt } });
    },
    async get(organisationId, id) {
      const [row] = await database.q.select().from(visitors).where(and(eq(visitors.organisationId, organisationId), eq(visitors.id, id)));
      return row ?? null;
    },
    list: async (organisationId, before, limit) => database.q.select().from(visitors)
      .where(and(eq(visitors.organisationId, organisationId), before === null ? undefined : lt(visitors.id, before)))
      .orderBy(desc(visitors.id)).limit(limit),
  };
}
