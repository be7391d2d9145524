import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Id } from '../../protocol/shapes.ts';
import { PasswordResetBody, PasswordResetConfirmBody, ResetLinkAnswer } from '../../protocol/team.ts';
import { agentOf } from './authenticate.ts';
import type { PasswordResets } from './password-resets.ts';
import { placeOf } from './session-cookies.ts';

/** `/v1/auth/password-reset`: a new password for who forgot it. */
export const passwordResetsRoutes: FastifyPluginAsyncTypebox<{ passwordResets: PasswordResets }> = async (app, { passwordResets }) => {
  app.post('/v1/auth/password-reset', {
    config: { may: 'anyone', rateLimit: { max: 30, timeWindow: 60_000 } },
    schema: {
      tags: ['auth'], summary: 'Ask for a link by which to set a new password',
      description: 'The answer is the same whether there is such an account or not. The link is mailed, good once and for an hour; the old password works until it is used.',
      body: PasswordResetBody, response: { 204: Type.Null() },
    },
  }, async (request, reply) => {
    passwordResets.request({ email: request.body.email, locale: request.body.locale ?? request.headers['accept-language'] }, placeOf(request).address);
    return reply.code(204).send(null);
  });

  app.post('/v1/auth/password-reset/confirm', {
    config: { may: 'anyone', rateLimit: { max: 30, timeWindow: 60_000 }, refuses: ['weak_password'] },
    schema: {
      tags: ['auth'], summary: 'Set a new password by a link',
      description: 'Once: `gone` afterwards, and for any other link that is dead. Ends every sign-in of the account; sign in with the new password then.',
      body: PasswordResetConfirmBody, response: { 204: Type.Null() },
    },
  }, async (request, reply) => {
    await passwordResets.confirm(request.body, placeOf(request).address);
    return reply.code(204).send(null);
  });

  app.post('/v1/agents/:id/password-reset', {
    config: { may: 'team:write', rateLimit: { max: 30, timeWindow: 60_000 }, refuses: ['conflict'] },
    schema: {
      tags: ['team'], summary: 'Make a link for a colleague\'s new password',
      description: 'To be handed over where no mail is sent; shown only this once. Only owners can do it for an owner, nobody for themselves.',
      params: Type.Object({ id: Id }), response: { 201: ResetLinkAnswer },
    },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store')
    .send(await passwordResets.handOver(agentOf(request), request.params.id, placeOf(request).address)));
};
