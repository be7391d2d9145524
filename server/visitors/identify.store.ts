import { and, asc, eq, inArray, isNull, ne, notInArray, sql } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import { isUniqueViolation } from '../store/database.ts';
import { contextOf } from './visitor-view.ts';
import type { PageViewRow, VisitorRow } from './visitors.store.ts';
import type { NewRow } from '../store/tables.ts';

/** Somebody whom the customer's server vouched for. */
export interface Vouched {
  organisationId: string;
  siteId: string;
  externalId: string;
  name: string | null;
  email: string | null;
  locale: string | null;
  /** The name of a new one for whom none is known, and the id that a new one gets. */
  fallbackName: string;
  id: string;
  now: number;
}

/** The visitor whose token was shown as well. */
export interface Former {
  id: string;
  name: string;
  /** What it told of itself and is not written yet. */
  facts: Partial<NewRow<'visitors'>>;
  pages: readonly PageViewRow[];
}

/** What became of it. */
export interface Merged {
  visitor: VisitorRow;
  /** Whether the former visitor is this one from now on. */
  superseded: boolean;
  /** Conversations that came over from the anonymous one; `closed` of them or of the visitor's own, because only one can be open. */
  moved: string[];
  closed: string | null;
}

/** The one transaction in which somebody becomes known. */
export interface IdentifyStore {
  /**
   * Gives the row of the person, made if there is none: of those who race one makes it. If `from` names a visitor of the same site
   * for whom nobody vouched and who is not merged yet, everything of it comes over. Null while the person is being erased.
   */
  identify(vouched: Vouched, from: Former | null): Promise<Merged | null>;
}

// Another transaction opened a conversation, or locked rows in another order, at this very moment: then it is tried again.
const tries = 5;
const deadlock = '40P01';

/** The queries of becoming known. */
export function createIdentifyStore(database: Database): IdentifyStore {
  const { visitors, conversations, messages, reads, calls, consents, segments, recordings, pageViews, files } = database.tables;

  const person = async (q: Queries, { organisationId, siteId, externalId, name, email, locale, fallbackName, id, now }: Vouched): Promise<{ row: VisitorRow; made: boolean } | null> => {
    const vouched = [...(name === null ? [] : ['name']), ...(email === null ? [] : ['email'])];
    const [made] = await q.insert(visitors).values({
      id, organisationId, siteId, externalId, name: name ?? fallbackName, email, locale, verifiedAt: now, createdAt: now, lastSeenAt: now, context: { vouched },
    }).onConflictDoNothing().returning();
    if (made) return { row: made, made: true };
    // Its lock also makes whoever erases the person wait, or come first.
    const [found] = await q.update(visitors).set({ lastSeenAt: now, verifiedAt: now }).where(and(eq(visitors.siteId, siteId), eq(visitors.externalId, externalId))).returning();
    if (!found || found.mergedInto !== null) return null;
    const before = contextOf(found);
    const [changed] = await q.update(visitors).set({
      context: { ...before, vouched: [...new Set([...before.vouched ?? [], ...vouched])] },
      ...(name !== null && { name }), ...(email !== null && { email }), ...(locale !== null && { locale }),
    }).where(eq(visitors.id, found.id)).returning();
    return { row: changed!, made: false };
  };

  /** Marks the anonymous one, also when it has written nothing yet: a message of it that is under way then finds the mark. */
  const leave = async (q: Queries, { organisationId, siteId, now }: Vouched, from: Former, into: string): Promise<VisitorRow | null> => {
    const fresh = await q.insert(visitors).values({ ...from.facts, id: from.id, organisationId, siteId, name: from.name, createdAt: now, lastSeenAt: now }).onConflictDoNothing().returning({ id: visitors.id });
    if (fresh.length > 0 && from.pages.length > 0) await q.insert(pageViews).values([...from.pages]);
    const [left] = await q.update(visitors).set({ mergedInto: into }).where(and(
      eq(visitors.id, from.id), eq(visitors.organisationId, organisationId), eq(visitors.siteId, siteId), isNull(visitors.externalId), isNull(visitors.mergedInto),
    )).returning();
    return left ?? null;
  };

  /** Of two open conversations the one that was silent for longer is closed. */
  const closeOlder = async (q: Queries, from: string, into: string, now: number): Promise<string | null> => {
    const open = await q.select({ id: conversations.id, lastMessageAt: conversations.lastMessageAt }).from(conversations).where(inArray(conversations.openKey, [from, into]));
    if (open.length < 2) return null;
    const [older] = open.sort((a, b) => a.lastMessageAt - b.lastMessageAt || (a.id < b.id ? -1 : 1));
    await q.update(conversations).set({ status: 'closed', openKey: null, closedAt: now, updatedAt: now, closedBy: { kind: 'system', id: '', name: '' } }).where(eq(conversations.id, older!.id));
    return older!.id;
  };

  const move = async (q: Queries, left: VisitorRow, into: VisitorRow, now: number): Promise<Pick<Merged, 'moved' | 'closed'>> => {
    const [from, to] = [left.id, into.id];
    const both = await q.select({ id: conversations.id, visitorId: conversations.visitorId, closedBy: conversations.closedBy }).from(conversations)
      .where(inArray(conversations.visitorId, [from, to])).orderBy(asc(conversations.id));
    // Locked one by one in the order of their ids, as whoever writes messages locks them.
    for (const { id } of both) await q.update(conversations).set({ visitorId: sql`${conversations.visitorId}` }).where(eq(conversations.id, id));
    const closed = await closeOlder(q, from, to, now);
    const rows = both.filter(({ visitorId }) => visitorId === from);
    for (const { id, closedBy } of rows) {
      await q.update(conversations).set({ visitorId: to, updatedAt: now, ...(closedBy?.id === from && { closedBy: { ...closedBy, id: to } }) }).where(eq(conversations.id, id));
      await q.update(conversations).set({ openKey: to }).where(and(eq(conversations.id, id), eq(conversations.openKey, from)));
      await q.update(messages).set({ authorId: to }).where(and(eq(messages.conversationId, id), eq(messages.authorKind, 'visitor'), eq(messages.authorId, from)));
      await q.update(reads).set({ memberId: to }).where(and(eq(reads.conversationId, id), eq(reads.memberKind, 'visitor'), eq(reads.memberId, from)));
      await q.update(calls).set({ visitorId: to }).where(and(eq(calls.conversationId, id), eq(calls.visitorId, from)));
      await q.update(calls).set({ startedById: to }).where(and(eq(calls.conversationId, id), eq(calls.startedByKind, 'visitor'), eq(calls.startedById, from)));
      const ofCalls = q.select({ id: calls.id }).from(calls).where(eq(calls.conversationId, id));
      await q.update(consents).set({ memberId: to }).where(and(inArray(consents.callId, ofCalls), eq(consents.memberKind, 'visitor'), eq(consents.memberId, from)));
      const ofRecordings = q.select({ id: recordings.id }).from(recordings).where(inArray(recordings.callId, ofCalls));
      await q.update(segments).set({ recorderId: to }).where(and(inArray(segments.recordingId, ofRecordings), eq(segments.recorderKind, 'visitor'), eq(segments.recorderId, from)));
    }
    await q.update(pageViews).set({ visitorId: to }).where(eq(pageViews.visitorId, from));
    // What waits to be sent goes along; an upload that both made under one id stays, and is swept away.
    await q.update(files).set({ uploaderId: to }).where(and(
      eq(files.uploaderKind, 'visitor'), eq(files.uploaderId, from), notInArray(files.uploadId, q.select({ uploadId: files.uploadId }).from(files).where(eq(files.uploaderId, to))),
    ));
    await q.update(visitors).set({ mergedInto: to }).where(and(eq(visitors.mergedInto, from), ne(visitors.id, from)));
    return { moved: rows.map(({ id }) => id), closed };
  };

  /** What the anonymous one said of itself, where nothing better is known. The mark that stays of it holds nothing personal. */
  const inherit = async (q: Queries, left: VisitorRow, into: VisitorRow, made: boolean): Promise<VisitorRow> => {
    const [old, own] = [contextOf(left), contextOf(into)];
    const notes = [into.note, left.note].filter((note) => note !== null && note !== '').join('\n');
    const [merged] = await q.update(visitors).set({
      ...(made && !own.vouched?.includes('name') && left.name !== '' && { name: left.name }),
      email: into.email ?? left.email, locale: into.locale ?? left.locale, device: left.device ?? into.device, note: notes.slice(0, 4000) || null,
      fields: left.fields || into.fields ? { ...left.fields, ...into.fields } : null,
      context: { ...own, ...((old.told || own.told) && { told: { ...own.told, ...old.told } }) },
      createdAt: Math.min(into.createdAt, left.createdAt),
    }).where(eq(visitors.id, into.id)).returning();
    await q.update(visitors).set({ name: '', email: null, fields: null, device: null, context: null, note: null, locale: null }).where(eq(visitors.id, left.id));
    return merged!;
  };

  const once = (vouched: Vouched, from: Former | null) => database.atomic(async (q): Promise<Merged | null> => {
    const found = await person(q, vouched);
    if (!found) return null;
    const { row: visitor, made } = found;
    const left = from && from.id !== visitor.id ? await leave(q, vouched, from, visitor.id) : null;
    if (!left) return { visitor, superseded: false, moved: [], closed: null };
    const moved = await move(q, left, visitor, vouched.now);
    return { visitor: await inherit(q, left, visitor, made), superseded: true, ...moved };
  });

  return {
    async identify(vouched, from) {
      for (let left = tries; ; left--) {
        try {
          return await once(vouched, from);
        } catch (error) {
          if (left <= 1 || !(isUniqueViolation(error) || isDeadlock(error))) throw error;
        }
      }
    },
  };
}

function isDeadlock(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if ('code' in cause && cause.code === deadlock) return true;
  return false;
}
