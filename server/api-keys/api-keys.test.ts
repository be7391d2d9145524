import { createHash } from 'node:crypto';
import t from 'tap';
import type { ApiKey, ApiKeyAnswer } from '../../protocol/developers.ts';
import type { Page } from '../../protocol/http.ts';
import { PERMISSIONS, SCOPES, roleMay } from '../../protocol/permissions.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp, type TestApp, type TestAppOptions } from '../testing/test-app.ts';
import { openSocket } from '../testing/test-socket.ts';
import { createApiKeysStore } from './api-keys.store.ts';
import { createApiKeys } from './api-keys.ts';

async function house(t: { teardown(work: () => Promise<void>): void }, options: TestAppOptions = {}) {
  const app = await testApp(options);
  t.teardown(() => app.close());
  const owner = await app.owner();
  const make = (payload: object, headers: object = owner.headers) => app.inject({ method: 'POST', url: '/v1/api-keys', payload, headers: { ...headers } });
  const key = async (scopes: readonly string[], more: object = {}) => {
    const made = (await make({ name: 'Shop', scopes, ...more })).json<ApiKeyAnswer>();
    return { ...made, headers: { authorization: `Bearer ${made.key}` } };
  };
  const list = async () => (await app.inject({ url: '/v1/api-keys', headers: owner.headers })).json<Page<ApiKey>>().items;
  return { app, owner, make, key, list };
}
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;
const auditOf = async (app: TestApp) => (await app.inject({ url: '/v1/audit', headers: (await app.owner()).headers })).json<{ items: { action: string; target: { kind: string; name: string } | null; actor: { name: string } }[] }>().items;

t.test('[C10] a key is shown once: only its hash is kept, no list and no log has it', async (t) => {
  const { app, owner, make, list } = await house(t);
  const answer = await make({ name: '  Shop backend ', scopes: ['sites:read', 'sites:read', 'presence:read'] });
  t.equal(answer.statusCode, 201);
  t.match(answer.headers, { 'cache-control': 'no-store' });
  const { key, ...made } = answer.json<ApiKeyAnswer>();
  t.match(key, /^pck_[\w-]{43}$/, '32 bytes');
  t.match(made, { name: 'Shop backend', prefix: key.slice(4, 12), scopes: ['sites:read', 'presence:read'], createdBy: 'Olive Owner', expiresAt: null, lastUsedAt: null, state: 'active' });
  t.same(await list(), [made]);
  const rows = await app.database.q.select().from(app.database.tables.apiKeys);
  t.equal(rows[0]!.hash, createHash('sha256').update(key).digest('hex'));
  t.notOk(JSON.stringify(rows).includes(key.slice(12)), 'the row does not hold it');
  t.equal((await app.inject({ url: '/v1/sites', headers: { authorization: `Bearer ${key}` } })).statusCode, 200);
  t.notOk(app.log().includes(key.slice(4)), 'nor the log');
  const other = (await make({ name: 'Shop backend', scopes: ['sites:read'] })).json<ApiKeyAnswer>();
  t.not(other.key, key);

  t.equal((await app.inject({ method: 'DELETE', url: `/v1/api-keys/${made.id}`, headers: owner.headers })).statusCode, 204);
  t.equal((await app.inject({ method: 'DELETE', url: `/v1/api-keys/${made.id}`, headers: owner.headers })).statusCode, 204, 'again is harmless');
  t.same((await list()).map(({ id, state }) => [id, state]), [[other.id, 'active'], [made.id, 'revoked']], 'the row stays');
  const audit = await auditOf(app);
  t.same(audit.filter(({ action }) => action.startsWith('key.')).map(({ action, target, actor }) => [action, target?.kind, target?.name, actor.name]), [
    ['key.revoked', 'key', 'Shop backend', 'Olive Owner'], ['key.created', 'key', 'Shop backend', 'Olive Owner'], ['key.created', 'key', 'Shop backend', 'Olive Owner'],
  ]);
  t.notOk(JSON.stringify(audit).includes(key.slice(12)));
});

t.test('[C10] scopes are those of the table, within the maker\'s own role', async (t) => {
  const { app, make } = await house(t);
  t.equal((await make({ name: 'All', scopes: SCOPES })).statusCode, 201);
  for (const scope of Object.keys(PERMISSIONS).filter((name) => !SCOPES.includes(name as 'self'))) t.equal(codeOf(await make({ name: 'x', scopes: ['sites:read', scope] })), 'unprocessable', scope);
  for (const scope of ['nothing', '*', 'visitor', 'anyone', '__proto__', 'constructor', '']) t.equal(codeOf(await make({ name: 'x', scopes: [scope] })), 'unprocessable', scope);
  for (const wrong of [{ scopes: [] }, { name: ' ', scopes: ['sites:read'] }, { name: 'x', scopes: 'sites:read' }, { name: 'x', scopes: ['sites:read'], expiresAt: 'tomorrow' }, { name: 'x'.repeat(81), scopes: ['sites:read'] }]) {
    t.equal(codeOf(await make({ name: 'x', ...wrong })), 'bad_request', JSON.stringify(wrong));
  }
  t.equal(codeOf(await make({ name: 'x', scopes: ['sites:read'], expiresAt: '2020-01-01T00:00:00Z' })), 'unprocessable');
  t.equal((await make({ name: 'x', scopes: ['sites:read'] }, (await app.agent('admin')).headers)).statusCode, 201);
  const agent = await app.agent('agent');
  t.equal(codeOf(await make({ name: 'x', scopes: ['sites:read'] }, agent.headers)), 'forbidden');
  t.equal(codeOf(await app.inject({ url: '/v1/api-keys', headers: agent.headers })), 'forbidden');

  // No role that may make keys lacks a scope today; the rule must hold for one that does.
  const clock = fakeClock();
  const keys = createApiKeys({ store: createApiKeysStore(app.database), audit: { record: () => {} }, clock, failed: () => {} });
  const maker = { kind: 'agent', id: 'a', name: 'A', organisationId: 'o', role: 'agent', sessionId: 's', expiresAt: 0 } as AgentPrincipal;
  for (const scope of SCOPES) {
    const made = keys.create(maker, { name: 'x', scopes: [scope] }, '127.0.0.1');
    if (roleMay('agent', scope)) await t.resolves(made, scope);
    else await t.rejects(made, { code: 'forbidden' }, scope);
  }
});

t.test('[S4] [S5] a key opens what it has a scope for, over HTTP alone, in its own organisation', async (t) => {
  const { app, owner, key } = await house(t);
  const reader = await key(['sites:read']);
  t.equal((await app.inject({ url: '/v1/sites', headers: reader.headers })).statusCode, 200);
  for (const url of ['/v1/agents', '/v1/conversations', '/v1/visitors', '/v1/audit', '/v1/api-keys']) t.equal(codeOf(await app.inject({ url, headers: reader.headers })), 'forbidden', url);
  t.equal(codeOf(await app.inject({ method: 'PATCH', url: `/v1/sites/${owner.site.id}`, headers: reader.headers, payload: { name: 'x' } })), 'forbidden', 'reading is not writing');
  const all = await key(SCOPES);
  t.equal(codeOf(await app.inject({ url: '/v1/api-keys', headers: all.headers })), 'forbidden', 'keys make no keys');
  t.equal(codeOf(await app.inject({ method: 'DELETE', url: `/v1/api-keys/${all.id}`, headers: all.headers })), 'forbidden');
  for (const token of [all.key.slice(0, -1), `${all.key}x`, `${all.key.slice(0, -1)}${all.key.endsWith('A') ? 'E' : 'A'}`, 'pck_', `pck_${'é'.repeat(43)}`]) {
    t.equal(codeOf(await app.inject({ url: '/v1/sites', headers: { authorization: `Bearer ${encodeURI(token)}` } })), 'unauthenticated', token);
  }
  t.equal(codeOf(await app.inject({ url: `/v1/sites?key=${all.key}` })), 'unauthenticated', 'not from an address');

  const { q, tables } = app.database;
  await q.insert(tables.apiKeys).values({ id: 'foreign', organisationId: 'other', name: 'x', prefix: 'x', hash: 'x', scopes: [], createdById: 'x', createdAt: 1 });
  t.equal(codeOf(await app.inject({ method: 'DELETE', url: '/v1/api-keys/foreign', headers: owner.headers })), 'not_found');
  await q.insert(tables.sites).values({ id: 'foreign-site', organisationId: 'other', name: 'x', publishableKey: 'pk_other', origins: [], settings: {}, createdAt: 1, updatedAt: 1 });
  t.equal(codeOf(await app.inject({ method: 'PATCH', url: '/v1/sites/foreign-site', headers: all.headers, payload: { name: 'stolen' } })), 'not_found');
  t.notOk((await app.inject({ url: '/v1/sites', headers: all.headers })).body.includes('foreign-site'));

  const origin = await app.listen();
  const socket = await openSocket({ url: origin.replace('http', 'ws'), origin });
  await t.rejects(socket.request('hello', { token: all.key }));
  t.equal((await socket.closed).code, 4001);
});

t.test('[C10] a revoked or expired key opens nothing, from that moment on', async (t) => {
  const clock = fakeClock();
  const { app, owner, key, list } = await house(t, { clock });
  const [forGood, forADay] = [await key(['sites:read']), await key(['sites:read'], { expiresAt: new Date(clock.now() + 600_000).toISOString() })];
  const ask = async ({ headers }: { headers: object }) => (await app.inject({ url: '/v1/sites', headers: { ...headers } })).statusCode;
  t.same([await ask(forGood), await ask(forADay)], [200, 200]);
  clock.advance(599_999);
  t.equal(await ask(forADay), 200);
  clock.advance(1);
  t.same([await ask(forGood), await ask(forADay)], [200, 401]);
  const { headers } = await app.owner();
  t.equal((await app.inject({ method: 'DELETE', url: `/v1/api-keys/${forGood.id}`, headers })).statusCode, 204);
  t.equal(await ask(forGood), 401);
  t.equal(owner.agent.name, 'Olive Owner');
  t.same((await list()).map(({ state }) => state).sort(), ['expired', 'revoked']);
});

t.test('[S18] keys have a limit of their own, told with the time to wait', async (t) => {
  const { app, owner, key } = await house(t);
  const [busy, quiet] = [await key(['sites:read']), await key(['sites:read'])];
  const ask = (headers: object) => app.inject({ url: '/v1/sites', headers: { ...headers } });
  const first = await ask(busy.headers);
  t.match(first.headers, { 'ratelimit-limit': '600', 'ratelimit-remaining': '599', 'ratelimit-reset': /^\d+$/ });
  for (let left = 598; left >= 0; left--) {
    const answer = await ask(busy.headers);
    if (answer.statusCode !== 200 || answer.headers['ratelimit-remaining'] !== String(left)) t.fail(`${left}: ${answer.statusCode}`);
  }
  const limited = await ask(busy.headers);
  t.match([limited.statusCode, limited.json()], [429, { code: 'rate_limited', retryAfterMs: Number }]);
  t.match(limited.headers, { 'retry-after': /^\d+$/, 'ratelimit-remaining': '0' });
  t.equal((await ask(quiet.headers)).headers['ratelimit-remaining'], '599', 'another key at the same address has all of its own');
  t.equal((await ask(owner.headers)).statusCode, 200, 'and so do people');
});

t.test('[C10] the store', (t) => eachEngine(t, async (t, open) => {
  const database = await open();
  const store = createApiKeysStore(database);
  const row = (n: number, organisationId = 'o') => ({ id: `k${n}`, organisationId, name: `n${n}`, prefix: 'p', hash: `h${n}`, scopes: ['sites:read'], createdById: 'a', createdAt: 1000 + Math.floor(n / 2) });
  for (let n = 0; n < 5; n++) await store.insert(row(n));
  await store.insert(row(9, 'other'));
  await t.rejects(store.insert({ ...row(7), hash: 'h1' }), 'a hash is one key\'s');

  await t.test('[C10] lists page newest first, one organisation', async (t) => {
    const ids = async (before?: { at: number; id: string }) => (await store.list('o', before, 2)).map(({ key }) => key.id);
    t.same([await ids(), await ids({ at: 1001, id: 'k3' }), await ids({ at: 1000, id: 'k1' })], [['k4', 'k3'], ['k2', 'k1'], ['k0']]);
  });
  await t.test('[C10] revoking is one moment, and only of one\'s own', async (t) => {
    t.equal(await store.revoke('other', 'k1', 5), null);
    const both = await Promise.all([store.revoke('o', 'k1', 5), store.revoke('o', 'k1', 6)]);
    t.same(both.map((revoked) => revoked!.changed).sort(), [false, true]);
    t.equal(both[0]!.key.revokedAt, both[1]!.key.revokedAt);
  });
  await t.test('[C10] a use is noted at most once a minute', async (t) => {
    const clock = fakeClock();
    let notes = 0;
    const counted = { ...store, used: async (...all: Parameters<typeof store.used>) => { notes++; await store.used(...all); } };
    const keys = createApiKeys({ store: counted, audit: { record: () => {} }, clock, failed: () => {} });
    const maker = { kind: 'agent', id: 'a', name: 'A', organisationId: 'o', role: 'owner', sessionId: 's', expiresAt: 0 } as AgentPrincipal;
    const { key, id } = await keys.create(maker, { name: 'x', scopes: ['sites:read'] }, '::1');
    const start = clock.now();
    const lastUsed = async () => (await store.byHash(createHash('sha256').update(key).digest('hex')))!.lastUsedAt! - start;
    t.match(await keys.verifyKey(key), { kind: 'key', id, organisationId: 'o', scopes: ['sites:read'] });
    for (let second = 1; second <= 60; second++) {
      clock.advance(1000);
      await keys.verifyKey(key);
    }
    t.same([notes, await lastUsed()], [1, 0]);
    clock.advance(1);
    await keys.verifyKey(key);
    t.same([notes, await lastUsed()], [2, 60_001]);
    await store.used(id, start + 60_002, start);
    t.equal(await lastUsed(), 60_001, 'another process was quicker');
    const broken = createApiKeys({ store: { ...store, used: () => Promise.reject(new Error('full')) }, audit: { record: () => {} }, clock, failed: (_error, what) => void t.equal(what, 'use of an API key') });
    clock.advance(61_000);
    await t.resolves(broken.verifyKey(key), 'the note is no reason to refuse');
  });
}));
