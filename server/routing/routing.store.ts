import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** A conversation that nobody has. */
export interface Waiting {
  id: string;
  siteId: string;
}

/** An agent who could take it. */
export interface Taker {
  id: string;
  capacity: number | null;
  open: number;
  lastAssignedAt: number | null;
}

/** What routing reads and writes. */
export interface RoutingStore {
  /** The settings of an organisation's sites. */
  sites(organisationId: string): Promise<Pick<Row<'sites'>, 'id' | 'settings'>[]>;
  /** Whether a bot of the organisation is switched on: it answers first. */
  hasBot(organisationId: string): Promise<boolean>;
  /**
   * Open conversations of these sites that nobody has and no program answers, the oldest first. `handedOverOr`: only those that a
   * program gave away, or that have waited since before this moment (ms); null: all.
   */
  waiting(organisationId: string, siteIds: readonly string[], handedOverOr: number | null, limit: number): Promise<Waiting[]>;
  /** Active agents among these, with how many open conversations each has. */
  takers(organisationId: string, agentIds: readonly string[]): Promise<Taker[]>;
  /**
   * Gives a conversation that nobody has to an agent, in one step. `taken`: somebody has it by now; `changed`: the agent was given
   * another one since it was looked at (`seen`), so what was counted is not true any more.
   */
  assign(to: { organisationId: string; conversationId: string; agentId: string; seen: number | null; now: number }): Promise<'assigned' | 'taken' | 'changed'>;
}

class Taken extends Error {}

/** Queries over `conversations`, `agents`, `sites` and `webhooks`. */
export function createRoutingStore(database: Database): RoutingStore {
  const { q, tables: { agents, conversations, sites, webhooks } } = database;
  // Open ones are few, and this is the index of just them.
  const isOpen = gt(conversations.openKey, '');
  return {
    sites: async (organisationId) => q.select({ id: sites.id, settings: sites.settings }).from(sites).where(eq(sites.organisationId, organisationId)),
    async hasBot(organisationId) {
      const rows = await q.select({ id: webhooks.id }).from(webhooks)
        .where(and(eq(webhooks.organisationId, organisationId), eq(webhooks.bot, true), eq(webhooks.enabled, true))).limit(1);
      return rows.length > 0;
    },
    async waiting(organisationId, siteIds, handedOverOr, limit) {
      if (siteIds.length === 0) return [];
      return q.select({ id: conversations.id, siteId: conversations.siteId }).from(conversations).where(and(
        isOpen, eq(conversations.organisationId, organisationId), inArray(conversations.siteId, [...siteIds]),
        isNull(conversations.assigneeId), isNull(conversations.botId),
        handedOverOr === null ? undefined : or(isNotNull(conversations.handedOverAt), lt(conversations.lastMessageAt, handedOverOr)),
      )).orderBy(asc(conversations.createdAt), asc(conversations.id)).limit(limit);
    },
    async takers(organisationId, agentIds) {
      if (agentIds.length === 0) return [];
      const rows = await q.select({ id: agents.id, capacity: agents.capacity, lastAssignedAt: agents.assignedAt }).from(agents)
        .where(and(eq(agents.organisationId, organisationId), eq(agents.status, 'active'), inArray(agents.id, [...agentIds])));
      const open = await q.select({ id: conversations.assigneeId, n: count() }).from(conversations)
        .where(and(isOpen, eq(conversations.organisationId, organisationId), inArray(conversations.assigneeId, [...agentIds]))).groupBy(conversations.assigneeId);
      return rows.map((row) => ({ ...row, open: Number(open.find(({ id }) => id === row.id)?.n ?? 0) }));
    },
    async assign({ organisationId, conversationId, agentId, seen, now }) {
      // Two in one millisecond must differ, or the second would not see the first.
      const at = Math.max(now, (seen ?? 0) + 1);
      try {
        return await database.atomic(async (q) => {
          const turn = await q.update(agents).set({ assignedAt: at }).where(and(
            eq(agents.organisationId, organisationId), eq(agents.id, agentId), eq(agents.status, 'active'),
            seen === null ? isNull(agents.assignedAt) : eq(agents.assignedAt, seen),
          )).returning({ id: agents.id });
          if (turn.length === 0) return 'changed';
          const given = await q.update(conversations).set({ assigneeId: agentId, assignedAt: at, updatedAt: now, handedOverAt: now }).where(and(
            eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId), eq(conversations.status, 'open'),
            isNull(conversations.assigneeId), isNull(conversations.botId),
          )).returning({ id: conversations.id });
          if (given.length === 0) throw new Taken();
          return 'assigned';
        });
      } catch (error) {
        if (error instanceof Taken) return 'taken';
        throw error;
      }
    },
  };
}
