import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import type { AgentPrincipal } from '../auth/principal.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createCannedReplies } from './canned-replies.ts';
import { createSavedFilters, FILTERS_AT_MOST } from './saved-filters.ts';
import { createTags } from './tags.ts';
import { createWorkspaceStore } from './workspace.store.ts';

const agent = (id: string, organisationId = 'org'): AgentPrincipal => ({ kind: 'agent', id, name: id, organisationId, role: 'agent', sessionId: 's', expiresAt: Infinity });

await eachEngine(t, async (t, open) => {
  const database = await open();
  const clock = fakeClock();
  const audited: { action: string }[] = [];
  const parts = { store: createWorkspaceStore(database), audit: { record: (what: { action: string }) => void audited.push(what) }, clock };
  const [tags, replies, filters] = [createTags(parts), createCannedReplies(parts), createSavedFilters(parts)];

  await t.test('[I3][S4] tags: one name once in an organisation, whatever its case; deleting takes it from the conversations', async (t) => {
    const { q, tables } = database;
    const refund = await tags.add('org', { name: ' Refund ', colour: 'red' });
    t.strictSame(refund, { id: refund.id, name: 'Refund', colour: 'red' });
    for (const name of ['refund', 'REFUND']) await t.rejects(tags.add('org', { name, colour: 'blue' }), { code: 'name_taken' });
    await tags.add('other', { name: 'Refund', colour: 'blue' });
    const order = await tags.add('org', { name: '주문', colour: 'blue' });
    await t.rejects(tags.change('org', order.id, { name: 'rEfund' }), { code: 'name_taken' });
    t.strictSame(await tags.change('org', order.id, { colour: 'green' }), { ...order, colour: 'green' });
    t.strictSame(await tags.change('org', order.id, { name: 'Order' }), { id: order.id, name: 'Order', colour: 'green' });
    t.strictSame(await tags.change('org', order.id, {}), { id: order.id, name: 'Order', colour: 'green' });
    for (const [organisationId, id] of [['other', order.id], ['org', 'nothing']] as const) {
      await t.rejects(tags.change(organisationId, id, { name: 'x' }), { code: 'not_found' });
      await t.rejects(tags.remove(agent('a', organisationId), id), { code: 'not_found' });
    }
    for (const [conversationId, organisationId] of [['c1', 'org'], ['c2', 'org']] as const) {
      await q.insert(tables.conversationTags).values({ conversationId, organisationId, tagId: refund.id, createdAt: 1 });
    }
    await tags.remove(agent('a'), refund.id);
    t.strictSame((await tags.list('org')).map(({ name }) => name), ['Order']);
    t.strictSame(await q.select().from(tables.conversationTags), []);
    t.match(audited.at(-1), { action: 'tag.deleted', actor: { id: 'a' }, target: { name: 'Refund' }, detail: { conversations: 2 } });
  });

  await t.test('[I3][S4] canned replies: one shortcut once, pages in order, nothing of another organisation', async (t) => {
    const made = [];
    for (const shortcut of ['Hello', 'bye', '안녕']) {
      clock.advance(1);
      made.push(await replies.add('org', { shortcut, text: ' Hello {{visitor.name}} ' }));
    }
    t.match(made[0], { shortcut: 'hello', text: 'Hello {{visitor.name}}' });
    await t.rejects(replies.add('org', { shortcut: 'HELLO', text: 'x' }), { code: 'name_taken' });
    await t.rejects(replies.change('org', made[1]!.id, { shortcut: 'hello' }), { code: 'name_taken' });
    t.match(await replies.change('org', made[1]!.id, { text: 'Good bye' }), { shortcut: 'bye', text: 'Good bye' });
    await t.rejects(replies.change('other', made[1]!.id, { text: 'x' }), { code: 'not_found' });
    await t.rejects(replies.remove(agent('a', 'other'), made[1]!.id), { code: 'not_found' });
    const first = await replies.list('org', { limit: 2 });
    t.strictSame(first.items.map(({ shortcut }) => shortcut), ['hello', 'bye']);
    t.strictSame((await replies.list('org', { limit: 2, cursor: first.next! })).items.map(({ shortcut }) => shortcut), ['안녕']);
    await t.rejects(replies.list('org', { limit: 2, cursor: 'x' }), { code: 'bad_request' });
    await replies.remove(agent('a'), made[0]!.id);
    t.match(audited.at(-1), { action: 'canned_reply.deleted', target: { name: 'hello' } });
    t.strictSame((await replies.list('other', { limit: 9 })).items, []);
  });

  await t.test('[I3][S4] saved filters are one\'s own, and no more than one can look at', async (t) => {
    const [ada, bob] = [agent('ada'), agent('bob')];
    const kept = await filters.add(ada, { name: ' Mine ', query: { assignee: 'me', text: "' OR 1=1" } });
    t.strictSame(await filters.list(ada), [{ id: kept.id, name: 'Mine', query: { assignee: 'me', text: "' OR 1=1" } }]);
    t.strictSame(await filters.list(bob), []);
    for (const somebody of [bob, agent('ada', 'other')]) {
      await t.rejects(filters.change(somebody, kept.id, { name: 'x' }), { code: 'not_found' });
      await t.rejects(filters.remove(somebody, kept.id), { code: 'not_found' });
    }
    t.match(await filters.change(ada, kept.id, { query: { status: 'open' } }), { name: 'Mine', query: { status: 'open' } });
    for (let n = 1; n < FILTERS_AT_MOST; n += 1) await filters.add(ada, { name: `${n}`, query: {} });
    await t.rejects(filters.add(ada, { name: 'one more', query: {} }), { code: 'unprocessable' });
    await filters.remove(ada, kept.id);
    await filters.add(ada, { name: 'one more', query: {} });
  });

  await t.test('[S3][S9] whatever stands in a name or text comes back as it is, cleaned of what no engine keeps', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => /\S/.test(text)), async (text) => {
      const made = await replies.add('fuzz', { shortcut: clock.id(), text });
      const [found] = (await replies.list('fuzz', { limit: 100 })).items;
      assert.deepEqual(found, made);
      await replies.remove(agent('a', 'fuzz'), made.id);
    }), { numRuns: 30 });
  });
});

await t.test('[HT4][S5] tags, canned replies and saved filters over HTTP', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const agentOf = await app.agent('agent');
  const ask = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = agentOf.headers) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json<{ id: string; code?: string }>() };
  };
  const visitor = await app.visitor();
  for (const [path, body, patch, wrong] of [
    ['/v1/tags', { name: 'Refund', colour: 'red' }, { colour: 'pink' }, { name: ' ', colour: 'red' }],
    ['/v1/canned-replies', { shortcut: 'hi', text: 'Hello' }, { text: 'Good day' }, { shortcut: 'a b', text: 'x' }],
    ['/v1/saved-filters', { name: 'Mine', query: { assignee: 'me' } }, { name: 'Ours' }, { name: 'x', query: { a: 1 } }],
  ] as const) {
    const made = await ask('POST', path, body);
    t.match(made, { status: 201, body });
    t.match(await ask('GET', path), { status: 200, body: { items: [body], next: null } });
    t.match(await ask('PATCH', `${path}/${made.body!.id}`, patch), { status: 200, body: patch });
    t.match(await ask('POST', path, wrong), { status: 400, body: { code: 'bad_request' } });
    t.match(await ask('GET', path, undefined, visitor.headers), { status: 403 });
    t.strictSame(await ask('DELETE', `${path}/${made.body!.id}`), { status: 204, body: null });
    t.match(await ask('DELETE', `${path}/${made.body!.id}`), { status: 404 });
  }
});
