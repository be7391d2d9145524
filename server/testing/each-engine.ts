import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Test } from 'tap';
import { missing, startPostgres } from '../../test/services/postgres.ts';
import type { Database } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { openSqlite } from '../store/open-sqlite.ts';

/** Runs the same tests over SQLite and, where there is one, over a Postgres of their own. `open` gives an empty database, closed at the end. */
export async function eachEngine(t: Test, work: (t: Test, open: () => Promise<Database>) => Promise<void>): Promise<void> {
  await t.test('SQLite', (t) => work(t, async () => {
    const database = await openSqlite({ file: ':memory:' });
    t.teardown(() => database.close());
    return database;
  }));
  await t.test('Postgres', { skip: process.env.TEST_POSTGRES_URL ? false : (missing() ?? false) }, async (t) => {
    const server = process.env.TEST_POSTGRES_URL ? null : await startPostgres();
    t.teardown(() => server?.stop());
    const address = server?.url ?? process.env.TEST_POSTGRES_URL!;
    await work(t, async () => {
      const name = `engine_${randomUUID().replaceAll('-', '')}`;
      const admin = new pg.Client({ connectionString: address });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.end();
      const url = new URL(address);
      url.pathname = `/${name}`;
      const database = await openPostgres({ url: url.href });
      t.teardown(() => database.close());
      return database;
    });
  });
}
