import fc from 'fast-check';
import t from 'tap';
import { createPartWriter, type PartTarget } from './part-writer.ts';

/** A store in memory that holds parts to S3's rules, and counts what is in flight. */
function memoryTarget(failAt = Number.POSITIVE_INFINITY) {
  const seen = { order: [] as number[], sizes: new Map<number, number>(), begun: 0, aborted: 0, stored: null as Buffer | null };
  const target: PartTarget = {
    async whole(bytes) {
      seen.stored = Buffer.from(bytes);
    },
    async begin() {
      seen.begun += 1;
      const parts = new Map<number, Buffer>();
      return {
        async part(number, bytes) {
          if (parts.size === failAt) throw new Error('the store is down');
          if (parts.has(number)) throw new Error(`part ${number} twice`);
          parts.set(number, Buffer.from(bytes));
          seen.order.push(number);
          seen.sizes.set(number, bytes.length);
        },
        async complete() {
          seen.stored = Buffer.concat([...parts.keys()].sort((a, b) => a - b).map((number) => parts.get(number)!));
        },
        async abort() {
          seen.aborted += 1;
        },
      };
    },
  };
  return { seen, target };
}

t.test('[G4] any writes within the window give the bytes that they would give in a file', async () => {
  const partBytes = 16;
  const steps = fc.array(fc.record({ back: fc.nat(31), length: fc.integer({ min: 0, max: 40 }), byte: fc.integer({ min: 1, max: 255 }), head: fc.boolean() }), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(steps, async (list) => {
    const { seen, target } = memoryTarget();
    const writer = createPartWriter({ partBytes, held: 3, target });
    let file = Buffer.alloc(0);
    for (const { back, length, byte, head } of list) {
      const at = head ? back % partBytes : Math.max(0, file.length - back);
      const bytes = Buffer.alloc(head ? Math.min(length, partBytes - at) : length, byte);
      if (at + bytes.length > file.length && bytes.length > 0) file = Buffer.concat([file, Buffer.alloc(at + bytes.length - file.length)]);
      bytes.copy(file, at);
      await writer.write(at, bytes);
    }
    await writer.finish();
    if (!seen.stored!.equals(file)) return false;
    if (file.length <= partBytes) return seen.begun === 0;
    const last = Math.max(...seen.order);
    return seen.begun === 1 && seen.order.at(-1) === 1 && seen.order.every((number) => number === last || seen.sizes.get(number) === partBytes);
  }), { numRuns: 300 });
});

t.test('[G4] what lies behind the window is refused, and the object never comes to be', async (t) => {
  const { seen, target } = memoryTarget();
  const writer = createPartWriter({ partBytes: 16, held: 2, target });
  await writer.write(0, Buffer.alloc(100, 1));
  await t.rejects(writer.write(40, Buffer.from('x')), RangeError);
  await t.rejects(writer.finish(), { message: /ended/ });
  await writer.abort();
  t.match(seen, { aborted: 1, stored: null });
});

t.test('[G4] a part that fails breaks the write, and abort drops the others', async (t) => {
  for (const failAt of [0, 3, 6]) {
    const { seen, target } = memoryTarget(failAt);
    const writer = createPartWriter({ partBytes: 16, held: 2, target });
    await t.rejects((async () => {
      for (let at = 0; at < 110; at += 10) await writer.write(at, Buffer.alloc(10, 1));
      await writer.finish();
    })(), { message: 'the store is down' });
    await writer.abort();
    await writer.abort();
    t.match(seen, { aborted: 1, stored: null });
  }
});
