import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSqliteAppend, touchesThreads } from './append.sqlite.ts';
import { copyRest, createCheckpointer, type Checkpointer } from './checkpointer.ts';
import { createAtomicScope, type Scope } from './atomic-scope.ts';
import type { Database, Queries } from './database.ts';
import { migrate, migrationsFolder } from './migrate.ts';
import { OpenError } from './open-error.ts';
import { Sqlite } from './sqlite-driver.ts';
import { createStatements } from './statements.ts';
import { sqliteTables } from './tables.sqlite.ts';
import { createTurns, type Release } from './turns.ts';

// What a batch writes into the log beside a page for each message: the ends of the table and of its indexes.
const pagesOfBatch = 4;

/** Where the database lies. `:memory:` is one that nobody shares and that goes with the process. */
export interface SqliteOptions {
  file: string;
}

/**
 * Opens (or makes) the SQLite file with its folder, and brings its tables up to date.
 *
 * It is a pool of one connection: a query runs at once, but waits its turn while an `atomic` runs, so that it cannot slip
 * into somebody else's transaction. The file belongs to one process until `close`; a second one gets an OpenError, as does
 * a folder that cannot be written or a file that is no database.
 */
export async function openSqlite({ file }: SqliteOptions): Promise<Database> {
  const memory = file === ':memory:';
  const unlock = memory ? () => {} : lock(file);
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Sqlite(file);
    prepare(connection);
    await migrateSqlite(connection);
  } catch (error) {
    connection?.close();
    unlock();
    throw error instanceof OpenError ? error : explain(file, error);
  }
  const opened = connection;
  const checkpointer = memory ? null : createCheckpointer(file, () => copyRest(opened));
  return createSqliteDatabase(opened, unlock, checkpointer);
}

function prepare(connection: Sqlite.Database): void {
  // FULL: a commit is on the disk before it is acknowledged. NORMAL would lose the last commits with the power.
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('busy_timeout = 5000'); // for a backup tool that reads or copies the file while we write
  connection.pragma('wal_autocheckpoint = 32000'); // pages of 4 KiB; a thread comes before it, see checkpointer.ts
  connection.pragma('cache_size = -65536'); // 64 MiB
}

async function migrateSqlite(connection: Sqlite.Database): Promise<void> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    await migrate({
      folder: migrationsFolder('sqlite'),
      run(sql) {
        const statement = connection.prepare(sql);
        if (statement.reader) return statement.all() as Record<string, unknown>[];
        statement.run();
        return [];
      },
    });
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function createSqliteDatabase(connection: Sqlite.Database, unlock: () => void, checkpointer: Checkpointer | null): Database {
  const appender = createSqliteAppend(connection);
  const statements = createStatements(connection, touchesThreads, (changes) => {
    if (connection.inTransaction) return; // atomic() has seen to it
    if (changes) {
      appender.settle();
      appender.forget();
    } else {
      settleIfPossible();
    }
  });
  const turns = createTurns();
  const scopes = createAtomicScope();
  let closed = false;

  const settleIfPossible = () => {
    try {
      appender.settle();
    } catch {
      // A full disk: what was written can still be read, only lists are behind. Whoever writes meets the same error.
    }
  };
  const refuseClosed = () => {
    if (closed) throw new Error('The database is closed.');
  };
  const inTurn = async <T>(work: () => T): Promise<T> => {
    const release = turns.tryTake() ?? (await turns.take());
    try {
      refuseClosed();
      return work();
    } finally {
      release();
    }
  };

  const q = queries(async (sql, params, method) => {
    scopes.refuseInside('The database outside the transaction');
    return inTurn(() => statements.run(sql, params, method));
  });

  return {
    engine: 'sqlite',
    tables: sqliteTables,
    q,
    async atomic(work) {
      scopes.refuseInside('A second atomic()');
      const release: Release = await turns.take();
      try {
        refuseClosed();
        appender.settle();
        appender.forget();
        connection.exec('BEGIN IMMEDIATE');
        const scope: Scope = { open: true };
        const inner = queries(async (sql, params, method) => {
          scopes.refuseEnded(scope);
          try {
            return statements.run(sql, params, method);
          } catch (error) {
            scope.failure ??= { error };
            throw error;
          }
        });
        const result = await scopes.run(scope, () => work(inner));
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        if (connection.open && connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      } finally {
        release();
      }
    },
    async appendMessages(batch) {
      scopes.refuseInside('appendMessages()');
      checkpointer?.wrote(batch.length + pagesOfBatch);
      return inTurn(() => appender.append(batch));
    },
    async check() {
      refuseClosed();
      connection.prepare('SELECT 1').get();
    },
    async close() {
      scopes.refuseInside('close()');
      const release = await turns.take();
      try {
        if (closed) return;
        closed = true;
        settleIfPossible();
        statements.forget();
        await checkpointer?.close(); // else its connection would be the last, and the log would stay
        connection.close(); // checkpoints the write-ahead log into the file and removes it
        unlock();
      } finally {
        release();
      }
    },
  };
}

type Callback = (sql: string, params: unknown[], method: string) => Promise<{ rows: unknown[] }>;

function queries(callback: Callback): Queries {
  return drizzle(async (sql, params, method) => {
    try {
      return await callback(sql, params, method);
    } catch (error) {
      // Drizzle puts the values into the error's message and fields; they are people's words and keys, and errors are logged.
      params.length = 0;
      throw error;
    }
  }, async () => {
    throw new Error('There are no batches of queries; use atomic().');
  }, { casing: 'snake_case' }); // Drizzle 0.45 reads `casing` from the third argument only
}

/**
 * Takes the file for this process: an exclusive lock on a small database beside it, which the system drops however the
 * process ends. Not on the database itself, so that a backup tool may still read it.
 */
function lock(file: string): () => void {
  let guard: Sqlite.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    guard = new Sqlite(`${file}.lock`, { timeout: 0 });
    guard.pragma('journal_mode = MEMORY'); // leaves no journal beside it
    guard.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    guard?.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') {
      throw new OpenError(`The database ${file} is in use by another process; SQLite serves one. Stop the other, or set DATABASE_URL to a Postgres.`);
    }
    throw explain(file, error);
  }
  const held = guard;
  return () => held.close();
}

function explain(file: string, error: unknown): OpenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT' ? 'it is not a SQLite database, or it is damaged'
    : /^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM)/.test(code) ? 'its folder or the file cannot be written'
    : code === 'ENOTDIR' || code === 'EEXIST' ? 'its folder is not a folder'
    : code === 'ENOSPC' || code === 'SQLITE_FULL' ? 'the disk is full'
    : error instanceof Error ? error.message : String(error);
  return new OpenError(`The database ${file} cannot be opened: ${why}.`, { cause: error });
}
