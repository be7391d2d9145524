import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { createGroupCommit, QueueFull } from './group-commit.ts';

/** A write whose end the test decides, and a turn that it starts. */
function workbench(options: { maxBatch?: number; maxWaiting?: number } = {}) {
  const batches: number[][] = [];
  const deferred: (() => void)[] = [];
  let underWay: { batch: number[]; resolve: (results: string[]) => void; reject: (error: Error) => void } | undefined;
  let overlapped = false;
  const queue = createGroupCommit<number, string>({
    ...options,
    defer: (work) => deferred.push(work),
    write: (batch) => new Promise((resolve, reject) => {
      if (underWay) overlapped = true;
      batches.push(batch);
      underWay = { batch, resolve, reject };
    }),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    queue, batches,
    overlapped: () => overlapped,
    busy: () => underWay !== undefined || deferred.length > 0,
    async start() {
      deferred.splice(0).forEach((work) => work());
      await settle();
    },
    async end(error?: Error) {
      const write = underWay;
      underWay = undefined;
      if (error) write?.reject(error);
      else write?.resolve(write.batch.map((item) => `done ${item}`));
      await settle();
    },
    write: () => underWay,
    settle,
  };
}

t.test('[J18] one write at a time; what arrives meanwhile goes into the next, in order, each item once', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant('add' as const) }, { weight: 2, arbitrary: fc.constant('start' as const) },
    { weight: 2, arbitrary: fc.constant('end' as const) }, { weight: 1, arbitrary: fc.constant('fail' as const) },
  );
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }),
    async (steps, maxBatch, maxWaiting) => {
      const bench = workbench({ maxBatch, maxWaiting });
      const outcomes = new Map<number, string>();
      const refused = new Set<number>();
      const failed = new Set<number>();
      let next = 0;
      const end = async (fails: boolean) => {
        for (const item of bench.write()?.batch ?? []) if (fails) failed.add(item);
        await bench.end(fails ? new Error('disk') : undefined);
      };
      for (const what of steps) {
        if (what === 'add') {
          const item = next++;
          const full = bench.queue.waiting === maxWaiting;
          if (full) refused.add(item);
          bench.queue.add(item).then((result) => outcomes.set(item, result), (error: Error) => outcomes.set(item, error.name));
        } else if (what === 'start') {
          const waiting = bench.queue.waiting;
          const before = bench.batches.length;
          await bench.start();
          if (bench.batches.length > before) assert.equal(bench.batches.at(-1)!.length, Math.min(waiting, maxBatch), 'takes all that waits');
        } else {
          await end(what === 'fail');
        }
        assert.ok(bench.queue.waiting <= maxWaiting, 'no more wait than may');
        assert.equal(bench.queue.pressed, bench.queue.waiting > maxWaiting / 2);
      }
      const settled = bench.queue.settled();
      while (bench.busy()) {
        await bench.start();
        await end(false);
      }
      await settled;
      const accepted = Array.from({ length: next }, (_, item) => item).filter((item) => !refused.has(item));
      assert.deepEqual(bench.batches.flat(), accepted, 'every accepted item once, in the order of arrival');
      assert.equal(bench.overlapped(), false, 'never two writes at a time');
      for (let item = 0; item < next; item++) {
        const expected = refused.has(item) ? 'QueueFull' : failed.has(item) ? 'Error' : `done ${item}`;
        assert.equal(outcomes.get(item), expected, `item ${item}`);
      }
    }), { numRuns: 150 });
});

t.test('[J18] a full queue refuses, says when it is relieved, and goes on', async (t) => {
  const bench = workbench({ maxBatch: 2, maxWaiting: 4 });
  const added = [1, 2, 3, 4].map((item) => bench.queue.add(item));
  await t.rejects(bench.queue.add(5), QueueFull);
  t.ok(bench.queue.pressed);
  let relieved = false;
  void bench.queue.relieved().then(() => (relieved = true));
  await bench.settle();
  t.notOk(relieved);
  await bench.start();
  t.ok(relieved, 'two of four are being written');
  await bench.queue.relieved();
  await bench.end();
  await bench.start();
  await bench.end();
  t.strictSame(await Promise.all(added), ['done 1', 'done 2', 'done 3', 'done 4']);
  await bench.queue.settled();
});

t.test('[J18] a writer that answers for fewer items fails the batch instead of acknowledging it', async (t) => {
  const queue = createGroupCommit<number, number>({ write: async () => [1] });
  const results = await Promise.allSettled([queue.add(1), queue.add(2)]);
  t.strictSame(results.map(({ status }) => status), ['rejected', 'rejected']);
});

t.test('[J18] with the default turn all that was added together goes into one write', async (t) => {
  const sizes: number[] = [];
  const queue = createGroupCommit<number, number>({ write: async (batch) => (sizes.push(batch.length), batch) });
  t.strictSame(await Promise.all([queue.add(1), queue.add(2), queue.add(3)]), [1, 2, 3]);
  t.strictSame(sizes, [3]);
});
