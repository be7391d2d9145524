import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { page, PageQuery, SessionAnswer } from '../../protocol/http.ts';
import { Id } from '../../protocol/shapes.ts';
import { Invitation, InvitationAcceptBody, InvitationAnswer, InvitationBody, InvitationLook, InvitationLookBody } from '../../protocol/team.ts';
import { agentOf } from '../auth/authenticate.ts';
import { placeOf, sessionAnswer, type SessionCookies } from '../auth/session-cookies.ts';
import type { Invitations } from './invitations.ts';

const tags = ['team'];
const params = Type.Object({ id: Id });

/** `/v1/invitations`: how people join the team. */
export const invitationsRoutes: FastifyPluginAsyncTypebox<{ invitations: Invitations; cookies: SessionCookies }> = async (app, { invitations, cookies }) => {
  app.get('/v1/invitations', {
    config: { may: 'team:write' },
    schema: { tags, summary: 'Who was asked to join', description: 'Newest first, whatever became of them.', querystring: PageQuery, response: { 200: page(Invitation) } },
  }, async (request) => invitations.list(agentOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.post('/v1/invitations', {
    config: { may: 'team:write', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['email_taken'] },
    schema: {
      tags, summary: 'Ask somebody to join', description: 'Good for 7 days and once. An open invitation to the same address dies. `link` is shown only now; `mailed` tells whether it is on its way by mail too. Only owners invite owners.',
      body: InvitationBody, response: { 201: InvitationAnswer },
    },
  }, async (request, reply) => {
    const wish = { ...request.body, locale: request.body.locale ?? request.headers['accept-language'] };
    return reply.code(201).header('cache-control', 'no-store').send(await invitations.invite(agentOf(request), wish, placeOf(request).address));
  });

  app.post('/v1/invitations/:id/resend', {
    config: { may: 'team:write', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['conflict', 'email_taken'] },
    schema: { tags, params, summary: 'Make a new link for an invitation', description: 'Good for another 7 days; the old link is dead.', response: { 200: InvitationAnswer } },
  }, async (request, reply) => reply.header('cache-control', 'no-store')
    .send(await invitations.resend(agentOf(request), request.params.id, request.headers['accept-language'], placeOf(request).address)));

  app.delete('/v1/invitations/:id', {
    config: { may: 'team:write' },
    schema: { tags, params, summary: 'Revoke an invitation', response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await invitations.revoke(agentOf(request), request.params.id, placeOf(request).address);
    return reply.code(204).send(null);
  });

  app.post('/v1/invitations/look', {
    config: { may: 'anyone', rateLimit: { max: 30, timeWindow: 60_000 } },
    schema: { tags, summary: 'What an invitation says', description: 'The token goes in the body: an address would end up in logs. `gone` for one that is dead.', body: InvitationLookBody, response: { 200: InvitationLook } },
  }, async (request) => invitations.look(request.body.token, placeOf(request).address));

  app.post('/v1/invitations/accept', {
    config: { may: 'anyone', rateLimit: { max: 30, timeWindow: 60_000 }, refuses: ['email_taken', 'weak_password'] },
    schema: {
      tags, summary: 'Accept an invitation: makes the account and signs in', description: 'Once: `gone` afterwards. Sets the same cookies as signing in does.',
      body: InvitationAcceptBody, response: { 201: SessionAnswer },
    },
  }, async (request, reply) => {
    const signedIn = await invitations.accept(request.body, placeOf(request));
    cookies.set(reply, signedIn);
    return reply.code(201).send(sessionAnswer(signedIn));
  });
};
