import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { BlockList } from 'node:net';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Type } from 'typebox';
import { problem } from './errors.ts';
import type { Events } from './events/events.ts';
import { equalTexts } from './secrets.ts';

/** What the server counts, in Prometheus' text format. Names of people, sites and conversations are in no label. */
export interface Metrics {
  /** An answer went out. `route` is its pattern, never an address. Seconds. */
  answered(route: string, method: string, status: number, seconds: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes metrics that listen to what happens; `connections` is asked when somebody looks. */
export function createMetrics({ events, connections }: {
  events: Pick<Events, 'listen'>;
  /** Open WebSockets of this process. */
  connections(): number;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  /** Memory, processor, event loop: watched from the first look on. */
  let watched = false;
  const answers = new Histogram({
    name: 'peer_consult_http_request_duration_seconds', help: 'How long answers took, by route.', labelNames: ['method', 'route', 'status'], registers,
    buckets: [0.005, 0.025, 0.1, 0.5, 2, 10],
  });
  const open = new Gauge({ name: 'peer_consult_connections', help: 'Open WebSockets of this process.', registers });
  const happened = new Counter({ name: 'peer_consult_events_total', help: 'What happened, by the names that webhooks have for it.', labelNames: ['event'], registers });
  events.listen(({ type }) => void happened.inc({ event: type }));
  return {
    contentType: registry.contentType,
    text() {
      if (!watched) collectDefaultMetrics({ register: registry });
      watched = true;
      open.set(connections());
      return registry.metrics();
    },
    answered: (route, method, status, seconds) => answers.observe({ route, method, status }, seconds),
  };
}

// RFC 1918, RFC 4193, RFC 3927, RFC 4291: where monitoring stands that needs no token.
const near = new BlockList();
for (const [address, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['169.254.0.0', 16]] as const) near.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) near.addSubnet(address, bits, 'ipv6');

/** Whether an address is of this machine or of a network that is not the internet. */
export function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return near.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
}

/**
 * `/metrics`, for whoever has the token; without one in the settings, for addresses that are near. What came through a proxy that is not
 * trusted may be from anywhere.
 */
export const metricsRoute: FastifyPluginAsyncTypebox<{ metrics: Metrics; token: string | null; trustsProxy: boolean }> = async (app, { metrics, token, trustsProxy }) => {
  app.get('/metrics', {
    config: { may: 'anyone', rateLimit: false, refuses: ['unauthenticated', 'forbidden'] }, logLevel: 'warn',
    schema: {
      tags: ['operations'], summary: 'What the server counts, for Prometheus',
      description: 'With `METRICS_TOKEN` set: `Authorization: Bearer <it>`. Without: for this machine and private networks, not through a proxy.',
      response: { 200: { description: 'Prometheus\' text format.', content: { 'text/plain': { schema: Type.String() } } } },
    },
  }, async (request, reply) => {
    if (token !== null) {
      if (!equalTexts(request.headers.authorization ?? '', `Bearer ${token}`)) throw problem('unauthenticated', 'The token of METRICS_TOKEN is needed.');
    } else {
      const proxied = !trustsProxy && (request.headers['x-forwarded-for'] ?? request.headers.forwarded ?? request.headers['x-real-ip']) !== undefined;
      if (proxied || !isNear(request.ip)) throw problem('forbidden', 'Set METRICS_TOKEN to read this from afar.');
    }
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(await metrics.text());
  });
};
