import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PageQuery, SitesPage, WidgetConfig } from '../../protocol/http.ts';
import { Id } from '../../protocol/shapes.ts';
import { Site, SitePatch } from '../../protocol/site.ts';
import { staffOf } from '../auth/authenticate.ts';
import { problem } from '../errors.ts';
import type { Sites } from './sites.ts';

/** `/v1/sites`: the websites of the organisation; `/v1/widget/config`: what the element may know of its own. */
export const sitesRoutes: FastifyPluginAsyncTypebox<{ sites: Sites }> = async (app, { sites }) => {
  app.get('/v1/sites', {
    config: { may: 'sites:read' },
    schema: { tags: ['team'], summary: 'The sites of the organisation', querystring: PageQuery, response: { 200: SitesPage } },
  }, async (request) => sites.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.patch('/v1/sites/:id', {
    config: { may: 'sites:write' },
    schema: { tags: ['team'], summary: 'Change a site', params: Type.Object({ id: Id }), body: SitePatch, response: { 200: Site } },
  }, async (request) => sites.update(staffOf(request).organisationId, request.params.id, request.body));

  app.get('/v1/widget/config', {
    config: { may: 'anyone' },
    schema: {
      tags: ['visitor session'], summary: 'What the element shows of its site',
      querystring: Type.Object({ siteKey: Type.String({ minLength: 1, maxLength: 128 }) }), response: { 200: WidgetConfig },
    },
  }, async (request) => {
    const site = await sites.byKey(request.query.siteKey);
    if (!site) throw problem('not_found', 'There is no site with this key.');
    const { origin } = request.headers;
    // Browsers leave Origin out when a page asks the server that it came from.
    if (origin !== undefined && !sites.allows(site, origin)) throw problem('origin_forbidden');
    return { site: await sites.profile(site.id) };
  });
};
