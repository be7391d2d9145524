import t from 'tap';
import type { ApiKeyAnswer, Delivery, Webhook, WebhookAnswer } from '../../protocol/developers.ts';
import type { Page } from '../../protocol/http.ts';
import { testApp } from '../testing/test-app.ts';
import { isSignedWith, webhookReceiver } from '../testing/webhook-receiver.ts';

t.test('[C10] [S5] a key with the scope has the whole of a webhook\'s life, over HTTP', async (t) => {
  const app = await testApp({ outboundAllow: ['127.0.0.1'] });
  const receiver = await webhookReceiver();
  t.teardown(async () => {
    await app.close();
    await receiver.close();
  });
  const owner = await app.owner();
  const made = await app.inject({ method: 'POST', url: '/v1/api-keys', headers: owner.headers, payload: { name: 'Deploy', scopes: ['webhooks:manage', 'audit:read'] } });
  const headers = { authorization: `Bearer ${made.json<ApiKeyAnswer>().key}` };
  const ask = <T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => app.inject({ method, url: `/v1/webhooks${url}`, headers, ...(payload && { payload }) })
    .then((answer) => ({ status: answer.statusCode, code: answer.statusCode >= 400 ? answer.json<{ code: string }>().code : null, body: (answer.body ? answer.json<T>() : null) as T, text: answer.body }));

  for (const [body, code] of [
    [{ name: 'x', url: receiver.url, events: [] }, 'bad_request'], [{ name: 'x', url: receiver.url, events: ['message.deleted'] }, 'bad_request'], [{ name: ' ', url: receiver.url, events: ['*'] }, 'bad_request'],
    [{ name: 'x', url: receiver.url }, 'bad_request'], [{ name: 'x', url: 'http://10.1.2.3/', events: ['*'] }, 'address_refused'], [{ name: 'x', url: 'not an address', events: ['*'] }, 'address_refused'],
    [{ name: 'x', url: receiver.url, events: ['call.missed'], bot: true }, 'unprocessable'],
  ] as const) t.equal((await ask('POST', '', body)).code, code, JSON.stringify(body));

  const created = await ask<WebhookAnswer>('POST', '', { name: 'Order desk', url: receiver.url, events: ['conversation.closed'], secret: 'whsec_mine', id: 'mine' });
  t.equal(created.status, 201);
  const { id, secret } = created.body;
  t.not(secret, 'whsec_mine');
  t.notOk((await ask('GET', '')).text.includes('whsec') || (await ask('GET', `/${id}`)).text.includes('whsec') || (await ask('PATCH', `/${id}`, { name: 'Desk' })).text.includes('whsec'), 'the secret is told once');
  t.match((await ask<Page<Webhook>>('GET', '')).body, { items: [{ id, name: 'Desk', enabled: true }], next: null });

  const rotated = await ask<WebhookAnswer>('POST', `/${id}/rotate-secret`);
  const tested = await ask<Delivery>('POST', `/${id}/test`);
  t.match([tested.status, tested.body], [200, { webhookId: id, event: 'ping', state: 'delivered', attempts: [{ status: 200, error: null }] }]);
  t.ok(isSignedWith(receiver.received[0]!, secret) && isSignedWith(receiver.received[0]!, rotated.body.secret));
  t.match((await ask<Page<Delivery>>('GET', `/${id}/deliveries?state=delivered&limit=1`)).body, { items: [{ id: tested.body.id }], next: null });
  t.match((await ask<Page<Delivery>>('GET', `/${id}/deliveries?state=failed`)).body, { items: [], next: null });
  t.equal((await ask('GET', `/${id}/deliveries?state=lost`)).code, 'bad_request');
  t.equal((await ask('GET', `/${id}/deliveries?cursor=x`)).code, 'bad_request');
  t.match((await ask<Delivery>('POST', `/${id}/deliveries/${tested.body.id}/replay`)).body, { id: tested.body.id, state: 'waiting' });
  await receiver.count(2);
  t.equal(receiver.received[1]!.headers['webhook-id'], tested.body.id);
  t.equal((await ask('POST', `/${id}/deliveries/nothing/replay`)).code, 'not_found');
  t.equal((await ask('DELETE', `/${id}`)).status, 204);
  t.equal((await ask('DELETE', `/${id}`)).code, 'not_found');

  const audit = (await app.inject({ url: '/v1/audit', headers })).json<Page<{ action: string; actor: { kind: string; name: string } }>>();
  t.same(audit.items.filter(({ action }) => action.startsWith('webhook.')).map(({ action, actor }) => `${action} by ${actor.kind} ${actor.name}`), [
    'webhook.deleted by key Deploy', 'webhook.secret_rotated by key Deploy', 'webhook.changed by key Deploy', 'webhook.created by key Deploy',
  ]);
  t.notOk(app.log().includes('whsec'));
  t.equal((await app.inject({ url: '/v1/webhooks', headers: (await app.agent('agent')).headers })).statusCode, 403);
});
