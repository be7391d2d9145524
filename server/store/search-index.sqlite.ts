import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Database } from './database.ts';
import { endProgress, insertNumbered, type SearchIndex } from './search-entries.ts';

// What FTS5 shows of its table (migration 0006): a row for each entry, under the same number.
const searchIndex = sqliteTable('search_index', { rowid: integer().primaryKey(), grams: text().notNull() });

// A list of numbers is a parameter each, and SQLite takes 32,766.
const atOnce = 5_000;

/** Fragments as words of FTS5's tokenizer: letters and digits alone, so that nothing in them is an operator. */
const wordOf = (gram: number) => (gram >>> 0).toString(36);

/** The search index of SQLite: FTS5 finds, `searchEntries` says which message it is. */
export function createSqliteSearchIndex({ q: outside, tables }: Database): SearchIndex {
  const { searchEntries } = tables;
  return {
    async add(q, messages) {
      if (messages.length === 0) return;
      const numbered = await insertNumbered(q, tables, messages, (rows) =>
        q.insert(searchEntries).values(rows.map(({ doc, conversation, seq }) => ({ doc, conversation, seq }))).onConflictDoNothing().returning({ doc: searchEntries.doc }));
      // In rising order: one that is lower than the last makes FTS5 begin another segment.
      await q.insert(searchIndex).values(numbered.map(({ doc, grams }) => ({ rowid: doc, grams: grams.map(wordOf).join(' ') })));
    },
    async removeConversation(q, organisationId, conversationId) {
      const number = await endProgress(q, tables, organisationId, conversationId);
      if (number === null) return;
      for (;;) {
        const docs = (await q.select({ doc: searchEntries.doc }).from(searchEntries).where(eq(searchEntries.conversation, number)).limit(atOnce)).map(({ doc }) => doc);
        if (docs.length > 0) {
          await q.delete(searchIndex).where(inArray(searchIndex.rowid, docs));
          await q.delete(searchEntries).where(inArray(searchEntries.doc, docs));
        }
        if (docs.length < atOnce) return;
      }
    },
    async holding(grams, { before, from }, limit) {
      const rows = await outside.select({ doc: searchIndex.rowid }).from(searchIndex).where(and(
        sql`search_index match ${grams.map(wordOf).join(' ')}`, lt(searchIndex.rowid, before), from === undefined ? undefined : gte(searchIndex.rowid, from),
      )).orderBy(desc(searchIndex.rowid)).limit(limit);
      return rows.map(({ doc }) => doc);
    },
  };
}
