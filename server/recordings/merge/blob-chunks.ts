import { createHash } from 'node:crypto';
import { BlobMissing, type BlobStore } from '../../blobs/blobs.ts';
import type { ReadChunk } from './segment-stream.ts';

/** Reads chunks from a blob store. What is absent, or is not what was acknowledged, is told as lost (null). */
export function readChunksFrom(blobs: Pick<BlobStore, 'read'>): ReadChunk {
  return async (chunk) => {
    const hash = createHash('sha256');
    const parts: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const part of await blobs.read(chunk.key)) {
        bytes += (part as Buffer).length;
        if (bytes > chunk.bytes) return null;
        hash.update(part as Buffer);
        parts.push(part as Buffer);
      }
    } catch (error) {
      if (error instanceof BlobMissing) return null;
      throw error;
    }
    return hash.digest('hex') === chunk.sha256 ? Buffer.concat(parts) : null;
  };
}
