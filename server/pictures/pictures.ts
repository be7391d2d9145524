import type { Readable } from 'node:stream';
import type { BlobStore } from '../blobs/blobs.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pictureKind, pictureLimits } from './picture-kind.ts';

/** A picture that is kept. */
export interface Picture {
  bytes: number;
  contentType: string;
  read(): Promise<Readable>;
}

/** Pictures that everybody may look at who knows their key: an unguessable one, another for each upload (threats.md S13). */
export interface Pictures {
  /** Keeps a picture and gives its key. Throws `too_large`, `unsupported_media_type`, and `unprocessable` for too many pixels. */
  keep(bytes: Uint8Array): Promise<string>;
  /** Harmless when there is none. */
  remove(key: string): Promise<void>;
  /** Throws `not_found`. */
  find(key: string): Promise<Picture>;
}

const keyPattern = /^[A-Za-z0-9_-]{32}$/;
const blobKey = (key: string) => `pictures/${key}`;

/** Keeps pictures in a blob store. */
export function createPictures({ blobs, clock }: { blobs: BlobStore; clock: Clock }): Pictures {
  return {
    async keep(bytes) {
      if (bytes.length > pictureLimits.bytes) throw problem('too_large', 'A picture has 512 KiB at most.');
      const kind = pictureKind(bytes);
      if (!kind) throw problem('unsupported_media_type', 'A picture is a PNG, a JPEG or a WebP.');
      if (kind.width > pictureLimits.side || kind.height > pictureLimits.side) {
        throw problem('unprocessable', `A picture has ${pictureLimits.side} pixels a side at most; this one has ${kind.width} × ${kind.height}.`);
      }
      const key = clock.random(24).toString('base64url');
      await blobs.put(blobKey(key), bytes, { contentType: kind.contentType });
      return key;
    },
    async remove(key) {
      if (keyPattern.test(key)) await blobs.delete(blobKey(key));
    },
    async find(key) {
      const head = keyPattern.test(key) ? await blobs.head(blobKey(key)) : null;
      if (!head) throw problem('not_found');
      return { ...head, read: () => blobs.read(blobKey(key)) };
    },
  };
}
