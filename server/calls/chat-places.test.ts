import t from 'tap';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import type { DomainEvent } from '../events/events.ts';
import { createChatPlaces, GATHER_MS } from './chat-places.ts';
import type { ChatInLine } from './waiting-chats.store.ts';

t.test('[E3] who waits in chat is told its place when it changes, and that it waits no more', async (t) => {
  const clock = fakeClock();
  const app = await testApp({ clock });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const come = async () => {
    const visitor = await connect({ url, origin, token: (await app.visitor()).token });
    const { message } = await visitor.request('message.send', { clientId: crypto.randomUUID(), text: 'Hello?' });
    clock.advance(10);
    return { visitor, id: message.conversationId };
  };
  const [one, two] = [await come(), await come()];
  const ask = ({ visitor, id }: typeof one) => visitor.request('queue.place', { conversationId: id });
  t.match(await ask(one), { position: null }, 'nobody is there');

  const agent = await connect({ url, origin, token: owner.accessToken });
  t.match(await ask(one), { position: 1 });
  t.match(await ask(two), { position: 2 });
  t.match(await one.visitor.next('queue.place'), { conversationId: one.id, position: 1 }, 'told to whoever waited before somebody came');
  await t.rejects(one.visitor.request('queue.place', { conversationId: two.id }), { code: 'not_found' });
  await t.rejects(agent.request('queue.place', { conversationId: two.id }), { code: 'forbidden' });
  t.match(await two.visitor.next('queue.place'), { position: 2 });

  const three = await come();
  clock.advance(GATHER_MS);
  t.match(await three.visitor.next('queue.place'), { conversationId: three.id, position: 3 });
  await agent.request('message.send', { clientId: crypto.randomUUID(), conversationId: one.id, text: 'Hello!' });
  clock.advance(GATHER_MS);
  t.match(await one.visitor.next('queue.place'), { conversationId: one.id, position: null }, 'who is answered waits no more');
  t.match(await two.visitor.next('queue.place'), { position: 1 });
  t.match(await three.visitor.next('queue.place'), { position: 2 });
  await agent.request('conversation.close', { conversationId: two.id });
  clock.advance(GATHER_MS);
  t.match(await two.visitor.next('queue.place'), { position: null }, 'nor does whose conversation was closed');
  t.match(await three.visitor.next('queue.place'), { position: 1 });
  await agent.request('presence.set', { status: 'off' });
  clock.advance(GATHER_MS);
  t.match(await three.visitor.next('queue.place'), { position: null }, 'a line before an empty desk is none');
});

const answers = { count: 0, firstAt: null as number | null };

/** Places over a line that the test writes. */
function desk() {
  const clock = fakeClock();
  const state = { line: [] as ChatInLine[], there: ['a'], shown: true, reads: 0, told: [] as (readonly [string, number | null, ...number[]])[] };
  const places = createChatPlaces({
    store: {
      async chatLine() {
        state.reads += 1;
        return [...state.line];
      },
      chatAnswersSince: async () => answers,
    },
    clock, member: async () => {},
    hub: { publish: (_, event) => void (event.type === 'queue.place' && state.told.push([event.conversationId, event.position, ...(event.etaMs === undefined ? [] : [event.etaMs])])) },
    presence: { agentsOnline: () => state.there, seenBy: async () => (state.shown ? { status: 'online' } : null) as never },
    failed: (error) => { throw error as Error; },
  });
  const said = (conversationId: string, kind: 'visitor' | 'agent' = 'visitor') =>
    places.heard({ type: 'message.created', organisationId: 'o', siteId: 's', visitorId: `v-${conversationId}`, message: { conversationId, kind: 'text', author: { kind } } } as DomainEvent);
  const later = async () => {
    clock.advance(GATHER_MS);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    return state.told.splice(0);
  };
  const waits = (id: string, since: number): ChatInLine => ({ id, siteId: 's', visitorId: `v-${id}`, since });
  return { clock, state, places, said, later, waits };
}

t.test('[E3] a crowd that writes is one question, lines after the first are none, and only who moved is told', async (t) => {
  const { state, said, later, waits, clock } = desk();
  state.line = Array.from({ length: 500 }, (_, n) => waits(`c${n}`, n));
  for (const { id } of state.line) said(id);
  t.equal((await later()).length, 500);
  t.equal(state.reads, 1);
  for (const { id } of state.line) said(id);
  said('answered by a colleague of theirs', 'agent');
  t.strictSame(await later(), []);
  t.equal(state.reads, 1, 'nothing can have changed');
  state.line = state.line.filter(({ id }) => id !== 'c497');
  said('c497', 'agent');
  t.strictSame(await later(), [['c498', 498], ['c499', 499], ['c497', null]]);
  Object.assign(answers, { count: 5, firstAt: clock.now() - 300_000 });
  state.line = [waits('c499', 499), waits('new', 600)];
  said('new');
  t.match((await later()).filter(([, position]) => position !== null), [['c499', 1, 60_100], ['new', 2, 120_200]], 'with a guess, where there were answers');
  Object.assign(answers, { count: 0, firstAt: null });
});

t.test('[E3] whoever writes on while waiting keeps the place; where presence is not shown nobody is told one', async (t) => {
  const { state, places, said, later, waits } = desk();
  state.line = [waits('a', 1), waits('b', 2)];
  said('a');
  t.strictSame(await later(), [['a', 1], ['b', 2]]);
  state.line = [waits('b', 2), waits('a', 9), waits('c', 10)];
  said('c');
  t.strictSame(await later(), [['c', 3]]);
  state.shown = false;
  said('c', 'agent');
  await later();
  const hidden = await places.place({ kind: 'visitor', id: 'v-b', organisationId: 'o' } as never, 'b');
  t.strictSame(hidden, { position: null });
  places.close();
  said('d');
  t.strictSame(await later(), []);
});
