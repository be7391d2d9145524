import type { ResetLinkAnswer } from '../../protocol/team.ts';
import { nobody, type Audit } from '../audit/audit.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Mail } from '../mail/mail.ts';
import type { Row } from '../store/tables.ts';
import { afterAnswerMs } from './auth.ts';
import { hashOfToken, newLinkToken, panelLink } from './link-tokens.ts';
import type { PasswordResetsStore } from './password-resets.store.ts';
import type { Passwords } from './passwords.ts';
import { preferencesOf } from './preferences.ts';
import type { AgentPrincipal } from './principal.ts';
import type { SignIns } from './sign-ins.ts';
import { createThrottle } from './throttle.ts';

const minute = 60_000;
/** How long a link for a new password is good, in ms. */
export const resetLinkMs = 60 * minute;

/** New passwords for those who forgot theirs (threats.md S25): the old one works until the link is used. */
export interface PasswordResets {
  /**
   * Mails a link if there is such an account. Says nothing either way, takes no time for it, and does the work after the answer.
   * Throws `rate_limited` after too many from one address; too many for one account are passed over in silence.
   */
  request(wish: { email: string; locale?: string | undefined }, address: string): void;
  /** Sets the password and ends all sign-ins and sockets of the account (S14). Throws `gone`, `weak_password`, `rate_limited`. */
  confirm(wish: { token: string; password: string }, address: string): Promise<void>;
  /** A link to hand over, for a colleague without mail. Throws `not_found`, `forbidden`, `conflict` for a disabled account. */
  handOver(principal: AgentPrincipal, agentId: string, address: string): Promise<ResetLinkAnswer>;
  /** Resolves when what was asked for is done. */
  settled(): Promise<void>;
}

/** Makes the use cases of new passwords. `ownOrigins`: the panel's. `throttled` is off only for load tests. */
export function createPasswordResets({ store, mail, passwords, signIns, audit, clock, ownOrigins, failed, throttled = true }: {
  store: PasswordResetsStore; mail: Pick<Mail, 'send'>; passwords: Passwords; signIns: SignIns; audit: Pick<Audit, 'record'>; clock: Clock;
  ownOrigins: () => readonly string[]; failed: (error: unknown, what: string) => void; throttled?: boolean;
}): PasswordResets {
  const requestsOfAccount = createThrottle({ clock, limit: 5, windowMs: 60 * minute });
  const requestsFrom = createThrottle({ clock, limit: 20, windowMs: 15 * minute });
  const confirmsFrom = createThrottle({ clock, limit: 30, windowMs: 15 * minute });
  const require = (wait: number) => {
    if (throttled && wait > 0) throw problem('rate_limited', undefined, wait);
  };
  const dead = () => problem('gone', 'This link was used before, has run out, or was never one.');
  const party = ({ id, name }: Row<'agents'>) => ({ kind: 'agent', id, name });

  const make = async ({ id, organisationId }: Row<'agents'>) => {
    const { token, hash } = newLinkToken(clock);
    const now = clock.now();
    await store.insert({ id: clock.id(), organisationId, agentId: id, tokenHash: hash, createdAt: now, expiresAt: now + resetLinkMs });
    return { link: panelLink(ownOrigins()[0]!, 'reset', token), expiresAt: now + resetLinkMs };
  };

  const answerRequest = async (account: string, locale: string | undefined, address: string) => {
    const agent = await store.agentByEmail(account);
    if (!agent || agent.status !== 'active') return;
    const { organisationId, name, email } = agent;
    const { link } = await make(agent);
    audit.record({ organisationId, actor: nobody, action: 'password.reset_requested', target: party(agent), address });
    await mail.send({ organisationId, kind: 'password_reset', to: email, locale: preferencesOf(agent).locale ?? locale, values: { name, link, minutes: resetLinkMs / minute } });
  };
  /** What waits for its moment; the end of the server makes it now. */
  const waiting = new Map<Timer, () => void>();
  const working = new Set<Promise<void>>();

  return {
    request({ email, locale }, address) {
      require(requestsFrom.take(address));
      const account = email.trim().toLowerCase();
      if (throttled && requestsOfAccount.take(account) > 0) return;
      const work = () => {
        waiting.delete(timer);
        const done: Promise<void> = answerRequest(account, locale, address).catch((error: unknown) => failed(error, 'password reset')).finally(() => void working.delete(done));
        working.add(done);
      };
      const timer = clock.after(afterAnswerMs, work);
      waiting.set(timer, work);
    },
    async confirm({ token, password }, address) {
      require(confirmsFrom.take(address));
      const hash = hashOfToken(token);
      const agent = await store.holder(hash, clock.now());
      if (!agent) throw dead();
      passwords.require(password, [agent.email, agent.name]);
      if (!(await store.use(hash, agent, await passwords.hash(password), clock.now()))) throw dead();
      confirmsFrom.forgive(address);
      signIns.closeAccount(agent.id, 'password_changed');
      audit.record({ organisationId: agent.organisationId, actor: party(agent), action: 'password.reset', target: party(agent), address });
    },
    async handOver(principal, agentId, address) {
      const { organisationId } = principal;
      const agent = await store.agent(organisationId, agentId);
      if (!agent) throw problem('not_found');
      if (agent.id === principal.id) throw problem('forbidden', 'Change your own password in your account; it asks for the present one.');
      if (agent.role === 'owner' && principal.role !== 'owner') throw problem('forbidden', 'Only an owner may do that for an owner.');
      if (agent.status !== 'active') throw problem('conflict', 'The account is disabled; restore it first.');
      const { link, expiresAt } = await make(agent);
      audit.record({ organisationId, actor: { kind: 'agent', id: principal.id, name: principal.name }, action: 'password.reset_link_made', target: party(agent), address });
      return { link, expiresAt: rfc3339(expiresAt) };
    },
    async settled() {
      for (const [timer, work] of waiting) {
        timer.cancel();
        work();
      }
      await Promise.all(working);
    },
  };
}
