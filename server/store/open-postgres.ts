import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { appendOnPostgres } from './append.postgres.ts';
import { createAtomicScope, type Scope } from './atomic-scope.ts';
import { isUniqueViolation, type Database, type Queries } from './database.ts';
import { migrate, migrationsFolder } from './migrate.ts';
import { OpenError } from './open-error.ts';
import { postgresTables } from './tables.postgres.ts';
import type { Tables } from './tables.ts';

/** Where the database lies, and how many connections this process may hold (10 unless told). */
export interface PostgresOptions {
  url: string;
  connections?: number;
}

/** Held while the tables are brought up to date. Any number will do that nobody else in the database uses. */
const migrationLock = 7_337_202_611;

/**
 * Opens a Postgres database and brings its tables up to date; several processes may do so at the same time. Throws an
 * OpenError when the server is out of reach or refuses us.
 */
export async function openPostgres({ url, connections = 10 }: PostgresOptions): Promise<Database> {
  const place = placeOf(url);
  const pool = new pg.Pool({
    connectionString: url, max: connections, application_name: 'peer-consult', keepAlive: true,
    pipeline: true, // statements of one transaction that do not wait for each other's rows go in one journey
    connectionTimeoutMillis: 5000, // to connect, or to wait for a free connection
  });
  // A connection that breaks while idle or between two queries must not end the process; the next query notices.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await inTransaction(pool, async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
      await migrate({ folder: migrationsFolder('postgres'), run: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows });
    });
  } catch (error) {
    await pool.end();
    throw error instanceof OpenError ? error : explain(place, error);
  }
  return createPostgresDatabase(pool);
}

function createPostgresDatabase(pool: pg.Pool): Database {
  const scopes = createAtomicScope();
  let closing: Promise<void> | undefined;

  return {
    engine: 'postgres',
    tables: postgresTables as Tables,
    q: queries(async (config) => {
      scopes.refuseInside('The database outside the transaction');
      return pool.query(config);
    }),
    async atomic(work) {
      scopes.refuseInside('A second atomic()');
      return inTransaction(pool, (client) => {
        const scope: Scope = { open: true };
        const inner = queries(async (config) => {
          scopes.refuseEnded(scope);
          try {
            return await client.query(config);
          } catch (error) {
            scope.failure ??= { error };
            throw error;
          }
        });
        return scopes.run(scope, () => work(inner));
      });
    },
    async appendMessages(batch) {
      scopes.refuseInside('appendMessages()');
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTransaction(pool, (client) => appendOnPostgres(batch, async (name, text, values) =>
            (await client.query<Record<string, unknown>>({ name, text, values, types })).rows));
        } catch (error) {
          if (attempt === 3 || !(isUniqueViolation(error) || isLostRace(error))) throw hideValues(error);
        }
      }
    },
    async check() {
      await pool.query({ text: 'SELECT 1', query_timeout: 2000 } as pg.QueryConfig);
    },
    close() {
      scopes.refuseInside('close()');
      closing ??= pool.end();
      return closing;
    },
  };
}

/** Runs `work` between BEGIN and COMMIT on a connection of its own. */
async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const [, result] = await Promise.all([client.query('BEGIN'), work(client)]);
    const { command } = await client.query('COMMIT');
    // Postgres answers the COMMIT of a failed transaction with ROLLBACK instead of an error.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back by Postgres.');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whole numbers as JavaScript numbers, as SQLite gives them: counts, sums and `bigint` columns stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === pg.types.builtins.INT8 || id === pg.types.builtins.NUMERIC ? Number : pg.types.getTypeParser(id, format as 'text')) as typeof pg.types.getTypeParser,
};

function queries(query: (config: pg.QueryConfig) => Promise<pg.QueryResult>): Queries {
  const client = {
    async query(config: pg.QueryConfig, params: unknown[]) {
      try {
        return await query({ ...config, values: [...params], types });
      } catch (error) {
        params.length = 0; // Drizzle puts the values into the error, see open-sqlite.ts
        throw hideValues(error);
      }
    },
  };
  // Drizzle only calls `query` of it; and the builders of both engines have the methods that `Queries` names.
  return drizzle({ client: client as unknown as pg.Pool, casing: 'snake_case' }) as unknown as Queries;
}

/** Takes the values out of an error of Postgres, which quotes rows in `detail` and `where`; errors are logged. */
function hideValues(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined;
    error.where = undefined;
  }
  return error;
}

/** Whether Postgres ended a transaction because of another one: a deadlock, or no serial order. */
function isLostRace(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');
}

/** Host and database of the address, without user and password. */
function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host || 'this machine'}${pathname}`;
  } catch {
    throw new OpenError('The address of the Postgres database is no URL; it should look like postgres://user:password@host:5432/database.');
  }
}

function explain(place: string, error: unknown): OpenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code === 'ECONNREFUSED' ? 'nobody listens there'
    : code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'the host is not known'
    : code === '28P01' || code === '28000' ? 'it refuses the user or the password'
    : code === '3D000' ? 'the server has no such database'
    : code === '42501' ? 'the user may not create tables in it'
    : error instanceof Error && /timeout/i.test(error.message) ? 'it does not answer'
    : error instanceof Error && error.message ? error.message : String(error);
  return new OpenError(`The Postgres database at ${place} cannot be used: ${why}.`, { cause: error });
}
