import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ApiKey, ApiKeyAnswer, ApiKeyBody } from '../../protocol/developers.ts';
import { page, PageQuery } from '../../protocol/http.ts';
import { Id } from '../../protocol/shapes.ts';
import { agentOf } from '../auth/authenticate.ts';
import type { ApiKeys } from './api-keys.ts';

const tags = ['developers'];
const bodyExample = { name: 'Shop backend', scopes: ['conversations:read', 'conversations:write'], expiresAt: '2030-01-31T12:00:00Z' };

/** `/v1/api-keys`: the keys of an organisation's programs. */
export const apiKeysRoutes: FastifyPluginAsyncTypebox<{ apiKeys: ApiKeys }> = async (app, { apiKeys }) => {
  app.get('/v1/api-keys', {
    config: { may: 'keys:manage' },
    schema: { tags, summary: 'The API keys', description: 'Newest first, also those that are over. Never the keys themselves.', querystring: PageQuery, response: { 200: page(ApiKey) } },
  }, async (request) => apiKeys.list(agentOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.post('/v1/api-keys', {
    config: { may: 'keys:manage', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Make an API key', description: 'The key is in this answer and nowhere else. It goes into `Authorization: Bearer pck_…`.',
      body: { ...ApiKeyBody, examples: [bodyExample] }, response: { 201: ApiKeyAnswer },
    },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await apiKeys.create(agentOf(request), request.body, request.ip)));

  app.delete('/v1/api-keys/:id', {
    config: { may: 'keys:manage' },
    schema: { tags, summary: 'Revoke an API key', description: 'From this answer on it opens nothing. It stays in the list.', params: Type.Object({ id: Id }), response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await apiKeys.revoke(agentOf(request), request.params.id, request.ip);
    return reply.code(204).send(null);
  });
};
