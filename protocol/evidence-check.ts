// How a recording is checked without its server: by a command, and by a page that needs no network. Nothing is imported here.

/** What is found out about a recording and its manifest. */
export interface EvidenceReport {
  /** Whether the signature is that of the key which the manifest names (RFC 7515, RFC 8037). */
  signed: boolean;
  /** The fingerprint of that key (RFC 7638), to be compared with what the server's owner says. */
  keyId: string;
  /** Whether the key is the expected one; null when none was expected. */
  keyExpected: boolean | null;
  /** Whether the chain over the chunks ends where the manifest says. */
  chained: boolean;
  /** Whether every file that was given is one of the manifest's; null when none was given. */
  file: boolean | null;
  /** Which of the manifest's files were not given, counted from 1. */
  missing: number[];
  /** What was signed. Of no worth unless `signed`. */
  manifest: Evidence;
}

/** What a manifest says, as far as it is checked here; `protocol/evidence.ts` has the whole. */
export interface Evidence {
  version: number;
  recordingId: string;
  file: { sha256: string; bytes: number };
  /** Where there are several files: all, the first included. */
  parts?: readonly { sha256: string; bytes: number }[];
  segments: readonly { segment: number; chunks: readonly (readonly [seq: number, bytes: number, sha256: string])[] }[];
  chain: string;
  [more: string]: unknown;
}

/** The manifest cannot be read at all; the message is a sentence for people. */
export class EvidenceUnreadable extends Error {
  override name = 'EvidenceUnreadable';
}

/**
 * The end of the chain over all chunks, in the order of segments and numbers: each link is SHA-256 over the text
 * `<link before> <segment> <seq> <bytes> <sha256>`, the first `before` is the recording's id. Lower-case hex.
 */
export async function chainOf(recordingId: string, segments: Evidence['segments'], sha256: (text: string) => Promise<string> | string): Promise<string> {
  let link = recordingId;
  for (const { segment, chunks } of segments) {
    for (const [seq, bytes, digest] of chunks) link = await sha256(`${link} ${segment} ${seq} ${bytes} ${digest}`);
  }
  return link;
}

/**
 * Checks a manifest: its signature, its chain, and the files whose SHA-256 (lower-case hex) are given. `text` is what
 * `GET /v1/recordings/:id/manifest` answered, or the JWS alone. Throws `EvidenceUnreadable`.
 */
export async function checkEvidence({ text, fileSha256 = [], keyId }: { text: string; fileSha256?: string | readonly string[]; keyId?: string | undefined }): Promise<EvidenceReport> {
  const [head, payload, signature, more] = jwsOf(text).split('.');
  if (!head || !payload || !signature || more !== undefined) throw new EvidenceUnreadable('This is not a manifest: there is no signed part in it.');
  const { alg, jwk } = parsed(head) as { alg?: unknown; jwk?: { kty?: unknown; crv?: unknown; x?: unknown } };
  if (alg !== 'EdDSA' || jwk?.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') throw new EvidenceUnreadable('The manifest is signed in a way that is not known here.');
  const manifest = parsed(payload) as unknown as Evidence;
  if (manifest.version !== 1 || !Array.isArray(manifest.segments) || typeof manifest.file?.sha256 !== 'string') throw new EvidenceUnreadable('This is not a manifest of a recording, or one of a newer version.');
  const own = await thumbprint(jwk.x);
  const files = (Array.isArray(manifest.parts) && manifest.parts.length > 0 ? manifest.parts : [manifest.file]).map(({ sha256 }) => sha256);
  const given = typeof fileSha256 === 'string' ? [fileSha256] : fileSha256;
  return {
    signed: await verified(jwk.x, `${head}.${payload}`, signature),
    keyId: own,
    keyExpected: keyId === undefined || keyId.trim() === '' ? null : keyId.trim() === own,
    chained: await chained(manifest),
    file: given.length === 0 ? null : given.every((sha256) => files.includes(sha256)),
    missing: files.flatMap((sha256, index) => (given.includes(sha256) ? [] : [index + 1])),
    manifest,
  };
}

/** Whether everything that could be checked is as it should be. */
export function holds({ signed, keyExpected, chained, file }: EvidenceReport): boolean {
  return signed && chained && keyExpected !== false && file !== false;
}

/** The fingerprint of an Ed25519 key (RFC 7638, RFC 8037 appendix A.3): SHA-256 over its members in order, base64url. */
export async function thumbprint(x: string): Promise<string> {
  return toBase64Url(await digest(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`));
}

function jwsOf(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return trimmed;
  try {
    const { jws } = JSON.parse(trimmed) as { jws?: unknown };
    if (typeof jws === 'string') return jws;
  } catch { /* told below */ }
  throw new EvidenceUnreadable('This is not a manifest: there is no signed part in it.');
}

function parsed(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(part)));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch { /* told below */ }
  throw new EvidenceUnreadable('The manifest is damaged.');
}

/** What was not signed may have any shape. */
async function chained(manifest: Evidence): Promise<boolean> {
  try {
    return (await chainOf(manifest.recordingId, manifest.segments, sha256OfText)) === manifest.chain;
  } catch {
    return false;
  }
}

async function verified(x: string, signedText: string, signature: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x }, { name: 'Ed25519' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, fromBase64Url(signature), new TextEncoder().encode(signedText));
  } catch (error) {
    if (error instanceof EvidenceUnreadable || (error as Error).name !== 'NotSupportedError') return false;
    throw new EvidenceUnreadable('This browser knows no Ed25519 signatures; use a newer one, or the command.');
  }
}

const sha256OfText = async (text: string): Promise<string> => [...new Uint8Array(await digest(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const digest = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));

const toBase64Url = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new EvidenceUnreadable('The manifest is damaged.');
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}
