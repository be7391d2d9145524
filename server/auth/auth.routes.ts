import type {} from '@fastify/cookie'; // its types: requests have cookies
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LoginBody, SessionAnswer } from '../../protocol/http.ts';
import { SignInWays } from '../../protocol/team.ts';
import { Problem, problem } from '../errors.ts';
import type { Auth } from './auth.ts';
import { agentOf } from './authenticate.ts';
import { placeOf, refreshCookieName, sessionAnswer, type SessionCookies } from './session-cookies.ts';

const Password = Type.String({ minLength: 1, maxLength: 256 });
const PasswordBody = Type.Object({ currentPassword: Password, newPassword: Password }, { examples: [{ currentPassword: 'the one so far', newPassword: 'a long new sentence' }] });

/** `/v1/auth`: signing in and out. `ownOrigins`: the panel's. `ways`: how one may sign in here. */
export const authRoutes: FastifyPluginAsyncTypebox<{ auth: Auth; cookies: SessionCookies; ownOrigins: () => readonly string[]; ways: () => Promise<SignInWays> }> = async (app, { auth, cookies, ownOrigins, ways }) => {
  /** What a cookie alone lets in is for our own pages. Programs send no Origin (threats.md S17). */
  const ownPagesOnly = async ({ headers: { origin } }: FastifyRequest) => {
    if (origin !== undefined && !ownOrigins().includes(origin)) throw problem('origin_forbidden', 'Only the server\'s own pages may do that.');
  };

  app.get('/v1/auth/ways', {
    config: { may: 'anyone' },
    schema: {
      tags: ['auth'], summary: 'How one may sign in here', response: { 200: SignInWays },
      description: '`oidc` is the name of the organisation\'s own provider, to which `GET /v1/auth/oidc/start` leads; `mail`: whether a forgotten password can be mailed; `unclaimed`: whether the first owner is still missing.',
    },
  }, async () => ways());

  app.post('/v1/auth/login', {
    // The throttle on wrong passwords is the use case's; this one only keeps the hasher from drowning.
    config: { may: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 }, refuses: ['bad_credentials'] },
    schema: {
      tags: ['auth'], summary: 'Sign in', body: LoginBody, response: { 200: SessionAnswer },
      description: `Also sets the cookie ${refreshCookieName}, with which \`refresh\` renews the short access token.`,
    },
  }, async (request, reply) => {
    const signedIn = await auth.login(request.body, placeOf(request));
    cookies.set(reply, signedIn);
    return sessionAnswer(signedIn);
  });

  app.post('/v1/auth/refresh', {
    config: { may: 'anyone', refuses: ['unauthenticated', 'origin_forbidden'] },
    onRequest: ownPagesOnly,
    schema: {
      tags: ['auth'], summary: 'Renew the access token by the refresh cookie', response: { 200: SessionAnswer },
      description: 'The cookie is good once: the answer sets the next. Shown again after a whole answer went out, it ends the session.',
    },
  }, async (request, reply) => {
    const token = request.cookies[refreshCookieName];
    if (!token) throw problem('unauthenticated');
    try {
      const refreshed = await auth.refresh(token);
      whenAnswered(reply, refreshed.answered);
      cookies.set(reply, refreshed);
      return sessionAnswer(refreshed);
    } catch (error) {
      if (error instanceof Problem && error.code === 'unauthenticated') cookies.clear(reply);
      throw error;
    }
  });

  app.post('/v1/auth/logout', {
    config: { may: 'anyone', refuses: ['origin_forbidden'] },
    onRequest: ownPagesOnly,
    schema: { tags: ['auth'], summary: 'Sign out: ends the session, its tokens and its sockets', response: { 204: Type.Null() } },
  }, async (request, reply) => {
    // A client without cookies shows the access token instead.
    for (const token of [request.cookies[refreshCookieName], /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]]) {
      if (token) await auth.logout(token);
    }
    cookies.clear(reply);
    return reply.code(204).send(null);
  });

  app.post('/v1/auth/password', {
    config: { may: 'self', refuses: ['bad_credentials', 'weak_password'] },
    schema: { tags: ['auth'], summary: 'Set a new password; ends all other sign-ins', body: PasswordBody, response: { 204: Type.Null() } },
  }, async (request, reply) => {
    const { currentPassword, newPassword } = request.body;
    await auth.changePassword(agentOf(request), { current: currentPassword, next: newPassword }, placeOf(request).address);
    return reply.code(204).send(null);
  });
};

/** Tells once whether the whole answer went out, or its connection closed before. */
function whenAnswered({ raw }: FastifyReply, tell: (delivered: boolean) => void): void {
  if (raw.destroyed) return tell(false);
  let told = false;
  const once = (delivered: boolean) => {
    if (!told) tell(delivered);
    told = true;
  };
  raw.once('finish', () => once(true)).once('close', () => once(raw.writableFinished));
}
