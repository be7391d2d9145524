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

/** Keeps the prepared statements of one connection. `before` is called before each, and told whether it changes anything. */
export function createStatements(connection: Sqlite.Database, before: (changes: boolean) => void): Statements {
  const prepared = new Map<string, Sqlite.Statement>();
  const prepare = (sql: string) => {
    let statement = prepared.get(sql);
    if (statement) {
      prepared.delete(sql);
    } else {
      statement = connection.prepare(sql);
      if (statement.reader) statement.raw(true);
      if (prepared.size >= keep) prepared.delete(prepared.keys().next().value!);
    }
    prepared.set(sql, statement); // the Map's order is the order of last use
    return statement;
  };
  return {
    run(sql, params, method) {
      // Their rows have another shape, and Postgres' builders have no such methods: a store that used them would work here only.
      if (method === 'get' || method === 'values') throw new Error(`Use \`await\` on the query instead of .${method}(), which only SQLite has.`);
      const statement = prepare(sql);
      before(!statement.readonly);
      if (statement.reader) return { rows: statement.all(params) };
      statement.run(params);
      return { rows: [] };
    },
    forget: () => prepared.clear(),
  };
}
