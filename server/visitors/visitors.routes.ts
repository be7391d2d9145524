import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PageQuery, VisitorAnswer, VisitorBody, VisitorsPage } from '../../protocol/http.ts';
import { Id, Visitor } from '../../protocol/shapes.ts';
import { staffOf } from '../auth/authenticate.ts';
import { rfc3339 } from '../clock.ts';
import type { Visitors } from './visitors.ts';

/** `/v1/visitors`: a token for somebody on a page of a site, and the organisation's visitors for its agents. */
export const visitorsRoutes: FastifyPluginAsyncTypebox<{ visitors: Visitors }> = async (app, { visitors }) => {
  app.post('/v1/visitors', {
    // An office behind one address: everybody of it may come in within a minute.
    config: { may: 'anyone', rateLimit: { max: 300, timeWindow: 60_000 } },
    schema: {
      tags: ['visitor session'], summary: 'A token for a visitor', body: VisitorBody, response: { 201: VisitorAnswer },
      description: 'From a page whose Origin the site allows. Nothing is stored before the first message or call.',
    },
  }, async (request, reply) => {
    const { siteKey, locale = request.headers['accept-language'] } = request.body;
    const { token, expiresAt, visitor } = await visitors.welcome({ siteKey, origin: request.headers.origin, locale });
    return reply.code(201).header('cache-control', 'no-store').send({ token, expiresAt: rfc3339(expiresAt), visitor });
  });

  app.get('/v1/visitors', {
    config: { may: 'visitors:read' },
    schema: { tags: ['visitors'], summary: 'Visitors who have written or called, newest first', querystring: PageQuery, response: { 200: VisitorsPage } },
  }, async (request) => visitors.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.get('/v1/visitors/:id', {
    config: { may: 'visitors:read' },
    schema: { tags: ['visitors'], summary: 'A visitor', params: Type.Object({ id: Id }), response: { 200: Visitor } },
  }, async (request) => visitors.get(staffOf(request).organisationId, request.params.id));
};
