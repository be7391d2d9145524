import { sqliteColumns } from './columns.sqlite.ts';
import { defineTables } from './tables.ts';

/** The tables as SQLite has them. */
export const sqliteTables = defineTables(sqliteColumns);

/** One export a table, because that is what drizzle-kit looks for. */
export const {
  organisations, agents, sessions, sites, visitors, pageViews, conversations, participants, pins, files, searchProgress, searchEntries, erasedVisitors, handoffs, tags, conversationTags, savedFilters, cannedReplies, reads, messages,
  calls, consents, recordings, segments, chunks, invitations, passwordResets, identities, audit, apiKeys, webhooks, deliveries, mails, pushSubscriptions,
} = sqliteTables;
