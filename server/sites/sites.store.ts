import { and, asc, eq, gt } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** A site's row. */
export type SiteRow = Row<'sites'>;

/** The queries of sites. */
export interface SitesStore {
  byKey(publishableKey: string): Promise<SiteRow | null>;
  byId(id: string): Promise<SiteRow | null>;
  list(organisationId: string, after: string, limit: number): Promise<SiteRow[]>;
  /** The oldest site of the installation: the one that the demo shows. */
  first(): Promise<SiteRow | null>;
  /** The allow-lists of all sites. */
  allOrigins(): Promise<string[][]>;
  update(organisationId: string, id: string, changes: Partial<Pick<SiteRow, 'name' | 'origins' | 'settings' | 'updatedAt'>>): Promise<SiteRow | null>;
}

/** Queries over `sites`. */
export function createSitesStore({ q, tables: { sites } }: Database): SitesStore {
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
      const [row] = await q.select().from(sites).orderBy(asc(sites.id)).limit(1);
      return row ?? null;
    },
    async allOrigins() {
      return (await q.select({ origins: sites.origins }).from(sites)).map((row) => row.origins);
    },
    async update(organisationId, id, changes) {
      const [row] = await q.update(sites).set(changes).where(and(eq(sites.organisationId, organisationId), eq(sites.id, id))).returning();
      return row ?? null;
    },
  };
}
