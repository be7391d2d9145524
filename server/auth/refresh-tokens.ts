import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** A refresh token that we made, whether or not it is still the session's current one. */
export interface ReadRefreshToken {
  sessionId: string;
  /** What the database keeps of the token. */
  hash: string;
}

/** Makes and reads the tokens of the refresh cookie: `<session>.<number>.<signature>`. */
export interface RefreshTokens {
  first(sessionId: string): string;
  /**
   * The token that follows `token`. It depends on `token` and our secret alone, so that two tabs which race with one cookie,
   * or a reply that was lost, end with the same successor.
   */
  next(token: string): string;
  /** Reads a token; null when we did not make it. So nobody ends a session with an invented one. */
  read(token: string): ReadRefreshToken | null;
}

/** Makes refresh tokens that `secret` signs. */
export function createRefreshTokens({ secret, clock }: { secret: string; clock: Clock }): RefreshTokens {
  const mac = (purpose: string, text: string) => createHmac('sha256', secret).update(`refresh ${purpose} ${text}`).digest('base64url');
  const signed = (sessionId: string, number: string) => `${sessionId}.${number}.${mac('signature', `${sessionId}.${number}`)}`;
  return {
    first: (sessionId) => signed(sessionId, clock.random(32).toString('base64url')),
    next(token) {
      const [sessionId = '', number = ''] = token.split('.');
      return signed(sessionId, mac('next', `${sessionId}.${number}`));
    },
    read(token) {
      const [sessionId = '', number = ''] = token.split('.');
      if (!equal(token, signed(sessionId, number))) return null;
      return { sessionId, hash: createHash('sha256').update(token).digest('base64url') };
    },
  };
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
