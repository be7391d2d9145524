import type {} from '@fastify/cookie'; // its types: requests have cookies, replies set them
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { problem } from '../errors.ts';
import type { Oidc, OidcRefusal } from './oidc.ts';
import { placeOf, type SessionCookies } from './session-cookies.ts';

/** Ties the provider's answer to the browser that asked. Lax: the answer comes by a link from the provider's page. */
const memoryCookieName = 'pc_oidc';
const path = '/v1/auth/oidc';
const callbackPath = `${path}/callback`;

/** `/v1/auth/oidc`: signing in by the organisation's own provider. `oidc` null: there is none. `ownOrigins`: the panel's. */
export const oidcRoutes: FastifyPluginAsyncTypebox<{ oidc: Oidc | null; cookies: SessionCookies; ownOrigins: () => readonly string[]; secure: boolean }> = async (app, { oidc, cookies, ownOrigins, secure }) => {
  const cookie = { httpOnly: true, sameSite: 'lax', secure, path } as const;
  const limit = { may: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['not_found'] } as const;
  const configured = () => {
    if (!oidc) throw problem('not_found', 'No OpenID provider is set up here.');
    return oidc;
  };
  const away = (reply: FastifyReply, to: string) => reply.header('cache-control', 'no-store').redirect(to, 302);
  const refused = (reply: FastifyReply, refusal: OidcRefusal) => away(reply, `/admin/#/sign-in?error=${refusal}`);
  /** The browser comes back to the name by which it knows us, or the cookie would be lost. */
  const redirectUri = ({ host }: FastifyRequest) => `${ownOrigins().find((origin) => new URL(origin).host === host) ?? ownOrigins()[0]}${callbackPath}`;
  const response = { 302: Type.Null({ description: 'To the provider, or to the panel: signed in, or with `error` in the address of its sign-in page.' }) };

  app.get(`${path}/start`, {
    config: limit,
    schema: { tags: ['auth'], summary: 'Sign in by the organisation\'s own OpenID provider', description: 'For browsers: a link leads here, and the provider leads back.', response },
  }, async (request, reply) => {
    const started = await configured().start(redirectUri(request));
    if (typeof started === 'string') return refused(reply, started);
    void reply.setCookie(memoryCookieName, started.memory, { ...cookie, expires: new Date(started.expiresAt) });
    return away(reply, started.location);
  });

  app.get(callbackPath, {
    config: limit,
    schema: { tags: ['auth'], summary: 'Where the OpenID provider leads back to', description: 'Sets the same cookies as signing in does.', response },
  }, async (request, reply) => {
    const at = request.url.indexOf('?');
    const query = at < 0 ? '' : request.url.slice(at + 1);
    const signedIn = await configured().finish({ query, memory: request.cookies[memoryCookieName] }, placeOf(request));
    void reply.clearCookie(memoryCookieName, cookie);
    if (typeof signedIn === 'string') return refused(reply, signedIn);
    cookies.set(reply, signedIn);
    return away(reply, '/admin/');
  });
};
