import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';

/** Bytes that came in, in a file of their own. */
export interface Kept {
  path: string;
  bytes: number;
  /** In lower-case hex. */
  sha256: string;
  /** The first of them: enough to find out what they are. */
  head: Buffer;
  /** Removes the file unless it went somewhere else meanwhile. */
  discard(): Promise<void>;
}

/** What is watched while bytes come in. */
export interface KeepOptions {
  maxBytes: number;
  /** Made when there are more. */
  tooLarge: () => Error;
  /** Told of each piece before it is written; what it throws ends the upload. */
  grown: (more: number) => void;
}

/** A folder for bytes that come in: however large a file is, only a piece of it is in memory. */
export interface Scratch {
  /** Reads `source` to its end. Throws `bad_request` when it breaks off; what was written is gone then. */
  keep(source: Readable, options: KeepOptions): Promise<Kept>;
  /** Removes what a crash left behind before this moment, ms. */
  sweep(before: number): Promise<void>;
}

/** So many bytes are looked at to find out what a file is: room for a photo's profile and preview before its size. */
export const HEAD_BYTES = 256 * 1024;
const prefix = 'upload-';

/** Makes a scratch folder; it is made on disk with the first file. */
export function createScratch({ folder, clock }: { folder: string; clock: Pick<Clock, 'random'> }): Scratch {
  const pieces = async function* (source: Readable): AsyncIterable<Buffer> {
    // Not destroyed when we stop early: that would take the connection along, and the answer with it.
    const iterator = source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    try {
      yield* iterator;
    } catch {
      throw problem('bad_request', 'The upload broke off.');
    }
  };

  return {
    async keep(source, { maxBytes, tooLarge, grown }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${prefix}${clock.random(16).toString('hex')}`);
      const discard = () => rm(path, { force: true });
      const hash = createHash('sha256');
      const heads: Buffer[] = [];
      let [bytes, headBytes] = [0, 0];
      try {
        const file = await open(path, 'wx', 0o600);
        try {
          for await (const piece of pieces(source)) {
            bytes += piece.length;
            if (bytes > maxBytes) throw tooLarge();
            grown(piece.length);
            hash.update(piece);
            if (headBytes < HEAD_BYTES) {
              heads.push(Buffer.from(piece.subarray(0, HEAD_BYTES - headBytes)));
              headBytes += heads.at(-1)!.length;
            }
            await file.writeFile(piece);
          }
        } finally {
          await file.close();
        }
      } catch (error) {
        source.resume();
        await discard();
        throw error;
      }
      return { path, bytes, sha256: hash.digest('hex'), head: Buffer.concat(heads), discard };
    },
    async sweep(before) {
      const names = await readdir(folder).catch(() => []);
      for (const name of names.filter((one) => one.startsWith(prefix))) {
        const path = join(folder, name);
        const found = await stat(path).catch(() => null);
        if (found && found.mtimeMs < before) await rm(path, { force: true });
      }
    },
  };
}
