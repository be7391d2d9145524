// The main of a merge's worker thread: takes one job as its workerData, answers with one message, and ends.
// Like server/main.ts it builds real adapters, because a blob store cannot cross into another thread.
import { parentPort, workerData } from 'node:worker_threads';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { mergeAndStore } from './merge-and-store.ts';
import { MergeFailure } from './merge-runner.ts';
import type { WorkerAnswer, WorkerTask } from './run-merge.ts';

const { job, blobs: config, tempDir } = workerData as WorkerTask;
const blobs = await openBlobs(config);
let answer: WorkerAnswer;
try {
  answer = { kind: 'merged', result: await mergeAndStore(job, { blobs, tempDir }) };
} catch (error) {
  if (error instanceof MergeFailure) answer = { kind: 'refused', code: error.code, message: error.message };
  else answer = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
await blobs.close();
parentPort?.postMessage(answer);
