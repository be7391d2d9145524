import { and, asc, eq, gt } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of agents. */
export interface TeamStore {
  list(organisationId: string, after: string, limit: number): Promise<Row<'agents'>[]>;
  /** Writes an agent unless the e-mail is taken; null then. */
  insert(row: NewRow<'agents'>): Promise<Row<'agents'> | null>;
}

/** Queries over `agents`. */
export function createTeamStore({ q, tables: { agents } }: Database): TeamStore {
  return {
    list: async (organisationId, after, limit) =>
      q.select().from(agents).where(and(eq(agents.organisationId, organisationId), gt(agents.id, after))).orderBy(asc(agents.id)).limit(limit),
    async insert(row) {
      const [written] = await q.insert(agents).values(row).onConflictDoNothing({ target: agents.email }).returning();
      return written ?? null;
    },
  };
}
