import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { HandoffAnswer, HandoffBody, VisitorAnswer } from '../../protocol/http.ts';
import { principalOf } from '../auth/authenticate.ts';
import { rfc3339 } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Handoffs } from './handoffs.ts';

const tags = ['visitor session'];

/** `/v1/visitors/me/handoff` and `/v1/visitors/handoff`: a visitor goes on in another browser. */
export const handoffsRoutes: FastifyPluginAsyncTypebox<{ handoffs: Handoffs }> = async (app, { handoffs }) => {
  app.post('/v1/visitors/me/handoff', {
    config: { may: 'visitor', rateLimit: { max: 10, timeWindow: 60_000 } },
    schema: {
      tags, summary: 'A secret for a link by which the visitor goes on in another browser', response: { 201: HandoffAnswer },
      description: 'Good once and for ten minutes; an older one is worthless from then on. It belongs behind the `#` of an address, where no server sees it.',
    },
  }, async (request, reply) => {
    const visitor = principalOf(request);
    if (visitor.kind !== 'visitor') throw problem('forbidden');
    return reply.code(201).header('cache-control', 'no-store').send(await handoffs.make(visitor));
  });

  app.post('/v1/visitors/handoff', {
    config: { may: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['gone', 'not_found', 'origin_forbidden'] },
    schema: {
      tags, summary: 'A token for the visitor whom a link hands over', body: HandoffBody, response: { 201: VisitorAnswer },
      description: 'From a page whose Origin the site allows. Once: `gone` afterwards, and for any other secret that is worth nothing here.',
    },
  }, async (request, reply) => {
    const { token, expiresAt, visitor } = await handoffs.take({ ...request.body, origin: request.headers.origin });
    return reply.code(201).header('cache-control', 'no-store').send({ token, expiresAt: rfc3339(expiresAt), visitor });
  });
};
