import { eq } from 'drizzle-orm';
import t, { type Test } from 'tap';
import type { HandoffAnswer, Page, VisitorAnswer } from '../../protocol/http.ts';
import type { Conversation } from '../../protocol/shapes.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import { createHandoffsStore } from './handoffs.store.ts';
import { handoffMs } from './handoffs.ts';

const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;
const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function house(t: Test, database?: Database) {
  const clock = fakeClock();
  const app = await testApp({ clock, ...(database && { database }) });
  t.teardown(() => app.close());
  const { site, headers, agent } = await app.owner();
  const origin = app.ownOrigins()[0]!;
  const make = (visitor: { headers: Record<string, string> }) => app.inject({ method: 'POST', url: '/v1/visitors/me/handoff', headers: { ...visitor.headers, origin } });
  const link = async (visitor: { headers: Record<string, string> }) => (await make(visitor)).json<HandoffAnswer>().token;
  const take = (token: string, { siteKey = site.publishableKey, from = origin as string | null } = {}) =>
    app.inject({ method: 'POST', url: '/v1/visitors/handoff', payload: { siteKey, token }, headers: from === null ? {} : { origin: from } });
  return { app, clock, site, headers, organisationId: agent.organisationId, origin, make, link, take, q: app.database.q, tables: app.database.tables };
}

t.test('[F10] a link goes on with the same visitor and conversation in another browser, once', async (t) => {
  const { app, clock, make, take, q, tables } = await house(t);
  const visitor = await app.visitor();
  const url = (await app.listen()).replace('http', 'ws');
  const here = app.ownOrigins()[0]!;
  const one = await connect({ url, token: visitor.token, origin: here });
  const { conversationId } = await one.request('message.send', { clientId: clientId(1), text: 'from the chat app' });
  await one.close();

  const made = await app.inject({ method: 'POST', url: '/v1/visitors/me/handoff', headers: { ...visitor.headers, origin: here } });
  t.equal(made.statusCode, 201);
  t.equal(made.headers['cache-control'], 'no-store');
  const { token, expiresAt } = made.json<HandoffAnswer>();
  t.equal(Date.parse(expiresAt) - clock.now(), handoffMs);
  t.ok(token.length >= 43, '256 bits');
  t.notOk(JSON.stringify(await q.select().from(tables.handoffs)).includes(token), 'only its hash is kept');

  // Whoever races: one gets it.
  const answers = await Promise.all([1, 2, 3, 4].map(() => take(token, { from: here })));
  const good = answers.filter(({ statusCode }) => statusCode === 201);
  t.equal(good.length, 1);
  t.same(answers.filter((answer) => answer !== good[0]).map((answer) => [answer.statusCode, codeOf(answer)]), Array.from({ length: 3 }, () => [410, 'gone']));
  t.equal(good[0]!.headers['cache-control'], 'no-store');
  const there = good[0]!.json<VisitorAnswer>();
  t.match(there.visitor, { id: visitor.visitor.id, name: visitor.visitor.name, verified: false });
  t.match((await app.inject({ url: '/v1/conversations', headers: bearer(there.token) })).json<Page<Conversation>>().items, [{ id: conversationId }]);
  t.equal((await app.inject({ url: '/v1/conversations', headers: visitor.headers })).statusCode, 200, 'the first browser stays');
  t.equal(codeOf(await take(token, { from: here })), 'gone', 'once');
  t.notOk(app.log().includes(token), 'S1: it is in no log');
  t.equal((await make({ headers: {} })).statusCode, 401);
});

t.test('[F10] [S2] [S3] a link runs out, belongs to its site and to pages that the site allows, and the newest one counts', async (t) => {
  const { app, clock, site, organisationId, make, link, take, q, tables } = await house(t);
  const visitor = await app.visitor();
  await q.insert(tables.sites).values({ id: 'site-2', organisationId, name: 'Second', publishableKey: 'pk_second', origins: ['https://second.example'], settings: {}, createdAt: 1, updatedAt: 1 });
  await q.insert(tables.organisations).values({ id: 'other', name: 'Other', createdAt: 1 });
  await q.insert(tables.sites).values({ id: 'site-3', organisationId: 'other', name: 'Third', publishableKey: 'pk_third', origins: ['https://third.example'], settings: {}, createdAt: 1, updatedAt: 1 });

  const token = await link(visitor);
  t.match(await q.select().from(tables.visitors), [{ id: visitor.visitor.id, siteId: site.id }], 'asking for a link is an act: the visitor is kept');
  t.equal(codeOf(await take(token, { siteKey: 'pk_second', from: 'https://second.example' })), 'gone', 'another site of the same house');
  t.equal(codeOf(await take(token, { siteKey: 'pk_third', from: 'https://third.example' })), 'gone', 'another house');
  t.equal(codeOf(await take(token, { from: 'https://evil.example' })), 'origin_forbidden');
  t.equal(codeOf(await take(token, { from: null })), 'origin_forbidden');
  t.equal(codeOf(await take(token, { siteKey: 'pk_none' })), 'not_found');
  t.equal(codeOf(await take('x'.repeat(43))), 'gone');
  clock.advance(handoffMs - 1);
  t.equal((await take(token)).statusCode, 201, 'who could not have it did not use it up');

  const late = await link(visitor);
  clock.advance(handoffMs);
  t.equal(codeOf(await take(late)), 'gone', 'too late');
  const [older, newer] = [await link(visitor), await link(visitor)];
  t.equal(codeOf(await take(older)), 'gone', 'a newer one was made');
  t.equal((await take(newer)).statusCode, 201);

  const forwarded = await app.inject({ method: 'OPTIONS', url: '/v1/visitors/handoff', headers: { origin: 'https://second.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
  t.equal(forwarded.headers['access-control-allow-origin'], 'https://second.example', 'the element may ask from the site');
  for (let n = 0; n < 8; n++) await make(visitor);
  t.equal(codeOf(await make(visitor)), 'rate_limited');
});

t.test('[D7] [F10] erasing takes links along, who is known as somebody else hands nothing over, and old links are swept', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { app, clock, headers, link, take, q, tables } = await house(t, await open());
    const [erased, merged, other] = [await app.visitor(), await app.visitor(), await app.visitor()];
    const [first, second] = [await link(erased), await link(merged)];
    t.equal((await app.inject({ method: 'DELETE', url: `/v1/visitors/${erased.visitor.id}`, headers })).statusCode, 204);
    t.match(await q.select().from(tables.handoffs), [{ visitorId: merged.visitor.id }]);
    t.equal(codeOf(await take(first)), 'gone');
    const store = createHandoffsStore(app.database);
    t.equal(await store.use({ organisationId: 'other', siteId: 'x' }, 'hash', clock.now()), null);

    await link(other);
    await q.update(tables.visitors).set({ mergedInto: other.visitor.id }).where(eq(tables.visitors.id, merged.visitor.id));
    t.equal(codeOf(await take(second)), 'gone', 'its history belongs to somebody else now');

    await store.sweep(clock.now() + handoffMs - 1);
    t.equal((await q.select().from(tables.handoffs)).length, 2);
    await store.sweep(clock.now() + handoffMs);
    t.same(await q.select().from(tables.handoffs), []);
  });
});
