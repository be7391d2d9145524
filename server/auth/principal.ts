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

/** Who asks. Every look-up is by (organisationId, id): an id alone is never an authority. */
export type Principal = VisitorPrincipal | AgentPrincipal;
