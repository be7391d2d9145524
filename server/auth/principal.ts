import type { Permission } from '../../protocol/permissions.ts';
import type { Role } from '../../protocol/shapes.ts';

/** A visitor of one site, known by a signed token. Its row exists from the first message or call on. */
export interface VisitorPrincipal {
  kind: 'visitor';
  id: string;
  name: string;
  organisationId: string;
  siteId: string;
  /** When the token runs out, ms since the epoch. */
  expiresAt: number;
}

/** Somebody of the team, known by an access token. */
export interface AgentPrincipal {
  kind: 'agent';
  id: string;
  name: string;
  organisationId: string;
  role: Role;
  /** The sign-in that the token came from; revoking it ends every token and socket of it. */
  sessionId: string;
  /** When the token runs out, ms since the epoch. */
  expiresAt: number;
}

/** A program of the organisation's, known by an API key. It speaks HTTP alone. */
export interface KeyPrincipal {
  kind: 'key';
  id: string;
  /** The key's name; what it writes is signed with it unless it says for which agent it writes. */
  name: string;
  organisationId: string;
  scopes: readonly Permission[];
}

/** Who may speak over the socket. Every look-up is by (organisationId, id): an id alone is never an authority. */
export type Principal = VisitorPrincipal | AgentPrincipal;

/** Who sees all of an organisation, as far as its permissions reach. */
export type StaffPrincipal = AgentPrincipal | KeyPrincipal;

/** Who may ask over HTTP. */
export type Asker = Principal | KeyPrincipal;
