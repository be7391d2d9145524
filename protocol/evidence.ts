import { Type, type Static } from 'typebox';
import { AuthorKind, Gap, PrincipalKind, RecordingPart, Timestamp } from './shapes.ts';

// What proves that a recording was not changed: a manifest that the server signs when it has merged the file.

/** Who agreed to be recorded, to which words, and when. */
const ConsentGiven = Type.Object({ by: PrincipalKind, id: Type.String(), granted: Type.Boolean(), textVersion: Type.String(), locale: Type.String(), at: Timestamp });
/** Of one recorder's stretch: each chunk as [seq, bytes, SHA-256 in hex], as it was when the server acknowledged it. */
const SegmentGiven = Type.Object({
  segment: Type.Integer(), recorder: Type.Object({ kind: AuthorKind, id: Type.String() }),
  /** Its sound is heard where the primary recording has none, and nowhere else. */
  standby: Type.Optional(Type.Boolean()),
  mimeType: Type.String(), startedAt: Timestamp,
  chunks: Type.Array(Type.Tuple([Type.Integer(), Type.Integer(), Type.String()])),
});

/** What is signed. `chain` is the end of a hash chain over all chunks in their order; `protocol/evidence-check.ts` says how. */
export const Manifest = Type.Object({
  version: Type.Literal(1),
  recordingId: Type.String(), callId: Type.String(), conversationId: Type.String(), organisationId: Type.String(),
  startedAt: Timestamp, endedAt: Type.Union([Timestamp, Type.Null()]), mergedAt: Timestamp,
  file: Type.Object({ mimeType: Type.String(), bytes: Type.Integer(), sha256: Type.String(), durationMs: Type.Integer() }),
  /** All files where there are several; `file` is then the first of them. */
  parts: Type.Optional(Type.Array(RecordingPart)),
  gaps: Type.Array(Gap),
  /** Where the sound is a standby's, ms of the file. */
  filled: Type.Optional(Type.Array(Type.Object({ fromMs: Type.Integer(), toMs: Type.Integer() }))),
  /** When somebody held the recording; null = until the call's end. */
  pauses: Type.Array(Type.Object({ from: Timestamp, to: Type.Union([Timestamp, Type.Null()]), by: PrincipalKind, id: Type.String() })),
  consents: Type.Array(ConsentGiven),
  segments: Type.Array(SegmentGiven),
  chain: Type.String(),
});

/** `jws` is what counts: a JWS (RFC 7515) of `manifest` by Ed25519 (RFC 8037), whose head holds the public key. */
export const ManifestAnswer = Type.Object({ keyId: Type.String(), manifest: Manifest, jws: Type.String() });

/** The server's public keys (RFC 7517), by their fingerprint (RFC 7638). */
export const SigningKeys = Type.Object({
  keys: Type.Array(Type.Object({ kid: Type.String(), kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Type.String(), use: Type.Literal('sig'), alg: Type.Literal('EdDSA') })),
});

export type Manifest = Static<typeof Manifest>;
export type ManifestAnswer = Static<typeof ManifestAnswer>;
export type SigningKeys = Static<typeof SigningKeys>;
