import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { page, PageQuery, VisitorAnswer, VisitorBody, VisitorsPage, VisitorsQuery } from '../../protocol/http.ts';
import { ErasureAnswer } from '../../protocol/playback.ts';
import { Id, Visitor } from '../../protocol/shapes.ts';
import { IdentifyBody, TimelineEntry, VisitorExport, VisitorPatch } from '../../protocol/work.ts';
import { askerOf, principalOf, staffOf } from '../auth/authenticate.ts';
import { rfc3339 } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Identify } from './identify.ts';
import type { Timeline } from './timeline.ts';
import type { VisitorData } from './visitor-data.ts';
import type { NewVisitor, Visitors } from './visitors.ts';

/** What the routes of visitors stand on. */
export interface VisitorsRoutesOptions {
  visitors: Visitors;
  identify: Identify;
  timeline: Timeline;
  data: VisitorData;
}

const params = Type.Object({ id: Id });
const session = ['visitor session'];
const tags = ['visitors'];
const answerOf = ({ token, expiresAt, visitor }: NewVisitor) => ({ token, expiresAt: rfc3339(expiresAt), visitor });

/** `/v1/visitors`: a token for somebody on a page of a site, and the organisation's visitors for its agents. */
export const visitorsRoutes: FastifyPluginAsyncTypebox<VisitorsRoutesOptions> = async (app, { visitors, identify, timeline, data }) => {
  app.post('/v1/visitors', {
    // An office behind one address: everybody of it may come in within a minute.
    config: { may: 'anyone', rateLimit: { max: 300, timeWindow: 60_000 }, refuses: ['not_found', 'origin_forbidden'] },
    schema: {
      tags: session, summary: 'A token for a visitor', body: VisitorBody, response: { 201: VisitorAnswer },
      description: 'From a page whose Origin the site allows. Nothing is stored before the first message or call.',
    },
  }, async (request, reply) => {
    const { siteKey, locale = request.headers['accept-language'] } = request.body;
    return reply.code(201).header('cache-control', 'no-store').send(answerOf(await visitors.welcome({ siteKey, origin: request.headers.origin, locale })));
  });

  app.post('/v1/visitors/identify', {
    config: { may: 'anyone', rateLimit: { max: 300, timeWindow: 60_000 }, refuses: ['unauthenticated', 'token_expired', 'forbidden', 'origin_forbidden', 'not_found'] },
    schema: {
      tags: session, summary: 'A token for somebody whom your server vouches for', body: IdentifyBody, response: { 200: VisitorAnswer },
      description: 'With `token`, the history of that anonymous visitor comes along, and the token is worth nothing afterwards. How to sign is in docs/embedding.md.',
    },
  }, async (request, reply) => {
    const { identity, token, siteKey } = request.body;
    return reply.header('cache-control', 'no-store').send(answerOf(await identify.identify({ identity, token, siteKey, origin: request.headers.origin })));
  });

  app.get('/v1/visitors', {
    config: { may: 'visitors:read' },
    schema: {
      tags, summary: 'Visitors, newest first', querystring: VisitorsQuery, response: { 200: VisitorsPage },
      description: 'Those who have written or called, or whom your server vouched for. `text` is part of the name, the e-mail or your own id, whatever the case.',
    },
  }, async (request) => visitors.list(staffOf(request).organisationId, { ...request.query, limit: request.query.limit ?? 30 }));

  app.get('/v1/visitors/me/export', {
    config: { may: 'visitor', rateLimit: { max: 20, timeWindow: 60_000 } },
    schema: { tags: session, summary: 'All that is kept about the visitor itself', description: 'Without what the team notes among itself.', response: { 200: VisitorExport } },
  }, async (request) => {
    const visitor = principalOf(request);
    if (visitor.kind !== 'visitor') throw problem('forbidden');
    return data.exportOwn(visitor);
  });

  app.get('/v1/visitors/:id', {
    config: { may: 'visitors:read' },
    schema: { tags, summary: 'A visitor', params, response: { 200: Visitor } },
  }, async (request) => visitors.get(staffOf(request).organisationId, request.params.id));

  app.patch('/v1/visitors/:id', {
    config: { may: 'visitors:write' },
    schema: { tags, summary: 'Change what is known of a visitor', description: 'Name, e-mail, and the note that agents leave for each other.', params, body: VisitorPatch, response: { 200: Visitor } },
  }, async (request) => visitors.update(staffOf(request), request.params.id, request.body, request.ip));

  app.get('/v1/visitors/:id/timeline', {
    config: { may: 'visitors:read' },
    schema: { tags, summary: 'Everything that happened with a visitor, newest first', description: 'Conversations, messages, calls, recordings, and pages that were opened.', params, querystring: PageQuery, response: { 200: page(TimelineEntry) } },
  }, async (request) => timeline.read(askerOf(request), request.params.id, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.get('/v1/visitors/:id/export', {
    config: { may: 'visitors:read', rateLimit: { max: 20, timeWindow: 60_000 } },
    schema: { tags, summary: 'All that is kept about a visitor', description: 'For the person, who has a right to it. Recordings are named; their media are at `/v1/recordings/{id}/media`.', params, response: { 200: VisitorExport } },
  }, async (request) => data.export(staffOf(request), request.params.id));

  app.delete('/v1/visitors/:id', {
    config: { may: 'visitors:erase' },
    schema: { tags, summary: 'Erase a visitor', description: 'With conversations, calls, recordings and their media, for good. `conflict` during a call. '
      + '204: nothing is left. 200: recordings are on legal hold; they, their conversations and the name stay until the hold ends, and go then.', params, response: { 200: ErasureAnswer, 204: Type.Null() } },
  }, async (request, reply) => {
    const answer = await data.erase(staffOf(request), request.params.id, request.ip);
    return answer.kept.length > 0 ? reply.code(200).send(answer) : reply.code(204).send(null);
  });
};
