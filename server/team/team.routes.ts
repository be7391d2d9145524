import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AgentBody, AgentsPage, PageQuery } from '../../protocol/http.ts';
import { Agent, Id } from '../../protocol/shapes.ts';
import { AgentPatch } from '../../protocol/team.ts';
import { agentOf, staffOf } from '../auth/authenticate.ts';
import { placeOf } from '../auth/session-cookies.ts';
import type { Team } from './team.ts';

const tags = ['team'];
const params = Type.Object({ id: Id });

/** `/v1/agents`: the people of the organisation. */
export const teamRoutes: FastifyPluginAsyncTypebox<{ team: Team }> = async (app, { team }) => {
  app.get('/v1/agents', {
    config: { may: 'team:read' },
    schema: { tags, summary: 'The team', querystring: PageQuery, response: { 200: AgentsPage } },
  }, async (request) => team.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.get('/v1/agents/:id', {
    config: { may: 'team:read' },
    schema: { tags, params, summary: 'One of the team', response: { 200: Agent } },
  }, async (request) => team.byId(staffOf(request).organisationId, request.params.id));

  app.post('/v1/agents', {
    config: { may: 'team:write', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['email_taken', 'weak_password'] },
    schema: { tags, summary: 'Add a colleague with a password', description: 'Where they can choose their own, invite them instead.', body: AgentBody, response: { 201: Agent } },
  }, async (request, reply) => reply.code(201).send(await team.add(agentOf(request), request.body, placeOf(request).address)));

  app.patch('/v1/agents/:id', {
    config: { may: 'team:write' },
    schema: {
      tags, params, summary: 'Change a colleague', body: AgentPatch, response: { 200: Agent },
      description: 'A new role counts at once. `status: disabled` ends every sign-in, socket and push of the account; `active` lets it sign in again. Admins cannot touch owners nor make them, nobody their own role, and the last owner stays (`last_owner`).',
    },
  }, async (request) => team.change(agentOf(request), request.params.id, request.body, placeOf(request).address));
};
