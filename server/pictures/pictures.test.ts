import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import type { SiteProfile, Site } from '../../protocol/site.ts';
import { testApp } from '../testing/test-app.ts';
import { pictureKind, pictureLimits } from './picture-kind.ts';

// The heads of real pictures; what follows them is nobody's business here.
const png = (width: number, height: number) => {
  const bytes = Buffer.alloc(64);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const jpeg = (width: number, height: number, frame = 0xc0) => {
  const app0 = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
  const tables = Buffer.concat([Buffer.from('ffdb0043', 'hex'), Buffer.alloc(65)]);
  const start = Buffer.from([0xff, 0xff, frame, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0, 0, 0]);
  return Buffer.concat([app0, tables, start, Buffer.alloc(20)]);
};
const webp = (kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number) => {
  const bytes = Buffer.alloc(64);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write(`WEBP${kind}`, 8, 'latin1');
  if (kind === 'VP8 ') {
    bytes.writeUIntBE(0x9d012a, 23, 3);
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (kind === 'VP8L') {
    bytes[20] = 0x2f;
    bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
  } else {
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
};

t.test('[S12] a picture is what its bytes are, with the size that they tell', async (t) => {
  t.same(pictureKind(png(10, 20)), { contentType: 'image/png', width: 10, height: 20 });
  for (const frame of [0xc0, 0xc1, 0xc2]) t.same(pictureKind(jpeg(300, 200, frame)), { contentType: 'image/jpeg', width: 300, height: 200 });
  for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const) t.same(pictureKind(webp(kind, 640, 480)), { contentType: 'image/webp', width: 640, height: 480 }, kind);
  const real = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  t.same(pictureKind(real), { contentType: 'image/png', width: 1, height: 1 });
  for (const other of ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', '<!doctype html><script>', 'GIF89a' + '\x01'.repeat(60), '%PDF-1.7', 'BM', '', 'RIFF....WAVEfmt ']) {
    t.equal(pictureKind(Buffer.from(other.padEnd(40, ' '), 'latin1')), null, other.slice(0, 10));
    t.equal(pictureKind(Buffer.from(other, 'latin1')), null);
  }
  t.equal(pictureKind(png(0, 5)), null);
});

t.test('[S12] bytes of any kind, whole or cut, never break the reading', async () => {
  const heads = [png(9, 9), jpeg(9, 9), webp('VP8 ', 9, 9), webp('VP8L', 9, 9), webp('VP8X', 9, 9)];
  fc.assert(fc.property(fc.constantFrom(...heads), fc.nat(80), fc.uint8Array({ maxLength: 60 }), fc.nat(60), (head, cut, noise, at) => {
    const bytes = Buffer.from(head.subarray(0, cut));
    Buffer.from(noise).copy(bytes, Math.min(at, bytes.length));
    const found = pictureKind(bytes);
    return found === null || (found.width > 0 && found.height > 0);
  }), { numRuns: 500 });
});

t.test('[S12] [S13] put up, shown to everybody, replaced, taken down', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { headers, site } = await app.owner();
  const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;
  const put = (payload: Buffer | string, more: Partial<InjectOptions> = {}) => app.inject({ method: 'PUT', url: `/v1/sites/${site.id}/picture`, payload, headers: { ...headers, 'content-type': 'image/png' }, ...more });
  const blobs = async () => {
    const keys: string[] = [];
    for await (const { key } of app.blobs.list('pictures/')) keys.push(key);
    return keys;
  };

  const first = (await put(png(64, 64))).json<Site>();
  t.match(first.picture, /^[\w-]{32}$/, '192 bits that nobody guesses');
  const config = (await app.inject({ url: `/v1/widget/config?siteKey=${site.publishableKey}` })).json<{ site: SiteProfile }>().site;
  t.equal(config.picture, `/v1/pictures/${first.picture}`);
  const shown = await app.inject({ url: config.picture!, headers: { origin: 'https://anywhere.example' } });
  t.equal(shown.statusCode, 200);
  t.same(shown.rawPayload, png(64, 64));
  t.match(shown.headers, {
    'content-type': 'image/png', 'content-length': '64', 'x-content-type-options': 'nosniff', 'content-security-policy': /^sandbox; default-src 'none'$/,
    'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'public, max-age=31536000, immutable',
  });

  const second = (await put(jpeg(64, 64), { headers: { ...headers, 'content-type': 'text/html' } })).json<Site>();
  t.not(second.picture, first.picture);
  t.equal((await app.inject({ url: `/v1/pictures/${second.picture}` })).headers['content-type'], 'image/jpeg', 'whatever the sender says that it is');
  t.equal(codeOf(await app.inject({ url: `/v1/pictures/${first.picture}` })), 'not_found');
  t.same(await blobs(), [`pictures/${second.picture}`], 'the former one is gone');

  const table: [Buffer | string, number, string][] = [
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 415, 'unsupported_media_type'], ['GIF89a' + 'x'.repeat(80), 415, 'unsupported_media_type'], ['', 415, 'unsupported_media_type'],
    [png(1025, 10), 422, 'unprocessable'], [png(10, 1025), 422, 'unprocessable'], [Buffer.concat([png(9, 9), Buffer.alloc(pictureLimits.bytes)]), 413, 'too_large'],
  ];
  for (const [payload, status, code] of table) {
    const answer = await put(payload);
    t.match([answer.statusCode, codeOf(answer)], [status, code], code);
  }
  t.same(await blobs(), [`pictures/${second.picture}`], 'nothing of it was kept');
  t.equal((await put(Buffer.concat([png(1024, 1024), Buffer.alloc(pictureLimits.bytes - 64)]))).statusCode, 200, 'the very largest');
  t.equal(codeOf(await app.inject({ method: 'PUT', url: '/v1/sites/nope/picture', payload: png(9, 9), headers })), 'not_found');
  t.equal(codeOf(await put(png(9, 9), { headers: (await app.agent('agent')).headers })), 'forbidden');

  t.match((await app.inject({ method: 'PATCH', url: `/v1/sites/${site.id}`, headers, payload: { settings: { greeting: 'Hi', picture: 'mine' } } })).json<Site>().picture, /^[\w-]{32}$/, 'a change of settings leaves it alone');
  t.match((await app.inject({ method: 'DELETE', url: `/v1/sites/${site.id}/picture`, headers })).json(), { picture: null });
  t.same(await blobs(), []);
  for (const key of ['..%2F..%2Fsecret', '..', 'x'.repeat(32), '%00']) t.equal(codeOf(await app.inject({ url: `/v1/pictures/${key}` })), 'not_found', key);
});
