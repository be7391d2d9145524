import type { InjectOptions } from 'fastify';
import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { REQUESTS, type RequestType } from '../protocol/client-frames.ts';
import { PROBLEMS } from '../protocol/codes.ts';
import { PERMISSIONS, SCOPES, roleMay, type Permission } from '../protocol/permissions.ts';
import { createPasswords } from './auth/passwords.ts';
import { exampleOf, type JsonSchema } from './testing/schema-example.ts';
import { furnish, furnishedFile, marker } from './testing/furnish.ts';
import { testApp, testPassword, type TestApp } from './testing/test-app.ts';
import { openSocket, Nack } from './testing/test-socket.ts';

// Who may do what, asked of every route of the document and of every frame of the protocol: nothing here names one, so nothing can be
// forgotten. What a route is for stands beside it (`x-may`); what that means stands in protocol/permissions.ts.

interface Operation {
  'x-may': string[];
  parameters?: { in: string; name: string; required?: boolean; schema: JsonSchema; example?: unknown }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, unknown>;
}
interface Route { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; path: string; name: string; operation: Operation }
type Headers = Record<string, string>;

const id = 'bb1f0c8e-0000-7000-8000-00000000aaaa';
const digest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';

/** Everything below /v1, what removes things last, and after it what ends the asker's own sign-in. */
async function routesOf(app: TestApp): Promise<Route[]> {
  const document = (await app.inject({ url: '/docs/json' })).json<{ paths: Record<string, Record<string, Operation>> }>();
  const all = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) =>
    ({ path, method: method.toUpperCase() as Route['method'], name: `${method.toUpperCase()} ${path}`, operation })));
  const last = ({ method, path }: Route) => (path.endsWith('/logout-everywhere') ? 2 : Number(method === 'DELETE'));
  return all.filter(({ path, method }) => path.startsWith('/v1/') && (method as string) !== 'HEAD').sort((a, b) => last(a) - last(b));
}

/** A request that nothing is wrong with but, perhaps, who sends it. */
function requestTo({ method, path, operation }: Route): InjectOptions {
  const filled = path.replace('{segment}', '1').replace('{seq}', '0').replaceAll(/\{\w+\}/g, id);
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, schema, example }) => `${name}=${encodeURIComponent(String(example ?? exampleOf(schema)))}`).join('&');
  const url = query ? `${filled}?${query}` : filled;
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema) return { method, url, payload: exampleOf(schema) as object };
  return method === 'PUT' && operation.requestBody ? { method, url, payload: Buffer.alloc(0), headers: { 'content-type': 'application/octet-stream', 'content-digest': digest } } : { method, url };
}

async function house(t: Test) {
  const app = await testApp({ config: { rateLimits: false } });
  t.teardown(() => app.close());
  const { database: { q, tables }, clock } = app;
  const now = clock.now();
  const owner = await app.owner();
  const { organisationId } = owner.agent;
  await furnish(app.database, { id, organisationId, agentId: owner.agent.id, now });
  await app.blobs.put(`files/${id}`, furnishedFile, { contentType: 'application/octet-stream' });

  const passwordHash = await createPasswords({ clock, cost: { N: 16, r: 8, p: 1 } }).hash(testPassword);
  await q.insert(tables.organisations).values({ id: 'other', name: 'Other', createdAt: now });
  await q.insert(tables.agents).values({ id: 'stranger', organisationId: 'other', email: 's@example.com', name: 'Stranger', passwordHash, role: 'owner', status: 'active', createdAt: now, updatedAt: now });
  const key = async (name: string, scopes: readonly string[], fields: { organisationId?: string; revokedAt?: number; expiresAt?: number } = {}): Promise<Headers> => {
    const text = `pck_${createHash('sha256').update(name).digest('base64url')}`;
    await q.insert(tables.apiKeys).values({
      id: clock.id(), organisationId, name, prefix: text.slice(4, 12), hash: createHash('sha256').update(text).digest('hex'), scopes: [...scopes],
      createdById: owner.agent.id, createdAt: now, ...fields,
    });
    return { authorization: `Bearer ${text}` };
  };
  const login = await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 's@example.com', password: testPassword } });
  const stranger = { authorization: `Bearer ${login.json<{ accessToken: string }>().accessToken}` };

  await q.insert(tables.sites).values({ id: 'site-2', organisationId, name: 'Second', publishableKey: 'pk_second', origins: ['https://second.example'], settings: {}, createdAt: now, updatedAt: now });
  const elsewhere = await app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin: 'https://second.example' }, payload: { siteKey: 'pk_second' } });
  return {
    app, owner, key, stranger, organisationId, routes: await routesOf(app),
    roles: { owner: owner.headers, admin: (await app.agent('admin')).headers, agent: (await app.agent('agent')).headers } as Record<'owner' | 'admin' | 'agent', Headers>,
    visitors: { 'another visitor': (await app.visitor()).headers as Headers, 'a visitor of another site': { authorization: `Bearer ${elsewhere.json<{ token: string }>().token}` } },
  };
}

t.test('[S4] [S5] [S8] every route, asked by everybody: never data, never a 5xx', async (t) => {
  const { app, key, stranger, roles, visitors, routes } = await house(t);
  t.ok(routes.length > 60, `${routes.length} routes`);
  const strangersKey = await key('stranger', SCOPES, { organisationId: 'other' });
  const left = await app.agent('admin');
  await app.inject({ method: 'PATCH', url: `/v1/agents/${left.agent.id}`, headers: roles.owner, payload: { status: 'disabled' } });
  const dead = { 'somebody who left the team': left.headers as Headers, 'a revoked key': await key('revoked', SCOPES, { revokedAt: 1 }), 'a key that ran out': await key('expired', SCOPES, { expiresAt: 1 }), nobody: {} as Headers, 'a forged token': { authorization: 'Bearer a.b.c' }, 'a key that is none': { authorization: `Bearer pck_${'y'.repeat(43)}` } };
  const every = await key('every', SCOPES);

  for (const route of routes) {
    const { name, path, operation } = route;
    const may = operation['x-may'];
    const permissions = may.filter((rule): rule is Permission => rule in PERMISSIONS);
    const ask = async (who: string, headers: Headers) => {
      const request = requestTo(route);
      const answer = await app.inject({ ...request, headers: { ...request.headers, ...headers } });
      const code = answer.statusCode >= 400 ? (answer.json<{ code: keyof typeof PROBLEMS }>().code) : null;
      if (answer.statusCode >= 500) t.fail(`${name} by ${who}: ${answer.body}`);
      if (answer.statusCode >= 400 && (code === null || PROBLEMS[code]?.status !== answer.statusCode || !String(answer.headers['content-type']).startsWith('application/problem+json'))) {
        t.fail(`${name} by ${who} is no problem+json with a code of ours: ${answer.body}`);
      }
      return { status: answer.statusCode, body: answer.body, code };
    };
    const refused = async (who: string, headers: Headers, ...statuses: number[]) => {
      const { status, body, code } = await ask(who, headers);
      if (code === 'bad_credentials' && !statuses.includes(403)) return; // a new password asks for the old one, whoever asks
      if (!statuses.includes(status)) t.fail(`${name} by ${who}: ${status} instead of ${statuses.join(' or ')}: ${body.slice(0, 300)}`);
      if (body.includes(marker)) t.fail(`${name} shows data to ${who}: ${body.slice(0, 300)}`);
    };
    if (may.includes('anyone')) {
      const { body } = await ask('nobody', {});
      if (body.includes(marker)) t.fail(`${name} shows data to anybody`);
      continue;
    }
    for (const [who, headers] of Object.entries(dead)) await refused(who, headers, 401);
    const foreign = path.includes('{') ? [404] : [200, 201, 202, 204, 400, 404, 409, 410, 422];
    await refused('another organisation’s owner', stranger, ...(permissions.length > 0 ? foreign : [403]));
    await refused('another organisation’s key', strangersKey, ...(permissions.some((one) => PERMISSIONS[one].scope) ? foreign : [403]));
    for (const [who, headers] of Object.entries(visitors)) await refused(who, headers, ...(may.includes('visitor') ? foreign : [403]));
    await refused('a key without the scope', await key(`without ${name}`, SCOPES.filter((scope) => !permissions.includes(scope))), 403);
    for (const role of ['agent', 'admin', 'owner'] as const) {
      const allowed = permissions.some((permission) => roleMay(role, permission));
      if (!allowed) await refused(`the role ${role}`, roles[role], 403);
      else if (route.method === 'GET') {
        const { status, body } = await ask(role, roles[role]);
        // Media of a recording that failed, and a picture that nobody has put up, are the only things that are rightly missing.
        if (status !== 200 && !/media|playlist|waveform|manifest/.test(path)) t.fail(`${name} by ${role}: ${status} ${body.slice(0, 300)}`);
      }
    }
    if (permissions.some((one) => PERMISSIONS[one].scope)) {
      const { status, code } = await ask('a key with the scope', every);
      if ([401, 403].includes(status)) t.fail(`${name} by a key with every scope: ${status} ${String(code)}`);
    } else await refused('a key with every scope', every, 403);
    t.pass(name);
  }
});

t.test('[S8] what an answer does not declare it does not hold, and no answer declares a secret', async (t) => {
  const { routes } = await house(t);
  // The first one answers yes or no to *by password?*; the others are where a secret is made, which its holder needs once.
  const once = ['GET /v1/auth/ways', 'POST /v1/auth/login', 'POST /v1/auth/refresh', 'POST /v1/invitations/accept', 'POST /v1/auth/password-reset/confirm', 'POST /v1/visitors', 'POST /v1/visitors/identify', 'POST /v1/visitors/handoff', 'POST /v1/visitors/me/handoff', 'POST /v1/api-keys', 'POST /v1/webhooks', 'POST /v1/webhooks/{id}/rotate-secret', 'POST /v1/sites/{id}/identity-secret', 'POST /v1/setup', 'GET /v1/ice-servers'];
  for (const { name, operation } of routes) {
    const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2') || status.startsWith('3'));
    if (good.length === 0) t.fail(`${name} documents no good answer`);
    const text = JSON.stringify(good);
    if (!once.includes(name) && /"(password\w*|\w*[sS]ecret|\w*[tT]oken|\w*[hH]ash|p256dh|auth|credential)":/.test(text.replaceAll(/"publishableKey":|"password":\{"type":"boolean"\}/g, ''))) t.fail(`${name} answers with something that looks like a secret`);
  }
  t.pass('all looked through');
});

t.test('[S4] [S6] every frame with somebody else’s id: never data, never `internal`, and the socket stays', async (t) => {
  const { app, stranger, visitors } = await house(t);
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const people: [string, Headers, string | undefined][] = [
    ['another organisation’s agent', stranger, undefined], ['another visitor', visitors['another visitor'], origin], ['a visitor of another site', visitors['a visitor of another site'], 'https://second.example'],
  ];
  for (const [who, { authorization }, from] of people) {
    const socket = await openSocket({ url, origin: from ?? origin });
    await socket.request('hello', { token: authorization!.replace('Bearer ', ''), resume: { [id]: 0 } });
    for (const type of Object.keys(REQUESTS).filter((name) => name !== 'hello') as RequestType[]) {
      for (const full of [false, true]) {
        const schema = REQUESTS[type] as unknown as JsonSchema;
        const fields = exampleOf(schema, full) as Record<string, unknown>;
        for (const field of Object.keys(fields)) if (/^(conversationId|callId|assigneeId)$/.test(field)) fields[field] = id;
        if (fields.tagIds) fields.tagIds = [id];
        if (type === 'message.send') fields.conversationId = id;
        try {
          const reply = await socket.request(type, fields as never);
          if (JSON.stringify(reply).includes(marker)) t.fail(`${type} shows data to ${who}`);
        } catch (error) {
          if (!(error instanceof Nack)) throw error;
          if (error.code === 'internal' || !(error.code in PROBLEMS)) t.fail(`${type} by ${who}: ${error.message}`);
          if (Object.keys(fields).includes('conversationId') && !['not_found', 'forbidden', 'unprocessable', 'bad_request'].includes(error.code)) t.fail(`${type} by ${who}: ${error.message}`);
        }
      }
    }
    await socket.settled();
    if (JSON.stringify(socket.frames).includes(marker)) t.fail(`${who} saw data`);
    t.equal(socket.socket.readyState, 1, `${who} is still connected`);
    await socket.close();
  }

  const deaf = await openSocket({ url, origin });
  await t.rejects(deaf.request('hello', { token: `pck_${'x'.repeat(43)}` }), 'a key is nobody here');
  t.equal((await deaf.closed).code, 4001);
});

t.test('[S4] [CH23] a room of the team, asked for by owners, colleagues and keys who are not in it: by no route and no frame', async (t) => {
  const { app, owner, key, roles, organisationId, routes } = await house(t);
  const { q, tables } = app.database;
  const room = 'bb1f0c8e-0000-7000-8000-00000000bbbb';
  const said = 'said-among-members';
  const now = app.clock.now();
  const line = { organisationId, conversationId: room, authorKind: 'agent', authorId: id, authorName: said, createdAt: now } as const;
  await q.insert(tables.conversations).values({
    id: room, organisationId, siteId: '', visitorId: '', teamKind: 'group', title: said, status: 'open', lastSeq: 1, lastMessageAt: now, createdAt: now, updatedAt: now,
    preview: { seq: 1, kind: 'text', authorKind: 'agent', text: said, data: null },
  });
  await q.insert(tables.messages).values({ ...line, seq: 1, id: room, clientId: room, kind: 'text', text: said });
  await q.insert(tables.participants).values({ organisationId, conversationId: room, agentId: id, joinedAt: now });
  await q.insert(tables.files).values({
    id: room, organisationId, siteId: '', uploaderKind: 'agent', uploaderId: id, uploadId: room, conversationId: room, clientId: room, name: said, type: 'text/plain', bytes: 1,
    sha256: 'x', blobKey: 'files/x', createdAt: now,
  });

  const people = { ...roles, 'a key with every scope': await key('every', SCOPES) };
  let asked = 0;
  for (const route of routes) {
    const { name, path, operation } = route;
    if (operation['x-may'].includes('anyone')) continue;
    const ofOne = /^\/v1\/(conversations|files)\/\{/.test(path) && !path.includes('/direct/');
    if (!ofOne && route.method !== 'GET') continue;
    for (const [who, headers] of Object.entries(people)) {
      const request = requestTo(route);
      const url = String(request.url).replaceAll(id, room);
      for (const query of ofOne || path.includes('{') ? [''] : ['', 'kind=team', `q=${said}`, `text=${said}`]) {
        const answer = await app.inject({ ...request, url: query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`, headers: { ...request.headers, ...headers } });
        asked += 1;
        if (answer.statusCode >= 500) t.fail(`${name} by ${who}: ${answer.body}`);
        if (answer.body.includes(said)) t.fail(`${name}?${query} shows what was said among members to ${who}: ${answer.body.slice(0, 300)}`);
        if (ofOne && ![403, 404].includes(answer.statusCode)) t.fail(`${name} by ${who}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
        if (ofOne && answer.statusCode === 403 && who === 'owner' && operation['x-may'].some((rule) => rule in PERMISSIONS)) t.fail(`${name} tells an owner that it is there`);
      }
    }
  }
  t.ok(asked > 100, `asked ${asked} times`);

  const origin = await app.listen();
  const socket = await openSocket({ url: origin.replace('http', 'ws'), origin });
  await socket.request('hello', { token: owner.headers.authorization.replace('Bearer ', ''), resume: { [room]: 0 } });
  for (const type of Object.keys(REQUESTS).filter((name) => name !== 'hello') as RequestType[]) {
    const fields = exampleOf(REQUESTS[type] as unknown as JsonSchema, true) as Record<string, unknown>;
    if (!('conversationId' in fields)) continue;
    Object.assign(fields, { conversationId: room, ...('agentId' in fields && { agentId: id }), ...('assigneeId' in fields && { assigneeId: id }), ...('tagIds' in fields && { tagIds: [] }), ...('fileIds' in fields && { fileIds: [] }) });
    await t.rejects(socket.request(type, fields as never), { code: type === 'conversation.rate' || type === 'queue.place' ? 'forbidden' : type === 'history' ? /not_found|bad_request/ : 'not_found' }, type);
  }
  await socket.settled();
  t.notMatch(JSON.stringify(socket.frames), said);
  await socket.close();
});
