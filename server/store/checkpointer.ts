import type Sqlite from 'better-sqlite3';
import { startThread, type Thread } from '../start-thread.ts';

/** What a copy found: how many pages the log has, from its beginning. */
export interface CheckpointDone {
  log: number;
}

/** Copies SQLite's write-ahead log into the file while a crowd writes. */
export interface Checkpointer {
  /** About so many pages were added to the log. */
  wrote(pages: number): void;
  /** Lets the file go. */
  close(): Promise<void>;
}

// It holds a connection and nothing else.
const heapMegabytes = 64;
// Pages of 4 KiB. The thread copies after each so many; with so many in all the log is made to begin anew.
const copyAfter = 6_000;
const beginAnewAfter = 16_000;

/** Copies what little the thread left, unless the connection is in the middle of a transaction, which SQLite refuses: then another time. */
export function copyRest(connection: Sqlite.Database): void {
  try {
    if (!connection.inTransaction) connection.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // Whoever writes next meets the same error, and has somebody to tell.
  }
}

/**
 * Makes a checkpointer for a database that lies in `file`. The copy of a full log holds up whoever makes it for some twenty
 * milliseconds, more than once a second where thousands of messages come: so a thread of its own makes it, which is started when
 * there is a crowd for the first time. The log begins anew only with a write that finds all of it copied; `finish` is to copy the
 * little that was written meanwhile. Where the thread cannot be had, SQLite's own checkpoint at twice the size does its work.
 */
export function createCheckpointer(file: string, finish: () => void, start = startThread): Checkpointer {
  let worker: Thread | null = null;
  let pages = 0;
  let copying = false;
  let closed = false;

  const lost = () => {
    closed = true;
    worker = null;
  };
  const begin = () => {
    const thread = start(new URL('./checkpoint-worker.js', import.meta.url), file, heapMegabytes);
    thread.unref();
    thread.on('error', lost);
    thread.on('exit', lost);
    thread.on('message', ({ log }: CheckpointDone) => {
      copying = false;
      if (!closed && log > beginAnewAfter) finish();
    });
    return thread;
  };

  return {
    wrote(added) {
      pages += added;
      if (pages < copyAfter || copying || closed) return;
      pages = 0;
      copying = true;
      try {
        worker ??= begin();
      } catch {
        return lost();
      }
      worker.postMessage('copy');
    },
    async close() {
      closed = true;
      const thread = worker;
      if (!thread) return;
      const gone = new Promise((resolve) => thread.once('exit', resolve));
      thread.ref(); // the wait for it is to be waited for
      thread.postMessage('end');
      await gone;
    },
  };
}
