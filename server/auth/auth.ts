import { CLOSE } from '../../protocol/codes.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { Row } from '../store/tables.ts';
import type { AuthStore } from './auth.store.ts';
import type { Passwords } from './passwords.ts';
import type { AgentPrincipal, Principal, VisitorPrincipal } from './principal.ts';
import type { ReadRefreshToken, RefreshTokens } from './refresh-tokens.ts';
import { rotationGraceMs } from './rotation.ts';
import { createRotations, type TokenShown } from './rotations.ts';
import { createThrottle } from './throttle.ts';
import type { Tokens } from './tokens.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long an access token is good, in ms. Its session is looked up at every use, so revoking does not wait for this. */
export const accessTokenMs = 15 * minute;
/** How long the cookie lasts by which `<video>` fetches recordings, in ms. Every refresh renews it. */
export const mediaTokenMs = 60 * minute;
/** How long a sign-in lasts without being used, in ms. */
export const sessionMs = 30 * day;
/** How long a visitor's token is good, in ms. The hello renews it from half its life on. */
export const visitorTokenMs = 30 * day;
/**
 * How long the answer of a refresh waits, in ms: tabs that race send within some tens of ms, but over connections of their own,
 * and one that is read only after this answer is out would be taken for a thief.
 */
export const racingTabsMs = 100;

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

/** A renewed sign-in. */
export interface Refreshed extends SignedIn {
  /** To be called once: `delivered` when the whole answer went out, false when its connection closed before. */
  answered(delivered: boolean): void;
}

/** Who somebody is, and how they prove it. */
export interface Auth {
  /** Who holds this access or visitor token. Throws `unauthenticated` (also after the session's end) or `token_expired`. */
  verify(token: string): Promise<Principal>;
  /** The same for the cookie by which media elements fetch recordings. */
  verifyMedia(token: string): Promise<AgentPrincipal>;
  /** A token for a visitor; nothing is stored. `expiresAt` in ms since the epoch. */
  visitorToken(visitor: Pick<VisitorPrincipal, 'id' | 'name' | 'organisationId' | 'siteId'>): Promise<{ token: string; expiresAt: number }>;
  /**
   * Signs in. Throws `bad_credentials`, the same for a wrong password, an unknown address and a disabled account, and
   * `rate_limited` after too many tries for the account or from the address (S15).
   */
  login(credentials: { email: string; password: string }, address: string): Promise<SignedIn>;
  /**
   * Exchanges a refresh token for the next, once. Requests that race with one token get the same successor, as does who asks
   * again after the answer was lost (rotation.ts). Throws `unauthenticated`; a used one otherwise ends the session.
   */
  refresh(refreshToken: string): Promise<Refreshed>;
  /** Ends the sign-in of a refresh token, or of an agent's access token, and its sockets. Harmless when there is none. */
  logout(token: string): Promise<void>;
  /** Sets a new password and ends all other sign-ins (S14). Throws `bad_credentials`, `weak_password`, `rate_limited`. */
  changePassword(principal: AgentPrincipal, current: string, next: string): Promise<void>;
  /** The agent's row behind a principal. Throws `unauthenticated` when it is no more. */
  me(principal: AgentPrincipal): Promise<Row<'agents'>>;
}

/** What signing in needs. */
export interface AuthParts {
  store: AuthStore;
  tokens: Tokens;
  refreshTokens: RefreshTokens;
  passwords: Passwords;
  hub: Pick<Hub, 'close'>;
  clock: Clock;
  /** Off only for load tests: no throttle on sign-in. */
  throttled?: boolean;
}

/** Makes the use cases of signing in. */
export function createAuth({ store, tokens, refreshTokens, passwords, hub, clock, throttled = true }: AuthParts): Auth {
  // Ten wrong guesses a quarter of an hour get nowhere against our password rule; thirty leave room for an office behind one address.
  const byAccount = createThrottle({ clock, limit: 10, windowMs: 15 * minute });
  const byAddress = createThrottle({ clock, limit: 30, windowMs: 15 * minute });
  const require = (...waits: number[]) => {
    const wait = Math.max(...waits);
    if (throttled && wait > 0) throw problem('rate_limited', undefined, wait);
  };

  const rotations = createRotations({ clock });

  const principalOf = async (sessionId: string | undefined, expiresAt: number): Promise<AgentPrincipal> => {
    const found = sessionId ? await store.session(sessionId) : null;
    if (!found || !live(found)) throw problem('unauthenticated');
    const { id, name, organisationId, role } = found.agent;
    return { kind: 'agent', id, name, organisationId, role, sessionId: found.session.id, expiresAt };
  };
  const live = ({ session, agent }: { session: Row<'sessions'>; agent: Row<'agents'> }) =>
    session.revokedAt === null && session.expiresAt > clock.now() && agent.status === 'active';

  const signedIn = (agent: Row<'agents'>, sessionId: string, refreshToken: string, refreshExpiresAt: number): SignedIn => {
    const now = clock.now();
    const claims = { sub: agent.id, sid: sessionId };
    const [expiresAt, mediaExpiresAt] = [now + accessTokenMs, now + mediaTokenMs];
    return {
      agent, refreshToken, refreshExpiresAt, expiresAt, mediaExpiresAt,
      accessToken: tokens.sign('agent', claims, expiresAt), mediaToken: tokens.sign('media', claims, mediaExpiresAt),
    };
  };

  const end = async (sessionId: string, reason: string) => {
    if (await store.revoke(sessionId, clock.now())) closeSockets(sessionId, reason);
  };
  const closeSockets = (sessionId: string, reason: string) =>
    hub.close(`session:${sessionId}`, CLOSE.superseded, reason, { type: 'session.revoked', reason });

  const exchange = async (refreshToken: string, { sessionId, hash }: ReadRefreshToken, shown: TokenShown): Promise<SignedIn> => {
    const successor = refreshTokens.next(refreshToken);
    const now = clock.now();
    let found = await store.session(sessionId);
    if (!found || !live(found)) throw problem('unauthenticated');
    if (found.session.refreshHash === hash) {
      if (await store.rotate(sessionId, hash, refreshTokens.read(successor)!.hash, now, now + sessionMs)) {
        shown.rotated();
        await new Promise<void>((resolve) => clock.after(racingTabsMs, resolve));
        return signedIn(found.agent, sessionId, successor, now + sessionMs);
      }
      found = await store.session(sessionId); // another tab was quicker by a moment
      if (!found || !live(found)) throw problem('unauthenticated');
    }
    const { previousHash, rotatedAt, expiresAt } = found.session;
    if (previousHash === hash) {
      const verdict = shown.verdict();
      if (verdict === 'same' || (verdict === 'unknown' && now - rotatedAt <= rotationGraceMs)) {
        shown.rotated(rotatedAt);
        return signedIn(found.agent, sessionId, successor, expiresAt);
      }
    }
    await end(sessionId, 'refresh_reused');
    throw problem('unauthenticated');
  };

  const sessionOf = (accessToken: string) => {
    try {
      return tokens.verify(accessToken, ['agent']).claims.sid;
    } catch {
      return undefined; // expired, or never ours: nothing is left to end
    }
  };

  return {
    async verify(token) {
      const { audience, claims, expiresAt } = tokens.verify(token, ['agent', 'visitor']);
      if (audience === 'agent') return principalOf(claims.sid, expiresAt);
      const { sub, name, org, site } = claims;
      if (name === undefined || !org || !site) throw problem('unauthenticated');
      return { kind: 'visitor', id: sub, name, organisationId: org, siteId: site, expiresAt };
    },
    async verifyMedia(token) {
      const { claims, expiresAt } = tokens.verify(token, ['media']);
      return principalOf(claims.sid, expiresAt);
    },
    async visitorToken({ id, name, organisationId, siteId }) {
      const expiresAt = clock.now() + visitorTokenMs;
      return { token: tokens.sign('visitor', { sub: id, name, org: organisationId, site: siteId }, expiresAt), expiresAt };
    },
    async login({ email, password }, address) {
      const account = email.trim().toLowerCase();
      require(byAccount.take(account), byAddress.take(address));
      const agent = await store.agentByEmail(account);
      const right = await passwords.verify(password, agent?.passwordHash ?? null);
      if (!agent || !right || agent.status !== 'active') throw problem('bad_credentials');
      byAccount.forgive(account);
      byAddress.forgive(address);
      const now = clock.now();
      const sessionId = clock.id();
      const refreshToken = refreshTokens.first(sessionId);
      await store.insertSession({
        id: sessionId, agentId: agent.id, organisationId: agent.organisationId, refreshHash: refreshTokens.read(refreshToken)!.hash,
        rotatedAt: now, createdAt: now, expiresAt: now + sessionMs,
      });
      return signedIn(agent, sessionId, refreshToken, now + sessionMs);
    },
    async refresh(refreshToken) {
      const read = refreshTokens.read(refreshToken);
      if (!read) throw problem('unauthenticated');
      const shown = rotations.shown(read.hash);
      try {
        return { ...(await exchange(refreshToken, read, shown)), answered: (delivered) => shown.left(delivered) };
      } catch (error) {
        shown.left(false);
        throw error;
      }
    },
    async logout(token) {
      const sessionId = refreshTokens.read(token)?.sessionId ?? sessionOf(token);
      if (sessionId !== undefined) await end(sessionId, 'signed_out');
    },
    async changePassword(principal, current, next) {
      const found = await store.session(principal.sessionId);
      if (!found) throw problem('unauthenticated');
      const { agent } = found;
      require(byAccount.take(agent.email));
      if (!(await passwords.verify(current, agent.passwordHash))) throw problem('bad_credentials', 'The present password is wrong.');
      byAccount.forgive(agent.email);
      passwords.require(next, [agent.email, agent.name]);
      if (next === current) throw problem('weak_password', 'The new password has to differ from the present one.');
      const ended = await store.changePassword(agent, await passwords.hash(next), principal.sessionId, clock.now());
      for (const sessionId of ended) closeSockets(sessionId, 'password_changed');
    },
    async me(principal) {
      const found = await store.session(principal.sessionId);
      if (!found) throw problem('unauthenticated');
      return found.agent;
    },
  };
}
