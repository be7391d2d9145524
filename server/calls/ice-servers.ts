import { createHmac } from 'node:crypto';
import type { IceServer } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import { rfc3339 } from '../clock.ts';

/** How long TURN credentials can open an allocation, in ms. One that is open lives on; a restart of ICE mints anew. */
export const ICE_LIFETIME_MS = 2 * 60 * 60 * 1000;

/** Says which STUN and TURN servers a member may use. */
export interface IceServers {
  /** Servers for one principal, with credentials that end at `expiresAt` (RFC 3339). */
  mint(principalId: string): { iceServers: IceServer[]; expiresAt: string; relayOnly?: true };
}

/** What `TURN_URLS` and `TURN_SECRET` say. */
export interface IceServersOptions {
  /** `stun:`, `turn:` and `turns:` URLs. Empty: only direct connections. */
  urls: readonly string[];
  /** The secret shared with the TURN server (coturn: `static-auth-secret`); needed as soon as a TURN URL is given. */
  secret: string | undefined;
  /** Media go through the relay alone: neither side learns the other's address. */
  relayOnly?: boolean;
  clock: Clock;
}

/**
 * Mints credentials as draft-uberti-behave-turn-rest-00 has it: user name `<expiry in s>:<principal>`, password
 * base64(HMAC-SHA1(secret, user name)). The TURN server checks both alone, nothing is stored.
 */
export function createIceServers({ urls, secret, relayOnly = false, clock }: IceServersOptions): IceServers {
  const stun = urls.filter((url) => /^stuns?:/i.test(url));
  const turn = urls.filter((url) => /^turns?:/i.test(url));
  if (stun.length + turn.length < urls.length) throw new Error('TURN_URLS may hold only stun:, stuns:, turn: and turns: URLs.');
  if (turn.length > 0 && !secret) throw new Error('TURN_URLS names a TURN server, so TURN_SECRET is needed as well.');
  return {
    mint(principalId) {
      const expires = clock.now() + ICE_LIFETIME_MS;
      const iceServers: IceServer[] = [];
      if (stun.length > 0) iceServers.push({ urls: stun });
      if (turn.length > 0) {
        const username = `${Math.floor(expires / 1000)}:${principalId}`;
        iceServers.push({ urls: turn, username, credential: createHmac('sha1', secret!).update(username).digest('base64') });
      }
      return { iceServers, expiresAt: rfc3339(expires), ...(relayOnly && { relayOnly }) };
    },
  };
}
