import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import type { SessionAnswer } from '../../protocol/http.ts';
import type { AccountSession, AuditEntry, Me } from '../../protocol/team.ts';
import { MailRefused, type Mailer, type MailMessage } from '../mail/mailer.ts';
import { connect } from '../testing/test-socket.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp, testPassword, type TestApp, type TestAppOptions } from '../testing/test-app.ts';
import { afterAnswerMs } from './auth.ts';
import { deviceName } from './device-name.ts';
import { resetLinkMs } from './password-resets.ts';
import { preferencesOf } from './preferences.ts';

// One's own account: forgotten passwords, sign-ins, switches; and what the audit log says of them.

const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const codeOf = (answer: LightMyRequestResponse) => answer.json<{ code: string }>().code;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A mailbox that takes everything. */
function mailbox(): Mailer & { sent: MailMessage[] } {
  const sent: MailMessage[] = [];
  return { sent, from: { name: 'Consult', address: 'consult@example.com' }, send: async (mail) => void sent.push(mail), close: () => {} };
}

async function house(t: Test, options: TestAppOptions = {}) {
  const clock = fakeClock();
  const box = mailbox();
  const app = await testApp({ clock, mailer: box, ...options });
  t.teardown(() => app.close());
  const post = (url: string, payload?: object, more: Partial<InjectOptions> = {}) => app.inject({ method: 'POST', url, ...(payload && { payload }), ...more });
  return {
    app, clock, box, post,
    login: (email: string, password = testPassword, headers: Record<string, string> = {}) => post('/v1/auth/login', { email, password }, { headers }),
    me: (headers: Record<string, string>) => app.inject({ url: '/v1/auth/me', headers }),
    /** Asks for a link and gives what was mailed. */
    async forgot(email: string, more: object = {}) {
      const before = box.sent.length;
      const answer = await post('/v1/auth/password-reset', { email, ...more });
      clock.advance(afterAnswerMs);
      await done(app);
      return { answer, mails: box.sent.slice(before) };
    },
    confirm: (token: string, password: string, more: Partial<InjectOptions> = {}) => post('/v1/auth/password-reset/confirm', { token, password }, more),
    audit: async (action: string) => (await app.inject({ url: `/v1/audit?action=${action}`, headers: (await app.owner()).headers })).json<{ items: AuditEntry[] }>().items,
  };
}
/** Lets what goes on after an answer come to its end. */
async function done(app: TestApp): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await app.database.q.select().from(app.database.tables.organisations);
  }
}
const tokenIn = (mail: MailMessage | undefined) => /#\/reset\?token=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';

t.test('[B11] [S25] a forgotten password: the old one works until the mailed link is used, which is good once', async (t) => {
  const { app, login, forgot, confirm, audit } = await house(t);
  const { agent } = await app.agent('agent');
  const { answer, mails } = await forgot(` ${agent.email.toUpperCase()}`);
  t.equal(answer.statusCode, 204);
  t.match(mails, [{ to: agent.email, text: /http:\/\/127\.0\.0\.1:8080\/admin\/#\/reset\?token=/ }]);
  const token = tokenIn(mails[0]);
  t.equal((await login(agent.email)).statusCode, 200, 'the old password still works');

  t.equal(codeOf(await confirm(token, 'short')), 'weak_password');
  t.equal(codeOf(await confirm(token, agent.email)), 'weak_password');
  t.equal((await confirm(token, 'a quite new one')).statusCode, 204, 'a weak one did not use it up');
  t.equal((await login(agent.email)).statusCode, 401);
  t.equal((await login(agent.email, 'a quite new one')).statusCode, 200);
  t.equal(codeOf(await confirm(token, 'and another one')), 'gone');
  t.equal(codeOf(await confirm('x'.repeat(43), 'and another one')), 'gone', 'the same for one that never was');
  t.match(await audit('password'), [
    { action: 'password.reset', actor: { id: agent.id }, target: { id: agent.id }, address: '127.0.0.1' },
    { action: 'password.reset_requested', actor: { kind: 'nobody' }, target: { id: agent.id } },
  ]);
  t.notOk(app.log().includes(token), 'no secret in the log');
});

t.test('[B4] [B11] [S15] the answer is the same for everybody, at once, and only an active account gets mail', async (t) => {
  const { app, post, clock, box, forgot } = await house(t);
  const { agent } = await app.agent('agent');
  const { headers } = await app.owner();
  const ask = (email: string) => post('/v1/auth/password-reset', { email });
  const [known, unknown] = [await ask(agent.email), await ask('nobody@example.com')];
  const shape = ({ statusCode, body, headers: { date: _date, 'x-request-id': _id, ...rest } }: LightMyRequestResponse) => ({ statusCode, body, names: Object.keys(rest).sort() });
  t.same(shape(known), shape(unknown));
  await done(app);
  const resets = app.database.tables.passwordResets;
  t.same([box.sent.length, (await app.database.q.select().from(resets)).length], [0, 0], 'nothing is done before the answer is out');
  clock.advance(afterAnswerMs);
  await done(app);
  t.same(box.sent.map(({ to }) => to), [agent.email]);
  t.equal((await app.database.q.select().from(resets)).length, 1);
  t.notOk(JSON.stringify(await app.database.q.select().from(resets)).includes(tokenIn(box.sent[0])), 'the secret itself is not stored');

  await app.inject({ method: 'PATCH', url: `/v1/agents/${agent.id}`, headers, payload: { status: 'disabled' } });
  t.same((await forgot(agent.email)).mails, [], 'a disabled account gets none');
});

t.test('[B11] a link ends after an hour; using one, or changing the password, kills the others', async (t) => {
  const { app, clock, post, forgot, confirm, login } = await house(t);
  const { agent } = await app.agent('agent');
  const link = async () => tokenIn((await forgot(agent.email)).mails[0]);
  const late = await link();
  clock.advance(resetLinkMs);
  t.equal(codeOf(await confirm(late, 'a quite new one')), 'gone');
  const [first, second] = [await link(), await link()];
  t.not(first, second);
  t.equal((await confirm(second, 'a quite new one')).statusCode, 204);
  t.equal(codeOf(await confirm(first, 'and another one')), 'gone');
  const third = await link();
  const session = (await login(agent.email, 'a quite new one')).json<SessionAnswer>();
  t.equal((await post('/v1/auth/password', { currentPassword: 'a quite new one', newPassword: 'the newest of all' }, { headers: bearer(session.accessToken) })).statusCode, 204);
  t.equal(codeOf(await confirm(third, 'and another one')), 'gone');
});

t.test('[S14] a reset ends every sign-in and closes every socket of the account, and of nobody else', async (t) => {
  const { app, forgot, confirm, me, login } = await house(t);
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const owner = await app.owner();
  const { agent, headers, accessToken, cookies } = await app.agent('agent');
  const other = (await login(agent.email)).json<SessionAnswer>();
  const sockets = await Promise.all([accessToken, other.accessToken].map((token) => connect({ url, token, origin })));
  const mine = await connect({ url, token: owner.accessToken, origin });
  t.equal((await confirm(tokenIn((await forgot(agent.email)).mails[0]), 'a quite new one')).statusCode, 204);
  for (const socket of sockets) {
    t.equal((await socket.closed).code, 4010);
    t.match(socket.events.at(-1), { type: 'session.revoked', reason: 'password_changed' });
  }
  t.same([(await me(headers)).statusCode, (await me(bearer(other.accessToken))).statusCode], [401, 401]);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies })).statusCode, 401);
  t.equal((await me(owner.headers)).statusCode, 200);
  await mine.settled();
  await mine.close();
});

t.test('[B11] [S26] a link raced by many sets one password', async (t) => {
  const { app, forgot, confirm, login } = await house(t);
  const { agent } = await app.agent('agent');
  const token = tokenIn((await forgot(agent.email)).mails[0]);
  const passwords = ['first of the four', 'second of the four', 'third of the four', 'fourth of the four'];
  const codes = await Promise.all(passwords.map(async (password) => (await confirm(token, password)).statusCode));
  t.same(codes.toSorted(), [204, 410, 410, 410]);
  const works = await Promise.all(passwords.map(async (password) => (await login(agent.email, password)).statusCode === 200));
  t.same(works, codes.map((code) => code === 204));
});

t.test('[S15] throttles: many requests for one account are silent, many from one address are told; wrong links too', async (t) => {
  const { app, clock, post, box, confirm, audit } = await house(t);
  const { agent } = await app.agent('agent');
  const codes: number[] = [];
  for (let n = 0; n < 12; n++) codes.push((await post('/v1/auth/password-reset', { email: agent.email }, { remoteAddress: `192.0.2.${n}` })).statusCode);
  clock.advance(afterAnswerMs);
  await done(app);
  t.same(codes, Array.from({ length: 12 }, () => 204), 'an attacker learns nothing');
  t.equal(box.sent.length, 5, 'and cannot flood the mailbox');

  const many: LightMyRequestResponse[] = [];
  for (let n = 0; n < 21; n++) many.push(await post('/v1/auth/password-reset', { email: `nobody${n}@example.com` }, { remoteAddress: '198.51.100.7' }));
  t.same(many.map(({ statusCode }) => statusCode), [...Array.from({ length: 20 }, () => 204), 429]);
  t.ok(many.at(-1)!.json<{ retryAfterMs: number }>().retryAfterMs > 0);

  const wrong: number[] = [];
  for (let n = 0; n < 31; n++) wrong.push((await confirm(`${n}`.repeat(20), 'a quite new one', { remoteAddress: '203.0.113.9' })).statusCode);
  t.same([wrong[29], wrong[30]], [410, 429]);
  t.equal((await audit('password.reset_requested')).length, 5);
});

t.test('[B11] an admin hands a link over; not for an owner, not for themselves, not across organisations', async (t) => {
  const { app, confirm, login, audit } = await house(t);
  const owner = await app.owner();
  const admin = await app.agent('admin');
  const agent = await app.agent('agent');
  const make = (id: string, headers: Record<string, string>) => app.inject({ method: 'POST', url: `/v1/agents/${id}/password-reset`, headers });
  t.equal((await make(owner.agent.id, admin.headers)).statusCode, 403);
  t.equal((await make(admin.agent.id, admin.headers)).statusCode, 403);
  t.equal((await make(agent.agent.id, agent.headers)).statusCode, 403);
  t.equal((await make('somebody', admin.headers)).statusCode, 404);
  const answer = await make(agent.agent.id, admin.headers);
  t.equal(answer.statusCode, 201);
  t.equal(answer.headers['cache-control'], 'no-store');
  const { link, expiresAt } = answer.json<{ link: string; expiresAt: string }>();
  t.equal(expiresAt, new Date(app.clock.now() + resetLinkMs).toISOString());
  t.match(await audit('password.reset_link_made'), [{ actor: { id: admin.agent.id }, target: { id: agent.agent.id } }]);
  t.equal((await confirm(link.split('token=')[1]!, 'a quite new one')).statusCode, 204);
  t.equal((await login(agent.agent.email, 'a quite new one')).statusCode, 200);
  t.equal((await make(owner.agent.id, owner.headers)).statusCode, 403, 'not for oneself, owner or not');
  await app.inject({ method: 'PATCH', url: `/v1/agents/${agent.agent.id}`, headers: owner.headers, payload: { status: 'disabled' } });
  t.equal((await make(agent.agent.id, owner.headers)).statusCode, 409);
});

t.test('[B11] a mail server that fails changes nothing of the answer', async (t) => {
  const { app, forgot } = await house(t, { mailer: { ...mailbox(), send: async () => { throw new MailRefused('no'); } } });
  const { agent } = await app.agent('agent');
  t.equal((await forgot(agent.email)).answer.statusCode, 204);
  t.equal((await app.inject({ url: '/readyz' })).statusCode, 200);
});

t.test('[B9] [S14] sign-ins are listed in words and ended one by one', async (t) => {
  const { app, me, login, audit } = await house(t);
  const { agent, headers } = await app.agent('agent');
  const stranger = await app.agent('agent');
  const laptop = (await login(agent.email, testPassword, { 'user-agent': chrome })).json<SessionAnswer>();
  const list = async (of: Record<string, string>) => (await app.inject({ url: '/v1/auth/sessions', headers: of })).json<{ items: AccountSession[] }>().items;
  const seen = await list(headers);
  t.match(seen, [{ device: 'Chrome on Windows', current: false }, { device: 'lightMyRequest', current: true }]);
  t.match(seen[0], { createdAt: '2026-01-01T00:00:00.000Z', lastUsedAt: '2026-01-01T00:00:00.000Z' });

  const origin = await app.listen();
  const socket = await connect({ url: origin.replace('http', 'ws'), token: laptop.accessToken, origin });
  const end = (id: string, of: Record<string, string>) => app.inject({ method: 'DELETE', url: `/v1/auth/sessions/${id}`, headers: of });
  t.equal((await end(seen[0]!.id, stranger.headers)).statusCode, 404, 'somebody else’s');
  t.equal((await me(bearer(laptop.accessToken))).statusCode, 200);
  t.equal((await end(seen[0]!.id, headers)).statusCode, 204);
  t.equal((await socket.closed).code, 4010);
  t.equal((await me(bearer(laptop.accessToken))).statusCode, 401);
  t.equal((await end(seen[0]!.id, headers)).statusCode, 404, 'it is over');
  t.equal((await list(headers)).length, 1);
  t.match(await audit('session.ended'), [{ actor: { id: agent.id } }]);
});

t.test('[B3] [S14] signing out everywhere ends all of one’s own, with sockets and pushes', async (t) => {
  const { app, me, login, audit, clock } = await house(t);
  const owner = await app.owner();
  const { agent, headers, accessToken } = await app.agent('agent');
  const second = (await login(agent.email)).json<SessionAnswer>();
  const { q, tables } = app.database;
  const [sessionId] = (await q.select().from(tables.sessions)).filter(({ agentId }) => agentId === agent.id).map(({ id }) => id);
  await q.insert(tables.pushSubscriptions).values({ id: 'p', organisationId: agent.organisationId, agentId: agent.id, sessionId: sessionId!, endpoint: 'https://push.example/1', p256dh: 'x', auth: 'y', createdAt: clock.now() });
  const origin = await app.listen();
  const socket = await connect({ url: origin.replace('http', 'ws'), token: accessToken, origin });
  const answer = await app.inject({ method: 'POST', url: '/v1/auth/logout-everywhere', headers });
  t.equal(answer.statusCode, 204);
  t.same(answer.cookies.map(({ name, value }) => [name, value]), [['pc_refresh', ''], ['pc_media', '']]);
  t.equal((await socket.closed).code, 4010);
  t.match(socket.events.at(-1), { type: 'session.revoked', reason: 'signed_out' });
  t.same([(await me(headers)).statusCode, (await me(bearer(second.accessToken))).statusCode, (await me(owner.headers)).statusCode], [401, 401, 200]);
  t.same(await q.select().from(tables.pushSubscriptions), []);
  t.match(await audit('session.ended_everywhere'), [{ actor: { id: agent.id } }]);
});

t.test('[B2] one’s own switches have defaults and change one by one, also at the same time', async (t) => {
  const { app, me } = await house(t);
  const { headers, agent } = await app.agent('agent');
  const change = (payload: object) => app.inject({ method: 'PATCH', url: '/v1/auth/me', headers, payload });
  t.match((await me(headers)).json<Me>(), { id: agent.id, email: agent.email, role: 'agent', preferences: { locale: null, mailNotices: true, pushCalls: true, pushMessages: true } });
  await Promise.all([change({ preferences: { locale: 'ko' } }), change({ preferences: { mailNotices: false } }), change({ name: '  Bo  ' })]);
  t.match((await me(headers)).json<Me>(), { name: 'Bo', preferences: { locale: 'ko', mailNotices: false, pushCalls: true, pushMessages: true } });
  t.match((await change({ preferences: { locale: null } })).json<Me>(), { preferences: { locale: null, mailNotices: false } });
  for (const payload of [{ preferences: { locale: 'xx' } }, { name: ' ' }, { preferences: { mailNotices: 'no' } }]) t.equal((await change(payload)).statusCode, 400);
  t.match((await change({ role: 'owner', preferences: { admin: true } })).json(), { role: 'agent' }, 'nothing else');
  t.same(preferencesOf({ settings: { locale: 'de', pushCalls: 'yes' } }), { locale: null, mailNotices: true, pushCalls: true, pushMessages: true }, 'what is no switch stands at its default');
});

t.test('[N10] sign-ins are written down with how and where from; wrong ones too when there is such an account', async (t) => {
  const { app, clock, login, audit } = await house(t);
  const { agent } = await app.agent('agent');
  const { headers } = await app.owner();
  await login(agent.email, testPassword, { 'user-agent': chrome });
  t.match((await audit('session.created'))[1] ?? {}, { actor: { id: agent.id, name: agent.name }, detail: { how: 'password', device: 'Chrome on Windows' }, address: '127.0.0.1' });
  await login(agent.email, 'wrong horse battery', { 'user-agent': chrome });
  await login('nobody@example.com', 'wrong horse battery');
  t.same(await audit('session.refused'), [], 'not before the answer is out: its time would tell');
  clock.advance(afterAnswerMs);
  t.match(await audit('session.refused'), [{ actor: { kind: 'nobody' }, target: { id: agent.id }, detail: { device: 'Chrome on Windows' } }]);
  t.equal((await audit('session.refused')).length, 1);
  t.match((await app.inject({ url: `/v1/agents/${agent.id}`, headers })).json(), { lastSeenAt: '2026-01-01T00:00:00.000Z' });
});

t.test('[B1] an account without a password fits none, in the same time', async (t) => {
  const { app, login } = await house(t);
  const { agent } = await app.agent('agent');
  const { agents } = app.database.tables;
  await app.database.q.update(agents).set({ passwordHash: '' });
  for (const password of ['x', testPassword]) t.equal(codeOf(await login(agent.email, password)), 'bad_credentials');
});

t.test('[O7] what programs say of themselves, in words', async (t) => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  for (const [userAgent, name] of [
    [chrome, 'Chrome on Windows'], [`Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/140.0 Safari/537.36 Edg/140.0`, 'Edge on Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15', 'Safari on macOS'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1', 'Chrome on iOS'],
    [`Mozilla/5.0 (Linux; Android 16; SM-S938N) ${webkit} SamsungBrowser/29.0 Chrome/136.0 Mobile Safari/537.36`, 'Samsung Internet on Android'],
    [`Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/140.0 Whale/4.33 Safari/537.36`, 'Whale on Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'], ['curl/8.5.0', 'curl'], ['node', 'node'],
    ['Mozilla/5.0 (Windows NT 10.0)', 'Windows'], ['<script>alert(1)</script>', ''], ['', ''], [null, ''], [undefined, ''],
  ] as const) t.equal(deviceName(userAgent), name);
});
