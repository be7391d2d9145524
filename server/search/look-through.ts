import { writeCursor, type Place } from '../page-cursor.ts';

/** A list that can be asked for its rows' places, and for those of some rows that hold a text. */
export interface LookedThrough<Row> {
  /** Places of the next rows, in the list's order, whatever they hold. */
  places(after: Place | undefined, count: number): Promise<readonly Place[]>;
  /** Those of these rows that hold the text, in the list's order. */
  holding(ids: readonly string[]): Promise<readonly Row[]>;
  placeOf(row: Row): Place;
}

/** So many rows are looked at in one statement, during which on SQLite everybody waits. */
const atOnce = 200;
/** So many are looked at for one page. */
const mostRows = 1_500;

/**
 * A page of a list's rows that hold a text which the index cannot tell: it is too short or too frequent, or the index is behind.
 * Looks at the list row by row, and never at all of it: a page may hold less than `limit`, or nothing, and have a `next`.
 */
export async function lookThrough<Row>({ places, holding, placeOf }: LookedThrough<Row>, after: Place | undefined, limit: number): Promise<{ rows: Row[]; next: string | null }> {
  const rows: Row[] = [];
  let at = after;
  for (let looked = 0; ;) {
    const stretch = await places(at, atOnce);
    if (stretch.length > 0) rows.push(...await holding(stretch.map(({ id }) => id)));
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: writeCursor(placeOf(rows[limit - 1]!)) };
    if (stretch.length < atOnce) return { rows, next: null };
    at = stretch.at(-1)!;
    looked += stretch.length;
    if (looked >= mostRows) return { rows, next: writeCursor(at) };
    await new Promise(setImmediate);
  }
}
