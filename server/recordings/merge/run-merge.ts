import type { BlobConfig } from '../../blobs/blobs.ts';
import { MergeFailure, type MergeFailureCode, type MergeJob, type MergeResult, type MergeRunner } from './merge-runner.ts';
import { createThreadJobs } from '../../thread-jobs.ts';

/** What a worker is given. */
export interface WorkerTask {
  job: MergeJob;
  blobs: BlobConfig;
}

/** What a worker answers. */
export type WorkerAnswer =
  | { kind: 'merged'; result: MergeResult }
  | { kind: 'refused'; code: MergeFailureCode; message: string }
  | { kind: 'failed'; message: string };

/** A merge of four hours stays far below this; a worker that needs more than this is wrong, and must not take the server along. */
const heapMegabytes = 192;

/**
 * Runs merges in a worker thread, one at a time: a merge is work of seconds for the processor, and in the main thread it
 * would hold up every message.
 */
export function createMergeRunner({ blobs }: { blobs: BlobConfig }): MergeRunner {
  const jobs = createThreadJobs<WorkerTask, WorkerAnswer>({ name: 'merge', main: new URL('./worker.js', import.meta.url), heapMegabytes });
  return {
    async run(job) {
      const answer = await jobs.run({ job, blobs });
      if (answer.kind === 'merged') return answer.result;
      throw answer.kind === 'refused' ? new MergeFailure(answer.code, answer.message) : new Error(`The merge failed: ${answer.message}`);
    },
    close: () => jobs.close(),
  };
}
