/**
 * The SHA-256 that a Content-Digest header names (RFC 9530), as lower-case hex; null when there is none or it is malformed.
 * Digests of other algorithms beside it are passed over.
 */
export function sha256Of(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  const member = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?=,|$)/.exec(header);
  return member ? Buffer.from(member[1]!, 'base64').toString('hex') : null;
}
