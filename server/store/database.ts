import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import type { Appended, NewMessage } from './append.ts';
import type { Tables } from './tables.ts';

/**
 * Drizzle's query builder as far as both engines have it. Await the builder itself: `.get()`, `.all()`, `.run()` and
 * `.values()` exist in the types only, they are SQLite's. What an update changed is what its `.returning()` gives.
 */
export type Queries = Pick<SqliteRemoteDatabase<Record<string, never>>, 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$with' | 'with'>;

/** Rows, in SQLite or in Postgres. Every promise of a write settles when the write is durable. */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  readonly tables: Tables;

  /** Queries outside any transaction, each a transaction of its own. Throws when used inside the `work` of `atomic`. */
  readonly q: Queries;

  /**
   * Runs `work` in one transaction: all of it is kept, or, when it throws, nothing. Inside, use the given `q` and await only
   * queries: on SQLite everybody else waits meanwhile. A query that fails ends the transaction even if `work` catches its
   * error (Postgres knows no other way); an expected collision is `.onConflictDoNothing().returning()`.
   *
   * The isolation to rely on is READ COMMITTED: what was read may have changed before it is written. So decide by
   * `UPDATE … WHERE <the state it should be in> RETURNING`, whose row count says who won, not by reading first.
   */
  atomic<T>(work: (q: Queries) => Promise<T>): Promise<T>;

  /**
   * The hot path: writes a batch of messages in one durable transaction and answers each in its place. One bad message does
   * not fail the others; only when the commit fails are all rejected. Not for use inside `atomic`. See append.ts.
   */
  appendMessages(batch: readonly NewMessage[]): Promise<Appended[]>;

  /** Resolves when the database answers; rejects otherwise, after 2 s at most. For readiness. */
  check(): Promise<void>;

  /** Waits for the transaction under way, then closes. Queries afterwards are rejected. Closing twice is harmless. */
  close(): Promise<void>;
}

const uniqueCodes = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** Whether a query was refused because a row with the same unique key or primary key is there. */
export function isUniqueViolation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && uniqueCodes.has(cause.code)) return true;
  }
  return false;
}
