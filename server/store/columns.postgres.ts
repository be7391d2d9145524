import { bigint, boolean, customType, index, pgTable, primaryKey, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Columns } from './columns.sqlite.ts';
import { plainText } from './plain-text.ts';

// The "C" collation compares bytes, as SQLite does, so that both engines sort and page alike.
const text = customType<{ data: string; driverData: string }>({ dataType: () => 'text COLLATE "C"', toDriver: plainText });

// `json`, not `jsonb`: it keeps the text, so that key order and \u0000 inside strings come back as with SQLite. The driver
// parses it; Drizzle's own json column would parse a second time and turn the string "1" into the number 1.
const json = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'json', toDriver: (value) => JSON.stringify(value) });

// Eight bytes for every whole number: sizes of recordings pass 2^31, and SQLite knows no narrower one either.
const int = () => bigint({ mode: 'number' });

/** The vocabulary in which tables.ts is written, as Postgres spells it. */
export const postgresColumns = {
  table: pgTable, id: () => text(), text: () => text(), int, flag: () => boolean(), when: int, json: () => json(), index, uniqueIndex, primaryKey,
  // The one cast between the flavours: same calls, same JavaScript values, other SQL. The contract suite holds it true.
} as unknown as Columns;
