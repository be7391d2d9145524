import type { Stats } from 'node:fs';
import { copyFile, mkdir, open, readFile, readdir, rename, rm, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { threadId } from 'node:worker_threads';
import { BlobMissing, checkBlobKey, checkBlobPrefix, type BlobStore } from './blobs.ts';

/** The type that a blob has in the folder when nothing else is noted. Chunks use it: any other costs a second file. */
const plain = 'application/octet-stream';
const dayMs = 86_400_000;

/**
 * Keeps each blob in a file of its own below `folder`, which is made when needed.
 *
 * A value is written to `.tmp/`, synced, renamed into place, and the folder synced, so that a crash leaves the old value or
 * the new one. A content type other than `application/octet-stream` stands in a file `.<name>.type` beside the blob. Names
 * with a leading dot can be no key. A key cannot be the folder of another key.
 */
export function createDiskBlobs(options: { folder: string }): BlobStore {
  const root = resolve(options.folder);
  const temporary = join(root, '.tmp');
  let made = 0;

  const pathOf = (key: string) => {
    checkBlobKey(key);
    return join(root, key);
  };
  const typePathOf = (path: string) => join(dirname(path), `.${path.slice(dirname(path).length + 1)}.type`);

  /** Opens a file that nobody else has; other processes and threads may write into the same folder. */
  async function openTemporary() {
    for (;;) {
      const path = join(temporary, `${process.pid}-${threadId}-${++made}`);
      try {
        return { path, handle: await open(path, 'wx') };
      } catch (error) {
        if (codeOf(error) === 'ENOENT') await makeFolder(temporary);
        else if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  /** Renames `from` to `to` for good: both the entry and any folder made for it survive a power cut. */
  async function settle(from: string, to: string) {
    for (;;) {
      try {
        await rename(from, to);
        break;
      } catch (error) {
        // Either the folder is new, or a deletePrefix took it away between the two steps. A lost source ends in mkdir + ENOENT.
        if (codeOf(error) !== 'ENOENT' || (await statOrNull(from)) === null) throw error;
        await makeFolder(dirname(to));
      }
    }
    await syncFolder(dirname(to));
  }

  async function writeWhole(path: string, bytes: Uint8Array) {
    const file = await openTemporary();
    try {
      try {
        await file.handle.writeFile(bytes);
        await file.handle.sync();
      } finally {
        await file.handle.close();
      }
      await settle(file.path, path);
    } catch (error) {
      await unlink(file.path).catch(() => undefined);
      throw error;
    }
  }

  async function noteType(path: string, contentType: string) {
    if (contentType === plain) await unlinkIfThere(typePathOf(path));
    else await writeWhole(typePathOf(path), Buffer.from(contentType));
  }

  async function* walk(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    const entries = await readdir(join(root, prefix), { withFileTypes: true }).catch((error: unknown) => {
      if (isAbsence(error)) return [];
      throw error;
    });
    // A folder sorts as its keys do, with the slash: '-' and '.' come before it, digits and letters after.
    const names = entries.filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.endsWith('/')) {
        yield* walk(prefix + name);
      } else {
        const found = await statOrNull(join(root, prefix + name));
        if (found) yield { key: prefix + name, bytes: found.size };
      }
    }
  }

  return {
    async put(key, bytes, { contentType }) {
      const path = pathOf(key);
      await noteType(path, contentType);
      await writeWhole(path, bytes);
    },

    async putFile(key, path, { contentType }) {
      const target = pathOf(key);
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await noteType(target, contentType);
      try {
        await settle(path, target);
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error;
        await copyAcross(path, target);
        await unlink(path);
      }
    },

    async openWrite(key, { contentType }) {
      const target = pathOf(key);
      const file = await openTemporary();
      let open = true;
      const close = async () => {
        if (!open) return;
        open = false;
        await file.handle.close();
      };
      return {
        async write(position, bytes) {
          if (!open) throw new Error('This write has ended.');
          await writeAt(file.handle, bytes, position);
        },
        async finish() {
          if (!open) throw new Error('This write has ended.');
          await file.handle.sync();
          await close();
          await noteType(target, contentType);
          await settle(file.path, target);
        },
        async abort() {
          await close();
          await unlinkIfThere(file.path);
        },
      };
    },

    async head(key) {
      const path = pathOf(key);
      const found = await statOrNull(path);
      if (!found) return null;
      const contentType = await readFile(typePathOf(path), 'utf8').catch(() => plain);
      return { bytes: found.size, contentType };
    },

    async read(key, range) {
      const path = pathOf(key);
      const handle = await open(path, 'r').catch((error: unknown) => {
        throw isAbsence(error) ? new BlobMissing(key) : error;
      });
      try {
        const found = await handle.stat();
        if (!found.isFile()) throw new BlobMissing(key);
        const start = range?.start ?? 0;
        const end = Math.min(range?.end ?? found.size, found.size);
        if (start < end) return handle.createReadStream({ start, end: end - 1 });
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
      return Readable.from([]);
    },

    async delete(key) {
      const path = pathOf(key);
      await unlinkIfThere(path);
      await unlinkIfThere(typePathOf(path));
    },

    async deletePrefix(prefix) {
      checkBlobPrefix(prefix, { empty: false });
      await rm(join(root, prefix), { recursive: true, force: true });
    },

    list(prefix) {
      checkBlobPrefix(prefix, { empty: true });
      return walk(prefix);
    },

    signedUrl: () => null,
    signedOrigin: null,

    async check() {
      try {
        await makeFolder(temporary);
        const file = await openTemporary();
        let written: Stats;
        try {
          await file.handle.writeFile('check');
          await file.handle.sync();
          written = await file.handle.stat();
        } finally {
          await file.handle.close();
          await unlink(file.path);
        }
        await sweep(written.mtimeMs - dayMs);
      } catch (error) {
        throw new Error(`Cannot write into the folder ${root} (${codeOf(error) ?? String(error)}). Give this user the right to write there, or choose another folder.`, { cause: error });
      }
    },

    async close() {
      await rmdir(temporary).catch(() => undefined);
    },
  };

  /** Moves between file systems: rename cannot. */
  async function copyAcross(from: string, to: string) {
    const file = await openTemporary();
    await file.handle.close();
    try {
      await copyFile(from, file.path);
      const handle = await open(file.path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await settle(file.path, to);
    } catch (error) {
      await unlinkIfThere(file.path);
      throw error;
    }
  }

  /** Removes what a crash left half-written. A day is longer than any write takes. */
  async function sweep(before: number) {
    for (const name of await readdir(temporary)) {
      const found = await statOrNull(join(temporary, name));
      if (found && found.mtimeMs < before) await unlinkIfThere(join(temporary, name));
    }
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number) {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Makes a folder and those above it, and syncs each folder that got a new entry. */
async function makeFolder(path: string) {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await syncFolder(dirname(folder));
}

async function syncFolder(path: string) {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isAbsence(error)) return null; // a deletePrefix was faster; then there is nothing to keep
    throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found : null;
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

async function unlinkIfThere(path: string) {
  await unlink(path).catch((error: unknown) => {
    if (!isAbsence(error)) throw error;
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}
