/** Identifiers of the EBML elements that a recording's frame is made of (RFC 9559 §5), marker bits included. */
export const ebmlId = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  referenceBlock: 0xfb,
  cues: 0x1c53bb6b,
} as const;

/** The first bytes of an element: which it is, and where its content lies. */
export interface ElementHead {
  id: number;
  /** Bytes of identifier and size together. */
  headBytes: number;
  /** Bytes of content; null when the writer did not know it, as in a live stream. */
  contentBytes: number | null;
}

/**
 * Reads the head of the element at `at`. Gives `'short'` when the bytes end within it, and `'invalid'` when no element can
 * begin like that.
 */
export function readHead(bytes: Uint8Array, at: number): ElementHead | 'short' | 'invalid' {
  const first = bytes[at];
  if (first === undefined) return 'short';
  const idBytes = Math.clz32(first) - 23;
  if (idBytes > 4) return 'invalid';
  const lead = bytes[at + idBytes];
  if (lead === undefined) return 'short';
  const sizeBytes = Math.clz32(lead) - 23;
  if (sizeBytes > 8) return 'invalid';
  const headBytes = idBytes + sizeBytes;
  if (at + headBytes > bytes.length) return 'short';
  let id = 0;
  for (let n = 0; n < idBytes; n++) id = id * 256 + bytes[at + n]!;
  // The marker bit is not part of the size; all other bits set mean that the size is unknown.
  const mask = 0xff >> sizeBytes;
  let contentBytes = lead & mask;
  let unknown = contentBytes === mask;
  for (let n = 1; n < sizeBytes; n++) {
    const byte = bytes[at + idBytes + n]!;
    contentBytes = contentBytes * 256 + byte;
    unknown &&= byte === 0xff;
  }
  return { id, headBytes, contentBytes: unknown ? null : contentBytes };
}

/** Reads the unsigned integer that fills `bytes` from `at` to `end`; NaN when it is too large to be exact. */
export function readUint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let n = at; n < end; n++) value = value * 256 + bytes[n]!;
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

/** Where the next Cluster may begin: `at` is its first byte, and `sure` false when the bytes end before it can be told. */
export interface ClusterPlace {
  at: number;
  sure: boolean;
}

/**
 * Looks for a Cluster from `from` on, in bytes of which nothing is known. The four bytes of its identifier do occur within
 * media by chance (once in 4 GiB), so the timestamp that every Cluster begins with must follow. Gives null when there is
 * none and none begins in the last bytes.
 */
export function findCluster(bytes: Uint8Array, from: number): ClusterPlace | null {
  for (let at = bytes.indexOf(0x1f, from); at !== -1; at = bytes.indexOf(0x1f, at + 1)) {
    const sure = isCluster(bytes, at);
    if (sure !== false) return { at, sure: sure === true };
  }
  return null;
}

function isCluster(bytes: Uint8Array, at: number): boolean | 'unsure' {
  for (const [n, byte] of [0x1f, 0x43, 0xb6, 0x75].entries()) {
    if (at + n >= bytes.length) return 'unsure';
    if (bytes[at + n] !== byte) return false;
  }
  const cluster = readHead(bytes, at);
  if (cluster === 'invalid') return false;
  if (cluster === 'short') return 'unsure';
  const timestamp = readHead(bytes, at + cluster.headBytes);
  if (timestamp === 'short') return 'unsure';
  return timestamp !== 'invalid' && timestamp.id === ebmlId.timestamp && timestamp.contentBytes !== null && timestamp.contentBytes <= 8;
}
