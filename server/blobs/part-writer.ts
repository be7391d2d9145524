import type { BlobWrite } from './blobs.ts';

/** An object that comes into being part by part. */
export interface PartUpload {
  /** Sends one part; numbers count from 1, in any order. */
  part(number: number, bytes: Uint8Array): Promise<void>;
  /** Joins the parts. */
  complete(): Promise<void>;
  /** Drops what was sent. */
  abort(): Promise<void>;
}

/** The ways into an object store. */
export interface PartTarget {
  /** Stores an object at once. */
  whole(bytes: Uint8Array): Promise<void>;
  begin(): Promise<PartUpload>;
}

/**
 * Cuts what is written into parts of `partBytes` and sends them off, so that an object of any length passes through the memory of
 * few of them. The first part goes last: whoever writes media comes back to its beginning in the end, with its length. Of the others
 * the newest `held` wait here, because they may be written over. What fits into one part needs no parts.
 */
export function createPartWriter({ partBytes, held, target }: { partBytes: number; held: number; target: PartTarget }): BlobWrite {
  const parts = new Map<number, Buffer>([[0, Buffer.alloc(0)]]);
  let next = 1;
  let sent = 0;
  let end = 0;
  let upload: PartUpload | null = null;
  let state: 'open' | 'broken' | 'ended' = 'open';

  async function send(index: number, bytes: Uint8Array) {
    upload ??= await target.begin();
    await upload.part(index + 1, bytes);
    parts.delete(index);
  }

  /** The part, made whole when it is the one that comes next; those that are too many then go off, the oldest first. */
  async function part(index: number): Promise<Buffer> {
    for (; next <= index; next++) {
      if (parts.size > held) {
        sent += 1;
        await send(sent, parts.get(sent)!);
      }
      parts.set(next, Buffer.alloc(partBytes));
    }
    const found = parts.get(index);
    if (!found) throw new RangeError(`Byte ${index * partBytes} is on its way already.`);
    if (found.length > 0) return found;
    const first = Buffer.alloc(partBytes);
    parts.set(0, first);
    return first;
  }

  /** Whatever fails leaves the object unfinished for good. */
  async function guarded(work: () => Promise<void>) {
    if (state !== 'open') throw new Error('This write has ended.');
    state = 'broken';
    await work();
    state = 'open';
  }

  return {
    write: (position, bytes) => guarded(async () => {
      for (let done = 0; done < bytes.length;) {
        const at = position + done;
        const into = await part(Math.floor(at / partBytes));
        const piece = bytes.subarray(done, done + partBytes - (at % partBytes));
        into.set(piece, at % partBytes);
        done += piece.length;
        end = Math.max(end, at + piece.length);
      }
    }),
    finish: () => guarded(async () => {
      const cut = (index: number) => parts.get(index)!.subarray(0, Math.max(0, end - index * partBytes));
      if (next === 1) {
        await target.whole(cut(0));
      } else {
        for (let index = sent + 1; index < next; index++) await send(index, cut(index));
        await part(0);
        await send(0, cut(0));
        await upload!.complete();
      }
      upload = null;
      parts.clear();
    }).then(() => void (state = 'ended')),
    async abort() {
      state = 'ended';
      parts.clear();
      const unfinished = upload;
      upload = null;
      await unfinished?.abort();
    },
  };
}
