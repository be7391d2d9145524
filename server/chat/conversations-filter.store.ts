import { and, eq, exists, inArray, isNotNull, isNull, lt, ne, or, sql, type SQL } from 'drizzle-orm';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import { holdsPart, partsLike } from '../store/holds-part.ts';
import type { Reader } from './chat-shapes.ts';

/** Which conversations a list holds; all that is said has to fit. `before`: only those that sort after this one, newest first. */
export interface ConversationsFilter {
  organisationId: string;
  /** Those with visitors (unless given), or the rooms of agents that the reader is a member of. */
  kind?: 'visitor' | 'team' | undefined;
  visitorId?: string | undefined;
  status?: 'open' | 'closed' | undefined;
  /** An agent's id, or null: nobody. */
  assigneeId?: string | null | undefined;
  tagId?: string | undefined;
  siteId?: string | undefined;
  /** Only those with (or, if false, without) lines that have not been read. */
  unread?: boolean | undefined;
  /** Part of a message, or of the visitor's name. */
  text?: string | undefined;
  /** The conversations that hold `text`, if that is known already. */
  holding?: readonly string[] | undefined;
  /** Only these are looked at. */
  ids?: readonly string[] | undefined;
  /** Whose cursor tells what is unread; private notes are found by the team alone. */
  reader: Reader;
  before?: Place | undefined;
  limit: number;
}

/** The condition of a list, for a query that joins `visitors`. Every value in it is bound. */
export function matching({ q, tables }: Pick<Database, 'q' | 'tables'>, filter: ConversationsFilter): SQL | undefined {
  const { conversations, conversationTags, messages, participants, reads, visitors } = tables;
  const { organisationId, kind = 'visitor', visitorId, status, assigneeId, tagId, siteId, unread, text, holding, ids, reader, before } = filter;
  const isVisitor = reader.kind === 'visitor';
  // Where the conversations are known or few, SQLite would still go through all of the organisation's for the sake of their order.
  const few = holding !== undefined || ids !== undefined || kind === 'team';
  const conditions: (SQL | undefined)[] = [few ? sql`coalesce(${conversations.organisationId}, '') = ${organisationId}` : eq(conversations.organisationId, organisationId)];
  if (kind === 'visitor') conditions.push(isNull(conversations.teamKind));
  else {
    // A list and no look at each: of the organisation's conversations these are few.
    const own = q.select({ id: participants.conversationId }).from(participants)
      .where(and(eq(participants.organisationId, organisationId), eq(participants.agentId, reader.kind === 'agent' ? reader.id : '')));
    conditions.push(isNotNull(conversations.teamKind), inArray(conversations.id, own));
  }
  if (visitorId !== undefined) conditions.push(eq(conversations.visitorId, visitorId));
  if (status !== undefined) conditions.push(eq(conversations.status, status));
  if (assigneeId !== undefined) conditions.push(assigneeId === null ? isNull(conversations.assigneeId) : eq(conversations.assigneeId, assigneeId));
  if (siteId !== undefined) conditions.push(eq(conversations.siteId, siteId));
  if (tagId !== undefined) {
    conditions.push(exists(q.select({ one: sql`1` }).from(conversationTags).where(and(
      eq(conversationTags.conversationId, conversations.id), eq(conversationTags.organisationId, organisationId), eq(conversationTags.tagId, tagId)))));
  }
  if (unread !== undefined) {
    const whose = reader.kind === 'key' ? sql`${reads.memberKind} = ${'agent'}` : sql`${reads.memberKind} = ${reader.kind} and ${reads.memberId} = ${reader.id}`;
    const seen = sql`coalesce((select max(${reads.readSeq}) from ${reads} where ${reads.conversationId} = ${conversations.id} and ${whose}), 0)`;
    const last = isVisitor ? sql`coalesce(${conversations.visibleSeq}, ${conversations.lastSeq})` : sql`${conversations.lastSeq}`;
    conditions.push(unread ? sql`${last} > ${seen}` : sql`${last} <= ${seen}`);
  }
  if (ids) conditions.push(inArray(conversations.id, [...ids]));
  if (holding) conditions.push(inArray(conversations.id, [...holding]));
  else if (text !== undefined) {
    const patterns = partsLike(text);
    conditions.push(or(holdsPart(visitors.name, patterns), exists(q.select({ one: sql`1` }).from(messages).where(and(
      eq(messages.conversationId, conversations.id), isVisitor ? ne(messages.kind, 'note') : undefined, holdsPart(messages.text, patterns))))));
  }
  if (before) {
    conditions.push(or(lt(conversations.lastMessageAt, before.at), and(eq(conversations.lastMessageAt, before.at), lt(conversations.id, before.id))));
  }
  return and(...conditions);
}
