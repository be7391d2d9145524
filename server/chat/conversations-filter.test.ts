import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { writeCursor } from '../page-cursor.ts';
import { partsLike } from '../store/holds-part.ts';
import type { NewRow } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { createChatStore } from './chat.store.ts';
import type { ConversationsFilter } from './conversations-filter.store.ts';

const reader = { kind: 'agent', id: 'ada' } as const;
/** Words that are easily taken for SQL or for wildcards. */
const nasty = fc.oneof(
  fc.constantFrom("'", "''", '"', '%', '_', '!', '\\', "' OR '1'='1", '%%', '_%', '!%', '--', ';', '$1', '?', ':x', '\0', '\ud800', '가', '한국', 'É', 'ß', '/*', "\\'"),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
);

await eachEngine(t, async (t, open) => {
  const database = await open();
  const { q, tables } = database;
  const store = createChatStore(database);
  let made = 0;
  const conversation = async (row: Omit<Partial<NewRow<'conversations'>>, 'notes'> & { name?: string; texts?: readonly string[]; notes?: readonly string[]; tags?: readonly string[]; read?: number } = {}) => {
    const { name = 'Nobody', texts = [], notes = [], tags = [], read = 0, ...more } = row;
    const id = `c${String(++made).padStart(5, '0')}`;
    await q.insert(tables.visitors).values({ id: `v${id}`, organisationId: 'org', siteId: 's', name, createdAt: 1, lastSeenAt: 1 });
    const lines = [...texts.map((text) => ({ text, kind: 'text' as const })), ...notes.map((text) => ({ text, kind: 'note' as const }))];
    await q.insert(tables.conversations).values({
      id, organisationId: 'org', siteId: 's', visitorId: `v${id}`, status: 'open', openKey: `v${id}`, lastSeq: lines.length, lastMessageAt: made, createdAt: made, updatedAt: made,
      ...(notes.length > 0 && { visibleSeq: texts.length }), ...more,
    });
    for (const [at, line] of lines.entries()) {
      await q.insert(tables.messages).values({
        ...line, conversationId: id, seq: at + 1, id: `${id}-${at}`, clientId: `${id}-${at}`, organisationId: more.organisationId ?? 'org', authorKind: 'visitor', authorId: 'x', authorName: 'x', createdAt: 1,
      });
    }
    for (const tagId of tags) await q.insert(tables.conversationTags).values({ conversationId: id, tagId, organisationId: more.organisationId ?? 'org', createdAt: 1 });
    if (read > 0) await q.insert(tables.reads).values({ conversationId: id, memberKind: 'agent', memberId: 'ada', organisationId: 'org', readSeq: read, updatedAt: 1 });
    return id;
  };
  const ids = async (filter: Partial<ConversationsFilter>) =>
    (await store.list({ organisationId: 'org', reader, limit: 200, ...filter })).map(({ conversation }) => conversation.id);

  await t.test('[H1][C6][S4] each filter holds what fits, together they hold what fits all, and none reaches another organisation', async (t) => {
    const a = await conversation({ name: 'Anna Berg', texts: ['Order 4711'], tags: ['t1', 't2'], assigneeId: 'ada', siteId: 'north', read: 1 });
    const b = await conversation({ name: '김민수', texts: ['안녕하세요, 배송 문의드립니다'], tags: ['t2'], status: 'closed', openKey: null, closedAt: 5 });
    const c = await conversation({ name: '50% off_er', texts: ['ÉCOLE'], notes: ['refund him'], assigneeId: 'bob' });
    await conversation({ organisationId: 'other', name: 'Anna Berg', texts: ['Order 4711'], tags: ['t1'], assigneeId: 'ada', siteId: 'north' });
    const expected: [Partial<ConversationsFilter>, string[]][] = [
      [{}, [c, b, a]], [{ status: 'open' }, [c, a]], [{ status: 'closed' }, [b]], [{ assigneeId: 'ada' }, [a]], [{ assigneeId: null }, [b]],
      [{ tagId: 't2' }, [b, a]], [{ tagId: 't1' }, [a]], [{ tagId: 't9' }, []], [{ siteId: 'north' }, [a]], [{ visitorId: `v${b}` }, [b]],
      [{ unread: true }, [c, b]], [{ unread: false }, [a]],
      [{ text: 'anna' }, [a]], [{ text: 'BERG' }, [a]], [{ text: 'order 47' }, [a]], [{ text: '배송' }, [b]], [{ text: '민' }, [b]], [{ text: 'école' }, [c]],
      [{ text: '%' }, [c]], [{ text: '_' }, [c]], [{ text: '50%' }, [c]], [{ text: 'refund' }, [c]],
      [{ text: 'refund', reader: { kind: 'visitor', id: `v${c}` } }, []], [{ unread: true, reader: { kind: 'key', id: 'k' } }, [c, b]],
      [{ text: 'e', ids: [a] }, [a]], [{ text: 'e', ids: [b] }, []], [{ ids: [a, c] }, [c, a]], [{ ids: [] }, []],
      [{ text: 'o', status: 'open', assigneeId: 'ada', tagId: 't2', siteId: 'north', unread: false }, [a]], [{ text: 'o', status: 'closed', assigneeId: 'ada' }, []],
    ];
    for (const [filter, found] of expected) {
      t.strictSame(await ids(filter), found, JSON.stringify(filter));
      t.strictSame((await store.places({ organisationId: 'org', reader, limit: 200, ...filter })).map(({ id }) => id), found, `places, ${JSON.stringify(filter)}`);
    }
  });

  await t.test('[S3] whatever stands in a filter is a value: it finds what holds it, and breaks nothing', async () => {
    const field = fc.constantFrom('text', 'visitorId', 'assigneeId', 'tagId', 'siteId');
    await fc.assert(fc.asyncProperty(nasty, fc.uniqueArray(field, { minLength: 1 }), async (value, fields) => {
      const found = await ids(Object.fromEntries(fields.map((name) => [name, value])));
      if (fields.some((name) => name !== 'text')) assert.deepEqual(found, []);
      const own = await conversation({ texts: [`before ${value} after`], siteId: 'fuzz' });
      assert.deepEqual(await ids({ text: value, siteId: 'fuzz', visitorId: `v${own}` }), [own]);
      const named = await conversation({ name: `x${value}y`, siteId: 'fuzz' });
      assert.ok((await ids({ text: value, siteId: 'fuzz' })).includes(named));
      const without = await conversation({ texts: ['plain'], name: 'plain', siteId: 'fuzz' });
      if (!'plain'.includes(value.toLowerCase())) assert.ok(!(await ids({ text: value, siteId: 'fuzz' })).includes(without));
    }), { numRuns: 60 });
  });

  await t.test('[CH15][S3] the cursor stays right under every filter', async () => {
    const id = fc.constantFrom('p1', 'p2');
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ site: id, tag: id, at: fc.integer({ min: 1, max: 3 }), open: fc.boolean() }), { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), id, fc.boolean(),
      async (rows, limit, wanted, byTag) => {
        const organisationId = `pages${++made}`;
        const expected: { id: string; at: number }[] = [];
        for (const { site, tag, at, open } of rows) {
          const one = await conversation({ organisationId, siteId: site, tags: [tag], lastMessageAt: at, texts: ['x'], ...(!open && { status: 'closed', openKey: null }) });
          if ((byTag ? tag : site) === wanted && open) expected.push({ id: one, at });
        }
        expected.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
        const got: string[] = [];
        for (let before: { at: number; id: string } | undefined; ;) {
          const page = await store.list({ organisationId, reader, limit, status: 'open', text: 'X', ...(byTag ? { tagId: wanted } : { siteId: wanted }), before });
          got.push(...page.map(({ conversation }) => conversation.id));
          if (page.length < limit) break;
          const { lastMessageAt: at, id } = page.at(-1)!.conversation;
          before = { at, id };
          assert.ok(writeCursor(before));
        }
        assert.deepEqual(got, expected.map(({ id }) => id));
      }), { numRuns: 25 });
  });
});

t.test('[S3] wildcards of a text are its own characters, and its letters are looked for in both cases', async (t) => {
  t.strictSame(partsLike('50%_!'), ['%50!%!_!!%']);
  t.strictSame(partsLike('École'), ['%École%', '%école%', '%École%'].filter((part, at, all) => all.indexOf(part) === at));
});
