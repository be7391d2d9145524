import { createHash } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import type { VisitorPrincipal } from '../auth/principal.ts';
import { openBlobs } from '../blobs/open-blobs.ts';
import type { BlobStore } from '../blobs/blobs.ts';
import { defaultSettings } from '../sites/site-settings.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { missing, startS3 } from '../../test/services/s3.ts';
import { createFilesStore, doomFiles } from './files.store.ts';
import { createFiles, type Upload } from './files.ts';
import { createScratch } from './scratch.ts';

const hourMs = 3_600_000;
const visitor: VisitorPrincipal = { kind: 'visitor', id: 'v', name: 'V', organisationId: 'org', siteId: 'site', expiresAt: Infinity };

async function house(t: Test, { database, store: given, blobs: givenBlobs }: { database?: Database; store?: object; blobs?: BlobStore } = {}) {
  const rows = database ?? await openSqlite({ file: ':memory:' });
  if (!database) t.teardown(() => rows.close());
  const folder = t.testdir();
  const clock = fakeClock();
  const blobs = givenBlobs ?? await openBlobs({ kind: 'disk', folder: join(folder, 'blobs') });
  const failures: unknown[] = [];
  const store = { ...createFilesStore(rows), ...given };
  const broken = { delete: false };
  const make = () => createFiles({
    store, tempDir: join(folder, 'tmp'), clock, failed: (error) => void failures.push(error), member: async () => {},
    blobs: { putFile: (...args) => blobs.putFile(...args), read: (...args) => blobs.read(...args), delete: (key) => (broken.delete ? Promise.reject(new Error('the disk is away')) : blobs.delete(key)) },
    sites: { byId: async () => ({ settings: { files: { enabled: true, maxMiB: 2 } } }) as never, list: async () => ({ items: [{ settings: defaultSettings }] as never, next: null }) },
  });
  const files = make();
  const bytes = (text: string): Pick<Upload, 'name' | 'bytes' | 'address'> => ({ name: 'a.txt', bytes: Readable.from([Buffer.from(text)]), address: '192.0.2.1' });
  let made = 0;
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of blobs.list('files/')) found.push(key);
    return found;
  };
  const { q, tables } = rows;
  await q.insert(tables.organisations).values({ id: 'org', name: 'Org', createdAt: 1 });
  return {
    files, make, clock, store, q, tables, blobs, broken, failures, folder,
    keys,
    rows: () => q.select().from(tables.files),
    upload: async (text: string, uploadId = `upload-${String(++made).padStart(20, '0')}`) => (await files.upload(visitor, { ...bytes(text), uploadId })).file,
    message: (conversationId: string, clientId: string, fileIds: string[]) => q.insert(tables.messages).values({
      conversationId, seq: ++made, id: clock.id(), clientId, organisationId: 'org', authorKind: 'visitor', authorId: 'v', authorName: 'V', kind: 'text', text: '', data: { files: fileIds.map((id) => ({ id })) }, createdAt: 1,
    }),
    read: async (id: string) => Buffer.concat(await (await (await files.open(visitor, id)).read()).toArray()).toString(),
  };
}

t.test('[J20] [L6] what is not sent within a day goes, and what is sent stays', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, { database: await open() });
    const [sent, unsent] = [await h.upload('sent'), await h.upload('unsent')];
    await h.files.claim({ asker: visitor, fileIds: [sent.id], conversationId: 'c', clientId: 'm1' });
    await h.message('c', 'm1', [sent.id]);
    h.clock.advance(23 * hourMs);
    const later = await h.upload('uploaded later');
    await h.files.sweep();
    t.equal((await h.keys()).length, 3, 'not before');
    h.clock.advance(hourMs + 1);
    await h.files.sweep();
    t.strictSame((await h.rows()).map(({ id }) => id).sort(), [sent.id, later.id].sort());
    t.strictSame(await h.keys(), [sent.id, later.id].sort().map((id) => `files/${id}`));
    await t.rejects(h.files.claim({ asker: visitor, fileIds: [unsent.id], conversationId: 'c', clientId: 'm2' }), { code: 'not_found' });
    h.clock.advance(30 * 24 * hourMs);
    await h.files.sweep();
    t.strictSame((await h.rows()).map(({ id }) => id), [sent.id]);
    t.equal(await h.read(sent.id), 'sent');
    t.strictSame(h.failures, []);
  });
});

t.test('[J20] it is swept by itself, soon after the start and then every hour', async (t) => {
  const swept: number[] = [];
  const h = await house(t, { store: { sweep: async (before: number) => { swept.push(before); return []; }, sweepStray: async () => [] } });
  h.files.start();
  const began = h.clock.now();
  h.clock.advance(30_000);
  await h.files.sweep();
  h.clock.advance(hourMs);
  await h.files.sweep();
  t.strictSame(swept, [began + 30_000 - 24 * hourMs, began + hourMs - 24 * hourMs], 'one that is under way is joined');
  await h.files.close();
  h.clock.advance(10 * hourMs);
  t.equal(swept.length, 2);
});

t.test('[J20] [G9] a crash between row and bytes, on either way, is cleared up by a later start', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, { database: await open() });
    // Killed after the bytes, before the row knew of them.
    await h.store.begin({ id: 'half', organisationId: 'org', siteId: 'site', blobKey: 'files/half', createdAt: h.clock.now() });
    await h.blobs.put('files/half', Buffer.from('x'), { contentType: 'text/plain' });
    await t.rejects(h.files.open(visitor, 'half'), { code: 'not_found' });
    // Killed after the conversation's rows went, before the bytes did.
    const file = await h.upload('in a conversation');
    await h.files.claim({ asker: visitor, fileIds: [file.id], conversationId: 'c', clientId: 'm1' });
    await h.message('c', 'm1', [file.id]);
    await doomFiles(h.q, h.tables, undefined);
    await t.rejects(h.files.open(visitor, file.id), { code: 'not_found' });
    t.match(await h.rows(), [{ name: '', conversationId: null, uploaderKind: 'system' }, { name: '', conversationId: null }]);
    t.equal((await h.keys()).length, 2);
    h.broken.delete = true;
    await h.files.sweep();
    t.equal((await h.rows()).length, 2, 'rows stay as long as their bytes do');
    t.equal(h.failures.length, 2);
    h.broken.delete = false;
    await h.make().sweep();
    t.strictSame([await h.keys(), await h.rows()], [[], []]);
  });
});

t.test('[J20] what was given to a message that never came goes after two days', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, { database: await open() });
    const [stray, sent] = [await h.upload('stray'), await h.upload('sent')];
    await h.files.claim({ asker: visitor, fileIds: [stray.id], conversationId: 'c', clientId: 'never' });
    await h.files.claim({ asker: visitor, fileIds: [sent.id], conversationId: 'c', clientId: 'm1' });
    await h.message('c', 'm1', [sent.id]);
    t.strictSame(await h.files.claim({ asker: visitor, fileIds: [stray.id], conversationId: 'c', clientId: 'never' }), [stray], 'until then the message may come');
    h.clock.advance(47 * hourMs);
    await h.files.sweep();
    t.equal((await h.keys()).length, 2);
    h.clock.advance(2 * hourMs);
    await h.files.sweep();
    t.strictSame(await h.keys(), [`files/${sent.id}`]);
  });
});

t.test('[J20] one file for one message, whoever asks at the same moment', async (t) => {
  await eachEngine(t, async (t, open) => {
    const h = await house(t, { database: await open() });
    const file = await h.upload('wanted by all');
    const claims = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => h.files.claim({ asker: visitor, fileIds: [file.id], conversationId: 'c', clientId: `m${n % 3}` })));
    const winners = new Set(claims.flatMap(({ status }, n) => (status === 'fulfilled' ? [n % 3] : [])));
    t.equal(winners.size, 1);
    t.ok(claims.every((claim) => claim.status === 'fulfilled' || (claim.reason as { code: string }).code === 'unprocessable'));
    const [one, two] = [await h.upload('one'), await h.upload('two')];
    t.strictSame(await h.files.claim({ asker: visitor, fileIds: [two.id, one.id, two.id], conversationId: 'c', clientId: 'm9' }), [two, one], 'in the order that was asked for, each once');
  });
});

t.test('[J20] what a crash left in the scratch folder goes after a day', async (t) => {
  const h = await house(t);
  const tmp = t.testdir({ 'upload-old': 'x', 'upload-new': 'x', 'merge-old': 'x' });
  for (const name of ['upload-old', 'merge-old']) await utimes(join(tmp, name), 1000, 1000);
  await createScratch({ folder: tmp, clock: h.clock }).sweep(h.clock.now() - 24 * hourMs);
  t.strictSame((await readdir(tmp)).sort(), ['merge-old', 'upload-new']);
});

t.test('[J20] [S13] the same over an object store', { skip: process.env.TEST_S3_ENDPOINT ? false : (missing() ?? false) }, async (t) => {
  const server = process.env.TEST_S3_ENDPOINT ? null : await startS3();
  t.teardown(() => server?.stop());
  const blobs = await openBlobs({
    kind: 's3', region: 'us-east-1', bucket: `files-${process.pid}`, endpoint: server?.endpoint ?? process.env.TEST_S3_ENDPOINT!,
    accessKeyId: server?.accessKeyId ?? process.env.TEST_S3_ACCESS_KEY!, secretAccessKey: server?.secretAccessKey ?? process.env.TEST_S3_SECRET_KEY!,
  });
  await blobs.check();
  t.teardown(() => blobs.close());
  const h = await house(t, { blobs });
  const text = 'x'.repeat(1_500_000);
  const file = await h.upload(text);
  t.match(file, { type: 'text/plain', bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
  t.equal(await h.read(file.id), text);
  t.equal(Buffer.concat(await (await (await h.files.open(visitor, file.id)).read({ start: 3, end: 7 })).toArray()).toString(), 'xxxx');
  await h.files.remove(visitor, file.id);
  t.strictSame([await h.keys(), await h.rows()], [[], []]);
});
