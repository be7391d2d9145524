import Sqlite from 'better-sqlite3';
import { asc } from 'drizzle-orm';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../../test/services/temporary-folder.ts';
import type { NewMessage } from './append.ts';
import type { Database } from './database.ts';
import { openSqlite } from './open-sqlite.ts';

const folder = temporaryFolder('append-sqlite');
let made = 0;
const newFile = () => join(folder, `${++made}.db`);

async function addConversation({ q, tables }: Database, id: string): Promise<void> {
  await q.insert(tables.conversations).values({
    id, organisationId: 'org', siteId: 's', visitorId: `v ${id}`, status: 'open', openKey: `v ${id}`, lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1,
  });
}

const message = (conversationId: string, n: number, extra: Partial<NewMessage> = {}): NewMessage => ({
  organisationId: 'org', conversationId, id: `m${n}`, clientId: `c${n}`, author: { kind: 'visitor', id: 'v', name: '' }, kind: 'text', text: `${n}`, createdAt: 100 + n, ...extra,
});

const crowdOf = (conversationId: string, from: number, count = 20) => Array.from({ length: count }, (_, n) => message(conversationId, from + n));

async function derived({ q, tables: { conversations, reads } }: Database): Promise<unknown> {
  return [await q.select().from(conversations).orderBy(asc(conversations.id)), await q.select().from(reads).orderBy(asc(reads.conversationId), asc(reads.memberKind), asc(reads.memberId))];
}

await t.test('[J18] one message tells its conversation at once, a crowd later: before anybody looks, and in the file’s mark until then', async (t) => {
  const file = newFile();
  const database = await openSqlite({ file });
  await addConversation(database, 'a');
  const other = new Sqlite(file, { readonly: true });
  const seen = () => [other.prepare('SELECT last_seq FROM conversations').pluck().get(), other.prepare('SELECT count(*) FROM messages').pluck().get(), other.pragma('user_version', { simple: true })];
  await database.appendMessages([message('a', 1)]);
  t.strictSame(seen(), [1, 1, 0]);
  await database.appendMessages(crowdOf('a', 2));
  t.strictSame(seen(), [1, 21, 1], 'a crowd is durable, its conversation’s row is not');
  t.match(await database.q.select().from(database.tables.conversations), [{ lastSeq: 21, lastMessageAt: 121, preview: { text: '21' } }]);
  t.strictSame(seen(), [21, 21, 0], 'whoever asks finds it told');
  await database.appendMessages(crowdOf('a', 22));
  await database.atomic(async (q) => t.match(await q.select().from(database.tables.reads), [{ readSeq: 41 }]));
  t.strictSame(seen(), [41, 41, 0]);
  await database.appendMessages(crowdOf('a', 42));
  other.close();
  await database.close();
  const closed = new Sqlite(file, { readonly: true });
  t.strictSame([closed.prepare('SELECT last_seq FROM conversations').pluck().get(), closed.pragma('user_version', { simple: true })], [61, 0], 'and whoever closes leaves nothing to do');
  closed.close();
});

await t.test('[J18] a crowd whose messages come one at a time is one too, until somebody looks and few have come', async (t) => {
  const file = newFile();
  const database = await openSqlite({ file });
  await addConversation(database, 'a');
  const other = new Sqlite(file, { readonly: true });
  const seen = () => [other.prepare('SELECT last_seq FROM conversations').pluck().get(), other.pragma('user_version', { simple: true })];
  const look = () => database.q.select().from(database.tables.conversations);
  for (let n = 1; n <= 128; n += 1) await database.appendMessages([message('a', n)]);
  t.strictSame(seen(), [128, 0]);
  await database.appendMessages([message('a', 129)]);
  t.strictSame(seen(), [128, 1]);
  t.match(await look(), [{ lastSeq: 129, preview: { text: '129' } }]);
  t.strictSame(seen(), [129, 0]);
  await database.appendMessages([message('a', 130)]);
  t.strictSame(seen(), [129, 1], 'a look in a crowd does not end it');
  await look();
  await database.appendMessages([message('a', 131)]);
  t.strictSame(seen(), [131, 0], 'the next one, after a single message, does');
  other.close();
  await database.close();
});

await t.test('[J18] what others change between two crowds counts: a closed conversation is not written into as if it were open', async (t) => {
  const database = await openSqlite({ file: ':memory:' });
  const { q, tables: { conversations } } = database;
  await addConversation(database, 'a');
  await database.appendMessages(crowdOf('a', 1));
  await q.update(conversations).set({ status: 'closed', openKey: null, assigneeId: 'agent' });
  const results = await database.appendMessages(crowdOf('a', 21).map((one) => ({ ...one, reopen: true })));
  t.strictSame(results.map((result) => result.outcome === 'stored' && result.reopened), [true, ...Array.from({ length: 19 }, () => false)]);
  t.match(await q.select().from(conversations), [{ status: 'open', lastSeq: 40, assigneeId: 'agent' }]);
  await q.update(conversations).set({ visitorId: 'another' });
  t.match(await database.appendMessages([message('a', 41, { visitorId: 'v a' })]), [{ outcome: 'missing' }]);
  await database.close();
});

await t.test('[J18] a batch that fails leaves nothing behind, neither in the file nor in what is remembered', async (t) => {
  const file = newFile();
  const database = await openSqlite({ file });
  for (const id of ['a', 'b']) await addConversation(database, id);
  const other = new Sqlite(file);
  other.exec("CREATE TRIGGER bad BEFORE INSERT ON messages WHEN new.text = 'bad' BEGIN SELECT raise(ABORT, 'no'); END");
  await database.appendMessages(crowdOf('a', 1));
  for (const batch of [[...crowdOf('a', 21), ...crowdOf('b', 101), message('b', 200, { text: 'bad' })], [message('a', 201), message('a', 202, { text: 'bad' })]]) {
    await t.rejects(database.appendMessages(batch), /no/);
  }
  t.strictSame((await database.appendMessages([message('a', 300), message('b', 301)])).map((one) => one.outcome === 'stored' && one.message.seq), [21, 1]);
  t.match(await derived(database), [[{ id: 'a', lastSeq: 21 }, { id: 'b', lastSeq: 1 }], [{ readSeq: 21 }, { readSeq: 1 }]]);
  other.close();
  await database.close();
});

await t.test('[J18] wherever a crash cuts, opening the file makes the rows what they would be had the messages come one by one', async () => {
  const line = fc.record({
    to: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('text', 'text', 'note', 'call'), author: fc.constantFrom('visitor', 'agent', 'bot', 'system'), client: fc.integer({ min: 0, max: 60 }),
  });
  await fc.assert(fc.asyncProperty(fc.array(fc.array(line, { minLength: 1, maxLength: 24 }), { minLength: 1, maxLength: 4 }), async (batches) => {
    const [file, model] = [newFile(), await openSqlite({ file: ':memory:' })];
    const database = await openSqlite({ file });
    for (const id of ['a', 'b', 'c']) await Promise.all([database, model].map((each) => addConversation(each, id)));
    let n = 0;
    const crowded = Array.from({ length: 130 }, () => ({ to: 'a', kind: 'text', author: 'visitor', client: 1_000 + ++n }));
    for (const batch of [crowded, ...batches]) {
      const messages = batch.map(({ to, kind, author, client }) =>
        message(to, ++n, { kind: kind as NewMessage['kind'], clientId: `k${client}`, author: { kind: author as 'visitor', id: author, name: author } }));
      await database.appendMessages(messages);
      for (const each of messages) {
        await model.appendMessages([each]);
        await model.q.select().from(model.tables.searchProgress); // somebody looks, so that each message tells its own
      }
      const crashed = newFile();
      for (const end of ['', '-wal']) if (existsSync(file + end)) cpSync(file + end, crashed + end);
      const after = await openSqlite({ file: crashed });
      const [rows, expected] = [await derived(after), await derived(model)];
      assert.deepEqual(rows, expected);
      await after.close();
    }
    assert.deepEqual(await derived(database), await derived(model));
    await database.close();
    await model.close();
  }), { numRuns: 12 });
});
