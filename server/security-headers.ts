import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';

// Answers of the API are data: a browser that is led to one must do nothing with it.
const forData = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Sets the headers that every answer carries. `https`: browsers reach us by https, and shall remember that. */
export async function registerSecurityHeaders(app: FastifyInstance, { https }: { https: boolean }): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: false,
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    // `noSniff`, `dnsPrefetchControl` and the like are on by themselves.
  });
  app.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', forData));
}

/**
 * What one of our own pages may do. Both need the camera and the microphone; neither needs a frame, a plugin, an inline
 * script or anybody else's host. Lit's styles are constructed sheets, which no policy has to allow. `previewsElement`: the panel,
 * which loads the element beside its own code, so that Lit is there twice and makes its policy twice. `mediaOrigin`: whose signed URLs
 * its player follows (decision 17).
 */
export function pageHeaders(reply: FastifyReply, ownOrigins: readonly string[], { previewsElement = false, mediaOrigin = null }: { previewsElement?: boolean; mediaOrigin?: string | null } = {}): void {
  // Older Safari does not take 'self' for WebSockets. A policy cannot name an IPv6 address.
  const sockets = ownOrigins.filter((origin) => !origin.includes('[')).map((origin) => origin.replace(/^http/, 'ws'));
  const policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'", `media-src 'self' blob: data:${mediaOrigin === null ? '' : ` ${mediaOrigin}`}`,
    "worker-src 'self' blob:", `connect-src 'self' ${sockets.join(' ')}`, "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    // Text cannot become markup or script (threats.md S9); Lit's policy and ours are the only ways to make any.
    "require-trusted-types-for 'script'", `trusted-types lit-html peer-consult${previewsElement ? " 'allow-duplicates'" : ''}`,
  ];
  reply.header('content-security-policy', policy.join('; '))
    .header('permissions-policy', 'camera=(self), microphone=(self), display-capture=(self), autoplay=(self), geolocation=(), payment=(), usb=()')
    .header('cache-control', 'no-cache');
}
