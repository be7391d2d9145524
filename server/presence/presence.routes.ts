import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { page } from '../../protocol/http.ts';
import { PresenceStatus } from '../../protocol/shapes.ts';
import { staffOf } from '../auth/authenticate.ts';
import type { Presence } from './presence.ts';

const TeamPage = page(Type.Object({ id: Type.String(), name: Type.String(), status: PresenceStatus }));

/** `/v1/presence`: who of the team is there. */
export const presenceRoutes: FastifyPluginAsyncTypebox<{ presence: Presence }> = async (app, { presence }) => {
  app.get('/v1/presence', {
    config: { may: 'presence:read' },
    schema: { tags: ['presence'], summary: 'The team and who of it is there', response: { 200: TeamPage } },
  }, async (request) => ({ items: await presence.team(staffOf(request).organisationId), next: null }));
};
