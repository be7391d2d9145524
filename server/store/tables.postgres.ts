import { postgresColumns } from './columns.postgres.ts';
import { defineTables } from './tables.ts';

/** The tables as Postgres has them. */
export const postgresTables = defineTables(postgresColumns);

/** One export a table, because that is what drizzle-kit looks for. */
export const {
  organisations, agents, sessions, sites, visitors, conversations, reads, messages, calls, consents, recordings, segments, chunks,
} = postgresTables;
