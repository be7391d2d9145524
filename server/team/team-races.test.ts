import { eq } from 'drizzle-orm';
import type { LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import { startOidc } from '../../test/services/oidc.ts';
import { createOidcProvider } from '../auth/oidc-provider.http.ts';
import type { SessionAnswer } from '../../protocol/http.ts';
import type { InvitationAnswer } from '../../protocol/team.ts';
import { systemClock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testApp, testPassword, type TestAppOptions } from '../testing/test-app.ts';

// What is done twice at the same moment, over both engines: whatever the order, once is once, and the door that closed is closed.

type Headers = Record<string, string>;
const statuses = (answers: readonly LightMyRequestResponse[]) => answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b);
const rounds = [1, 2, 3];

async function house(t: Test, database: Database, options: TestAppOptions = {}) {
  const app = await testApp({ database, config: { rateLimits: false }, ...options });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const post = (url: string, payload: object, headers: Headers = {}) => app.inject({ method: 'POST', url, headers, payload });
  return {
    app, owner, post,
    login: (email: string, password = testPassword) => post('/v1/auth/login', { email, password }),
    me: (token: string) => app.inject({ url: '/v1/auth/me', headers: { authorization: `Bearer ${token}` } }),
    patch: (id: string, headers: Headers, payload: object) => app.inject({ method: 'PATCH', url: `/v1/agents/${id}`, headers, payload }),
    invite: async (email: string) => (await post('/v1/invitations', { email, role: 'agent' }, owner.headers)).json<InvitationAnswer>().link.split('token=')[1]!,
    resetLink: async (id: string) => (await post(`/v1/agents/${id}/password-reset`, {}, owner.headers)).json<{ link: string }>().link.split('token=')[1]!,
    accept: (token: string, name = 'New') => post('/v1/invitations/accept', { token, name, password: testPassword }),
    confirm: (token: string, password: string) => post('/v1/auth/password-reset/confirm', { token, password }),
    agents: () => database.q.select().from(database.tables.agents),
  };
}

await eachEngine(t, async (t, open) => {
  await t.test('[S26] an invitation accepted by many at once makes one account', async (t) => {
    const { invite, accept, agents } = await house(t, await open());
    const token = await invite('new@example.com');
    t.same(statuses(await Promise.all(Array.from({ length: 6 }, (_, n) => accept(token, `New ${n}`)))), [201, 410, 410, 410, 410, 410]);
    t.equal((await agents()).length, 2);
  });

  await t.test('[S26] two invitations to one address, made and accepted at once, make one account', async (t) => {
    const { invite, accept, agents } = await house(t, await open());
    for (const round of rounds) {
      const tokens = await Promise.all([1, 2, 3].map(() => invite(`new${round}@example.com`)));
      const answers = await Promise.all(tokens.map((token) => accept(token)));
      t.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1);
      t.ok(answers.every(({ statusCode }) => [201, 409, 410].includes(statusCode)));
      t.equal((await agents()).length, 1 + round);
    }
  });

  await t.test('[B16] of owners who demote or disable each other at once one stays', async (t) => {
    const { app, owner, patch, agents } = await house(t, await open());
    const { tables, q } = app.database;
    const active = async () => (await agents()).filter(({ role, status }) => role === 'owner' && status === 'active');
    for (const fall of [{ role: 'admin' }, { status: 'disabled' }, { role: 'agent', status: 'disabled' }]) {
      const circle = [await app.agent('admin'), await app.agent('admin'), await app.agent('admin')];
      for (const { agent } of circle) t.equal((await patch(agent.id, (await app.owner()).headers, { role: 'owner' })).statusCode, 200);
      // The first owner goes first, so that only those in the circle are left.
      t.equal((await patch(owner.agent.id, circle[0]!.headers, { role: 'admin' })).statusCode, 200);
      const answers = await Promise.all(circle.map(({ headers }, at) => patch(circle[(at + 1) % circle.length]!.agent.id, headers, fall)));
      t.ok(answers.every(({ statusCode }) => [200, 401, 403, 409].includes(statusCode)), answers.map(({ body }) => body).join('\n'));
      const left = await active();
      t.ok(left.length >= 1, `${JSON.stringify(fall)}: ${left.length} left`);
      // The next round begins with the first owner alone.
      await q.update(tables.agents).set({ role: 'agent', status: 'active' });
      await q.update(tables.agents).set({ role: 'owner' }).where(eq(tables.agents.id, owner.agent.id));
    }
  });

  await t.test('[B11] [S25] several links of one account used at once: one counts, and nothing locks up', async (t) => {
    const { app, confirm, resetLink, login } = await house(t, await open());
    const { agent } = await app.agent('agent');
    for (const round of rounds) {
      const tokens = await Promise.all([1, 2, 3, 4].map(() => resetLink(agent.id)));
      const answers = await Promise.all(tokens.map((token, at) => confirm(token, `round ${round}, password ${at}`)));
      t.same(statuses(answers), [204, 410, 410, 410]);
      const at = answers.findIndex(({ statusCode }) => statusCode === 204);
      t.equal((await login(agent.email, `round ${round}, password ${at}`)).statusCode, 200);
    }
  });

  await t.test('[S14] whoever signs in with the old password while it changes is out as well', async (t) => {
    const { app, confirm, resetLink, login, me, post } = await house(t, await open());
    const { agent } = await app.agent('agent');
    let password = testPassword;
    for (const round of rounds) {
      const token = await resetLink(agent.id);
      const next = `the password of round ${round}`;
      const old = password;
      const [changed, ...logins] = await Promise.all([confirm(token, next), ...Array.from({ length: 8 }, () => login(agent.email, old))]);
      t.equal(changed.statusCode, 204);
      password = next;
      for (const answer of logins) {
        t.ok([200, 401].includes(answer.statusCode));
        if (answer.statusCode === 200) t.equal((await me(answer.json<SessionAnswer>().accessToken)).statusCode, 401);
      }
      t.equal((await login(agent.email, password)).statusCode, 200);
    }
    const sessions = await Promise.all([1, 2].map(async () => (await login(agent.email, password)).json<SessionAnswer>().accessToken));
    const change = (token: string, newPassword: string) => post('/v1/auth/password', { currentPassword: password, newPassword }, { authorization: `Bearer ${token}` });
    t.same(statuses(await Promise.all([change(sessions[0]!, 'changed by the first'), change(sessions[1]!, 'changed by the second')])), [204, 401], 'one of two changes');
  });

  await t.test('[B12] whoever signs in while the account is disabled is out as well', async (t) => {
    const { app, owner, login, me, patch } = await house(t, await open());
    const { agent } = await app.agent('agent');
    for (let round = 0; round < rounds.length; round++) {
      const [disabled, ...logins] = await Promise.all([patch(agent.id, owner.headers, { status: 'disabled' }), ...Array.from({ length: 6 }, () => login(agent.email))]);
      t.equal(disabled.statusCode, 200);
      for (const answer of logins) {
        t.ok([200, 401].includes(answer.statusCode));
        if (answer.statusCode === 200) t.equal((await me(answer.json<SessionAnswer>().accessToken)).statusCode, 401);
      }
      t.equal((await patch(agent.id, owner.headers, { status: 'active' })).statusCode, 200);
    }
  });

  await t.test('[B11] a reset, a change of the password, a disabling and a sign-out at once: each is answered', async (t) => {
    const { app, owner, confirm, resetLink, patch, post } = await house(t, await open());
    const { agent, headers } = await app.agent('agent');
    const tokens = await Promise.all([1, 2].map(() => resetLink(agent.id)));
    const answers = await Promise.all([
      confirm(tokens[0]!, 'a quite new one'), patch(agent.id, owner.headers, { status: 'disabled' }), post('/v1/auth/logout-everywhere', {}, headers),
      post('/v1/auth/password', { currentPassword: testPassword, newPassword: 'another new one' }, headers), confirm(tokens[1]!, 'yet another one'),
    ]);
    t.ok(answers.every(({ statusCode }) => statusCode < 500), answers.map(({ body }) => body).join('\n'));
  });

  await t.test('[S26] two tabs that come back from the provider at once make one link', async (t) => {
    const provider = await startOidc({ redirectPrefixes: ['http://127.0.0.1:8080/'] });
    t.teardown(() => provider.stop());
    const { issuer, clientId, clientSecret } = provider;
    const { app, invite, agents } = await house(t, await open(), { oidcProvider: createOidcProvider({ issuer, clientId, clientSecret, name: 'X' }, systemClock()) });
    await invite('ada@example.com');
    provider.person = { sub: 'ada-1', email: 'ada@example.com', email_verified: true };
    const ways = await Promise.all([1, 2, 3, 4].map(async () => {
      const start = await app.inject({ url: '/v1/auth/oidc/start' });
      return { back: await provider.visit(String(start.headers.location)), cookies: { pc_oidc: start.cookies[0]!.value } };
    }));
    const answers = await Promise.all(ways.map(({ back, cookies }) => app.inject({ url: `${back.pathname}${back.search}`, cookies })));
    t.same(answers.map(({ headers }) => headers.location), ['/admin/', '/admin/', '/admin/', '/admin/']);
    t.same([(await agents()).length, (await app.database.q.select().from(app.database.tables.identities)).length], [2, 1]);
  });
});
