import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { page, PageQuery } from '../../protocol/http.ts';
import { Id, Tag } from '../../protocol/shapes.ts';
import { CannedReply, CannedReplyBody, CannedReplyPatch, SavedFilter, SavedFilterBody, TagBody, TagPatch } from '../../protocol/work.ts';
import { agentOf, staffOf } from '../auth/authenticate.ts';
import type { Workspace } from './workspace.ts';

const params = Type.Object({ id: Id });
const gone = { 204: Type.Null() };
const read = { may: 'conversations:read' } as const;
const write = { may: 'conversations:write' } as const;
const self = { may: 'self' } as const;
const SavedFilterPatch = Type.Partial(SavedFilterBody, { examples: [{ name: 'Urgent' }] });

/** What the team has at hand beside the conversations: `/v1/tags`, `/v1/canned-replies`, `/v1/saved-filters`. */
export const workspaceRoutes: FastifyPluginAsyncTypebox<{ workspace: Workspace }> = async (app, { workspace }) => {
  const { tags, cannedReplies, savedFilters } = workspace;
  const ofTags = { tags: ['tags'] };
  app.get('/v1/tags', { config: read, schema: { ...ofTags, summary: 'All tags, by name', response: { 200: page(Tag) } } }, async (request) =>
    ({ items: await tags.list(staffOf(request).organisationId), next: null }));
  app.post('/v1/tags', {
    config: { ...write, refuses: ['unprocessable'] }, schema: { ...ofTags, summary: 'Add a tag', description: 'A name that is there already, in whatever case, is `name_taken`.', body: TagBody, response: { 201: Tag } },
  }, async (request, reply) => reply.code(201).send(await tags.add(staffOf(request).organisationId, request.body)));
  app.patch('/v1/tags/:id', {
    config: { ...write, refuses: ['name_taken'] }, schema: { ...ofTags, summary: 'Change a tag', params, body: TagPatch, response: { 200: Tag } },
  }, async (request) => tags.change(staffOf(request).organisationId, request.params.id, request.body));
  app.delete('/v1/tags/:id', {
    config: write, schema: { ...ofTags, summary: 'Delete a tag, also from its conversations', params, response: gone },
  }, async (request, reply) => {
    await tags.remove(staffOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  const ofReplies = { tags: ['canned replies'] };
  app.get('/v1/canned-replies', {
    config: read, schema: { ...ofReplies, summary: 'Answers that are written once, the oldest first', querystring: PageQuery, response: { 200: page(CannedReply) } },
  }, async (request) => cannedReplies.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));
  app.post('/v1/canned-replies', {
    config: write, schema: {
      ...ofReplies, summary: 'Add an answer', description: '`text` may hold `{{visitor.name}}`, `{{agent.name}}` and `{{site.name}}`; the panel fills them in. A shortcut that is there already is `name_taken`.',
      body: CannedReplyBody, response: { 201: CannedReply },
    },
  }, async (request, reply) => reply.code(201).send(await cannedReplies.add(staffOf(request).organisationId, request.body)));
  app.patch('/v1/canned-replies/:id', {
    config: { ...write, refuses: ['name_taken'] }, schema: { ...ofReplies, summary: 'Change an answer', params, body: CannedReplyPatch, response: { 200: CannedReply } },
  }, async (request) => cannedReplies.change(staffOf(request).organisationId, request.params.id, request.body));
  app.delete('/v1/canned-replies/:id', {
    config: write, schema: { ...ofReplies, summary: 'Delete an answer', params, response: gone },
  }, async (request, reply) => {
    await cannedReplies.remove(staffOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  const ofFilters = { tags: ['saved filters'] };
  app.get('/v1/saved-filters', {
    config: self, schema: { ...ofFilters, summary: 'One\'s own filters of the inbox', response: { 200: page(SavedFilter) } },
  }, async (request) => ({ items: await savedFilters.list(agentOf(request)), next: null }));
  app.post('/v1/saved-filters', {
    config: { ...self, refuses: ['unprocessable'] }, schema: {
      ...ofFilters, summary: 'Keep a filter', description: '`query` as in the address of `GET /v1/conversations`. At most 20.', body: SavedFilterBody, response: { 201: SavedFilter },
    },
  }, async (request, reply) => reply.code(201).send(await savedFilters.add(agentOf(request), request.body)));
  app.patch('/v1/saved-filters/:id', {
    config: self, schema: { ...ofFilters, summary: 'Change one\'s own filter', params, body: SavedFilterPatch, response: { 200: SavedFilter } },
  }, async (request) => savedFilters.change(agentOf(request), request.params.id, request.body));
  app.delete('/v1/saved-filters/:id', {
    config: self, schema: { ...ofFilters, summary: 'Delete one\'s own filter', params, response: gone },
  }, async (request, reply) => {
    await savedFilters.remove(agentOf(request), request.params.id);
    return reply.code(204).send(null);
  });
};
