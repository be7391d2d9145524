import t from 'tap';
import type { DeliveryAttempt } from '../../protocol/developers.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { createDeliveriesStore, type DeliveryJob } from './deliveries.store.ts';
import { createWebhooksStore } from './webhooks.store.ts';

// Deliveries as the queue takes them, over both engines.

const webhook = (id: string, fields: object = {}) => ({ id, organisationId: 'o', name: id, url: 'https://x.example/', events: ['*'], secret: 'whsec_old', enabled: true, bot: false, createdAt: 1, updatedAt: 1, ...fields });
const delivery = (id: string, webhookId: string, nextAt: number, fields: object = {}) => ({
  id, organisationId: 'o', webhookId, eventId: `e:${id}`, event: 'message.created', payload: '{}', state: 'waiting' as const, attempts: 0, nextAt, log: [], createdAt: nextAt, ...fields,
});
const attempt: DeliveryAttempt = { at: '2026-01-01T00:00:00.000Z', status: 500, ms: 3, error: 'status', answer: 'no\0\ud800' };

const house = (database: Database) => ({ store: createDeliveriesStore(database), webhooks: createWebhooksStore(database), row: async (id: string) => (await createWebhooksStore(database).delivery('o', 'w', id))! });

t.test('[C10] deliveries', (t) => eachEngine(t, async (t, open) => {
  await t.test('[C10] a webhook is served by one process at a time, in the order of happening', async (t) => {
    const { store, webhooks, row } = house(await open());
    await webhooks.insert(webhook('w'));
    await webhooks.insert(webhook('v'));
    t.equal(await webhooks.enqueue([delivery('d2', 'w', 20), delivery('d1', 'w', 20), delivery('d0', 'w', 10), delivery('x', 'v', 15), delivery('late', 'v', 900)]), 5);
    t.equal(await webhooks.enqueue([delivery('d9', 'w', 20, { eventId: 'e:d1' })]), 0, 'told once');
    t.equal(await store.nextDue(5), 10);
    t.same(await store.claim('A', 9, 100, 10), []);
    const jobs = await store.claim('A', 30, 100, 10);
    t.same(jobs.map((job) => [job.delivery.id, job.webhook.id, job.delivery.attempts]), [['d0', 'w', 1], ['x', 'v', 1]]);
    t.same(await store.claim('B', 30, 100, 10), [], 'both are busy');
    t.equal(await store.nextDue(30), 100, 'until the claim runs out, nobody needs to ask');
    t.equal(await store.end(jobs[0]!, attempt, { state: 'waiting', nextAt: 500 }, 31), true);
    const [next] = await store.claim('B', 31, 131, 10);
    t.equal(next!.delivery.id, 'd1', 'what failed does not hold up what came after');
    t.equal(await store.end(next!, { ...attempt, status: 200, error: null }, { state: 'delivered' }, 32), true);
    t.match(await row('d0'), { state: 'waiting', nextAt: 500, attempts: 1, claimedBy: null, endedAt: null, log: [{ status: 500, answer: /^no/ }] });
    t.match(await row('d1'), { state: 'delivered', nextAt: null, attempts: 1, endedAt: 32 });
  });

  await t.test('[C10] whose claim ran out has lost it', async (t) => {
    const { store, webhooks, row } = house(await open());
    await webhooks.insert(webhook('w'));
    await webhooks.enqueue([delivery('d', 'w', 1)]);
    const [first] = await store.claim('A', 1, 100, 1);
    const [second] = await store.claim('B', 100, 200, 1);
    t.equal(second!.delivery.attempts, 2, 'the first counts: it may have been sent');
    t.equal(await store.end(first!, attempt, { state: 'delivered' }, 101), false);
    t.match(await row('d'), { state: 'waiting', claimedBy: 'B', log: [] });
    t.same(await store.claim('C', 101, 201, 1), [], 'and the webhook is still the second one\'s');
    await store.release(second!);
    t.match(await row('d'), { state: 'waiting', attempts: 1, claimedBy: null });
    t.equal((await store.claim('C', 101, 201, 1)).length, 1, 'what is given back can be taken at once');
  });

  await t.test('[C10] of many who claim at the same time each delivery goes to one, one a webhook', async (t) => {
    const { store, webhooks } = house(await open());
    for (let n = 0; n < 6; n++) {
      await webhooks.insert(webhook(`w${n}`));
      await webhooks.enqueue(Array.from({ length: 5 }, (_, index) => delivery(`d${n}-${index}`, `w${n}`, index)));
    }
    const told = new Map<string, string[]>();
    const take = async (name: string) => {
      for (;;) {
        const jobs: DeliveryJob[] = await store.claim(name, 50, 1_000_000, 2);
        if (jobs.length === 0 && (await store.nextDue(50)) === null) return;
        for (const job of jobs) {
          told.set(job.webhook.id, [...told.get(job.webhook.id) ?? [], job.delivery.id]);
          if (!(await store.end(job, attempt, { state: 'delivered' }, 51))) t.fail('a claim was lost');
        }
      }
    };
    await Promise.all(['A', 'B', 'C', 'D'].map(take));
    for (let n = 0; n < 6; n++) t.same(told.get(`w${n}`), Array.from({ length: 5 }, (_, index) => `d${n}-${index}`));
  });

  await t.test('[C10] switching off fails what waits; replaying makes it due again; old ones are forgotten', async (t) => {
    const { store, webhooks, row } = house(await open());
    await webhooks.insert(webhook('w'));
    await webhooks.enqueue([delivery('a', 'w', 10), delivery('b', 'w', 11), delivery('c', 'w', 12)]);
    const [job] = await store.claim('A', 20, 100, 1);
    t.equal((await webhooks.disable('other', 'w', 21)), null);
    t.match(await webhooks.disable('o', 'w', 21), { enabled: false });
    t.equal(await webhooks.disable('o', 'w', 22), null, 'once');
    t.equal(await store.end(job!, attempt, { state: 'delivered' }, 22), false);
    t.same((await webhooks.deliveries({ organisationId: 'o', webhookId: 'w', state: 'failed', before: undefined, limit: 9 })).map(({ id }) => id), ['c', 'b', 'a']);
    t.equal(await webhooks.replay('other', 'w', 'a', 30), null);
    t.equal(await webhooks.replay('o', 'v', 'a', 30), null);
    t.match(await webhooks.replay('o', 'w', 'a', 30), { state: 'waiting', attempts: 0, nextAt: 30, endedAt: null });
    t.match(await webhooks.replay('o', 'w', 'a', 31), { state: 'waiting', nextAt: 31 });
    await webhooks.purge(12);
    t.same((await webhooks.deliveries({ organisationId: 'o', webhookId: 'w', state: undefined, before: undefined, limit: 9 })).map(({ id }) => id), ['c', 'a'], 'what waits stays');
    t.equal(await webhooks.remove('other', 'w'), null);
    t.match(await webhooks.remove('o', 'w'), { id: 'w' });
    t.equal(await row('a') ?? null, null);
  });

  await t.test('[C10] many old deliveries are forgotten in short statements', async (t) => {
    const { webhooks } = house(await open());
    await webhooks.insert(webhook('w'));
    await webhooks.enqueue(Array.from({ length: 1203 }, (_, index) => delivery(`d${String(index).padStart(5, '0')}`, 'w', index, { state: 'delivered' })));
    await webhooks.purge(1200);
    t.equal((await webhooks.deliveries({ organisationId: 'o', webhookId: 'w', state: undefined, before: undefined, limit: 9999 })).length, 3);
  });

  await t.test('[C10] since when a webhook fails, and the secret before the last', async (t) => {
    const { store, webhooks } = house(await open());
    await webhooks.insert(webhook('w'));
    t.same([await store.answersWell('w', false, 10), await store.answersWell('w', false, 20)], [10, 10]);
    t.equal(await store.answersWell('w', true, 30), null);
    t.equal(await store.answersWell('w', false, 40), 40);
    t.match(await webhooks.rotate('o', 'w', 'whsec_new', 99, 50), { secret: 'whsec_new', previousSecret: 'whsec_old', previousUntil: 99 });
    t.equal(await webhooks.rotate('other', 'w', 'whsec_x', 99, 50), null);
  });
}));
