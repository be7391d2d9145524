import { createECDH } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';
import type { MailMessage, Mailer } from './mailer.ts';

/** What comes, one after the other, waited for where it has not come yet. */
function arrivals<T>() {
  const here: T[] = [];
  const waiting: ((one: T) => void)[] = [];
  return {
    add: (one: T) => void (waiting.shift() ?? ((late: T) => here.push(late)))(one),
    next: () => here.length > 0 ? Promise.resolve(here.shift()!) : new Promise<T>((resolve) => waiting.push(resolve)),
    count: () => here.length,
  };
}

t.test('[Q1] [Q3] the whole server: a visitor waits, agents hear by push and mail; they answer, the gone visitor hears by mail', async (t) => {
  const mails = arrivals<MailMessage>();
  const pushes = arrivals<string>();
  const service = createServer((request, response) => {
    request.resume().on('end', () => {
      pushes.add(String(request.headers.urgency));
      response.writeHead(201).end();
    });
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  t.teardown(() => service.close());
  const clock = fakeClock();
  const mailer: Mailer = { from: { name: '', address: 'consult@mail.example' }, close: () => {}, send: async (mail) => mails.add(mail) };
  const app = await testApp({ clock, mailer, outboundAllow: ['127.0.0.1'] });
  t.teardown(() => app.close());
  const origin = await app.listen();
  const owner = await app.owner();
  const browser = createECDH('prime256v1');
  browser.setPrivateKey(clock.random(32));
  const key = await app.inject({ url: '/v1/push/key', headers: owner.headers });
  t.equal(Buffer.from(key.json<{ publicKey: string }>().publicKey, 'base64url').length, 65);
  const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/x`;
  const subscription = { endpoint, keys: { p256dh: browser.getPublicKey().toString('base64url'), auth: clock.random(16).toString('base64url') }, locale: 'en' };
  const subscribed = await app.inject({ method: 'PUT', url: '/v1/push/subscriptions', headers: owner.headers, payload: subscription });
  t.equal(subscribed.statusCode, 204, subscribed.body);
  t.equal((await app.inject({ method: 'PUT', url: '/v1/push/subscriptions', headers: owner.headers, payload: { ...subscription, endpoint: 'http://10.0.0.1/' } })).json<{ code: string }>().code, 'address_refused');

  const visitor = await app.visitor();
  const socket = await connect({ url: origin.replace('http', 'ws'), origin, token: visitor.token });
  const { conversationId } = await socket.request('message.send', { clientId: '01a1fd8b-94f0-74b5-a0df-1ba9237d8988', text: 'Do you have it in blue?' });
  t.equal(await pushes.next(), 'normal');
  await socket.close();
  clock.advance(60_000);
  const notice = await mails.next();
  t.match(notice, { to: 'owner@example.com', references: `conversation.${conversationId}@mail.example` });
  t.match(notice.text, new RegExp(`> Do you have it in blue\\?[^]*${origin}/admin/#/inbox/${conversationId}\n`));

  const { q, tables } = app.database;
  await q.update(tables.visitors).set({ email: 'visitor@example.com' });
  const answer = await app.inject({ method: 'POST', url: `/v1/conversations/${conversationId}/messages`, headers: owner.headers, payload: { clientId: '01a1fd8b-94f0-74b5-a0df-1ba9237d8989', text: 'Yes, we do.' } });
  t.equal(answer.statusCode, 201);
  clock.advance(60_000);
  t.match(await mails.next(), { to: 'visitor@example.com', text: /> Yes, we do\./ });

  const again = await connect({ url: origin.replace('http', 'ws'), origin, token: visitor.token });
  t.match(await again.request('conversation.transcript', { conversationId }), { mailed: true });
  t.match(await mails.next(), { to: 'visitor@example.com', text: /Do you have it in blue\?[^]*Yes, we do\./ });
  const over = await app.inject({ method: 'POST', url: `/v1/conversations/${conversationId}/transcript`, headers: owner.headers, payload: { email: 'elsewhere@example.com' } });
  t.equal(over.statusCode, 422);
  await again.close();

  t.equal((await app.inject({ method: 'DELETE', url: '/v1/push/subscriptions', headers: owner.headers, payload: { endpoint } })).statusCode, 204);
  t.same(await q.select().from(tables.pushSubscriptions), []);
  t.equal(mails.count() + pushes.count(), 0, 'and nothing else');
});
