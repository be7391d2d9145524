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
 * How far back a `BlobWrite` may write over what it has written: anywhere in the first `head` bytes, and `behind` bytes before the
 * furthest that was written. What lies between may be on its way to the store.
 */
export const WRITABLE_AGAIN = { head: 5 * 1_048_576, behind: 10 * 1_048_576 } as const;

/** A blob that is being written, in pieces. Nobody sees it before `finish`. One call at a time. */
export interface BlobWrite {
  /** Puts bytes at a place, also over former ones as far as `WRITABLE_AGAIN` says. What no write covers is zero. */
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** The blob is whole, stands under its key over whatever was there, and survives a power cut. */
  finish(): Promise<void>;
  /** Forgets what was written; the key keeps what it had. Harmless after `finish`, after a failed one too, and when repeated. */
  abort(): Promise<void>;
}

/** What a browser shall be told of a blob that it reads by a signed URL. */
export interface SignedUrlOptions {
  /** When the URL begins to be valid, ms since the epoch, and for how many seconds. */
  now: number;
  seconds: number;
  contentType: string;
  disposition: string;
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
  /**
   * Begins a blob whose bytes come piece by piece: on disk in a temporary file, in S3 as a multipart upload that holds few parts in
   * memory and no file. What a crash leaves of it is removed by a `check()` a day later.
   */
  openWrite(key: string, options: { contentType: string }): Promise<BlobWrite>;
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
  /** A URL by which whoever has it reads the blob from the store itself, for a while; null where the store gives none. */
  signedUrl(key: string, options: SignedUrlOptions): string | null;
  /** The origin of those URLs; null where there are none. */
  readonly signedOrigin: string | null;
  /**
   * Writes and removes a small blob (S3: makes the bucket when it is missing), and removes what was left half-written for more than
   * a day; rejects with a sentence that an operator can act upon.
   */
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
      /** How the server shall encrypt what it stores; undefined leaves that to the bucket. */
      encryption?: S3Encryption | undefined;
      /** Browsers may read by signed URLs, at this base address; undefined: at `endpoint`. */
      signed?: { endpoint: string | undefined } | undefined;
    };

/** Encryption by the S3 server: with keys of its own, or with one of its key service (undefined: the bucket's default). */
export type S3Encryption = { algorithm: 'AES256' } | { algorithm: 'aws:kms'; keyId: string | undefined };

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
