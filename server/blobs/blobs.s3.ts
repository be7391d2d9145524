import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand,
  GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { BlobMissing, checkBlobKey, checkBlobPrefix, type BlobConfig, type BlobStore } from './blobs.ts';
import { createPartWriter, type PartUpload } from './part-writer.ts';
import { presignedUrl } from './presign.ts';

const mebibyte = 1_048_576;
/** S3 wants parts of 5 MiB or more and at most 10,000 of them; two are held in memory at a time. */
const partBytes = 8 * mebibyte;
const maxParts = 10_000;
/** Of what is written piece by piece, four parts of this size at most are in memory: the first and the newest three. */
const written = { partBytes: 6 * mebibyte, held: 3 };
const dayMs = 86_400_000;
/** Whether this server can store is asked every second or so; what was left there, every hour at most. */
const sweepEveryMs = 3_600_000;

/**
 * Keeps blobs as private objects of one bucket of S3 or of a server that speaks its language (Ceph, MinIO, Garage, R2 …).
 * `check()` makes the bucket when it is missing. An upload that nobody ended is dropped by a `check()` once it is `abandonedAfterMs` old.
 *
 * Addresses are path style, and checksums are sent only where the protocol demands them: the newer trailing checksums are
 * not understood, or silently stored as content, by several compatible servers.
 */
export function createS3Blobs(options: Omit<Extract<BlobConfig, { kind: 's3' }>, 'kind'>, { abandonedAfterMs = dayMs } = {}): BlobStore {
  const { bucket: Bucket, encryption, signed } = options;
  let sweptAt = Number.NEGATIVE_INFINITY;
  const encrypted = encryption && {
    ServerSideEncryption: encryption.algorithm,
    ...(encryption.algorithm === 'aws:kms' && encryption.keyId !== undefined ? { SSEKMSKeyId: encryption.keyId } : {}),
  };
  const amazon = `https://s3.${options.region}.amazonaws.com${options.region.startsWith('cn-') ? '.cn' : ''}`;
  const signedBase = signed ? (signed.endpoint ?? options.endpoint ?? amazon) : null;
  const client = new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    region: options.region,
    forcePathStyle: true,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A request that is stuck must not hold a call's chunks back for ever: the SDK tries it again, three times in all.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  });

  async function putObject(Key: string, Body: Uint8Array, ContentType: string) {
    checkBlobKey(Key);
    return await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ContentLength: Body.byteLength, ...encrypted }));
  }

  async function beginParts(Key: string, ContentType: string): Promise<PartUpload> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType, ...encrypted }));
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    return {
      async part(PartNumber, Body) {
        const sent = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.byteLength }));
        parts.push({ PartNumber, ETag: sent.ETag });
      },
      async complete() {
        parts.sort((a, b) => a.PartNumber - b.PartNumber);
        await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
      },
      abort: () => abortUpload(Key, UploadId),
    };
  }

  async function abortUpload(Key: string | undefined, UploadId: string | undefined) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
  }

  async function uploadParts(key: string, file: FileHandle, size: number, contentType: string) {
    const upload = await beginParts(key, contentType);
    const length = Math.max(partBytes, Math.ceil(size / maxParts / mebibyte) * mebibyte);
    let next = 0;
    const uploadNext = async () => {
      for (let index = next++; index * length < size; index = next++) {
        await upload.part(index + 1, await readExactly(file, index * length, Math.min(length, size - index * length)));
      }
    };
    const lanes = [uploadNext(), uploadNext()];
    try {
      await Promise.all(lanes);
      await upload.complete();
    } catch (error) {
      next = Number.POSITIVE_INFINITY;
      // A part that arrives after the abort would stay, unseen and paid for: wait for the other lane.
      await Promise.allSettled(lanes);
      await upload.abort().catch(() => undefined);
      throw error;
    }
  }

  /** Drops the parts of uploads that nobody goes on with; `now` is the server's own time. */
  async function sweepUploads(now: number) {
    if (now < sweptAt + sweepEveryMs) return;
    sweptAt = now;
    try {
      let at: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | null = {};
      while (at) {
        const page: Awaited<ReturnType<typeof listUploads>> = await listUploads(at);
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          if (Initiated && Initiated.getTime() < now - abandonedAfterMs) await abortUpload(Key, UploadId);
        }
        at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
      }
    } catch (error) {
      // A key may lack the right to list them, a server the call: then the bucket's lifecycle rule does it (docs/operating.md).
      const status = statusOf(error);
      if (status !== 403 && status !== 405 && status !== 501) throw error;
    }
  }

  const listUploads = (markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined }) =>
    client.send(new ListMultipartUploadsCommand({ Bucket, ...markers }));

  async function* objects(Prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
      for (const object of page.Contents ?? []) yield { key: object.Key!, bytes: object.Size ?? 0 };
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async function deleteObject(Key: string) {
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }

  return {
    async put(key, bytes, { contentType }) {
      await putObject(key, bytes, contentType);
    },

    async putFile(key, path, { contentType }) {
      checkBlobKey(key);
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        if (size <= partBytes) await putObject(key, await readExactly(file, 0, size), contentType);
        else await uploadParts(key, file, size, contentType);
      } finally {
        await file.close();
      }
      await unlink(path);
    },

    async openWrite(key, { contentType }) {
      checkBlobKey(key);
      return createPartWriter({
        ...written, target: { whole: async (bytes) => void (await putObject(key, bytes, contentType)), begin: () => beginParts(key, contentType) },
      });
    },

    async head(key) {
      checkBlobKey(key);
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket, Key: key }));
        return { bytes: found.ContentLength ?? 0, contentType: found.ContentType ?? 'application/octet-stream' };
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },

    async read(key, range) {
      checkBlobKey(key);
      if (range && range.start >= range.end) {
        if ((await this.head(key)) === null) throw new BlobMissing(key);
        return Readable.from([]);
      }
      try {
        const found = await client.send(new GetObjectCommand({
          Bucket, Key: key, ...(range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {}),
        }));
        return found.Body as Readable; // in Node the SDK's body is the response itself
      } catch (error) {
        if (statusOf(error) === 404) throw new BlobMissing(key);
        if (statusOf(error) === 416) return Readable.from([]); // the range begins behind the blob's end
        throw error;
      }
    },

    async delete(key) {
      checkBlobKey(key);
      await deleteObject(key);
    },

    async deletePrefix(prefix) {
      checkBlobPrefix(prefix, { empty: false });
      // One by one: the bulk call wants a Content-MD5 in some servers, which the SDK no longer sends.
      const waiting: string[] = [];
      for await (const { key } of objects(prefix)) {
        waiting.push(key);
        if (waiting.length === 16) await Promise.all(waiting.splice(0).map(deleteObject));
      }
      await Promise.all(waiting.map(deleteObject));
    },

    list(prefix) {
      checkBlobPrefix(prefix, { empty: true });
      return objects(prefix);
    },

    signedUrl(key, { now, seconds, contentType, disposition }) {
      checkBlobKey(key);
      if (signedBase === null) return null;
      const answer = { 'response-cache-control': 'private, no-store', 'response-content-disposition': disposition, 'response-content-type': contentType };
      return presignedUrl(`${signedBase.replace(/\/$/, '')}/${Bucket}/${key}`, options, { now, seconds, answer });
    },
    signedOrigin: signedBase === null ? null : new URL(signedBase).origin,

    async check() {
      try {
        try {
          // Not HeadBucket: its refusals come without the code that says why.
          await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
        } catch (error) {
          if (nameOf(error) !== 'NoSuchBucket') throw error;
          await client.send(new CreateBucketCommand({ Bucket }));
        }
        const put = await putObject('check', Buffer.from('check'), 'text/plain');
        const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'check' }));
        await deleteObject('check');
        if (encryption && put.ServerSideEncryption !== encryption.algorithm) {
          throw new Error(`it does not encrypt what it stores, although S3_SSE asks for ${encryption.algorithm}.`);
        }
        if (LastModified) await sweepUploads(LastModified.getTime());
      } catch (error) {
        const where = `the S3 bucket ${Bucket}${options.endpoint === undefined ? '' : ` at ${options.endpoint}`}`;
        throw new Error(`Cannot write into ${where}: ${explain(error)}`, { cause: error });
      }
    },

    async close() {
      client.destroy();
    },
  };
}

function explain(error: unknown): string {
  // Some servers call a key of the key service that they lack an unknown access key.
  if (error instanceof Error && /\bkms\b/i.test(error.message)) return `it does not encrypt as S3_SSE asks (${error.message}).`;
  switch (nameOf(error)) {
    case 'SignatureDoesNotMatch': return 'the secret key is wrong.';
    case 'InvalidAccessKeyId': return 'the access key is unknown there.';
    case 'AccessDenied': return 'this access key may not read and write there.';
    case 'TimeoutError': return 'the server does not answer.';
    default: {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') return `the server cannot be reached (${code}).`;
      return error instanceof Error && error.message !== '' ? error.message : nameOf(error);
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new Error('The file became shorter while it was being stored.');
    filled += bytesRead;
  }
  return bytes;
}
