import type { Test } from 'tap';
import type { Bus, BusEnvelope } from './bus.ts';

/** What every bus must do. `open` joins one more process to the same bus; the suite closes what it opened. */
export async function busContract(t: Test, open: () => Promise<Bus>): Promise<void> {
  const heard = async (bus: Bus) => {
    const envelopes: BusEnvelope[] = [];
    const leave = await bus.subscribe((envelope) => void envelopes.push(envelope));
    const until = async (count: number) => {
      for (let tries = 0; envelopes.length < count && tries < 500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      return envelopes;
    };
    return { envelopes, leave, until };
  };

  await t.test('[BU1] every subscriber hears every envelope, its own process included, unchanged', async (t) => {
    const bus = await open();
    const [one, two] = [await heard(bus), await heard(bus)];
    const sent = { topic: 'a', payload: { text: 'ä \u0000 \u{1f600}', list: [1, null, true], deep: { empty: {} } } };
    await bus.publish(sent);
    t.strictSame(await one.until(1), [sent]);
    t.strictSame(await two.until(1), [sent]);
    await bus.close();
  });

  await t.test('[BU2] envelopes of one process arrive in the order in which they were published', async (t) => {
    const bus = await open();
    const one = await heard(bus);
    await Promise.all(Array.from({ length: 500 }, async (_, n) => bus.publish({ topic: `t${n % 3}`, payload: n })));
    t.strictSame((await one.until(500)).map(({ payload }) => payload), Array.from({ length: 500 }, (_, n) => n));
    await bus.close();
  });

  await t.test('[BU3] whoever left hears no more, the others still do', async (t) => {
    const bus = await open();
    const [one, two] = [await heard(bus), await heard(bus)];
    await one.leave();
    await one.leave();
    await bus.publish({ topic: 'a', payload: 1 });
    await two.until(1);
    t.equal(one.envelopes.length, 0);
    t.equal(two.envelopes.length, 1);
    await bus.close();
  });

  await t.test('[BU4] a subscriber that throws keeps nobody else from hearing', async (t) => {
    const bus = await open();
    await bus.subscribe(() => {
      throw new Error('A defect of one subscriber.');
    });
    const one = await heard(bus);
    await bus.publish({ topic: 'a', payload: 1 });
    t.equal((await one.until(1)).length, 1);
    await bus.close();
  });

  await t.test('[BU5] check passes while open; once closed, check and publish reject and closing again is harmless', async (t) => {
    const bus = await open();
    await bus.check();
    await bus.close();
    await bus.close();
    await t.rejects(bus.check());
    await t.rejects(async () => bus.publish({ topic: 'a', payload: 1 }));
  });
}
