import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Id } from '../../protocol/shapes.ts';
import { TranscriptBody } from '../../protocol/work.ts';
import { askerOf } from '../auth/authenticate.ts';
import type { Transcripts } from './transcripts.ts';

/** `/v1/conversations/:id/transcript`: a conversation by mail. */
export const transcriptsRoutes: FastifyPluginAsyncTypebox<{ transcripts: Transcripts }> = async (app, { transcripts }) => {
  app.post('/v1/conversations/:id/transcript', {
    config: { may: ['visitor', 'conversations:write'], rateLimit: { max: 30, timeWindow: 60_000 }, refuses: ['unprocessable'] },
    schema: {
      tags: ['conversations'], summary: 'Mail a conversation',
      description: 'A visitor says to which address; the team sends to the visitor\'s own. Private notes are left out. At most three an hour. `mailed`: false where the server sends no mail.',
      params: Type.Object({ id: Id }), body: TranscriptBody, response: { 202: Type.Object({ mailed: Type.Boolean() }) },
    },
  }, async (request, reply) => reply.code(202).send(await transcripts.send(askerOf(request), request.params.id, request.body.email)));
};
