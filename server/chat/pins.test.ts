import { eq } from 'drizzle-orm';
import t from 'tap';
import { refused, send } from '../testing/consultation.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { testGateway } from '../testing/test-gateway.ts';
import { PINS_AT_MOST } from './pins.ts';

await eachEngine(t, async (t, openDatabase) => {
  const server = await testGateway({ database: await openDatabase() });
  t.teardown(() => server.stop());
  const { q, tables } = server.database;
  let made = 0;
  const desk = async (conversations: number) => {
    const shop = await server.organisation(`pins${++made}`);
    const [ada, bob] = [await shop.agent('Ada'), await shop.agent('Bob')];
    const [tab, other] = [await server.connect(ada), await server.connect(ada)];
    const ids: string[] = [];
    for (let n = 0; n < conversations; n += 1) {
      const visitor = await server.connect(shop.visitor(`V${n}`));
      ids.push((await send(visitor, n)).conversationId);
      await visitor.close();
    }
    return { shop, ada, bob, tab, other, ids, leave: () => Promise.all([tab.close(), other.close()]) };
  };

  await t.test('[CH26][P4] five at most, the latest first, on the server: own other tabs hear of it, colleagues do not', async (t) => {
    const { ada, bob, tab, other, ids, leave } = await desk(6);
    const colleague = await server.connect(bob);
    t.strictSame(tab.hello.pins, []);
    for (const [n, conversationId] of ids.slice(0, 5).entries()) {
      const pins = ids.slice(0, n + 1).toReversed();
      t.strictSame((await tab.request('conversation.pin', { conversationId, on: true })).pins, pins);
      t.strictSame((await other.next('pins.updated')).pins, pins);
    }
    await t.rejects(tab.request('conversation.pin', { conversationId: ids[5]!, on: true }), refused('pin_limit'));
    t.strictSame((await tab.request('conversation.pin', { conversationId: ids[1]!, on: true })).pins.length, 5, 'what is pinned stays where it is');
    t.strictSame((await other.request('conversation.pin', { conversationId: ids[4]!, on: false })).pins, [3, 2, 1, 0].map((n) => ids[n]));
    t.strictSame((await tab.request('conversation.pin', { conversationId: ids[5]!, on: true })).pins[0], ids[5]);
    await colleague.settled();
    t.notOk(colleague.events.some(({ type }) => type === 'pins.updated'));
    t.strictSame(colleague.hello.pins, []);
    t.strictSame((await server.connect(ada)).hello.pins, [5, 3, 2, 1, 0].map((n) => ids[n]));
    await colleague.close();
    await leave();
  });

  await t.test('[CH26][P4] two tabs that pin at once with four pinned never make six', async (t) => {
    const { ada, tab, other, ids, leave } = await desk(12);
    for (const conversationId of ids.slice(0, 4)) await tab.request('conversation.pin', { conversationId, on: true });
    const outcomes = await Promise.allSettled(ids.slice(4).map((conversationId, n) => (n % 2 ? tab : other).request('conversation.pin', { conversationId, on: true })));
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    t.equal((await server.pins.of(ada)).length, PINS_AT_MOST);
    await leave();
  });

  await t.test('[CH26] what is pinned is in the hello whatever its age, and goes with its conversation', async (t) => {
    const { ada, tab, ids, leave } = await desk(53);
    const [oldest] = ids as [string];
    await q.update(tables.conversations).set({ lastMessageAt: 1 }).where(eq(tables.conversations.id, oldest));
    t.notOk((await server.connect(ada)).hello.conversations.some(({ id }) => id === oldest));
    await tab.request('conversation.pin', { conversationId: oldest, on: true });
    const { hello } = await server.connect(ada);
    t.equal(hello.conversations.length, 51);
    t.equal(hello.conversations.filter(({ id }) => id === oldest).length, 1);
    await tab.request('conversation.close', { conversationId: oldest });
    await server.chat.remove(ada, ada.organisationId, oldest);
    t.strictSame(await server.pins.of(ada), []);
    t.strictSame(await q.select().from(tables.pins).where(eq(tables.pins.conversationId, oldest)), []);
    await t.rejects(tab.request('conversation.pin', { conversationId: oldest, on: true }), refused('not_found'));
    await leave();
  });

  await t.test('[CH26][S4] nobody pins what it does not see', async (t) => {
    const { tab, leave } = await desk(0);
    const elsewhere = await desk(1);
    await t.rejects(tab.request('conversation.pin', { conversationId: elsewhere.ids[0]!, on: true }), refused('not_found'));
    await t.rejects(tab.request('conversation.pin', { conversationId: 'nothing', on: false }), refused('not_found'));
    await Promise.all([leave(), elsewhere.leave()]);
  });
  t.strictSame(server.logged, []);
});
