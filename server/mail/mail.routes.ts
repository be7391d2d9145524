import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { page, PageQuery } from '../../protocol/http.ts';
import { Mail as MailSchema } from '../../protocol/team.ts';
import { agentOf } from '../auth/authenticate.ts';
import type { Mail } from './mail.ts';

/** `/v1/mails`: what the server sent, or would have sent. */
export const mailRoutes: FastifyPluginAsyncTypebox<{ mail: Mail }> = async (app, { mail }) => {
  app.get('/v1/mails', {
    config: { may: 'settings:manage' },
    schema: {
      tags: ['organisation'], summary: 'Mails of the last 30 days',
      description: 'Newest first. `unsent`: there is no mail server; this is what would have been sent. Links that are keys (invitations, new passwords) are never shown.',
      querystring: PageQuery, response: { 200: page(MailSchema) },
    },
  }, async (request) => mail.list(agentOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.post('/v1/mails/test', {
    config: { may: 'settings:manage', rateLimit: { max: 10, timeWindow: 60_000 }, refuses: ['mail_off'] },
    schema: {
      tags: ['organisation'], summary: 'Send a test mail to yourself',
      description: 'Answers with the mail as it waits; ask `GET /v1/mails` for what became of it.', response: { 201: MailSchema },
    },
  }, async (request, reply) => reply.code(201).send(await mail.sendTest(agentOf(request))));
};
