import { CLOSE } from '../../protocol/codes.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { Row } from '../store/tables.ts';
import type { AuthStore } from './auth.store.ts';
import { deviceName } from './device-name.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { Tokens } from './tokens.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long an access token is good, in ms. Its session is looked up at every use, so revoking does not wait for this. */
export const accessTokenMs = 15 * minute;
/** How long the cookie lasts by which `<video>` fetches recordings, in ms. Every refresh renews it. */
export const mediaTokenMs = 60 * minute;
/** How long a sign-in lasts without being used, in ms. */
export const sessionMs = 30 * day;
// What browsers say of themselves is shorter; what is longer is no browser.
const userAgentLength = 400;

/** From where somebody asks. */
export interface Place {
  /** The class of the address (address-class.ts). */
  address: string;
  /** What the browser says of itself. */
  userAgent?: string | undefined;
}

/** What a sign-in or its renewal gives. Times in ms since the epoch. */
export interface SignedIn {
  agent: Row<'agents'>;
  accessToken: string;
  expiresAt: number;
  refreshToken: string;
  refreshExpiresAt: number;
  mediaToken: string;
  mediaExpiresAt: number;
}

/** Begins and ends sign-ins; whoever calls it has made sure who it is. */
export interface SignIns {
  /** Signs an agent in, as it was when its password (or its provider's word) was checked. Throws `bad_credentials` when it has changed since. */
  begin(agent: Row<'agents'>, how: 'password' | 'invitation' | 'oidc', place: Place): Promise<SignedIn>;
  /** The tokens of a sign-in that goes on. */
  tokensFor(agent: Row<'agents'>, sessionId: string, refreshToken: string, refreshExpiresAt: number): SignedIn;
  /** Ends a sign-in and its sockets. Harmless when it has ended. */
  end(sessionId: string, reason: string): Promise<void>;
  /** Closes the sockets of sign-ins that have ended. */
  closeSockets(sessionIds: readonly string[], reason: string): void;
  /** Closes every socket of an agent whose sign-ins have all ended. */
  closeAccount(agentId: string, reason: string): void;
}

/** Makes what begins and ends sign-ins. */
export function createSignIns({ store, tokens, refreshTokens, hub, audit, clock }: {
  store: AuthStore; tokens: Tokens; refreshTokens: RefreshTokens; hub: Pick<Hub, 'close'>; audit: Pick<Audit, 'record'>; clock: Clock;
}): SignIns {
  const tokensFor: SignIns['tokensFor'] = (agent, sessionId, refreshToken, refreshExpiresAt) => {
    const now = clock.now();
    const claims = { sub: agent.id, sid: sessionId };
    const [expiresAt, mediaExpiresAt] = [now + accessTokenMs, now + mediaTokenMs];
    return {
      agent, refreshToken, refreshExpiresAt, expiresAt, mediaExpiresAt,
      accessToken: tokens.sign('agent', claims, expiresAt), mediaToken: tokens.sign('media', claims, mediaExpiresAt),
    };
  };
  const closeSockets: SignIns['closeSockets'] = (sessionIds, reason) => {
    for (const id of sessionIds) hub.close(`session:${id}`, CLOSE.superseded, reason, { type: 'session.revoked', reason });
  };
  return {
    tokensFor, closeSockets,
    async begin({ id, organisationId, passwordHash }, how, { address, userAgent }) {
      const now = clock.now();
      const sessionId = clock.id();
      const refreshToken = refreshTokens.first(sessionId);
      const agent = await store.begin({
        id: sessionId, agentId: id, organisationId, refreshHash: refreshTokens.read(refreshToken)!.hash, rotatedAt: now, createdAt: now,
        expiresAt: now + sessionMs, userAgent: userAgent?.slice(0, userAgentLength) ?? null,
      }, passwordHash);
      if (!agent) throw problem('bad_credentials');
      const party = { kind: 'agent', id, name: agent.name };
      audit.record({ organisationId, actor: party, action: 'session.created', target: party, detail: { how, device: deviceName(userAgent) }, address });
      return tokensFor(agent, sessionId, refreshToken, now + sessionMs);
    },
    async end(sessionId, reason) {
      if (await store.revoke(sessionId, clock.now())) closeSockets([sessionId], reason);
    },
    closeAccount: (agentId, reason) => hub.close(`agent:${agentId}`, CLOSE.superseded, reason, { type: 'session.revoked', reason }),
  };
}
