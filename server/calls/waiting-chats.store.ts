import { and, asc, count, eq, gt, gte, isNull, min, ne, sql } from 'drizzle-orm';
import type { CallLine } from '../../protocol/shapes.ts';
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

/** Whose place in the line it is, and since when, ms since the epoch. */
export type ChatInLine = Pick<WaitingChat, 'id' | 'siteId' | 'visitorId' | 'since'>;

/** Conversations in the line. */
export interface WaitingChatsStore {
  /**
   * Open ones of nobody and of no bot whose last word (notes do not count) is the visitor's and was said after `after`, the longest silent first.
   */
  waitingChats(organisationId: string, after: number, limit: number): Promise<WaitingChat[]>;
  /** The same without those whose visitor is in a call, or had one answered as the last word. */
  chatLine(organisationId: string, after: number, limit: number): Promise<ChatInLine[]>;
  /** How many conversations were first answered since a moment, and when the first of them was. */
  chatAnswersSince(organisationId: string, since: number): Promise<{ count: number; firstAt: number | null }>;
}

/** Waiting conversations in a database of either engine. */
export function createWaitingChatsStore({ q, tables: { conversations, visitors, calls } }: Pick<Database, 'q' | 'tables'>): WaitingChatsStore {
  const lastWord = sql`coalesce(${conversations.visiblePreview}, ${conversations.preview}) ->> 'authorKind'`;
  const waits = (organisationId: string, after: number) => and(
    eq(conversations.organisationId, organisationId), isNull(conversations.assigneeId), gte(conversations.lastMessageAt, after),
    eq(conversations.status, 'open'), isNull(conversations.teamKind), isNull(conversations.botId), gt(conversations.lastSeq, 0), sql`${lastWord} = 'visitor'`,
  );
  const longest = [asc(conversations.lastMessageAt), asc(conversations.id)];
  // Who was never answered waits from the first word on.
  const since = ({ firstMessageAt, firstAnswerAt, lastMessageAt }: { firstMessageAt: number | null; firstAnswerAt: number | null; lastMessageAt: number }) =>
    (firstAnswerAt === null && firstMessageAt !== null ? firstMessageAt : lastMessageAt);

  return {
    async chatLine(organisationId, after, limit) {
      const { id, siteId, visitorId, preview, visiblePreview, firstMessageAt, firstAnswerAt, lastMessageAt } = conversations;
      const rows = await q.select({ id, siteId, visitorId, preview, visiblePreview, firstMessageAt, firstAnswerAt, lastMessageAt }).from(conversations)
        .where(waits(organisationId, after)).orderBy(...longest).limit(limit);
      if (rows.length === 0) return [];
      const live = await q.select({ conversationId: calls.conversationId }).from(calls)
        .where(and(gt(calls.activeKey, ''), eq(calls.organisationId, organisationId), ne(calls.state, 'ended')));
      const calling = new Set(live.map(({ conversationId }) => conversationId));
      return rows.filter((row) => !calling.has(row.id) && !talked(row.visiblePreview ?? row.preview))
        .map((row) => ({ id: row.id, siteId: row.siteId, visitorId: row.visitorId, since: since(row) }));
    },
    async chatAnswersSince(organisationId, from) {
      // The index knows when the last word was said, which is no earlier than the first answer.
      const [row] = await q.select({ count: count(), firstAt: min(conversations.firstAnswerAt) }).from(conversations)
        .where(and(eq(conversations.organisationId, organisationId), gte(conversations.lastMessageAt, from), gte(conversations.firstAnswerAt, from)));
      return { count: Number(row?.count ?? 0), firstAt: row?.firstAt == null ? null : Number(row.firstAt) };
    },
    async waitingChats(organisationId, after, limit) {
      const rows = await q.select({ conversation: conversations, visitorName: visitors.name }).from(conversations)
        .leftJoin(visitors, eq(visitors.id, conversations.visitorId))
        .where(waits(organisationId, after)).orderBy(...longest).limit(limit);
      return rows.map(({ conversation, visitorName }) => ({
        id: conversation.id, siteId: conversation.siteId, visitorId: conversation.visitorId, visitorName: visitorName ?? '', preview: conversation.visiblePreview ?? conversation.preview,
        since: since(conversation),
      }));
    },
  };
}

/** Whether the last word was a call that somebody answered: then its visitor was answered. */
export function talked(preview: Preview | null): boolean {
  return preview?.kind === 'call' && ((preview.data as CallLine | null)?.durationMs ?? 0) > 0;
}
