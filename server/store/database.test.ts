import Sqlite from 'better-sqlite3';
import { asc } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { missing, startPostgres } from '../../test/services/postgres.ts';
import { freePort } from '../../test/services/free-port.ts';
import { runProgram, startProcess } from '../../test/services/processes.ts';
import { temporaryFolder } from '../../test/services/temporary-folder.ts';
import { packageRoot } from '../package-root.ts';
import { appendContract } from './append.contract.ts';
import type { Database } from './database.ts';
import { databaseContract } from './database.contract.ts';
import { migrationsFolder } from './migrate.ts';
import { OpenError } from './open-error.ts';
import { openPostgres } from './open-postgres.ts';
import { openSqlite } from './open-sqlite.ts';

/** Starts a process that appends to the same database until it is killed, or `count` messages long. */
const appender = (engine: string, where: string, count = 'Infinity', ready: RegExp | undefined = /\n/) => startProcess({
  command: process.execPath, cwd: packageRoot, ready,
  args: ['--import', 'tsx', join(packageRoot, 'server/testing/append-until-killed.ts'), engine, where, count],
});

/** Kills an appending process in mid-flight, twice, and looks for all that it had acknowledged. */
async function survivesKill(t: Test, engine: string, where: string, open: () => Promise<Database>): Promise<void> {
  const acknowledged = new Map<string, number>();
  for (const enough of [/^50 /m, /^400 /m]) {
    const child = await appender(engine, where, 'Infinity', enough);
    await child.stop('SIGKILL');
    for (const line of child.output().split('\n').slice(0, -1)) acknowledged.set(line.split(' ')[1]!, Number(line.split(' ')[0]));
  }
  const database = await open();
  const rows = await database.q.select().from(database.tables.messages).orderBy(asc(database.tables.messages.seq));
  const stored = new Map(rows.map(({ clientId, seq }) => [clientId, seq]));
  t.ok(acknowledged.size >= 200, `${acknowledged.size} were acknowledged`);
  t.strictSame([...acknowledged].filter(([clientId, seq]) => stored.get(clientId) !== seq), [], 'every acknowledged message is there');
  t.strictSame(rows.map(({ seq }) => seq), rows.map((_, index) => index + 1), 'no hole');
  const [conversation] = await database.q.select().from(database.tables.conversations);
  t.match(conversation, { lastSeq: rows.length, preview: { seq: rows.length } });
  await database.close();
}

t.test('SQLite in memory', async (t) => {
  await databaseContract(t, () => openSqlite({ file: ':memory:' }));
  await appendContract(t, () => openSqlite({ file: ':memory:' }));
});

t.test('SQLite on disk', async (t) => {
  const folder = temporaryFolder('sqlite');
  await databaseContract(t, () => openSqlite({ file: join(folder, 'a', 'b', 'rows.db') }));
  await appendContract(t, () => openSqlite({ file: join(folder, 'append.db') }));

  await t.test('[J18] what was acknowledged survives kill -9', async (t) => {
    const file = join(folder, 'killed.db');
    await survivesKill(t, 'sqlite', file, () => openSqlite({ file }));
  });

  await t.test('[J18] what was written is there after closing and opening; migrating again does nothing', async (t) => {
    const file = join(folder, 'again.db');
    for (const name of ['first', 'second']) {
      const { q, tables, close } = await openSqlite({ file });
      await q.insert(tables.organisations).values({ id: name, name, createdAt: 1 });
      t.equal((await q.select().from(tables.organisations)).length, name === 'first' ? 1 : 2);
      await close();
    }
    t.strictSame(readdirSync(folder).filter((name) => /^again.*(wal|shm|journal)$/.test(name)), [], 'closing leaves one file to copy');
    const raw = new Sqlite(file);
    t.equal(raw.prepare('SELECT count(*) AS n FROM schema_migrations').pluck().get(), readdirSync(migrationsFolder('sqlite')).filter((name) => name.endsWith('.sql')).length);
    t.equal(raw.prepare("SELECT count(*) FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' AND name NOT LIKE 'search_index%'").pluck().get(), 3);
    t.strictSame(raw.prepare('EXPLAIN QUERY PLAN SELECT * FROM messages WHERE conversation_id = ? AND seq > ? ORDER BY seq').all('c', 1)
      .map((row) => (row as { detail: string }).detail), ['SEARCH messages USING INDEX sqlite_autoindex_messages_1 (conversation_id=? AND seq>?)']);
    raw.close();
  });

  await t.test('[J18] one process has the file: a second is told so, until the first has gone however it went', async (t) => {
    const file = join(folder, 'locked.db');
    const child = await appender('sqlite', file);
    await t.rejects(openSqlite({ file }), new OpenError(`The database ${file} is in use by another process; SQLite serves one. Stop the other, or set DATABASE_URL to a Postgres.`));
    await child.stop('SIGKILL');
    const database = await openSqlite({ file });
    await t.rejects(openSqlite({ file }), OpenError, 'nor twice in one process');
    const second = await appender('sqlite', file, '1', undefined);
    t.equal((await second.exited).code, 1);
    t.match(second.output(), /^OpenError: The database .* is in use by another process; .*\n$/);
    await database.close();
    await (await openSqlite({ file })).close();
  });

  await t.test('[S4] what cannot be opened is said in a sentence', async (t) => {
    const text = join(folder, 'text.db');
    writeFileSync(text, 'this is no database, but a text of more than a hundred bytes, so that SQLite has to look at its header, and refuses it.');
    await t.rejects(openSqlite({ file: text }), new OpenError(`The database ${text} cannot be opened: it is not a SQLite database, or it is damaged.`));
    await t.rejects(openSqlite({ file: join(text, 'rows.db') }), { name: 'OpenError', message: /cannot be opened: its folder is not a folder\.$/ });
    await t.rejects(openSqlite({ file: join(text, 'deeper', 'rows.db') }), { name: 'OpenError', message: /cannot be opened: its folder is not a folder\.$/ });
    mkdirSync(join(folder, 'folder.db'));
    await t.rejects(openSqlite({ file: join(folder, 'folder.db') }), { name: 'OpenError', message: /cannot be opened: its folder or the file cannot be written\.$/ });
    const newer = join(folder, 'newer.db');
    await (await openSqlite({ file: newer })).close();
    const raw = new Sqlite(newer);
    raw.exec("INSERT INTO schema_migrations VALUES (99999999999999, 'x')");
    raw.close();
    await t.rejects(openSqlite({ file: newer }), { name: 'OpenError', message: /written by a newer version/ });
  });

  await t.test('[S4] the generated migrations are those of the tables', async (t) => {
    for (const engine of ['sqlite', 'postgres'] as const) {
      const out = temporaryFolder('migrations');
      cpSync(migrationsFolder(engine), out, { recursive: true });
      const before = readFileSync(join(out, 'meta', '_journal.json'), 'utf8');
      runProgram('sh', ['-c', 'cd "$1" && exec "$2" node_modules/drizzle-kit/bin.cjs generate --dialect "$3" --schema "$4" --out "$5" --casing snake_case', 'sh',
        packageRoot, process.execPath, engine === 'sqlite' ? 'sqlite' : 'postgresql', `./server/store/tables.${engine}.ts`, out]);
      t.equal(readFileSync(join(out, 'meta', '_journal.json'), 'utf8'), before, '`npm run migrations` has nothing to do');
    }
  });
});

t.test('Postgres', { skip: process.env.TEST_POSTGRES_URL ? false : (missing() ?? false) }, async (t) => {
  const server = process.env.TEST_POSTGRES_URL ? null : await startPostgres();
  const url = process.env.TEST_POSTGRES_URL ?? server!.url;
  const admin = new pg.Pool({ connectionString: url, max: 1 });
  const newDatabase = async () => {
    const name = `store_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    return Object.assign(new URL(url), { pathname: `/${name}` }).href;
  };
  try {
    const fresh = async () => openPostgres({ url: await newDatabase() });
    await databaseContract(t, fresh);
    await appendContract(t, fresh);

    await t.test('[J18] what was acknowledged survives kill -9', async (t) => {
      const where = await newDatabase();
      await survivesKill(t, 'postgres', where, () => openPostgres({ url: where }));
    });

    await t.test('[J18] several processes may bring one database up to date at the same time', async (t) => {
      const where = await newDatabase();
      const children = Promise.all([1, 2].map(() => appender('postgres', where, '1', undefined)));
      const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres({ url: where, connections: 2 })));
      for (const child of await children) t.strictSame([(await child.exited).code, child.output().trim().split(' ')[0]?.length], [0, 1], child.output());
      t.equal((await databases[0]!.q.select().from(databases[0]!.tables.messages)).length, 2);
      await Promise.all(databases.map((database) => database.close()));
    });

    await t.test('[J18] a connection that breaks in a transaction fails it, and nothing else', async (t) => {
      const where = await newDatabase();
      const database = await openPostgres({ url: where });
      const { organisations } = database.tables;
      const kill = () => admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [new URL(where).pathname.slice(1)]);
      await t.rejects(database.atomic(async (q) => {
        await q.insert(organisations).values({ id: 'lost', name: 'lost', createdAt: 1 });
        await kill();
        await q.insert(organisations).values({ id: 'lost too', name: 'lost', createdAt: 1 });
      }));
      await kill();
      await new Promise((resolve) => setTimeout(resolve, 50)); // until the pool has heard of its idle connections
      t.strictSame(await database.q.select().from(organisations), []);
      await database.check();
      await database.close();
    });

    await t.test('[J18] where one statement of a batch fails, nothing of it is stored, and the connection goes on', async (t) => {
      const where = await newDatabase();
      const database = await openPostgres({ url: where, connections: 1 });
      const { tables: { conversations, messages }, q } = database;
      const direct = new pg.Pool({ connectionString: where, max: 1 });
      await q.insert(conversations).values({ id: 'c', organisationId: 'o', siteId: 's', visitorId: 'v', status: 'open', openKey: 'v', lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1 });
      const append = (clientId: string) => database.appendMessages([
        { organisationId: 'o', conversationId: 'c', id: clientId, clientId, author: { kind: 'visitor', id: 'v', name: 'Vi' }, kind: 'text', text: clientId, createdAt: 1 },
      ]);
      // The second of the first journey, the first and the last of the second one; each on a connection that has not prepared it, then on one that has.
      for (const [n, [spoil, mend]] of [
        ['ALTER TABLE messages RENAME TO away', 'ALTER TABLE away RENAME TO messages'],
        ["ALTER TABLE messages ADD CONSTRAINT spoilt CHECK (client_id NOT LIKE 'lost%')", 'ALTER TABLE messages DROP CONSTRAINT spoilt'],
        ['ALTER TABLE reads RENAME TO away', 'ALTER TABLE away RENAME TO reads'],
        ['ALTER TABLE messages RENAME TO away', 'ALTER TABLE away RENAME TO messages'],
        ['ALTER TABLE reads RENAME TO away', 'ALTER TABLE away RENAME TO reads'],
      ].entries()) {
        await direct.query(spoil!);
        await t.rejects(append(`lost ${n}`), { name: 'error' });
        await direct.query(mend!);
        t.match(await append(`kept ${n}`), [{ outcome: 'stored', message: { seq: n + 1 } }]);
      }
      t.strictSame((await q.select().from(messages).orderBy(asc(messages.seq))).map(({ clientId }) => clientId), [0, 1, 2, 3, 4].map((n) => `kept ${n}`));
      t.match(await q.select().from(conversations), [{ lastSeq: 5 }]);
      await direct.end();
      await database.close();
    });

    await t.test('[S4] what cannot be used is said in a sentence that holds no password', async (t) => {
      const to = (change: Partial<URL>) => Object.assign(new URL(url), { username: 'postgres', password: 'hidden', ...change }).href;
      const sentence = async (address: string) => openPostgres({ url: address }).then(() => 'it opened', (error: Error) => `${error.name}: ${error.message}`);
      const port = String(await freePort());
      t.equal(await sentence(to({ port, pathname: '/x' })), `OpenError: The Postgres database at 127.0.0.1:${port}/x cannot be used: nobody listens there.`);
      t.match(await sentence(to({ pathname: '/nosuch' })), /^OpenError: .*\/nosuch cannot be used: the server has no such database\.$/);
      t.match(await sentence(to({ username: 'stranger' })), /^OpenError: .* cannot be used: /);
      t.match(await sentence(to({ hostname: 'nosuch.invalid' })), /cannot be used: the host is not known\.$/);
      t.match(await sentence('postgres'), /^OpenError: .*should look like postgres:/);
      t.notMatch(await sentence(to({ port })), /hidden/);
    });
  } finally {
    await admin.end();
    await server?.stop();
  }
});
