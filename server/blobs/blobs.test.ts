import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { blobContract, bytesOf } from './blobs.contract.ts';
import { createS3Blobs } from './blobs.s3.ts';
import { openBlobs } from './open-blobs.ts';
import { createMergeRunner } from '../recordings/merge/run-merge.ts';
import { jobOf, sha256 } from '../recordings/testing/merged-fixture.ts';
import { missing, startS3 } from '../../test/services/s3.ts';

const chunk = { contentType: 'application/octet-stream' };

t.test('the folder keeps the contract', async (t) => {
  const folder = t.testdir();
  const store = await openBlobs({ kind: 'disk', folder: join(folder, 'data/blobs') });
  await blobContract(t, store);
  await store.close();
  t.strictSame(await filesBelow(folder), [], 'no file is left, temporary ones neither');
});

t.test('[S4] check removes what a crash left behind more than a day ago, and nothing younger', async (t) => {
  const folder = t.testdir();
  const store = await openBlobs({ kind: 'disk', folder });
  await mkdir(join(folder, '.tmp'));
  await writeFile(join(folder, '.tmp/1-0-1'), 'old');
  await writeFile(join(folder, '.tmp/1-0-2'), 'young');
  await utimes(join(folder, '.tmp/1-0-1'), 1_000_000, 1_000_000);
  await store.check();
  t.strictSame(await filesBelow(folder), ['.tmp/1-0-2']);
});

t.test('[S4] a name that another process holds is left to it', async (t) => {
  const folder = t.testdir({ '.tmp': Object.fromEntries([1, 2, 3].map((n) => [`${process.pid}-0-${n}`, 'theirs'])) });
  const store = await openBlobs({ kind: 'disk', folder });
  await store.put('a', Buffer.from('ours'), chunk);
  t.equal((await bytesOf(await store.read('a'))).toString(), 'ours');
  t.equal((await readdir(join(folder, '.tmp'))).length, 3);
});

t.test('[S4] a folder that cannot be written is told in a sentence', async (t) => {
  const folder = t.testdir({ file: 'not a folder' });
  const blocked = await openBlobs({ kind: 'disk', folder: join(folder, 'file/blobs') });
  await t.rejects(blocked.check(), { message: /^Cannot write into the folder .*ENOTDIR/ });
  if (process.getuid?.() !== 0) {
    await mkdir(join(folder, 'locked'));
    await chmod(join(folder, 'locked'), 0o500);
    await t.rejects((await openBlobs({ kind: 'disk', folder: join(folder, 'locked') })).check(), { message: /EACCES/ });
  }
});

t.test('[S4] a file from another file system is taken over too', async (t) => {
  const other = '/dev/shm';
  if (!(await readdir(other).catch(() => null))) return t.pass('no second file system here');
  const store = await openBlobs({ kind: 'disk', folder: t.testdir() });
  const path = join(other, `blobs-test-${process.pid}`);
  await writeFile(path, 'from afar');
  await store.putFile('recordings/far.webm', path, { contentType: 'audio/webm' });
  t.equal((await bytesOf(await store.read('recordings/far.webm'))).toString(), 'from afar');
  t.notOk((await readdir(other)).includes(`blobs-test-${process.pid}`));
});

const given = process.env.TEST_S3_ENDPOINT;

t.test('S3 keeps the contract', { timeout: 180_000, skip: given ? false : (missing() ?? false) }, async (t) => {
  const server = given
    ? { endpoint: given, accessKeyId: process.env.TEST_S3_ACCESS_KEY ?? '', secretAccessKey: process.env.TEST_S3_SECRET_KEY ?? '' }
    : await startS3();
  if ('stop' in server) t.teardown(() => server.stop());
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const config = { kind: 's3', region: 'us-east-1', bucket: `contract-${process.pid}`, endpoint, accessKeyId, secretAccessKey } as const;
  const store = await openBlobs(config);
  await blobContract(t, store);

  await t.test('[S4] what is stored is private', async (t) => {
    await store.put('private', Buffer.from('x'), chunk);
    const answer = await fetch(`${config.endpoint}/${config.bucket}/private`);
    t.equal(answer.status, 403);
    await store.delete('private');
  });

  await t.test('[S4] a multipart upload that fails leaves no parts to pay for', async (t) => {
    const { S3Client, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ endpoint, region: config.region, forcePathStyle: true, credentials: config });
    const uploads = async () => (await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }))).Uploads ?? [];
    const path = join(t.testdir(), 'shrinks');
    await writeFile(path, '');
    await truncate(path, 160 * 1_048_576);
    const refused = t.rejects(store.putFile('recordings/broken.webm', path, chunk), { message: /became shorter/ });
    while ((await uploads()).length === 0) await setImmediate();
    await truncate(path, 5);
    await refused;
    t.strictSame(await uploads(), []);
    t.equal(await store.head('recordings/broken.webm'), null);
    client.destroy();
  });

  await t.test('[G5] a signed URL opens one object, in stretches, as the type it was signed for, and not for long', async (t) => {
    const signing = await openBlobs({ ...config, signed: { endpoint: undefined } });
    t.equal(signing.signedOrigin, new URL(endpoint).origin);
    await store.put('recordings/signed.webm', Buffer.from('0123456789'), chunk);
    const options = { now: Date.now(), seconds: 300, contentType: 'video/webm;codecs=vp8,opus', disposition: "inline; filename*=UTF-8''%ED%95%9C.webm" };
    const url = signing.signedUrl('recordings/signed.webm', options)!;
    const answer = await fetch(url, { headers: { range: 'bytes=2-4' } });
    t.match([answer.status, await answer.text(), answer.headers.get('content-range')], [206, '234', 'bytes 2-4/10']);
    t.strictSame(['content-type', 'content-disposition', 'cache-control'].map((name) => answer.headers.get(name)), [options.contentType, options.disposition, 'private, no-store']);
    const status = async (address: string, init?: RequestInit) => {
      const refused = await fetch(address, init);
      await refused.arrayBuffer();
      return refused.status;
    };
    t.equal(await status(signing.signedUrl('recordings/signed.webm', { ...options, now: Date.now() - 301_000 })!), 403, 'stale');
    t.equal(await status(url.replace('signed.webm', 'other.webm')), 403, 'of another object');
    t.equal(await status(url.replace('video%2Fwebm', 'text%2Fhtml')), 403, 'as another type');
    t.equal(await status(url, { method: 'PUT', body: 'x' }), 403);
    t.equal(await status(url, { method: 'DELETE' }), 403);
    await store.delete('recordings/signed.webm');
    await signing.close();
  });

  await t.test('[G5] what a process that died has begun is dropped by a check, and a write that is given up leaves nothing', async (t) => {
    const { S3Client, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ endpoint, region: config.region, forcePathStyle: true, credentials: config });
    const uploads = async () => ((await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }))).Uploads ?? []).map(({ Key }) => Key);
    const write = async (key: string) => {
      const begun = await store.openWrite(key, chunk);
      await begun.write(0, new Uint8Array(30 * 1_048_576));
      return begun;
    };
    const givenUp = await write('recordings/given-up.webm');
    t.strictSame(await uploads(), ['recordings/given-up.webm']);
    await givenUp.abort();
    t.strictSame(await uploads(), []);
    await write('recordings/dead-1.webm');
    await write('recordings/dead-2.webm');
    const impatient = (abandonedAfterMs: number) => createS3Blobs(config, { abandonedAfterMs });
    await impatient(3_600_000).check();
    t.equal((await uploads()).length, 2, 'what is young may be under way');
    await impatient(-60_000).check();
    t.strictSame(await uploads(), []);
    client.destroy();
  });

  await t.test('[G5] what shall be encrypted is, whole and in parts; a server that does not is refused in a sentence', async (t) => {
    const plain = await openBlobs({ ...config, encryption: { algorithm: 'AES256' } });
    await t.rejects(plain.check(), { message: /^Cannot write into the S3 bucket .*: it does not encrypt what it stores, although S3_SSE asks for AES256\.$/ });
    const unknown = await openBlobs({ ...config, encryption: { algorithm: 'aws:kms', keyId: 'nobody' } });
    await t.rejects(unknown.check(), { message: /^Cannot write into the S3 bucket .*: it does not encrypt as S3_SSE asks \(.*nobody\)\.$/ });
    if (!('kmsKeyId' in server)) return t.pass('the given server has no key that is known here');
    const { S3Client, HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ endpoint, region: config.region, forcePathStyle: true, credentials: config });
    const encrypted = await openBlobs({ ...config, encryption: { algorithm: 'aws:kms', keyId: server.kmsKeyId } });
    await encrypted.check();
    const bytes = randomBytes(14 * 1_048_576);
    const write = await encrypted.openWrite('recordings/parts.webm', { contentType: 'audio/webm' });
    await write.write(0, bytes);
    await write.finish();
    await encrypted.put('recordings/whole.webm', bytes.subarray(0, 1000), { contentType: 'audio/webm' });
    for (const [key, length] of [['parts', bytes.length], ['whole', 1000]] as const) {
      t.match(await client.send(new HeadObjectCommand({ Bucket: config.bucket, Key: `recordings/${key}.webm` })), { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: server.kmsKeyId, ContentLength: length });
      t.ok((await bytesOf(await store.read(`recordings/${key}.webm`))).equals(bytes.subarray(0, length)));
    }
    await store.deletePrefix('recordings/');
    for (const one of [plain, unknown, encrypted]) await one.close();
    client.destroy();
  });

  await t.test('[G4] the merge reads from it and writes into it, and keeps no file beside', async (t) => {
    const { job, bytes } = jobOf([{ fixture: 'video', without: [5] }]);
    for (const [key, value] of bytes) await store.put(key, value, chunk);
    const runner = createMergeRunner({ blobs: config });
    const result = await runner.run(job);
    t.match(result.gaps, [{ reason: 'missing_chunks' }]);
    t.strictSame(await store.head(job.outputKey), { bytes: result.bytes, contentType: 'video/webm;codecs=vp8,opus' });
    t.equal(sha256(await bytesOf(await store.read(job.outputKey))), result.sha256);
    await runner.close();
  });

  await t.test('[S4] wrong keys and a wrong address are told in a sentence', async (t) => {
    const refused = async (change: object) => {
      const wrong = await openBlobs({ ...config, ...change });
      await t.rejects(wrong.check(), { message: /^Cannot write into the S3 bucket .*: the (secret key is wrong|access key is unknown there|server cannot be reached)/ });
      await wrong.close();
    };
    await refused({ secretAccessKey: 'wrong' });
    await refused({ accessKeyId: 'unknown' });
    await refused({ endpoint: 'http://127.0.0.1:9' });
  });
  await store.close();
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
