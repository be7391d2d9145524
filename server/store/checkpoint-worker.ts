import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointDone } from './checkpointer.ts';
import { Sqlite } from './sqlite-driver.ts';

// The thread of `createCheckpointer`: a connection of its own, which copies when it is told to.
const connection = new Sqlite(workerData as string, { fileMustExist: true });
connection.pragma('wal_autocheckpoint = 0');

parentPort!.on('message', (word: 'copy' | 'end') => {
  if (word === 'end') {
    connection.close();
    parentPort!.close();
    return;
  }
  const copy = () => (connection.pragma('wal_checkpoint(PASSIVE)') as [CheckpointDone])[0];
  copy();
  // Once more what was written during the long one, so that next to nothing is left for the writer itself.
  const { log } = copy();
  parentPort!.postMessage({ log } satisfies CheckpointDone);
});
