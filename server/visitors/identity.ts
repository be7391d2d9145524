import { createHmac } from 'node:crypto';
import { EMAIL_PATTERN } from '../../protocol/shapes.ts';
import { problem } from '../errors.ts';
import { equalTexts } from '../secrets.ts';
import { languageTag } from './animal-name.ts';

const emailPattern = new RegExp(EMAIL_PATTERN, 'u');

/** Who somebody is by the word of the customer's own server. */
export interface Identity {
  /** The customer's own id for the person. */
  externalId: string;
  name?: string;
  email?: string;
  locale?: string;
}

/** How far ahead a statement may end, in ms: whoever steals one has it for no longer. */
export const identityMs = 3_600_000;
/** How far the customer's clock may be off, in ms. */
export const skewMs = 60_000;

/**
 * Reads what the customer's server signed with the site's secret, in one of two forms: a JWT (RFC 7519) with HS256, or
 * `{externalId}.{seconds}.{HMAC-SHA256 of what stands before, in hex}`. Throws `unauthenticated` with the reason, and
 * `token_expired`. The reasons say nothing that the sender does not know.
 */
export function readIdentity(text: string, secret: string, now: number): Identity {
  const plain = /^(.{1,128})\.(\d{1,12})\.([0-9a-f]{64})$/isu.exec(text);
  return plain ? readPlain(plain[1]!, plain[2]!, plain[3]!, secret, now) : readJwt(text, secret, now);
}

const wrong = (why: string) => problem('unauthenticated', `The identity is not usable: ${why}.`);

function readPlain(externalId: string, seconds: string, mac: string, secret: string, now: number): Identity {
  if (!equalTexts(mac.toLowerCase(), createHmac('sha256', secret).update(`${externalId}.${seconds}`).digest('hex'))) throw wrong('its signature is not by the secret of this site');
  checkEnd(Number(seconds), now);
  return { externalId: checkedId(externalId) };
}

function readJwt(text: string, secret: string, now: number): Identity {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text);
  if (!parts) throw wrong('it is neither a JWT nor id, time and HMAC with dots between them');
  const [, head, body, signature] = parts;
  const header = json(head!);
  // What the token says of itself is not asked, only refused when it is something else (RFC 8725, 3.1).
  if (header?.alg !== 'HS256' || 'crit' in header) throw wrong('it has to be signed with HS256');
  if (!equalTexts(signature!, createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url'))) throw wrong('its signature is not by the secret of this site');
  const claims = json(body!);
  if (!claims) throw wrong('its claims are no JSON object');
  if (typeof claims.sub !== 'string') throw wrong('the claim sub has to be a text');
  if (typeof claims.exp !== 'number' || !Number.isFinite(claims.exp)) throw wrong('the claim exp has to be a number of seconds');
  checkEnd(claims.exp, now);
  for (const name of ['iat', 'nbf'] as const) {
    const moment = claims[name];
    if (moment !== undefined && (typeof moment !== 'number' || moment * 1000 > now + skewMs)) throw wrong(`the claim ${name} lies in the future`);
  }
  const name = typeof claims.name === 'string' ? claims.name.trim().slice(0, 80).trim() : '';
  const email = typeof claims.email === 'string' ? claims.email.trim() : '';
  const locale = typeof claims.locale === 'string' ? languageTag(claims.locale) : null;
  return {
    externalId: checkedId(claims.sub),
    ...(name !== '' && { name }),
    ...(email.length <= 254 && emailPattern.test(email) && { email }),
    ...(locale !== null && { locale }),
  };
}

function checkedId(id: string): string {
  if (id.trim() === '' || [...id].length > 128) throw wrong('the id of the person has to have 1 to 128 characters');
  if (id.includes('\0') || /\p{Surrogate}/u.test(id)) throw wrong('the id of the person is no clean text');
  return id;
}

function checkEnd(seconds: number, now: number): void {
  if (seconds * 1000 <= now) throw problem('token_expired', 'The identity has expired; sign a new one.');
  if (seconds * 1000 > now + identityMs + skewMs) throw wrong('it may be good for an hour at most');
}

function json(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}
