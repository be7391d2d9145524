import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Delivery, DeliveriesQuery, Webhook, WebhookAnswer, WebhookBody, WebhookPatch } from '../../protocol/developers.ts';
import { page } from '../../protocol/http.ts';
import { Id } from '../../protocol/shapes.ts';
import { staffOf } from '../auth/authenticate.ts';
import type { By, Webhooks } from './webhooks.ts';

const tags = ['developers'];
const config = { may: 'webhooks:manage' } as const;
// What sends something somewhere, or looks a name up.
const seldom = { ...config, rateLimit: { max: 60, timeWindow: 60_000 } };
const params = Type.Object({ id: Id });
const deliveryParams = Type.Object({ id: Id, deliveryId: Id });
const bodyExample = { name: 'Order desk', url: 'https://shop.example.com/hooks/consult', events: ['message.created', 'conversation.closed'] };

const byOf = (request: FastifyRequest): By => ({ principal: staffOf(request), address: request.ip });

/** `/v1/webhooks`: who is told what happens. */
export const webhooksRoutes: FastifyPluginAsyncTypebox<{ webhooks: Webhooks }> = async (app, { webhooks }) => {
  app.get('/v1/webhooks', {
    config, schema: { tags, summary: 'The webhooks', description: 'The oldest first, all of them.', response: { 200: page(Webhook) } },
  }, async (request) => webhooks.list(staffOf(request).organisationId));

  app.get('/v1/webhooks/:id', {
    config, schema: { tags, summary: 'A webhook', params, response: { 200: Webhook } },
  }, async (request) => webhooks.get(staffOf(request).organisationId, request.params.id));

  app.post('/v1/webhooks', {
    config: { ...seldom, refuses: ['unprocessable', 'address_refused'] },
    schema: {
      tags, summary: 'Make a webhook', description: 'The signing secret is in this answer and nowhere else. The address has to be `https://` on the public internet.',
      body: { ...WebhookBody, examples: [bodyExample] }, response: { 201: WebhookAnswer },
    },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send(await webhooks.create(byOf(request), request.body)));

  app.patch('/v1/webhooks/:id', {
    config: { ...seldom, refuses: ['unprocessable', 'address_refused'] },
    schema: {
      tags, summary: 'Change a webhook', description: 'Switching it off fails what waits for it; switching it on begins with what happens from then on.',
      params, body: { ...WebhookPatch, examples: [{ enabled: false }] }, response: { 200: Webhook },
    },
  }, async (request) => webhooks.change(byOf(request), request.params.id, request.body));

  app.delete('/v1/webhooks/:id', {
    config, schema: { tags, summary: 'Remove a webhook', description: 'With the log of its deliveries.', params, response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await webhooks.remove(byOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  app.post('/v1/webhooks/:id/rotate-secret', {
    config: seldom,
    schema: { tags, summary: 'Give a webhook a new secret', description: 'The new one is in this answer and nowhere else. For 24 hours the old one signs too.', params, response: { 200: WebhookAnswer } },
  }, async (request, reply) => reply.header('cache-control', 'no-store').send(await webhooks.rotateSecret(byOf(request), request.params.id)));

  app.post('/v1/webhooks/:id/test', {
    config: seldom,
    schema: {
      tags, summary: 'Try a webhook', description: 'Sends the event `ping`, once, and answers when it was tried. A delivery that is still `waiting` stands behind others.',
      params, response: { 200: Delivery },
    },
  }, async (request) => webhooks.test(staffOf(request).organisationId, request.params.id));

  app.get('/v1/webhooks/:id/deliveries', {
    config,
    schema: { tags, summary: 'What a webhook was told', description: 'Newest first, of the last 30 days, with every try.', params, querystring: DeliveriesQuery, response: { 200: page(Delivery) } },
  }, async (request) => {
    const { state, cursor, limit = 30 } = request.query;
    return webhooks.deliveries(staffOf(request).organisationId, request.params.id, { state, cursor, limit });
  });

  app.post('/v1/webhooks/:id/deliveries/:deliveryId/replay', {
    config: { ...seldom, refuses: ['conflict'] },
    schema: { tags, summary: 'Tell a webhook again', description: 'With the same `webhook-id` and body, now, and with all tries anew.', params: deliveryParams, response: { 200: Delivery } },
  }, async (request) => webhooks.replay(staffOf(request).organisationId, request.params.id, request.params.deliveryId));
};
