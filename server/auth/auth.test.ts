import type { LightMyRequestResponse } from 'fastify';
import { request } from 'node:http';
import t from 'tap';
import { WebSocket } from 'ws';
import type { SessionAnswer } from '../../protocol/http.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp, testPassword, testSetupToken } from '../testing/test-app.ts';
import { racingTabsMs } from './auth.ts';
import { afterRotationEvent, rotationGraceMs, rotationVerdict, unusedToken, type RotationEvent, type RotationVerdict } from './rotation.ts';
import { createRotations } from './rotations.ts';

// Signing in, staying in and getting out, over HTTP.

const owner = { name: 'Olive Owner', email: 'Olive@Example.com', password: testPassword };
const cookieOf = (answer: LightMyRequestResponse, name = 'pc_refresh') => answer.cookies.find((cookie) => cookie.name === name);
const codeOf = (answer: LightMyRequestResponse) => answer.json<{ code: string }>().code;

async function freshApp(t: { teardown(work: () => unknown): void }, config: Parameters<typeof testApp>[0] = {}) {
  const clock = fakeClock();
  const app = await testApp({ clock, ...config });
  t.teardown(() => app.close());
  const setup = (body: object = {}) => app.inject({ method: 'POST', url: '/v1/setup', payload: { token: testSetupToken, ...owner, ...body } });
  const login = (email = 'olive@example.com', password = testPassword, remoteAddress = '192.0.2.1') =>
    app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password }, remoteAddress });
  /** Renews; as nobody else moves the clock, the wait for racing tabs is ended here. */
  const refresh = async (token: string | undefined, headers: Record<string, string> = {}) => {
    let open = true;
    const answer = app.inject({ method: 'POST', url: '/v1/auth/refresh', headers, ...(token && { cookies: { pc_refresh: token } }) }).finally(() => void (open = false));
    for (let turn = 1; open; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turn % 100 === 0) clock.advance(racingTabsMs);
    }
    return answer;
  };
  const me = (token: string) => app.inject({ method: 'GET', url: '/v1/auth/me', headers: { authorization: `Bearer ${token}` } });
  return { app, clock, setup, login, refresh, me };
}

t.test('[B6] the set-up link makes one owner, once', async (t) => {
  const { app, setup, login } = await freshApp(t);
  t.equal(await app.organisations.hasOwner(), false);
  const unclaimed = async () => (await app.inject({ url: '/v1/auth/ways' })).json<{ unclaimed: boolean }>().unclaimed;
  t.equal(await unclaimed(), true, 'the panel can say where the link is');
  t.match(await setup({ token: 'guessed' }), { statusCode: 401 });
  t.equal(codeOf(await setup({ password: 'short' })), 'weak_password');
  t.equal(codeOf(await setup({ password: 'olive@example.com' })), 'weak_password');
  t.equal(codeOf(await setup({ email: 'nobody' })), 'bad_request');
  const [one, two] = await Promise.all([setup(), setup({ email: 'second@example.com' })]);
  t.same([one!.statusCode, two!.statusCode].sort(), [201, 410], 'of two at the same time one wins');
  const answer = (one!.statusCode === 201 ? one! : two!).json<{ agent: object; site: { publishableKey: string } }>();
  t.match(answer, { agent: { role: 'owner', name: 'Olive Owner' }, site: { publishableKey: /^pk_[\w-]{24}$/ } });
  t.notMatch(JSON.stringify(answer), /password|hash/i);
  t.equal(codeOf(await setup()), 'gone');
  t.equal(codeOf(await setup({ token: 'guessed' })), 'gone');
  for (const payload of [{ token: testSetupToken }, {}, { token: 7 }, '', '{"token":', undefined]) {
    const again = await app.inject({ method: 'POST', url: '/v1/setup', ...(payload !== undefined && { payload, headers: { 'content-type': 'application/json' } }) });
    t.match([again.statusCode, codeOf(again)], [410, 'gone'], `whatever the body: ${JSON.stringify(payload)}`);
  }
  t.equal(await app.organisations.hasOwner(), true);
  t.equal(await unclaimed(), false);
  t.equal((await login()).statusCode === 200 || (await login('second@example.com')).statusCode === 200, true);
});

t.test('[B7] signing in: one answer for every wrong way, and cookies that no script reads', async (t) => {
  const { setup, login, me } = await freshApp(t);
  await setup();
  const wrong = await login('olive@example.com', 'wrong horse battery');
  const unknown = await login('nobody@example.com', testPassword);
  t.equal(wrong.statusCode, 401);
  t.equal(wrong.body, unknown.body, 'S15: equal answers');
  t.equal(codeOf(wrong), 'bad_credentials');
  t.same(wrong.cookies, []);

  const right = await login(' OLIVE@example.com ');
  t.equal(right.statusCode, 200);
  const session = right.json<SessionAnswer>();
  t.match(session, { accessToken: /^eyJ/, expiresAt: /^2026-01-01T00:15:00/, agent: { email: 'olive@example.com' } });
  t.match(cookieOf(right), { httpOnly: true, sameSite: 'Strict', path: '/v1/auth' });
  t.match(cookieOf(right, 'pc_media'), { httpOnly: true, sameSite: 'Strict', path: '/v1/recordings' });
  t.equal(cookieOf(right)!.secure, undefined, 'on http://127.0.0.1 a secure cookie would be lost');
  t.equal(right.headers['cache-control'], 'no-store');
  t.match((await me(session.accessToken)).json(), { name: 'Olive Owner' });

  const https = await freshApp(t, { config: { publicOrigin: 'https://consult.example' } });
  await https.setup();
  t.equal(cookieOf(await https.login())!.secure, true);
});

t.test('[B2] access tokens end after 15 minutes; forged, foreign and unsigned ones are none', async (t) => {
  const { app, clock, setup, login, me } = await freshApp(t);
  await setup();
  const answer = await login();
  const { accessToken } = answer.json<SessionAnswer>();
  const [head, body, signature] = accessToken.split('.') as [string, string, string];
  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`;
  const raised = Buffer.from(Buffer.from(body, 'base64url').toString().replace(/"exp":\d+/, '"exp":9999999999')).toString('base64url');
  for (const [name, token] of Object.entries({
    garbage: 'x', empty: '', unsigned, raised: `${head}.${raised}.${signature}`, 'media for agent': cookieOf(answer, 'pc_media')!.value, 'refresh for agent': cookieOf(answer)!.value,
  })) {
    const refused = await me(token);
    t.equal(refused.statusCode, 401, name);
    t.equal(codeOf(refused), 'unauthenticated', name);
  }
  t.equal((await app.inject({ url: '/v1/auth/me', headers: { authorization: `Basic ${accessToken}` } })).statusCode, 401);
  t.equal((await app.inject({ url: '/v1/auth/me', cookies: { pc_media: cookieOf(answer, 'pc_media')!.value } })).statusCode, 401, 'the media cookie opens recordings alone');
  clock.advance(15 * 60_000 - 1000);
  t.equal((await me(accessToken)).statusCode, 200);
  clock.advance(1000);
  t.equal(codeOf(await me(accessToken)), 'token_expired');
});

t.test('[B8] refreshing rotates; two racing tabs stay in; a used token ends the session', async (t) => {
  const { app, clock, setup, login, refresh, me } = await freshApp(t);
  await setup();
  const first = cookieOf(await login())!.value;
  t.equal((await refresh(undefined)).statusCode, 401);
  t.equal((await refresh('made.up.token')).statusCode, 401);

  const one = await refresh(first);
  t.equal(one.statusCode, 200);
  const second = cookieOf(one)!.value;
  t.not(second, first);
  const tabs = await Promise.all([refresh(second), refresh(second), refresh(second), refresh(second), refresh(second)]);
  t.same(tabs.map(({ statusCode }) => statusCode), [200, 200, 200, 200, 200]);
  t.equal(new Set(tabs.map((tab) => cookieOf(tab)!.value)).size, 1, 'all end with the same cookie');
  const third = cookieOf(tabs[0]!)!.value;
  t.not(third, second);

  const { accessToken } = (await refresh(third)).json<SessionAnswer>();
  t.equal((await me(accessToken)).statusCode, 200);
  const stolen = await refresh(third);
  t.match([stolen.statusCode, codeOf(stolen)], [401, 'unauthenticated'], 'right after it: a thief\'s, or its owner\'s after the thief');
  t.equal(cookieOf(stolen)!.value, '', 'and the cookie goes');
  t.equal((await me(accessToken)).statusCode, 401, 'the session is over for everybody');
  const rows = await app.database.q.select().from(app.database.tables.sessions);
  t.notMatch(JSON.stringify(rows), new RegExp(first.slice(-20)), 'stored hashed');

  const older = cookieOf(await login())!.value;
  const newer = cookieOf(await refresh(older))!.value;
  await refresh(newer);
  t.equal((await refresh(older)).statusCode, 401, 'a token before the last');
  t.equal((await refresh(newer)).statusCode, 401);

  const idle = cookieOf(await login())!.value;
  // Not by the clock: thirty days of everybody's timers take minutes.
  await app.database.q.update(app.database.tables.sessions).set({ expiresAt: clock.now() });
  t.equal((await refresh(idle)).statusCode, 401, 'thirty days unused');
});

t.test('[B8] over real connections: a race has one successor, an answer that was cut off is given again, a replay is refused', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const origin = await app.listen();
  const { cookies } = await app.owner();
  const url = `${origin}/v1/auth/refresh`;
  const refresh = async (token: string) => {
    const answer = await fetch(url, { method: 'POST', headers: { cookie: `pc_refresh=${token}`, origin } });
    const next = /pc_refresh=([^;]*)/.exec(answer.headers.getSetCookie().join('\n'))?.[1] ?? '';
    return { status: answer.status, next, body: await answer.json() as SessionAnswer };
  };
  const race = await Promise.all(Array.from({ length: 5 }, () => refresh(cookies.pc_refresh!)));
  t.same(race.map(({ status }) => status), [200, 200, 200, 200, 200]);
  if (!t.equal(new Set(race.map(({ next }) => next)).size, 1)) return; // the session is over: what follows would wait for ever

  const used = race[0]!.next;
  const sessions = app.database.tables.sessions;
  const hashes = async () => (await app.database.q.select().from(sessions)).map(({ refreshHash }) => refreshHash).join();
  const before = await hashes();
  const cut = request(url, { method: 'POST', headers: { cookie: `pc_refresh=${used}` } }).on('error', () => {});
  cut.end();
  while ((await hashes()) === before) await new Promise((resolve) => setImmediate(resolve));
  cut.destroy();
  // Long after the answer would have gone out, so that nothing of it is in flight any more.
  await new Promise((resolve) => setTimeout(resolve, 3 * racingTabsMs));
  const retried = await refresh(used);
  t.equal(retried.status, 200, 'the connection closed before the answer');
  t.equal((await app.inject({ url: '/v1/auth/me', headers: { authorization: `Bearer ${retried.body.accessToken}` } })).statusCode, 200);
  t.equal((await refresh(used)).status, 401, 'once it has come, that is over');
  t.equal((await refresh(retried.next)).status, 401, 'and so is the session');
});

t.test('[B8] what a used token gets, case by case', async (t) => {
  const arrived = (request: number, at = 0): RotationEvent => ({ type: 'arrived', request, at });
  const rotated = (at = 0): RotationEvent => ({ type: 'rotated', at });
  const left = (request: number, delivered: boolean, at = 0): RotationEvent => ({ type: 'left', request, delivered, at });
  const grace = rotationGraceMs;
  const table: [string, RotationEvent[], number, RotationVerdict][] = [
    ['nothing is known: another process may know', [], 0, 'unknown'],
    ['shown twice at once, not exchanged', [arrived(1)], 0, 'unknown'],
    ['exchanged while both were open', [arrived(1), arrived(9), rotated()], 0, 'same'],
    ['came while the exchange was open', [arrived(1), rotated()], 0, 'same'],
    ['the exchange is out', [arrived(1), rotated(), left(1, true)], 0, 'refused'],
    ['the exchange went out while both were open', [arrived(1), arrived(9), rotated(), left(1, true)], 0, 'same'],
    ['one racing tab is still open', [arrived(1), arrived(2), rotated(), left(1, true)], 0, 'same'],
    ['all are out', [arrived(1), arrived(2), rotated(), left(1, true), left(2, true)], 0, 'refused'],
    ['two thieves at once do not vouch for each other', [arrived(1), rotated(), left(1, true), arrived(2)], 0, 'refused'],
    ['the answer was lost', [arrived(1), rotated(), left(1, false, 5)], 5 + grace, 'same'],
    ['the answer was lost long ago', [arrived(1), rotated(), left(1, false, 5)], 6 + grace, 'refused'],
    ['one of two answers was lost', [arrived(1), arrived(2), rotated(), left(1, true), left(2, false)], 0, 'refused'],
    ['the same, in the other order', [arrived(1), arrived(2), rotated(), left(1, false), left(2, true)], 0, 'refused'],
    ['lost, and given again', [arrived(1), rotated(), left(1, false), arrived(2), rotated(), left(2, true)], 0, 'refused'],
    ['a refused request that was cut off changes nothing', [arrived(1), rotated(), left(1, true), arrived(2), left(2, false)], 0, 'refused'],
    ['a chain of open requests ends', [arrived(1), rotated()], grace + 1, 'refused'],
  ];
  for (const [name, events, now, verdict] of table) {
    const all = events.some((event) => 'request' in event && event.request === 9) ? events : [...events, arrived(9, now)];
    t.equal(rotationVerdict(all.reduce(afterRotationEvent, unusedToken), 9, now), verdict, name);
  }

  const clock = fakeClock();
  const rotations = createRotations({ clock });
  rotations.shown('refused').left(false);
  const one = rotations.shown('token');
  t.equal(rotations.size, 1, 'what led nowhere is forgotten at once');
  one.rotated();
  one.left(true);
  clock.advance(grace);
  rotations.shown('other').left(false);
  t.equal(rotations.size, 1);
  clock.advance(1000);
  rotations.shown('other').left(false);
  t.equal(rotations.size, 0, 'and everything after the grace');
  for (let n = 0; n < 10_050; n++) rotations.shown(`token ${n}`);
  t.equal(rotations.size, 10_000);
});

t.test('[S17] renewing and signing out by the cookie are for the server\'s own pages, and for programs', async (t) => {
  const { app, setup, login, refresh, me } = await freshApp(t);
  await setup();
  const signedIn = await login();
  const token = cookieOf(signedIn)!.value;
  const { accessToken } = signedIn.json<SessionAnswer>();
  await app.database.q.update(app.database.tables.sites).set({ origins: ['https://shop.example'] });
  const logout = (origin: string) => app.inject({ method: 'POST', url: '/v1/auth/logout', cookies: { pc_refresh: token }, headers: { origin } });
  for (const origin of ['https://evil.example', 'https://shop.example', 'null', '', `${app.ownOrigins()[0]!}.evil.example`]) {
    for (const answer of [await refresh(token, { origin }), await logout(origin)]) {
      t.match([answer.statusCode, codeOf(answer), answer.cookies], [403, 'origin_forbidden', []], `"${origin}"`);
    }
  }
  t.equal((await me(accessToken)).statusCode, 200);
  const renewed = await refresh(token, { origin: app.ownOrigins()[0]! });
  t.equal(renewed.statusCode, 200);
  t.equal((await refresh(cookieOf(renewed)!.value)).statusCode, 200, 'a program sends none');
  t.equal((await logout(app.ownOrigins()[0]!)).statusCode, 204);
  t.equal((await me(accessToken)).statusCode, 401);
});

t.test('[B9] signing out ends the session, its tokens and its sockets', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const origin = await app.listen();
  const { accessToken, cookies, headers } = await app.owner();
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/v1/socket`, SUBPROTOCOL, { origin });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const events: { type?: string; ok?: boolean }[] = [];
  const greeted = new Promise<void>((resolve) => socket.on('message', (data: Buffer) => {
    events.push(JSON.parse(data.toString()) as { type?: string });
    resolve();
  }));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'hello', token: accessToken }));
  await greeted;
  t.match(events[0], { ok: true });

  const answer = await app.inject({ method: 'POST', url: '/v1/auth/logout', cookies });
  t.equal(answer.statusCode, 204);
  t.same(answer.cookies.map(({ name, value, path }) => [name, value, path]), [['pc_refresh', '', '/v1/auth'], ['pc_media', '', '/v1/recordings']]);
  t.equal(await closed, 4010);
  t.match(events.at(-1), { type: 'session.revoked', reason: 'signed_out' });
  t.equal((await app.inject({ url: '/v1/auth/me', headers })).statusCode, 401);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies })).statusCode, 401);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/logout', cookies })).statusCode, 204, 'twice is harmless');
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/logout' })).statusCode, 204);
});

t.test('[B3] a client without cookies signs out by its access token', async (t) => {
  const { app, setup, login } = await freshApp(t);
  await setup();
  const signedIn = await login();
  const { accessToken } = signedIn.json<SessionAnswer>();
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const cookies = Object.fromEntries(signedIn.cookies.map(({ name, value }) => [name, value]));
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/logout', headers })).statusCode, 204, 'and an empty body may be typed');
  t.equal((await app.inject({ url: '/v1/auth/me', headers })).statusCode, 401);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies })).statusCode, 401);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/logout', headers })).statusCode, 204, 'twice is harmless');
});

t.test('[S14] a new password ends all other sign-ins', async (t) => {
  const { app, setup, login, me } = await freshApp(t);
  await setup();
  const here = (await login()).json<SessionAnswer>().accessToken;
  const elsewhere = (await login()).json<SessionAnswer>().accessToken;
  const change = (currentPassword: string, newPassword: string) => app.inject({
    method: 'POST', url: '/v1/auth/password', headers: { authorization: `Bearer ${here}` }, payload: { currentPassword, newPassword },
  });
  t.equal(codeOf(await change('wrong horse battery', 'a much better one')), 'bad_credentials');
  t.equal(codeOf(await change(testPassword, 'short')), 'weak_password');
  t.equal(codeOf(await change(testPassword, testPassword)), 'weak_password');
  t.equal((await change(testPassword, 'a much better one')).statusCode, 204);
  t.equal((await me(here)).statusCode, 200);
  t.equal((await me(elsewhere)).statusCode, 401);
  t.equal((await login()).statusCode, 401);
  t.equal((await login('olive@example.com', 'a much better one')).statusCode, 200);
});

t.test('[S15] too many tries: told for how long, for the account and for the address', async (t) => {
  const { app, clock, setup, login } = await freshApp(t);
  await setup();
  const guess = (email: string, address: string) => login(email, 'wrong horse battery', address);
  for (let i = 0; i < 10; i++) t.equal((await guess('olive@example.com', `198.51.100.${i}`)).statusCode, 401);
  const limited = await login('olive@example.com', testPassword, '198.51.100.99');
  t.equal(limited.statusCode, 429, 'even the right password');
  t.match(limited.json(), { code: 'rate_limited', retryAfterMs: 15 * 60_000 });
  t.equal(limited.headers['retry-after'], '900');
  for (let i = 0; i < 10; i++) await guess('nobody@example.com', `203.0.113.${i}`);
  t.equal((await guess('nobody@example.com', '203.0.113.99')).body, limited.body, 'an unknown account is limited in the same way');
  clock.advance(15 * 60_000);
  t.equal((await login()).statusCode, 200);

  for (let i = 0; i < 30; i++) t.equal((await guess(`somebody${i}@example.com`, `2001:db8::${i}`)).statusCode, 401);
  t.equal((await guess('another@example.com', '2001:db8::ffff')).statusCode, 429, 'a /64 is one address');
  t.equal((await guess('another@example.com', '2001:db8:0:1::1')).statusCode, 401);

  clock.advance(15 * 60_000);
  for (let i = 0; i < 14; i++) await guess('stubborn@example.com', '192.0.2.1');
  t.equal((await login('olive@example.com', testPassword, '192.0.2.1')).statusCode, 200, 'one account that is limited leaves the office its tries');
  for (let i = 0; i < 20; i++) {
    t.equal((await guess(`sprayed${i}@example.com`, '192.0.2.1')).statusCode, 401);
    if (i % 10 === 0) t.equal((await login('olive@example.com', testPassword, '192.0.2.1')).statusCode, 200, 'to sign in costs nothing');
  }
  t.equal((await guess('sprayed20@example.com', '192.0.2.1')).statusCode, 429, 'nor does it forgive the guesses at others');

  const open = await freshApp(t, { config: { rateLimits: false } });
  await open.setup();
  for (let i = 0; i < 80; i++) await open.login('olive@example.com', 'wrong horse battery');
  t.equal((await open.login()).statusCode, 200, 'RATE_LIMITS=off, for load tests');
  t.ok(app);
});

t.test('[B16] roles: admins add colleagues, only owners add owners, agents add nobody', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const [ownerOf, admin, agent] = [await app.owner(), await app.agent('admin'), await app.agent('agent')];
  let count = 0;
  const add = (headers: object, role: string, email = `new${++count}@example.com`) => app.inject({
    method: 'POST', url: '/v1/agents', headers: { ...headers }, payload: { name: 'New', email, password: testPassword, role },
  });
  t.equal((await add(ownerOf.headers, 'owner')).statusCode, 201);
  t.equal((await add(admin.headers, 'admin')).statusCode, 201);
  t.equal(codeOf(await add(admin.headers, 'owner')), 'forbidden');
  t.equal(codeOf(await add(agent.headers, 'agent')), 'forbidden');
  t.equal(codeOf(await add((await app.visitor()).headers, 'agent')), 'forbidden');
  t.equal(codeOf(await add(ownerOf.headers, 'agent', 'OWNER@example.com')), 'email_taken');
  t.equal((await app.inject({ method: 'PATCH', url: `/v1/sites/${ownerOf.site.id}`, headers: agent.headers, payload: { name: 'x' } })).statusCode, 403);
  const list = (await app.inject({ url: '/v1/agents?limit=2', headers: agent.headers })).json<{ items: object[]; next: string }>();
  t.equal(list.items.length, 2);
  t.notMatch(JSON.stringify(list), /scrypt|hash/i, 'S8');
  const rest = (await app.inject({ url: `/v1/agents?limit=100&cursor=${list.next}`, headers: agent.headers })).json<{ items: object[]; next: null }>();
  t.equal(rest.items.length, 3);
  t.equal(rest.next, null);

  const { agents } = app.database.tables;
  await app.database.q.update(agents).set({ status: 'disabled' }).where((await import('drizzle-orm')).eq(agents.id, agent.agent.id));
  t.equal((await app.inject({ url: '/v1/agents', headers: agent.headers })).statusCode, 401, 'a disabled account is out at once');
});
