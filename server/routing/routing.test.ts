import { eq } from 'drizzle-orm';
import t from 'tap';
import type { DomainEvent } from '../events/events.ts';
import { defaultSettings } from '../sites/site-settings.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { clientId } from '../testing/test-gateway.ts';
import { connect } from '../testing/test-socket.ts';
import type { RoutingMode } from './choose-agent.ts';
import { BOT_PATIENCE_MS, createRouting } from './routing.ts';
import { createRoutingStore } from './routing.store.ts';

function houseOver(database: Database) {
  const { q, tables } = database;
  const clock = fakeClock();
  const online = new Set<string>();
  const announced: string[] = [];
  const failures: unknown[] = [];
  const make = () => createRouting({
    store: createRoutingStore(database), clock, failed: (error) => void failures.push(error),
    chat: { announce: async (_, id, reason) => void announced.push(`${id} ${reason}`) }, presence: { agentsOnline: () => [...online] },
  });
  let made = 0;
  return {
    clock, online, announced, failures, make,
    async site(mode: RoutingMode, capacity: number | null = null) {
      const id = `site${++made}`;
      await q.insert(tables.sites).values({
        id, organisationId: 'org', name: 'x', publishableKey: `pk${made}`, origins: [], settings: { routing: { mode, capacity } }, createdAt: 1, updatedAt: 1,
      });
      return id;
    },
    async agent(id: string, capacity: number | null = null) {
      online.add(id);
      await q.insert(tables.agents).values({
        id, organisationId: 'org', email: id, name: id, passwordHash: '', role: 'agent', status: 'active', capacity, createdAt: 1, updatedAt: 1,
      });
    },
    async conversation(siteId: string, more: object = {}) {
      const id = `c${String(++made).padStart(4, '0')}`;
      await q.insert(tables.conversations).values({
        id, organisationId: 'org', siteId, visitorId: `v${id}`, status: 'open', openKey: `v${id}`, lastSeq: 1, lastMessageAt: clock.now(), createdAt: clock.now(), updatedAt: clock.now(), ...more,
      });
      return id;
    },
    assignee: async (id: string) => (await q.select({ a: tables.conversations.assigneeId }).from(tables.conversations).where(eq(tables.conversations.id, id)))[0]!.a,
    async close(id: string) {
      await q.update(tables.conversations).set({ status: 'closed', openKey: null }).where(eq(tables.conversations.id, id));
    },
    created: { type: 'conversation.created', organisationId: 'org', siteId: 's', conversation: {} } as DomainEvent,
    closed: { type: 'conversation.closed', organisationId: 'org', siteId: 's', conversation: {}, by: null } as DomainEvent,
  };
}

await eachEngine(t, async (t, open) => {
  await t.test('[N5] in turn among those who are there; by hand nobody; full ones wait until somebody gets free', async (t) => {
    const house = houseOver(await open());
    const [byHand, inTurn] = [await house.site('manual'), await house.site('round_robin', 1)];
    await house.agent('ada');
    await house.agent('bob');
    const hand = await house.conversation(byHand);
    const [first, second, third] = [await house.conversation(inTurn), await house.conversation(inTurn), await house.conversation(inTurn)];
    const routing = house.make();
    await routing.heard(house.created);
    await routing.idle();
    t.strictSame([await house.assignee(hand), await house.assignee(first), await house.assignee(second), await house.assignee(third)], [null, 'ada', 'bob', null]);
    t.strictSame(house.announced, [`${first} assigned`, `${second} assigned`]);
    await house.close(second);
    await routing.heard(house.closed);
    await routing.idle();
    t.equal(await house.assignee(third), 'bob');
    t.strictSame(house.failures, []);
    await routing.close();
  });

  await t.test('[N5] nobody there: it stays unassigned, and is given when somebody comes; one\'s own capacity goes before the site\'s', async (t) => {
    const house = houseOver(await open());
    const site = await house.site('least_busy', 5);
    await house.agent('ada', 1);
    house.online.clear();
    const [one, two] = [await house.conversation(site), await house.conversation(site)];
    const routing = house.make();
    await routing.heard(house.created);
    await routing.idle();
    t.equal(await house.assignee(one), null);
    house.online.add('ada');
    routing.presenceChanged('org');
    await routing.idle();
    t.strictSame([await house.assignee(one), await house.assignee(two)], ['ada', null]);
    await house.agent('bob');
    routing.presenceChanged('org');
    await routing.idle();
    t.equal(await house.assignee(two), 'bob');
    await routing.close();
  });

  await t.test('[N5] two processes at once: each conversation goes to one agent, and nobody gets more than it may', async (t) => {
    const house = houseOver(await open());
    const site = await house.site('least_busy', 3);
    for (const id of ['ada', 'bob', 'cem']) await house.agent(id);
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.push(await house.conversation(site));
    const processes = [house.make(), house.make(), house.make()];
    for (const routing of processes) await routing.heard(house.created);
    await Promise.all(processes.map((routing) => routing.idle()));
    const got = await Promise.all(ids.map((id) => house.assignee(id)));
    const each = new Map<string | null, number>();
    for (const agent of got) each.set(agent, (each.get(agent) ?? 0) + 1);
    t.strictSame(Object.fromEntries(each), { ada: 3, bob: 3, cem: 3, null: 3 });
    t.equal(house.announced.length, 9, 'each told once');
    t.equal(new Set(house.announced).size, 9);
    t.strictSame(house.failures, []);
  });

  await t.test('[N5] where a bot answers first, people get what it gave away, or what it left unanswered', async (t) => {
    const database = await open();
    const house = houseOver(database);
    const site = await house.site('round_robin');
    await house.agent('ada');
    await database.q.insert(database.tables.webhooks).values({
      id: 'bot', organisationId: 'org', name: 'Robo', url: 'x', events: [], secret: 'x', enabled: true, bot: true, createdAt: 1, updatedAt: 1,
    });
    const [fresh, answering, given] = [await house.conversation(site), await house.conversation(site, { botId: 'bot' }), await house.conversation(site, { handedOverAt: 1 })];
    const routing = house.make();
    await routing.heard(house.created);
    await routing.idle();
    t.strictSame([await house.assignee(fresh), await house.assignee(answering), await house.assignee(given)], [null, null, 'ada']);
    routing.start();
    routing.presenceChanged('org');
    house.clock.advance(BOT_PATIENCE_MS + 30_000);
    await routing.idle();
    t.strictSame([await house.assignee(fresh), await house.assignee(answering)], ['ada', null]);
    await routing.close();
  });
});

await t.test('[N5] from the socket to the agent: a new conversation has somebody, whom all see', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const origin = await app.listen();
  const owner = await app.owner();
  const url = origin.replace('http', 'ws');
  await app.database.q.update(app.database.tables.sites).set({ settings: { ...defaultSettings, routing: { mode: 'round_robin', capacity: null } } });
  const visitor = await connect({ url, origin, token: (await app.visitor()).token });
  await visitor.request('message.send', { clientId: clientId(1), text: 'hello' });
  const panel = await connect({ url, origin, token: owner.accessToken });
  const event = await panel.next('conversation.updated', ({ reason }) => reason === 'assigned');
  t.match(event.conversation.assignee, { id: owner.agent.id });
  await visitor.next('conversation.updated', ({ reason }) => reason === 'assigned');
  await Promise.all([visitor.close(), panel.close()]);
});
