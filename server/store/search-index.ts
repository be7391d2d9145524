import type { Database } from './database.ts';
import type { SearchIndex } from './search-entries.ts';
import { createPostgresSearchIndex } from './search-index.postgres.ts';
import { createSqliteSearchIndex } from './search-index.sqlite.ts';

/** The search index of a database. */
export function createSearchIndex(database: Database): SearchIndex {
  return database.engine === 'sqlite' ? createSqliteSearchIndex(database) : createPostgresSearchIndex(database);
}
