import t from 'tap';
import { testApp } from '../testing/test-app.ts';
import type { Mailer } from './mailer.ts';

const from = { name: 'Example Consult', address: 'consult@mail.example' };

t.test('[Q2] [C10] the panel sees mails without their secrets, page by page, and can try one', async (t) => {
  const took: { subject: string; to: string }[] = [];
  const mailer: Mailer = { from, close: () => {}, send: async (message) => void took.push(message) };
  const app = await testApp({ mailer });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const test = await app.inject({ method: 'POST', url: '/v1/mails/test', headers: owner.headers });
  t.equal(test.statusCode, 201);
  t.match(test.json(), { kind: 'test', recipient: 'owner@example.com', state: 'waiting', text: /It works/ });
  const { mails } = app.database.tables;
  const secret = { organisationId: owner.agent.organisationId, kind: 'invitation', recipient: 'a@b.example', subject: 'Invitation', text: 'the-secret', html: 'the-secret', secret: true, state: 'waiting' as const, attempts: 0, nextAt: app.clock.now() + 1e9 };
  const ids = [app.clock.id(), app.clock.id()];
  for (const id of ids) await app.database.q.insert(mails).values({ ...secret, id, createdAt: app.clock.now() });
  await app.database.q.insert(mails).values({ ...secret, id: app.clock.id(), organisationId: 'other', createdAt: app.clock.now() });
  const first = await app.inject({ url: '/v1/mails?limit=2', headers: owner.headers });
  t.match(first.json(), { items: [{ id: ids[1], text: null }, { id: ids[0], text: null }], next: /./ });
  t.notMatch(first.body, /the-secret|html/);
  const second = await app.inject({ url: `/v1/mails?limit=2&cursor=${first.json<{ next: string }>().next}`, headers: owner.headers });
  t.match(second.json<{ items: unknown[] }>(), { items: [{ kind: 'test' }], next: null });
  t.equal(second.json<{ items: unknown[] }>().items.length, 1, 'nothing of others');
  t.equal((await app.inject({ url: '/v1/mails?cursor=x', headers: owner.headers })).statusCode, 400);
  const agent = await app.agent('agent');
  for (const request of [{ method: 'GET', url: '/v1/mails' }, { method: 'POST', url: '/v1/mails/test' }] as const) t.equal((await app.inject({ ...request, headers: agent.headers })).statusCode, 403);

  const silent = await testApp();
  t.teardown(() => silent.close());
  const refused = await silent.inject({ method: 'POST', url: '/v1/mails/test', headers: (await silent.owner()).headers });
  t.match([refused.statusCode, refused.json()], [409, { code: 'mail_off' }]);
});
