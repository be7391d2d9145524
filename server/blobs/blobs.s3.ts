import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateBucketCommand, CreateMultipartUploadCommand,
  DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { BlobMissing, checkBlobKey, checkBlobPrefix, type BlobStore } from './blobs.ts';

const mebibyte = 1_048_576;
/** S3 wants parts of 5 MiB or more and at most 10,000 of them; two are held in memory at a time. */
const partBytes = 8 * mebibyte;
const maxParts = 10_000;

/**
 * Keeps blobs as private objects of one bucket of S3 or of a server that speaks its language (Ceph, MinIO, Garage, R2 …).
 * `check()` makes the bucket when it is missing.
 *
 * Addresses are path style, and checksums are sent only where the protocol demands them: the newer trailing checksums are
 * not understood, or silently stored as content, by several compatible servers.
 */
export function createS3Blobs(options: {
  endpoint?: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}): BlobStore {
  const { bucket: Bucket } = options;
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
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ContentLength: Body.byteLength }));
  }

  async function uploadParts(Key: string, file: FileHandle, size: number, ContentType: string) {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType }));
    const length = Math.max(partBytes, Math.ceil(size / maxParts / mebibyte) * mebibyte);
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    let next = 0;
    const uploadNext = async () => {
      for (let index = next++; index * length < size; index = next++) {
        const Body = await readExactly(file, index * length, Math.min(length, size - index * length));
        const PartNumber = index + 1;
        const sent = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.byteLength }));
        parts.push({ PartNumber, ETag: sent.ETag });
      }
    };
    const lanes = [uploadNext(), uploadNext()];
    try {
      await Promise.all(lanes);
      parts.sort((a, b) => a.PartNumber - b.PartNumber);
      await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      next = Number.POSITIVE_INFINITY;
      // A part that arrives after the abort would stay, unseen and paid for: wait for the other lane.
      await Promise.allSettled(lanes);
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
      throw error;
    }
  }

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
    put: (key, bytes, { contentType }) => putObject(key, bytes, contentType),

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

    async check() {
      try {
        try {
          // Not HeadBucket: its refusals come without the code that says why.
          await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
        } catch (error) {
          if (nameOf(error) !== 'NoSuchBucket') throw error;
          await client.send(new CreateBucketCommand({ Bucket }));
        }
        await putObject('check', Buffer.from('check'), 'text/plain');
        await deleteObject('check');
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
