/**
 * What can be allowed, to which roles, and whether an API key can be given it as a scope. The table is the whole of it: what is not
 * in it nobody may. Routes name one of these (or `visitor`, `anyone`); finer points (an admin touching an owner) are the use cases'.
 */
export const PERMISSIONS = {
  'conversations:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'conversations:write': { roles: ['owner', 'admin', 'agent'], scope: true },
  'conversations:delete': { roles: ['owner', 'admin'], scope: true },
  'visitors:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'visitors:write': { roles: ['owner', 'admin', 'agent'], scope: true },
  'visitors:erase': { roles: ['owner', 'admin'], scope: true },
  'calls:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'calls:take': { roles: ['owner', 'admin', 'agent'], scope: false },
  /** Listening to colleagues' calls, and joining them. */
  'calls:join': { roles: ['owner', 'admin'], scope: false },
  'recordings:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'recordings:write': { roles: ['owner', 'admin', 'agent'], scope: false },
  'recordings:delete': { roles: ['owner', 'admin'], scope: true },
  /** A person answers for it by name: no key may. */
  'recordings:hold': { roles: ['owner', 'admin'], scope: false },
  'presence:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'sites:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'sites:write': { roles: ['owner', 'admin'], scope: true },
  'team:read': { roles: ['owner', 'admin', 'agent'], scope: true },
  'team:write': { roles: ['owner', 'admin'], scope: false },
  'webhooks:manage': { roles: ['owner', 'admin'], scope: true },
  'keys:manage': { roles: ['owner', 'admin'], scope: false },
  'reports:read': { roles: ['owner', 'admin'], scope: true },
  'audit:read': { roles: ['owner', 'admin'], scope: true },
  'settings:manage': { roles: ['owner', 'admin'], scope: false },
  /** One's own account: password, switches, sessions, saved filters. */
  'self': { roles: ['owner', 'admin', 'agent'], scope: false },
} as const satisfies Record<string, { roles: readonly ('owner' | 'admin' | 'agent')[]; scope: boolean }>;

/** Something that can be allowed. */
export type Permission = keyof typeof PERMISSIONS;

/** What an API key can be given. */
export const SCOPES = Object.entries(PERMISSIONS).filter(([, { scope }]) => scope).map(([name]) => name) as Permission[];

/** Whether a role has a permission. */
export function roleMay(role: 'owner' | 'admin' | 'agent', permission: Permission): boolean {
  return (PERMISSIONS[permission].roles as readonly string[]).includes(role);
}
