// The main of a merge's worker thread: takes one job as its workerData, answers with one message, and ends.
// Like server/main.ts it builds real adapters, because a blob store cannot cross into another thread.
import { parentPort, workerData } from 'node:worker_threads';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { readChunksFrom } from './blob-chunks.ts';
import { mergeRecording } from './merge.ts';
import { MergeFailure } from './merge-runner.ts';
import type { WorkerAnswer, WorkerTask } from './run-merge.ts';

const { job, blobs: config } = workerData as WorkerTask;
const blobs = await openBlobs(config);
let answer: WorkerAnswer;
try {
  answer = { kind: 'merged', result: await mergeRecording({ job, readChunk: readChunksFrom(blobs), blobs }) };
} catch (error) {
  if (error instanceof MergeFailure) answer = { kind: 'refused', code: error.code, message: error.message };
  else answer = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
await blobs.close();
parentPort?.postMessage(answer);
