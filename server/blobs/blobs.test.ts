import { chmod, mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { blobContract, bytesOf } from './blobs.contract.ts';
import { openBlobs } from './open-blobs.ts';
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
