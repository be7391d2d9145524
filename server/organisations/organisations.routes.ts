import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SetupAnswer, SetupBody } from '../../protocol/http.ts';
import type { Organisations } from './organisations.ts';

/** `POST /v1/setup`: the owner of a new installation. */
export const organisationsRoutes: FastifyPluginAsyncTypebox<{ organisations: Organisations }> = async (app, { organisations }) => {
  app.post('/v1/setup', {
    config: { may: 'anyone', rateLimit: { max: 20, timeWindow: 60_000 } },
    // Before the body is looked at: that it is over is all there is to say, whatever the body.
    preParsing: async () => organisations.requireNoOwner(),
    schema: {
      tags: ['auth'], summary: 'Make the owner of a new installation', description: 'Once; the token stands in the link that the first start prints.',
      body: SetupBody, response: { 201: SetupAnswer },
    },
  }, async (request, reply) => reply.code(201).send(await organisations.setup(request.body)));
};
