import { CLOSE } from '../../protocol/codes.ts';
import type { Page } from '../../protocol/http.ts';
import type { Agent, Role } from '../../protocol/shapes.ts';
import type { Audit } from '../audit/audit.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { SignIns } from '../auth/sign-ins.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Row } from '../store/tables.ts';
import type { AgentChange, TeamMoment, TeamStore } from './team.store.ts';

/** The people of an organisation. */
export interface Team {
  /** Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Agent>>;
  /** Throws `not_found`. */
  byId(organisationId: string, id: string): Promise<Agent>;
  /** Adds a colleague. Throws `forbidden` when an admin wishes for an owner, `weak_password`, `email_taken`. */
  add(principal: AgentPrincipal, wish: { name: string; email: string; password: string; role: Role }, address: string): Promise<Agent>;
  /**
   * Changes a colleague; a new role counts at once, and who is disabled is out at once. Throws `not_found`, `forbidden` (an admin
   * and an owner; one's own role or status), `last_owner`.
   */
  change(principal: AgentPrincipal, id: string, patch: AgentPatch, address: string): Promise<Agent>;
}

/** What can be wished of an agent. */
export interface AgentPatch {
  name?: string;
  role?: Role;
  status?: 'active' | 'disabled';
  capacity?: number | null;
}

/** What a team needs. */
export interface TeamParts {
  store: TeamStore;
  passwords: Passwords;
  signIns: Pick<SignIns, 'closeAccount'>;
  hub: Pick<Hub, 'close'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
}

/** Makes the use cases of a team. */
export function createTeam({ store, passwords, signIns, hub, audit, clock }: TeamParts): Team {
  return {
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id ?? '', limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(agentOnWire), next };
    },
    async byId(organisationId, id) {
      const row = await store.byId(organisationId, id);
      if (!row) throw problem('not_found');
      return agentOnWire(row);
    },
    async add(principal, { name, email, password, role }, address) {
      if (role === 'owner' && principal.role !== 'owner') throw problem('forbidden', 'Only an owner may add an owner.');
      passwords.require(password, [email, name]);
      const now = clock.now();
      const row = await store.insert({
        id: clock.id(), organisationId: principal.organisationId, email: email.trim().toLowerCase(), name: name.trim(),
        passwordHash: await passwords.hash(password), role, status: 'active', createdAt: now, updatedAt: now,
      });
      if (!row) throw problem('email_taken');
      audit.record({ organisationId: row.organisationId, actor: party(principal), action: 'agent.added', target: party(row), detail: { role }, address });
      return agentOnWire(row);
    },
    async change(principal, id, patch, address) {
      const { organisationId } = principal;
      const changed = await store.change(organisationId, { actor: principal.id, target: id }, clock.now(), (moment) => decide(moment, patch));
      if (!changed) throw problem('not_found');
      const { before, after } = changed;
      const note = (action: string, detail: Record<string, unknown> = {}) =>
        audit.record({ organisationId, actor: party(principal), action, target: party(after), detail, address });
      if (after.name !== before.name || after.capacity !== before.capacity) note('agent.changed', { name: after.name, capacity: after.capacity });
      if (after.role !== before.role) note('agent.role_changed', { from: before.role, to: after.role });
      if (after.status !== before.status) note(after.status === 'disabled' ? 'agent.disabled' : 'agent.restored');
      if (after.status === 'disabled') signIns.closeAccount(id, 'account_disabled');
      // A socket knows the role that it came with: it comes back at once, and learns the new one.
      else if (after.role !== before.role) hub.close(`agent:${id}`, CLOSE.goingAway, 'role_changed');
      return agentOnWire(after);
    },
  };
}

/** What to write for a wish, by how things stand; throws when it is not to be. */
function decide({ actor, target, otherOwners }: TeamMoment, { name, role = target.role, status = target.status, capacity }: AgentPatch): AgentChange {
  const ends = target.role === 'owner' && target.status === 'active' && (role !== 'owner' || status !== 'active');
  if (actor?.id === target.id && (role !== target.role || status !== target.status)) throw problem('forbidden', 'Nobody changes their own role, or disables themselves.');
  if (ends && otherOwners === 0) throw problem('last_owner');
  // Somebody may have been quicker, and the asker be an admin no more.
  if (actor?.status !== 'active' || actor.role === 'agent') throw problem('forbidden');
  if (actor.role !== 'owner' && (target.role === 'owner' || role === 'owner')) throw problem('forbidden', 'Only an owner may change an owner, or make one.');
  return { name: name?.trim() ?? target.name, role, status, capacity: capacity === undefined ? target.capacity : capacity };
}

function party({ id, name }: { id: string; name: string }): { kind: string; id: string; name: string } {
  return { kind: 'agent', id, name };
}

/** An agent as the wire shows it: no hash, and none of its own switches. */
export function agentOnWire({ id, organisationId, name, email, role, status, capacity, createdAt, lastSeenAt }: Row<'agents'>): Agent {
  return { id, organisationId, name, email, role, status, capacity, createdAt: rfc3339(createdAt), lastSeenAt: lastSeenAt === null ? null : rfc3339(lastSeenAt) };
}
