import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SetupAnswer, SetupBody } from '../../protocol/http.ts';
import { Organisation, OrganisationPatch } from '../../protocol/team.ts';
import { agentOf, staffOf } from '../auth/authenticate.ts';
import { placeOf } from '../auth/session-cookies.ts';
import type { Organisations } from './organisations.ts';

/** `POST /v1/setup`: the owner of a new installation. `/v1/organisation`: the asker's own. */
export const organisationsRoutes: FastifyPluginAsyncTypebox<{ organisations: Organisations }> = async (app, { organisations }) => {
  app.post('/v1/setup', {
    config: { may: 'anyone', rateLimit: { max: 20, timeWindow: 60_000 }, refuses: ['unauthenticated', 'gone', 'weak_password'] },
    // Before the body is looked at: that it is over is all there is to say, whatever the body.
    preParsing: async () => organisations.requireNoOwner(),
    schema: {
      tags: ['auth'], summary: 'Make the owner of a new installation', description: 'Once; the token stands in the link that the first start prints.',
      body: SetupBody, response: { 201: SetupAnswer },
    },
  }, async (request, reply) => reply.code(201).send(await organisations.setup(request.body, placeOf(request).address)));

  app.get('/v1/organisation', {
    config: { may: 'team:read' },
    schema: { tags: ['organisation'], summary: 'Your organisation', description: '`mail` tells whether this server sends mail, and from which address.', response: { 200: Organisation } },
  }, async (request) => organisations.byId(staffOf(request).organisationId));

  app.patch('/v1/organisation', {
    config: { may: 'settings:manage' },
    schema: { tags: ['organisation'], summary: 'Rename your organisation', body: OrganisationPatch, response: { 200: Organisation } },
  }, async (request) => organisations.change(agentOf(request), request.body, placeOf(request).address));
};
