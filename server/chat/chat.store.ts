import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, ne } from 'drizzle-orm';
import type { Named, Tag } from '../../protocol/shapes.ts';
import type { Place } from '../page-cursor.ts';
import type { Appended, NewMessage } from '../store/append.ts';
import type { Database } from '../store/database.ts';
import { createGroupCommit } from '../store/group-commit.ts';
import type { MemberKind, Row } from '../store/tables.ts';
import { matching, type ConversationsFilter } from './conversations-filter.store.ts';

/** A conversation with the names that belong to it. */
export interface ConversationRow {
  conversation: Row<'conversations'>;
  visitorName: string | null;
  /** When the visitor's identity was vouched for. */
  verifiedAt: number | null;
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

/** Where a cursor is after a move. */
export interface CursorMoved {
  seq: number;
  moved: boolean;
  /** What the visitor may know of it, if that is news: its own cursor, or how far of the lines that it sees somebody has read. */
  visible: number | null;
}

/** The queries of conversations and messages. Every one that takes an id takes the organisation too. */
export interface ChatStore {
  conversation(organisationId: string, id: string): Promise<ConversationRow | null>;
  /** A visitor's open conversation, or else its newest one. */
  latestOf(organisationId: string, visitorId: string): Promise<Row<'conversations'> | null>;
  /** Newest first. */
  list(filter: ConversationsFilter): Promise<ConversationRow[]>;
  /** The places of such a page's conversations. */
  places(filter: ConversationsFilter): Promise<Place[]>;
  /** The cursors of all members of these conversations. */
  cursors(conversationIds: readonly string[]): Promise<(Cursor & { conversationId: string })[]>;
  /** The tags of these conversations, by name. */
  tagsOf(conversationIds: readonly string[]): Promise<{ conversationId: string; tag: Tag }[]>;
  /** The agents who take part in these conversations, by name. */
  membersOf(conversationIds: readonly string[]): Promise<{ conversationId: string; member: Named }[]>;
  /** How many private notes stand after `after`, up to `to`. */
  notesBetween(conversationId: string, after: number, to: number): Promise<number>;
  /** Moves a cursor forward, never beyond the last line that the member sees. Null when there is no such conversation. */
  moveCursor(organisationId: string, conversationId: string, member: Member, seq: number, now: number): Promise<CursorMoved | null>;
  /** The first `limit` messages after `seq`, ascending; private notes only `withNotes`. */
  messagesAfter(organisationId: string, conversationId: string, seq: number, limit: number, withNotes: boolean): Promise<Row<'messages'>[]>;
  /** The last `limit` messages before `seq`, ascending; private notes only `withNotes`. */
  messagesBefore(organisationId: string, conversationId: string, seq: number, limit: number, withNotes: boolean): Promise<Row<'messages'>[]>;
  /** An agent who may act. */
  activeAgent(organisationId: string, id: string): Promise<{ id: string; name: string } | null>;
  /** Writes a message together with those that arrive at the same time; resolves when it is durable. Null: too many wait. */
  append(message: NewMessage): Promise<Appended | null>;
  /** Resolves when nothing waits to be written. */
  settled(): Promise<void>;
}

/** Queries over `conversations`, `messages` and `reads`. */
export function createChatStore(database: Database): ChatStore {
  const { q, tables } = database;
  const { agents, conversations, conversationTags, messages, participants, reads, tags, visitors } = tables;
  const commits = createGroupCommit<NewMessage, Appended>({ write: (batch) => database.appendMessages(batch) });

  const withNames = () => q.select({
    conversation: conversations, visitorName: visitors.name, verifiedAt: visitors.verifiedAt, assigneeName: agents.name,
  }).from(conversations)
    .leftJoin(visitors, and(eq(visitors.id, conversations.visitorId), eq(visitors.organisationId, conversations.organisationId)))
    .leftJoin(agents, and(eq(agents.id, conversations.assigneeId), eq(agents.organisationId, conversations.organisationId)));
  const messagesOf = (organisationId: string, conversationId: string, withNotes: boolean) => and(
    eq(messages.conversationId, conversationId), eq(messages.organisationId, organisationId), withNotes ? undefined : ne(messages.kind, 'note'));
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
    list: async (filter) => withNames().where(matching(database, filter))
      .orderBy(desc(conversations.lastMessageAt), desc(conversations.id)).limit(filter.limit),
    places: async (filter) => q.select({ at: conversations.lastMessageAt, id: conversations.id }).from(conversations)
      .leftJoin(visitors, and(eq(visitors.id, conversations.visitorId), eq(visitors.organisationId, conversations.organisationId)))
      .where(matching(database, filter)).orderBy(desc(conversations.lastMessageAt), desc(conversations.id)).limit(filter.limit),
    async cursors(conversationIds) {
      if (conversationIds.length === 0) return [];
      const { conversationId, memberKind, memberId, readSeq } = reads;
      return q.select({ conversationId, memberKind, memberId, readSeq }).from(reads).where(inArray(conversationId, [...conversationIds]));
    },
    async tagsOf(conversationIds) {
      if (conversationIds.length === 0) return [];
      const rows = await q.select({ conversationId: conversationTags.conversationId, id: tags.id, name: tags.name, colour: tags.colour }).from(conversationTags)
        .innerJoin(tags, and(eq(tags.id, conversationTags.tagId), eq(tags.organisationId, conversationTags.organisationId)))
        .where(inArray(conversationTags.conversationId, [...conversationIds])).orderBy(asc(tags.key));
      return rows.map(({ conversationId, id, name, colour }) => ({ conversationId, tag: { id, name, colour: colour as Tag['colour'] } }));
    },
    async membersOf(conversationIds) {
      if (conversationIds.length === 0) return [];
      const rows = await q.select({ conversationId: participants.conversationId, id: participants.agentId, name: agents.name }).from(participants)
        .leftJoin(agents, and(eq(agents.id, participants.agentId), eq(agents.organisationId, participants.organisationId)))
        .where(inArray(participants.conversationId, [...conversationIds])).orderBy(asc(agents.name), asc(participants.agentId));
      return rows.map(({ conversationId, id, name }) => ({ conversationId, member: { id, name: name ?? '' } }));
    },
    async notesBetween(conversationId, after, to) {
      const [row] = await q.select({ n: count() }).from(messages)
        .where(and(eq(messages.conversationId, conversationId), eq(messages.kind, 'note'), gt(messages.seq, after), lte(messages.seq, to)));
      return Number(row?.n ?? 0);
    },
    async moveCursor(organisationId, conversationId, member, seq, now) {
      const ofMember = and(eq(reads.conversationId, conversationId), eq(reads.memberKind, member.kind), eq(reads.memberId, member.id));
      const [row] = await q.select({ lastSeq: conversations.lastSeq, visibleSeq: conversations.visibleSeq, before: reads.readSeq }).from(conversations)
        .leftJoin(reads, ofMember).where(own(organisationId, conversationId));
      if (!row) return null;
      const [visible, before] = [row.visibleSeq ?? row.lastSeq, row.before ?? 0];
      const readSeq = Math.min(seq, member.kind === 'visitor' ? visible : row.lastSeq);
      if (readSeq <= before) return { seq: before, moved: false, visible: null };
      const moved = await q.insert(reads).values({ conversationId, memberKind: member.kind, memberId: member.id, organisationId, readSeq, updatedAt: now })
        .onConflictDoUpdate({
          target: [reads.conversationId, reads.memberKind, reads.memberId], set: { readSeq, updatedAt: now },
          setWhere: lt(reads.readSeq, readSeq),
        }).returning({ readSeq: reads.readSeq });
      const seen = Math.min(readSeq, visible);
      if (moved.length > 0) return { seq: readSeq, moved: true, visible: seen > Math.min(before, visible) ? seen : null };
      const [present] = await q.select({ readSeq: reads.readSeq }).from(reads).where(ofMember);
      return { seq: present?.readSeq ?? 0, moved: false, visible: null };
    },
    messagesAfter: async (organisationId, conversationId, seq, limit, withNotes) =>
      q.select().from(messages).where(and(messagesOf(organisationId, conversationId, withNotes), gt(messages.seq, seq)))
        .orderBy(asc(messages.seq)).limit(limit),
    async messagesBefore(organisationId, conversationId, seq, limit, withNotes) {
      const rows = await q.select().from(messages).where(and(messagesOf(organisationId, conversationId, withNotes), lt(messages.seq, seq)))
        .orderBy(desc(messages.seq)).limit(limit);
      return rows.reverse();
    },
    async activeAgent(organisationId, id) {
      const [row] = await q.select({ id: agents.id, name: agents.name }).from(agents)
        .where(and(eq(agents.organisationId, organisationId), eq(agents.id, id), eq(agents.status, 'active')));
      return row ?? null;
    },
    append: (message) => commits.offer(message) ?? Promise.resolve(null),
    settled: () => commits.settled(),
  };
}
