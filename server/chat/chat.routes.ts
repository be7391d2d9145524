import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ConversationsPage, ConversationsQuery, MessageBody, MessagesAnswer, MessagesQuery } from '../../protocol/http.ts';
import { Conversation, Id, Message } from '../../protocol/shapes.ts';
import { agentOf, principalOf } from '../auth/authenticate.ts';
import type { Chat } from './chat.ts';

const may = ['visitor', 'conversations:read'] as const;
const tags = ['conversations'];
const params = Type.Object({ id: Id });

/** `/v1/conversations`: agents see all of their organisation, visitors their own. */
export const chatRoutes: FastifyPluginAsyncTypebox<{ chat: Chat }> = async (app, { chat }) => {
  app.get('/v1/conversations', {
    config: { may },
    schema: { tags, summary: 'Conversations, the newest first', querystring: ConversationsQuery, response: { 200: ConversationsPage } },
  }, async (request) => {
    const { cursor, limit = 30, status, visitor, unread } = request.query;
    return chat.list(principalOf(request), { cursor, limit, status, visitor, unread });
  });

  app.get('/v1/conversations/:id', {
    config: { may },
    schema: { tags, summary: 'One conversation', params, response: { 200: Conversation } },
  }, async (request) => chat.conversation(principalOf(request), request.params.id));

  app.get('/v1/conversations/:id/messages', {
    config: { may },
    schema: {
      tags, summary: 'Messages, ascending',
      description: 'Without `before` and `after`: the newest. `next` goes into `?before=` (or into `?after=` when that was given); null = there are no more that way.',
      params, querystring: MessagesQuery, response: { 200: MessagesAnswer },
    },
  }, async (request) => {
    const { before, after, limit = 50 } = request.query;
    const { messages, more } = await chat.history(principalOf(request), {
      conversationId: request.params.id, limit, ...(before !== undefined && { before }), ...(after !== undefined && { after }),
    });
    const edge = after === undefined ? messages[0] : messages.at(-1);
    return { items: messages, next: more && edge ? String(edge.seq) : null };
  });

  app.post('/v1/conversations/:id/messages', {
    config: { may: 'conversations:write' },
    schema: {
      tags, summary: 'Write a message', description: '201 for a new one, 200 when the `clientId` was there before: then the first message. `text` has 1 to 4000 characters (code points) after trimming.',
      params, body: MessageBody, response: { 200: Message, 201: Message },
    },
  }, async (request, reply) => {
    const { clientId, text, note, fileIds } = request.body;
    const { message, repeated } = await chat.send(agentOf(request), { conversationId: request.params.id, clientId, text, note, fileIds });
    return reply.code(repeated ? 200 : 201).send(message);
  });
};
