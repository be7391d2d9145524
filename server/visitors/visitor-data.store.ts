import { and, eq, inArray, isNotNull, isNull, like, ne, or, sql } from 'drizzle-orm';
import { doomFiles, type DoomedFile } from '../files/files.store.ts';
import type { Database } from '../store/database.ts';
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
  /** Removes the visitor, what was merged into it and its pages, and dooms files that it never sent; null while it still has a conversation. */
  remove(organisationId: string, id: string): Promise<{ files: DoomedFile[] } | null>;
}

// A word is looked for in every letter of the organisation; so many at a time.
const wordsAtOnce = 20;

/** Queries over all that names a visitor. */
export function createVisitorDataStore(database: Database): VisitorDataStore {
  const { visitors, conversations, calls, files, pageViews, mails, deliveries } = database.tables;
  const own = (organisationId: string, id: string) => and(eq(visitors.organisationId, organisationId), eq(visitors.id, id));
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
    remove: (organisationId, id) => database.atomic(async (q) => {
      const [left] = await q.select({ id: conversations.id }).from(conversations).where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, id))).limit(1);
      if (left) return null;
      const ids = [id, ...(await q.select({ id: visitors.id }).from(visitors).where(and(eq(visitors.organisationId, organisationId), eq(visitors.mergedInto, id)))).map((row) => row.id)];
      await q.delete(pageViews).where(inArray(pageViews.visitorId, ids));
      await q.delete(visitors).where(and(eq(visitors.organisationId, organisationId), inArray(visitors.id, ids)));
      return { files: await doomFiles(q, database.tables, and(eq(files.organisationId, organisationId), eq(files.uploaderKind, 'visitor'), inArray(files.uploaderId, ids), isNull(files.conversationId))) };
    }),
  };
}
