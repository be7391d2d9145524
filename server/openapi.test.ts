import { Validator } from '@seriousme/openapi-schema-validator';
import type { InjectOptions } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Waveform } from '../protocol/playback.ts';
import { PROBLEMS, type Code } from '../protocol/codes.ts';
import { PERMISSIONS, SCOPES, type Permission } from '../protocol/permissions.ts';
import { manifestKey, waveformKey } from './recordings/recording-keys.ts';
import { exampleOf, type JsonSchema } from './testing/schema-example.ts';
import { furnish, furnishedFile, furnishedManifest } from './testing/furnish.ts';
import { testApp, type TestApp } from './testing/test-app.ts';

// The document against the server that it describes: nothing here names a route that the document could name.

interface Media { schema: JsonSchema; example?: unknown; examples?: Record<string, { value: unknown }> }
interface Answer { description: string; $ref?: string; content?: Record<string, Media> }
interface Parameter { in: 'path' | 'query' | 'header'; name: string; required?: boolean; schema: JsonSchema; example?: unknown }
interface Operation {
  operationId: string; summary: string; description: string; tags: string[]; security?: Record<string, unknown>[]; 'x-may': string[];
  parameters?: Parameter[]; requestBody?: { content: Record<string, Media> }; responses: Record<string, Answer>;
}
interface Document { openapi: string; tags: { name: string; description: string }[]; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, JsonSchema>; responses: Record<string, Answer> } }
interface Route { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'; path: string; name: string; operation: Operation }
type Headers = Record<string, string>;

const id = 'bb1f0c8e-0000-7000-8000-00000000aaaa';
const nobodys = 'bb1f0c8e-0000-7000-8000-00000000ffff';
const media = Buffer.from('the bytes of a recording');
/** A PNG of one pixel. */
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

async function documentOf(app: TestApp): Promise<{ document: Document; routes: Route[] }> {
  const document = (await app.inject({ url: '/docs/json' })).json<Document>();
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) =>
    ({ path, method: method.toUpperCase() as Route['method'], name: `${method.toUpperCase()} ${path}`, operation })));
  return { document, routes };
}

/** A check of a schema of the document, whose only reference is the one to a problem. */
function checkOf(schema: JsonSchema, document: Document): (value: unknown) => string | null {
  const resolved = (schema as { $ref?: string }).$ref === '#/components/schemas/Problem' ? document.components.schemas.Problem! : schema;
  const check = Compile(resolved as TSchema);
  return (value) => (check.Check(value) ? null : JSON.stringify(check.Errors(value)[0]));
}

const answerOf = (document: Document, answer: Answer): Answer => (answer.$ref ? document.components.responses[answer.$ref.replace('#/components/responses/', '')]! : answer);

/** A server with three of everything, two of them of the same moment, and somebody of each kind who may look at it. */
async function house(t: Test) {
  const app = await testApp();
  t.teardown(() => app.close());
  const { database: { q, tables }, clock } = app;
  const owner = await app.owner();
  const { agent: { organisationId, id: agentId }, site } = owner;
  const now = clock.now();
  const visitor = await app.visitor();
  const third = 'bb1f0c8e-0000-7000-8000-00000000bbbb';
  await furnish(app.database, { id, organisationId, agentId, now: now - 1000 });
  await furnish(app.database, { id: visitor.visitor.id, organisationId, agentId, now, mark: 'second', siteId: site.id });
  await furnish(app.database, { id: third, organisationId, agentId, now, mark: 'third' });
  for (const one of [id, visitor.visitor.id, third]) await app.blobs.put(`files/${one}`, furnishedFile, { contentType: 'application/octet-stream' });
  const row = { organisationId, createdAt: now };
  for (const n of [2, 3, 4]) {
    await q.insert(tables.deliveries).values({ ...row, id: clock.id(), webhookId: id, eventId: `x${n}`, event: 'ping', payload: '{}', state: 'delivered', attempts: 1, log: [{ at: new Date(now).toISOString(), status: 200, ms: 5, error: null, answer: 'ok' }] });
    await q.insert(tables.messages).values({ ...row, id: clock.id(), conversationId: id, seq: n, clientId: `m${n}`, authorKind: 'agent', authorId: agentId, authorName: 'Olive', kind: n === 3 ? 'note' : 'text', text: 'x' });
    await q.insert(tables.pageViews).values({ ...row, id: clock.id(), visitorId: id, url: 'https://shop.example/', title: 'x' });
  }
  await q.update(tables.conversations).set({ lastSeq: 4 });
  // Rows alone are not heard of by what follows the messages, such as the search.
  const said = await app.inject({ method: 'POST', url: `/v1/conversations/${id}/messages`, headers: owner.headers, payload: { clientId: clock.id(), text: 'x' } });
  t.equal(said.statusCode, 201);
  await app.blobs.put('recordings/x.webm', media, { contentType: 'audio/webm' });
  await app.blobs.put(manifestKey('recordings/x.webm'), furnishedManifest(id, organisationId), { contentType: 'application/json' });
  const waveform: Waveform = { version: 1, durationMs: 1000, rows: [{ of: 'visitor', peaks: [0, 255] }], silences: [{ fromMs: 0, toMs: 2500 }] };
  await app.blobs.put(waveformKey('recordings/x.webm'), Buffer.from(JSON.stringify(waveform)), { contentType: 'application/json' });
  await q.update(tables.recordings).set({ state: 'ready', blobKey: 'recordings/x.webm', bytes: media.length, sha256: createHash('sha256').update(media).digest('hex'), durationMs: 1000 });
  const put = await app.inject({ method: 'PUT', url: `/v1/sites/${site.id}/picture`, headers: { ...owner.headers, 'content-type': 'image/png' }, payload: picture });
  t.equal(put.statusCode, 200);
  const key = async (scopes: readonly string[]): Promise<Headers> => {
    const made = await app.inject({ method: 'POST', url: '/v1/api-keys', headers: owner.headers, payload: { name: `key ${scopes.length}`, scopes: scopes.length > 0 ? scopes : ['presence:read'] } });
    return { authorization: `Bearer ${made.json<{ key: string }>().key}` };
  };
  const people = { owner: owner.headers as Headers, key: await key(SCOPES), visitor: visitor.headers as Headers, 'a key for little': await key([]) };
  return { app, people, ...(await documentOf(app)), visitorId: visitor.visitor.id, siteKey: site.publishableKey, picture: put.json<{ picture: string }>().picture };
}
type House = Awaited<ReturnType<typeof house>>;

/** What a route is asked with so that it has something to answer. */
function urlOf({ path, operation: { parameters = [] } }: Pick<Route, 'path' | 'operation'>, { siteKey, picture }: House, at: string, query: Record<string, string> = {}): string {
  const filled = path.replace('{segment}', '1').replace('{seq}', '0').replace('{key}', at === nobodys ? at : picture).replaceAll(/\{\w+\}/g, at);
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, schema, example }) => [name, name === 'siteKey' ? siteKey : name === 'q' ? 'x' : String(example ?? exampleOf(schema))]);
  const search = new URLSearchParams({ ...Object.fromEntries(needed) as Record<string, string>, ...query }).toString();
  return search ? `${filled}?${search}` : filled;
}

t.test('the document is valid OpenAPI 3.1, and says of every operation what it is for, who may, and how it refuses', async (t) => {
  const { document, routes } = await house(t);
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  t.ok(valid, JSON.stringify(errors)?.slice(0, 2000));
  t.match(document.openapi, /^3\.1\./);
  t.ok(routes.length > 80);

  const known = new Set(document.tags.map(({ name }) => name));
  for (const { name, description } of document.tags) t.ok(description && routes.some(({ operation }) => operation.tags.includes(name)), `the tag ${name} says what it is for, and is used`);
  const ids = new Map<string, string>();
  for (const { method, name, operation } of routes) {
    const { operationId, summary, description, tags, security, responses, requestBody } = operation;
    const lacks = Object.entries({ operationId, summary, description }).filter(([, value]) => !value).map(([field]) => field);
    if (lacks.length > 0 || !/For .+\.$/.test(description)) t.fail(`${name} lacks ${lacks.join(', ') || 'who it is for'}`);
    if (ids.has(operationId)) t.fail(`${name} is called ${operationId}, as ${ids.get(operationId)} is`);
    ids.set(operationId, name);
    if (tags.length !== 1 || !known.has(tags[0]!)) t.fail(`${name} has the tags ${tags.join()}`);
    if ((security === undefined) !== operation['x-may'].includes('anyone')) t.fail(`${name}: security does not fit ${operation['x-may'].join()}`);
    const statuses = Object.keys(responses);
    for (const needed of [...(security ? ['401', '403'] : []), ...(name.includes('{') ? ['404'] : []), ...(requestBody ? ['400', '413'] : []), ...(name.includes(' /v1/') ? ['429'] : []), '4XX', '5XX']) {
      if (!statuses.includes(needed)) t.fail(`${name} does not document ${needed}`);
    }
    for (const [status, given] of Object.entries(responses)) {
      const answer = answerOf(document, given);
      if (!answer.description || answer.description === 'Default Response') t.fail(`${name} does not say what ${status} means`);
      const types = Object.keys(answer.content ?? {});
      if (/^[45]/.test(status) && !(types.join() === 'application/problem+json' || name === 'GET /readyz')) t.fail(`${name}: ${status} is no problem`);
      if (status.startsWith('2') && status !== '204' && !Object.values(answer.content ?? {}).every(({ schema }) => schema)) t.fail(`[S8] ${name}: ${status} passes no allow-list`);
      if (status.startsWith('2') && status !== '204' && types.length === 0) t.fail(`[S8] ${name}: ${status} says nothing of what it holds`);
    }
    if (requestBody?.content['application/json'] && method !== 'HEAD' && requestBody.content['application/json'].example === undefined) t.fail(`${name} gives no example of a body`);
  }
  t.match(Object.fromEntries([...ids].map(([operationId, name]) => [name, operationId])), {
    'GET /v1/visitors/{id}/timeline': 'getVisitorsByIdTimeline', 'POST /v1/conversations/{id}/messages': 'postConversationsByIdMessages', 'GET /v1/api-keys': 'getApiKeys',
  }, 'operations are called by method and address: stable as long as these are');
});

t.test('[WS5] docs/protocol.md names every area of the routes', async (t) => {
  const { routes } = await house(t);
  const page = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');
  const areas = new Set(routes.filter(({ path }) => path.startsWith('/v1/')).map(({ path }) => path.split('/').slice(0, 3).join('/')));
  for (const area of areas) t.match(page, new RegExp(`${area}\\b`), area);
});

t.test('every example fits its schema', async (t) => {
  const { document, routes } = await house(t);
  let checked = 0;
  const check = (where: string, { schema, example, examples }: Media) => {
    for (const value of [...(example === undefined ? [] : [example]), ...Object.values(examples ?? {}).map((one) => one.value)]) {
      const wrong = checkOf(schema, document)(value);
      if (wrong) t.fail(`${where}: ${wrong}`);
      checked++;
    }
  };
  for (const { name, operation } of routes) {
    for (const part of Object.values(operation.requestBody?.content ?? {})) check(`${name}, body`, part);
    for (const [status, answer] of Object.entries(operation.responses)) for (const part of Object.values(answerOf(document, answer).content ?? {})) check(`${name}, ${status}`, part);
    for (const parameter of operation.parameters ?? []) check(`${name}, ${parameter.name}`, { schema: parameter.schema, example: parameter.example });
  }
  t.ok(checked > 400, `${checked} examples`);
});

t.test('[S8] what GETs answer is what the document says, to each who may ask', async (t) => {
  const inside = await house(t);
  const { app, document, routes, people, visitorId } = inside;
  let answered = 0;
  for (const route of routes.filter(({ method }) => method === 'GET')) {
    const { name, operation } = route;
    const rules = operation['x-may'];
    const askers = rules.includes('anyone') ? ['nobody'] : [
      ...(rules.some((rule) => rule !== 'visitor') ? ['owner'] : []), ...(rules.some((rule) => PERMISSIONS[rule as Permission]?.scope) ? ['key'] : []), ...(rules.includes('visitor') ? ['visitor'] : []),
    ];
    const variants: Record<string, string>[] = name.endsWith('/conversations/{id}/export') ? [{}, { format: 'json' }] : [{}];
    for (const asker of askers) for (const query of variants) {
      const headers = asker === 'nobody' ? {} : people[asker as 'owner'];
      const answer = await app.inject({ url: urlOf(route, inside, asker === 'visitor' ? visitorId : id, query), headers });
      if (name.includes('/auth/oidc/')) {
        t.equal(answer.statusCode, 404, 'there is no provider here; oidc.test.ts has one');
        continue;
      }
      const said = operation.responses[answer.statusCode];
      if (!answer.statusCode.toString().startsWith('2') || !said) {
        t.fail(`${name} by ${asker}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
        continue;
      }
      const type = String(answer.headers['content-type']).split(';')[0]!;
      const part = said.content?.[type] ?? said.content?.['*/*'];
      if (!part) t.fail(`${name} by ${asker} is ${type}, which is not documented`);
      else if (type === 'application/json') {
        const wrong = checkOf(part.schema, document)(answer.json());
        if (wrong) t.fail(`${name} by ${asker}: ${wrong} in ${answer.body.slice(0, 500)}`);
      } else if (answer.rawPayload.length === 0) t.fail(`${name} by ${asker} is empty`);
      if (route.path.startsWith('/v1/') && !('ratelimit-limit' in answer.headers)) t.fail(`${name} has no limit, but documents 429`);
      answered++;
    }
  }
  t.ok(answered > 70, `${answered} answers`);
});

t.test('[K5] every list pages one by one without a double and without a hole', async (t) => {
  const inside = await house(t);
  const { app, routes, people } = inside;
  const lists = routes.filter(({ method, operation }) => method === 'GET' && operation.parameters?.some(({ name }) => name === 'limit'));
  t.ok(lists.length >= 12, `${lists.length} lists`);
  type Item = { id?: string; kind?: string; at?: string };
  const nameOf = (item: Item) => item.id ?? JSON.stringify(item);
  for (const list of lists) {
    const cursor = list.operation.parameters!.some(({ name }) => name === 'cursor') ? 'cursor' : 'before';
    const read = async (query: Record<string, string>) => (await app.inject({ url: urlOf(list, inside, id, query), headers: people.owner })).json<{ items: Item[]; next: string | null }>();
    const whole = await read({ limit: '100' });
    const single: Item[] = [];
    let next: string | null = null;
    do {
      const { items, next: following }: { items: Item[]; next: string | null } = await read({ limit: '1', ...(next !== null && { [cursor]: next }) });
      if (items.length !== 1) t.fail(`${list.name} gave ${items.length} at once`);
      single.push(...items);
      next = following;
    } while (next !== null && single.length <= whole.items.length);
    if (cursor === 'before') single.reverse();
    if (whole.items.length < 3) t.fail(`${list.name} has only ${whole.items.length} to page through: furnish more`);
    t.strictSame(single.map(nameOf), whole.items.map(nameOf), list.name);
    t.equal(new Set(single.map(nameOf)).size, single.length, `${list.name}: each once`);
  }
});

t.test('[O7] [O8] every refusal that follows from an operation comes as documented', async (t) => {
  const inside = await house(t);
  const { app, document, routes, people } = inside;
  const problemCheck = checkOf(document.components.schemas.Problem!, document);
  let provoked = 0;
  // HEAD has no body to say a code in; the set-up is `gone` whatever is wrong with the request (HT6).
  for (const route of routes.filter(({ method, path }) => method !== 'HEAD' && path.startsWith('/v1/') && path !== '/v1/setup')) {
    const { method, path, name, operation } = route;
    const rules = operation['x-may'];
    const able = rules.includes('anyone') ? {} : rules.some((rule) => rule !== 'visitor') ? people.owner : people.visitor;
    const unable = rules.includes('visitor') ? (rules.length > 1 ? people['a key for little'] : people.owner) : people.visitor;
    const json = operation.requestBody?.content['application/json'];
    const bytes = operation.requestBody && !json;
    const digest = `sha-256=:${createHash('sha256').update(picture).digest('base64')}:`;
    const good: InjectOptions = { method, url: urlOf(route, inside, id), ...(json && { payload: json.example as object }), ...(bytes && { payload: picture, headers: { 'content-digest': digest } }) };
    const refused = async (status: number, request: InjectOptions, headers: Headers) => {
      if (!(status in operation.responses)) return;
      const answer = await app.inject({ ...good, ...request, headers: { ...good.headers, ...headers, ...request.headers } });
      const type = String(answer.headers['content-type']);
      if (answer.statusCode !== status || !type.startsWith('application/problem+json')) return void t.fail(`${name}: ${answer.statusCode} (${type}) instead of ${status}: ${answer.body.slice(0, 300)}`);
      const body = answer.json<{ code: Code; status: number; title: string }>();
      const wrong = problemCheck(body);
      if (wrong) t.fail(`${name}, ${status}: ${wrong}`);
      if (!operation.responses[status]!.description.includes(`\`${body.code}\``)) t.fail(`${name}, ${status}: ${body.code} is not documented`);
      t.match(body, { status, title: PROBLEMS[body.code].message });
      provoked++;
    };
    if (operation.security) {
      await refused(401, {}, {});
      await refused(403, {}, unable);
    }
    if (path.includes('{')) await refused(404, { url: urlOf(route, inside, nobodys) }, able);
    if (json) {
      await refused(400, { payload: '[]', headers: { 'content-type': 'application/json' } }, able);
      await refused(413, { payload: JSON.stringify({ text: 'x'.repeat(200_000) }), headers: { 'content-type': 'application/json' } }, able);
      await refused(415, { payload: 'text', headers: { 'content-type': 'text/plain' } }, able);
    } else if (path.includes('{')) await refused(400, { url: path.replace('{segment}', '1').replace('{seq}', '0').replaceAll(/\{\w+\}/g, 'x'.repeat(65)) }, able);
    else {
      const asked = operation.parameters?.find((parameter) => parameter.in === 'query' && (parameter.required || parameter.schema.type === 'integer' || parameter.schema.format === 'date-time'));
      if (asked) await refused(400, { url: `${path}?${asked.name}=` }, able);
    }
    if (bytes) await refused(413, { payload: Buffer.alloc(10 * 1_048_576 + 1) }, able);
  }
  t.ok(provoked > 250, `${provoked} refusals`);
});
