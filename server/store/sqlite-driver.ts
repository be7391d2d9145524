/** The driver of SQLite, for the file's own connection and for the thread that copies its log. */
export { default as Sqlite } from 'better-sqlite3';
