import { createHash, randomBytes } from 'node:crypto';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Test } from 'tap';
import { BlobMissing, checkBlobKey, InvalidBlobKey, WRITABLE_AGAIN, type BlobStore } from './blobs.ts';

const chunk = { contentType: 'application/octet-stream' };

/** Reads a stream to its end. */
export async function bytesOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const blob of store.list(prefix)) keys.push(blob.key);
  return keys;
}

/** What every blob store must do. `store` is empty; the suite leaves it empty and open. */
export async function blobContract(t: Test, store: BlobStore): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blob-contract-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));

  await t.test('[S4] check passes twice and leaves nothing behind', async (t) => {
    await store.check();
    await store.check();
    t.strictSame(await keysOf(store, ''), []);
  });

  await t.test('[S4] what was put comes back, whole and in stretches', async (t) => {
    const bytes = randomBytes(100_000);
    await store.put('recordings/r1.webm', bytes, { contentType: 'audio/webm;codecs=opus' });
    t.ok((await bytesOf(await store.read('recordings/r1.webm'))).equals(bytes), 'whole');
    t.strictSame(await store.head('recordings/r1.webm'), { bytes: 100_000, contentType: 'audio/webm;codecs=opus' });
    for (const [start, end] of [[0, 1], [0, 100_000], [99_999, 100_000], [500, 70_000]] as const) {
      t.ok((await bytesOf(await store.read('recordings/r1.webm', { start, end }))).equals(bytes.subarray(start, end)), `${start} to ${end}`);
    }
    t.ok((await bytesOf(await store.read('recordings/r1.webm', { start: 99_990, end: 200_000 }))).equals(bytes.subarray(99_990)), 'cut at the end');
    t.equal((await bytesOf(await store.read('recordings/r1.webm', { start: 100_000, end: 100_001 }))).length, 0, 'behind the end');
    t.equal((await bytesOf(await store.read('recordings/r1.webm', { start: 7, end: 7 }))).length, 0, 'nothing asked');
  });

  await t.test('[S4] an empty blob is a blob', async (t) => {
    await store.put('chunks/empty', new Uint8Array(0), chunk);
    t.strictSame(await store.head('chunks/empty'), { bytes: 0, contentType: chunk.contentType });
    t.equal((await bytesOf(await store.read('chunks/empty'))).length, 0);
    await store.delete('chunks/empty');
  });

  await t.test('[S4] a second put replaces value and type', async (t) => {
    await store.put('recordings/r1.webm', Buffer.from('shorter'), chunk);
    t.equal((await bytesOf(await store.read('recordings/r1.webm'))).toString(), 'shorter');
    t.strictSame(await store.head('recordings/r1.webm'), { bytes: 7, contentType: chunk.contentType });
  });

  await t.test('[S4] what is absent says so', async (t) => {
    t.equal(await store.head('no/such'), null);
    t.equal(await store.head('recordings'), null, 'the folder of a key is no blob');
    await t.rejects(store.read('no/such'), BlobMissing);
    await t.rejects(store.read('no/such', { start: 0, end: 5 }), BlobMissing);
    await t.rejects(store.read('no/such', { start: 5, end: 5 }), BlobMissing);
    await t.rejects(store.read('recordings'), BlobMissing);
    await t.rejects(store.read('recordings/r1.webm/below'), BlobMissing);
  });

  await t.test('[S4] delete and deletePrefix are harmless when repeated, and take no neighbour with them', async (t) => {
    await store.delete('recordings/r1.webm');
    await store.delete('recordings/r1.webm');
    t.equal(await store.head('recordings/r1.webm'), null);
    await Promise.all(Array.from({ length: 40 }, (_, n) => store.put(`chunks/a/0001/${String(n).padStart(6, '0')}`, Buffer.from([n]), chunk)));
    await store.put('chunks/ab/0001/000000', Buffer.from('neighbour'), chunk);
    await store.deletePrefix('chunks/a/');
    await store.deletePrefix('chunks/a/');
    t.strictSame(await keysOf(store, ''), ['chunks/ab/0001/000000']);
    await store.put('chunks/a/0001/000000', Buffer.from('again'), chunk);
    t.equal((await bytesOf(await store.read('chunks/a/0001/000000'))).toString(), 'again', 'the place can be used again');
    await store.deletePrefix('chunks/');
  });

  await t.test('[S4] list gives keys and sizes below a prefix, in byte order', async (t) => {
    const keys = ['l/a', 'l/b-c/x', 'l/b.txt', 'l/b/1', 'l/b/10', 'l/b/2', 'l/b0', 'l/bc', 'm/a'];
    for (const key of [...keys].reverse()) await store.put(key, Buffer.from(key), chunk);
    t.strictSame(await keysOf(store, ''), keys);
    t.strictSame(await keysOf(store, 'l/b/'), ['l/b/1', 'l/b/10', 'l/b/2']);
    t.strictSame(await keysOf(store, 'nothing/'), []);
    for await (const blob of store.list('')) t.equal(blob.bytes, blob.key.length);
    await store.deletePrefix('l/');
    await store.deletePrefix('m/');
  });

  await t.test('[S4] a key that could lead out of the store is refused by every call', async (t) => {
    const path = join(folder, 'stays');
    await writeFile(path, 'x');
    for (const key of ['', '/', '/a', 'a/', 'a//b', '..', 'a/../b', '../a', '.', './a', 'a/.hidden', '.tmp/a', 'a\\b', 'a b', 'a\0b', 'a\n', 'ä', 'a%2fb', 'x'.repeat(513)]) {
      await t.rejects(async () => store.put(key, Buffer.from('x'), chunk), InvalidBlobKey, `put ${JSON.stringify(key)}`);
      await t.rejects(async () => store.putFile(key, path, chunk), InvalidBlobKey);
      await t.rejects(async () => store.openWrite(key, chunk), InvalidBlobKey);
      t.throws(() => store.signedUrl(key, { now: 0, seconds: 1, contentType: 'a/b', disposition: 'inline' }) ?? checkBlobKey(key), InvalidBlobKey);
      await t.rejects(async () => store.head(key), InvalidBlobKey);
      await t.rejects(async () => store.read(key), InvalidBlobKey);
      await t.rejects(async () => store.delete(key), InvalidBlobKey);
    }
    for (const prefix of ['', '/', 'a', '../', 'a/../', '.tmp/', 'a//']) {
      await t.rejects(async () => store.deletePrefix(prefix), InvalidBlobKey, `prefix ${prefix}`);
    }
    t.throws(() => store.list('../'), InvalidBlobKey);
    t.throws(() => store.list('a'), InvalidBlobKey);
    await access(path);
  });

  await t.test('[S4] putFile takes small and large files over, and leaves a refused one alone', async (t) => {
    for (const size of [0, 1000, 20 * 1_048_576 + 12_345]) {
      const path = join(folder, `file-${size}`);
      const bytes = randomBytes(size);
      await writeFile(path, bytes);
      await store.putFile('recordings/large.webm', path, { contentType: 'video/webm;codecs=vp8,opus' });
      t.strictSame(await store.head('recordings/large.webm'), { bytes: size, contentType: 'video/webm;codecs=vp8,opus' });
      t.equal(sha256(await bytesOf(await store.read('recordings/large.webm'))), sha256(bytes), `${size} bytes`);
      await t.rejects(access(path), { code: 'ENOENT' });
    }
    const inside = { start: 8 * 1_048_576 - 10, end: 8 * 1_048_576 + 10 };
    t.equal((await bytesOf(await store.read('recordings/large.webm', inside))).length, 20, 'across two parts');
    await t.rejects(store.putFile('recordings/other.webm', join(folder, 'none'), chunk), { code: 'ENOENT' });
    t.strictSame(await keysOf(store, 'recordings/'), ['recordings/large.webm']);
    await store.deletePrefix('recordings/');
  });

  await t.test('[G4] what is written piece by piece, its beginning last, is one blob that nobody sees before it is whole', async (t) => {
    const { head, behind } = WRITABLE_AGAIN;
    for (const size of [0, 1000, 27 * 1_048_576 + 321]) {
      const bytes = randomBytes(size);
      await store.put('recordings/w.webm', Buffer.from('former'), chunk);
      const write = await store.openWrite('recordings/w.webm', { contentType: 'video/webm;codecs=vp8,opus' });
      const step = 777_777;
      for (let at = 0; at < size; at += step) {
        // As a muxer does: a stretch, then what it left open a little way back.
        await write.write(at, new Uint8Array(Math.min(step, size - at)));
        const back = Math.max(0, Math.min(size, at + step) - behind);
        await write.write(back, bytes.subarray(back, Math.min(size, at + step)));
      }
      for (const at of [head - 11, 43, 177, 0].filter((place) => place < size)) await write.write(at, bytes.subarray(at, Math.min(head, size)));
      t.equal((await bytesOf(await store.read('recordings/w.webm'))).toString(), 'former', 'before the end');
      t.strictSame(await keysOf(store, 'recordings/'), ['recordings/w.webm']);
      await write.finish();
      t.strictSame(await store.head('recordings/w.webm'), { bytes: size, contentType: 'video/webm;codecs=vp8,opus' });
      t.equal(sha256(await bytesOf(await store.read('recordings/w.webm'))), sha256(bytes), `${size} bytes`);
      await write.abort();
      t.equal((await store.head('recordings/w.webm'))?.bytes, size, 'abort after the end is harmless');
      await t.rejects(write.write(0, Buffer.from('x')), { message: /ended/ });
      await t.rejects(write.finish(), { message: /ended/ });
    }
    await store.delete('recordings/w.webm');
  });

  await t.test('[G4] a write that is given up leaves the key as it was, and no parts', async (t) => {
    for (const size of [10, 30 * 1_048_576]) {
      const write = await store.openWrite('recordings/given-up.webm', chunk);
      await write.write(0, new Uint8Array(size));
      await write.abort();
      await write.abort();
      await t.rejects(write.write(0, Buffer.from('x')), { message: /ended/ });
      t.equal(await store.head('recordings/given-up.webm'), null);
    }
    const skips = await store.openWrite('recordings/skips.webm', chunk);
    await skips.write(20 * 1_048_576, Buffer.from('end'));
    await skips.finish();
    const back = await bytesOf(await store.read('recordings/skips.webm'));
    t.ok(back.length === 20 * 1_048_576 + 3 && back.subarray(0, -3).every((byte) => byte === 0), 'what no write covers is zero');
    t.equal(back.subarray(-3).toString(), 'end');
    await store.delete('recordings/skips.webm');
  });

  await t.test('[S4] of many puts of one key at a time one whole value stays', async (t) => {
    const values = Array.from({ length: 12 }, (_, n) => Buffer.alloc(200_000, n + 1));
    const writes = values.map((value) => store.put('chunks/same', value, chunk));
    await Promise.race(writes);
    const seen = await bytesOf(await store.read('chunks/same'));
    t.ok(values.some((value) => value.equals(seen)), 'whole while others are being written');
    await Promise.all(writes);
    const last = await bytesOf(await store.read('chunks/same'));
    t.ok(values.some((value) => value.equals(last)), 'whole in the end');
    await store.delete('chunks/same');
    t.strictSame(await keysOf(store, ''), [], 'nothing else is left');
  });

  await t.test('[S4] a reader that turns away early does no harm', async (t) => {
    await store.put('chunks/long', randomBytes(3_000_000), chunk);
    for (let n = 0; n < 60; n++) (await store.read('chunks/long')).destroy();
    t.equal((await bytesOf(await store.read('chunks/long'))).length, 3_000_000);
    await store.delete('chunks/long');
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
