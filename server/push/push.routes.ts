import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PushKeyAnswer, PushSubscriptionBody } from '../../protocol/team.ts';
import { agentOf } from '../auth/authenticate.ts';
import type { Push } from './push.ts';

const tags = ['push'];

/** `/v1/push`: browsers that want to be told although no panel is open. */
export const pushRoutes: FastifyPluginAsyncTypebox<{ push: Push }> = async (app, { push }) => {
  app.get('/v1/push/key', {
    config: { may: 'self' },
    schema: { tags, summary: 'The key that a browser needs to subscribe', description: 'For `applicationServerKey` of `pushManager.subscribe()`.', response: { 200: PushKeyAnswer } },
  }, () => ({ publicKey: push.publicKey }));

  app.put('/v1/push/subscriptions', {
    config: { may: 'self', rateLimit: { max: 30, timeWindow: 60_000 }, refuses: ['unprocessable', 'address_refused'] },
    schema: {
      tags, summary: 'Let this browser be told', description: 'What `PushSubscription.toJSON()` gives. Doing it again changes nothing; it ends with the sign-in.',
      body: PushSubscriptionBody, response: { 204: Type.Null() },
    },
  }, async (request, reply) => {
    await push.subscribe(agentOf(request), request.body);
    return reply.code(204).send(null);
  });

  app.delete('/v1/push/subscriptions', {
    config: { may: 'self' },
    schema: { tags, summary: 'Tell this browser no more', body: Type.Pick(PushSubscriptionBody, ['endpoint'], { examples: [{ endpoint: 'https://push.example/send/abc' }] }), response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await push.unsubscribe(agentOf(request), request.body.endpoint);
    return reply.code(204).send(null);
  });
};
