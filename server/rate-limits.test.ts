import t, { type Test } from 'tap';
import { fakeClock } from './testing/fake-clock.ts';
import { testApp } from './testing/test-app.ts';

async function house(t: Test) {
  const app = await testApp({ clock: fakeClock() });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const origin = app.ownOrigins()[0]!;
  return {
    app, owner,
    comes: (remoteAddress: string) => app.inject({ method: 'POST', url: '/v1/visitors', remoteAddress, headers: { origin }, payload: { siteKey: owner.site.publishableKey } }),
    ask: (url: string, headers: Record<string, string>, remoteAddress = '192.0.2.1') => app.inject({ url, headers, remoteAddress }),
  };
}

t.test('[S18] [R8] new visitors of one address have a limit that says when to come back; whoever is there goes on, and other addresses do', async (t) => {
  const h = await house(t);
  const first = await h.comes('2001:db8:0:7::1');
  t.equal(first.statusCode, 201);
  const visitor = { authorization: `Bearer ${first.json<{ token: string }>().token}` };
  let came = 1;
  let refused = await h.comes('2001:db8:0:7::1');
  for (; refused.statusCode === 201; came++) refused = await h.comes(`2001:db8:0:7::${came}`);
  t.equal(came, 300, 'an IPv6 customer is one address, whatever its last 64 bits');
  const { code, retryAfterMs } = refused.json<{ code: string; retryAfterMs: number }>();
  t.equal(code, 'rate_limited');
  t.ok(retryAfterMs > 0 && retryAfterMs <= 60_000, `${retryAfterMs} ms`);
  t.equal(Number(refused.headers['retry-after']), Math.ceil(retryAfterMs / 1000));
  t.equal((await h.ask('/v1/conversations', visitor, '2001:db8:0:7::1')).statusCode, 200, 'a colleague who is in already notices nothing');
  t.equal((await h.comes('2001:db8:0:8::1')).statusCode, 201);
});

t.test('[S18] [R8] whoever searches too much waits alone', async (t) => {
  const h = await house(t);
  const colleague = await h.app.agent('agent');
  let answer = await h.ask('/v1/search?q=word', h.owner.headers);
  let asked = 1;
  for (; answer.statusCode === 200; asked++) answer = await h.ask('/v1/search?q=word', h.owner.headers, `192.0.2.${asked % 200}`);
  t.match(answer.json(), { code: 'rate_limited', retryAfterMs: Number });
  t.match(answer.headers['retry-after'], /^\d+$/);
  t.equal(asked, 241, 'from wherever it asks');
  t.equal((await h.ask('/v1/search?q=word', colleague.headers)).statusCode, 200, 'from the same address');
  t.equal((await h.ask('/v1/conversations', h.owner.headers)).statusCode, 200, 'and all else goes on');
});
