import type { Agent, Role } from '../../protocol/shapes.ts';
import { t } from '../texts/texts.ts';

/** A role's name in the language in use. */
export function roleName(role: Role): string {
  return t(role === 'owner' ? 'roleOwner' : role === 'admin' ? 'roleAdmin' : 'roleAgent');
}

/** What a role may do, in a sentence. */
export function roleText(role: Role): string {
  return t(role === 'owner' ? 'roleOwnerText' : role === 'admin' ? 'roleAdminText' : 'roleAgentText');
}

/** The roles that somebody of this role may give. */
export function rolesToGive(own: Role): readonly Role[] {
  if (own === 'owner') return ['agent', 'admin', 'owner'];
  return own === 'admin' ? ['agent', 'admin'] : [];
}

/** Whether somebody of this role may change a colleague: owners are changed by owners alone. */
export function mayChange(own: Role, colleague: Pick<Agent, 'role'>): boolean {
  return own === 'owner' || (own === 'admin' && colleague.role !== 'owner');
}
