import { createHash } from 'node:crypto';
import type { Principal } from './auth/principal.ts';

/**
 * The id of a thing that `principal` makes, from one that its client chose: a repeated request finds the same thing, also after a
 * restart, and nobody can meet somebody else's by choosing. `kind` keeps things of different kinds apart. A UUIDv8 (RFC 9562 §5.8).
 */
export function ownId(principal: Principal, kind: string, clientId: string): string {
  const hash = createHash('sha256').update(JSON.stringify([principal.organisationId, principal.kind, principal.id, clientId, kind])).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
