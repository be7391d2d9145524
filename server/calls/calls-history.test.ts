import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { eachEngine } from '../testing/each-engine.ts';
import { createCallsStore, type CallsFilter } from './calls.store.ts';
import { house } from './testing/active-call.ts';
import { openCallHouse } from './testing/call-house.ts';

await eachEngine(t, async (t, open) => {
  const database = await open();
  const { q, tables } = database;
  const store = createCallsStore(database);
  let made = 0;
  const call = async (more: { visitorName?: string; siteId?: string; mode?: 'audio' | 'video'; answered?: boolean; live?: boolean; recorded?: boolean; texts?: string[]; notes?: string[]; agentName?: string; at?: number; organisationId?: string } = {}) => {
    const { visitorName = 'Nobody', siteId = 's', mode = 'audio', answered = false, live = false, recorded = false, texts = [], notes = [], agentName, at = ++made, organisationId = 'org' } = more;
    const id = `k${String(++made).padStart(6, '0')}`;
    await q.insert(tables.visitors).values({ id: `v${id}`, organisationId, siteId, name: visitorName, createdAt: 1, lastSeenAt: 1 });
    await q.insert(tables.calls).values({
      id, organisationId, siteId, conversationId: `c${id}`, visitorId: `v${id}`, mode, state: live ? 'ringing' : 'ended', startedByKind: 'visitor', startedById: 'v', startedByName: '', createdAt: at,
      ...(agentName !== undefined && { agentId: 'ada', agentName }), ...(answered && { answeredAt: at }), ...(!live && { endedAt: at }),
    });
    if (recorded) {
      await q.insert(tables.recordings).values({
        id: `r${id}`, organisationId, callId: id, conversationId: `c${id}`, state: 'ready', mimeType: 'audio/webm', startedAt: 1, gaps: [], attempts: 0, createdAt: 1, updatedAt: 1,
      });
    }
    for (const [n, [kind, text]] of [...texts.map((text) => ['text', text] as const), ...notes.map((text) => ['note', text] as const)].entries()) {
      await q.insert(tables.messages).values({
        conversationId: `c${id}`, seq: n + 1, id: `${id}-${n}`, clientId: `${id}-${n}`, organisationId, authorKind: 'visitor', authorId: 'x', authorName: 'x', kind, text, createdAt: 1,
      });
    }
    return id;
  };
  const ids = async (filter: Partial<CallsFilter>) => (await store.page('org', { limit: 100, ...filter })).map(({ id }) => id);

  await t.test('[H1][H2][C6] every filter holds what fits, together what fits all; both orders; nothing of another organisation', async (t) => {
    const a = await call({ visitorName: 'Anna', siteId: 'north', answered: true, recorded: true, agentName: 'Ada Löwe', texts: ['Order 4711'] });
    const b = await call({ visitorName: '김민수', mode: 'video', texts: ['배송 문의'], notes: ['refund'] });
    const c = await call({ live: true, visitorName: '100%' });
    await call({ organisationId: 'other', visitorName: 'Anna', siteId: 'north', answered: true, recorded: true, texts: ['Order 4711'] });
    const table: [Partial<CallsFilter>, string[]][] = [
      [{}, [c, b, a]], [{ sort: 'oldest' }, [a, b, c]], [{ siteId: 'north' }, [a]], [{ outcome: 'answered' }, [a]], [{ outcome: 'missed' }, [b]],
      [{ recorded: true }, [a]], [{ recorded: false }, [c, b]], [{ text: 'anna' }, [a]], [{ text: 'löwe' }, [a]], [{ text: 'LÖWE' }, [a]], [{ text: '4711' }, [a]],
      [{ text: '배송', ids: [a, b] }, [b]], [{ text: '배송', ids: [a] }, []],
      [{ text: '배송' }, [b]], [{ text: '%' }, [c]], [{ text: '_' }, []], [{ text: 'refund' }, []], [{ text: 'refund', withNotes: true }, [b]], [{ mode: 'video', outcome: 'missed' }, [b]],
      [{ siteId: 'north', outcome: 'answered', recorded: true, text: 'order', agentId: 'ada' }, [a]], [{ siteId: 'north', recorded: false }, []], [{ visitorId: `v${a}` }, [a]],
    ];
    for (const [filter, found] of table) t.strictSame(await ids(filter), found, JSON.stringify(filter));
    t.strictSame((await store.ofConversation('org', `c${a}`)).map(({ id }) => id), [a]);
    t.strictSame(await store.ofConversation('other', `c${a}`), []);
  });

  await t.test('[S3] whatever stands in a filter is a value', async () => {
    const value = fc.oneof(fc.constantFrom("'", '%', '_', '!', '\\', "' OR 1=1 --", '\0', '\ud800', '가', '"', '$1', '?'), fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }));
    await fc.assert(fc.asyncProperty(value, fc.subarray(['visitorId', 'agentId', 'siteId'] as const), async (text, fields) => {
      if (fields.length > 0) assert.deepEqual(await ids(Object.fromEntries(fields.map((name) => [name, text]))), []);
      const own = await call({ texts: [`a${text}b`], siteId: 'fuzz' });
      assert.ok((await ids({ text, siteId: 'fuzz', visitorId: `v${own}` })).includes(own));
    }), { numRuns: 50 });
  });

  await t.test('[H1][S3] pages hold every call once, in either order', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 10 }), fc.integer({ min: 1, max: 4 }), fc.constantFrom('newest' as const, 'oldest' as const), async (times, limit, sort) => {
      const siteId = `pages${++made}`;
      const rows = [];
      for (const at of times) rows.push({ at, id: await call({ at, siteId }) });
      rows.sort((a, b) => (a.at - b.at || (a.id < b.id ? -1 : 1)) * (sort === 'oldest' ? 1 : -1));
      const got: string[] = [];
      for (let after: { at: number; id: string } | undefined; ;) {
        const page = await store.page('org', { siteId, limit, sort, after });
        got.push(...page.map(({ id }) => id));
        if (page.length < limit) break;
        after = { at: page.at(-1)!.createdAt, id: page.at(-1)!.id };
      }
      assert.deepEqual(got, rows.map(({ id }) => id));
    }), { numRuns: 20 });
  });
});

t.test('[H1] whoever hears of events hears of a call when it rings, is answered, and ends', async (t) => {
  const house = await openCallHouse();
  t.teardown(() => house.close());
  const told = () => house.events.splice(0).map(({ type }) => type);
  const [visitor, agent] = [await house.connect(house.visitor('v')), await house.connect(house.agent('a'))];
  const { call } = await house.calls.start(visitor, { mode: 'audio' });
  t.match(house.events[0], { type: 'call.started', organisationId: 'org', siteId: 'site-org', call: { id: call.id, state: 'ringing' } });
  await house.calls.accept(agent, call.id);
  await house.calls.end(agent, call.id);
  t.strictSame(told(), ['call.started', 'call.answered', 'call.ended']);
  const missed = await house.calls.start(visitor, { mode: 'audio' });
  await house.calls.cancel(visitor, missed.call.id);
  t.match(house.events.at(-1), { type: 'call.missed', call: { id: missed.call.id, state: 'ended', endReason: 'cancelled' } });
  t.strictSame(told(), ['call.started', 'call.ended', 'call.missed']);
});

t.test('[I7][M3] the line of a call whose conversation was deleted is owed to nobody', async (t) => {
  const house = await openCallHouse();
  t.teardown(() => house.close());
  const visitor = await house.connect(house.visitor('v'));
  const { call } = await house.calls.start(visitor, { mode: 'audio' });
  house.breakLines(true, 'not_found');
  await house.calls.cancel(visitor, call.id);
  t.strictSame(house.errors, []);
  const store = createCallsStore(house.database);
  t.strictSame(await store.owingLines(house.clock.now() + 1), []);
});

t.test('[H1] [H2] history pages newest first through every filter, and misses nothing that shares a millisecond', async (t) => {
  const h = await house(t);
  const agent = await h.connect(h.agent('a'));
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const visitor = await h.connect(h.visitor(n % 3 === 0 ? 'v' : 'w'));
    const { call } = await h.calls.start(visitor, { mode: n % 2 === 0 ? 'audio' : 'video' });
    if (n % 4 === 0) await h.calls.accept(agent, call.id);
    await h.calls.end(visitor, call.id);
    ids.unshift(call.id);
    if (n % 3 === 2) h.clock.advance(1000);
  }
  const all = async (filter: Partial<Parameters<typeof h.calls.list>[1]>, limit: number) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, next } = await h.calls.list(agent.principal, { ...filter, limit, cursor });
      found.push(...items.map(({ id }) => id));
      if (!next) return found;
      cursor = next;
    }
  };
  for (const limit of [1, 2, 5, 12, 100]) t.strictSame(await all({}, limit), ids, `pages of ${limit}`);
  t.equal((await all({ visitorId: 'v' }, 3)).length, 4);
  t.equal((await all({ agentId: 'a' }, 1)).length, 3);
  t.equal((await all({ mode: 'video' }, 4)).length, 6);
  t.equal((await all({ from: h.clock.now() - 2000, to: h.clock.now() - 1000 }, 2)).length, 3);
  t.equal((await all({ visitorId: "v' OR 1=1 --" }, 3)).length, 0);
});
