import type { LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import type { SessionAnswer } from '../../protocol/http.ts';
import type { AuditEntry, InvitationAnswer, InvitationLook } from '../../protocol/team.ts';
import type { Mailer, MailMessage } from '../mail/mailer.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp, testPassword, type TestAppOptions } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import { invitationMs } from './invitations.ts';

// The team: who joins, who may do what to whom, who is out.

type Headers = Record<string, string>;
const codeOf = (answer: LightMyRequestResponse) => (answer.statusCode < 400 ? String(answer.statusCode) : answer.json<{ code: string }>().code);
const tokenOf = (answer: LightMyRequestResponse) => answer.json<InvitationAnswer>().link.split('token=')[1]!;

async function house(t: Test, options: TestAppOptions = {}) {
  const clock = fakeClock();
  const mails: MailMessage[] = [];
  const mailer: Mailer = { from: { name: '', address: 'consult@example.com' }, send: async (mail) => void mails.push(mail), close: () => {} };
  const app = await testApp({ clock, mailer, ...options });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, headers: Headers, payload?: object) => app.inject({ method, url, headers, ...(payload && { payload }) });
  return {
    app, clock, mails, owner, send,
    invite: (headers: Headers, email = 'new@example.com', role = 'agent', more: object = {}) => send('POST', '/v1/invitations', headers, { email, role, ...more }),
    look: (token: string) => send('POST', '/v1/invitations/look', {}, { token }),
    accept: (token: string, more: object = {}) => send('POST', '/v1/invitations/accept', {}, { token, name: 'New One', password: testPassword, ...more }),
    change: (headers: Headers, id: string, patch: object) => send('PATCH', `/v1/agents/${id}`, headers, patch),
    invitations: async () => (await send('GET', '/v1/invitations', (await app.owner()).headers)).json<{ items: { email: string; state: string }[] }>().items,
    audit: async (action: string) => (await send('GET', `/v1/audit?action=${action}`, (await app.owner()).headers)).json<{ items: AuditEntry[] }>().items,
    /** Another owner, signed in. */
    async secondOwner() {
      const second = await app.agent('admin');
      await send('PATCH', `/v1/agents/${second.agent.id}`, owner.headers, { role: 'owner' });
      return second;
    },
  };
}

t.test('[B16] [S25] an e-mail is one address: nothing that mail programs would read as another one, or as two', async (t) => {
  const { owner, invite, mails } = await house(t);
  for (const email of ['<olive@example.com>', 'x<olive@example.com>', 'olive@example.com>', 'a,olive@example.com', 'olive@example.com,b', 'a:olive@example.com', 'a;olive@example.com', '"a"olive@example.com',
    '(a)olive@example.com', 'olive@example.com\u0000', 'olive@example.com\u0007', 'o\\live@example.com', 'a@b@example.com', 'a b@example.com', '@example.com', 'olive@', 'nobody']) {
    t.equal(codeOf(await invite(owner.headers, email)), 'bad_request', JSON.stringify(email));
  }
  t.equal(mails.length, 0);
  for (const email of ["o'hara+shop=1@sub.example.co.kr", '민수@예시.한국', 'a.b_c%d!#$&*/?^`{|}~-@example.com']) t.equal((await invite(owner.headers, email)).statusCode, 201, email);
});

t.test('[B16] [S26] an invitation: mailed and copyable, good once, makes the account and signs in', async (t) => {
  const { app, owner, mails, invite, look, accept, invitations, audit } = await house(t);
  const answer = await invite(owner.headers, 'New@Example.com', 'admin', { name: 'Nia', locale: 'ko' });
  t.equal(answer.statusCode, 201);
  t.equal(answer.headers['cache-control'], 'no-store');
  const { invitation, link, mailed } = answer.json<InvitationAnswer>();
  t.match(invitation, { email: 'new@example.com', name: 'Nia', role: 'admin', invitedBy: 'Olive Owner', state: 'open', expiresAt: '2026-01-08T00:00:00.000Z' });
  t.match(link, /^http:\/\/127\.0\.0\.1:8080\/admin\/#\/invitation\?token=[\w-]{43}$/);
  t.equal(mailed, true);
  const token = tokenOf(answer);
  t.same((await look(token)).json<InvitationLook>(), { email: 'new@example.com', name: 'Nia', organisation: 'My organisation', invitedBy: 'Olive Owner', role: 'admin' });
  for (let turn = 0; mails.length === 0 && turn < 5000; turn++) await new Promise((resolve) => setImmediate(resolve)); // it is sent after the answer
  t.equal(mails.filter(({ to, text }) => to === 'new@example.com' && text.includes(link)).length, 1);

  t.equal(codeOf(await accept(token, { password: 'short' })), 'weak_password');
  t.equal(codeOf(await accept(token, { password: 'new@example.com' })), 'weak_password');
  const accepted = await accept(token);
  t.equal(accepted.statusCode, 201);
  const session = accepted.json<SessionAnswer>();
  t.match(session.agent, { email: 'new@example.com', name: 'New One', role: 'admin', status: 'active' });
  t.match(accepted.cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]), [['pc_refresh', true, 'Strict'], ['pc_media', true, 'Strict']]);
  t.equal((await app.inject({ url: '/v1/auth/me', headers: { authorization: `Bearer ${session.accessToken}` } })).statusCode, 200);
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'new@example.com', password: testPassword } })).statusCode, 200);
  for (const again of [await accept(token), await look(token), await accept('x'.repeat(43)), await look('x')]) t.equal(codeOf(again), 'gone');
  t.match(await invitations(), [{ state: 'accepted' }]);
  t.match(await audit('invitation'), [
    { action: 'invitation.accepted', actor: { name: 'New One' }, detail: { role: 'admin' } }, { action: 'invitation.created', actor: { name: 'Olive Owner' }, target: { name: 'new@example.com' } },
  ]);
  t.notOk(app.log().includes(token));
  t.notOk(JSON.stringify(await app.database.q.select().from(app.database.tables.invitations)).includes(token));
});

t.test('[B16] an invitation ends: after 7 days, when revoked, when sent again, when another is made for the address', async (t) => {
  const { app, owner, clock, invite, look, accept, send, invitations, audit } = await house(t);
  const first = await invite(owner.headers);
  const { q, tables } = app.database;
  t.same((await q.select().from(tables.invitations)).map(({ expiresAt }) => expiresAt), [clock.now() + invitationMs]);
  await q.update(tables.invitations).set({ expiresAt: clock.now() + 1 }); // a week of a whole server's timers takes a while
  t.equal((await look(tokenOf(first))).statusCode, 200);
  clock.advance(1);
  t.equal(codeOf(await look(tokenOf(first))), 'gone');
  t.equal(codeOf(await accept(tokenOf(first))), 'gone');
  t.match(await invitations(), [{ state: 'expired' }]);

  const { headers } = owner;
  const { id } = first.json<InvitationAnswer>().invitation;
  const resent = await send('POST', `/v1/invitations/${id}/resend`, headers);
  t.match(resent.json<InvitationAnswer>(), { invitation: { id, state: 'open' }, mailed: true });
  t.equal(codeOf(await look(tokenOf(first))), 'gone', 'the old link stays dead');
  t.equal((await look(tokenOf(resent))).statusCode, 200);

  const second = await invite(headers, 'NEW@example.com');
  t.equal(codeOf(await look(tokenOf(resent))), 'gone', 'one open invitation an address');
  t.same((await invitations()).map(({ state }) => state), ['open', 'revoked']);
  const { id: secondId } = second.json<InvitationAnswer>().invitation;
  const revoke = (which: string) => send('DELETE', `/v1/invitations/${which}`, headers);
  t.same([codeOf(await revoke(secondId)), codeOf(await revoke(secondId)), codeOf(await revoke('nothing'))], ['204', '204', 'not_found']);
  t.equal(codeOf(await accept(tokenOf(second))), 'gone');
  t.equal(codeOf(await send('POST', `/v1/invitations/${secondId}/resend`, headers)), 'conflict');
  t.equal((await audit('invitation.revoked')).length, 1);

  const third = await invite(headers);
  await accept(tokenOf(third));
  t.equal(codeOf(await revoke(third.json<InvitationAnswer>().invitation.id)), 'conflict', 'accepted');
  t.equal(codeOf(await invite(headers)), 'email_taken');
});

t.test('[S5] admins invite admins and agents, owners everybody, agents nobody', async (t) => {
  const { app, owner, invite, send } = await house(t);
  const admin = await app.agent('admin');
  const agent = await app.agent('agent');
  t.equal(codeOf(await invite(admin.headers, 'a@example.com', 'owner')), 'forbidden');
  t.equal(codeOf(await invite(admin.headers, 'a@example.com', 'admin')), '201');
  t.equal(codeOf(await invite(agent.headers, 'b@example.com')), 'forbidden');
  const { id } = (await invite(owner.headers, 'c@example.com', 'owner')).json<InvitationAnswer>().invitation;
  t.equal(codeOf(await send('POST', `/v1/invitations/${id}/resend`, admin.headers)), 'forbidden', 'nor take an owner’s link over');
  t.equal(codeOf(await send('DELETE', `/v1/invitations/${id}`, admin.headers)), 'forbidden');
  t.equal(codeOf(await invite(owner.headers, admin.agent.email)), 'email_taken');
  t.equal(codeOf(await invite(owner.headers, 'no address')), 'bad_request');
});

t.test('[S26] who is out, or lower now, leaves no way in behind', async (t) => {
  const { app, owner, invite, look, change, secondOwner } = await house(t);
  const admin = await app.agent('admin');
  const second = await secondOwner();
  const byAdmin = tokenOf(await invite(admin.headers, 'a@example.com', 'admin'));
  const ownerBySecond = tokenOf(await invite(second.headers, 'b@example.com', 'owner'));
  const agentBySecond = tokenOf(await invite(second.headers, 'c@example.com', 'agent'));
  await change(owner.headers, second.agent.id, { role: 'admin' });
  t.same([codeOf(await look(ownerBySecond)), codeOf(await look(agentBySecond)), codeOf(await look(byAdmin))], ['gone', '200', '200']);
  await change(owner.headers, admin.agent.id, { status: 'disabled' });
  t.equal(codeOf(await look(byAdmin)), 'gone');
});

t.test('[B16] [S5] an admin changes agents and admins, never owners; nobody changes their own role or disables themselves', async (t) => {
  const { app, owner, change, audit } = await house(t);
  const admin = await app.agent('admin');
  const agent = await app.agent('agent');
  t.match((await change(admin.headers, agent.agent.id, { name: ' Bo ', capacity: 4 })).json(), { name: 'Bo', capacity: 4, role: 'agent', status: 'active' });
  t.match((await change(admin.headers, agent.agent.id, { capacity: null })).json(), { name: 'Bo', capacity: null });
  t.match((await change(admin.headers, agent.agent.id, { role: 'admin' })).json(), { role: 'admin' });
  t.match((await change(admin.headers, agent.agent.id, { role: 'agent' })).json(), { role: 'agent' });
  const refusals: [Headers, string, object][] = [
    [admin.headers, agent.agent.id, { role: 'owner' }], [admin.headers, owner.agent.id, { name: 'X' }], [admin.headers, owner.agent.id, { role: 'agent' }],
    [admin.headers, owner.agent.id, { status: 'disabled' }], [admin.headers, admin.agent.id, { role: 'owner' }], [admin.headers, admin.agent.id, { role: 'agent' }],
    [admin.headers, admin.agent.id, { status: 'disabled' }], [owner.headers, owner.agent.id, { role: 'admin' }], [owner.headers, owner.agent.id, { status: 'disabled' }],
    [agent.headers, agent.agent.id, { name: 'X' }], [agent.headers, admin.agent.id, { status: 'disabled' }],
  ];
  for (const [headers, id, patch] of refusals) t.match(codeOf(await change(headers, id, patch)), /^(forbidden|last_owner)$/, JSON.stringify(patch));
  t.equal(codeOf(await change(owner.headers, 'nobody', { name: 'X' })), 'not_found');
  t.match((await change(owner.headers, owner.agent.id, { name: 'Olivia', role: 'owner', status: 'active' })).json(), { name: 'Olivia' }, 'what stays as it is may be said');
  t.equal(codeOf(await change(owner.headers, agent.agent.id, { capacity: -1 })), 'bad_request');
  t.match((await app.inject({ url: `/v1/agents/${agent.agent.id}`, headers: agent.headers })).json(), { id: agent.agent.id, name: 'Bo' });
  t.match(await audit('agent.role_changed'), [{ detail: { from: 'admin', to: 'agent' } }, { actor: { id: admin.agent.id }, target: { id: agent.agent.id }, detail: { from: 'agent', to: 'admin' } }]);
});

t.test('[B12] [S14] who is disabled is out at once, with sockets, pushes and links; and restored signs in again', async (t) => {
  const { app, owner, change, audit } = await house(t);
  const { agent, headers, accessToken, cookies } = await app.agent('agent');
  const { q, tables } = app.database;
  const [session] = (await q.select().from(tables.sessions)).filter(({ agentId }) => agentId === agent.id);
  await q.insert(tables.pushSubscriptions).values({ id: 'p', organisationId: agent.organisationId, agentId: agent.id, sessionId: session!.id, endpoint: 'https://push.example/1', p256dh: 'x', auth: 'y', createdAt: 1 });
  const { link } = (await app.inject({ method: 'POST', url: `/v1/agents/${agent.id}/password-reset`, headers: owner.headers })).json<{ link: string }>();
  const origin = await app.listen();
  const socket = await connect({ url: origin.replace('http', 'ws'), token: accessToken, origin });
  t.match((await change(owner.headers, agent.id, { status: 'disabled' })).json(), { status: 'disabled' });
  t.equal((await socket.closed).code, 4010);
  t.match(socket.events.at(-1), { type: 'session.revoked', reason: 'account_disabled' });
  const login = () => app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: agent.email, password: testPassword } });
  const closed = [await app.inject({ url: '/v1/auth/me', headers }), await app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies }), await login()];
  t.same(closed.map(codeOf), ['unauthenticated', 'unauthenticated', 'bad_credentials']);
  t.same(await q.select().from(tables.pushSubscriptions), []);

  t.match((await change(owner.headers, agent.id, { status: 'active' })).json(), { status: 'active' });
  t.equal(codeOf(await app.inject({ url: '/v1/auth/me', headers })), 'unauthenticated', 'what ended stays over');
  t.equal(codeOf(await app.inject({ method: 'POST', url: '/v1/auth/password-reset/confirm', payload: { token: link.split('token=')[1], password: 'a quite new one' } })), 'gone');
  t.equal((await login()).statusCode, 200);
  t.same((await audit('agent')).slice(0, 2).map(({ action }) => action), ['agent.restored', 'agent.disabled']);
});

t.test('[B16] a new role counts at once: the token looks it up, the socket comes back', async (t) => {
  const { app, owner, change } = await house(t);
  const { agent, headers, accessToken } = await app.agent('agent');
  const origin = await app.listen();
  const url = origin.replace('http', 'ws');
  const socket = await connect({ url, token: accessToken, origin });
  t.equal((await app.inject({ url: '/v1/audit', headers })).statusCode, 403);
  await change(owner.headers, agent.id, { role: 'admin' });
  t.equal((await app.inject({ url: '/v1/audit', headers })).statusCode, 200);
  t.equal((await socket.closed).code, 1001, 'a client comes back after that');
  t.notOk(socket.events.some(({ type }) => type === 'session.revoked'));
  const again = await connect({ url, token: accessToken, origin });
  t.match(again.hello, { self: { id: agent.id } });
  await again.close();
  await change(owner.headers, agent.id, { role: 'agent' });
  t.equal((await app.inject({ url: '/v1/audit', headers })).statusCode, 403);
});

t.test('[B16] the organisation has a name that owners and admins change', async (t) => {
  const { app, owner, send, audit } = await house(t);
  const agent = await app.agent('agent');
  t.match((await send('GET', '/v1/organisation', agent.headers)).json(), { name: 'My organisation', mail: { configured: true, from: 'consult@example.com' } });
  t.equal(codeOf(await send('PATCH', '/v1/organisation', agent.headers, { name: 'X' })), 'forbidden');
  t.match((await send('PATCH', '/v1/organisation', owner.headers, { name: '  Hazel & Clay ' })).json(), { name: 'Hazel & Clay' });
  t.match((await send('PATCH', '/v1/organisation', owner.headers, {})).json(), { name: 'Hazel & Clay' });
  t.equal(codeOf(await send('PATCH', '/v1/organisation', owner.headers, { name: ' ' })), 'bad_request');
  t.match(await audit('organisation.changed'), [{ detail: { from: 'My organisation', to: 'Hazel & Clay' } }]);
});

t.test('[S15] links are not to be guessed: wrong ones from one address are throttled', async (t) => {
  const { app, owner, invite } = await house(t);
  const good = tokenOf(await invite(owner.headers));
  const look = (token: string, remoteAddress: string) => app.inject({ method: 'POST', url: '/v1/invitations/look', payload: { token }, remoteAddress });
  const codes: number[] = [];
  for (let n = 0; n < 31; n++) codes.push((await look(`${n}`.repeat(20), '203.0.113.9')).statusCode);
  t.same([codes[29], codes[30]], [410, 429]);
  t.equal((await look(good, '203.0.113.9')).statusCode, 429);
  t.equal((await look(good, '203.0.113.10')).statusCode, 200, 'others go on');
});
