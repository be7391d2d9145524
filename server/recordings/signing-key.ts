import { createPrivateKey, createPublicKey, createHash, sign } from 'node:crypto';

/** The key by which the server vouches for recordings. */
export interface SigningKey {
  /** Its fingerprint (RFC 7638), which people compare. */
  keyId: string;
  /** Its public half, base64url: `x` of a JWK (RFC 8037). */
  x: string;
  /** Signs `payload` as a JWS in its compact form (RFC 7515), with the public key in its head. */
  sign(payload: object): string;
}

// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7).
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key of a seed: 32 bytes, base64url. Throws a TypeError for anything else. */
export function signingKey(seed: string): SigningKey {
  const bytes = Buffer.from(seed, 'base64url');
  if (bytes.length !== 32) throw new TypeError('The seed of a signing key has 32 bytes.');
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, bytes]), format: 'der', type: 'pkcs8' });
  const x = createPublicKey(key).export({ format: 'jwk' }).x!;
  const keyId = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  const head = encoded({ alg: 'EdDSA', kid: keyId, jwk: { kty: 'OKP', crv: 'Ed25519', x } });
  return {
    keyId, x,
    sign(payload) {
      const signed = `${head}.${encoded(payload)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
