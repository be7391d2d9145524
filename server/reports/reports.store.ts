import { and, asc, eq, gt, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Named } from '../../protocol/shapes.ts';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import type { CallFacts, ConversationFacts, MessageCount } from './report-builder.ts';

/** The queries of reports: pages of facts, oldest first. */
export interface ReportsStore {
  /** Conversations with visitors that began before `before`; narrow rows. */
  conversations(organisationId: string, before: number, after: Place | undefined, limit: number): Promise<(ConversationFacts & { id: string; lastMessageAt: number })[]>;
  /** How many messages these conversations got from `from` on and before `to`, by author and quarter of an hour of UTC. Notes are none. */
  messageCounts(conversationIds: readonly string[], from: number, to: number, quarterMs: number): Promise<(Omit<MessageCount, 'siteId' | 'assigneeId'> & { conversationId: string })[]>;
  calls(organisationId: string, from: number, to: number, after: Place | undefined, limit: number): Promise<(CallFacts & { id: string })[]>;
  agents(organisationId: string): Promise<Named[]>;
  sites(organisationId: string): Promise<Named[]>;
}

/** Queries over conversations, messages and calls, in what both engines know. */
export function createReportsStore({ q, tables: { agents, calls, conversations, messages, sites } }: Database): ReportsStore {
  return {
    conversations: async (organisationId, before, after, limit) => {
      const { id, siteId, assigneeId, createdAt, firstMessageAt, firstAnswerAt, closedAt, rating, ratedAt, lastMessageAt } = conversations;
      return q.select({ id, siteId, assigneeId, createdAt, firstMessageAt, firstAnswerAt, closedAt, rating, ratedAt, lastMessageAt }).from(conversations).where(and(
        eq(conversations.organisationId, organisationId), isNull(conversations.teamKind), lt(createdAt, before),
        after && or(gt(createdAt, after.at), and(eq(createdAt, after.at), gt(id, after.id))),
      )).orderBy(asc(createdAt), asc(id)).limit(limit);
    },
    async messageCounts(conversationIds, from, to, quarterMs) {
      if (conversationIds.length === 0) return [];
      const { conversationId, authorKind, authorId, createdAt, kind } = messages;
      const quarter = sql<number>`${createdAt} - ${createdAt} % ${sql.raw(String(quarterMs))}`;
      const rows = await q.select({ conversationId, authorKind, authorId, at: quarter, n: sql<number>`count(*)` }).from(messages).where(and(
        inArray(conversationId, [...conversationIds]), eq(kind, 'text'), inArray(authorKind, ['visitor', 'agent', 'bot']), gte(createdAt, from), lt(createdAt, to),
      )).groupBy(conversationId, authorKind, authorId, quarter);
      return rows.map((row) => ({ ...row, at: Number(row.at), n: Number(row.n) }));
    },
    calls: async (organisationId, from, to, after, limit) => {
      const { id, siteId, state, startedByKind, startedById, agentId, createdAt, answeredAt, endedAt } = calls;
      return q.select({ id, siteId, state, startedByKind, startedById, agentId, createdAt, answeredAt, endedAt }).from(calls).where(and(
        eq(calls.organisationId, organisationId), gte(createdAt, from), lt(createdAt, to),
        after && or(gt(createdAt, after.at), and(eq(createdAt, after.at), gt(id, after.id))),
      )).orderBy(asc(createdAt), asc(id)).limit(limit);
    },
    agents: async (organisationId) => q.select({ id: agents.id, name: agents.name }).from(agents).where(eq(agents.organisationId, organisationId)).orderBy(asc(agents.name), asc(agents.id)),
    sites: async (organisationId) => q.select({ id: sites.id, name: sites.name }).from(sites).where(eq(sites.organisationId, organisationId)).orderBy(asc(sites.name), asc(sites.id)),
  };
}
