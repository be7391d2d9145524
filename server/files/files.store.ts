import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, notExists, sql, type SQL } from 'drizzle-orm';
import { isUniqueViolation, type Database, type Queries } from '../store/database.ts';
import type { AuthorKind, Row, Tables } from '../store/tables.ts';

/** A file's row. */
export type FileRow = Row<'files'>;

/** Who uploaded a file. A key is a `bot`, as in what it writes. */
export interface Uploader {
  kind: AuthorKind;
  id: string;
}

/** Where a sent file belongs, and the message that it went with: null until that is written. */
export interface FileWithMessage {
  file: FileRow;
  message: Pick<Row<'messages'>, 'kind' | 'data'> | null;
}

/** A file whose bytes and row are to go. */
export type DoomedFile = Pick<FileRow, 'id' | 'blobKey'>;

/** The queries of files. */
export interface FilesStore {
  /** Notes that bytes are about to lie under `blobKey`: nobody's file, which is swept away unless `settle` comes. */
  begin(file: Pick<FileRow, 'id' | 'organisationId' | 'siteId' | 'blobKey' | 'createdAt'>): Promise<void>;
  /** The bytes are there: from now on it is its uploader's. False when the uploader used the `uploadId` before. */
  settle(id: string, uploader: Uploader, facts: Pick<FileRow, 'uploadId' | 'name' | 'type' | 'bytes' | 'sha256' | 'width' | 'height'>): Promise<boolean>;
  /** What somebody uploaded under this id of its own. */
  uploaded(organisationId: string, uploader: Uploader, uploadId: string): Promise<FileRow | null>;
  /** Those of somebody that wait to be sent, the oldest first. */
  unsent(organisationId: string, uploader: Uploader): Promise<FileRow[]>;
  /** Those of these files that somebody uploaded. */
  own(organisationId: string, uploader: Uploader, ids: readonly string[]): Promise<FileRow[]>;
  find(organisationId: string, id: string): Promise<FileWithMessage | null>;
  /** Gives unsent files of somebody to a message. The ids of those for which that went well. */
  bind(organisationId: string, uploader: Uploader, ids: readonly string[], message: { conversationId: string; clientId: string }): Promise<string[]>;
  /** Dooms one unsent file of somebody. Null when there is none. */
  doomOwn(organisationId: string, uploader: Uploader, id: string): Promise<DoomedFile | null>;
  /** Dooms what was uploaded before this moment and never sent, and gives so many of all that are doomed, the oldest first. */
  sweep(before: number, limit: number): Promise<DoomedFile[]>;
  /** The same for what was given to a message that never came, uploaded between the two moments. */
  sweepStray(after: number, before: number, limit: number): Promise<DoomedFile[]>;
  /** Removes the row. */
  remove(id: string): Promise<void>;
}

/**
 * Dooms files, in whatever transaction: they are nobody's and in no conversation from then on, nothing that could tell of a person
 * stays in the row, and the next sweep finds them, however long that takes.
 */
export async function doomFiles(q: Queries, { files }: Pick<Tables, 'files'>, which: SQL | undefined): Promise<DoomedFile[]> {
  return q.update(files).set({
    uploaderKind: 'system', uploaderId: sql`${files.id}`, uploadId: sql`${files.id}`, conversationId: null, clientId: null, name: '', createdAt: 0,
  }).where(which).returning({ id: files.id, blobKey: files.blobKey });
}

const first = <T>(rows: T[]): T | null => rows[0] ?? null;

/** Files in a database of either engine. */
export function createFilesStore({ q, tables }: Pick<Database, 'q' | 'tables'>): FilesStore {
  const { files, messages, organisations } = tables;
  const of = (organisationId: string, { kind, id }: Uploader) =>
    and(eq(files.organisationId, organisationId), eq(files.uploaderKind, kind), eq(files.uploaderId, id));
  return {
    async begin({ id, ...file }) {
      await q.insert(files).values({ id, ...file, uploaderKind: 'system', uploaderId: id, uploadId: id, name: '', type: '', bytes: 0, sha256: '' });
    },
    async settle(id, { kind, id: uploaderId }, facts) {
      try {
        await q.update(files).set({ ...facts, uploaderKind: kind, uploaderId }).where(and(eq(files.id, id), eq(files.uploaderId, id)));
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return false;
        throw error;
      }
    },
    uploaded: async (organisationId, uploader, uploadId) => first(await q.select().from(files).where(and(of(organisationId, uploader), eq(files.uploadId, uploadId)))),
    unsent: async (organisationId, uploader) =>
      q.select().from(files).where(and(of(organisationId, uploader), isNull(files.conversationId))).orderBy(asc(files.createdAt), asc(files.id)),
    own: async (organisationId, uploader, ids) => q.select().from(files).where(and(of(organisationId, uploader), inArray(files.id, [...ids]))),
    async find(organisationId, id) {
      const row = first(await q.select({ file: files, kind: messages.kind, data: messages.data }).from(files)
        .leftJoin(messages, and(eq(messages.clientId, files.clientId), eq(messages.conversationId, files.conversationId)))
        .where(and(eq(files.organisationId, organisationId), eq(files.id, id))));
      return row && { file: row.file, message: row.kind === null ? null : { kind: row.kind, data: row.data } };
    },
    bind: async (organisationId, uploader, ids, message) => (await q.update(files).set(message)
      .where(and(of(organisationId, uploader), inArray(files.id, [...ids]), isNull(files.conversationId))).returning({ id: files.id })).map(({ id }) => id),
    doomOwn: async (organisationId, uploader, id) =>
      first(await doomFiles(q, tables, and(of(organisationId, uploader), eq(files.id, id), isNull(files.conversationId)))),
    async sweep(before, limit) {
      // The moment stands in the same statement that dooms: what is sent at this very moment is not swept.
      await doomFiles(q, tables, and(isNull(files.conversationId), gt(files.createdAt, 0), lt(files.createdAt, before)));
      return q.select({ id: files.id, blobKey: files.blobKey }).from(files).where(and(isNull(files.conversationId), eq(files.createdAt, 0)))
        .orderBy(asc(files.id)).limit(limit);
    },
    async sweepStray(after, before, limit) {
      const doomed: DoomedFile[] = [];
      for (const { id } of await q.select({ id: organisations.id }).from(organisations)) {
        const stray = await q.select({ id: files.id }).from(files).where(and(
          eq(files.organisationId, id), gt(files.createdAt, after), lt(files.createdAt, before), isNotNull(files.conversationId),
          notExists(q.select({ one: sql`1` }).from(messages).where(and(eq(messages.clientId, files.clientId), eq(messages.conversationId, files.conversationId)))),
        )).limit(limit);
        if (stray.length > 0) doomed.push(...await doomFiles(q, tables, inArray(files.id, stray.map((row) => row.id))));
      }
      return doomed;
    },
    async remove(id) {
      await q.delete(files).where(eq(files.id, id));
    },
  };
}
