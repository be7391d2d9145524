import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { readCursor, type Place } from '../page-cursor.ts';
import { lookThrough } from './look-through.ts';

/** A list of so many rows, newest first, of which those hold the text that `holds` names; counts what it is asked. */
function listOf(count: number, holds: (at: number) => boolean) {
  const rows = Array.from({ length: count }, (_none, at): Place => ({ at: count - at, id: `r${at}` }));
  const looked: number[] = [];
  return {
    rows, looked,
    page: (cursor: string | undefined, limit: number) => lookThrough({
      async places(after, most) {
        const from = after ? rows.findIndex(({ id }) => id === after.id) + 1 : 0;
        return rows.slice(from, from + most);
      },
      async holding(ids) {
        looked.push(ids.length);
        return rows.filter(({ id }, at) => ids.includes(id) && holds(at));
      },
      placeOf: (row) => row,
    }, readCursor(cursor), limit),
  };
}

t.test('[H1][K10] a text that is nowhere is looked for in so many rows and no more, a few at a time, and `next` leads on', async (t) => {
  const list = listOf(10_000, (at) => at === 9_000);
  const first = await list.page(undefined, 50);
  t.strictSame(first.rows, []);
  t.type(first.next, 'string');
  t.ok(list.looked.reduce((sum, each) => sum + each) <= 2_000 && Math.max(...list.looked) <= 200, `looked at ${list.looked.join()}`);
  const found: Place[] = [];
  let pages = 1;
  for (let next: string | null = first.next; next !== null; pages++) {
    const page = await list.page(next, 50);
    found.push(...page.rows);
    next = page.next;
  }
  t.strictSame(found, [list.rows[9_000]]);
  t.ok(pages < 10, `${pages} pages`);
});

t.test('[K10] what is frequent is on the first page after one look', async (t) => {
  const list = listOf(10_000, (at) => at % 2 === 0);
  t.equal((await list.page(undefined, 50)).rows.length, 50);
  t.strictSame(list.looked, [200]);
});

t.test('[K5] pages of any size give each row that holds it once, in order', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(1_000), fc.uniqueArray(fc.nat(1_000), { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), async (count, holding, limit) => {
    const list = listOf(count, (at) => holding.includes(at));
    const found: Place[] = [];
    let cursor: string | undefined;
    do {
      const { rows, next } = await list.page(cursor, limit);
      assert.ok(rows.length <= limit);
      found.push(...rows);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(found, list.rows.filter((_row, at) => holding.includes(at)));
  }), { numRuns: 50 });
});
