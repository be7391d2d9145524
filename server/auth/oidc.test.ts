import type { LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { startOidc, type OidcLies, type OidcPerson } from '../../test/services/oidc.ts';
import { freePort } from '../../test/services/free-port.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp, testPassword, type TestAppOptions } from '../testing/test-app.ts';
import { createOidcProvider } from './oidc-provider.http.ts';
import { atProviderMs } from './oidc.ts';

// Signing in by an OpenID provider, against one that speaks HTTP, checks what it is given, and lies when it is told to.

const ownOrigin = 'http://127.0.0.1:8080';
const ada: OidcPerson = { sub: 'ada-1', email: 'Ada@Example.com', email_verified: true, name: 'Ada Agent' };

async function house(t: { teardown(work: () => unknown): void }, options: TestAppOptions = {}) {
  const provider = await startOidc({ redirectPrefixes: [`${ownOrigin}/`] });
  t.teardown(() => provider.stop());
  const clock = fakeClock();
  const { issuer, clientId, clientSecret } = provider;
  const app = await testApp({ clock, oidcProvider: createOidcProvider({ issuer, clientId, clientSecret, name: 'Example ID' }, clock), ...options });
  t.teardown(() => app.close());
  const { headers, agent: { organisationId } } = await app.owner();
  const start = async () => {
    const answer = await app.inject({ url: '/v1/auth/oidc/start' });
    return { answer, location: String(answer.headers.location), cookies: Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value])) };
  };
  const comeBack = (url: URL, cookies: Record<string, string>) => app.inject({ url: `${url.pathname}${url.search}`, cookies, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } });
  return {
    app, clock, provider, headers, organisationId, start, comeBack,
    /** The whole way of a browser. */
    async signIn(person: OidcPerson = ada, lies: OidcLies = {}) {
      Object.assign(provider, { person, lies });
      const { location, cookies } = await start();
      return comeBack(await provider.visit(location), cookies);
    },
    addAgent: (email: string, role = 'agent') => app.inject({ method: 'POST', url: '/v1/agents', headers, payload: { name: 'Ada', email, password: testPassword, role } }),
    invite: (email: string, role = 'agent') => app.inject({ method: 'POST', url: '/v1/invitations', headers, payload: { email, role } }),
    agents: async () => (await app.inject({ url: '/v1/agents', headers })).json<{ items: { id: string; email: string; name: string; role: string }[] }>().items,
    audit: async (action: string) => (await app.inject({ url: `/v1/audit?action=${action}`, headers })).json<{ items: object[] }>().items,
  };
}

const whereTo = (answer: LightMyRequestResponse) => [answer.statusCode, answer.headers.location];
const refused = (code: string) => [302, `/admin/#/sign-in?error=${code}`];
const welcome = [302, '/admin/'];
const isSignedIn = (answer: LightMyRequestResponse) => answer.cookies.some(({ name, value }) => name === 'pc_refresh' && value !== '');

t.test('[B1] [B14] an agent signs in by the provider: linked once by the verified e-mail, known by issuer and subject from then on', async (t) => {
  const { app, addAgent, start, signIn, agents, audit, provider } = await house(t);
  await addAgent('ada@example.com');
  t.match((await app.inject({ url: '/v1/auth/ways' })).json(), { password: true, oidc: { name: 'Example ID' }, mail: false });

  const { answer, location } = await start();
  const asked = new URL(location);
  t.equal(answer.statusCode, 302);
  t.equal(asked.origin + asked.pathname, `${provider.issuer}/authorize`);
  t.match(Object.fromEntries(asked.searchParams), {
    response_type: 'code', client_id: 'peer-consult', redirect_uri: `${ownOrigin}/v1/auth/oidc/callback`, scope: /openid/, code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/, state: /^[\w-]{43}$/, nonce: /^[\w-]{43}$/,
  });
  t.match(answer.cookies, [{ name: 'pc_oidc', httpOnly: true, sameSite: 'Lax', path: '/v1/auth/oidc' }]);

  const first = await signIn();
  t.same(whereTo(first), welcome);
  t.match(first.cookies.find(({ name }) => name === 'pc_refresh'), { httpOnly: true, sameSite: 'Strict', path: '/v1/auth' });
  t.equal(first.cookies.find(({ name }) => name === 'pc_oidc')!.value, '', 'the memory is gone');
  t.equal(first.headers['cache-control'], 'no-store');
  t.match(await audit('identity.linked'), [{ actor: { name: 'Ada' }, detail: { issuer: provider.issuer } }]);
  t.match((await audit('session.created'))[0], { actor: { name: 'Ada' }, detail: { how: 'oidc', device: 'Firefox on Linux' } });

  t.same(whereTo(await signIn({ sub: 'ada-1', email: 'moved@elsewhere.example', email_verified: false })), welcome, 'another e-mail later');
  t.equal((await audit('identity.linked')).length, 1);
  t.equal((await agents()).length, 2, 'nobody was made');
});

t.test('[B1] the session is a real one', async (t) => {
  const { app, clock, addAgent, signIn } = await house(t);
  await addAgent('ada@example.com');
  const cookies = Object.fromEntries((await signIn()).cookies.map(({ name, value }) => [name, value]));
  let open = true;
  const renewing = app.inject({ method: 'POST', url: '/v1/auth/refresh', cookies }).finally(() => void (open = false));
  while (open) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
  }
  t.match((await renewing).json(), { agent: { email: 'ada@example.com' } });
});

t.test('[B16] [S26] an open invitation lets its address in, once, with its role; without a password', async (t) => {
  const { app, invite, signIn, agents, audit, headers } = await house(t);
  await invite('ada@example.com', 'admin');
  t.same(whereTo(await signIn()), welcome);
  t.match((await agents()).find(({ email }) => email === 'ada@example.com'), { role: 'admin', name: 'Ada Agent' });
  t.match((await app.inject({ url: '/v1/invitations', headers })).json(), { items: [{ state: 'accepted' }] });
  t.match(await audit('invitation.accepted'), [{ actor: { name: 'Ada Agent' }, detail: { role: 'admin', how: 'oidc' } }]);
  for (const password of ['x', 'scrypt$16$8$1$$', testPassword]) {
    t.equal((await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'ada@example.com', password } })).statusCode, 401);
  }
});

t.test('[S26] nobody else comes in: strangers, revoked and expired invitations, e-mails that nobody vouches for', async (t) => {
  const { app, clock, invite, signIn, headers } = await house(t);
  t.same(whereTo(await signIn()), refused('oidc_no_account'), 'a stranger');
  const { invitation: { id } } = (await invite('ada@example.com')).json<{ invitation: { id: string } }>();
  await app.inject({ method: 'DELETE', url: `/v1/invitations/${id}`, headers });
  t.same(whereTo(await signIn()), refused('oidc_no_account'), 'a revoked invitation');
  await invite('ada@example.com');
  await app.database.q.update(app.database.tables.invitations).set({ expiresAt: clock.now() });
  t.same(whereTo(await signIn()), refused('oidc_no_account'), 'an invitation that ran out');
  await app.inject({ method: 'POST', url: '/v1/agents', headers, payload: { name: 'Ada', email: 'ada@example.com', password: testPassword, role: 'admin' } });
  for (const verified of [false, undefined, 'true', 1, 'yes', null]) {
    const answer = await signIn({ ...ada, email_verified: verified });
    t.same(whereTo(answer), refused('oidc_no_account'), `email_verified: ${JSON.stringify(verified)}`);
    t.notOk(isSignedIn(answer));
  }
  t.same(whereTo(await signIn({ sub: 'ada-1' })), refused('oidc_no_account'), 'no e-mail at all');
  t.same(whereTo(await signIn()), welcome, 'verified');
});

t.test('[S26] an address that passed to somebody else does not open the account of who had it', async (t) => {
  const { addAgent, signIn } = await house(t);
  await addAgent('ada@example.com');
  t.same(whereTo(await signIn()), welcome);
  t.same(whereTo(await signIn({ ...ada, sub: 'somebody-else' })), refused('oidc_no_account'));
});

t.test('[B12] a disabled account stays out, by e-mail, by identity and by invitation', async (t) => {
  const { app, addAgent, signIn, headers } = await house(t);
  const { id } = (await addAgent('ada@example.com')).json<{ id: string }>();
  const { id: boId } = (await addAgent('bo@example.com')).json<{ id: string }>();
  t.same(whereTo(await signIn()), welcome);
  for (const agent of [id, boId]) await app.inject({ method: 'PATCH', url: `/v1/agents/${agent}`, headers, payload: { status: 'disabled' } });
  const bo = { sub: 'bo-1', email: 'bo@example.com', email_verified: true };
  for (const person of [ada, bo]) {
    const answer = await signIn(person);
    t.same(whereTo(answer), refused('oidc_no_account'));
    t.notOk(isSignedIn(answer));
  }
  await app.inject({ method: 'PATCH', url: `/v1/agents/${id}`, headers, payload: { status: 'active' } });
  t.same(whereTo(await signIn()), welcome, 'restored');
});

t.test('[S26] [B14] only the browser that asked, only once, only in time', async (t) => {
  const { clock, addAgent, provider, start, comeBack } = await house(t);
  await addAgent('ada@example.com');
  provider.person = ada;
  const way = async () => {
    const { location, cookies } = await start();
    return { back: await provider.visit(location), cookies };
  };
  const [mine, theirs] = [await way(), await way()];
  t.same(whereTo(await comeBack(mine.back, {})), refused('oidc_failed'), 'no cookie');
  t.same(whereTo(await comeBack(mine.back, theirs.cookies)), refused('oidc_failed'), 'another browser’s cookie');

  const { back, cookies } = await way();
  const wrongState = new URL(back);
  wrongState.searchParams.set('state', 'x'.repeat(43));
  t.same(whereTo(await comeBack(wrongState, cookies)), refused('oidc_failed'), 'a wrong state');

  const forged = await way();
  const [head, body, signature] = forged.cookies.pc_oidc!.split('.');
  const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body!, 'base64url').toString()) as object, nonce: 'y' })).toString('base64url');
  t.same(whereTo(await comeBack(forged.back, { pc_oidc: `${head}.${other}.${signature}` })), refused('oidc_failed'), 'a forged cookie');
  t.same(whereTo(await comeBack(forged.back, forged.cookies)), welcome, 'the true one');
  const replayed = await comeBack(forged.back, forged.cookies);
  t.same(whereTo(replayed), refused('oidc_failed'), 'the same again');
  t.notOk(isSignedIn(replayed));

  const late = await way();
  clock.advance(atProviderMs);
  t.same(whereTo(await comeBack(late.back, late.cookies)), refused('oidc_failed'), 'too late');
});

t.test('[S26] [B1] a token is the provider’s own, for us, for this time, or it is nothing', async (t) => {
  const { addAgent, signIn } = await house(t);
  await addAgent('ada@example.com');
  const past = Math.floor(Date.now() / 1000) - 3600;
  const table: [string, OidcLies][] = [
    ['a wrong nonce', { claims: { nonce: 'another' } }], ['no nonce', { claims: { nonce: undefined } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }], ['another client', { claims: { aud: 'somebody-else' } }],
    ['run out', { claims: { exp: past, iat: past - 300 } }], ['no subject', { claims: { sub: undefined } }],
    ['a foreign key', { signature: 'foreign' }], ['signed with our secret', { signature: 'secret' }], ['not signed', { signature: 'none' }],
  ];
  for (const [name, lies] of table) {
    const answer = await signIn(ada, lies);
    t.same(whereTo(answer), refused('oidc_failed'), name);
    t.notOk(isSignedIn(answer), name);
  }
  t.same(whereTo(await signIn(ada)), welcome, 'and a good one is good');
});

t.test('[B1] a token that holds the subject alone: the userinfo endpoint tells the rest', async (t) => {
  const { addAgent, signIn } = await house(t);
  await addAgent('ada@example.com');
  t.same(whereTo(await signIn(ada, { bareToken: true })), welcome);
});

t.test('[S1] [O7] what the provider says goes wrong reaches neither the page nor the log; nor do code and state', async (t) => {
  const { app, addAgent, provider, signIn, start, comeBack } = await house(t);
  await addAgent('ada@example.com');
  t.same(whereTo(await signIn(ada, { refuse: { error: 'access_denied', error_description: 'hush hush' } })), refused('oidc_denied'));
  t.same(whereTo(await signIn(ada, { refuse: { error: 'server_error', error_description: 'hush hush' } })), refused('oidc_failed'));
  t.same(whereTo(await signIn(ada, { tokenStatus: 500 })), refused('oidc_failed'));
  Object.assign(provider, { person: ada, lies: {} });
  const { location, cookies } = await start();
  const back = await provider.visit(location);
  const log = app.log();
  t.same(whereTo(await comeBack(back, cookies)), welcome);
  t.match(app.log().slice(log.length), /"route":"\/v1\/auth\/oidc\/callback"/, 'it was logged, by its pattern');
  for (const secret of [back.searchParams.get('code')!, back.searchParams.get('state')!, cookies.pc_oidc!, new URL(location).searchParams.get('nonce')!, 'hush', provider.clientSecret, 'broken by']) {
    t.notOk(app.log().includes(secret), secret);
  }
});

t.test('[B1] a provider that is down keeps nobody from starting, and is asked again when it is back', async (t) => {
  const port = await freePort();
  const clock = fakeClock();
  const config = { issuer: `http://127.0.0.1:${port}/realm`, clientId: 'peer-consult', clientSecret: 'the secret of/the+client', name: 'Example ID' };
  const { app, addAgent, start, comeBack } = await house(t, { clock, oidcProvider: createOidcProvider(config, clock) });
  await addAgent('ada@example.com');
  t.same(whereTo((await start()).answer), refused('oidc_unavailable'));
  t.match((await app.inject({ url: '/readyz' })).statusCode, 200);
  const provider = await startOidc({ redirectPrefixes: [`${ownOrigin}/`], port });
  provider.person = ada;
  const { location, cookies } = await start();
  t.same(whereTo(await comeBack(await provider.visit(location), cookies)), welcome);
  const next = await start();
  const back = await provider.visit(next.location);
  await provider.stop();
  t.same(whereTo(await comeBack(back, next.cookies)), refused('oidc_unavailable'), 'gone in the middle');
});

t.test('[B1] without a provider there is no such way', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  for (const url of ['/v1/auth/oidc/start', '/v1/auth/oidc/callback?code=x&state=y']) t.equal((await app.inject({ url })).statusCode, 404);
  t.match((await app.inject({ url: '/v1/auth/ways' })).json(), { oidc: null });
});

t.test('[B1] behind https the memory goes by https alone', async (t) => {
  const provider = await startOidc({ redirectPrefixes: ['https://consult.example/v1/auth/oidc/callback'] });
  t.teardown(() => provider.stop());
  const clock = fakeClock();
  const { issuer, clientId, clientSecret } = provider;
  const app = await testApp({ clock, config: { publicOrigin: 'https://consult.example' }, oidcProvider: createOidcProvider({ issuer, clientId, clientSecret, name: 'X' }, clock) });
  t.teardown(() => app.close());
  const answer = await app.inject({ url: '/v1/auth/oidc/start' });
  t.equal(answer.cookies[0]!.secure, true);
  t.equal((await provider.visit(String(answer.headers.location))).origin, 'https://consult.example');
});

t.test('[S26] two tabs that come back at the same time make one link', async (t) => {
  const { app, invite, provider, start, comeBack, agents } = await house(t);
  await invite('ada@example.com');
  provider.person = ada;
  const ways = await Promise.all([1, 2, 3].map(async () => {
    const { location, cookies } = await start();
    return { back: await provider.visit(location), cookies };
  }));
  const answers = await Promise.all(ways.map(({ back, cookies }) => comeBack(back, cookies)));
  t.same(answers.map(whereTo), [welcome, welcome, welcome]);
  t.equal((await agents()).length, 2);
  t.equal((await app.database.q.select().from(app.database.tables.identities)).length, 1);
});
