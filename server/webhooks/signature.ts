import { createHmac } from 'node:crypto';

// Standard Webhooks 1.0 (https://www.standardwebhooks.com), symmetric signatures.

/** So many bytes a secret has; the specification asks for 24 to 64. */
export const secretBytes = 32;

/** Writes a secret as people get it. */
export function secretText(bytes: Buffer): string {
  return `whsec_${bytes.toString('base64')}`;
}

/** What is signed, and as which attempt. */
export interface Signed {
  /** The same for every attempt at an event; it holds no full stop, which separates what is signed. */
  id: string;
  /** Of this attempt, seconds since the epoch. */
  timestamp: number;
  body: string;
}

/** The value of `webhook-signature`: one signature for each secret, so that a receiver may know the old or the new one. */
export function signatureOf({ id, timestamp, body }: Signed, secrets: readonly string[]): string {
  return secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  }).join(' ');
}
