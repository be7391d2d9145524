import { problem } from './errors.ts';

/** Where a page of a list ended: the time that its last row sorts by (ms since the epoch), and its id. */
export interface Place {
  at: number;
  id: string;
}

/** A place as the text that clients give back. What is in it is nobody's business. */
export function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** The place that a cursor means; undefined without one, for the beginning. Throws `bad_request` for what none of our lists gave. */
export function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, at, id] = /^(\d{1,15}) ([\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const place = at !== undefined && id !== undefined && { at: Number(at), id };
  // Decoding skips whatever is no base64, so only the way back tells whether it was all ours.
  if (!place || writeCursor(place) !== cursor) throw problem('bad_request', 'The cursor is none of ours.');
  return place;
}

/** A page of what a list found when it asked for one row more than `limit`. `placeOf` gives the place of a row. */
export function pageOf<Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => Place): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? writeCursor(placeOf(page.at(-1)!)) : null };
}
