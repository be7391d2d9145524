import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import type { AgentPrincipal, KeyPrincipal } from '../auth/principal.ts';
import { createConversationRemovalStore } from '../chat/conversation-removal.store.ts';
import { problem, Problem } from '../errors.ts';
import type { NewRow } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createSearchFollower } from './search-follower.ts';
import { partsOf } from './search-text.ts';
import { createSearchStore } from './search.store.ts';
import { createSearch } from './search.ts';

const agent = (organisationId: string, id = 'ada'): AgentPrincipal => ({ kind: 'agent', id, name: 'Ada', organisationId, role: 'agent', sessionId: 's', expiresAt: 0 });
const start = Date.UTC(2026, 0, 1);

await eachEngine(t, async (t, open) => {
  const database = await open();
  const { q, tables } = database;
  const clock = fakeClock(start);
  const store = createSearchStore(database);
  const failures: unknown[] = [];
  const follow = () => createSearchFollower({ store, clock, failed: (error) => void failures.push(error) });
  let follower = follow();
  const search = createSearch({
    store, follower: { caughtUp: () => follower.caughtUp() }, onWire: (row) => ({ id: row.id, seq: row.seq, text: row.text, conversationId: row.conversationId }) as never,
    async conversation(_asker, id) {
      if (id.startsWith('lost')) throw problem('not_found');
      return { id } as never;
    },
  });
  let made = 0;
  /** A conversation with lines that are a second apart. */
  const conversation = async (texts: readonly string[], more: Partial<NewRow<'conversations'>> & { name?: string; at?: number; kind?: 'text' | 'note' } = {}) => {
    const { name = 'Nobody', at = start, kind = 'text', ...row } = more;
    const id = row.id ?? `c${String(++made).padStart(5, '0')}`;
    const organisationId = row.organisationId ?? 'org';
    await q.insert(tables.visitors).values({ id: `v${id}`, organisationId, siteId: 's', name, createdAt: 1, lastSeenAt: 1 });
    await q.insert(tables.conversations).values({ id, organisationId, siteId: 's', visitorId: `v${id}`, status: 'open', lastSeq: 0, lastMessageAt: at, createdAt: 1, updatedAt: 1, ...row });
    await say(id, organisationId, texts, at, kind);
    return id;
  };
  const say = async (id: string, organisationId: string, texts: readonly string[], at: number, kind: 'text' | 'note' = 'text') => {
    await database.appendMessages(texts.map((text, index) => ({
      organisationId, conversationId: id, id: clock.id(), clientId: clock.id(), author: { kind: 'agent' as const, id: 'x', name: 'x' }, kind, text, createdAt: at + index * 1000,
    })));
    follower.note(id);
  };
  const find = async (asker: AgentPrincipal | KeyPrincipal, text: string, more: Partial<Parameters<typeof search.find>[1]> = {}) => {
    const { items, next } = await search.find(asker, { q: text, ...more });
    return { hits: items.map(({ message }) => `${message.conversationId}/${message.seq}`), next, items };
  };
  const all = async (asker: AgentPrincipal | KeyPrincipal, text: string, more: Partial<Parameters<typeof search.find>[1]> = {}) => {
    const hits: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await find(asker, text, { ...more, ...(cursor !== undefined && { cursor }) });
      hits.push(...page.hits);
      if (page.next === null) return hits;
      cursor = page.next;
    }
  };
  const entries = async (id: string) => {
    const [row] = await q.select().from(tables.searchProgress);
    const all = await q.select().from(tables.searchEntries);
    const progress = (await q.select().from(tables.searchProgress)).find(({ conversationId }) => conversationId === id);
    return { any: row !== undefined, progress: progress?.indexedSeq ?? null, entries: progress ? all.filter(({ conversation }) => conversation === progress.number).length : 0, total: all.length };
  };
  await follower.settled();

  await t.test('[K9][SE1][SE2] finds parts of words in every conversation of the organisation, Korean ones too, the newest first', async (t) => {
    const me = agent('first');
    const a = await conversation(['Free Shipping today', '환불해주세요', 'plain'], { organisationId: 'first' });
    const b = await conversation(['배송이 언제 되나요? 환불 되나요?', 'I want to ship it', '50% "off" -x NEAR(a) col:umn ok'], { organisationId: 'first', at: start + 500 });
    await conversation(['Free Shipping 환불'], { organisationId: 'other' });
    t.strictSame((await find(me, 'ship')).hits, [`${b}/2`, `${a}/1`], 'a part of a word, whatever its case');
    t.strictSame((await find(me, '환불')).hits, [`${a}/2`, `${b}/1`], 'two syllables, with and without an ending');
    t.strictSame((await find(me, '송이')).hits, [`${b}/1`]);
    t.strictSame((await find(me, '불')).hits, [`${a}/2`, `${b}/1`], 'one syllable');
    t.strictSame((await find(me, 'ok')).hits, [`${b}/3`], 'two letters');
    t.strictSame((await find(me, '환불 배송')).hits, [`${b}/1`], 'every word');
    t.strictSame((await find(me, '"되나요? 환불"')).hits, [`${b}/1`]);
    t.strictSame((await find(me, '"환불 배송"')).hits, []);
    for (const operator of ['NEAR(a)', '-x', 'col:umn', '50%', '"off"', '50% "off"']) t.strictSame((await find(me, operator)).hits.slice(0, 1), [`${b}/3`], operator);
    for (const none of ['zebra', 'ship*', 'ship OR plain', '"', '""', '  "  ', 'NOT ship', '^ship', '%', '_x_']) t.strictSame((await find(me, none)).hits, none === '%' ? [`${b}/3`] : [], none);
    t.strictSame((await find(me, 'SHIP')).items[0]!.marks, [[10, 14]]);
    t.strictSame((await find({ kind: 'key', id: 'k', name: 'K', organisationId: 'first', scopes: [] }, 'ship')).hits, [`${b}/2`, `${a}/1`]);
  });

  await t.test('[K9][S4] filters: conversation, visitor, site, time; a foreign one finds nothing', async (t) => {
    const me = agent('filters');
    const a = await conversation(['hello one', 'hello two', 'hello three'], { organisationId: 'filters', siteId: 'north' });
    const b = await conversation(['hello four'], { organisationId: 'filters', siteId: 'south', at: start + 10_000 });
    const foreign = await conversation(['hello five'], { organisationId: 'elsewhere' });
    t.strictSame(await all(me, 'hello', { limit: 1 }), [`${b}/1`, `${a}/3`, `${a}/2`, `${a}/1`]);
    t.strictSame(await all(me, 'hello', { conversation: a, limit: 2 }), [`${a}/3`, `${a}/2`, `${a}/1`]);
    t.strictSame(await all(me, 'hello', { visitor: `v${a}`, limit: 1 }), [`${a}/3`, `${a}/2`, `${a}/1`]);
    t.strictSame(await all(me, 'hello', { site: 'south' }), [`${b}/1`]);
    t.strictSame(await all(me, 'hello', { from: new Date(start + 1000).toISOString(), to: new Date(start + 10_000).toISOString() }), [`${a}/3`, `${a}/2`], 'from is included, to is not');
    for (const filter of [{ conversation: foreign }, { visitor: `v${foreign}` }, { conversation: 'nowhere' }]) t.strictSame(await all(me, 'hello', filter), []);
    const { next } = await find(me, 'hello', { conversation: a, limit: 1 });
    await t.rejects(search.find(me, { q: 'hello', cursor: next! }), { code: 'bad_request' }, 'the cursor of another kind of search');
    await t.rejects(search.find(me, { q: 'hello', cursor: 'x' }), { code: 'bad_request' });
  });

  await t.test('[K9][S4] notes are found by the team; its rooms by those who are in them', async (t) => {
    const room = await conversation(['secret plan'], { organisationId: 'rooms', teamKind: 'group', visitorId: '', siteId: '' });
    const note = await conversation(['secret note'], { organisationId: 'rooms', kind: 'note', at: start - 1000 });
    await q.insert(tables.participants).values({ conversationId: room, agentId: 'bob', organisationId: 'rooms', joinedAt: 1 });
    t.strictSame((await find(agent('rooms', 'bob'), 'secret')).hits, [`${room}/1`, `${note}/1`]);
    for (const asker of [agent('rooms', 'ada'), { kind: 'key', id: 'bob', name: '', organisationId: 'rooms', scopes: [] } as KeyPrincipal]) {
      t.strictSame((await find(asker, 'secret')).hits, [`${note}/1`]);
      t.strictSame((await find(asker, 'secret', { conversation: room })).hits, []);
    }
    await conversation(['secret gone'], { id: 'lost1', organisationId: 'rooms', at: start + 5000 });
    t.strictSame((await find(agent('rooms'), 'secret')).hits, [`${note}/1`], 'what went away in between is left out');
  });

  await t.test('[K9] the index follows: at a distance, after a crash, over many lines, and says when it is behind', async (t) => {
    await follower.close();
    const id = await conversation(Array.from({ length: 700 }, (_none, at) => `line${at} of many`), { organisationId: 'follow' });
    t.equal((await entries(id)).progress, null, 'nobody has looked yet: the process was killed');
    t.strictSame(await search.conversationsHolding('follow', 'line699'), null, 'a list asks the tables meanwhile');
    follower = follow();
    follower.start();
    for (let turn = 0; turn < 200 && (await entries(id)).progress !== 700; turn++) {
      clock.advance(5000);
      for (let step = 0; step < 20; step++) await new Promise(setImmediate);
    }
    t.match(await entries(id), { progress: 700, entries: 700 });
    t.strictSame((await find(agent('follow'), 'line699')).hits, [`${id}/700`]);
    await say(id, 'follow', ['and one moreover'], start + 1e6);
    t.strictSame((await find(agent('follow'), 'moreover')).hits, [`${id}/701`], 'what was committed before the search is found by it');
    // The same chapter again, as a second process would write it.
    const chapter = { conversationId: id, organisationId: 'follow', after: 0, upTo: 701, messages: [{ seq: 1, createdAt: start, grams: [1] }] };
    await store.write([chapter]);
    t.match(await entries(id), { progress: 701, entries: 701 }, 'nothing twice');
    await store.write([{ ...chapter, conversationId: 'never there', after: 0 }]);
    t.equal((await entries('never there')).progress, null);
    t.strictSame(failures, []);
  });

  await t.test('[K9][K10] after a start one question is enough to know what is missing, of however many conversations', async (t) => {
    for (let round = 0; round < 12; round++) {
      await q.insert(tables.conversations).values(Array.from({ length: 400 }, (_none, at) => ({
        id: `many${round}-${at}`, organisationId: 'many', siteId: 's', visitorId: 'v', status: 'closed' as const, lastSeq: 0, lastMessageAt: 1, createdAt: 1, updatedAt: 1,
      })));
    }
    const id = await conversation(['needle'], { id: 'zz-last', organisationId: 'many' });
    await follower.settled();
    const second = follow();
    t.equal(await second.caughtUp(), true, 'a new process looked through all of them');
    t.strictSame(await store.behind('', 10_000), { ids: [], last: null });
    await database.appendMessages([{ organisationId: 'many', conversationId: id, id: clock.id(), clientId: clock.id(), author: { kind: 'agent', id: 'x', name: 'x' }, kind: 'text', text: 'more', createdAt: start }]);
    t.strictSame((await store.behind('', 10_000)).ids, [id]);
    t.match(await store.behind('', 2), { ids: [] });
    await second.close();
    follower.note(id);
    await follower.settled();
  });

  await t.test('[K9][N9] with a conversation its entries go, in the same transaction', async (t) => {
    const id = await conversation(['unrepeatable'], { organisationId: 'gone', status: 'closed', closedAt: 5 });
    await follower.settled();
    const before = await entries(id);
    t.match(before, { progress: 1, entries: 1 });
    const removal = createConversationRemovalStore(database);
    t.equal((await removal.remove('gone', id, 'closed', 1)).outcome, 'removed');
    t.match(await entries(id), { progress: null, total: before.total - 1 });
    t.strictSame((await find(agent('gone'), 'unrepeatable')).hits, []);
    const later = await conversation(['another one'], { organisationId: 'gone' });
    t.strictSame((await find(agent('gone'), 'another')).hits, [`${later}/1`], 'its number may be given again');
  });

  await t.test('[K10][H1] lists ask the index which conversations hold a text in a line or a name', async (t) => {
    const a = await conversation(['배송 문의'], { organisationId: 'lists', name: 'Anna Berg' });
    const b = await conversation(['anna was here', 'and so was ANNA'], { organisationId: 'lists' });
    await follower.settled();
    const holding = async (text: string) => (await search.conversationsHolding('lists', text))?.toSorted() ?? null;
    t.strictSame(await holding('anna'), [a, b]);
    t.strictSame(await holding('배송'), [a]);
    t.strictSame(await holding('nna Be'), [a]);
    t.strictSame(await holding('zebra'), []);
    t.strictSame([await holding('a'), await holding('송')], [null, null], 'too short');
  });

  await t.test('[K9][S3] whatever is asked for, exactly what holds it is found, over pages of any size', async () => {
    const piece = fc.constantFrom('환불', '해주세요', '배송', 'ship', 'ping', 'Sch', 'ß', 'é', '"', '*', '-', 'NEAR', 'OR', ':', '(', ')', '%', '_', "'", '\\', ' ', ' ', '가', 'a', 'aa', '😀', '\0', '\ud800', '{', '}', ',');
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((all) => all.join('')).filter((value) => value.trim() !== '');
    await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), fc.array(text, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), async (texts, queries, limit) => {
      const organisationId = `fuzz${++made}`;
      const id = await conversation(texts, { organisationId });
      for (const query of [...queries, texts[0]!]) {
        const parts = partsOf(query.replaceAll('\0', '\uFFFD').replaceAll('\ud800', '\uFFFD'));
        const stored = await q.select().from(tables.messages);
        const expected = stored.filter((row) => row.organisationId === organisationId && parts.length > 0 && parts.every((part) => row.text.toLowerCase().normalize('NFKC').replaceAll('ß', 'ss').replaceAll(/\s+/g, ' ').includes(part)))
          .map(({ seq }) => seq).sort((a, b) => b - a).map((seq) => `${id}/${seq}`);
        assert.deepEqual(await all(agent(organisationId), query, { limit }), expected, JSON.stringify([query, texts]));
        assert.deepEqual(await all(agent(organisationId), query, { limit, visitor: `v${id}` }), expected);
      }
    }), { numRuns: database.engine === 'sqlite' ? 60 : 25 });
    assert.ok(problem('not_found') instanceof Problem);
  });
  await follower.close();
});
