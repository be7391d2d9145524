/** When a JWT ends, in ms since the epoch; null for what is none. */
export function expiryOf(token: string): number | null {
  const exp = claimsOf(token)['exp'];
  return typeof exp === 'number' ? exp * 1000 : null;
}

/** Whom a JWT speaks of; null for what is none. Nobody is believed for it here: the server checks the signature. */
export function subjectOf(token: string): string | null {
  const sub = claimsOf(token)['sub'];
  return typeof sub === 'string' ? sub : null;
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')));
    return claims !== null && typeof claims === 'object' ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
