import { and, asc, eq, gt, gte, isNull, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { Preview } from '../store/tables.ts';

/** A conversation whose visitor waits for an answer. */
export interface WaitingChat {
  id: string;
  siteId: string;
  visitorId: string;
  visitorName: string;
  preview: Preview | null;
  /** Ms since the epoch. */
  since: number;
}

/** Conversations in the line. */
export interface WaitingChatsStore {
  /**
   * Open ones of nobody and of no bot whose last word (notes do not count) is the visitor's and was said after `after`, the longest silent first.
   */
  waitingChats(organisationId: string, after: number, limit: number): Promise<WaitingChat[]>;
}

/** Waiting conversations in a database of either engine. */
export function createWaitingChatsStore({ q, tables: { conversations, visitors } }: Pick<Database, 'q' | 'tables'>): WaitingChatsStore {
  return {
    async waitingChats(organisationId, after, limit) {
      const lastWord = sql`coalesce(${conversations.visiblePreview}, ${conversations.preview}) ->> 'authorKind'`;
      const rows = await q.select({ conversation: conversations, visitorName: visitors.name }).from(conversations)
        .leftJoin(visitors, eq(visitors.id, conversations.visitorId))
        .where(and(
          eq(conversations.organisationId, organisationId), isNull(conversations.assigneeId), gte(conversations.lastMessageAt, after),
          eq(conversations.status, 'open'), isNull(conversations.teamKind), isNull(conversations.botId), gt(conversations.lastSeq, 0), sql`${lastWord} = 'visitor'`,
        ))
        .orderBy(asc(conversations.lastMessageAt), asc(conversations.id)).limit(limit);
      return rows.map(({ conversation: { id, siteId, visitorId, visiblePreview, preview, firstMessageAt, firstAnswerAt, lastMessageAt }, visitorName }) => ({
        id, siteId, visitorId, visitorName: visitorName ?? '', preview: visiblePreview ?? preview,
        // Who was never answered waits from the first word on.
        since: firstAnswerAt === null && firstMessageAt !== null ? firstMessageAt : lastMessageAt,
      }));
    },
  };
}
