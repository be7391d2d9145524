import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import t, { type Test } from 'tap';
import type { Conversation, File, Message } from '../../protocol/shapes.ts';
import type { ConversationExport } from '../../protocol/work.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const mebibyte = 1_048_576;
type Headers = Record<string, string>;

async function house(t: Test, options: Parameters<typeof testApp>[0] = {}) {
  const app = await testApp(options);
  t.teardown(() => app.close());
  const owner = await app.owner();
  const origin = await app.listen();
  let made = 0;
  const id = () => `01J00000000000000000${String(++made).padStart(6, '0')}`;
  const upload = (headers: Headers, bytes: Buffer | string = pixel, more: Headers = {}) => app.inject({
    method: 'POST', url: '/v1/files', payload: bytes, headers: { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="a.png"', ...headers, ...more },
  });
  return {
    app, owner, origin, id, upload,
    async uploaded(headers: Headers, bytes?: Buffer | string, more?: Headers) {
      const answer = await upload(headers, bytes, more);
      if (answer.statusCode !== 201) throw new Error(answer.body);
      return answer.json<File>();
    },
    get: (fileId: string, headers: Headers) => app.inject({ url: `/v1/files/${fileId}`, headers }),
    async blobs() {
      const keys: string[] = [];
      for await (const { key } of app.blobs.list('files/')) keys.push(key);
      return keys;
    },
    socket: (token: string) => connect({ url: origin.replace('http', 'ws'), origin, token }),
    settings: (settings: object) => app.inject({ method: 'PATCH', url: `/v1/sites/${owner.site.id}`, headers: owner.headers, payload: { settings } }),
  };
}

t.test('[J20] somebody whom nobody knows yet sends a file with the first message, and the team sees it', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const answer = await h.upload(visitor.headers, pixel, { 'content-disposition': "attachment; filename*=UTF-8''%EC%82%AC%EC%A7%84.png" });
  t.equal(answer.statusCode, 201);
  const file = answer.json<File>();
  t.match(file, { name: '사진.png', type: 'image/png', bytes: pixel.length, sha256: createHash('sha256').update(pixel).digest('hex'), width: 1, height: 1 });
  t.equal((await h.app.inject({ url: '/v1/visitors', headers: h.owner.headers })).json<{ items: unknown[] }>().items.length, 0, 'an upload alone makes nobody known');

  const agent = await h.socket(h.owner.accessToken);
  const page = await h.socket(visitor.token);
  const clientId = h.id();
  const { message } = await page.request('message.send', { clientId, text: '  ', fileIds: [file.id] });
  t.strictSame(message.files, [file]);
  t.equal(message.text, '');
  t.strictSame((await agent.next('message')).message, message);
  t.strictSame((await page.request('message.send', { clientId, text: '', fileIds: [file.id] })).message, message, 'sending it again gives the first one');

  const seen = await h.get(file.id, h.owner.headers);
  t.equal(seen.statusCode, 200);
  t.strictSame(seen.rawPayload, pixel);
  t.equal((await h.get(file.id, visitor.headers)).statusCode, 200);
  const listed = (await h.app.inject({ url: '/v1/conversations', headers: h.owner.headers })).json<{ items: Conversation[] }>().items[0]!;
  t.match(listed.preview, { text: '', file: { name: '사진.png', count: 1 } });
  t.strictSame((await page.request('history', { conversationId: message.conversationId })).messages[0]!.files, [file]);
});

t.test('[S13] [S4] a file is there for its conversation alone, and before it is sent for its uploader alone', async (t) => {
  const h = await house(t);
  const [visitor, other, colleague] = [await h.app.visitor(), await h.app.visitor(), await h.app.agent('agent')];
  const file = await h.uploaded(visitor.headers);
  t.equal((await h.get(file.id, visitor.headers)).statusCode, 200);
  for (const headers of [other.headers, h.owner.headers, colleague.headers]) t.equal((await h.get(file.id, headers)).statusCode, 404, 'not sent yet');
  t.equal((await h.get(file.id, {})).statusCode, 401);

  const theirs = await h.socket(other.token);
  await t.rejects(theirs.request('message.send', { clientId: h.id(), text: 'mine now', fileIds: [file.id] }), { code: 'not_found' });
  t.equal((await h.app.inject({ url: '/v1/conversations', headers: h.owner.headers })).json<{ items: unknown[] }>().items.length, 0, 'and no conversation comes of it');
  t.equal((await h.app.inject({ method: 'DELETE', url: `/v1/files/${file.id}`, headers: other.headers })).statusCode, 404);

  const page = await h.socket(visitor.token);
  const { message } = await page.request('message.send', { clientId: h.id(), text: 'look', fileIds: [file.id] });
  t.equal((await h.get(file.id, other.headers)).statusCode, 404);
  for (const headers of [visitor.headers, h.owner.headers, colleague.headers]) t.equal((await h.get(file.id, headers)).statusCode, 200, 'sent');
  t.equal((await h.app.inject({ method: 'DELETE', url: `/v1/files/${file.id}`, headers: visitor.headers })).statusCode, 404, 'what is sent is not taken back');
  await t.rejects(page.request('message.send', { clientId: h.id(), text: 'once more', fileIds: [file.id] }), { code: 'unprocessable' });
  await t.rejects(page.request('message.send', { clientId: message.clientId, text: 'look', fileIds: ['made-up'] }), { code: 'not_found' });
  await t.rejects(page.request('message.send', { clientId: h.id(), text: '', fileIds: [] }), { code: 'unprocessable' });

  // Another file under the id of a message that is there: the message stays as it was, and nobody sees the file through it.
  const second = await h.uploaded(visitor.headers);
  t.strictSame((await page.request('message.send', { clientId: message.clientId, text: 'look', fileIds: [file.id, second.id] })).message, message);
  t.equal((await h.get(second.id, h.owner.headers)).statusCode, 404);
});

t.test('[J20] visitors see nothing of the files of notes', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const page = await h.socket(visitor.token);
  const { conversationId } = await page.request('message.send', { clientId: h.id(), text: 'hello' });
  const file = await h.uploaded(h.owner.headers, 'what we think of it', { 'content-disposition': 'attachment; filename="secret plan.txt"' });
  const write = (payload: object) => h.app.inject({ method: 'POST', url: `/v1/conversations/${conversationId}/messages`, headers: h.owner.headers, payload });
  const note = await write({ clientId: h.id(), text: '', note: true, fileIds: [file.id] });
  t.equal(note.statusCode, 201);
  t.match(note.json<Message>(), { kind: 'note', files: [{ id: file.id, type: 'text/plain' }] });
  t.equal((await h.get(file.id, visitor.headers)).statusCode, 404);
  t.equal((await h.get(file.id, h.owner.headers)).statusCode, 200);
  const own = (await h.app.inject({ url: '/v1/conversations', headers: visitor.headers })).body;
  t.notMatch(own, /secret plan/);
  for (const format of ['txt', 'json']) {
    const url = `/v1/conversations/${conversationId}/export?format=${format}`;
    t.notMatch((await h.app.inject({ url, headers: visitor.headers })).body, /secret plan/);
    t.match((await h.app.inject({ url, headers: h.owner.headers })).body, /secret plan\.txt/, `the export as ${format} names it`);
  }
});

t.test('[S12] [S9] whatever is uploaded under whatever name, it is never shown by a browser in our origin', async (t) => {
  const h = await house(t);
  const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([1, 0, 1, 0]), Buffer.from('/*\0\0\0*/=1;alert(1)//<script>alert(1)</script>')]);
  const payloads: [string, string, Buffer | string, string][] = [
    ['x.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'text/plain; charset=utf-8'],
    ['x.html', 'text/html', '<script>alert(document.domain)</script>', 'text/plain; charset=utf-8'],
    ['x.xhtml', 'application/xhtml+xml', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>', 'text/plain; charset=utf-8'],
    ['x.js', 'text/javascript', 'alert(1)', 'text/plain; charset=utf-8'],
    ['x.png', 'image/png', '<html><script>alert(1)</script>', 'text/plain; charset=utf-8'],
    ['polyglot.gif', 'text/html', gif, 'image/gif'],
    ['x.pdf', 'application/pdf', '%PDF-1.4 /OpenAction << /JS (app.alert(1)) >>', 'application/pdf'],
    ['x.html', 'text/html', Buffer.from('<script>alert(1)</script>', 'utf16le'), 'application/octet-stream'],
    ['"><img src=x onerror=alert(1)>.html', 'text/html', 'x', 'text/plain; charset=utf-8'],
    ['x\r\nContent-Type: text/html\r\n\r\n<script>', 'text/html', 'x', 'text/plain; charset=utf-8'],
    ['innocent\u202elmth.png', 'image/png', 'x', 'text/plain; charset=utf-8'],
    ['../../../../etc/cron.d/x', 'text/plain', 'x', 'text/plain; charset=utf-8'],
  ];
  for (const [name, declared, bytes, type] of payloads) {
    const file = await h.uploaded(h.owner.headers, bytes, { 'content-type': declared, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` });
    for (const method of ['GET', 'HEAD'] as const) {
      const { headers, rawPayload } = await h.app.inject({ method, url: `/v1/files/${file.id}`, headers: h.owner.headers });
      t.match(headers, { 'content-type': type, 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'", 'cache-control': 'private, no-store', 'cross-origin-resource-policy': 'same-origin' }, JSON.stringify(name));
      t.match(headers['content-disposition'], /^attachment; filename="[^"\\/<>\r\n]*"; filename\*=UTF-8''[\w.%~-]*$/, String(headers['content-disposition']));
      if (method === 'GET') t.strictSame(rawPayload, Buffer.from(bytes as string));
    }
    t.notMatch(file.name, /[\r\n\u202e/\\]/);
  }
});

t.test('[J20] in stretches, by what is there already, and without the bytes', async (t) => {
  const h = await house(t);
  const file = await h.uploaded(h.owner.headers, 'Hello, world');
  const ask = (headers: Headers, method: 'GET' | 'HEAD' = 'GET') => h.app.inject({ method, url: `/v1/files/${file.id}`, headers: { ...h.owner.headers, ...headers } });
  const part = await ask({ range: 'bytes=7-' });
  t.match([part.statusCode, part.headers['content-range'], part.body], [206, 'bytes 7-11/12', 'world']);
  const outside = await ask({ range: 'bytes=50-' });
  t.match([outside.statusCode, outside.json<{ code: string }>().code, outside.headers['content-range']], [416, 'range_not_satisfiable', 'bytes */12']);
  t.equal((await ask({ 'if-none-match': `"${file.sha256}"` })).statusCode, 304);
  const head = await ask({}, 'HEAD');
  t.match([head.statusCode, head.headers['content-length'], head.headers.etag, head.body], [200, '12', `"${file.sha256}"`, '']);
});

t.test('[J20] an upload that is repeated is one file', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const key = { 'idempotency-key': h.id() };
  const first = await h.upload(visitor.headers, pixel, key);
  const again = await h.upload(visitor.headers, pixel, { ...key, 'content-disposition': 'attachment; filename="other.png"' });
  t.strictSame([first.statusCode, again.statusCode], [201, 200]);
  t.strictSame(again.json(), first.json());
  const other = await h.upload(visitor.headers, 'other bytes', key);
  t.match([other.statusCode, other.json<{ code: string }>().code], [409, 'conflict']);
  t.equal((await h.upload(h.owner.headers, 'other bytes', key)).statusCode, 201, 'keys are each uploader\'s own');
  const race = await Promise.all(Array.from({ length: 5 }, () => h.upload(visitor.headers, 'all at once', { 'idempotency-key': '01J0000000000000000RACE000' })));
  t.equal(new Set(race.map((answer) => answer.json<File>().id)).size, 1);
  t.strictSame(race.map(({ statusCode }) => statusCode).sort(), [200, 200, 200, 200, 201]);
  t.equal((await h.blobs()).length, 3, 'nobody left bytes behind');
  t.equal((await h.upload(visitor.headers, pixel, { 'idempotency-key': 'short' })).statusCode, 400);
  const digest = (text: string) => ({ 'content-digest': `sha-256=:${createHash('sha256').update(text).digest('base64')}:` });
  t.equal((await h.upload(visitor.headers, 'bytes', digest('bytes'))).statusCode, 201);
  t.equal((await h.upload(visitor.headers, 'bytes', digest('others'))).json<{ code: string }>().code, 'digest_mismatch');
});

t.test('[J20] as a form, as browsers and curl send one', async (t) => {
  const h = await house(t);
  const post = (body: BodyInit, headers: Headers = {}) => fetch(`${h.origin}/v1/files`, { method: 'POST', body, headers: { ...h.owner.headers, ...headers } });
  const form = new FormData();
  form.append('comment', 'a field that is of no use here');
  form.append('file', new Blob([pixel], { type: 'text/html' }), '사진.png');
  const answer = await post(form);
  t.equal(answer.status, 201);
  t.match(await answer.json(), { name: '사진.png', type: 'image/png', bytes: pixel.length });
  const without = new FormData();
  without.append('picture', new Blob([pixel]), 'a.png');
  t.equal((await post(without)).status, 400, 'another part');
  const form2 = { 'content-type': 'multipart/form-data; boundary=x' };
  for (const [body, why] of [['', 'nothing'], ['--x\r\n', 'cut at once'], ['--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nbytes', 'cut in the bytes'], ['what is that', 'no form']] as const) {
    const broken = await post(body, form2);
    t.ok([400, 422].includes(broken.status), `${why}: ${broken.status} ${await broken.text()}`);
  }
  t.equal((await post('x', { 'content-type': 'multipart/form-data' })).status >= 500, false, 'a form without a boundary');
});

t.test('[S12] [R8] what is too large is refused with the size that is allowed, whether it says so first or not', async (t) => {
  const h = await house(t);
  await h.settings({ files: { enabled: true, maxMiB: 1 } });
  const visitor = await h.app.visitor();
  const most = Buffer.alloc(mebibyte, 'x');
  t.equal((await h.upload(visitor.headers, most)).statusCode, 201);
  for (const headers of [visitor.headers, h.owner.headers]) {
    const refused = await h.upload(headers, Buffer.alloc(mebibyte + 1, 'x'));
    t.match(refused.json(), { status: 413, code: 'too_large', detail: 'A file has 1 MiB at most here.' });
  }
  // Without a length, in pieces: the end is not waited for.
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = httpRequest(`${h.origin}/v1/files`, { method: 'POST', headers: { ...visitor.headers, 'content-type': 'application/octet-stream' } }, (answer) => {
      resolve(answer.statusCode);
      request.destroy();
    });
    request.on('error', reject);
    request.write(Buffer.alloc(mebibyte));
    request.write(Buffer.alloc(10));
  });
  t.equal(status, 413);
  const form = new FormData();
  form.append('file', new Blob([Buffer.alloc(mebibyte + 5000)]), 'a');
  t.equal((await fetch(`${h.origin}/v1/files`, { method: 'POST', body: form, headers: visitor.headers })).status, 413);
  t.equal((await h.upload(visitor.headers, Buffer.alloc(0))).json<{ code: string }>().code, 'unprocessable', 'nothing is no file');
  t.equal((await h.blobs()).length, 1);
});

t.test('[J20] a broken line leaves nothing behind', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  await new Promise<void>((resolve) => {
    const request = httpRequest(`${h.origin}/v1/files`, { method: 'POST', headers: { ...visitor.headers, 'content-type': 'application/octet-stream', 'content-length': '100000' } });
    request.on('error', () => {}).on('close', resolve);
    request.write('the first of them', () => request.destroy());
  });
  // The server hears of it a moment later: what is asked next is answered after.
  for (let left = 3_000; left > 0 && (await readdir(h.app.tempDir).catch(() => [])).length > 0; left--) await new Promise((resolve) => void setTimeout(resolve, 20));
  t.strictSame(await readdir(h.app.tempDir).catch(() => []), []);
  t.strictSame(await h.blobs(), []);
  t.notMatch(h.app.log(), /A request failed/);
});

t.test('[S18] [R8] so many files an hour, and so many that wait: told with a time, and colleagues of one office go on', async (t) => {
  const h = await house(t);
  const [visitor, neighbour] = [await h.app.visitor(), await h.app.visitor()];
  const files: string[] = [];
  for (let n = 0; n < 20; n++) files.push((await h.uploaded(visitor.headers, `file ${n}`)).id);
  const waiting = await h.upload(visitor.headers, 'one more');
  t.match(waiting.json(), { code: 'conflict', detail: '20 files wait to be sent; send them or remove some.' });
  t.equal((await h.app.inject({ method: 'DELETE', url: `/v1/files/${files[0]!}`, headers: visitor.headers })).statusCode, 204);
  t.equal((await h.get(files[0]!, visitor.headers)).statusCode, 404);
  // Whoever takes back what was uploaded has uploaded it all the same.
  for (let n = 20; n < 50; n++) {
    const { id } = await h.uploaded(visitor.headers, `file ${n}`);
    await h.app.inject({ method: 'DELETE', url: `/v1/files/${id}`, headers: visitor.headers });
  }
  const refused = await h.upload(visitor.headers, 'one more');
  t.match(refused.json(), { code: 'rate_limited', retryAfterMs: Number });
  t.ok(Number(refused.headers['retry-after']) > 3000 && Number(refused.headers['retry-after']) <= 3600);
  t.equal((await h.upload(neighbour.headers, 'from the same address')).statusCode, 201);
});

t.test('[J20] where visitors send no files, the server takes none, and the team sends its own', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const before = await h.uploaded(visitor.headers);
  t.equal((await h.settings({ files: { enabled: false, maxMiB: 5 } })).statusCode, 200);
  t.equal((await h.upload(visitor.headers)).json<{ code: string }>().code, 'forbidden');
  const page = await h.socket(visitor.token);
  await t.rejects(page.request('message.send', { clientId: h.id(), text: 'x', fileIds: [before.id] }), { code: 'forbidden' });
  t.equal((await h.upload(h.owner.headers)).statusCode, 201);
  const config = await h.app.inject({ url: `/v1/widget/config?siteKey=${h.owner.site.publishableKey}` });
  t.match(config.json(), { site: { files: { enabled: false, maxMiB: 5 } } }, 'and the element knows');
  t.equal((await h.settings({ files: { enabled: true, maxMiB: 101 } })).statusCode, 400);
});

t.test('[J20] pages of an allowed origin may upload, and read what they may see', async (t) => {
  const h = await house(t);
  const preflight = (url: string, method: string, origin: string) => h.app.inject({
    method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type,content-disposition,idempotency-key' },
  });
  for (const [url, method] of [['/v1/files', 'POST'], ['/v1/files/x', 'GET'], ['/v1/files/x', 'DELETE']] as const) {
    const { headers } = await preflight(url, method, h.origin);
    t.equal(headers['access-control-allow-origin'], h.origin);
    t.match(headers['access-control-allow-methods'], new RegExp(method));
    for (const name of ['authorization', 'content-disposition', 'idempotency-key']) t.match(headers['access-control-allow-headers'], new RegExp(name));
    t.equal((await preflight(url, method, 'https://elsewhere.example')).headers['access-control-allow-origin'], undefined);
  }
  const visitor = await h.app.visitor();
  t.equal((await h.upload(visitor.headers, pixel, { origin: 'https://elsewhere.example' })).json<{ code: string }>().code, 'origin_forbidden');
});

t.test('[J20] webhooks are told of files', async (t) => {
  const h = await house(t, { outboundAllow: ['127.0.0.1'] });
  const made = await h.app.inject({ method: 'POST', url: '/v1/webhooks', headers: h.owner.headers, payload: { name: 'x', url: 'http://127.0.0.1:9/hook', events: ['message.created'] } });
  t.equal(made.statusCode, 201);
  const visitor = await h.app.visitor();
  const file = await h.uploaded(visitor.headers);
  await (await h.socket(visitor.token)).request('message.send', { clientId: h.id(), text: '', fileIds: [file.id] });
  const { q, tables } = h.app.database;
  let told: { payload: string }[] = [];
  for (let left = 3_000; left > 0 && told.length === 0; left--) {
    told = await q.select({ payload: tables.deliveries.payload }).from(tables.deliveries);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  t.match(JSON.parse(told[0]!.payload), { data: { message: { text: '', files: [file] } } });
});

t.test('[J20] [S8] files go with their conversation, and its export names them', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const page = await h.socket(visitor.token);
  const [one, two] = [await h.uploaded(visitor.headers, 'one', { 'content-disposition': 'attachment; filename="one.txt"' }), await h.uploaded(visitor.headers, 'two')];
  const { message: { conversationId } } = await page.request('message.send', { clientId: h.id(), text: 'here', fileIds: [one.id, two.id] });
  const data = (await h.app.inject({ url: `/v1/conversations/${conversationId}/export?format=json`, headers: h.owner.headers })).json<ConversationExport>();
  t.strictSame(data.messages[0]!.files, [one, two]);
  t.match((await h.app.inject({ url: `/v1/conversations/${conversationId}/export`, headers: visitor.headers })).body, /: here\n {4}\[one\.txt/);
  t.equal((await h.blobs()).length, 2);
  await h.app.inject({ method: 'PATCH', url: `/v1/conversations/${conversationId}`, headers: h.owner.headers, payload: { status: 'closed' } });
  t.equal((await h.app.inject({ method: 'DELETE', url: `/v1/conversations/${conversationId}`, headers: h.owner.headers })).statusCode, 204);
  t.strictSame(await h.blobs(), []);
  t.equal((await h.get(one.id, visitor.headers)).statusCode, 404);
  t.strictSame(await h.app.database.q.select().from(h.app.database.tables.files), []);
  const audit = (await h.app.inject({ url: '/v1/audit?action=conversation.deleted', headers: h.owner.headers })).json<{ items: { detail: object }[] }>();
  t.match(audit.items[0]!.detail, { files: 2 });
});

t.test('[J20] [S4] bytes that the store has lost are gone, which is nobody\'s defect but the disk\'s', async (t) => {
  const h = await house(t);
  const visitor = await h.app.visitor();
  const { id } = await h.uploaded(visitor.headers);
  await h.app.blobs.delete(`files/${id}`);
  for (const range of [undefined, 'bytes=0-3']) {
    const answer = await h.app.inject({ url: `/v1/files/${id}`, headers: { ...visitor.headers, ...(range && { range }) } });
    t.match([answer.statusCode, answer.json<{ code: string }>().code, answer.headers.etag], [410, 'gone', undefined]);
    t.match(answer.headers['content-type'], /problem\+json/);
  }
  t.match(h.app.log(), /Bytes are missing/);
});
