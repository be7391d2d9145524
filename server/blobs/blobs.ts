import type { Readable } from 'node:stream';

/** A half-open stretch of bytes: the first that is wanted, and the first that is not. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What a store knows of a blob without reading it. */
export interface BlobHead {
  bytes: number;
  contentType: string;
}

/**
 * Keeps bytes under keys: chunks while a call runs, the merged recording afterwards. The folder on disk is the default, S3
 * the other; one contract (`blobs.contract.ts`) holds both to the sentences below.
 *
 * A key is made of segments of `A-Z a-z 0-9 . _ -` joined by `/`, at most 512 characters, no segment beginning with a dot;
 * any other key throws `InvalidBlobKey`, so that nothing that came over the wire can leave the store's root.
 */
export interface BlobStore {
  /**
   * Stores `bytes` under `key`, over whatever was there. When it resolves the bytes survive a power cut; until then a reader
   * sees the former value or the new one, never a part.
   */
  put(key: string, bytes: Uint8Array, options: { contentType: string }): Promise<void>;
  /** Stores a finished local file. After success the local file is gone; after a failure it is still there. */
  putFile(key: string, path: string, options: { contentType: string }): Promise<void>;
  /** Size and type, or null when there is no such blob. */
  head(key: string): Promise<BlobHead | null>;
  /** The blob, or the stretch of it that `range` names, cut at the blob's end. Rejects with `BlobMissing` when absent. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Removes a blob; harmless when there is none. */
  delete(key: string): Promise<void>;
  /** Removes every blob whose key begins with `prefix`, which ends with a slash; harmless when there is none. */
  deletePrefix(prefix: string): Promise<void>;
  /** Every blob whose key begins with `prefix` (empty, or ending with a slash), in byte order of the keys. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /** Writes and removes a small blob (S3: makes the bucket when it is missing); rejects with a sentence that an operator can act upon. */
  check(): Promise<void>;
  /** Lets connections go. Nothing may be called afterwards. */
  close(): Promise<void>;
}

/** Where blobs live, as plain data: it crosses into worker threads, which open a store of their own. */
export type BlobConfig =
  | { kind: 'disk'; folder: string }
  | {
      kind: 's3';
      /** Base address of an S3-compatible server; undefined means Amazon's own. */
      endpoint?: string | undefined;
      region: string;
      bucket: string;
      accessKeyId: string;
      secretAccessKey: string;
    };

/** There is no blob under this key. */
export class BlobMissing extends Error {
  readonly code = 'blob_missing';
  readonly key: string;
  constructor(key: string) {
    super(`There is no blob ${key}.`);
    this.name = 'BlobMissing';
    this.key = key;
  }
}

/** The key could lead outside the store, or cannot be written in every store. */
export class InvalidBlobKey extends Error {
  readonly code = 'invalid_blob_key';
  constructor(key: string) {
    super(`Not a blob key: ${JSON.stringify(key.slice(0, 100))}.`);
    this.name = 'InvalidBlobKey';
  }
}

const segment = '[A-Za-z0-9_-][A-Za-z0-9._-]*';
const keyPattern = new RegExp(`^${segment}(?:/${segment})*$`);
const prefixPattern = new RegExp(`^(?:${segment}/)+$`);

/** Throws `InvalidBlobKey` unless `key` is one that every store can hold. */
export function checkBlobKey(key: string): void {
  if (key.length > 512 || !keyPattern.test(key)) throw new InvalidBlobKey(key);
}

/** Throws `InvalidBlobKey` unless `prefix` is whole segments ending with a slash (or, where `empty` allows it, empty). */
export function checkBlobPrefix(prefix: string, options: { empty: boolean }): void {
  if (prefix === '' && options.empty) return;
  if (prefix.length > 512 || !prefixPattern.test(prefix)) throw new InvalidBlobKey(prefix);
}
