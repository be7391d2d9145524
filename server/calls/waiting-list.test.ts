import t from 'tap';
import type { NewRow, Preview } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { house } from './testing/active-call.ts';
import { createWaitingChatsStore } from './waiting-chats.store.ts';
import { RETURNING_MS } from './waiting-list.ts';

await eachEngine(t, async (t, open) => {
  await t.test('[E3] who waits in chat: open, nobody\'s, no bot\'s, and the last word but notes is the visitor\'s', async (t) => {
    const database = await open();
    const store = createWaitingChatsStore(database);
    const now = 100_000_000;
    const said = (authorKind: 'visitor' | 'agent', more: Partial<Preview> = {}): Preview => ({ seq: 1, data: null, kind: 'text', authorKind, text: `by ${authorKind}`, ...more });
    const add = async (id: string, more: Partial<NewRow<'conversations'>> = {}) => {
      const organisationId = more.organisationId ?? 'o';
      await database.q.insert(database.tables.visitors).values({ id: `v-${id}`, organisationId, siteId: 's', name: `Visitor ${id}`, createdAt: now, lastSeenAt: now });
      await database.q.insert(database.tables.conversations).values({
        id, siteId: 's', visitorId: `v-${id}`, status: 'open', openKey: `v-${id}`, lastSeq: 3, lastMessageAt: now - 5_000, createdAt: now, updatedAt: now, preview: said('visitor'), ...more, organisationId,
      });
    };
    await add('answered', { preview: said('agent') });
    await add('assigned', { assigneeId: 'a' });
    await add('bots', { botId: 'b', botName: 'Bot' });
    await add('closed', { status: 'closed', openKey: null });
    await add('empty', { lastSeq: 0, preview: null });
    await add('foreign', { organisationId: 'p' });
    await add('room', { teamKind: 'group', openKey: null });
    await add('old', { lastMessageAt: now - 60_000 });
    await add('waits');
    await add('noted', { preview: { ...said('agent'), kind: 'note' }, visiblePreview: said('visitor'), visibleSeq: 2, lastMessageAt: now - 6_000 });
    await add('answered, then noted', { preview: { ...said('agent'), kind: 'note' }, visiblePreview: said('agent'), visibleSeq: 2 });
    await add('never answered', { firstMessageAt: now - 50_000, lastMessageAt: now - 1_000 });
    await add('wrote again', { firstMessageAt: now - 50_000, firstAnswerAt: now - 40_000, lastMessageAt: now - 2_000 });
    const waiting = await store.waitingChats('o', now - 20_000, 10);
    t.strictSame(waiting.map(({ id, since }) => [id, now - since]), [['noted', 6_000], ['waits', 5_000], ['wrote again', 2_000], ['never answered', 50_000]]);
    t.match(waiting[0], { visitorName: 'Visitor noted', preview: { text: 'by visitor' } }, 'of the note nothing');
    t.strictSame((await store.waitingChats('p', 0, 10)).map(({ id }) => id), ['foreign']);
    t.equal((await store.waitingChats('o', now - 20_000, 2)).length, 2);

    await add('talked', { preview: said('visitor', { kind: 'call', data: { id: 'k', mode: 'audio', endReason: 'visitor_hangup', durationMs: 9, recorded: false } }) });
    await add('calls');
    await database.q.insert(database.tables.calls).values({
      id: 'k2', organisationId: 'o', siteId: 's', conversationId: 'calls', visitorId: 'v-calls', mode: 'audio', state: 'active', activeKey: 'calls', startedByKind: 'visitor', startedById: 'v-calls', startedByName: '', createdAt: now,
    });
    t.strictSame(await store.chatLine('o', now - 20_000, 10), waiting.map(({ id, siteId, visitorId, since }) => ({ id, siteId, visitorId, since })), '[E3] the line of chats is without whoever talks or has talked');
    t.strictSame(await store.chatAnswersSince('o', now - 20_000), { count: 0, firstAt: null });
    await add('answered lately', { preview: said('agent'), firstMessageAt: now - 9_000, firstAnswerAt: now - 8_000 });
    t.strictSame(await store.chatAnswersSince('o', now - 20_000), { count: 1, firstAt: now - 8_000 });
  });
});

t.test('[E3] [B16] the line as a list: calls before chats, the longest first, with all that agents want to know; a caller stands there once', async (t) => {
  const h = await house(t);
  const { q, tables } = h.database;
  const agent = await h.connect(h.agent('a'));
  h.site.queue = { ...h.site.queue, groups: [{ agentIds: ['a'], seconds: 30 }] };
  const colleague = await h.connect(h.agent('b'));
  const [one, two] = [await h.connect(h.visitor('v')), await h.connect(h.visitor('w'))];
  await h.calls.cancel(one, (await h.calls.start(one, { mode: 'audio' })).call.id);
  h.clock.advance(RETURNING_MS + 1);
  const first = (await h.calls.start(two, { mode: 'video' })).call;
  h.clock.advance(1000);
  const second = (await h.calls.start(one, { mode: 'audio' })).call;
  await h.calls.consent(one, second.id, { granted: false, textVersion: '1', locale: 'en' });
  const now = h.clock.now();
  const chat = async (id: string, visitorId: string, ago: number, preview: Partial<Preview> = {}) => q.insert(tables.conversations).values({
    id, organisationId: 'org', siteId: 'site-org', visitorId, status: 'open', openKey: id, lastSeq: 1, firstMessageAt: now - ago, lastMessageAt: now - ago, createdAt: now, updatedAt: now,
    preview: { seq: 1, data: null, kind: 'text', authorKind: 'visitor', text: id, ...preview },
  });
  await chat(second.conversationId, 'v', 9_000);
  await chat('talked', 'x', 9_000, { kind: 'call', text: '', data: { id: 'k', mode: 'audio', endReason: 'visitor_hangup', durationMs: 5, recorded: false } });
  await chat('missed', 'x', 2_000, { kind: 'call', text: '', data: { id: 'k', mode: 'audio', endReason: 'no_answer', durationMs: 0, recorded: false } });
  await chat('asks', 'w', 3_000);
  const items = await h.calls.waiting(h.agent('a'));
  t.match(items, [
    { kind: 'call', call: { id: first.id }, mode: 'video', visitor: { id: 'w', name: 'Visitor w' }, returning: false, consent: null, rings: true, page: { url: 'https://shop.test/w' }, since: first.createdAt },
    { kind: 'call', call: { id: second.id }, mode: 'audio', returning: true, consent: false, rings: true },
    { kind: 'chat', conversationId: 'asks', mode: null, call: null, preview: 'asks', since: new Date(now - 3_000).toISOString(), page: { title: 'w' } },
    { kind: 'chat', conversationId: 'missed' },
  ]);
  t.equal(items.length, 4);
  t.strictSame((await h.calls.waiting(colleague.principal as never)).map(({ rings }) => rings), [false, false, false, false], 'it rings at the first group alone');
  t.strictSame((await h.calls.waiting({ kind: 'key', id: 'k', name: '', organisationId: 'org', scopes: [] })).map(({ rings }) => rings), [false, false, false, false]);
  t.strictSame(await h.calls.waiting(h.agent('x', 'other')), []);
  await h.calls.accept(agent, second.id);
  t.strictSame((await h.calls.waiting(h.agent('a'))).map(({ conversationId }) => conversationId), [first.conversationId, 'asks', 'missed'], 'whose call runs waits in no list');
});
