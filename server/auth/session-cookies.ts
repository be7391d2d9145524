import type {} from '@fastify/cookie'; // its types: replies set cookies
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionAnswer } from '../../protocol/http.ts';
import { addressClass } from '../address-class.ts';
import { rfc3339 } from '../clock.ts';
import { agentOnWire } from '../team/team.ts';
import { mediaCookieName } from './authenticate.ts';
import type { Place, SignedIn } from './sign-ins.ts';

/** The cookie that renews a sign-in. No script can read it, and it goes to these routes alone. */
export const refreshCookieName = 'pc_refresh';
const refreshPath = '/v1/auth';
const mediaPath = '/v1/recordings';

/** The cookies of a sign-in. */
export interface SessionCookies {
  set(reply: FastifyReply, signedIn: SignedIn): void;
  clear(reply: FastifyReply): void;
}

/** Makes what sets the cookies. `secure`: browsers reach us by https, so cookies must not go by anything else. */
export function createSessionCookies({ secure }: { secure: boolean }): SessionCookies {
  const cookie = { httpOnly: true, sameSite: 'strict', secure } as const;
  return {
    set(reply, { refreshToken, refreshExpiresAt, mediaToken, mediaExpiresAt }) {
      void reply.setCookie(refreshCookieName, refreshToken, { ...cookie, path: refreshPath, expires: new Date(refreshExpiresAt) })
        .setCookie(mediaCookieName, mediaToken, { ...cookie, path: mediaPath, expires: new Date(mediaExpiresAt) })
        .header('cache-control', 'no-store');
    },
    clear(reply) {
      void reply.clearCookie(refreshCookieName, { ...cookie, path: refreshPath }).clearCookie(mediaCookieName, { ...cookie, path: mediaPath });
    },
  };
}

/** What the page that signed in gets beside the cookies. */
export function sessionAnswer({ accessToken, expiresAt, agent }: SignedIn): SessionAnswer {
  return { accessToken, expiresAt: rfc3339(expiresAt), agent: agentOnWire(agent) };
}

/** From where a request comes. */
export function placeOf({ ip, headers }: FastifyRequest): Place {
  return { address: addressClass(ip), userAgent: headers['user-agent'] };
}
