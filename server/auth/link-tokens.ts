import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** A secret for a link, and what is kept of it. */
export interface LinkToken {
  token: string;
  hash: string;
}

/** A new secret of 256 bits. */
export function newLinkToken(clock: Pick<Clock, 'random'>): LinkToken {
  const token = clock.random(32).toString('base64url');
  return { token, hash: hashOfToken(token) };
}

/** What is kept of a link's secret. A draw of 256 bits needs no salt and no slow hash. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** A link into the panel. The secret stands behind `#`, so that no server and no log sees it. */
export function panelLink(origin: string, page: 'invitation' | 'reset', token: string): string {
  return `${origin}/admin/#/${page}?token=${token}`;
}
