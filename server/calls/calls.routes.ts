import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { CallPatch, CallsPage, CallsQuery, IceServersAnswer, QueueAnswer } from '../../protocol/http.ts';
import { Call, Id } from '../../protocol/shapes.ts';
import { askerOf, principalOf, staffOf } from '../auth/authenticate.ts';
import { problem } from '../errors.ts';
import type { Calls } from './calls.ts';
import type { IceServers } from './ice-servers.ts';

const tags = ['calls'];

/** The history of calls, and the servers by which a call finds its way. */
export const callsRoutes: FastifyPluginAsyncTypebox<{ calls: Calls; iceServers: IceServers }> = async (app, { calls, iceServers }) => {
  app.get('/v1/calls', {
    config: { may: ['visitor', 'calls:read'] },
    schema: {
      tags, querystring: CallsQuery, response: { 200: CallsPage }, summary: 'Calls, newest first; a visitor gets its own',
      description: 'All filters that are given have to fit. A cursor belongs to the order (`sort`) in which it was given.',
    },
  }, async (request) => {
    const { visitor, agent, mode, from, to, site, state, outcome, recorded, followUp, text, sort, cursor, limit = 30 } = request.query;
    return calls.list(askerOf(request), {
      visitorId: visitor, agentId: agent, siteId: site, mode, from: momentOf(from), to: momentOf(to), state, outcome, recorded, followUp, text, sort, cursor, limit,
    });
  });

  app.get('/v1/calls/:id', {
    config: { may: ['visitor', 'calls:read'] },
    schema: { tags, params: Type.Object({ id: Id }), response: { 200: Call }, summary: 'One call' },
  }, async (request) => calls.get(askerOf(request), request.params.id));

  app.patch('/v1/calls/:id', {
    config: { may: 'conversations:write' },
    schema: {
      tags, params: Type.Object({ id: Id }), body: CallPatch, response: { 200: Call }, summary: 'Whether the team has seen to what was left after a call',
      description: '`conflict` when nothing was left.',
    },
  }, async (request) => calls.followedUp(staffOf(request), request.params.id, request.body.followedUp));

  app.get('/v1/queue', {
    config: { may: 'conversations:read' },
    schema: {
      tags, response: { 200: QueueAnswer }, summary: 'Who waits: by a call that rings, then by a message that nobody has answered; each the longest first',
      description: 'All calls, and 200 conversations of the last week. What changes is told to agents by the events `queue.*` and by those of conversations.',
    },
  }, async (request) => ({ items: await calls.waiting(staffOf(request)), next: null }));

  app.get('/v1/ice-servers', {
    // Each answer opens relays for two hours: somebody who needs more than this is not calling.
    config: { may: ['visitor', 'calls:take'], rateLimit: { max: 30, timeWindow: 60_000 } },
    schema: { tags, response: { 200: IceServersAnswer }, summary: 'STUN and TURN servers, with credentials for two hours' },
  }, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return iceServers.mint(principalOf(request).id);
  });
};

function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw problem('bad_request', 'A moment has to look like 2026-01-31T12:00:00Z.');
  return ms;
}
