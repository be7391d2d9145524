import { expect } from '@esm-bundle/chai';
import { createApi } from './api.ts';
import { WireFailure } from '../widget/engine/wire.ts';

interface Seen {
  method: string;
  path: string;
  authorization: string | null;
}

describe('api', () => {
  const realFetch = window.fetch;
  let seen: Seen[];
  /** Answers by `METHOD path`; the last one of a list repeats. */
  let answers: Record<string, (() => Response | Promise<Response>)[]>;

  const json = (status: number, body: unknown) => () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const refusal = (status: number, code: string) => json(status, { type: 'about:blank', title: code, status, code });
  const agent = { id: 'a1', organisationId: 'o1', name: 'Ada', email: 'ada@example.com', role: 'owner', createdAt: new Date().toISOString() };
  const session = (token: string, livesMs = 900_000) => json(200, { accessToken: token, expiresAt: new Date(Date.now() + livesMs).toISOString(), agent });

  beforeEach(() => {
    seen = [];
    answers = {};
    window.fetch = async (input, init) => {
      const path = String(input);
      const method = init?.method ?? 'GET';
      seen.push({ method, path, authorization: new Headers(init?.headers).get('authorization') });
      const list = answers[`${method} ${path}`];
      if (!list?.length) throw new TypeError('Failed to fetch');
      return (list.length > 1 ? list.shift()! : list[0]!)();
    };
  });

  afterEach(() => {
    window.fetch = realFetch;
  });

  it('[B2] a reload signs in again by the refresh cookie, and keeps the token in memory only', async () => {
    answers['POST /v1/auth/refresh'] = [session('t1')];
    const api = createApi();
    await api.start();
    expect(api.account.value).to.include({ status: 'signed-in' });
    expect(await api.token()).to.equal('t1');
    expect(JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie })).not.to.contain('t1');
  });

  it('[B8] a token near its end is renewed before it is used, and once for many askers', async () => {
    answers['POST /v1/auth/refresh'] = [session('old', 10_000), session('new')];
    answers['GET /v1/sites'] = [json(200, { items: [], next: null })];
    const api = createApi();
    await api.start();
    await Promise.all([api.get('/v1/sites'), api.get('/v1/sites'), api.token()]);
    expect(seen.filter(({ path }) => path === '/v1/auth/refresh')).to.have.length(2);
    expect(seen.filter(({ path }) => path === '/v1/sites').map(({ authorization }) => authorization)).to.deep.equal(['Bearer new', 'Bearer new']);
  });

  it('[B8] a token that the server refuses is replaced once and the request repeated', async () => {
    answers['POST /v1/auth/refresh'] = [session('t1'), session('t2')];
    answers['GET /v1/calls'] = [refusal(401, 'token_expired'), json(200, { items: [1], next: null })];
    const api = createApi();
    await api.start();
    expect(await api.get('/v1/calls')).to.deep.equal({ items: [1], next: null });
    expect(seen.at(-1)?.authorization).to.equal('Bearer t2');
  });

  it('[B3] when the session has ended, the account says so and nothing loops', async () => {
    answers['POST /v1/auth/refresh'] = [session('t1'), refusal(401, 'unauthenticated')];
    answers['GET /v1/calls'] = [refusal(401, 'unauthenticated')];
    const api = createApi();
    await api.start();
    const failure = await api.get('/v1/calls').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(WireFailure);
    expect(api.account.value).to.deep.equal({ status: 'signed-out', because: 'expired' });
    expect(seen).to.have.length(3);
  });

  it('a server that does not answer is not a sign-out', async () => {
    const api = createApi();
    await api.start();
    expect(api.account.value).to.deep.equal({ status: 'unreachable' });
    answers['POST /v1/auth/refresh'] = [refusal(401, 'unauthenticated')];
    await api.start();
    expect(api.account.value.status).to.equal('signed-out');
  });

  it('[O7] a refusal carries its code, its words and when to try again', async () => {
    answers['POST /v1/auth/login'] = [json(429, { title: 'Too many requests', status: 429, code: 'rate_limited', retryAfterMs: 7000 })];
    const failure = await createApi().signIn('a@b.c', 'x').catch((error: unknown) => error as WireFailure);
    expect(failure).to.include({ code: 'rate_limited', retryAfterMs: 7000 });
  });
});
