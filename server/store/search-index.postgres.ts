import { and, arrayContains, desc, eq, gte, lt } from 'drizzle-orm';
import { bigint, integer, pgTable } from 'drizzle-orm/pg-core';
import type { Database, Queries } from './database.ts';
import { endProgress, insertNumbered, type SearchIndex } from './search-entries.ts';

// `searchEntries` with the column that Postgres has more (migration 0006). Named one by one: Drizzle remembers names it makes by table.
const entries = pgTable('search_entries', {
  doc: bigint('doc', { mode: 'number' }).primaryKey(), conversation: bigint('conversation', { mode: 'number' }).notNull(), seq: bigint('seq', { mode: 'number' }).notNull(),
  grams: integer('grams').array().notNull(),
});
// The builders of both engines have the methods that are used here.
type Table = Parameters<ReturnType<Queries['select']>['from']>[0];
const table = entries as unknown as Table;

/** The search index of Postgres: arrays of fragments with a GIN index, which needs no extension. */
export function createPostgresSearchIndex({ q: outside, tables }: Database): SearchIndex {
  return {
    async add(q, messages) {
      if (messages.length === 0) return;
      await insertNumbered(q, tables, messages, async (rows) =>
        await q.insert(table as never).values(rows.map((row) => ({ ...row, grams: [...row.grams] })) as never).onConflictDoNothing().returning({ doc: tables.searchEntries.doc }) as { doc: number }[]);
    },
    async removeConversation(q, organisationId, conversationId) {
      const number = await endProgress(q, tables, organisationId, conversationId);
      if (number !== null) await q.delete(tables.searchEntries).where(eq(tables.searchEntries.conversation, number));
    },
    async holding(grams, { before, from }, limit) {
      const rows = await outside.select({ doc: tables.searchEntries.doc }).from(tables.searchEntries).where(and(
        arrayContains(entries.grams, [...grams]), lt(tables.searchEntries.doc, before), from === undefined ? undefined : gte(tables.searchEntries.doc, from),
      )).orderBy(desc(tables.searchEntries.doc)).limit(limit);
      return rows.map(({ doc }) => doc);
    },
  };
}
