import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { PageQuery, SitesPage, WidgetConfig } from '../../protocol/http.ts';
import { Id } from '../../protocol/shapes.ts';
import { IdentitySecretAnswer, InstallCheck, InstallCheckBody, Site, SiteBody, SitePatch } from '../../protocol/site.ts';
import { staffOf } from '../auth/authenticate.ts';
import { problem } from '../errors.ts';
import { pictureLimits } from '../pictures/picture-kind.ts';
import type { InstallChecks } from './install-check.ts';
import type { SiteDesk, SiteEditor } from './site-desk.ts';
import type { Sites } from './sites.ts';

/** What the routes of sites stand on. */
export interface SitesRoutesOptions {
  sites: Sites;
  desk: SiteDesk;
  installChecks: InstallChecks;
}

const tags = ['sites'];
const params = Type.Object({ id: Id });
const editorOf = (request: FastifyRequest): SiteEditor => ({ staff: staffOf(request), address: request.ip });

/** `/v1/sites`: the websites of the organisation; `/v1/widget/config`: what the element may know of its own. */
export const sitesRoutes: FastifyPluginAsyncTypebox<SitesRoutesOptions> = async (app, { sites, desk, installChecks }) => {
  app.get('/v1/sites', {
    config: { may: 'sites:read' },
    schema: { tags, summary: 'The sites of the organisation', description: 'Archived ones too.', querystring: PageQuery, response: { 200: SitesPage } },
  }, async (request) => sites.list(staffOf(request).organisationId, { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.post('/v1/sites', {
    config: { may: 'sites:write', refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Add a site', body: SiteBody, response: { 201: Site },
      description: 'It has a publishable key of its own and the settings that a site has until somebody says otherwise. `origins` are the pages that may show it, exactly or with `*.` before the host.',
    },
  }, async (request, reply) => reply.code(201).send(await desk.create(editorOf(request), request.body)));

  app.get('/v1/sites/:id', {
    config: { may: 'sites:read' },
    schema: { tags, summary: 'One site', params, response: { 200: Site } },
  }, async (request) => sites.get(staffOf(request).organisationId, request.params.id));

  app.patch('/v1/sites/:id', {
    config: { may: 'sites:write', refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Change a site', params, body: SitePatch, response: { 200: Site },
      description: 'Of `settings` the parts that are given are replaced whole. `archived: true` takes the site from the web: its element finds nothing any more, its history stays. The last active site cannot be archived (`conflict`).',
    },
  }, async (request) => desk.update(editorOf(request), request.params.id, request.body));

  app.post('/v1/sites/:id/rotate-key', {
    config: { may: 'sites:write' },
    schema: { tags, summary: 'Give the site another publishable key', description: 'The former key stops at once: change the tag on the pages first thing. Visitors who are there stay.', params, response: { 200: Site } },
  }, async (request) => desk.rotateKey(editorOf(request), request.params.id));

  app.post('/v1/sites/:id/identity-secret', {
    config: { may: 'sites:write' },
    schema: {
      tags, summary: 'Make the secret by which your server vouches for visitors', params, response: { 201: IdentitySecretAnswer },
      description: 'Shown this once; whoever has it can speak for any visitor of the site. An earlier one stops at once. See docs/embedding.md.',
    },
  }, async (request, reply) => reply.code(201).header('cache-control', 'no-store').send({ secret: await desk.makeIdentitySecret(editorOf(request), request.params.id) }));

  app.delete('/v1/sites/:id/identity-secret', {
    config: { may: 'sites:write' },
    schema: { tags, summary: 'Vouch for visitors no more', description: 'Visitors who were vouched for stay so.', params, response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await desk.dropIdentitySecret(editorOf(request), request.params.id);
    return reply.code(204).send(null);
  });

  // Here only: a picture comes as its bytes, and what they are is seen from them (threats.md S12).
  await app.register(async (pictures) => {
    pictures.removeAllContentTypeParsers();
    pictures.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: pictureLimits.bytes }, (_request, body, done) => done(null, body));
    pictures.route({
      method: 'PUT',
      url: '/v1/sites/:id/picture',
      bodyLimit: pictureLimits.bytes,
      config: { may: 'sites:write', rateLimit: { max: 60, timeWindow: 60_000 }, takes: ['image/png', 'image/jpeg', 'image/webp'], refuses: ['unsupported_media_type', 'unprocessable'] },
      schema: {
        tags, summary: 'Put up the site\'s picture', params, response: { 200: Site },
        description: 'The body is the picture\'s bytes: PNG, JPEG or WebP, 512 KiB and 1024 pixels a side at most. It is shown under `/v1/pictures/{picture}`; each upload has another address.',
      },
      async handler(request) {
        const bytes = request.body ?? Buffer.alloc(0);
        if (!Buffer.isBuffer(bytes)) throw problem('unsupported_media_type');
        return desk.setPicture(editorOf(request), (request.params as { id: string }).id, bytes);
      },
    });
  });

  app.delete('/v1/sites/:id/picture', {
    config: { may: 'sites:write' },
    schema: { tags, summary: 'Take the site\'s picture down', params, response: { 200: Site } },
  }, async (request) => desk.removePicture(editorOf(request), request.params.id));

  app.post('/v1/sites/:id/check-install', {
    config: { may: 'sites:write', rateLimit: { max: 20, timeWindow: 60_000 }, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'Look whether the tag stands on a page', params, body: InstallCheckBody, response: { 200: InstallCheck },
      description: 'The server fetches the page, whose origin has to be on the allow-list, and reads its HTML and its Content-Security-Policy. A tag that a script adds later it cannot see.',
    },
  }, async (request) => installChecks.check(staffOf(request).organisationId, request.params.id, request.body.url));

  app.get('/v1/widget/config', {
    config: { may: 'anyone', refuses: ['not_found', 'origin_forbidden'] },
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
