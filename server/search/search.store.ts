import { and, asc, desc, eq, exists, gt, gte, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { holdsPart, partsLike } from '../store/holds-part.ts';
import { docAt, NO_DOC, type DocRange } from '../store/search-entries.ts';
import { createSearchIndex } from '../store/search-index.ts';
import type { Row } from '../store/tables.ts';

/** A conversation whose newest messages are not in the index yet, or that might be one. */
export interface Followed {
  id: string;
  organisationId: string;
  lastSeq: number;
  indexedSeq: number;
}

/** What shall be taken into the index of a conversation: its messages after `after`, up to `upTo`. */
export interface Chapter {
  conversationId: string;
  organisationId: string;
  after: number;
  upTo: number;
  messages: readonly { seq: number; createdAt: number; grams: readonly number[] }[];
}

/** Which messages may be found; all that is said has to fit. */
export interface SearchFilter {
  organisationId: string;
  /** Rooms of the team are found by those who are in them alone; null: by nobody. */
  agentId: string | null;
  conversationId?: string | undefined;
  visitorId?: string | undefined;
  siteId?: string | undefined;
  /** Written at this moment or later, ms since the epoch. */
  from?: number | undefined;
  /** Written before this moment. */
  to?: number | undefined;
}

/** A message that may be a hit, and the place where the search goes on behind it. */
export interface Candidate {
  place: number;
  message: Row<'messages'>;
}

/** Messages that were looked at: `last` is the place of the last one, null when there were none further on. */
export interface Stretch {
  candidates: Candidate[];
  last: number | null;
}

/** The queries of the search. */
export interface SearchStore {
  /** Looks at so many conversations after an id, in the order of their ids: which are not in the index yet, and the id of the last one; null when there were no further ones. */
  behind(after: string, limit: number): Promise<{ ids: string[]; last: string | null }>;
  /** How far these are; those that are gone are not among them. */
  progress(ids: readonly string[]): Promise<Followed[]>;
  /** The first messages after `after`. */
  lines(conversationId: string, after: number, limit: number): Promise<{ seq: number; text: string; createdAt: number }[]>;
  /** Takes chapters into the index. One that another process has begun, or whose conversation is gone, is left out. */
  write(chapters: readonly Chapter[]): Promise<void>;
  /** The newest messages with these fragments before a place; without fragments, all of them. */
  byGrams(filter: SearchFilter, grams: readonly number[], before: number | undefined, limit: number): Promise<Stretch>;
  /** Whether the index has so many messages with these fragments. */
  hasSoMany(grams: readonly number[], count: number): Promise<boolean>;
  /** The newest messages of the filter's conversation before a `seq`. */
  inConversation(filter: SearchFilter, before: number | undefined, limit: number): Promise<Stretch>;
  /** The newest messages of the filter's visitor before a place. */
  ofVisitor(filter: SearchFilter, before: number | undefined, limit: number): Promise<Stretch>;
  /** Conversations whose visitor's name holds a text; null when there are so many or more. */
  byName(organisationId: string, text: string, limit: number): Promise<string[] | null>;
}

// The clock of a message can be ahead of its entry's number by nothing, and behind it by what a flood of messages needs.
const floodMs = 3_600_000;

/** Queries over the messages and their index. */
export function createSearchStore(database: Database): SearchStore {
  const { q, tables } = database;
  const { conversations, messages, participants, searchEntries, searchProgress, visitors } = tables;
  const index = createSearchIndex(database);

  const followed = () => q.select({
    id: conversations.id, organisationId: conversations.organisationId, lastSeq: conversations.lastSeq, indexedSeq: sql<number>`coalesce(${searchProgress.indexedSeq}, 0)`,
  }).from(conversations).leftJoin(searchProgress, eq(searchProgress.conversationId, conversations.id));

  // Not a plain comparison: SQLite would then begin with all of the organisation's conversations, and not with the few that are asked for.
  const ofOrganisation = (organisationId: string) => sql`coalesce(${conversations.organisationId}, '') = ${organisationId}`;
  const readable = ({ organisationId, agentId, conversationId, visitorId, siteId, from, to }: SearchFilter) => and(
    ofOrganisation(organisationId), eq(messages.organisationId, organisationId),
    conversationId === undefined ? undefined : eq(conversations.id, conversationId),
    visitorId === undefined ? undefined : eq(conversations.visitorId, visitorId),
    siteId === undefined ? undefined : eq(conversations.siteId, siteId),
    from === undefined ? undefined : gte(messages.createdAt, from), to === undefined ? undefined : lt(messages.createdAt, to),
    or(isNull(conversations.teamKind), agentId === null ? undefined : exists(q.select({ one: sql`1` }).from(participants).where(and(
      eq(participants.conversationId, conversations.id), eq(participants.agentId, agentId), eq(participants.organisationId, organisationId))))),
  );
  const byDocs = async (filter: SearchFilter, docs: readonly number[], limit: number): Promise<Stretch> => {
    const rows = docs.length === 0 ? [] : await q.select({ place: searchEntries.doc, message: messages }).from(searchEntries)
      .innerJoin(searchProgress, eq(searchProgress.number, searchEntries.conversation))
      .innerJoin(messages, and(eq(messages.conversationId, searchProgress.conversationId), eq(messages.seq, searchEntries.seq)))
      .innerJoin(conversations, eq(conversations.id, searchProgress.conversationId))
      .where(and(inArray(searchEntries.doc, [...docs]), readable(filter)));
    return { candidates: rows.sort((a, b) => b.place - a.place), last: docs.length < limit ? null : docs.at(-1)! };
  };
  const rangeOf = ({ from, to }: SearchFilter, before = NO_DOC): DocRange => ({
    before: to === undefined ? before : Math.min(before, docAt(to + floodMs)), from: from === undefined ? undefined : docAt(from),
  });
  const inRange = ({ before, from }: DocRange) => and(lt(searchEntries.doc, before), from === undefined ? undefined : gte(searchEntries.doc, from));

  return {
    async behind(after, limit) {
      const [end] = await q.select({ id: conversations.id }).from(conversations).where(gt(conversations.id, after)).orderBy(asc(conversations.id)).limit(1).offset(limit - 1);
      const rows = await followed().where(and(gt(conversations.id, after), end && lte(conversations.id, end.id), sql`${conversations.lastSeq} > coalesce(${searchProgress.indexedSeq}, 0)`)).limit(limit);
      return { ids: rows.map(({ id }) => id), last: end?.id ?? null };
    },
    progress: async (ids) => (ids.length === 0 ? [] : followed().where(inArray(conversations.id, [...ids]))),
    lines: async (conversationId, after, limit) => q.select({ seq: messages.seq, text: messages.text, createdAt: messages.createdAt }).from(messages)
      .where(and(eq(messages.conversationId, conversationId), gt(messages.seq, after))).orderBy(asc(messages.seq)).limit(limit),
    write: (chapters) => database.atomic(async (q) => {
      if (chapters.length === 0) return;
      // In one order, so that two processes never wait for each other in a circle. The first statement makes what is missing and locks all.
      const sorted = chapters.toSorted((a, b) => (a.conversationId < b.conversationId ? -1 : 1));
      const ids = sorted.map(({ conversationId }) => conversationId);
      const held = await q.insert(searchProgress).values(sorted.map(({ conversationId, organisationId }) => ({ conversationId, organisationId, indexedSeq: 0 })))
        .onConflictDoUpdate({ target: searchProgress.conversationId, set: { indexedSeq: sql`${searchProgress.indexedSeq}` } })
        .returning({ number: searchProgress.number, conversationId: searchProgress.conversationId, indexedSeq: searchProgress.indexedSeq });
      const there = new Set((await q.select({ id: conversations.id }).from(conversations).where(inArray(conversations.id, ids))).map(({ id }) => id));
      const gone = ids.filter((id) => !there.has(id));
      if (gone.length > 0) await q.delete(searchProgress).where(inArray(searchProgress.conversationId, gone));
      const numbers = new Map(held.map((row) => [row.conversationId, row]));
      const due = sorted.filter(({ conversationId, after }) => there.has(conversationId) && numbers.get(conversationId)?.indexedSeq === after);
      if (due.length === 0) return;
      await q.insert(searchProgress).values(due.map(({ conversationId, organisationId, upTo }) => ({ conversationId, organisationId, indexedSeq: upTo })))
        .onConflictDoUpdate({ target: searchProgress.conversationId, set: { indexedSeq: sql`excluded.indexed_seq` } });
      await index.add(q, due.flatMap(({ conversationId, messages }) => messages.map((message) => ({ ...message, conversation: numbers.get(conversationId)!.number }))));
    }),
    async byGrams(filter, grams, before, limit) {
      const range = rangeOf(filter, before);
      const docs = grams.length > 0 ? await index.holding(grams, range, limit)
        : (await q.select({ doc: searchEntries.doc }).from(searchEntries).where(inRange(range)).orderBy(desc(searchEntries.doc)).limit(limit)).map(({ doc }) => doc);
      return byDocs(filter, docs, limit);
    },
    hasSoMany: async (grams, count) => (await index.holding(grams, { before: NO_DOC }, count)).length === count,
    async inConversation(filter, before, limit) {
      if (filter.conversationId === undefined) return { candidates: [], last: null };
      const rows = await q.select({ message: messages }).from(messages).innerJoin(conversations, eq(conversations.id, messages.conversationId))
        .where(and(eq(messages.conversationId, filter.conversationId), lte(messages.seq, (before ?? Number.MAX_SAFE_INTEGER) - 1), readable(filter)))
        .orderBy(desc(messages.seq)).limit(limit);
      const candidates = rows.map(({ message }) => ({ place: message.seq, message }));
      return { candidates, last: rows.length < limit ? null : candidates.at(-1)!.place };
    },
    async ofVisitor(filter, before, limit) {
      if (filter.visitorId === undefined) return { candidates: [], last: null };
      const rows = await q.select({ doc: searchEntries.doc }).from(conversations)
        .innerJoin(searchProgress, eq(searchProgress.conversationId, conversations.id))
        .innerJoin(searchEntries, eq(searchEntries.conversation, searchProgress.number))
        .where(and(ofOrganisation(filter.organisationId), eq(conversations.visitorId, filter.visitorId), inRange(rangeOf(filter, before))))
        .orderBy(desc(searchEntries.doc)).limit(limit);
      return byDocs(filter, rows.map(({ doc }) => doc), limit);
    },
    async byName(organisationId, text, limit) {
      const named = await q.select({ id: visitors.id }).from(visitors).where(and(eq(visitors.organisationId, organisationId), holdsPart(visitors.name, partsLike(text)))).limit(limit);
      if (named.length === 0) return [];
      const rows = await q.select({ id: conversations.id }).from(conversations)
        .where(and(ofOrganisation(organisationId), inArray(conversations.visitorId, named.map(({ id }) => id)))).limit(limit);
      return named.length === limit || rows.length === limit ? null : rows.map(({ id }) => id);
    },
  };
}
