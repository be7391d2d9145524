import t from 'tap';
import type { ServerEvent } from '../../protocol/server-frames.ts';
import { busContract } from './bus.contract.ts';
import { createMemoryBus } from './bus.memory.ts';
import { createHub, type Listener } from './create-hub.ts';

await t.test('memory bus', (t) => busContract(t, async () => createMemoryBus(() => {})));

const event: ServerEvent = { type: 'typing', conversationId: 'c', author: { kind: 'agent', id: 'a', name: 'A' }, on: true };

function listener(connectionId: string) {
  const got: string[] = [];
  const closed: number[] = [];
  const self: Listener = {
    connectionId,
    deliver: (_, frame) => void got.push(frame().subarray(2).toString()), // a frame of less than 126 bytes has a head of two
    close: (code) => void closed.push(code),
  };
  return Object.assign(self, { got, closed });
}

await t.test('[J8] every connection of a topic hears an event, once each, and each leaves alone', async (t) => {
  const bus = createMemoryBus();
  const hub = await createHub({ bus, failed: () => {} });
  const [one, two, three] = [listener('1'), listener('2'), listener('3')];
  hub.join(one, ['visitor:v', 'connection:1']);
  hub.join(two, ['visitor:v', 'connection:2', 'agents:o']);
  hub.join(three, ['agents:o']);
  hub.publish(['visitor:v', 'agents:o'], event);
  t.strictSame([one, two, three].map(({ got }) => got.length), [1, 1, 1], 'two topics, one event');
  hub.publish(['visitor:v', 'agents:o'], event, { except: '1' });
  t.strictSame([one, two, three].map(({ got }) => got.length), [1, 2, 2], 'all but the sender');
  hub.publish(['agents:o'], event, { unless: ['visitor:v'] });
  t.strictSame([one, two, three].map(({ got }) => got.length), [1, 2, 3], 'all but those of a topic');
  hub.leave(one, ['visitor:v', 'connection:1']);
  hub.publish(['visitor:v'], event);
  t.strictSame([one, two, three].map(({ got }) => got.length), [1, 3, 3], 'the other tab still hears');
  t.notOk(hub.has('connection:1'));
  t.ok(hub.has('visitor:v'));
  hub.leave(two, ['visitor:v']);
  t.notOk(hub.has('visitor:v'), 'no trace of a topic that nobody listens to');
  t.strictSame(JSON.parse(three.got[0]!), event);
  await hub.stop();
});

await t.test('[S14] closing a session closes all its connections and no other', async (t) => {
  const bus = createMemoryBus();
  const hub = await createHub({ bus, failed: () => {} });
  const [one, two, other] = [listener('1'), listener('2'), listener('3')];
  hub.join(one, ['session:s']);
  hub.join(two, ['session:s']);
  hub.join(other, ['session:t']);
  const there = await createHub({ bus, failed: () => {} });
  const watched: string[] = [];
  there.watchClosing((topic) => void watched.push(topic));
  hub.close('session:s', 4010, 'revoked');
  t.strictSame([one.closed, two.closed, other.closed], [[4010], [4010], []]);
  t.strictSame(watched, ['session:s'], 'and what hangs on it hears, whichever process has it');
});

await t.test('[J8] hubs of two processes on one bus hear one another', async (t) => {
  const bus = createMemoryBus();
  const [here, there] = [await createHub({ bus, failed: () => {} }), await createHub({ bus, failed: () => {} })];
  const [one, two] = [listener('1'), listener('2')];
  here.join(one, ['agents:o']);
  there.join(two, ['agents:o']);
  here.publish(['agents:o'], event);
  t.strictSame([one.got.length, two.got.length], [1, 1]);
});

await t.test('[HT1] a bus that is down loses the event, not the process', async (t) => {
  const bus = createMemoryBus();
  const failures: unknown[] = [];
  const hub = await createHub({ bus, failed: (error) => void failures.push(error) });
  await bus.close();
  hub.publish(['agents:o'], event);
  await new Promise(setImmediate);
  t.equal(failures.length, 1);
});
