import { sql, type SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { Row, Tables } from './tables.ts';

/** A file whose bytes and row are to go. */
export type DoomedFile = Pick<Row<'files'>, 'id' | 'blobKey'>;

/**
 * Dooms files, in whatever transaction their conversation or uploader ends: they are nobody's and in no conversation from then on,
 * nothing that could tell of a person stays in the row, and the next sweep of server/files/ finds them, however long that takes.
 */
export async function doomFiles(q: Queries, { files }: Pick<Tables, 'files'>, which: SQL | undefined): Promise<DoomedFile[]> {
  return q.update(files).set({
    uploaderKind: 'system', uploaderId: sql`${files.id}`, uploadId: sql`${files.id}`, conversationId: null, clientId: null, name: '', createdAt: 0,
  }).where(which).returning({ id: files.id, blobKey: files.blobKey });
}
