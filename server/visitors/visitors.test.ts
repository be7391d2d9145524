import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import t, { type Test } from 'tap';
import type { Page, VisitorAnswer } from '../../protocol/http.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import type { TimelineEntry } from '../../protocol/work.ts';
import type { Database } from '../store/database.ts';
import type { NewRow } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import { createVisitorsStore } from './visitors.store.ts';

const clientId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;

async function house(t: Test, database?: Database) {
  const app = await testApp(database ? { database } : {});
  t.teardown(() => app.close());
  const { headers, site, agent, accessToken } = await app.owner();
  const { q, tables } = app.database;
  const { organisationId } = agent;
  const visitor = async (fields: Partial<NewRow<'visitors'>>) => {
    const id = fields.id ?? app.clock.id();
    const now = app.clock.now();
    await q.insert(tables.visitors).values({ organisationId, siteId: site.id, name: 'x', createdAt: now, lastSeenAt: now, ...fields, id });
    return id;
  };
  const get = (url: string, as = headers) => app.inject({ url, headers: as });
  const ids = async (query: string) => (await get(`/v1/visitors${query}`)).json<Page<Visitor>>().items.map(({ id }) => id);
  return { app, headers, site, organisationId, q, tables, visitor, get, ids, accessToken };
}

t.test('[D2] names are given once a site, in the visitor\'s language', async (t) => {
  const { app, site, visitor } = await house(t);
  const welcome = async (locale: string) => (await app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin: app.ownOrigins()[0]! }, payload: { siteKey: site.publishableKey, locale } })).json<VisitorAnswer>().visitor.name;
  const names: string[] = [];
  for (let n = 0; n < 200; n++) names.push(await welcome(n % 2 === 0 ? 'ko' : 'en'));
  t.equal(new Set(names).size, names.length);
  t.ok(names.filter((name) => /[가-힣]/.test(name)).length === 100);
  await visitor({ name: 'Curious Otter' });
  const store = createVisitorsStore(app.database);
  t.same(await store.namesTaken(site.id, ['Curious Otter', 'Calm Fox']), ['Curious Otter']);
  t.same(await store.namesTaken('another site', ['Curious Otter']), [], 'each site for itself');
});

t.test('[D3] the language that a visitor came with is kept with the first message', async (t) => {
  const { app, site, q, tables } = await house(t);
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const answer = await app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin, 'accept-language': 'pt-br,pt;q=0.9,en;q=0.8' }, payload: { siteKey: site.publishableKey } });
  const one = await connect({ url, token: answer.json<VisitorAnswer>().token, origin });
  await one.request('message.send', { clientId: clientId(1), text: 'Olá' });
  t.match(await q.select().from(tables.visitors), [{ locale: 'pt-BR' }]);
  await one.close();
});

t.test('[S3] [D1] the list finds by text, site, identity and presence, and pages on', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { app, visitor, ids, get, headers, organisationId } = await house(t, await open());
    const kim = await visitor({ name: '김 100%_ok', email: 'Kim@Example.com' });
    const lee = await visitor({ name: 'Lee', externalId: 'Customer-77', verifiedAt: 1 });
    const merged = await visitor({ name: 'Lee', mergedInto: lee });
    const other = (await app.inject({ method: 'POST', url: '/v1/sites', headers, payload: { name: 'Other' } })).json<{ id: string }>().id;
    const park = await visitor({ name: 'Park', siteId: other });
    t.same(await ids(''), [park, lee, kim], 'newest first, and nobody twice');
    const find = (text: string) => ids(`?text=${encodeURIComponent(text)}`);
    t.same(await find('김'), [kim]);
    t.same(await find('kim@EXAMPLE'), [kim]);
    t.same(await find('customer-77'), [lee]);
    t.same(await find('0%_'), [kim], 'signs of LIKE are signs like any other');
    for (const text of ['%', '_', '\\', '%e', "'; --", '" or 1=1']) t.same(await find(text), text === '%' || text === '_' ? [kim] : [], text);
    t.same(await ids(`?site=${other}`), [park]);
    t.same(await ids('?verified=true'), [lee]);
    t.same(await ids('?verified=false'), [park, kim]);
    t.same(await ids('?online=true'), []);
    t.same(await ids('?online=false&verified=true'), [lee]);
    t.equal(codeOf(await get('/v1/visitors?online=perhaps')), 'bad_request');
    t.equal(codeOf(await get(`/v1/visitors/${merged}`)), 'not_found');
    t.match((await get(`/v1/visitors/${lee}`)).json(), { verified: true, externalId: 'Customer-77', online: false, page: null });

    const store = createVisitorsStore(app.database);
    await fc.assert(fc.asyncProperty(fc.string({ maxLength: 20, unit: 'grapheme' }), async (text) => {
      const found = await store.list({ organisationId, text, before: null, limit: 10 });
      const clean = text.replaceAll('\0', '\uFFFD').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
      const lower = (value: string | null) => (value ?? '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
      return found.every((row) => [row.name, row.email, row.externalId].some((value) => lower(value).includes(clean)));
    }), { numRuns: 60 });

    for (let n = 0; n < 7; n++) await visitor({ name: `Many ${n}` });
    for (const query of ['text=many', 'text=many&online=false']) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const answer: Page<Visitor> = (await get(`/v1/visitors?${query}&limit=3${cursor && `&cursor=${cursor}`}`)).json();
        seen.push(...answer.items.map(({ name }) => name));
        cursor = answer.next;
      }
      t.same(seen, ['Many 6', 'Many 5', 'Many 4', 'Many 3', 'Many 2', 'Many 1', 'Many 0'], query);
    }
  });
});

t.test('[N11] the list of those who are here goes page by page too', async (t) => {
  const { app, ids, get } = await house(t);
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const here: string[] = [];
  for (let n = 0; n < 5; n++) {
    const { token, visitor } = await app.visitor();
    const one = await connect({ url, token, origin });
    t.teardown(() => one.socket.terminate());
    if (n > 0) await one.request('message.send', { clientId: clientId(n), text: 'Hello' });
    if (n > 0) here.unshift(visitor.id);
  }
  t.same(await ids('?online=true'), here, 'who has written nothing is in no list');
  const first = (await get('/v1/visitors?online=true&limit=3')).json<Page<Visitor>>();
  t.same(first.items.map(({ id }) => id), here.slice(0, 3));
  t.same((await get(`/v1/visitors?online=true&limit=3&cursor=${first.next}`)).json<Page<Visitor>>().items.map(({ id }) => id), here.slice(3));
});

t.test('[D1] agents note what they know; the log says that they did, and not what', async (t) => {
  const { app, visitor, headers, get } = await house(t);
  const id = await visitor({ name: 'Anonymous' });
  const patch = (payload: object, as = headers) => app.inject({ method: 'PATCH', url: `/v1/visitors/${id}`, headers: as, payload });
  t.match((await patch({ name: ' Vera ', email: 'vera@example.com', note: ' likes tea ' })).json(), { name: 'Vera', email: 'vera@example.com', note: 'likes tea', verified: false });
  t.match((await patch({ email: null, note: '' }, (await app.agent('agent')).headers)).json(), { name: 'Vera', email: null, note: '' });
  for (const payload of [{ name: '  ' }, { email: 'nobody' }, { note: 'x'.repeat(4001) }, { name: 5 }]) t.equal(codeOf(await patch(payload)), 'bad_request');
  t.equal(codeOf(await app.inject({ method: 'PATCH', url: '/v1/visitors/nope', headers, payload: {} })), 'not_found');
  const audit = await get('/v1/audit');
  t.match(audit.json<Page<AuditEntry>>().items.filter(({ action }) => action === 'visitor.updated'), [{ target: { id, name: '' }, detail: { changed: ['email', 'note'] } }, { detail: { changed: ['name', 'email', 'note'] } }]);
  t.notMatch(audit.body, /Vera|vera@|tea/);
});

t.test('[N9] the timeline: everything of one visitor, newest first, each once however it is paged', async (t) => {
  await eachEngine(t, async (t, open) => {
    const { visitor, get, site, organisationId, q, tables } = await house(t, await open());
    const id = await visitor({});
    const stranger = await visitor({});
    const at = 1_767_225_600_000;
    const ids = fakeClock(at);
    const own = { organisationId, siteId: site.id };
    const add = async (visitorId: string, time: number) => {
      const [conversationId, callId] = [ids.id(), ids.id()];
      await q.insert(tables.conversations).values({ ...own, id: conversationId, visitorId, status: 'closed', lastSeq: 0, lastMessageAt: time, createdAt: time, updatedAt: time });
      await q.insert(tables.calls).values({ ...own, id: callId, conversationId, visitorId, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: visitorId, startedByName: 'x', createdAt: time, endedAt: time, endReason: 'no_answer' });
      await q.insert(tables.recordings).values({ organisationId, id: ids.id(), callId, conversationId, state: 'failed', mimeType: 'audio/webm', startedAt: time, gaps: [], attempts: 0, createdAt: time, updatedAt: time });
      const line = { organisationId, conversationId, authorKind: 'visitor' as const, authorId: visitorId, authorName: 'x', createdAt: time };
      await q.insert(tables.messages).values([
        { ...line, id: ids.id(), clientId: ids.id(), seq: 1, kind: 'text', text: 'one' }, { ...line, id: ids.id(), clientId: ids.id(), seq: 2, kind: 'note', text: 'two' },
        { ...line, id: ids.id(), clientId: ids.id(), seq: 3, kind: 'call', text: '' }, // told by the call itself
      ]);
      await q.insert(tables.pageViews).values({ organisationId, id: ids.id(), visitorId, url: 'https://a.example/', title: 'A', createdAt: time });
      await q.insert(tables.pageViews).values({ organisationId, id: ids.id(), visitorId, url: 'https://a.example/b', title: 'B', createdAt: time });
    };
    // Several things in one millisecond are the hard part.
    for (const time of [at, at, at + 1, at + 5, at + 5]) await add(id, time);
    await add(stranger, at + 2);

    const key = (entry: TimelineEntry) => `${entry.kind} ${(Object.entries(entry).find(([name]) => name === entry.kind)![1] as { id: string }).id}`;
    const whole = (await get(`/v1/visitors/${id}/timeline?limit=100`)).json<Page<TimelineEntry>>();
    t.equal(whole.items.length, 35);
    t.equal(whole.next, null);
    t.same(whole.items.map((entry) => entry.at), whole.items.map((entry) => entry.at).sort().reverse());
    for (const limit of [1, 2, 3, 7, 34, 35]) {
      const seen: string[] = [];
      let late = false;
      for (let cursor: string | null = ''; cursor !== null;) {
        const answer: Page<TimelineEntry> = (await get(`/v1/visitors/${id}/timeline?limit=${limit}${cursor && `&cursor=${cursor}`}`)).json();
        t.ok(answer.items.length <= limit);
        seen.push(...answer.items.map(key));
        cursor = answer.next;
        if (late) continue;
        late = true; // what comes meanwhile shifts nothing
        await q.insert(tables.pageViews).values({ organisationId, id: ids.id(), visitorId: id, url: `https://a.example/${limit}`, title: 'late', createdAt: at + 1000 });
      }
      const expected = whole.items.map(key);
      t.same(seen.slice(-expected.length), expected, `pages of ${limit}`);
    }
    t.equal(codeOf(await get(`/v1/visitors/nope/timeline`)), 'not_found');
    t.equal(codeOf(await get(`/v1/visitors/${id}/timeline?cursor=garbage`)), 'bad_request');
    t.equal(codeOf(await get(`/v1/visitors/${id}/timeline?cursor=${Buffer.from('5 x').toString('base64url')}`)), 'bad_request', 'a cursor of another list');
  });
});

t.test('[D1] programs hear of a new visitor once, after the commit, and of one who was vouched for', async (t) => {
  const { q, tables, organisationId, app, headers, site } = await house(t);
  const now = app.clock.now();
  await q.insert(tables.webhooks).values({ id: 'w', organisationId, name: 'w', url: 'https://hook.example/', events: ['visitor.created', 'visitor.identified', 'visitor.updated'], secret: `whsec_${'x'.repeat(32)}`, enabled: true, bot: false, createdAt: now, updatedAt: now });
  const url = (await app.listen()).replace('http', 'ws');
  const { token, visitor } = await app.visitor();
  const one = await connect({ url, token, origin: app.ownOrigins()[0]! });
  t.teardown(() => one.socket.terminate());
  await Promise.all([1, 2, 3].map((n) => one.request('message.send', { clientId: clientId(n), text: 'Hello' })));
  await one.request('visitor.contact', { name: 'Vera' });
  const { secret } = (await app.inject({ method: 'POST', url: `/v1/sites/${site.id}/identity-secret`, headers })).json<{ secret: string }>();
  const text = `u-1.${Math.floor(now / 1000) + 600}`;
  const identity = `${text}.${createHmac('sha256', secret).update(text).digest('hex')}`;
  const known = (await app.inject({ method: 'POST', url: '/v1/visitors/identify', payload: { token, identity } })).json<VisitorAnswer>();
  const told = async () => (await q.select().from(tables.deliveries)).map(({ event, payload }) => [event, (JSON.parse(payload) as { data: { id?: string; visitor?: { id: string } } }).data]);
  for (let turn = 0; turn < 2000 && (await told()).length < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  t.match((await told()).map(([event, data]) => [event, JSON.stringify(data).includes(event === 'visitor.identified' ? known.visitor.id : visitor.id)]), [['visitor.created', true], ['visitor.updated', true], ['visitor.identified', true]]);
});
