import { eq } from 'drizzle-orm';
import t from 'tap';
import { createChat } from '../chat/chat.ts';
import { createChatStore } from '../chat/chat.store.ts';
import { createConversationRemovalStore } from '../chat/conversation-removal.store.ts';
import { createConversationWorkStore } from '../chat/conversation-work.store.ts';
import { createRoomsStore } from '../chat/rooms.store.ts';
import { createTransferStore } from '../chat/transfer.store.ts';
import type { Database } from '../store/database.ts';
import type { NewRow } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createRetention } from './retention.ts';
import { createRetentionStore } from './retention.store.ts';
import { noFiles } from '../testing/no-files.ts';

const day = 86_400_000;

function houseOver(database: Database) {
  const { q, tables } = database;
  const clock = fakeClock();
  const began = clock.now();
  const [failures, audited, expired, closings] = [[] as unknown[], [] as object[], [] as string[], [] as string[]];
  const make = () => {
    const chat = createChat({
      store: createChatStore(database), workStore: createConversationWorkStore(database), removalStore: createConversationRemovalStore(database), roomsStore: createRoomsStore(database), transferStore: createTransferStore(database), clock,
      hub: { publish: (_, event) => void (event.type === 'conversation.updated' && closings.push(`${event.conversation.id} ${event.reason}`)) },
      events: { emit: () => {} }, visitors: { ensure: async () => () => {} }, sites: { byId: async () => null }, audit: { record: (what) => void audited.push(what) },
      eraseRecording: async () => {}, files: noFiles, failed: (error) => void failures.push(error),
    });
    return createRetention({
      store: createRetentionStore(database), chat, clock, audit: { record: (what) => void audited.push(what) }, failed: (error) => void failures.push(error),
      recordings: {
        async expire(_, id) {
          const gone = await q.delete(tables.recordings).where(eq(tables.recordings.id, id)).returning();
          expired.push(...gone.map((row) => row.id));
          return gone.length > 0;
        },
      },
    });
  };
  return {
    clock, make, failures, audited, expired, closings, began,
    async site(id: string, retention: { closeAfter: number | null; purgeAfterClose: number | null; recordings: number | null }) {
      await q.insert(tables.sites).values({ id, organisationId: 'org', name: id, publishableKey: id, origins: [], settings: { retention }, createdAt: 1, updatedAt: 1 });
    },
    async conversation(id: string, siteId: string, row: Partial<NewRow<'conversations'>> = {}) {
      await q.insert(tables.visitors).values({ id: `v${id}`, organisationId: 'org', siteId, name: 'x', createdAt: 1, lastSeenAt: 1 });
      await q.insert(tables.conversations).values({
        id, organisationId: 'org', siteId, visitorId: `v${id}`, status: 'open', openKey: `v${id}`, lastSeq: 1, lastMessageAt: began, createdAt: began, updatedAt: began, ...row,
      });
    },
    async call(id: string, siteId: string, conversationId: string, row: Partial<NewRow<'calls'>> = {}) {
      await q.insert(tables.calls).values({
        id, organisationId: 'org', siteId, conversationId, visitorId: 'v', mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: 'v', startedByName: '', createdAt: began, endedAt: began, ...row,
      });
      await q.insert(tables.recordings).values({
        id: `r${id}`, organisationId: 'org', callId: id, conversationId, state: 'ready', mimeType: 'audio/webm', startedAt: began, gaps: [], attempts: 0, createdAt: began, updatedAt: began,
      });
    },
    page: (id: string, visitorId: string, createdAt: number) =>
      q.insert(tables.pageViews).values({ id, organisationId: 'org', visitorId, url: 'x', title: 'x', createdAt }).execute(),
    async left() {
      const rows = await q.select({ id: tables.conversations.id, status: tables.conversations.status }).from(tables.conversations).orderBy(tables.conversations.id);
      return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
    },
    visitors: async () => (await q.select({ id: tables.visitors.id }).from(tables.visitors)).length,
    pages: async () => (await q.select({ id: tables.pageViews.id }).from(tables.pageViews)).map(({ id }) => id),
  };
}

await eachEngine(t, async (t, open) => {
  await t.test('[M4][M2][M5][G12] silent ones are closed, closed ones go, recordings go: each at its day and not a moment before; null is never', async (t) => {
    const house = houseOver(await open());
    await house.site('keeps', { closeAfter: null, purgeAfterClose: null, recordings: null });
    await house.site('shop', { closeAfter: 7, purgeAfterClose: 30, recordings: 10 });
    for (const site of ['keeps', 'shop']) {
      await house.conversation(`${site}-open`, site);
      await house.conversation(`${site}-closed`, site, { status: 'closed', openKey: null, closedAt: house.began });
      await house.call(`${site}-call`, site, `${site}-open`);
      await house.page(`${site}-page`, `v${site}-open`, house.began);
    }
    const retention = house.make();
    const after = async (ms: number) => {
      house.clock.advance(house.began + ms - house.clock.now());
      await retention.run();
      return house.left();
    };
    const all = { 'keeps-closed': 'closed', 'keeps-open': 'open', 'shop-closed': 'closed', 'shop-open': 'open' };
    t.strictSame(await after(7 * day), all, 'exactly seven days is not longer than that');
    t.strictSame(await after(7 * day + 1), { ...all, 'shop-open': 'closed' });
    t.strictSame(house.closings.filter((text) => text.startsWith('shop')), house.closings);
    t.match(house.closings[0], 'shop-open silence');
    t.strictSame(house.expired, []);
    await after(10 * day + 1);
    t.strictSame(house.expired, ['rshop-call']);
    await after(30 * day);
    t.strictSame((await house.pages()).toSorted(), ['keeps-page', 'shop-page']);
    t.strictSame(Object.keys(await after(30 * day + 1)), ['keeps-closed', 'keeps-open', 'shop-open']);
    t.strictSame(await house.pages(), ['keeps-page']);
    t.strictSame(Object.keys(await after(37 * day + 2)), ['keeps-closed', 'keeps-open']);
    t.strictSame(await after(3650 * day), { 'keeps-closed': 'closed', 'keeps-open': 'open' });
    t.equal(await house.visitors(), 4, 'who they were stays');
    t.match(house.audited, [{ action: 'retention.removed', target: { id: 'shop' }, detail: { recordings: 1 } }, { detail: { conversations: 1 } }, { detail: { conversations: 1 } }]);
    t.strictSame(house.failures, []);
  });

  await t.test('[M2][M4] rooms of the team have no site, and so no end', async (t) => {
    const house = houseOver(await open());
    await house.site('shop', { closeAfter: 1, purgeAfterClose: 1, recordings: 1 });
    await house.conversation('room', '', { teamKind: 'group', openKey: null, visitorId: '', siteId: '' });
    house.clock.advance(400 * day);
    await house.make().run();
    t.strictSame(await house.left(), { room: 'open' });
  });

  await t.test('[M4][M2] nothing of a conversation goes while a call is going on in it', async (t) => {
    const database = await open();
    const house = houseOver(database);
    await house.site('shop', { closeAfter: 1, purgeAfterClose: 1, recordings: 1 });
    await house.conversation('open', 'shop');
    await house.conversation('closed', 'shop', { status: 'closed', openKey: null, closedAt: house.began });
    for (const id of ['open', 'closed']) await house.call(`call-${id}`, 'shop', id, { state: 'active', activeKey: id, endedAt: null });
    const retention = house.make();
    house.clock.advance(100 * day);
    await retention.run();
    t.strictSame(await house.left(), { open: 'open', closed: 'closed' });
    t.strictSame(house.expired, []);
    await database.q.update(database.tables.calls).set({ state: 'ended', activeKey: null, endedAt: house.clock.now() });
    house.clock.advance(1);
    await retention.run();
    t.strictSame(await house.left(), { open: 'closed' });
    t.strictSame(house.expired, [], 'the recording of the open one is a moment old');
    t.strictSame(house.failures, []);
  });

  await t.test('[M2] more than fit in one go, in two processes at once: each goes once, nothing fails', async (t) => {
    const house = houseOver(await open());
    await house.site('shop', { closeAfter: 1, purgeAfterClose: 1, recordings: null });
    for (let n = 0; n < 205; n += 1) {
      await house.conversation(`o${n}`, 'shop');
      if (n % 2 === 0) await house.conversation(`c${n}`, 'shop', { status: 'closed', openKey: null, closedAt: house.began });
    }
    house.clock.advance(2 * day);
    const [one, two] = [house.make(), house.make()];
    await Promise.all([one.run(), two.run()]);
    t.strictSame([...new Set(Object.values(await house.left()))], ['closed']);
    t.equal(Object.keys(await house.left()).length, 205);
    const removed = house.audited.reduce((sum, entry) => sum + (entry as { detail: { conversations: number } }).detail.conversations, 0);
    t.equal(removed, 103);
    t.equal(new Set(house.closings.map((text) => text)).size, 205);
    t.strictSame(house.failures, []);
  });
});

t.test('[M2] it looks soon after the start and then every hour, until it is closed', async (t) => {
  const clock = fakeClock();
  let looks = 0;
  const store = { sites: async () => (looks += 1, []) } as unknown as ReturnType<typeof createRetentionStore>;
  const retention = createRetention({
    store, clock, chat: { closeSilent: async () => false, removeClosedBefore: async () => false }, recordings: { expire: async () => false }, audit: { record: () => {} }, failed: () => {},
  });
  retention.start();
  const after = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    return looks;
  };
  t.strictSame([await after(59_999), await after(1), await after(3_540_000), await after(3_600_000)], [0, 1, 2, 3]);
  await retention.close();
  t.equal(await after(7_200_000), 3);
});
