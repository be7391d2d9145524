import { and, asc, eq, gte, inArray, isNotNull, isNull, lt, ne, notExists, or, sql } from 'drizzle-orm';
import type { Author } from '../../protocol/shapes.ts';
import type { ConversationPatch } from '../../protocol/work.ts';
import { isUniqueViolation, type Database, type Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** What a change of a conversation did. */
export type Changed = 'closed' | 'reopened' | 'assigned' | 'tagged' | 'handed_over' | 'titled';

/** The changes of conversations that are no messages. Every one that takes an id takes the organisation too. */
export interface ConversationWorkStore {
  /**
   * Makes all of a change or nothing, and tells what of it was news. `missing`: no such conversation; `conflict`: its visitor
   * has another open one. Assigning it to somebody takes it from a program.
   */
  change(organisationId: string, id: string, patch: ConversationPatch, by: Author | null, now: number): Promise<Changed[] | 'missing' | 'conflict'>;
  /** An agent of the organisation, whoever it is. */
  agent(organisationId: string, id: string): Promise<Pick<Row<'agents'>, 'id' | 'name' | 'status'> | null>;
  /** Which of these tags the organisation has. */
  knownTags(organisationId: string, ids: readonly string[]): Promise<string[]>;
  /** A visitor of the organisation. */
  visitor(organisationId: string, id: string): Promise<Pick<Row<'visitors'>, 'id' | 'siteId' | 'mergedInto'> | null>;
  /** Keeps what the visitor thought, while the conversation is open or was closed at `closedSince` or later. False when it was not. */
  rate(organisationId: string, id: string, rating: { score: number; comment: string }, now: number, closedSince: number): Promise<boolean>;
  /** Closes a conversation in which nothing was said since `before`, unless a call is going on. False when it was not so. */
  closeSilent(organisationId: string, id: string, before: number, now: number): Promise<boolean>;
  /** Inserts an open conversation; null when its visitor has one already. `first`: what is done before it in the same transaction. */
  create(conversation: NewRow<'conversations'>, first?: (q: Queries) => Promise<unknown>): Promise<Row<'conversations'> | null>;
  /**
   * The visitor, and everybody of the team and every program that takes part, wrote or read here; of a room of the team its members.
   * `wrote`: something that visitors see, or it is the visitor or who has the conversation.
   */
  participants(organisationId: string, id: string): Promise<{ kind: string; id: string; name: string; readSeq: number; wrote: boolean }[]>;
}

/** Queries over `conversations` and what hangs on them. */
export function createConversationWorkStore(database: Database): ConversationWorkStore {
  const { q, tables: { agents, calls, conversations, conversationTags, messages, participants, reads, tags, visitors } } = database;
  const own = (organisationId: string, id: string) => and(eq(conversations.organisationId, organisationId), eq(conversations.id, id));
  const toPeople = { botId: null, botName: null };

  return {
    async change(organisationId, id, { status, assigneeId, tagIds, bot, title }, by, now) {
      const one = own(organisationId, id);
      try {
        return await database.atomic(async (q) => {
          const changed: Changed[] = [];
          const update = async (what: Changed, set: Partial<NewRow<'conversations'>>, where: ReturnType<typeof and>) => {
            const rows = await q.update(conversations).set({ ...set, updatedAt: now }).where(and(one, where)).returning({ id: conversations.id });
            if (rows.length > 0) changed.push(what);
          };
          if ((await q.select({ id: conversations.id }).from(conversations).where(one)).length === 0) return 'missing';
          if (status === 'closed') {
            await update('closed', { status, openKey: null, closedAt: now, closedBy: by && { kind: by.kind, id: by.id, name: by.name } }, eq(conversations.status, 'open'));
          } else if (status === 'open') {
            const open = { status, openKey: sql`${conversations.visitorId}`, closedAt: null, closedBy: null, handedOverAt: null };
            await update('reopened', open as unknown as Partial<NewRow<'conversations'>>, eq(conversations.status, 'closed'));
          }
          if (assigneeId === null) await update('assigned', { assigneeId, assignedAt: null }, isNotNull(conversations.assigneeId));
          else if (assigneeId !== undefined) {
            await update('assigned', { assigneeId, assignedAt: now, handedOverAt: now, ...toPeople },
              or(isNull(conversations.assigneeId), ne(conversations.assigneeId, assigneeId), isNotNull(conversations.botId)));
          }
          if (bot === false && !changed.includes('assigned')) {
            await update('handed_over', { handedOverAt: now, ...toPeople }, or(isNotNull(conversations.botId), isNull(conversations.handedOverAt)));
          }
          if (title === null) await update('titled', { title }, isNotNull(conversations.title));
          else if (title !== undefined) await update('titled', { title }, or(isNull(conversations.title), ne(conversations.title, title)));
          if (tagIds) {
            const wanted = new Set(tagIds);
            const ofOne = and(eq(conversationTags.conversationId, id), eq(conversationTags.organisationId, organisationId));
            const there = new Set((await q.select({ tagId: conversationTags.tagId }).from(conversationTags).where(ofOne)).map(({ tagId }) => tagId));
            const gone = [...there].filter((tagId) => !wanted.has(tagId));
            const more = [...wanted].filter((tagId) => !there.has(tagId));
            if (gone.length > 0) await q.delete(conversationTags).where(and(ofOne, inArray(conversationTags.tagId, gone)));
            if (more.length > 0) {
              await q.insert(conversationTags).values(more.map((tagId) => ({ conversationId: id, tagId, organisationId, createdAt: now }))).onConflictDoNothing();
            }
            if (gone.length + more.length > 0) changed.push('tagged');
          }
          return changed;
        });
      } catch (error) {
        if (isUniqueViolation(error)) return 'conflict';
        throw error;
      }
    },
    async agent(organisationId, id) {
      const [row] = await q.select({ id: agents.id, name: agents.name, status: agents.status }).from(agents)
        .where(and(eq(agents.organisationId, organisationId), eq(agents.id, id)));
      return row ?? null;
    },
    async knownTags(organisationId, ids) {
      if (ids.length === 0) return [];
      const rows = await q.select({ id: tags.id }).from(tags).where(and(eq(tags.organisationId, organisationId), inArray(tags.id, [...ids])));
      return rows.map(({ id }) => id);
    },
    async visitor(organisationId, id) {
      const [row] = await q.select({ id: visitors.id, siteId: visitors.siteId, mergedInto: visitors.mergedInto }).from(visitors)
        .where(and(eq(visitors.organisationId, organisationId), eq(visitors.id, id)));
      return row ?? null;
    },
    async rate(organisationId, id, { score, comment }, now, closedSince) {
      const changed = await q.update(conversations).set({ rating: score, ratingComment: comment, ratedAt: now, updatedAt: now })
        .where(and(own(organisationId, id), or(eq(conversations.status, 'open'), gte(conversations.closedAt, closedSince)))).returning({ id: conversations.id });
      return changed.length > 0;
    },
    async closeSilent(organisationId, id, before, now) {
      const changed = await q.update(conversations).set({ status: 'closed', openKey: null, closedAt: now, closedBy: null, updatedAt: now }).where(and(
        own(organisationId, id), eq(conversations.status, 'open'), lt(conversations.lastMessageAt, before),
        notExists(q.select({ one: sql`1` }).from(calls).where(eq(calls.activeKey, conversations.id))),
      )).returning({ id: conversations.id });
      return changed.length > 0;
    },
    create: (conversation, first) => database.atomic(async (q) => {
      await first?.(q);
      const [row] = await q.insert(conversations).values(conversation).onConflictDoNothing().returning();
      return row ?? null;
    }),
    async participants(organisationId, id) {
      const [row] = await q.select({ teamKind: conversations.teamKind, visitorId: conversations.visitorId, visitorName: visitors.name, assigneeId: conversations.assigneeId, assigneeName: agents.name }).from(conversations)
        .leftJoin(visitors, eq(visitors.id, conversations.visitorId)).leftJoin(agents, eq(agents.id, conversations.assigneeId)).where(own(organisationId, id));
      if (!row) return [];
      const readers = await q.select({ kind: reads.memberKind, id: reads.memberId, readSeq: reads.readSeq, name: agents.name }).from(reads)
        .leftJoin(agents, and(eq(agents.id, reads.memberId), eq(agents.organisationId, reads.organisationId)))
        .where(and(eq(reads.conversationId, id), eq(reads.organisationId, organisationId)));
      const members = await q.select({ id: participants.agentId, name: agents.name }).from(participants)
        .leftJoin(agents, and(eq(agents.id, participants.agentId), eq(agents.organisationId, participants.organisationId)))
        .where(and(eq(participants.conversationId, id), eq(participants.organisationId, organisationId))).orderBy(asc(agents.name), asc(participants.agentId));
      const authors = row.teamKind !== null ? [] : await q.selectDistinct({ kind: messages.authorKind, id: messages.authorId, name: messages.authorName }).from(messages)
        .where(and(eq(messages.conversationId, id), eq(messages.organisationId, organisationId), ne(messages.kind, 'note'), inArray(messages.authorKind, ['agent', 'bot'])));
      const found = new Map<string, { kind: string; id: string; name: string; readSeq: number; wrote: boolean }>();
      const add = (kind: string, memberId: string, name: string | null, wrote: boolean) => {
        const readSeq = readers.find((reader) => reader.kind === kind && reader.id === memberId)?.readSeq ?? 0;
        const known = found.get(`${kind} ${memberId}`);
        if (!known) found.set(`${kind} ${memberId}`, { kind, id: memberId, name: name ?? '', readSeq, wrote });
        else if (wrote) known.wrote = true;
      };
      if (row.teamKind === null) add('visitor', row.visitorId, row.visitorName, true);
      for (const member of members) add('agent', member.id, member.name, false);
      if (row.teamKind !== null) return [...found.values()];
      if (row.assigneeId !== null) add('agent', row.assigneeId, row.assigneeName, true);
      for (const reader of readers) if (reader.kind === 'agent') add(reader.kind, reader.id, reader.name, false);
      for (const author of authors) add(author.kind, author.id, author.name, true);
      return [...found.values()];
    },
  };
}
