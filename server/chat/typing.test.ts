import t from 'tap';
import type { Event, TestSocket } from '../testing/test-socket.ts';
import { consultation, refused } from '../testing/consultation.ts';
import { testGateway } from '../testing/test-gateway.ts';
import { TYPING_MS } from './typing.ts';

const heard = (socket: TestSocket) => socket.events.filter((event): event is Event<'typing'> => event.type === 'typing').map(({ on }) => on);

await t.test('typing that nobody ends', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH12] both ways it ends by itself when it is not repeated', async (t) => {
    const { agent, visitor, conversationId, leave } = await consultation(server, 'expires');
    for (const [writer, reader] of [[visitor, agent], [agent, visitor]] as const) {
      await writer.request('typing', { conversationId, on: true });
      server.clock.advance(TYPING_MS - 1);
      await writer.request('typing', { conversationId, on: true });
      server.clock.advance(TYPING_MS - 1);
      await reader.settled();
      t.strictSame(heard(reader), [true, true], 'repeated, it goes on');
      server.clock.advance(1);
      t.match(await reader.next('typing', ({ on }) => !on), { conversationId });
      server.clock.advance(TYPING_MS * 3);
      await reader.settled();
      t.strictSame(heard(reader), [true, true, false], 'and ends once');
    }
    await leave();
  });

  await t.test('[CH12] who stops and says so has stopped once', async (t) => {
    const { agent, visitor, conversationId, leave } = await consultation(server, 'stops');
    await visitor.request('typing', { conversationId, on: true });
    await visitor.request('typing', { conversationId, on: false });
    server.clock.advance(TYPING_MS * 2);
    await agent.settled();
    t.strictSame(heard(agent), [true, false]);
    await leave();
  });

  await t.test('[CH12] it ends at once with the connection, also of a note, of which the visitor hears nothing', async (t) => {
    const { shop, agent, visitor, conversationId, vera, leave } = await consultation(server, 'leaves');
    const [second, colleague] = [await server.connect(vera), await server.connect(await shop.agent('Bob'))];
    await second.request('typing', { conversationId, on: true });
    await colleague.request('typing', { conversationId, on: true, note: true });
    second.socket.terminate();
    await agent.next('typing', (event) => !event.on && event.author.kind === 'visitor');
    await colleague.close();
    await agent.next('typing', (event) => !event.on && event.author.kind === 'agent');
    await visitor.settled();
    t.strictSame(heard(visitor), []);
    await leave();
  });

  await t.test('[CH12][S4] a stranger writes nowhere', async (t) => {
    const { conversationId, leave } = await consultation(server, 'here');
    const stranger = await server.connect((await server.organisation('there')).visitor());
    await t.rejects(stranger.request('typing', { conversationId, on: true }), refused('not_found'));
    await stranger.close();
    await leave();
  });
  t.strictSame(server.logged, []);
});
