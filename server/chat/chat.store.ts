import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Place } from '../page-cursor.ts';
import type { Appended, NewMessage } from '../store/append.ts';
import { isUniqueViolation, type Database } from '../store/database.ts';
import { createGroupCommit, QueueFull } from '../store/group-commit.ts';
import type { MemberKind, NewRow, Row } from '../store/tables.ts';

/** A conversation with the names that belong to it. */
export interface ConversationRow {
  conversation: Row<'conversations'>;
  visitorName: string | null;
  assigneeName: string | null;
}

/** How far one member has read. */
export interface Cursor {
  memberKind: MemberKind;
  memberId: string;
  readSeq: number;
}

/** A member of a conversation, as cursors name it. */
export interface Member {
  kind: MemberKind;
  id: string;
}

/** Which conversations a list holds. `before`: only those that sort after this one, newest first. */
export interface ConversationsFilter {
  organisationId: string;
  visitorId?: string | undefined;
  status?: 'open' | 'closed' | undefined;
  /** Only those with (or, if false, without) lines that this reader has not read. */
  unread?: { by: Member; is: boolean } | undefined;
  before?: Place | undefined;
  limit: number;
}

/** The queries of conversations and messages. Every one that takes an id takes the organisation too. */
export interface ChatStore {
  conversation(organisationId: string, id: string): Promise<ConversationRow | null>;
  /** A visitor's open conversation, or else its newest one. */
  latestOf(organisationId: string, visitorId: string): Promise<Row<'conversations'> | null>;
  /** Inserts an open conversation; null when its visitor has one already. */
  create(conversation: NewRow<'conversations'>): Promise<Row<'conversations'> | null>;
  /** Newest first. */
  list(filter: ConversationsFilter): Promise<ConversationRow[]>;
  /** The cursors of all members of these conversations. */
  cursors(conversationIds: readonly string[]): Promise<(Cursor & { conversationId: string })[]>;
  /** Moves a cursor forward, never beyond the last line. Null when there is no such conversation. */
  moveCursor(organisationId: string, conversationId: string, member: Member, seq: number, now: number): Promise<{ seq: number; moved: boolean } | null>;
  /** Closes an open conversation; false when it was not open. */
  close(organisationId: string, id: string, now: number): Promise<boolean>;
  /** Opens a closed conversation; `conflict` when its visitor has another open one. */
  reopen(organisationId: string, id: string, now: number): Promise<'reopened' | 'unchanged' | 'conflict'>;
  /** The first `limit` messages after `seq`, ascending. */
  messagesAfter(organisationId: string, conversationId: string, seq: number, limit: number): Promise<Row<'messages'>[]>;
  /** The last `limit` messages before `seq`, ascending. */
  messagesBefore(organisationId: string, conversationId: string, seq: number, limit: number): Promise<Row<'messages'>[]>;
  /** Writes a message together with those that arrive at the same time; resolves when it is durable. Null: too many wait. */
  append(message: NewMessage): Promise<Appended | null>;
  /** Resolves when nothing waits to be written. */
  settled(): Promise<void>;
}

/** Queries over `conversations`, `messages` and `reads`. */
export function createChatStore(database: Database): ChatStore {
  const { q, tables: { agents, conversations, messages, reads, visitors } } = database;
  const commits = createGroupCommit<NewMessage, Appended>({ write: (batch) => database.appendMessages(batch) });

  const withNames = () => q.select({ conversation: conversations, visitorName: visitors.name, assigneeName: agents.name }).from(conversations)
    .leftJoin(visitors, and(eq(visitors.id, conversations.visitorId), eq(visitors.organisationId, conversations.organisationId)))
    .leftJoin(agents, and(eq(agents.id, conversations.assigneeId), eq(agents.organisationId, conversations.organisationId)));
  const own = (organisationId: string, id: string) => and(eq(conversations.organisationId, organisationId), eq(conversations.id, id));

  return {
    async conversation(organisationId, id) {
      const [row] = await withNames().where(own(organisationId, id));
      return row ?? null;
    },
    async latestOf(organisationId, visitorId) {
      const [row] = await q.select().from(conversations)
        .where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, visitorId)))
        .orderBy(asc(isNull(conversations.openKey)), desc(conversations.lastMessageAt), desc(conversations.id)).limit(1);
      return row ?? null;
    },
    async create(conversation) {
      const [row] = await q.insert(conversations).values(conversation).onConflictDoNothing().returning();
      return row ?? null;
    },
    async list({ organisationId, visitorId, status, unread, before, limit }) {
      const seen = unread && sql`coalesce((select ${reads.readSeq} from ${reads} where ${reads.conversationId} = ${conversations.id}
        and ${reads.memberKind} = ${unread.by.kind} and ${reads.memberId} = ${unread.by.id}), 0)`;
      return withNames().where(and(
        eq(conversations.organisationId, organisationId),
        visitorId === undefined ? undefined : eq(conversations.visitorId, visitorId),
        status === undefined ? undefined : eq(conversations.status, status),
        seen && (unread.is ? sql`${conversations.lastSeq} > ${seen}` : sql`${conversations.lastSeq} <= ${seen}`),
        before && or(lt(conversations.lastMessageAt, before.at),
          and(eq(conversations.lastMessageAt, before.at), lt(conversations.id, before.id))),
      )).orderBy(desc(conversations.lastMessageAt), desc(conversations.id)).limit(limit);
    },
    async cursors(conversationIds) {
      if (conversationIds.length === 0) return [];
      const { conversationId, memberKind, memberId, readSeq } = reads;
      return q.select({ conversationId, memberKind, memberId, readSeq }).from(reads).where(inArray(conversationId, [...conversationIds]));
    },
    async moveCursor(organisationId, conversationId, member, seq, now) {
      const [row] = await q.select({ lastSeq: conversations.lastSeq }).from(conversations).where(own(organisationId, conversationId));
      if (!row) return null;
      const key = { conversationId, memberKind: member.kind, memberId: member.id };
      const readSeq = Math.min(seq, row.lastSeq);
      const moved = readSeq > 0 && await q.insert(reads).values({ ...key, organisationId, readSeq, updatedAt: now })
        .onConflictDoUpdate({
          target: [reads.conversationId, reads.memberKind, reads.memberId], set: { readSeq, updatedAt: now },
          setWhere: lt(reads.readSeq, readSeq),
        }).returning({ readSeq: reads.readSeq });
      if (moved && moved.length > 0) return { seq: readSeq, moved: true };
      const [present] = await q.select({ readSeq: reads.readSeq }).from(reads).where(and(
        eq(reads.conversationId, conversationId), eq(reads.memberKind, member.kind), eq(reads.memberId, member.id)));
      return { seq: present?.readSeq ?? 0, moved: false };
    },
    async close(organisationId, id, now) {
      const changed = await q.update(conversations).set({ status: 'closed', openKey: null, closedAt: now, updatedAt: now })
        .where(and(own(organisationId, id), eq(conversations.status, 'open'))).returning({ id: conversations.id });
      return changed.length > 0;
    },
    async reopen(organisationId, id, now) {
      try {
        const changed = await q.update(conversations)
          .set({ status: 'open', openKey: sql`${conversations.visitorId}`, closedAt: null, updatedAt: now })
          .where(and(own(organisationId, id), eq(conversations.status, 'closed'))).returning({ id: conversations.id });
        return changed.length > 0 ? 'reopened' : 'unchanged';
      } catch (error) {
        if (isUniqueViolation(error)) return 'conflict';
        throw error;
      }
    },
    messagesAfter: async (organisationId, conversationId, seq, limit) =>
      q.select().from(messages)
        .where(and(eq(messages.conversationId, conversationId), eq(messages.organisationId, organisationId), gt(messages.seq, seq)))
        .orderBy(asc(messages.seq)).limit(limit),
    async messagesBefore(organisationId, conversationId, seq, limit) {
      const rows = await q.select().from(messages)
        .where(and(eq(messages.conversationId, conversationId), eq(messages.organisationId, organisationId), lt(messages.seq, seq)))
        .orderBy(desc(messages.seq)).limit(limit);
      return rows.reverse();
    },
    async append(message) {
      try {
        return await commits.add(message);
      } catch (error) {
        if (error instanceof QueueFull) return null;
        throw error;
      }
    },
    settled: () => commits.settled(),
  };
}
