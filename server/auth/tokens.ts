import fastifyJwt from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';

/** What a token is for. One made for one purpose is worth nothing for another. */
export type Audience = 'agent' | 'visitor' | 'media' | 'oidc';

/** What a token says. `aud`, `iat` and `exp` are added by `sign`. */
export interface Claims {
  sub: string;
  [claim: string]: string;
}

/** Signed, readable, unforgeable statements with an end (JWT, HS256). */
export interface Tokens {
  /** Signs claims for one purpose. `expiresAt` in ms since the epoch; the token carries whole seconds, rounded up. */
  sign(audience: Audience, claims: Claims, expiresAt: number): string;
  /**
   * What a token of one of the audiences says; `expiresAt` in ms. Throws the problems `unauthenticated` (forged, garbled,
   * or made for something else) and `token_expired`.
   */
  verify(token: string, audiences: readonly Audience[]): { audience: Audience; claims: Claims; expiresAt: number };
}

/** Registers the JWT library with its secret, and gives tokens that know our clock. */
export async function registerTokens(app: FastifyInstance, { secret, clock }: { secret: string; clock: Clock }): Promise<Tokens> {
  // The algorithm is pinned: what a token says of itself is not asked. Its end is ours to check, by our clock.
  await app.register(fastifyJwt, { secret, sign: { algorithm: 'HS256' }, verify: { algorithms: ['HS256'], ignoreExpiration: true } });
  const { jwt } = app;
  return {
    sign: (audience, claims, expiresAt) =>
      jwt.sign({ ...claims, aud: audience, iat: Math.floor(clock.now() / 1000), exp: Math.ceil(expiresAt / 1000) }),
    verify(token, audiences) {
      let payload: Record<string, unknown>;
      try {
        payload = jwt.verify<Record<string, unknown>>(token);
      } catch {
        throw problem('unauthenticated');
      }
      const audience = audiences.find((one) => one === payload.aud);
      if (!audience || typeof payload.sub !== 'string' || typeof payload.exp !== 'number') throw problem('unauthenticated');
      const expiresAt = payload.exp * 1000;
      if (expiresAt <= clock.now()) throw problem('token_expired');
      return { audience, claims: payload as Claims, expiresAt };
    },
  };
}
