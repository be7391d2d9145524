import type { Page } from '../../protocol/http.ts';
import type { Agent, Role } from '../../protocol/shapes.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Row } from '../store/tables.ts';
import type { TeamStore } from './team.store.ts';

/** The people of an organisation. */
export interface Team {
  /** Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Agent>>;
  /** Adds a colleague. Throws `forbidden` when an admin wishes for an owner, `weak_password`, `email_taken`. */
  add(principal: AgentPrincipal, wish: { name: string; email: string; password: string; role: Role }): Promise<Agent>;
}

/** Makes the use cases of a team. */
export function createTeam({ store, passwords, clock }: { store: TeamStore; passwords: Passwords; clock: Clock }): Team {
  return {
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id ?? '', limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(agentOnWire), next };
    },
    async add(principal, { name, email, password, role }) {
      if (role === 'owner' && principal.role !== 'owner') throw problem('forbidden', 'Only an owner may add an owner.');
      passwords.require(password, [email, name]);
      const now = clock.now();
      const row = await store.insert({
        id: clock.id(), organisationId: principal.organisationId, email: email.trim().toLowerCase(), name: name.trim(),
        passwordHash: await passwords.hash(password), role, status: 'active', createdAt: now, updatedAt: now,
      });
      if (!row) throw problem('email_taken');
      return agentOnWire(row);
    },
  };
}

/** An agent as the wire shows it: no hash, and none of its own switches. */
export function agentOnWire({ id, organisationId, name, email, role, status, capacity, createdAt, lastSeenAt }: Row<'agents'>): Agent {
  return { id, organisationId, name, email, role, status, capacity, createdAt: rfc3339(createdAt), lastSeenAt: lastSeenAt === null ? null : rfc3339(lastSeenAt) };
}
