import type { Agent } from '../../protocol/shapes.ts';
import type { Invitation } from '../../protocol/team.ts';
import { createStore } from '../../widget/engine/store.ts';
import { fakeApi } from './fake-session.ts';

/** Somebody of the team; `fields` replaces what matters to a test. */
export function agent(id: string, name: string, fields: Partial<Agent> = {}): Agent {
  return { id, organisationId: 'o1', name, email: `${name.toLowerCase()}@example.com`, role: 'agent', status: 'active', capacity: null, createdAt: '2026-01-01T00:00:00Z', lastSeenAt: '2026-11-20T08:00:00Z', ...fields };
}

/** Somebody who was asked to join; `fields` replaces what matters to a test. */
export function invitation(id: string, fields: Partial<Invitation> = {}): Invitation {
  return { id, email: `${id}@example.com`, name: null, role: 'agent', invitedBy: 'Ada', state: 'open', createdAt: '2026-11-20T08:00:00Z', expiresAt: '2026-11-27T08:00:00Z', ...fields };
}

/** A fake API with somebody of a role signed in. */
export function fakeApiOf(role: Agent['role'], answers: Record<string, unknown>): ReturnType<typeof fakeApi> {
  return { ...fakeApi(answers), account: createStore({ status: 'signed-in' as const, agent: agent('a1', 'Ada', { role }) }) };
}

/** A page of a list with nothing behind it. */
export const page = <T>(...items: T[]): { items: T[]; next: null } => ({ items, next: null });
