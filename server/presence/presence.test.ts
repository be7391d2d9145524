import t from 'tap';
import { testGateway } from '../testing/test-gateway.ts';
import type { TestSocket } from '../testing/test-socket.ts';

const statuses = (socket: TestSocket) => socket.events.filter((event) => event.type === 'presence').map(({ presence }) => presence?.status);
const until = async (fits: () => boolean) => {
  for (let tries = 0; !fits() && tries < 20_000; tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A shop with a visitor, and a way to wait until a panel's closing has been noticed. */
async function shopOf(server: Awaited<ReturnType<typeof testGateway>>, name: string) {
  const shop = await server.organisation(name);
  const ada = await shop.agent('Ada');
  const leave = async (socket: TestSocket, abruptly = false) => {
    const before = server.gateway.connections;
    if (abruptly) socket.socket.terminate();
    else socket.socket.close(1000);
    await until(() => server.gateway.connections < before);
  };
  return { shop, ada, leave };
}

await t.test('presence', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[PR1][N1][N2] case 1: the agent is online when the visitor comes; it is told at once', async (t) => {
    const { shop, ada, leave } = await shopOf(server, 'one');
    const agent = await server.connect(ada);
    const visitor = await server.connect(shop.visitor());
    t.strictSame(visitor.hello.presence, { status: 'online' });
    await Promise.all([leave(agent), visitor.close()]);
  });

  await t.test('[PR1][N1][N2] case 2: the agent comes later; the visitor was told `offline` and is told then', async (t) => {
    const { shop, ada } = await shopOf(server, 'two');
    const visitor = await server.connect(shop.visitor());
    t.strictSame(visitor.hello.presence, { status: 'offline' }, 'explicit');
    const agent = await server.connect(ada);
    t.strictSame((await visitor.next('presence')).presence, { status: 'online' });
    await Promise.all([agent.close(), visitor.close()]);
  });

  await t.test('[PR1][PR3][N1][N3] case 3: the agent leaves; the visitor is told after the grace of 10 s', async (t) => {
    for (const abruptly of [false, true]) {
      const { shop, ada, leave } = await shopOf(server, `three-${abruptly}`);
      const agent = await server.connect(ada);
      const visitor = await server.connect(shop.visitor());
      await leave(agent, abruptly);
      server.clock.advance(9_999);
      await visitor.settled();
      t.strictSame(statuses(visitor), []);
      t.ok(server.presence.isOnline(ada.id));
      server.clock.advance(1);
      t.strictSame((await visitor.next('presence')).presence, { status: 'offline' });
      t.notOk(server.presence.isOnline(ada.id));
      await visitor.close();
    }
  });

  await t.test('[PR3][N3] a reload within the grace is no coming and going', async (t) => {
    const { shop, ada, leave } = await shopOf(server, 'reload');
    const agent = await server.connect(ada);
    const [visitor, colleague] = [await server.connect(shop.visitor()), await server.connect(await shop.agent('Bob'))];
    await leave(agent);
    server.clock.advance(9_000);
    const again = await server.connect(ada);
    server.clock.advance(20_000);
    for (const socket of [visitor, colleague, again]) {
      await socket.settled();
      t.strictSame(statuses(socket), []);
      await socket.close();
    }
  });

  await t.test('[PR2][N3][J8] one of two tabs closing changes nothing, also when the older one goes', async (t) => {
    const { shop, ada, leave } = await shopOf(server, 'tabs');
    const [first, second] = [await server.connect(ada), await server.connect(ada)];
    const visitor = await server.connect(shop.visitor());
    await leave(first);
    server.clock.advance(20_000);
    await visitor.settled();
    await second.settled();
    t.strictSame(statuses(visitor), []);
    t.strictSame(server.presence.agentsOnline(shop.id), [ada.id]);
    await leave(second);
    server.clock.advance(10_000);
    t.strictSame((await visitor.next('presence')).presence, { status: 'offline' });
    await visitor.close();
  });

  await t.test('[PR4][N6] a dead agent, whose socket only falls silent, is offline within 60 s', async (t) => {
    const { shop, ada } = await shopOf(server, 'dead');
    const dead = await server.connect(ada);
    const visitor = await server.connect(shop.visitor());
    for (let s = 0; s < 12; s += 1) {
      server.clock.advance(5_000);
      await visitor.settled();
    }
    await dead.closed;
    t.strictSame((await visitor.next('presence')).presence, { status: 'offline' });
    const back = await server.connect(ada);
    t.strictSame((await visitor.next('presence')).presence, { status: 'online' }, 'and nothing of it stays when it comes back');
    await Promise.all([visitor.close(), back.close()]);
  });

  await t.test('[PR5][N5] `away` and `off` are not there, `busy` is; colleagues see which, and all tabs share it', async (t) => {
    const { shop, ada } = await shopOf(server, 'away');
    const bob = await shop.agent('Bob');
    const [agent, tab] = [await server.connect(ada), await server.connect(ada)];
    const visitor = await server.connect(shop.visitor());
    t.strictSame(agent.hello.team, [{ id: ada.id, name: 'Ada', status: 'online' }, { id: bob.id, name: 'Bob', status: 'off' }]);
    for (const [status, online] of [['busy', true], ['away', false], ['online', true], ['off', false]] as const) {
      t.match(await agent.request('presence.set', { status }), { status });
      t.match(await tab.next('presence', (event) => event.agent?.status === status), { agent: { id: ada.id, name: 'Ada' } });
      t.equal(server.presence.isOnline(ada.id), online, status);
    }
    await visitor.next('presence', (event) => statuses(visitor).length === 3 && event.presence?.status === 'offline');
    t.strictSame(statuses(visitor), ['offline', 'online', 'offline'], 'busy is still there');
    t.notOk(visitor.events.some((event) => event.type === 'presence' && event.agent), 'visitors learn of the team, never of one agent');
    const colleague = await server.connect(bob);
    t.match(colleague.hello.team, [{ id: ada.id, status: 'off' }, { id: bob.id, status: 'online' }]);
    t.strictSame((await visitor.next('presence', (event) => statuses(visitor).length === 4 && event.presence?.status === 'online')).presence, { status: 'online' });
    t.strictSame(server.presence.agentsOnline(shop.id), [bob.id]);
    await t.rejects(visitor.request('presence.set', { status: 'online' }), { code: 'forbidden' });
    await t.rejects(agent.request('presence.set', { status: 'gone' as never }), { code: 'bad_request' });
    for (const socket of [agent, tab, colleague, visitor]) await socket.close();
  });

  await t.test('[PR6][N4] a site that hides presence tells its visitors nothing', async (t) => {
    const { shop, ada } = await shopOf(server, 'hidden');
    await server.database.q.update(server.database.tables.sites).set({ settings: { presenceShown: false } });
    const visitor = await server.connect(shop.visitor());
    t.equal(visitor.hello.presence, null);
    const agent = await server.connect(ada);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await visitor.settled();
    t.strictSame(statuses(visitor), []);
    await server.database.q.update(server.database.tables.sites).set({ settings: {} });
    await Promise.all([agent.close(), visitor.close()]);
  });

  await t.test('[PR7][S4] other organisations hear nothing', async (t) => {
    const [here, there] = [await shopOf(server, 'here'), await shopOf(server, 'there')];
    const [visitor, colleague] = [await server.connect(there.shop.visitor()), await server.connect(there.ada)];
    await visitor.next('presence');
    const agent = await server.connect(here.ada);
    await agent.request('presence.set', { status: 'away' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await visitor.settled();
    await colleague.settled();
    t.strictSame(statuses(visitor), ['online']);
    t.notMatch(JSON.stringify(colleague.frames), here.ada.id);
    for (const socket of [visitor, colleague, agent]) await socket.close();
  });
  t.strictSame(server.logged, []);
});
