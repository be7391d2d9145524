import type { InjectOptions } from 'fastify';
import t from 'tap';
import { createChance, testSeed, type Chance } from '../test/faults/chance.ts';
import { REQUESTS, type RequestType } from '../protocol/client-frames.ts';
import { PROBLEMS } from '../protocol/codes.ts';
import { OutboundError, type Outbound } from './outbound/outbound.ts';
import { furnish, furnishedFile } from './testing/furnish.ts';
import { garble, mangle, strangeInAddress, strangeText } from './testing/mangle.ts';
import { exampleOf, type JsonSchema } from './testing/schema-example.ts';
import { testApp, type TestApp } from './testing/test-app.ts';
import { openSocket, type TestSocket } from './testing/test-socket.ts';

// Nothing that anybody sends may be our defect.
const seed = testSeed();
const id = 'bb1f0c8e-0000-7000-8000-00000000aaaa';
const perRoute = 10;
const frames = 2_500;

interface Operation {
  'x-may': string[];
  parameters?: { in: string; name: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
interface Route { method: string; path: string; operation: Operation }

/** Nobody is spoken to, whatever address somebody gives. */
const nobodyOutside: Outbound = {
  request: async () => Promise.reject(new OutboundError('unreachable', 'Nobody is there.')),
  check: async () => Promise.reject(new OutboundError('address_refused', 'Not there.')),
  close: () => {},
};

async function house(): Promise<TestApp> {
  const app = await testApp({ config: { rateLimits: false }, outbound: nobodyOutside });
  const owner = await app.owner();
  await furnish(app.database, { id, organisationId: owner.agent.organisationId, agentId: owner.agent.id, now: app.clock.now() });
  await app.blobs.put(`files/${id}`, furnishedFile, { contentType: 'application/octet-stream' });
  return app;
}

async function routesOf(app: TestApp): Promise<Route[]> {
  const { paths } = (await app.inject({ url: '/docs/json' })).json<{ paths: Record<string, Record<string, Operation>> }>();
  const all = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
  // What removes things comes last, so that the others find something.
  return all.sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
}

/** A request to a route with something wrong in its address, its query, its body or its headers, or with all of them right. */
function requestTo({ method, path, operation }: Route, chance: Chance): InjectOptions {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (chance.next() < 0.25) return strangeInAddress(chance);
    return name === 'segment' || name === 'seq' ? '1' : id;
  });
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && chance.next() < 0.5)
    .map(({ name, schema }) => `${name}=${chance.next() < 0.6 ? strangeInAddress(chance) : encodeURIComponent(String(exampleOf(schema)))}`);
  if (chance.next() < 0.1) query.push(chance.pick(['%', '%ff=%ff', 'cursor=AAAA', 'limit=-1', 'a[b][c]=1', '=', '&&&', 'cursor=%00']));
  const request = { method: method as 'GET', url: query.length > 0 ? `${filled}?${query.join('&')}` : filled };
  if (method === 'GET' && chance.next() < 0.9) return { ...request, headers: chance.next() < 0.1 ? { range: strangeText(chance).replaceAll(/[^\x20-\x7e]/g, '') } : {} };
  const schema = operation.requestBody?.content['application/json']?.schema;
  const example = schema ? exampleOf(schema, chance.next() < 0.6) : {};
  const type = chance.next() < 0.9 ? 'application/json' : chance.pick(['text/plain', 'application/octet-stream', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'image/png', '']);
  const bytes = (): string | Buffer => {
    switch (chance.weighted({ mangled: 7, garbled: 2, bytes: 1, good: 1 })) {
      case 'mangled': return JSON.stringify(mangle(example, chance)) ?? '';
      case 'garbled': return garble(JSON.stringify(example), chance);
      case 'bytes': return Buffer.from(Array.from({ length: chance.between(0, 200) }, () => chance.between(0, 255)));
      case 'good': return JSON.stringify(example);
    }
  };
  const headers: Record<string, string> = {
    ...(type !== '' && { 'content-type': type }),
    ...(chance.next() < 0.1 && { 'content-digest': chance.pick(['x', 'sha-256=::', 'sha-256=:AAAA:', ',,,']) }),
    ...(chance.next() < 0.05 && { 'content-disposition': chance.pick(['attachment; filename*=UTF-8\'\'%ff', 'attachment; filename="', ';;;', `attachment; filename="${'x'.repeat(3_000)}"`]) }),
    ...(chance.next() < 0.05 && { 'idempotency-key': chance.pick(['x', '"', '\x7f'.repeat(3), 'a'.repeat(3_000)]) }),
  };
  return { ...request, headers, payload: bytes() };
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const errorsIn = (app: TestApp): string[] => app.log().split('\n').filter((line) => /"level":(50|60)/.test(line)).filter((line) => !/"code":"(unavailable|mail_off)"/.test(line));

await t.test('[O1][O6][T2] every route with broken addresses, queries, bodies and headers: never a 5xx, always a code, and the server goes on', { timeout: 290_000 }, async (t) => {
  t.comment(`seed ${seed}`);
  const chance = createChance(seed);
  const app = await house();
  t.teardown(() => app.close());
  let owner = await app.owner();
  const visitor = await app.visitor();
  const routes = await routesOf(app);
  t.ok(routes.length > 80, `${routes.length} routes`);
  let asked = 0;
  for (const route of routes) {
    for (let n = 0; n < perRoute; n++) {
      const request = requestTo(route, chance);
      const who = chance.weighted({ owner: 8, visitor: 2, nobody: 1, liar: 1 });
      const authorization = { owner: owner.headers.authorization, visitor: visitor.headers.authorization, nobody: '', liar: `Bearer ${strangeText(chance).replaceAll(/[^\x20-\x7e]/g, '')}` }[who];
      const answer = await app.inject({ ...request, headers: { ...request.headers, ...(authorization && { authorization }) } });
      asked++;
      const told = `${request.method} ${request.url as string} by ${who} with ${String(request.payload).slice(0, 300)}: ${answer.statusCode} ${answer.body.slice(0, 300)}`;
      if (answer.statusCode >= 500 && answer.statusCode !== 503) t.fail(told);
      if (answer.statusCode >= 400 && route.path.startsWith('/v1/') && route.method !== 'HEAD') {
        const code = isJson(answer.body) ? (answer.json<{ code?: keyof typeof PROBLEMS }>().code ?? null) : null;
        if (code === null || !(code in PROBLEMS)) t.fail(`no code: ${told}`);
      }
      // It may have ended its own sign-in, as it was asked to.
      if (who === 'owner' && answer.statusCode === 401) owner = await app.owner();
    }
  }
  t.strictSame(errorsIn(app), [], 'nothing failed inside');
  t.equal((await app.inject({ url: '/readyz' })).statusCode, 200);
  t.comment(`${asked} requests to ${routes.length} routes`);
});

await t.test('[O1][O6][WS6][WS7][T2] every frame, mangled, cut, huge or in strange bytes: never `internal`, never 1011, closed only as the protocol says', { timeout: 290_000 }, async (t) => {
  t.comment(`seed ${seed}`);
  const chance = createChance(seed + 1);
  const app = await house();
  t.teardown(() => app.close());
  const origin = await app.listen();
  const [agent, visitor] = [await app.agent('agent'), await app.visitor()];
  const enter = async (token: string): Promise<TestSocket> => {
    const socket = await openSocket({ url: origin.replace('http', 'ws'), origin });
    await socket.request('hello', { token });
    // Or an event would make the next frame look answered.
    socket.frames.length = 0;
    return socket;
  };
  const tokens = [agent.accessToken, visitor.token];
  const sockets = [await enter(tokens[0]!), await enter(tokens[1]!)];
  const { conversationId } = await sockets[1]!.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'hello' });
  sockets[1]!.frames.length = 0;
  const types = Object.keys(REQUESTS) as RequestType[];
  const good = (): Record<string, unknown> => {
    const type = chance.pick(types);
    const fields = exampleOf(REQUESTS[type] as unknown as JsonSchema, chance.next() < 0.6) as Record<string, unknown>;
    if ('conversationId' in fields || type === 'message.send') fields.conversationId = chance.pick([conversationId, id]);
    if (type === 'hello') fields.token = chance.pick(tokens);
    return { id: String(chance.between(1, 1e6)), type, ...fields };
  };
  const broken = new Set([4000, 1009, 1007]);
  const closes = new Map<number, number>();
  for (let n = 0; n < frames; n++) {
    const at = chance.between(0, 1);
    const text = (): string | Buffer => {
      switch (chance.weighted({ mangled: 60, good: 15, several: 8, garbled: 6, bytes: 1, huge: 1 })) {
        case 'mangled': return JSON.stringify(mangle(good(), chance)) ?? 'null';
        case 'good': return JSON.stringify(good());
        case 'several': return JSON.stringify(mangle(mangle(mangle(good(), chance), chance), chance)) ?? 'null';
        case 'garbled': return garble(JSON.stringify(good()), chance);
        case 'bytes': return Buffer.from(Array.from({ length: chance.between(0, 60) }, () => chance.between(0, 255)));
        case 'huge': return JSON.stringify({ id: 'x', type: 'message.send', text: 'x'.repeat(70_000) });
      }
    };
    const data = text();
    const socket = sockets[at]!;
    const answered = new Promise<null>((resolve) => {
      const look = (): void => {
        if (!socket.frames.some((frame) => 're' in frame)) return;
        socket.socket.off('message', look);
        resolve(null);
      };
      socket.socket.on('message', look);
    });
    socket.send(data);
    const closed = await Promise.race([socket.closed, answered]);
    const refusal = socket.frames.find((frame) => 're' in frame && !frame.ok && (frame.error.code === 'internal' || !(frame.error.code in PROBLEMS)));
    if (refusal) t.fail(`${JSON.stringify(refusal)} for ${String(data).slice(0, 400)}`);
    socket.frames.length = 0;
    socket.events.length = 0;
    if (!closed) continue;
    closes.set(closed.code, (closes.get(closed.code) ?? 0) + 1);
    const why = typeof data !== 'string' || !isJson(data) || Buffer.byteLength(data) > 65_536;
    if (!why || !broken.has(closed.code)) t.fail(`closed with ${closed.code} ${closed.reason} for ${String(data).slice(0, 400)}`);
    sockets[at] = await enter(tokens[at]!);
  }
  for (const [at, socket] of sockets.entries()) {
    await socket.settled();
    t.match(await socket.request('message.send', { conversationId, clientId: `00000000-0000-4000-8000-00000000000${at + 2}`, text: 'still here' }), { message: { text: 'still here' } });
    await socket.close();
  }
  t.strictSame(errorsIn(app), [], 'nothing failed inside');
  t.comment(`${frames} frames; closed: ${[...closes].map(([code, times]) => `${times} × ${code}`).join(', ')}`);
});
