import { nobody, type Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Row } from '../store/tables.ts';
import type { AuthStore } from './auth.store.ts';
import { deviceName } from './device-name.ts';
import type { Passwords } from './passwords.ts';
import type { AgentPrincipal, Principal, VisitorPrincipal } from './principal.ts';
import type { ReadRefreshToken, RefreshTokens } from './refresh-tokens.ts';
import { rotationGraceMs } from './rotation.ts';
import { createRotations, type TokenShown } from './rotations.ts';
import { sessionMs, type Place, type SignedIn, type SignIns } from './sign-ins.ts';
import { createThrottle } from './throttle.ts';
import type { Tokens } from './tokens.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long a visitor's token is good, in ms. The hello renews it from half its life on. */
export const visitorTokenMs = 30 * day;
/**
 * How long the answer of a refresh waits, in ms: tabs that race send within some tens of ms, but over connections of their own,
 * and one that is read only after this answer is out would be taken for a thief.
 */
export const racingTabsMs = 100;

/** A renewed sign-in. */
export interface Refreshed extends SignedIn {
  /** To be called once: `delivered` when the whole answer went out, false when its connection closed before. */
  answered(delivered: boolean): void;
}

/** How long after an answer is written down what must not show in the time that it takes, in ms. */
export const afterAnswerMs = 100;

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
  login(credentials: { email: string; password: string }, place: Place): Promise<SignedIn>;
  /**
   * Exchanges a refresh token for the next, once. Requests that race with one token get the same successor, as does who asks
   * again after the answer was lost (rotation.ts). Throws `unauthenticated`; a used one otherwise ends the session.
   */
  refresh(refreshToken: string): Promise<Refreshed>;
  /** Ends the sign-in of a refresh token, or of an agent's access token, and its sockets. Harmless when there is none. */
  logout(token: string): Promise<void>;
  /**
   * Sets a new password, ends all other sign-ins (S14) and makes open reset links worthless. Throws `bad_credentials`,
   * `weak_password`, `rate_limited`.
   */
  changePassword(principal: AgentPrincipal, passwords: { current: string; next: string }, address: string): Promise<void>;
}

/** What signing in needs. */
export interface AuthParts {
  store: AuthStore;
  tokens: Tokens;
  refreshTokens: RefreshTokens;
  passwords: Passwords;
  signIns: SignIns;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  /** Off only for load tests: no throttle on sign-in. */
  throttled?: boolean;
}

/**
 * Waits in ten short steps instead of one long one: between two timers Node reads what has arrived on its connections, so that also on
 * a machine that is so busy that all steps are late, whoever raced is heard before the answer goes out.
 */
function inTurns(clock: Clock, ms: number, turns = 10): Promise<void> {
  return new Promise((resolve) => {
    const step = (left: number): unknown => (left === 0 ? resolve() : clock.after(ms / turns, () => step(left - 1)));
    step(turns);
  });
}

/** Makes the use cases of signing in. */
export function createAuth({ store, tokens, refreshTokens, passwords, signIns, audit, clock, throttled = true }: AuthParts): Auth {
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

  /** Told a moment later: the answer must not take longer because there is an account to write about. */
  const noteRefusal = ({ id, name, organisationId }: Row<'agents'>, { address, userAgent }: Place) => void clock.after(afterAnswerMs, () => audit.record({
    organisationId, actor: nobody, action: 'session.refused', target: { kind: 'agent', id, name }, detail: { device: deviceName(userAgent) }, address,
  }));

  const exchange = async (refreshToken: string, { sessionId, hash }: ReadRefreshToken, shown: TokenShown): Promise<SignedIn> => {
    const successor = refreshTokens.next(refreshToken);
    const now = clock.now();
    let found = await store.session(sessionId);
    if (!found || !live(found)) throw problem('unauthenticated');
    if (found.session.refreshHash === hash) {
      if (await store.rotate(sessionId, hash, refreshTokens.read(successor)!.hash, now, now + sessionMs)) {
        shown.rotated();
        await store.seen(found.agent.id, now);
        await inTurns(clock, racingTabsMs);
        return signIns.tokensFor(found.agent, sessionId, successor, now + sessionMs);
      }
      found = await store.session(sessionId); // another tab was quicker by a moment
      if (!found || !live(found)) throw problem('unauthenticated');
    }
    const { previousHash, rotatedAt, expiresAt } = found.session;
    if (previousHash === hash) {
      const verdict = shown.verdict();
      if (verdict === 'same' || (verdict === 'unknown' && now - rotatedAt <= rotationGraceMs)) {
        shown.rotated(rotatedAt);
        return signIns.tokensFor(found.agent, sessionId, successor, expiresAt);
      }
    }
    await signIns.end(sessionId, 'refresh_reused');
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
    async login({ email, password }, place) {
      const account = email.trim().toLowerCase();
      require(byAccount.take(account) || byAddress.take(place.address)); // one stubborn program must not use up a whole office's tries
      const agent = await store.agentByEmail(account);
      const right = await passwords.verify(password, agent?.passwordHash ?? null);
      if (agent && !(right && agent.status === 'active')) noteRefusal(agent, place);
      if (!agent || !right || agent.status !== 'active') throw problem('bad_credentials');
      byAccount.forgive(account);
      byAddress.uncount(place.address); // not forgiven: whoever has one account must not guess at all others for ever
      return signIns.begin(agent, 'password', place);
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
      if (sessionId !== undefined) await signIns.end(sessionId, 'signed_out');
    },
    async changePassword(principal, { current, next }, address) {
      const found = await store.session(principal.sessionId);
      if (!found) throw problem('unauthenticated');
      const { agent } = found;
      const wrong = () => problem('bad_credentials', 'The present password is wrong.');
      require(byAccount.take(agent.email));
      if (!(await passwords.verify(current, agent.passwordHash))) throw wrong();
      byAccount.forgive(agent.email);
      passwords.require(next, [agent.email, agent.name]);
      if (next === current) throw problem('weak_password', 'The new password has to differ from the present one.');
      const ended = await store.changePassword(agent, agent.passwordHash, await passwords.hash(next), principal.sessionId, clock.now());
      if (!ended) throw wrong(); // somebody was quicker
      signIns.closeSockets(ended, 'password_changed');
      const party = { kind: 'agent', id: agent.id, name: agent.name };
      audit.record({ organisationId: agent.organisationId, actor: party, action: 'password.changed', target: party, address });
    },
  };
}
