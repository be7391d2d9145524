import { and, eq, inArray, isNotNull, isNull, like, ne, or, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { doomFiles, type DoomedFile } from '../store/doom-files.ts';
import type { VisitorRow } from './visitors.store.ts';

/** The queries of erasing. Whoever is being erased has itself in `mergedInto`: it is in no list, and its token is worth nothing. */
export interface VisitorDataStore {
  /** Marks a visitor as being erased. False when there is none, or when somebody marked it before; `live_call` when a call rings or runs. */
  doom(organisationId: string, id: string): Promise<'doomed' | 'missing' | 'live_call'>;
  /** Takes the mark away again. */
  spare(id: string): Promise<void>;
  /** Those whose erasing was begun. */
  doomed(): Promise<VisitorRow[]>;
  /** The ids of a visitor's conversations. */
  conversations(organisationId: string, id: string): Promise<string[]>;
  /** Removes mails and deliveries that name the visitor or its conversations. */
  removeLetters(organisationId: string, words: readonly string[], email: string | null): Promise<void>;
  /** Takes from a visitor whose recordings are held all that they do not need: it keeps its name, and its mark. */
  strip(organisationId: string, id: string): Promise<{ files: DoomedFile[] }>;
  /**
   * Removes the visitor, what was merged into it, its pages and its links, and dooms files that it never sent; null while it still has a
   * conversation. The bare ids stay, so that their tokens begin nothing again.
   */
  remove(organisationId: string, id: string, now: number): Promise<{ files: DoomedFile[] } | null>;
}

// A word is looked for in every letter of the organisation; so many at a time.
const wordsAtOnce = 20;

/** Queries over all that names a visitor. */
export function createVisitorDataStore(database: Database): VisitorDataStore {
  const { visitors, conversations, calls, files, pageViews, mails, deliveries, erasedVisitors, handoffs } = database.tables;
  const own = (organisationId: string, id: string) => and(eq(visitors.organisationId, organisationId), eq(visitors.id, id));
  const unsent = (organisationId: string, ids: readonly string[]) => and(
    eq(files.organisationId, organisationId), eq(files.uploaderKind, 'visitor'), inArray(files.uploaderId, [...ids]), isNull(files.conversationId),
  );
  return {
    doom: (organisationId, id) => database.atomic(async (q) => {
      const [row] = await q.update(visitors).set({ mergedInto: id }).where(and(own(organisationId, id), or(isNull(visitors.mergedInto), eq(visitors.mergedInto, id)))).returning({ id: visitors.id });
      if (!row) return 'missing';
      const [live] = await q.select({ id: calls.id }).from(calls).where(and(eq(calls.visitorId, id), ne(calls.state, 'ended'), isNotNull(calls.activeKey))).limit(1);
      if (!live) return 'doomed';
      await q.update(visitors).set({ mergedInto: null }).where(eq(visitors.id, id));
      return 'live_call';
    }),
    async spare(id) {
      await database.q.update(visitors).set({ mergedInto: null }).where(and(eq(visitors.id, id), eq(visitors.mergedInto, id)));
    },
    doomed: async () => database.q.select().from(visitors).where(eq(visitors.mergedInto, sql`${visitors.id}`)),
    conversations: async (organisationId, id) => (await database.q.select({ id: conversations.id }).from(conversations)
      .where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, id)))).map((row) => row.id),
    async removeLetters(organisationId, words, email) {
      const { q } = database;
      for (let at = 0; at < words.length; at += wordsAtOnce) {
        const some = words.slice(at, at + wordsAtOnce);
        await q.delete(deliveries).where(and(eq(deliveries.organisationId, organisationId), or(...some.map((word) => like(deliveries.payload, `%${word}%`)))));
        await q.delete(mails).where(and(eq(mails.organisationId, organisationId), or(...some.flatMap((word) => [like(mails.key, `%${word}%`), like(mails.text, `%${word}%`)]))));
      }
      if (email !== null) await q.delete(mails).where(and(eq(mails.organisationId, organisationId), inArray(mails.kind, ['visitor_notice', 'transcript']), eq(sql`lower(${mails.recipient})`, email.toLowerCase())));
    },
    strip: (organisationId, id) => database.atomic(async (q) => {
      await q.delete(pageViews).where(eq(pageViews.visitorId, id));
      await q.update(visitors).set({ email: null, externalId: null, fields: null, device: null, context: null, note: null }).where(own(organisationId, id));
      return { files: await doomFiles(q, database.tables, unsent(organisationId, [id])) };
    }),
    remove: (organisationId, id, now) => database.atomic(async (q) => {
      const [left] = await q.select({ id: conversations.id }).from(conversations).where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, id))).limit(1);
      if (left) return null;
      const ids = [id, ...(await q.select({ id: visitors.id }).from(visitors).where(and(eq(visitors.organisationId, organisationId), eq(visitors.mergedInto, id)))).map((row) => row.id)];
      await q.delete(pageViews).where(inArray(pageViews.visitorId, ids));
      await q.delete(handoffs).where(and(eq(handoffs.organisationId, organisationId), inArray(handoffs.visitorId, ids)));
      await q.delete(visitors).where(and(eq(visitors.organisationId, organisationId), inArray(visitors.id, ids)));
      await q.insert(erasedVisitors).values(ids.map((erased) => ({ id: erased, organisationId, erasedAt: now }))).onConflictDoNothing();
      return { files: await doomFiles(q, database.tables, unsent(organisationId, ids)) };
    }),
  };
}
