import t from 'tap';
import { createEvents } from './events/events.ts';
import { createMetrics, isNear } from './metrics.ts';
import { testApp } from './testing/test-app.ts';

t.test('[operations] what happened is counted, in words that name nobody', async (t) => {
  const events = createEvents({ failed: () => {} });
  const metrics = createMetrics({ events, connections: () => 7 });
  events.emit({ organisationId: 'secret-organisation', siteId: 'secret-site', type: 'message.created', visitorId: 'v', message: {} as never });
  metrics.answered('/v1/visitors/:id', 'GET', 200, 0.02);
  const text = await metrics.text();
  t.match(text, /^peer_consult_connections 7$/m);
  t.match(text, /^peer_consult_events_total\{event="message.created"\} 1$/m);
  t.match(text, /^peer_consult_http_request_duration_seconds_count\{route="\/v1\/visitors\/:id",method="GET",status="200"\} 1$/m);
  t.match(text, /^process_resident_memory_bytes \d/m);
  t.notMatch(text, 'secret');
});

t.test('[operations] from near anybody may look, from afar and through a strange proxy nobody', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const status = async (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => (await app.inject({ url: '/metrics', headers, remoteAddress })).statusCode;
  t.strictSame([await status(), await status({}, '10.1.2.3'), await status({}, '::1'), await status({}, '::ffff:192.168.1.1')], [200, 200, 200, 200]);
  t.strictSame([await status({}, '203.0.113.9'), await status({}, '2001:db8::1'), await status({ 'x-forwarded-for': '10.0.0.1' })], [403, 403, 403]);
  const answer = await app.inject({ url: '/metrics' });
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(answer.body, /route="\/metrics",method="GET",status="403"/);
  for (const address of ['172.16.0.1', 'fe80::1%eth0', 'fd00::1', '127.9.9.9']) t.ok(isNear(address), address);
  for (const address of ['172.32.0.1', '8.8.8.8', '::ffff:8.8.8.8', 'fec0::1']) t.notOk(isNear(address), address);
});

t.test('[operations] [S1] with a token it is asked for, wherever one comes from', async (t) => {
  const app = await testApp({ config: { metricsToken: 'a-token-of-enough-length' } });
  t.teardown(() => app.close());
  const status = async (authorization: string, remoteAddress = '203.0.113.9') => (await app.inject({ url: '/metrics', headers: { authorization }, remoteAddress })).statusCode;
  t.strictSame([await status('Bearer a-token-of-enough-length'), await status('Bearer other'), await status('', '127.0.0.1')], [200, 401, 401]);
  t.notMatch(app.log(), 'a-token-of-enough-length');
});
