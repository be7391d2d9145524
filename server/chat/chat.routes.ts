import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ConversationsPage, ConversationsQuery, MessageBody, MessagesAnswer, MessagesQuery } from '../../protocol/http.ts';
import { Conversation, Id, Message } from '../../protocol/shapes.ts';
import { BulkAnswer, BulkBody, ConversationBody, ConversationExport, ConversationPatch, ExportQuery, Participants, RatingBody } from '../../protocol/work.ts';
import { askerOf, staffOf } from '../auth/authenticate.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import { contentDisposition } from '../content-disposition.ts';
import { problem } from '../errors.ts';
import type { Chat } from './chat.ts';
import type { ConversationExports } from './conversation-export.ts';

const may = ['visitor', 'conversations:read'] as const;
const tags = ['conversations'];
const params = Type.Object({ id: Id });

/** `/v1/conversations`: agents and keys see all of their organisation, visitors their own. */
export const chatRoutes: FastifyPluginAsyncTypebox<{ chat: Chat; exports: ConversationExports }> = async (app, { chat, exports }) => {
  app.get('/v1/conversations', {
    config: { may },
    schema: {
      tags, summary: 'Conversations, the newest first', querystring: ConversationsQuery, response: { 200: ConversationsPage },
      description: 'All filters that are given have to fit. `assignee` is an agent\'s id, `me`, or `none`; `text` a part of a message or of the visitor\'s name, whatever its case. `unread` counts for oneself; for an API key, for the whole team. `kind=team`: the own rooms among agents; the other filters but `unread` and `text` mean nothing there.',
    },
  }, async (request) => chat.list(askerOf(request), { ...request.query, limit: request.query.limit ?? 30 }));

  app.post('/v1/conversations', {
    config: { may: 'conversations:write', refuses: ['not_found', 'unprocessable'] },
    schema: {
      tags, summary: 'Begin a conversation with a visitor who is known, or a group of colleagues',
      description: '`visitorId`: 201 for a new one; 200 when an open one is there: then that one. An agent who begins one has it. `title` and `agentIds`, of an agent: a group, of which nobody but its members knows; 200 when the `clientId` was there.',
      body: ConversationBody, response: { 200: Conversation, 201: Conversation },
    },
  }, async (request, reply) => {
    const staff = staffOf(request);
    const { visitorId, title, agentIds, clientId } = request.body;
    if (visitorId === undefined) {
      if (title === undefined || agentIds === undefined) throw problem('unprocessable', 'Give visitorId, or title and agentIds.');
      if (staff.kind !== 'agent') throw problem('unprocessable', 'Groups are of agents.');
      const { conversation, created } = await chat.group(staff, { title, agentIds, clientId });
      return reply.code(created ? 201 : 200).send(conversation);
    }
    if (title !== undefined || agentIds !== undefined) throw problem('unprocessable', 'A group has no visitor; let colleagues join the conversation.');
    const { conversation, created } = await chat.begin(staff, visitorId);
    return reply.code(created ? 201 : 200).send(conversation);
  });

  app.post('/v1/conversations/bulk', {
    config: { may: 'conversations:write' },
    schema: {
      tags, summary: 'Change many conversations', description: 'One after the other; each is changed wholly or not at all, and those that refuse the change are told with the code why.',
      body: BulkBody, response: { 200: BulkAnswer },
    },
  }, async (request) => chat.changeMany(staffOf(request), request.body.ids, request.body.change));

  app.get('/v1/conversations/:id', {
    config: { may },
    schema: { tags, summary: 'One conversation', params, response: { 200: Conversation } },
  }, async (request) => chat.conversation(askerOf(request), request.params.id));

  app.patch('/v1/conversations/:id', {
    config: { may: 'conversations:write', refuses: ['conflict', 'unprocessable'] },
    schema: {
      tags, summary: 'Close, reopen, assign, tag, name, or take from a bot', params, body: ConversationPatch, response: { 200: Conversation },
      description: 'All of it, or nothing. `assigneeId: null` gives it to nobody, `tagIds` replaces its tags, `bot: false` makes people answer, `title` is the team\'s alone. Of a group of agents only the title can be changed.',
    },
  }, async (request) => chat.change(staffOf(request), request.params.id, request.body));

  app.delete('/v1/conversations/:id', {
    config: { may: 'conversations:delete' },
    schema: {
      tags, summary: 'Delete a closed conversation for good', description: 'With its messages, calls and recordings. An open one is `not_closed`.',
      params, response: { 204: Type.Null() },
    },
  }, async (request, reply) => {
    const staff = staffOf(request);
    await chat.remove(staff, staff.organisationId, request.params.id);
    return reply.code(204).send(null);
  });

  app.get('/v1/conversations/:id/messages', {
    config: { may },
    schema: {
      tags, summary: 'Messages, ascending',
      description: 'Without `before` and `after`: the newest. `next` goes into `?before=` (or into `?after=` when that was given); null = there are no more that way. Visitors get no private notes; their numbers are left out.',
      params, querystring: MessagesQuery, response: { 200: MessagesAnswer },
    },
  }, async (request) => {
    const { before, after, limit = 50 } = request.query;
    const { messages, more } = await chat.history(askerOf(request), {
      conversationId: request.params.id, limit, ...(before !== undefined && { before }), ...(after !== undefined && { after }),
    });
    const edge = after === undefined ? messages[0] : messages.at(-1);
    return { items: messages, next: more && edge ? String(edge.seq) : null };
  });

  app.post('/v1/conversations/:id/messages', {
    config: { may: 'conversations:write', refuses: ['conversation_closed', 'conflict', 'unprocessable'] },
    schema: {
      tags, summary: 'Write a message',
      description: '201 for a new one, 200 when the `clientId` was there before: then the first message. `text` has 1 to 4000 characters (code points) after trimming. An API key writes as a bot under its own name, or in the name of the active agent `asAgentId`. `note: true`: for the team alone.',
      params, body: MessageBody, response: { 200: Message, 201: Message },
    },
  }, async (request, reply) => {
    const { clientId, text, note, fileIds, asAgentId } = request.body;
    const { message, repeated } = await chat.send(staffOf(request), { conversationId: request.params.id, clientId, text, note, fileIds, asAgentId });
    return reply.code(repeated ? 200 : 201).send(message);
  });

  app.get('/v1/conversations/:id/participants', {
    config: { may },
    schema: {
      tags, summary: 'Who is in a conversation', description: 'The visitor, and of the team and its programs who has it, joined it, wrote or read in it, and how far each has read; visitors see who wrote to them or has it. Of a room of agents its members.',
      params, response: { 200: Participants },
    },
  }, async (request) => ({ items: await chat.participants(askerOf(request), request.params.id), next: null }));

  app.get('/v1/conversations/:id/export', {
    config: { may, rateLimit: { max: 60, timeWindow: 60_000 } },
    schema: {
      tags, summary: 'A conversation as a file', params, querystring: ExportQuery,
      description: '`format=txt` (without one too) is for people, one entry a line and in the order of time; `json` is for programs. Visitors get no private notes.',
      response: {
        200: {
          description: 'The file, as an attachment.',
          content: { 'application/json': { schema: ConversationExport }, 'text/plain': { schema: Type.String() } },
        },
      },
    },
  }, async (request, reply) => {
    const { format = 'txt', locale = request.headers['accept-language'] ?? 'en' } = request.query;
    const { id } = request.params;
    if (format === 'json') return sendFile(reply as FastifyReply, 'application/json', `conversation ${id}.json`, await exports.data(askerOf(request), id));
    const { name, text } = await exports.text(askerOf(request), id, locale);
    return sendFile(reply as FastifyReply, 'text/plain', `${name}.txt`, text);
  });

  app.post('/v1/conversations/:id/rating', {
    config: { may: 'visitor', refuses: ['conflict', 'unprocessable'] },
    schema: {
      tags, summary: 'Rate the own conversation', description: 'While it is open, or until a day after its end; rating again replaces the first.',
      params, body: RatingBody, response: { 200: Conversation },
    },
  }, async (request) => {
    const asker = askerOf(request);
    if (asker.kind !== 'visitor') throw problem('forbidden');
    return chat.rate(asker satisfies VisitorPrincipal, request.params.id, request.body);
  });
};

function sendFile(reply: FastifyReply, type: string, name: string, body: unknown): FastifyReply {
  return reply.type(`${type}; charset=utf-8`).headers({
    'cache-control': 'private, no-store', 'content-disposition': contentDisposition('attachment', name), 'x-content-type-options': 'nosniff',
  }).send(body);
}
