import fc from 'fast-check';
import Fastify, { type InjectOptions } from 'fastify';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import pg from 'pg';
import t from 'tap';
import { missing, startPostgres } from '../test/services/postgres.ts';
import { PROBLEMS } from '../protocol/codes.ts';
import type { SitesPage, VisitorAnswer } from '../protocol/http.ts';
import { authenticate } from './auth/authenticate.ts';
import { httpErrors } from './http-errors.ts';
import { systemClock } from './clock.ts';
import { problem } from './errors.ts';
import { openPostgres } from './store/open-postgres.ts';
import { staticPages } from './static.ts';
import { fakeClock } from './testing/fake-clock.ts';
import { testApp, testPassword, testSetupToken, type TestApp } from './testing/test-app.ts';

// The server as a whole, over HTTP: what every route has in common.

interface Operation { 'x-may': string[]; security?: Record<string, unknown>[]; responses: Record<string, { content?: Record<string, { schema?: object }> }> }
const operationsOf = async (app: TestApp) => {
  const document = (await app.inject({ url: '/docs/json' })).json<{ openapi: string; paths: Record<string, Record<string, Operation>> }>();
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase() as 'GET', name: `${method.toUpperCase()} ${path}`, operation })));
};
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;
/** HEAD of media is GET's own handler; without a body it can show no code. */
const withBody = ({ method }: { method: string }) => method !== 'HEAD';

t.test('[S5] default deny: a route without a rule cannot be registered, and every other asks who is there', async (t) => {
  const bare = Fastify();
  await bare.register(authenticate, { auth: { verify: async () => { throw problem('unauthenticated'); }, verifyMedia: async () => { throw problem('unauthenticated'); } }, verifyKey: async () => { throw problem('unauthenticated'); }, originAllowed: async () => false, publicPrefixes: ['/docs'] });
  t.throws(() => bare.get('/v1/forgotten', () => 'secret'), /GET \/v1\/forgotten does not say who may use it/);
  t.throws(() => bare.get('/v1/empty', { config: { may: [] } }, () => 'secret'), /does not say/);
  t.throws(() => bare.get('/docsx', () => 'secret'), /does not say/);

  const app = await testApp();
  t.teardown(() => app.close());
  const forAnyone = ['POST /v1/setup', 'POST /v1/auth/login', 'POST /v1/auth/refresh', 'POST /v1/auth/logout', 'GET /v1/auth/ways', 'GET /v1/auth/oidc/start', 'GET /v1/auth/oidc/callback', 'POST /v1/auth/password-reset',
    'POST /v1/auth/password-reset/confirm', 'POST /v1/invitations/look', 'POST /v1/invitations/accept', 'POST /v1/visitors', 'POST /v1/visitors/identify', 'POST /v1/visitors/handoff', 'GET /v1/widget/config', 'GET /v1/pictures/{key}', 'GET /v1/signing-keys', 'GET /healthz', 'GET /readyz', 'GET /metrics'];
  const operations = (await operationsOf(app)).filter(withBody);
  t.same(operations.filter(({ operation }) => operation['x-may'].includes('anyone')).map(({ name }) => name).sort(), forAnyone.sort(), 'what is for anyone is named here');
  for (const { name, operation } of operations) t.equal(operation.security === undefined, forAnyone.includes(name), `${name}: the document says so`);
  // That every one of them refuses is access.test.ts's.
  t.equal((await app.inject({ url: '/v1/sites' })).headers['www-authenticate'], 'Bearer');
});

t.test('[O7] [O8] whatever is wrong with a request, the answer is a problem with a stable code', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { headers, site } = await app.owner();
  const json = { 'content-type': 'application/json' };
  const login = { method: 'POST', url: '/v1/auth/login' } as const;
  const table: [string, InjectOptions, number, string][] = [
    ['unknown address', { url: '/nope' }, 404, 'not_found'], ['unknown address below /v1', { method: 'POST', url: '/v1/nope', payload: {} }, 404, 'not_found'],
    ['unknown file of the panel', { url: '/admin/nope.js' }, 404, 'not_found'], ['up and out', { url: '/admin/..%2f..%2fpackage.json' }, 404, 'not_found'],
    ['wrong method', { method: 'DELETE', url: '/v1/sites' }, 405, 'method_not_allowed'], ['wrong method with an id', { method: 'PUT', url: '/v1/visitors/x' }, 405, 'method_not_allowed'],
    ['no JSON', { ...login, payload: '{"email":', headers: json }, 400, 'bad_request'], ['empty JSON', { ...login, headers: json, payload: '' }, 400, 'bad_request'],
    ['no body', login, 400, 'bad_request'], ['an array', { ...login, payload: '[]', headers: json }, 400, 'bad_request'], ['null', { ...login, payload: 'null', headers: json }, 400, 'bad_request'],
    ['a number for text', { ...login, payload: { email: 5, password: 'x' } }, 400, 'bad_request'], ['a field missing', { ...login, payload: { email: 'a@b.c' } }, 400, 'bad_request'],
    ['too long', { ...login, payload: { email: 'a@b.c', password: 'x'.repeat(300) } }, 400, 'bad_request'], ['a prototype', { ...login, payload: '{"__proto__":{"x":1}}', headers: json }, 400, 'bad_request'],
    ['too large', { ...login, payload: JSON.stringify({ email: 'x'.repeat(200_000) }), headers: json }, 413, 'too_large'],
    ['a form', { ...login, payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'unsupported_media_type'],
    ['text', { ...login, payload: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['a limit that is none', { url: '/v1/agents?limit=abc', headers }, 400, 'bad_request'], ['a limit beyond', { url: '/v1/agents?limit=101', headers }, 400, 'bad_request'],
    ...['2.7', '1e1', '0x10', '%201', ''].map((limit): [string, InjectOptions, number, string] => [`a limit of "${limit}"`, { url: `/v1/agents?limit=${limit}`, headers }, 400, 'bad_request']),
    ['two limits', { url: '/v1/agents?limit=1&limit=2', headers }, 400, 'bad_request'],
    ...['agents', 'sites', 'visitors', 'conversations', 'calls'].flatMap((list) => ['garbage', '', 'MSBh*', list].map((cursor): [string, InjectOptions, number, string] =>
      [`a cursor of ${list} that is none`, { url: `/v1/${list}?cursor=${cursor}`, headers }, 400, 'bad_request'])),
    ['a day for a moment', { url: '/v1/calls?to=2026-01-31', headers }, 400, 'bad_request'],
    ['a limit of nothing', { url: '/v1/agents?limit=0', headers }, 400, 'bad_request'], ['an address that is none', { url: '/v1/visitors/%E0%A4%A', headers }, 400, 'bad_request'],
    ['an id that is too long', { url: `/v1/visitors/${'x'.repeat(100)}`, headers }, 400, 'bad_request'], ['an unknown id', { url: '/v1/visitors/nobody', headers }, 404, 'not_found'],
    ['a wrong origin in a list', { method: 'PATCH', url: `/v1/sites/${site.id}`, headers, payload: { origins: ['https://a.example', 'a.example/shop'] } }, 422, 'unprocessable'],
    ['a moment that is none', { url: '/v1/calls?from=yesterday', headers }, 400, 'bad_request'], ['a mode that is none', { url: '/v1/calls?mode=smell', headers }, 400, 'bad_request'],
  ];
  for (const [name, request, status, code] of table) {
    const answer = await app.inject(request);
    t.equal(answer.statusCode, status, name);
    t.match(answer.headers['content-type'], /^application\/problem\+json/, name);
    const body = answer.json<{ code: keyof typeof PROBLEMS; status: number; title: string; type: string }>();
    t.match(body, { code, status, title: PROBLEMS[body.code].message, type: `/docs#${code}` }, name);
    t.notMatch(answer.body, /node_modules|\.ts|\bat \w|Error:/, 'no stack');
  }
  t.match((await app.inject({ ...login, payload: { email: 5, password: 'x' } })).json(), { detail: /^body\.email must be string/ }, 'says where');
  t.match((await app.inject({ ...login, payload: { email: 'a@b.c' } })).json(), { detail: 'body.password is missing.' });
  t.match((await app.inject({ url: '/v1/agents?limit=abc', headers })).json(), { detail: /^querystring\.limit/ });
  t.equal((await app.inject({ method: 'DELETE', url: '/v1/sites' })).headers.allow, 'GET, HEAD, POST');

  await fc.assert(fc.asyncProperty(
    fc.constantFrom('/v1/setup', '/v1/auth/login', '/v1/visitors', '/v1/agents', '/v1/auth/password'),
    fc.oneof(fc.json(), fc.string(), fc.object().map((value) => JSON.stringify(value))),
    async (url, payload) => {
      const answer = await app.inject({ method: 'POST', url, payload, headers: { ...headers, ...json } });
      return answer.statusCode < 500 && String(answer.headers['content-type']).startsWith('application/problem+json') && codeOf(answer)! in PROBLEMS;
    },
  ), { numRuns: 60 });
});

t.test('[O7] a defect of ours says nothing of itself, and is logged', async (t) => {
  let log = '';
  const bare = Fastify({ logger: { level: 'error', stream: { write: (line: string) => void (log += line) } } });
  await bare.register(httpErrors);
  bare.get('/broken', () => { throw new Error('the secret plan failed'); });
  bare.get('/odd', () => { throw Object.assign(Object.create(null), { odd: true }); }); // oxlint-disable-line only-throw-error: that is the case in question
  for (const url of ['/broken', '/odd']) {
    const answer = await bare.inject({ url });
    t.equal(answer.statusCode, 500);
    t.same(answer.json(), { type: '/docs#internal', title: PROBLEMS.internal.message, status: 500, code: 'internal' });
  }
  t.match(log, /the secret plan failed/);
  t.match(log, /requestId/);

  const app = await testApp();
  t.teardown(() => app.close());
  const origin = new URL(await app.listen());
  const raw = await new Promise<string>((resolve) => {
    let text = '';
    connect(Number(origin.port), origin.hostname).on('data', (data) => void (text += data.toString())).on('close', () => resolve(text)).end('HELLO THERE\r\n\r\n');
  });
  t.match(raw, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"bad_request"/, 'not even HTTP');
});

t.test('[C2] [C3] visitors come in from allowed origins alone, and nothing is written of them', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { site, headers } = await app.owner();
  const own = app.ownOrigins()[0]!;
  const welcome = (origin: string | undefined, siteKey = site.publishableKey, more: object = {}) =>
    app.inject({ method: 'POST', url: '/v1/visitors', headers: origin === undefined ? {} : { origin }, payload: { siteKey, ...more } });
  t.equal(codeOf(await welcome('https://shop.example')), 'origin_forbidden');
  t.equal(codeOf(await welcome(undefined)), 'origin_forbidden');
  t.equal(codeOf(await welcome('null')), 'origin_forbidden');
  t.equal(codeOf(await welcome(own, 'pk_unknown')), 'not_found');
  const patch = await app.inject({ method: 'PATCH', url: `/v1/sites/${site.id}`, headers, payload: { origins: [' https://SHOP.example/', 'https://*.shop.example', 'https://shop.example'], settings: { greeting: ' Hello ' } } });
  t.match(patch.json(), { origins: ['https://shop.example', 'https://*.shop.example'], settings: { greeting: 'Hello' } });
  for (const origin of [own, 'https://shop.example', 'https://www.shop.example']) t.equal((await welcome(origin)).statusCode, 201, `${origin}, at once`);
  t.match((await app.inject({ url: '/v1/sites', headers })).json<SitesPage>(), { items: [{ id: site.id, origins: ['https://shop.example', 'https://*.shop.example'] }], next: null });

  const korean = (await welcome(own, site.publishableKey, { locale: 'ko-KR' })).json<VisitorAnswer>();
  t.match(korean.visitor.name, /[가-힣] [가-힣]/);
  t.match((await app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin: own, 'accept-language': 'ko' }, payload: { siteKey: site.publishableKey } })).json<VisitorAnswer>().visitor.name, /[가-힣]/);
  const days = (Date.parse(korean.expiresAt) - app.clock.now()) / 86_400_000;
  t.ok(days > 29.9 && days <= 30);
  t.same((await app.inject({ url: '/v1/visitors', headers })).json(), { items: [], next: null });
  t.same(await app.database.q.select().from(app.database.tables.visitors), []);

  const config = (origin?: string) => app.inject({ url: `/v1/widget/config?siteKey=${site.publishableKey}`, headers: origin === undefined ? {} : { origin } });
  t.match((await config('https://shop.example')).json(), { site: { id: site.id, name: 'Hazel & Clay', greeting: 'Hello', recording: { enabled: true, textVersion: '2026-11', consentText: '' } } });
  t.equal((await config()).statusCode, 200);
  t.equal((await config('https://evil.example')).statusCode, 403);

  // What browsers ask before, and read after.
  const preflight = (url: string, origin: string, method = 'POST') => app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' } });
  const good = await preflight('/v1/visitors', 'https://shop.example');
  t.equal(good.statusCode, 204);
  t.match(good.headers, { 'access-control-allow-origin': 'https://shop.example', vary: /origin/i });
  t.equal(good.headers['access-control-allow-credentials'], undefined);
  t.equal((await preflight('/v1/recordings/x/segments/1/chunks/0', 'https://shop.example', 'PUT')).headers['access-control-allow-origin'], 'https://shop.example');
  t.equal((await preflight('/v1/visitors', 'https://evil.example')).headers['access-control-allow-origin'], undefined);
  for (const url of ['/v1/auth/login', '/v1/auth/refresh', '/v1/setup', '/v1/agents', '/v1/sites', '/v1/conversations', '/v1/visitors/x', '/v1/visitors/x/export']) {
    t.equal((await preflight(url, 'https://shop.example')).headers['access-control-allow-origin'], undefined, `${url} is not for other people's pages`);
  }
  t.equal((await welcome('https://shop.example')).headers['access-control-allow-origin'], 'https://shop.example');
  t.equal((await welcome('https://shop.example', 'pk_unknown')).headers['access-control-allow-origin'], 'https://shop.example', 'errors can be read too');

  const token = { authorization: `Bearer ${korean.token}` };
  t.equal((await app.inject({ url: '/v1/ice-servers', headers: { ...token, origin: 'https://www.shop.example' } })).statusCode, 200);
  t.equal(codeOf(await app.inject({ url: '/v1/ice-servers', headers: { ...token, origin: 'https://evil.example' } })), 'origin_forbidden', 'S2: a stolen token is of no use to another page');
});

t.test('[S18] limits are told with the time to wait, for each visitor and not for the office', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const [one, two] = [await app.visitor(), await app.visitor()];
  const ask = (headers: object) => app.inject({ url: '/v1/ice-servers', headers: { ...headers } });
  for (let i = 0; i < 30; i++) t.equal((await ask(one.headers)).statusCode, 200);
  const limited = await ask(one.headers);
  t.equal(limited.statusCode, 429);
  t.match(limited.json(), { code: 'rate_limited', retryAfterMs: Number });
  t.ok(Number(limited.headers['retry-after']) >= 1);
  t.equal((await ask(two.headers)).statusCode, 200);
});

t.test('[S1] no token comes into the log, however much is logged', async (t) => {
  const app = await testApp({ logLevel: 'debug' });
  t.teardown(() => app.close());
  await app.listen(); // no timer of ours holds a process that has nothing open, and a refresh waits for one
  const { accessToken, cookies, headers } = await app.owner();
  const visitor = await app.visitor();
  await app.inject({ url: `/v1/agents?token=${accessToken}&password=${encodeURIComponent(testPassword)}`, headers });
  await app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies });
  await app.inject({ url: '/nope', headers: { authorization: `Bearer ${visitor.token}`, cookie: `pc_refresh=${cookies.pc_refresh}` } });
  await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'x@example.com', password: testPassword } });
  t.match(app.log(), /"route":"\/v1\/agents","status":200/);
  for (const secret of [accessToken, visitor.token, cookies.pc_refresh!, cookies.pc_media!, testPassword, encodeURIComponent(testPassword), 'Bearer', 'example.com']) t.notOk(app.log().includes(secret), `not ${secret.slice(0, 12)}…`);
});

t.test('[A3] [S9] the pages: a strict policy, the camera for themselves, one tag in the shop', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { site } = await app.owner();
  const page = await app.inject({ url: '/demo' });
  t.equal(page.statusCode, 200);
  t.ok(page.body.includes(`<peer-consult site-key="${site.publishableKey}"></peer-consult>`));
  t.equal(page.body.match(/<script/g)!.length, 1);
  t.notMatch(page.body, /\{\{|style="| on\w+="/);
  t.match(page.body, /<html lang="en">/);
  t.match((await app.inject({ url: '/demo', headers: { 'accept-language': 'ko-KR,ko;q=0.9' } })).body, /<html lang="ko">[^]*매일 쓰는 도자기/);
  t.match((await app.inject({ url: '/demo?lang=ko' })).body, /<html lang="ko">/);
  t.match((await app.inject({ url: '/demo?lang=<script>' })).body, /<html lang="en">/);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
  t.match(policy, /connect-src 'self' ws:\/\/127\.0\.0\.1:8080/);
  t.match(policy, /frame-ancestors 'none'.*require-trusted-types-for 'script'; trusted-types lit-html peer-consult/);
  t.notMatch(policy, /unsafe|\*/);
  t.match(page.headers, { 'permissions-policy': /camera=\(self\), microphone=\(self\)/, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' });
  t.match((await app.inject({ url: '/demo/shop.css' })).headers['content-type'], /^text\/css/);
  t.match((await app.inject({ url: '/v1/sites' })).headers['content-security-policy'], /default-src 'none'/);
  t.match((await app.inject({ url: '/' })).headers, { location: '/admin/' });
  t.match((await app.inject({ url: '/admin' })).headers, { location: '/admin/' });

  t.match((await app.inject({ url: '/docs' })).body, /swagger/i);
  const document = (await app.inject({ url: '/docs/json' })).json<{ openapi: string; components: { securitySchemes: object }; paths: object }>();
  t.match(document, { openapi: '3.1.0', components: { securitySchemes: { agent: {}, visitor: {} } }, paths: { '/v1/auth/login': {}, '/v1/visitors': {}, '/v1/sites/{id}': {} } });
  t.same(Object.keys(document.paths).filter((path) => !path.startsWith('/v1/')).sort(), ['/healthz', '/metrics', '/readyz']);
});

t.test('[A1] the element is for everybody\'s pages, the panel for itself; both are cached and compressed well', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-static-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const script = `export const text = ${JSON.stringify('abc '.repeat(1000))};`;
  mkdirSync(join(folder, 'widget'));
  mkdirSync(join(folder, 'admin/assets'), { recursive: true });
  writeFileSync(join(folder, 'widget/peer-consult.js'), script);
  writeFileSync(join(folder, 'widget/peer-consult-call-Ab3_9-xZ.js'), script);
  writeFileSync(join(folder, 'admin/index.html'), '<!doctype html><title>Panel</title>');
  writeFileSync(join(folder, 'admin/assets/index-12345678.js'), 'x');
  const app = Fastify();
  await app.register(httpErrors);
  await app.register(staticPages, { widgetFolder: join(folder, 'widget'), adminFolder: join(folder, 'admin'), ownOrigins: () => ['https://consult.example'] });

  const entry = await app.inject({ url: '/peer-consult.js' });
  t.match(entry.headers, { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'no-cache', 'content-type': /^text\/javascript/ });
  t.equal(entry.body, script);
  t.match((await app.inject({ url: '/peer-consult-call-Ab3_9-xZ.js' })).headers, { 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' });
  const br = await app.inject({ url: '/peer-consult.js', headers: { 'accept-encoding': 'gzip, deflate, br' } });
  t.equal(br.headers['content-encoding'], 'br');
  t.equal(brotliDecompressSync(br.rawPayload).toString(), script);
  const gz = await app.inject({ url: '/peer-consult.js', headers: { 'accept-encoding': 'br;q=0, gzip' } });
  t.equal(gunzipSync(gz.rawPayload).toString(), script);
  const etag = String(entry.headers.etag);
  const again = await app.inject({ url: '/peer-consult.js', headers: { 'if-none-match': `"x", W/${etag}` } });
  t.match([again.statusCode, again.body], [304, '']);

  const panel = await app.inject({ url: '/admin/' });
  t.match(panel.body, /Panel/);
  t.match(panel.headers['content-security-policy'], /connect-src 'self' wss:\/\/consult\.example/);
  t.equal(panel.headers['access-control-allow-origin'], undefined);
  t.match((await app.inject({ url: '/admin/history' })).body, /Panel/, 'the panel finds its way by itself');
  t.match((await app.inject({ url: '/admin/assets/index-12345678.js' })).headers, { 'cache-control': /immutable/ });
  for (const url of ['/admin/assets/nope.js', '/admin/%2e%2e/widget/peer-consult.js', '/peer-consult-nope-12345678.js', '/../package.json']) t.equal((await app.inject({ url })).statusCode, 404, url);

  const unbuilt = Fastify();
  await unbuilt.register(httpErrors);
  await unbuilt.register(staticPages, { widgetFolder: join(folder, 'no'), adminFolder: join(folder, 'no'), ownOrigins: () => [] });
  for (const url of ['/peer-consult.js', '/admin/']) t.match((await unbuilt.inject({ url })).json(), { code: 'not_found', detail: /npm run build/ });
});

t.test('[health] alive is not ready: each engine is asked, and an ending server says so', async (t) => {
  const clock = fakeClock();
  const app = await testApp({ clock });
  t.same((await app.inject({ url: '/healthz' })).json(), { status: 'ok' });
  t.same((await app.inject({ url: '/readyz' })).json(), { status: 'ready', checks: { database: 'ok', bus: 'ok', blobs: 'ok' } });
  const { check } = app.database;
  app.database.check = () => Promise.reject(new Error('gone'));
  t.equal((await app.inject({ url: '/readyz' })).statusCode, 200, 'asked once a second at most');
  clock.advance(1000);
  const unready = await app.inject({ url: '/readyz' });
  t.equal(unready.statusCode, 503);
  t.same(unready.json(), { status: 'unready', checks: { database: 'failed', bus: 'ok', blobs: 'ok' } });
  t.match(app.log(), /"dependency":"database"/);
  app.database.check = () => new Promise(() => {});
  clock.advance(1000);
  const hanging = app.inject({ url: '/readyz' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  clock.advance(3000);
  t.equal((await hanging).statusCode, 503, 'no answer is an answer, after three seconds');
  app.database.check = check;
  await app.close();
});

t.test('[R3] the same over Postgres', { skip: process.env.TEST_POSTGRES_URL ? false : (missing() ?? false) }, async (t) => {
  const server = process.env.TEST_POSTGRES_URL ? null : await startPostgres();
  t.teardown(() => server?.stop());
  // `npm test` shares one server between files: a database of our own.
  const url = new URL(server?.url ?? process.env.TEST_POSTGRES_URL!);
  const admin = new pg.Pool({ connectionString: url.href, max: 1 });
  const name = `app_${systemClock().id().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  const app = await testApp({ database: await openPostgres({ url: url.href }) });
  t.teardown(() => app.close());
  await app.organisations.prepare();
  await app.listen();
  const setup = { token: testSetupToken, name: 'O', email: 'owner@example.com', password: testPassword };
  const both = await Promise.all([setup, { ...setup, email: 'rival@example.com' }].map((payload) => app.inject({ method: 'POST', url: '/v1/setup', payload })));
  t.same(both.map(({ statusCode }) => statusCode).sort(), [201, 410]);
  const email = both[0]!.statusCode === 201 ? setup.email : 'rival@example.com';
  const login = await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password: testPassword } });
  const headers = { authorization: `Bearer ${login.json<{ accessToken: string }>().accessToken}` };
  const cookies = { pc_refresh: login.cookies.find(({ name }) => name === 'pc_refresh')!.value };
  const tabs = await Promise.all([1, 2, 3].map(() => app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies })));
  t.same(tabs.map(({ statusCode }) => statusCode), [200, 200, 200]);
  const add = () => app.inject({ method: 'POST', url: '/v1/agents', headers, payload: { name: 'A', email: 'a@example.com', password: testPassword, role: 'agent' } });
  t.same((await Promise.all([add(), add()])).map(({ statusCode }) => statusCode).sort(), [201, 409]);
  const { items: [site] } = (await app.inject({ url: '/v1/sites', headers })).json<SitesPage>();
  t.match((await app.inject({ method: 'PATCH', url: `/v1/sites/${site!.id}`, headers, payload: { origins: ['https://shop.example'] } })).json(), { origins: ['https://shop.example'] });
  t.equal((await app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin: 'https://shop.example' }, payload: { siteKey: site!.publishableKey } })).statusCode, 201);
  for (const list of ['/v1/agents', '/v1/visitors', '/v1/conversations', '/v1/calls', '/readyz']) t.equal((await app.inject({ url: list, headers })).statusCode, 200, list);
});
