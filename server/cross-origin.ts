import fastifyCors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Sites } from './sites/sites.ts';

/** What the element calls from other people's pages. Everything else is for programs and for our own pages. */
const elementRoutes = /^\/v1\/(visitors(\/identify|\/handoff|\/me\/(export|handoff))?|pictures\/[^/?]+|files(\/[^/?]+)?|widget\/config|ice-servers|recordings\/[^/?]+\/(segments\/.*|complete))(\?|$)/;

/** Lets pages of allowed origins read the answers of the element's routes. Without credentials: a token goes in a header. */
export async function registerCrossOrigin(app: FastifyInstance, { sites }: { sites: Pick<Sites, 'anySiteAllows'> }): Promise<void> {
  await app.register(fastifyCors, {
    hook: 'onRequest',
    delegator: (request, callback) => {
      const { origin } = request.headers;
      const common = { credentials: false, exposedHeaders: ['retry-after'], methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'], allowedHeaders: ['authorization', 'content-type', 'content-digest', 'content-disposition', 'idempotency-key', 'range'], maxAge: 600, strictPreflight: false };
      if (origin === undefined || !elementRoutes.test(request.url)) return callback(null, { ...common, origin: false });
      sites.anySiteAllows(origin).then((allowed) => callback(null, { ...common, origin: allowed ? origin : false }), (error: Error) => callback(error));
    },
  });
}
