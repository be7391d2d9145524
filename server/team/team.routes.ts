import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AgentBody, AgentsPage, PageQuery } from '../../protocol/http.ts';
import { Agent } from '../../protocol/shapes.ts';
import { agentOf, staffOf } from '../auth/authenticate.ts';
import type { Team } from './team.ts';

/** `/v1/agents`: the people of the organisation. */
export const teamRoutes: FastifyPluginAsyncTypebox<{ team: Team }> = async (app, { team }) => {
  app.get('/v1/agents', {
    config: { may: 'team:read' },
    schema: { tags: ['team'], summary: 'The team', querystring: PageQuery, response: { 200: AgentsPage } },
  }, async (request) => team.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.post('/v1/agents', {
    config: { may: 'team:write', rateLimit: { max: 60, timeWindow: 60_000 } },
    schema: { tags: ['team'], summary: 'Add a colleague', body: AgentBody, response: { 201: Agent } },
  }, async (request, reply) => reply.code(201).send(await team.add(agentOf(request), request.body)));
};
