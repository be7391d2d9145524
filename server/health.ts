import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Clock } from './clock.ts';

/** Something that the server cannot work without. */
export interface Dependency {
  name: string;
  /** Rejects when it is not there. */
  check(): Promise<void>;
}

const Health = Type.Object({ status: Type.Literal('ok') });
const Readiness = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('draining'), Type.Literal('unready')]),
  checks: Type.Record(Type.String(), Type.Union([Type.Literal('ok'), Type.Literal('failed')])),
});

// What takes longer than this is as good as gone, ms.
const patienceMs = 3000;
// However often somebody asks, the engines are asked this often at most, ms.
const freshMs = 1000;

/** `/healthz`: the process answers. `/readyz`: it can work; 503 when not, or when it is about to end. */
export const health: FastifyPluginAsyncTypebox<{ dependencies: readonly Dependency[]; draining(): boolean; clock: Clock }> =
  async (app, { dependencies, draining, clock }) => {
    type Checks = Record<string, 'ok' | 'failed'>;
    let last: { until: number; checks: Promise<Checks> } | undefined;

    const look = async (): Promise<Checks> => {
      const results = await Promise.all(dependencies.map(async ({ name, check }) => {
        let timer: ReturnType<Clock['after']> | undefined;
        const late = new Promise<never>((_, reject) => {
          timer = clock.after(patienceMs, () => reject(new Error(`No answer within ${patienceMs} ms.`)));
        });
        try {
          await Promise.race([check(), late]);
          return [name, 'ok'] as const;
        } catch (error) {
          app.log.warn({ err: error, dependency: name }, 'A dependency does not answer.');
          return [name, 'failed'] as const;
        } finally {
          timer?.cancel();
        }
      }));
      return Object.fromEntries(results);
    };

    app.get('/healthz', {
      config: { may: 'anyone', rateLimit: false }, logLevel: 'warn',
      schema: { tags: ['operations'], summary: 'Whether the process answers', response: { 200: Health } },
    }, async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

    app.get('/readyz', {
      config: { may: 'anyone', rateLimit: false }, logLevel: 'warn',
      schema: { tags: ['operations'], summary: 'Whether requests should be sent here', response: { 200: Readiness, 503: Readiness } },
    }, async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      if (draining()) return reply.code(503).send({ status: 'draining', checks: {} });
      if (!last || last.until <= clock.now()) last = { until: clock.now() + freshMs, checks: look() };
      const checks = await last.checks;
      const ready = Object.values(checks).every((state) => state === 'ok');
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unready', checks });
    });
  };
