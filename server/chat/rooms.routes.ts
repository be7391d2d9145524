import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Conversation, Id } from '../../protocol/shapes.ts';
import { MembersBody, PinsAnswer } from '../../protocol/work.ts';
import { askerOf } from '../auth/authenticate.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import { problem } from '../errors.ts';
import type { Chat } from './chat.ts';
import type { Pins } from './pins.ts';

const may = 'self';
const tags = ['conversations'];
const params = Type.Object({ id: Id });

/** Agents among themselves, who takes part in a conversation, and `/v1/pins`. */
export const roomsRoutes: FastifyPluginAsyncTypebox<{ chat: Chat; pins: Pins }> = async (app, { chat, pins }) => {
  app.put('/v1/conversations/direct/:agentId', {
    config: { may, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'The conversation with a colleague', description: 'The one of these two, of which nobody else knows: 201 when it was made now, 200 when it was there.',
      params: Type.Object({ agentId: Id }), response: { 200: Conversation, 201: Conversation },
    },
  }, async (request, reply) => {
    const { conversation, created } = await chat.direct(agentOf(request), request.params.agentId);
    return reply.code(created ? 201 : 200).send(conversation);
  });

  app.post('/v1/conversations/:id/members', {
    config: { may, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Bring colleagues in', description: 'Into a group by one of its members, or into a visitor\'s conversation. Who is in already is no fault.',
      params, body: MembersBody, response: { 200: Conversation },
    },
  }, async (request) => chat.addMembers(agentOf(request), request.params.id, request.body.agentIds));

  app.delete('/v1/conversations/:id/members/:agentId', {
    config: { may, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Take a colleague, or oneself, out', description: 'Of a group or a visitor\'s conversation. A group goes with its last member, and all that was said in it.',
      params: Type.Object({ id: Id, agentId: Id }), response: { 204: Type.Null() },
    },
  }, async (request, reply) => {
    await chat.removeMember(agentOf(request), request.params.id, request.params.agentId);
    return reply.code(204).send(null);
  });

  app.get('/v1/pins', {
    config: { may },
    schema: { tags, summary: 'The conversations that one has pinned', description: 'Their ids, the latest first.', response: { 200: PinsAnswer } },
  }, async (request) => ({ items: await pins.of(agentOf(request)), next: null }));

  app.put('/v1/conversations/:id/pin', {
    config: { may, refuses: ['pin_limit'] },
    schema: { tags, summary: 'Pin a conversation', description: 'To the top of the own list; five at most.', params, response: { 200: PinsAnswer } },
  }, async (request) => ({ items: await pins.set(agentOf(request), request.params.id, true), next: null }));

  app.delete('/v1/conversations/:id/pin', {
    config: { may },
    schema: { tags, summary: 'Pin a conversation no more', params, response: { 200: PinsAnswer } },
  }, async (request) => ({ items: await pins.set(agentOf(request), request.params.id, false), next: null }));
};

function agentOf(request: FastifyRequest): AgentPrincipal {
  const asker = askerOf(request);
  if (asker.kind !== 'agent') throw problem('forbidden');
  return asker;
}
