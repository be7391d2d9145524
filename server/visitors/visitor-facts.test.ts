import t, { type Test } from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import type { VisitorExport } from '../../protocol/work.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import { pagesKept } from './visitor-facts.ts';
import { leavingMs, tellingMs } from './visitors-online.ts';

const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function house(t: Test) {
  const clock = fakeClock();
  const app = await testApp({ clock });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const socket = async (token: string) => {
    const one = await connect({ url, token, origin });
    t.teardown(() => one.socket.terminate());
    return one;
  };
  const list = async (query = '') => (await app.inject({ url: `/v1/visitors${query}`, headers: owner.headers })).json<Page<Visitor>>().items;
  const settings = async (value: object) => {
    const answer = await app.inject({ method: 'PATCH', url: `/v1/sites/${owner.site.id}`, headers: owner.headers, payload: { settings: value } });
    if (answer.statusCode !== 200) throw new Error(answer.body);
  };
  const pages = async () => (await app.database.q.select().from(app.database.tables.pageViews)).map(({ url: address }) => address.replace(origin, ''));
  return { app, clock, owner, origin, socket, list, settings, pages, page: (path: string, title = path) => ({ page: { url: `${origin}${path}`, title } }) };
}

t.test('[D1] [N7] nothing is stored before the first message; then everything that was told is', async (t) => {
  const { app, socket, list, page, pages } = await house(t);
  const { token } = await app.visitor();
  const one = await socket(token);
  await one.request('visitor.contact', { name: ' Vera ', email: 'vera@example.com', fields: { topic: ' Sizes ', email: 'x@example.com' } });
  await one.request('visitor.context', { ...page('/demo?session=secret#part', 'Shop'), device: { browser: 'Firefox 140', system: 'x'.repeat(500), kind: 'desktop', language: 'ko-KR' }, context: { plan: 'gold', seats: 5, trial: false } });
  await one.request('visitor.context', page('/demo?other', 'Shop'));
  await one.request('visitor.context', { ...page('/cups'), context: { plan: null } });
  t.same(await app.database.q.select().from(app.database.tables.visitors), []);
  t.same(await pages(), []);

  const { message } = await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  t.equal(message.author.name, 'Vera', 'she goes by the name that she gave');
  const [visitor] = await list();
  t.match(visitor, {
    name: 'Vera', email: 'vera@example.com', verified: false, locale: 'ko-KR', fields: { topic: 'Sizes', seats: '5', trial: 'false' }, online: true,
    device: { browser: 'Firefox 140', system: 'x'.repeat(120), kind: 'desktop', language: 'ko-KR' }, page: { title: '/cups' },
  });
  t.notOk('plan' in visitor!.fields, 'a null takes a key away');
  t.same(await pages(), ['/demo', '/cups'], 'without what stands behind ? and #, and the same page in a row once');
  await one.request('visitor.context', page('/cups?again'));
  await one.request('visitor.context', page('/demo'));
  t.same(await pages(), ['/demo', '/cups', '/demo']);
  await one.request('visitor.contact', { name: 'Vera B.', fields: { size: '42' } });
  t.match(await list(), [{ name: 'Vera B.', email: 'vera@example.com', fields: { topic: 'Sizes', size: '42' } }]);
});

t.test('[N7] a page that is none of the site\'s is refused, and so is a program in a loop', async (t) => {
  const { app, socket, origin, clock, page } = await house(t);
  const one = await socket((await app.visitor()).token);
  for (const url of ['https://evil.example/', 'javascript:alert(1)', 'file:///etc/passwd', 'shop', `${origin}.evil.example/`]) {
    await t.rejects(one.request('visitor.context', { page: { url, title: '' } }), { code: 'unprocessable' }, url);
  }
  await t.rejects(one.request('visitor.contact', { fields: { email: 'nobody' } }), { code: 'unprocessable' });
  const refused = await (async () => {
    for (let n = 0; n < 100; n++) await one.request('visitor.context', page(`/${n}`));
    return null;
  })().catch((error: { code: string; retryAfterMs: number }) => error);
  t.match(refused, { code: 'rate_limited', retryAfterMs: Number });
  clock.advance(20_000);
  await one.request('visitor.context', page('/later'));
  const agent = await socket((await app.owner()).accessToken);
  await t.rejects(agent.request('visitor.context', page('/')), { code: 'forbidden' });
});

t.test('[N7] a site that hides pages keeps and tells none', async (t) => {
  const { app, socket, list, page, pages, settings, owner } = await house(t);
  const one = await socket((await app.visitor()).token);
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  await one.request('visitor.context', page('/seen'));
  t.match(await list(), [{ page: { title: '/seen' } }]);
  await settings({ pagesShown: false });
  t.match(await list(), [{ page: null }], 'what is known is not told any more');
  const timeline = (await app.inject({ url: `/v1/visitors/${(await list())[0]!.id}/timeline`, headers: owner.headers })).json<Page<{ kind: string }>>();
  t.same(timeline.items.map(({ kind }) => kind), ['message', 'conversation']);
  await one.request('visitor.context', { ...page('/hidden'), device: { browser: 'Firefox' } });
  t.same(await pages(), ['/seen']);
  t.match(await list(), [{ page: null, device: { browser: 'Firefox' } }]);
});

t.test('[N9] of a visitor the newest pages are kept', async (t) => {
  const { app, socket, page, pages, clock } = await house(t);
  const { token } = await app.visitor();
  const one = await socket(token);
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  for (let n = 0; n < pagesKept.most + 5; n++) {
    clock.advance(1_100);
    await one.request('visitor.context', page(`/${n}`));
  }
  const kept = await pages();
  t.equal(kept.length, pagesKept.most);
  t.same([kept[0], kept.at(-1)], ['/5', `/${pagesKept.most + 4}`]);
});

t.test('[N9] pages are kept for a month: a start looks after it, and then every hour', async (t) => {
  const clock = fakeClock();
  const database = await openSqlite({ file: ':memory:' });
  const { q, tables } = database;
  const view = (ago: number) => ({ id: fakeClock(clock.now() - ago).id(), organisationId: 'o', visitorId: 'v', url: `https://a.example/${ago}`, title: '', createdAt: clock.now() - ago });
  await q.insert(tables.pageViews).values([view(pagesKept.ms + 1000), view(pagesKept.ms - 1000)]);
  const app = await testApp({ clock, database });
  t.teardown(() => app.close());
  const left = async () => (await q.select().from(tables.pageViews)).length;
  for (let turn = 0; turn < 500 && (await left()) > 1; turn++) await new Promise((resolve) => setImmediate(resolve));
  t.equal(await left(), 1);
  t.match(await q.select().from(tables.pageViews), [{ createdAt: clock.now() - pagesKept.ms + 1000 }]);
});

t.test('[N11] agents see who is here, on which page, and not more often than every two seconds', async (t) => {
  const { app, socket, list, page, clock, owner } = await house(t);
  const agent = await socket(owner.accessToken);
  const { token, visitor } = await app.visitor();
  const one = await socket(token);
  await one.request('visitor.context', page('/first'));
  await agent.settled();
  t.same(agent.events.filter(({ type }) => type === 'visitor.updated'), [], 'of somebody who only looks nobody hears');
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  t.match(await agent.next('visitor.updated'), { visitorId: visitor.id, online: true, page: { title: '/first' } });
  for (const path of ['/a', '/b', '/c']) await one.request('visitor.context', page(path));
  await agent.settled();
  t.equal(agent.events.filter(({ type }) => type === 'visitor.updated').length, 1);
  clock.advance(tellingMs);
  t.match(await agent.next('visitor.updated'), { page: { title: '/c' } }, 'the newest, once it may be told');
  await agent.settled();
  t.equal(agent.events.filter(({ type }) => type === 'visitor.updated').length, 2);

  // Another tab; then a click, which closes one page and opens the next; then nobody.
  const two = await socket(token);
  await two.request('visitor.context', page('/other'));
  await one.close();
  await two.close();
  clock.advance(leavingMs - 1);
  t.match(await list('?online=true'), [{ id: visitor.id, online: true }]);
  const three = await socket(token);
  clock.advance(leavingMs);
  t.match(await list(), [{ online: true }], 'it came back in time');
  await three.close();
  await agent.settled();
  clock.advance(leavingMs);
  t.match(await agent.next('visitor.updated', ({ online }) => !online), { visitorId: visitor.id });
  t.same(await list('?online=true'), []);
  t.match(await list('?online=false'), [{ id: visitor.id, online: false, page: { title: '/other' } }], 'where it was last');
});

t.test('[D6] the hello says whether anything is left to ask before the chat', async (t) => {
  const { app, socket, settings } = await house(t);
  const { token } = await app.visitor();
  t.equal((await socket(token)).hello.contactKnown, true, 'nothing is asked');
  const field = (key: string, required: boolean, kind = 'text') => ({ key, label: key, kind, required, choices: [] });
  await settings({ preChat: { enabled: true, fields: [field('name', true), field('email', true, 'email'), field('topic', true), field('size', false)] } });
  const one = await socket(token);
  t.equal(one.hello.contactKnown, false);
  await one.request('visitor.contact', { name: 'Vera', fields: { topic: 'Sizes' } });
  t.equal((await socket(token)).hello.contactKnown, false, 'the e-mail is missing');
  await one.request('visitor.contact', { email: 'vera@example.com' });
  t.equal((await socket(token)).hello.contactKnown, true, 'also for another tab, before anything is stored');
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  t.equal((await socket(token)).hello.contactKnown, true);
  t.equal((await socket((await app.visitor()).token)).hello.contactKnown, false);
});

t.test('[D3] a visitor is seen when it comes and when it leaves', async (t) => {
  const { app, socket, clock } = await house(t);
  const seen = async () => (await app.database.q.select().from(app.database.tables.visitors))[0]!.lastSeenAt;
  const { token } = await app.visitor();
  const one = await socket(token);
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  const first = await seen();
  await one.close();
  clock.advance(120_000);
  const two = await socket(token);
  t.equal((await seen()) - first, 120_000);
  clock.advance(40_000);
  await two.close();
  for (let turn = 0; turn < 500 && (await seen()) - first === 120_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  t.equal((await seen()) - first, 160_000);
});

t.test('[D7] a visitor reads what is kept of it, without the team\'s notes', async (t) => {
  const { app, socket, owner, page } = await house(t);
  const { token, headers, visitor } = await app.visitor();
  t.equal((await app.inject({ url: '/v1/visitors/me/export', headers })).statusCode, 404, 'of somebody who never wrote nothing is kept');
  const one = await socket(token);
  await one.request('visitor.context', page('/cups'));
  await one.request('message.send', { clientId: clientId(1), text: 'Hello' });
  const { conversationId } = await one.request('message.send', { clientId: clientId(2), text: 'Anybody?' });
  const agent = await socket(owner.accessToken);
  await agent.request('message.send', { conversationId, clientId: clientId(3), text: 'a private word', note: true });
  await app.inject({ method: 'PATCH', url: `/v1/visitors/${visitor.id}`, headers: owner.headers, payload: { note: 'a private word' } });
  const own = await app.inject({ url: '/v1/visitors/me/export', headers });
  t.match(own.json<VisitorExport>(), { visitor: { id: visitor.id, note: '' }, conversations: [{ conversation: { id: conversationId }, messages: [{ text: 'Hello' }, { text: 'Anybody?' }], calls: [], recordings: [] }], pages: [{ title: '/cups' }] });
  t.notMatch(own.body, 'a private word');
  const whole = await app.inject({ url: `/v1/visitors/${visitor.id}/export`, headers: owner.headers });
  t.match(whole.json<VisitorExport>(), { visitor: { note: 'a private word' }, conversations: [{ messages: [{}, {}, { text: 'a private word' }] }] });
  t.equal((await app.inject({ url: '/v1/visitors/me/export', headers: owner.headers })).statusCode, 403);
});
