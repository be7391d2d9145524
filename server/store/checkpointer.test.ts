import Sqlite from 'better-sqlite3';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { copyRest, createCheckpointer } from './checkpointer.ts';
import { openSqlite } from './open-sqlite.ts';

// What keeps a crowd from waiting for SQLite's own copying of its log.

t.test('[J18] the log of a crowd is copied beside it, begins anew, and goes when the database closes', async (t) => {
  const file = join(t.testdir(), 'crowd.db');
  const writer = new Sqlite(file);
  writer.pragma('journal_mode = WAL');
  writer.pragma('wal_autocheckpoint = 0');
  writer.exec('CREATE TABLE lines (text TEXT)');
  const insert = writer.prepare("INSERT INTO lines VALUES (hex(randomblob(1800)))");
  let finished = 0;
  const checkpointer = createCheckpointer(file, () => {
    writer.pragma('wal_checkpoint(PASSIVE)');
    finished += 1;
  });
  // A page or two for each line: more than the log holds before it begins anew.
  while (finished === 0) {
    for (let n = 0; n < 500; n += 1) insert.run();
    checkpointer.wrote(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  t.ok(finished > 0);
  insert.run();
  const full = statSync(`${file}-wal`).size;
  for (let n = 0; n < 500; n += 1) insert.run();
  t.equal(statSync(`${file}-wal`).size, full, 'what is written now lies over what was copied');
  const { lines } = writer.prepare('SELECT count(*) AS lines FROM lines').get() as { lines: number };
  await checkpointer.close();
  writer.close();
  t.throws(() => statSync(`${file}-wal`), { code: 'ENOENT' }, 'the thread held nothing back');
  const reader = new Sqlite(file, { readonly: true });
  t.same(reader.prepare('SELECT count(*) AS lines FROM lines').get(), { lines });
  reader.close();
});

t.test('[J18] the rest is not copied in the middle of somebody’s transaction, and that harms nobody', async (t) => {
  const file = join(t.testdir(), 'busy.db');
  const connection = new Sqlite(file);
  connection.pragma('journal_mode = WAL');
  connection.exec('CREATE TABLE lines (text TEXT)');
  connection.exec("BEGIN IMMEDIATE; INSERT INTO lines VALUES ('one')");
  t.throws(() => connection.pragma('wal_checkpoint(PASSIVE)'), 'SQLite refuses it');
  t.doesNotThrow(() => copyRest(connection));
  connection.exec('COMMIT');
  copyRest(connection);
  t.match(connection.pragma('wal_checkpoint(PASSIVE)'), [{ busy: 0 }]);
  t.same(connection.prepare('SELECT text FROM lines').all(), [{ text: 'one' }]);
  connection.close();
  t.doesNotThrow(() => copyRest(connection), 'nor one that is closed');
});

t.test('[J18] a thread that cannot be had is done without', async (t) => {
  const file = join(t.testdir(), 'alone.db');
  const starts: string[] = [];
  const checkpointer = createCheckpointer(file, () => t.fail('nothing was copied'), (address) => {
    starts.push(address.href);
    throw new Error('no threads here');
  });
  checkpointer.wrote(1_000_000);
  checkpointer.wrote(1_000_000);
  t.equal(starts.length, 1, 'it is tried once');
  await checkpointer.close();
});

t.test('[J18] few messages start no thread', async (t) => {
  const database = await openSqlite({ file: join(t.testdir(), 'few.db') });
  await database.close();
  const checkpointer = createCheckpointer('nowhere', () => {}, () => t.fail('started') as never);
  checkpointer.wrote(100);
  await checkpointer.close();
});
