import type { Readable } from 'node:stream';
import type { File } from '../../protocol/shapes.ts';
import type { Asker } from '../auth/principal.ts';
import type { BlobStore, ByteRange } from '../blobs/blobs.ts';
import type { Clock, Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import type { DoomedFile } from '../store/doom-files.ts';
import { fileKind } from './file-kind.ts';
import { cleanFileName } from './file-name.ts';
import type { FileRow, FilesStore, Uploader } from './files.store.ts';
import { createScratch } from './scratch.ts';
import { createUploadQuota } from './upload-quota.ts';

/** What somebody sends, as its bytes come in. */
export interface Upload {
  /** As the uploader calls it. */
  name: string;
  /** Made by the uploader: the same again is the same file. */
  uploadId: string;
  bytes: Readable;
  /** How many it says there are, if it says so. */
  announced?: number | undefined;
  /** In lower-case hex, if it says so. */
  sha256?: string | undefined;
  /** What limits count as one address. */
  address: string;
}

/** A file to be read. */
export interface OpenFile {
  file: File;
  read(range?: ByteRange): Promise<Readable>;
}

/** Files that go with messages (threats.md S12, S13). Whoever may not see one gets `not_found`, as if it did not exist. */
export interface Files {
  /**
   * Keeps what comes in; durable when it resolves. `created` is false when the same was uploaded under this `uploadId` before.
   * Throws `too_large`, `rate_limited`, `forbidden` where visitors send no files, `conflict` for other bytes under the same
   * `uploadId` or when too many wait to be sent, `digest_mismatch`, `unprocessable` for an empty one.
   */
  upload(asker: Asker, upload: Upload): Promise<{ file: File; created: boolean }>;
  /** One that `asker` may see: of a conversation that it belongs to, or one of its own that is not sent yet. */
  open(asker: Asker, id: string): Promise<OpenFile>;
  /** Removes an own one that is not sent yet. */
  remove(asker: Asker, id: string): Promise<void>;
  /** Throws as `claim` would, as far as that can be known before there is a conversation. */
  claimable(asker: Asker, fileIds: readonly string[]): Promise<void>;
  /**
   * Gives own unsent files to the message `clientId` of a conversation; those that have it already are fine. Throws `not_found`
   * for one that is not there or somebody else's, `unprocessable` for one that went with another message, `forbidden` where visitors send none.
   */
  claim(claim: { asker: Asker; fileIds: readonly string[]; conversationId: string; clientId: string }): Promise<File[]>;
  /** Those of `asker` that are not sent yet. */
  unsent(asker: Uploader & { organisationId: string }): Promise<File[]>;
  /** Removes the bytes, then the rows, of what is doomed. What fails is tried again by a later sweep. */
  erase(doomed: readonly DoomedFile[]): Promise<void>;
  /** Removes what was never sent within a day, and what is doomed. */
  sweep(): Promise<void>;
  /** Sweeps soon, and every hour from now on. */
  start(): void;
  /** Begins nothing more; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** What files need. */
export interface FilesParts {
  store: FilesStore;
  blobs: Pick<BlobStore, 'putFile' | 'read' | 'delete'>;
  /** Where bytes lie while they come in; best on the file system of the blobs. */
  tempDir: string;
  sites: Pick<Sites, 'byId' | 'list'>;
  /** Throws `not_found` for whoever does not belong to the conversation. */
  member(asker: Asker, conversationId: string): Promise<unknown>;
  clock: Clock;
  /** False switches the quotas off, for load tests. */
  limited?: boolean;
  failed: (error: unknown, what: string) => void;
}

const mebibyte = 1_048_576;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A server that has just started has better things to do, ms. */
const firstMs = 30_000;
const batch = 500;
/** So many files of one uploader may wait to be sent. */
const maxUnsent = { visitor: 20, staff: 100 };

/** A file as the wire has it. */
function fileOnWire({ id, name, type, bytes, sha256, width, height }: Pick<FileRow, 'id' | 'name' | 'type' | 'bytes' | 'sha256' | 'width' | 'height'>): File {
  return { id, name, type, bytes, sha256, ...(width !== null && height !== null && { width, height }) };
}

/** The files that a message's data tells of. */
export function filesOf(data: Record<string, unknown> | null): File[] {
  return Array.isArray(data?.files) ? data.files as File[] : [];
}

/** Makes the use cases of files. They do nothing by themselves before `start`. */
export function createFiles({ store, blobs, tempDir, sites, member, clock, limited = true, failed }: FilesParts): Files {
  const scratch = createScratch({ folder: tempDir, clock });
  const quota = createUploadQuota({ clock });
  let timers: Timer[] = [];
  let working: Promise<void> | null = null;
  let closed = false;

  const uploaderOf = ({ kind, id }: Asker): Uploader => ({ kind: kind === 'key' ? 'bot' : kind, id });
  const rulesFor = async (asker: Asker): Promise<{ enabled: boolean; maxBytes: number }> => {
    if (asker.kind === 'visitor') {
      const site = await sites.byId(asker.organisationId, asker.siteId);
      if (!site) throw problem('not_found');
      const { files } = settingsOf(site.settings);
      return { enabled: files.enabled, maxBytes: files.maxMiB * mebibyte };
    }
    // The team writes to all sites, and in rooms of its own that have none.
    const { items } = await sites.list(asker.organisationId, { limit: 100 });
    return { enabled: true, maxBytes: Math.max(1, ...items.map(({ settings }) => settings.files.maxMiB)) * mebibyte };
  };
  const allowed = async (asker: Asker) => {
    const rules = await rulesFor(asker);
    if (!rules.enabled) throw problem('forbidden', 'Visitors of this site send no files.');
    return rules;
  };

  const same = (row: FileRow, sha256: string): { file: File; created: false } => {
    if (row.sha256 !== sha256) throw problem('conflict', 'Other bytes were uploaded under this key before.');
    return { file: fileOnWire(row), created: false };
  };
  const erase = async (doomed: readonly DoomedFile[]) => {
    for (const { id, blobKey } of doomed) {
      await blobs.delete(blobKey).then(() => store.remove(id)).catch((error: unknown) => failed(error, `removal of the file ${id}`));
    }
  };

  /** The rows of own files, in the order that was asked for. Each is unsent, or went with this message. */
  const ownRows = async (asker: Asker, fileIds: readonly string[], message: { conversationId: string; clientId: string } | null): Promise<FileRow[]> => {
    const rows = new Map((await store.own(asker.organisationId, uploaderOf(asker), fileIds)).map((row) => [row.id, row]));
    return fileIds.map((id) => {
      const row = rows.get(id);
      if (!row) throw problem('not_found', 'One of the files is not here, or not yours; those that nobody sends go after a day.');
      if (row.conversationId !== null && message && (row.conversationId !== message.conversationId || row.clientId !== message.clientId)) {
        throw problem('unprocessable', 'One of the files went with another message before; upload it again.');
      }
      return row;
    });
  };

  const sweep = async () => {
    const now = clock.now();
    for (;;) {
      const doomed = await store.sweep(now - dayMs, batch);
      await erase(doomed);
      // What could not be erased is among the next ones again: then later.
      if (closed || doomed.length < batch) break;
    }
    // Twice as old: within the first day it can be given to a message that is being written now.
    await erase(await store.sweepStray(now - 9 * dayMs, now - 2 * dayMs, batch));
    await scratch.sweep(now - dayMs);
  };
  const begin = (): Promise<void> => (working ??= sweep().catch((error: unknown) => failed(error, 'files')).finally(() => void (working = null)));

  return {
    async upload(asker, { name, uploadId, bytes, announced, sha256, address }) {
      const { organisationId } = asker;
      const uploader = uploaderOf(asker);
      const { maxBytes } = await allowed(asker);
      const tooLarge = () => problem('too_large', `A file has ${maxBytes / mebibyte} MiB at most here.`);
      if (announced !== undefined && announced > maxBytes) throw tooLarge();
      const before = await store.uploaded(organisationId, uploader, uploadId);
      const most = maxUnsent[asker.kind === 'visitor' ? 'visitor' : 'staff'];
      if (!before && (await store.unsent(organisationId, uploader)).length >= most) {
        throw problem('conflict', `${most} files wait to be sent; send them or remove some.`);
      }
      const grown = (files: number, more: number) => {
        const wait = limited ? quota.take({ kind: asker.kind, id: asker.id, address }, { files, bytes: more }) : 0;
        if (wait > 0) throw problem('rate_limited', 'So many files an hour are enough.', wait);
      };
      grown(1, 0);
      const kept = await scratch.keep(bytes, { maxBytes, tooLarge, grown: (more) => grown(0, more) });
      try {
        if (sha256 !== undefined && sha256 !== kept.sha256) throw problem('digest_mismatch');
        if (before) return same(before, kept.sha256);
        if (kept.bytes === 0) throw problem('unprocessable', 'The file is empty.');
        const id = clock.id();
        const blobKey = `files/${id}`;
        const { type, width = null, height = null } = fileKind(kept.head);
        // The row first: bytes that no row knows of would stay for ever.
        await store.begin({ id, organisationId, siteId: asker.kind === 'visitor' ? asker.siteId : '', blobKey, createdAt: clock.now() });
        await blobs.putFile(blobKey, kept.path, { contentType: 'application/octet-stream' });
        const facts = { uploadId, name: cleanFileName(name), type, bytes: kept.bytes, sha256: kept.sha256, width, height };
        if (await store.settle(id, uploader, facts)) return { file: fileOnWire({ id, ...facts }), created: true };
        await erase([{ id, blobKey }]);
        const first = await store.uploaded(organisationId, uploader, uploadId);
        if (!first) throw problem('conflict');
        return same(first, kept.sha256);
      } finally {
        await kept.discard();
      }
    },
    async open(asker, id) {
      const found = await store.find(asker.organisationId, id);
      if (!found) throw problem('not_found');
      const { file: row, message } = found;
      const { kind, id: uploaderId } = uploaderOf(asker);
      if (row.conversationId !== null && message && filesOf(message.data).some((file) => file.id === id)) {
        await member(asker, row.conversationId);
        if (asker.kind === 'visitor' && message.kind === 'note') throw problem('not_found');
      } else if (row.uploaderKind !== kind || row.uploaderId !== uploaderId) {
        throw problem('not_found');
      }
      return { file: fileOnWire(row), read: (range) => blobs.read(row.blobKey, range) };
    },
    async remove(asker, id) {
      const doomed = await store.doomOwn(asker.organisationId, uploaderOf(asker), id);
      if (!doomed) throw problem('not_found');
      await erase([doomed]);
    },
    async claimable(asker, fileIds) {
      await ownRows(asker, fileIds, null);
      await allowed(asker);
    },
    async claim({ asker, fileIds, conversationId, clientId }) {
      const message = { conversationId, clientId };
      const ids = [...new Set(fileIds)];
      const rows = await ownRows(asker, ids, message);
      const fresh = rows.filter((row) => row.conversationId === null).map(({ id }) => id);
      if (fresh.length > 0) {
        await allowed(asker);
        const bound = await store.bind(asker.organisationId, uploaderOf(asker), fresh, message);
        // Somebody was faster: the same message from another tab, or the sweep.
        if (bound.length < fresh.length) await ownRows(asker, ids, message);
      }
      return rows.map(fileOnWire);
    },
    unsent: async ({ organisationId, kind, id }) => (await store.unsent(organisationId, { kind, id })).map(fileOnWire),
    erase,
    sweep: begin,
    start() {
      timers = [clock.after(firstMs, () => void begin()), clock.every(hourMs, () => void begin())];
    },
    async close() {
      closed = true;
      for (const timer of timers) timer.cancel();
      await working;
    },
  };
}
