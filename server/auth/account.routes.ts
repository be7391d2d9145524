import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Id } from '../../protocol/shapes.ts';
import { AccountSession, Me, MePatch } from '../../protocol/team.ts';
import type { Account } from './account.ts';
import { agentOf } from './authenticate.ts';
import { placeOf, type SessionCookies } from './session-cookies.ts';

const tags = ['auth'];
const SessionsAnswer = Type.Object({ items: Type.Array(AccountSession) });

/** `/v1/auth/me` and `/v1/auth/sessions`: one's own account. */
export const accountRoutes: FastifyPluginAsyncTypebox<{ account: Account; cookies: SessionCookies }> = async (app, { account, cookies }) => {
  app.get('/v1/auth/me', {
    config: { may: 'self' },
    schema: { tags, summary: 'Who is signed in', response: { 200: Me } },
  }, async (request) => account.me(agentOf(request)));

  app.patch('/v1/auth/me', {
    config: { may: 'self' },
    schema: { tags, summary: 'Change your own name and switches', description: 'What is left out stays as it is.', body: MePatch, response: { 200: Me } },
  }, async (request) => account.change(agentOf(request), request.body, placeOf(request).address));

  app.get('/v1/auth/sessions', {
    config: { may: 'self' },
    schema: { tags, summary: 'Where you are signed in', description: 'Newest first. `device` is empty when the program did not say what it is.', response: { 200: SessionsAnswer } },
  }, async (request) => ({ items: await account.sessions(agentOf(request)) }));

  app.delete('/v1/auth/sessions/:id', {
    config: { may: 'self' },
    schema: { tags, summary: 'Sign out somewhere else', description: 'Ends that sign-in, its tokens and its sockets.', params: Type.Object({ id: Id }), response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await account.endSession(agentOf(request), request.params.id, placeOf(request).address);
    return reply.code(204).send(null);
  });

  app.post('/v1/auth/logout-everywhere', {
    config: { may: 'self' },
    schema: { tags, summary: 'Sign out everywhere, here too', description: 'Ends every sign-in of the account, all tokens and all sockets.', response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await account.endAllSessions(agentOf(request), placeOf(request).address);
    cookies.clear(reply);
    return reply.code(204).send(null);
  });
};
