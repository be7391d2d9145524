import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from './errors.ts';
import { pageHeaders } from './security-headers.ts';
import { readStaticFiles, type StaticFile } from './static-files.ts';

/** Where the built files lie, and where the server's own pages are. */
export interface StaticOptions {
  widgetFolder: string;
  adminFolder: string;
  ownOrigins(): readonly string[];
  /** Where recordings are played from besides here. */
  mediaOrigin?: string | null;
}

/** The element for everybody's pages (`/peer-consult.js` and its chunks) and the panel (`/admin/`). */
export const staticPages: FastifyPluginAsync<StaticOptions> = async (app, { widgetFolder, adminFolder, ownOrigins, mediaOrigin }) => {
  const open = { config: { may: 'anyone', rateLimit: false }, schema: { hide: true } } as const;

  const widget = readStaticFiles(widgetFolder);
  for (const [path, file] of widget) {
    app.get(`/${path}`, open, (request, reply) => {
      // Modules are fetched with CORS: the element stands on other people's pages.
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin').header('timing-allow-origin', '*');
      return send(request, reply, file);
    });
  }
  if (!widget.has('peer-consult.js')) {
    app.get('/peer-consult.js', open, () => {
      throw problem('not_found', 'The element has not been built; run `npm run build`.');
    });
  }

  const admin = readStaticFiles(adminFolder);
  app.get('/', open, (_request, reply) => reply.redirect('/admin/', 302));
  app.get('/admin', open, (_request, reply) => reply.redirect('/admin/', 308));
  app.get<{ Params: { '*': string } }>('/admin/*', open, (request, reply) => {
    const path = request.params['*'];
    // The panel finds its way by itself: every address without a file's ending is its page.
    const file = admin.get(path) ?? (/\.\w+$/.test(path) ? undefined : admin.get('index.html'));
    if (!file) throw problem('not_found', admin.size === 0 ? 'The panel has not been built; run `npm run build`.' : undefined);
    if (file === admin.get('index.html')) pageHeaders(reply, ownOrigins(), { previewsElement: true, mediaOrigin });
    // A service worker lives by the policy it came with, not by the page's: it fetches the panel's own files and shows its icon.
    if (path === 'sw.js') reply.header('content-security-policy', "default-src 'none'; connect-src 'self'; img-src 'self'");
    return send(request, reply, file);
  });
};

/** Answers with a file: 304 when the asker has it, compressed when the asker can read that. */
export async function send(request: FastifyRequest, reply: FastifyReply, file: StaticFile): Promise<FastifyReply> {
  reply.header('etag', file.etag).header('vary', 'accept-encoding')
    .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag)) return reply.code(304).send();
  reply.type(file.type);
  const accepted = request.headers['accept-encoding'] ?? '';
  for (const encoding of ['br', 'gzip'] as const) {
    if (!new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted)) continue;
    const body = await file.encoded(encoding);
    if (body) return reply.header('content-encoding', encoding).send(body);
  }
  return reply.send(file.body);
}
