import fc from 'fast-check';
import t from 'tap';
import { fakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { createQueue, type QueueStore } from './queue.ts';

// The queue itself; what it works off stands in each store, and is tested there over both engines.

interface TestJob { id: number; at: number; until: number }

/** Jobs in memory, which several queues may share. */
function memoryJobs(clock: FakeClock) {
  const jobs = new Map<number, TestJob>();
  let made = 0;
  let claims = 0;
  const store: QueueStore<TestJob> = {
    async claim(_claimant, now, until, limit) {
      claims++;
      const due = [...jobs.values()].filter((job) => job.at <= now && job.until <= now).sort((a, b) => a.at - b.at || a.id - b.id).slice(0, limit);
      for (const job of due) job.until = until;
      return due;
    },
    async nextDue(now) {
      const free = [...jobs.values()].map((job) => (job.until > now ? job.until : job.at));
      return free.length === 0 ? null : Math.min(...free);
    },
  };
  return { store, jobs, claims: () => claims, add: (inMs = 0) => { const id = ++made; jobs.set(id, { id, at: clock.now() + inMs, until: 0 }); return id; } };
}

/** Work that the test ends. */
function held() {
  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const begun: number[] = [];
  return {
    begun,
    work: ({ id }: TestJob) => new Promise<void>((resolve, reject) => {
      begun.push(id);
      waiting.set(id, { resolve, reject });
    }),
    end: (id: number) => waiting.get(id)!.resolve(),
    fail: (id: number) => waiting.get(id)!.reject(new Error(`job ${id}`)),
  };
}
const settle = async () => { for (let round = 0; round < 20; round++) await new Promise((resolve) => void setImmediate(resolve)); };

t.test('[S18] a job that takes long holds up no other', async (t) => {
  const clock = fakeClock();
  const { store, add, jobs } = memoryJobs(clock);
  const { begun, work, end } = held();
  const queue = createQueue({ store, work: async (job) => { await work(job); jobs.delete(job.id); }, clock, failed: (error) => t.fail(String(error)), name: 'test', parallel: 2 });
  for (let n = 0; n < 4; n++) add();
  queue.kick();
  await settle();
  t.same(begun, [], 'nothing before it has started');
  queue.start();
  await settle();
  t.same(begun, [1, 2], 'so many at a time');
  end(2);
  await settle();
  t.same(begun, [1, 2, 3], 'the first still runs');
  end(3);
  await settle();
  t.same(begun, [1, 2, 3, 4]);
  end(1);
  end(4);
  await queue.idle();
  t.equal(jobs.size, 0);
  await queue.close();
});

t.test('[C10] a job is taken up when it is due, or when somebody says that there is one', async (t) => {
  const clock = fakeClock();
  const { store, add, jobs, claims } = memoryJobs(clock);
  const done: [number, number][] = [];
  const start = clock.now();
  const queue = createQueue({ store, clock, failed: (error) => t.fail(String(error)), name: 'test', work: async ({ id }) => { done.push([id, clock.now() - start]); jobs.delete(id); } });
  add(5000);
  queue.start();
  await queue.idle();
  clock.advance(4999);
  await queue.idle();
  t.same(done, []);
  clock.advance(1);
  await queue.idle();
  t.same(done, [[1, 5000]]);
  const before = claims();
  add();
  await settle();
  t.equal(claims(), before, 'nobody asks the database meanwhile');
  queue.kick();
  await queue.idle();
  t.same(done[1], [2, 5000]);
  add();
  clock.advance(30_000);
  await queue.idle();
  t.equal(done[2]?.[0], 3, 'what nobody told of is found by the tick');
  await queue.close();
  add();
  queue.kick();
  clock.advance(60_000);
  await settle();
  t.equal(done.length, 3, 'closed is closed');
});

t.test('[C10] what fails is told, and taken again after the claim; the rest goes on', async (t) => {
  const clock = fakeClock();
  const { store, add, jobs } = memoryJobs(clock);
  const told: string[] = [];
  let tries = 0;
  const queue = createQueue({
    store, clock, name: 'test', claimMs: 60_000, tickMs: 1e9, failed: (error, what) => void told.push(`${what} ${(error as Error).message}`),
    work: async ({ id }) => { if (id === 1 && ++tries < 3) throw new Error('no'); jobs.delete(id); },
  });
  add();
  add();
  queue.start();
  await queue.idle();
  t.same([...jobs.keys()], [1]);
  clock.advance(60_000);
  await queue.idle();
  clock.advance(60_000);
  await queue.idle();
  t.same([tries, jobs.size, told], [3, 0, ['test no', 'test no']]);
  await queue.close();
});

t.test('[C10] a database that is away is asked again at the next tick, not in a circle', async (t) => {
  const clock = fakeClock();
  const { store, add, jobs } = memoryJobs(clock);
  let away = true;
  let asked = 0;
  const told: string[] = [];
  const queue = createQueue({
    store: { ...store, claim: async (...all) => { asked++; if (away) throw new Error('away'); return store.claim(...all); } },
    clock, name: 'test', failed: (error) => void told.push((error as Error).message), work: async ({ id }) => void jobs.delete(id),
  });
  add();
  queue.start();
  queue.kick();
  await settle();
  t.same([asked, told], [1, ['away']]);
  away = false;
  clock.advance(30_000);
  await queue.idle();
  t.equal(jobs.size, 0);
  await queue.close();
});

t.test('[C10] closing waits for what is under way and takes no more', async (t) => {
  const clock = fakeClock();
  const { store, add } = memoryJobs(clock);
  const { begun, work, end } = held();
  const queue = createQueue({ store, work, clock, failed: (error) => t.fail(String(error)), name: 'test', parallel: 1 });
  add();
  add();
  queue.start();
  await settle();
  let closed = false;
  const closing = queue.close().then(() => void (closed = true));
  await settle();
  t.notOk(closed);
  end(1);
  await closing;
  t.same(begun, [1]);
});

t.test('[C10] several queues, jobs at any time: each job is done once, and none is forgotten', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), async (delays, queues, parallel) => {
    const clock = fakeClock();
    const { store, add, jobs } = memoryJobs(clock);
    const done: number[] = [];
    const all = Array.from({ length: queues }, () => createQueue({
      store, clock, parallel, name: 'test', failed: (error) => t.fail(String(error)), work: async ({ id }) => { await Promise.resolve(); done.push(id); jobs.delete(id); },
    }));
    for (const delay of delays) add(delay);
    for (const queue of all) queue.start();
    for (let seconds = 0; seconds <= 90; seconds += 5) {
      for (const queue of all) await queue.idle();
      clock.advance(5000);
    }
    for (const queue of all) await queue.close();
    return done.length === delays.length && new Set(done).size === done.length;
  }), { numRuns: 30 });
});
