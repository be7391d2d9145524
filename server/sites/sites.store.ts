import { and, asc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A site's row. */
export type SiteRow = Row<'sites'>;

/** What may be changed of a site's row. */
export type SiteRowChanges = Partial<Omit<SiteRow, 'id' | 'organisationId' | 'createdAt'>>;

/** The queries of sites. */
export interface SitesStore {
  byKey(publishableKey: string): Promise<SiteRow | null>;
  byId(id: string): Promise<SiteRow | null>;
  list(organisationId: string, after: string, limit: number): Promise<SiteRow[]>;
  /** The oldest site of the installation that is not archived: the one that the demo shows. */
  first(): Promise<SiteRow | null>;
  /** The allow-lists of all sites that are not archived. */
  allOrigins(): Promise<string[][]>;
  /** Which of these ids are agents of the organisation, also those whose account is disabled. */
  agentsAmong(organisationId: string, ids: readonly string[]): Promise<string[]>;
  insert(row: NewRow<'sites'>): Promise<SiteRow>;
  /**
   * Changes a site by what it is at that moment: nobody else changes it in between. Null when there is no such site, `last` when
   * the change would archive the last active one.
   */
  change(organisationId: string, id: string, by: (site: SiteRow) => SiteRowChanges): Promise<{ before: SiteRow; after: SiteRow } | 'last' | null>;
}

/** Queries over `sites`. */
export function createSitesStore(database: Database): SitesStore {
  const { q, tables: { agents, sites, organisations } } = database;
  const own = (organisationId: string, id: string) => and(eq(sites.organisationId, organisationId), eq(sites.id, id));
  return {
    async byKey(publishableKey) {
      const [row] = await q.select().from(sites).where(eq(sites.publishableKey, publishableKey));
      return row ?? null;
    },
    async byId(id) {
      const [row] = await q.select().from(sites).where(eq(sites.id, id));
      return row ?? null;
    },
    list: async (organisationId, after, limit) =>
      q.select().from(sites).where(and(eq(sites.organisationId, organisationId), gt(sites.id, after))).orderBy(asc(sites.id)).limit(limit),
    async first() {
      const [row] = await q.select().from(sites).where(isNull(sites.archivedAt)).orderBy(asc(sites.id)).limit(1);
      return row ?? null;
    },
    async allOrigins() {
      return (await q.select({ origins: sites.origins }).from(sites).where(isNull(sites.archivedAt))).map((row) => row.origins);
    },
    async agentsAmong(organisationId, ids) {
      if (ids.length === 0) return [];
      return (await q.select({ id: agents.id }).from(agents).where(and(eq(agents.organisationId, organisationId), inArray(agents.id, [...ids])))).map(({ id }) => id);
    },
    async insert(row) {
      const [written] = await q.insert(sites).values(row).returning();
      return written!;
    },
    change: (organisationId, id, by) => database.atomic(async (q) => {
      // The organisation's row is the lock: of two owners who archive the last two sites one comes second, and sees it.
      await q.update(organisations).set({ name: sql`${organisations.name}` }).where(eq(organisations.id, organisationId));
      const [before] = await q.select().from(sites).where(own(organisationId, id));
      if (!before) return null;
      const changes = by(before);
      if (before.archivedAt === null && changes.archivedAt) {
        const [other] = await q.select({ id: sites.id }).from(sites)
          .where(and(eq(sites.organisationId, organisationId), ne(sites.id, id), isNull(sites.archivedAt))).limit(1);
        if (!other) return 'last';
      }
      const [after] = await q.update(sites).set(changes).where(own(organisationId, id)).returning();
      return { before, after: after! };
    }),
  };
}
