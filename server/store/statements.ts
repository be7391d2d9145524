import type Sqlite from 'better-sqlite3';

/** Runs SQL on a connection, preparing each text once. */
export interface Statements {
  /** `method` as Drizzle's proxy names it: `run` without rows, `all` with rows as arrays. */
  run(sql: string, params: unknown[], method: string): { rows: unknown[] };
  /** Drops what is prepared, before the connection closes. */
  forget(): void;
}

// Lists of ids make a text for each length; beyond this many the ones not used for longest go.
const keep = 500;

/** A statement that is about to run. */
interface Prepared {
  statement: Sqlite.Statement;
  /** Whether `before` wants to hear of it. */
  minded: boolean;
}

/**
 * Keeps the prepared statements of one connection. `before` is called before each that `minds` says yes to (asked once for a text),
 * and told whether it changes anything.
 */
export function createStatements(connection: Sqlite.Database, minds: (sql: string) => boolean, before: (changes: boolean) => void): Statements {
  const prepared = new Map<string, Prepared>();
  const prepare = (sql: string) => {
    let found = prepared.get(sql);
    if (found) {
      prepared.delete(sql);
    } else {
      found = { statement: connection.prepare(sql), minded: minds(sql) };
      if (found.statement.reader) found.statement.raw(true);
      if (prepared.size >= keep) prepared.delete(prepared.keys().next().value!);
    }
    prepared.set(sql, found); // the Map's order is the order of last use
    return found;
  };
  return {
    run(sql, params, method) {
      // Their rows have another shape, and Postgres' builders have no such methods: a store that used them would work here only.
      if (method === 'get' || method === 'values') throw new Error(`Use \`await\` on the query instead of .${method}(), which only SQLite has.`);
      const { statement, minded } = prepare(sql);
      if (minded) before(!statement.readonly);
      if (statement.reader) return { rows: statement.all(params) };
      statement.run(params);
      return { rows: [] };
    },
    forget: () => prepared.clear(),
  };
}
