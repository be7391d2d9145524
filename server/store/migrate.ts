import { readMigrationFiles } from 'drizzle-orm/migrator';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import { OpenError } from './open-error.ts';

/** The generated folder of an engine. */
export function migrationsFolder(engine: 'sqlite' | 'postgres'): string {
  return join(packageRoot, 'drizzle', engine);
}

/** Brings a database up to this version's tables. */
export interface MigrateOptions {
  folder: string;
  /** Runs one statement without parameters and gives its rows, as objects. All of them stand in one transaction of the caller's. */
  run(sql: string): Promise<Record<string, unknown>[]> | Record<string, unknown>[];
}

/**
 * Applies the migrations that are missing, in order, and notes each in `schema_migrations`. The caller holds a lock against
 * a second one and commits. Resolves to how many were applied. Throws an OpenError when the database is of a newer version.
 */
export async function migrate({ folder, run }: MigrateOptions): Promise<number> {
  const files = readMigrationFiles({ migrationsFolder: folder });
  await run('CREATE TABLE IF NOT EXISTS schema_migrations (made_at bigint PRIMARY KEY, hash text NOT NULL)');
  const [row] = await run('SELECT max(made_at) AS newest FROM schema_migrations');
  const newest = row?.newest == null ? -1 : Number(row.newest);
  if (newest > Math.max(...files.map((file) => file.folderMillis))) {
    throw new OpenError('The database was written by a newer version of Peer Consult; start that version, or restore a backup.');
  }
  const missing = files.filter((file) => file.folderMillis > newest);
  for (const file of missing) {
    for (const statement of file.sql) await run(statement);
    await run(`INSERT INTO schema_migrations (made_at, hash) VALUES (${file.folderMillis}, '${file.hash}')`);
  }
  return missing.length;
}
