import { customType, index, integer, primaryKey, sqliteTable, text as sqliteText, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { plainText } from './plain-text.ts';

/** Text of any length, see `plainText` for what is changed in it. `text<'open' | 'closed'>()` narrows the static type. */
function text<T extends string = string>() {
  return plainTextColumn().$type<T>();
}

const plainTextColumn = customType<{ data: string; driverData: string }>({ dataType: () => 'text', toDriver: plainText });

/** A UUIDv7 made by us, or another short key. */
function id() {
  return plainTextColumn();
}

/** A whole number up to 2^53. */
function int() {
  return integer();
}

/** Yes or no. */
function flag() {
  return integer({ mode: 'boolean' });
}

/** A moment: whole milliseconds since the Unix epoch. */
function when() {
  return integer();
}

/** A JSON value, read and written whole; nothing inside it can be asked for. */
function json<T>() {
  return sqliteText({ mode: 'json' }).$type<T>();
}

/** The vocabulary in which tables.ts is written, as SQLite spells it. */
export const sqliteColumns = { table: sqliteTable, id, text, int, flag, when, json, index, uniqueIndex, primaryKey };

/** What tables.ts may use. It is SQLite's flavour also for Postgres, whose columns have the same JavaScript values. */
export type Columns = typeof sqliteColumns;
