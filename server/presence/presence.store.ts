import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Named } from '../../protocol/shapes.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Database } from '../store/database.ts';

/** What presence reads: who is of a team, and which sites show it. */
export interface PresenceStore {
  /** The active agents of an organisation, by name. */
  team(organisationId: string): Promise<Named[]>;
  /** The sites of an organisation whose visitors are told. */
  showingSites(organisationId: string): Promise<string[]>;
}

/** Queries over `agents` and `sites`. */
export function createPresenceStore({ q, tables: { agents, sites } }: Database): PresenceStore {
  return {
    team: async (organisationId) =>
      q.select({ id: agents.id, name: agents.name }).from(agents)
        .where(and(eq(agents.organisationId, organisationId), eq(agents.status, 'active'))).orderBy(asc(agents.name), asc(agents.id)),
    async showingSites(organisationId) {
      const rows = await q.select({ id: sites.id, settings: sites.settings }).from(sites)
        .where(and(eq(sites.organisationId, organisationId), isNull(sites.archivedAt)));
      return rows.filter(({ settings }) => settingsOf(settings).presenceShown).map(({ id }) => id);
    },
  };
}
