import { eq } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of organisations. */
export interface OrganisationsStore {
  /** Writes an organisation with its first site in one step, unless the organisation is there; says whether it wrote. */
  found(organisation: NewRow<'organisations'>, site: NewRow<'sites'>): Promise<boolean>;
  byId(id: string): Promise<Row<'organisations'> | null>;
  rename(id: string, name: string): Promise<Row<'organisations'> | null>;
  agent(id: string): Promise<Row<'agents'> | null>;
  /** Writes an agent unless its id is taken; null then. Rejects when the e-mail is. */
  insertAgent(row: NewRow<'agents'>): Promise<Row<'agents'> | null>;
}

/** Queries over `organisations` and what begins with one. */
export function createOrganisationsStore(database: Database): OrganisationsStore {
  const { organisations, sites, agents } = database.tables;
  return {
    found: (organisation, site) => database.atomic(async (q) => {
      const written = await q.insert(organisations).values(organisation).onConflictDoNothing().returning({ id: organisations.id });
      if (written.length === 0) return false;
      await q.insert(sites).values(site);
      return true;
    }),
    async byId(id) {
      const [row] = await database.q.select().from(organisations).where(eq(organisations.id, id));
      return row ?? null;
    },
    async rename(id, name) {
      const [row] = await database.q.update(organisations).set({ name }).where(eq(organisations.id, id)).returning();
      return row ?? null;
    },
    async agent(id) {
      const [row] = await database.q.select().from(agents).where(eq(agents.id, id));
      return row ?? null;
    },
    async insertAgent(row) {
      const [written] = await database.q.insert(agents).values(row).onConflictDoNothing({ target: agents.id }).returning();
      return written ?? null;
    },
  };
}
