import type {} from '@fastify/cookie'; // its types: requests have cookies, replies set them
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LoginBody, SessionAnswer } from '../../protocol/http.ts';
import { Agent } from '../../protocol/shapes.ts';
import { rfc3339 } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import { addressClass } from '../address-class.ts';
import { agentOnWire } from '../team/team.ts';
import type { Auth, SignedIn } from './auth.ts';
import { agentOf, mediaCookieName } from './authenticate.ts';

/** The cookie that renews a sign-in. No script can read it, and it goes to these routes alone. */
export const refreshCookieName = 'pc_refresh';
const refreshPath = '/v1/auth';
const mediaPath = '/v1/recordings';

const Password = Type.String({ minLength: 1, maxLength: 256 });
const PasswordBody = Type.Object({ currentPassword: Password, newPassword: Password });

/** `/v1/auth`: signing in and out. `secure`: browsers reach us by https, so cookies must not go by anything else. `ownOrigins`: the panel's. */
export const authRoutes: FastifyPluginAsyncTypebox<{ auth: Auth; secure: boolean; ownOrigins: () => readonly string[] }> = async (app, { auth, secure, ownOrigins }) => {
  const cookie = { httpOnly: true, sameSite: 'strict', secure } as const;

  const answer = (reply: FastifyReply, signedIn: SignedIn) => {
    const { agent, accessToken, expiresAt, refreshToken, refreshExpiresAt, mediaToken, mediaExpiresAt } = signedIn;
    reply.setCookie(refreshCookieName, refreshToken, { ...cookie, path: refreshPath, expires: new Date(refreshExpiresAt) });
    reply.setCookie(mediaCookieName, mediaToken, { ...cookie, path: mediaPath, expires: new Date(mediaExpiresAt) });
    return reply.header('cache-control', 'no-store').send({ accessToken, expiresAt: rfc3339(expiresAt), agent: agentOnWire(agent) });
  };
  const clear = (reply: FastifyReply) => {
    reply.clearCookie(refreshCookieName, { ...cookie, path: refreshPath });
    reply.clearCookie(mediaCookieName, { ...cookie, path: mediaPath });
  };

  /** What a cookie alone lets in is for our own pages. Programs send no Origin (threats.md S17). */
  const ownPagesOnly = async ({ headers: { origin } }: FastifyRequest) => {
    if (origin !== undefined && !ownOrigins().includes(origin)) throw problem('origin_forbidden', 'Only the server\'s own pages may do that.');
  };

  app.post('/v1/auth/login', {
    // The throttle on wrong passwords is the use case's; this one only keeps the hasher from drowning.
    config: { may: 'anyone', rateLimit: { max: 60, timeWindow: 60_000 } },
    schema: {
      tags: ['auth'], summary: 'Sign in', body: LoginBody, response: { 200: SessionAnswer },
      description: `Also sets the cookie ${refreshCookieName}, with which \`refresh\` renews the short access token.`,
    },
  }, async (request, reply) => answer(reply, await auth.login(request.body, addressClass(request.ip))));

  app.post('/v1/auth/refresh', {
    config: { may: 'anyone' },
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
      return await answer(reply, refreshed);
    } catch (error) {
      if (error instanceof Problem && error.code === 'unauthenticated') clear(reply);
      throw error;
    }
  });

  app.post('/v1/auth/logout', {
    config: { may: 'anyone' },
    onRequest: ownPagesOnly,
    schema: { tags: ['auth'], summary: 'Sign out: ends the session, its tokens and its sockets', response: { 204: Type.Null() } },
  }, async (request, reply) => {
    // A client without cookies shows the access token instead.
    for (const token of [request.cookies[refreshCookieName], /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]]) {
      if (token) await auth.logout(token);
    }
    clear(reply);
    return reply.code(204).send(null);
  });

  app.get('/v1/auth/me', {
    config: { may: 'self' },
    schema: { tags: ['auth'], summary: 'Who is signed in', response: { 200: Agent } },
  }, async (request) => agentOnWire(await auth.me(agentOf(request))));

  app.post('/v1/auth/password', {
    config: { may: 'self' },
    schema: { tags: ['auth'], summary: 'Set a new password; ends all other sign-ins', body: PasswordBody, response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await auth.changePassword(agentOf(request), request.body.currentPassword, request.body.newPassword);
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
