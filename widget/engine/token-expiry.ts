/** `{id}.{seconds}.{HMAC}`: the other form in which a customer's server says who somebody is. */
const PLAIN = /^(.{1,128})\.(\d{1,12})\.[0-9a-f]{64}$/isu;

/** When a JWT or a plain statement ends, in ms since the epoch; null for what is none. */
export function expiryOf(token: string): number | null {
  const plain = PLAIN.exec(token);
  if (plain) return Number(plain[2]) * 1000;
  const exp = claimsOf(token)['exp'];
  return typeof exp === 'number' ? exp * 1000 : null;
}

/** Whom it speaks of; null for what is neither. Nobody is believed for it here: the server checks the signature. */
export function subjectOf(token: string): string | null {
  const plain = PLAIN.exec(token);
  if (plain) return plain[1]!;
  const sub = claimsOf(token)['sub'];
  return typeof sub === 'string' ? sub : null;
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return claims !== null && typeof claims === 'object' ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
