import type { Page } from '../../protocol/http.ts';
import type { Role } from '../../protocol/shapes.ts';
import type { Invitation, InvitationAnswer, InvitationLook } from '../../protocol/team.ts';
import type { Audit } from '../audit/audit.ts';
import { hashOfToken, newLinkToken, panelLink } from '../auth/link-tokens.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Place, SignedIn, SignIns } from '../auth/sign-ins.ts';
import { createThrottle } from '../auth/throttle.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Mail } from '../mail/mail.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Row } from '../store/tables.ts';
import type { InvitationsStore } from './invitations.store.ts';

const minute = 60_000;
/** How long an invitation is good, in ms. */
export const invitationMs = 7 * 24 * 60 * minute;

/** How people join the team. */
export interface Invitations {
  /** Newest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Invitation>>;
  /**
   * Invites somebody; an open invitation to the same address dies. Throws `email_taken` when there is such an account, `forbidden`
   * when an admin wishes for an owner.
   */
  invite(principal: AgentPrincipal, wish: { email: string; role: Role; name?: string | undefined; locale?: string | undefined }, address: string): Promise<InvitationAnswer>;
  /** A new link with a new end; the old one is dead. Throws `not_found`, `forbidden`, `conflict` when it was accepted or revoked, `email_taken`. */
  resend(principal: AgentPrincipal, id: string, locale: string | undefined, address: string): Promise<InvitationAnswer>;
  /** Makes an invitation worthless; twice is harmless. Throws `not_found`, `forbidden`, `conflict` when it was accepted. */
  revoke(principal: AgentPrincipal, id: string, address: string): Promise<void>;
  /** What whoever has the link may know. Throws `gone` for a link that is dead or was never one, `rate_limited`. */
  look(token: string, address: string): Promise<InvitationLook>;
  /** Makes the account and signs in, once. Throws `gone`, `weak_password`, `email_taken`, `rate_limited`. */
  accept(wish: { token: string; name: string; password: string }, place: Place): Promise<SignedIn>;
}

/** Makes the use cases of invitations. `ownOrigins`: the panel's. `throttled` is off only for load tests. */
export function createInvitations({ store, mail, passwords, signIns, audit, clock, ownOrigins, failed, throttled = true }: {
  store: InvitationsStore; mail: Pick<Mail, 'send'>; passwords: Passwords; signIns: SignIns; audit: Pick<Audit, 'record'>; clock: Clock;
  ownOrigins: () => readonly string[]; failed: (error: unknown, what: string) => void; throttled?: boolean;
}): Invitations {
  const wrongTokens = createThrottle({ clock, limit: 30, windowMs: 15 * minute });
  const take = (address: string) => {
    const wait = throttled ? wrongTokens.take(address) : 0;
    if (wait > 0) throw problem('rate_limited', undefined, wait);
  };
  const dead = () => problem('gone', 'This invitation was accepted or revoked, has run out, or was never one.');
  const party = ({ id, name }: AgentPrincipal) => ({ kind: 'agent', id, name });
  const target = ({ id, email }: Row<'invitations'>) => ({ kind: 'invitation', id, name: email });
  const mayGive = (principal: AgentPrincipal, role: Role) => {
    if (role === 'owner' && principal.role !== 'owner') throw problem('forbidden', 'Only an owner may invite an owner.');
  };
  const own = async (principal: AgentPrincipal, id: string) => {
    const row = await store.byId(principal.organisationId, id);
    if (!row) throw problem('not_found');
    mayGive(principal, row.role);
    return row;
  };
  const send = async (principal: AgentPrincipal, row: Row<'invitations'>, token: string, locale: string | undefined): Promise<InvitationAnswer> => {
    const { organisationId, email, role } = row;
    const link = panelLink(ownOrigins()[0]!, 'invitation', token);
    const organisation = await store.organisationName(organisationId);
    const { mailed } = await mail.send({ organisationId, kind: 'invitation', to: email, locale, values: { inviter: principal.name, organisation, role, link } })
      .catch((error: unknown) => {
        failed(error, 'invitation'); // the link is in the answer all the same
        return { mailed: false };
      });
    return { invitation: invitationOnWire(row, clock.now()), link, mailed };
  };

  return {
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id, limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map((row) => invitationOnWire(row, clock.now())), next };
    },
    async invite(principal, { email: written, role, name, locale }, address) {
      mayGive(principal, role);
      const email = written.trim().toLowerCase();
      if (await store.taken(email)) throw problem('email_taken');
      const { token, hash } = newLinkToken(clock);
      const now = clock.now();
      const row = await store.insert({
        id: clock.id(), organisationId: principal.organisationId, email, name: name?.trim() ?? null, role, tokenHash: hash, invitedById: principal.id,
        invitedByName: principal.name, createdAt: now, expiresAt: now + invitationMs,
      });
      audit.record({ organisationId: row.organisationId, actor: party(principal), action: 'invitation.created', target: target(row), detail: { role }, address });
      return send(principal, row, token, locale);
    },
    async resend(principal, id, locale, address) {
      const { email } = await own(principal, id);
      if (await store.taken(email)) throw problem('email_taken');
      const { token, hash } = newLinkToken(clock);
      const row = await store.renew(principal.organisationId, id, hash, clock.now() + invitationMs);
      if (!row) throw problem('conflict', 'The invitation was accepted or revoked; invite again.');
      audit.record({ organisationId: row.organisationId, actor: party(principal), action: 'invitation.resent', target: target(row), address });
      return send(principal, row, token, locale);
    },
    async revoke(principal, id, address) {
      const row = await own(principal, id);
      if (row.revokedAt !== null) return;
      if (!(await store.revoke(principal.organisationId, id, clock.now()))) throw problem('conflict', 'The invitation was accepted; disable the account instead.');
      audit.record({ organisationId: row.organisationId, actor: party(principal), action: 'invitation.revoked', target: target(row), address });
    },
    async look(token, address) {
      take(address);
      const row = await store.open(hashOfToken(token), clock.now());
      if (!row) throw dead();
      wrongTokens.forgive(address);
      const { email, name, invitedByName, role } = row;
      return { email, name, organisation: await store.organisationName(row.organisationId), invitedBy: invitedByName, role };
    },
    async accept({ token, name, password }, place) {
      take(place.address);
      const hash = hashOfToken(token);
      const row = await store.open(hash, clock.now());
      if (!row) throw dead();
      passwords.require(password, [row.email, name]);
      const passwordHash = await passwords.hash(password);
      const now = clock.now();
      const agent = await store.accept(hash, {
        id: clock.id(), organisationId: row.organisationId, email: row.email, name: name.trim(), passwordHash, role: row.role, status: 'active', createdAt: now, updatedAt: now,
      }, now);
      if (agent === 'gone') throw dead();
      if (agent === 'email_taken') throw problem('email_taken');
      wrongTokens.forgive(place.address);
      audit.record({
        organisationId: row.organisationId, actor: { kind: 'agent', id: agent.id, name: agent.name }, action: 'invitation.accepted', target: target(row),
        detail: { role: agent.role, how: 'password' }, address: place.address,
      });
      return signIns.begin(agent, 'invitation', place);
    },
  };
}

function invitationOnWire({ id, email, name, role, invitedByName, createdAt, expiresAt, acceptedAt, revokedAt }: Row<'invitations'>, now: number): Invitation {
  const state = acceptedAt !== null ? 'accepted' : revokedAt !== null ? 'revoked' : expiresAt <= now ? 'expired' : 'open';
  return { id, email, name, role, invitedBy: invitedByName, state, createdAt: rfc3339(createdAt), expiresAt: rfc3339(expiresAt) };
}
