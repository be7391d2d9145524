import { and, asc, count, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { endSessions, killResets } from '../store/end-sessions.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** What an admin can change of an agent. */
export type AgentChange = Partial<Pick<Row<'agents'>, 'name' | 'role' | 'status' | 'capacity'>>;

/** How things stand at the moment of a change, which nobody else can change meanwhile. */
export interface TeamMoment {
  /** Who wishes for it; null when it is not of the organisation. */
  actor: Row<'agents'> | null;
  target: Row<'agents'>;
  /** How many active owners there are beside the target. */
  otherOwners: number;
}

/** The queries of agents. */
export interface TeamStore {
  list(organisationId: string, after: string, limit: number): Promise<Row<'agents'>[]>;
  byId(organisationId: string, id: string): Promise<Row<'agents'> | null>;
  /** Writes an agent unless the e-mail is taken; null then. */
  insert(row: NewRow<'agents'>): Promise<Row<'agents'> | null>;
  /**
   * Changes an agent in one step, one change of an organisation's team at a time. `decide` sees how things stand and gives what to
   * write, or throws, and nothing is written then. Whoever is disabled loses every sign-in and every open reset link; invitations
   * that the agent could no longer send die. Null when there is no such agent.
   */
  change(organisationId: string, ids: { actor: string; target: string }, at: number, decide: (moment: TeamMoment) => AgentChange): Promise<{ before: Row<'agents'>; after: Row<'agents'> } | null>;
}

/** Queries over `agents`. */
export function createTeamStore(database: Database): TeamStore {
  const { q, tables } = database;
  const { agents, invitations, organisations, pushSubscriptions, sessions } = tables;
  const mine = (organisationId: string, id: string) => and(eq(agents.organisationId, organisationId), eq(agents.id, id));
  return {
    list: async (organisationId, after, limit) =>
      q.select().from(agents).where(and(eq(agents.organisationId, organisationId), gt(agents.id, after))).orderBy(asc(agents.id)).limit(limit),
    async byId(organisationId, id) {
      const [row] = await q.select().from(agents).where(mine(organisationId, id));
      return row ?? null;
    },
    async insert(row) {
      const [written] = await q.insert(agents).values(row).onConflictDoNothing({ target: agents.email }).returning();
      return written ?? null;
    },
    change: (organisationId, ids, at, decide) => database.atomic(async (inside) => {
      // Writing the organisation's row is the lock: two owners who demote each other come one after the other.
      await inside.update(organisations).set({ name: sql`${organisations.name}` }).where(eq(organisations.id, organisationId));
      const [before] = await inside.update(agents).set({ updatedAt: at }).where(mine(organisationId, ids.target)).returning();
      if (!before) return null;
      const [actor] = await inside.select().from(agents).where(mine(organisationId, ids.actor));
      const [owners] = await inside.select({ n: count() }).from(agents)
        .where(and(eq(agents.organisationId, organisationId), eq(agents.role, 'owner'), eq(agents.status, 'active'), ne(agents.id, ids.target)));
      const change = decide({ actor: actor ?? null, target: before, otherOwners: Number(owners?.n ?? 0) });
      const [after] = await inside.update(agents).set({ ...change, updatedAt: at }).where(mine(organisationId, ids.target)).returning();
      const { role, status } = after!;
      if (status === 'disabled') {
        await endSessions(inside, tables, and(eq(sessions.agentId, ids.target), eq(sessions.organisationId, organisationId)), at);
        await inside.delete(pushSubscriptions).where(and(eq(pushSubscriptions.organisationId, organisationId), eq(pushSubscriptions.agentId, ids.target)));
        await killResets(inside, tables, ids.target, at);
      }
      const lost = status === 'disabled' || role === 'agent' ? (['owner', 'admin', 'agent'] as const) : role === 'admin' ? (['owner'] as const) : [];
      if (lost.length > 0) {
        await inside.update(invitations).set({ revokedAt: at }).where(and(
          eq(invitations.organisationId, organisationId), eq(invitations.invitedById, ids.target), inArray(invitations.role, [...lost]),
          isNull(invitations.acceptedAt), isNull(invitations.revokedAt)));
      }
      return { before, after: after! };
    }),
  };
}
