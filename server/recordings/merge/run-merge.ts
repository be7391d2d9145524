import type { BlobConfig } from '../../blobs/blobs.ts';
import { MergeFailure, type MergeFailureCode, type MergeJob, type MergeResult, type MergeRunner } from './merge-runner.ts';
import { startThread, type Thread } from '../../start-thread.ts';

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
 * would hold up every message. Each job has a thread of its own, so that its memory goes with it.
 */
export function createMergeRunner(options: { blobs: BlobConfig }): MergeRunner {
  let worker: Thread | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  function runNow(job: MergeJob): Promise<MergeResult> {
    return new Promise((resolve, reject) => {
      if (closed) {
        reject(new Error('The merge runner is closed.'));
        return;
      }
      const task: WorkerTask = { job, blobs: options.blobs };
      const thread = startThread(new URL('./worker.js', import.meta.url), task, heapMegabytes);
      worker = thread;
      let answer: WorkerAnswer | null = null;
      let crash: Error | null = null;
      thread.once('message', (message: WorkerAnswer) => (answer = message));
      thread.once('error', (error: Error) => (crash = error));
      // Settled only when the thread is gone, so that two never run at a time.
      thread.once('exit', (code) => {
        worker = null;
        if (answer?.kind === 'merged') resolve(answer.result);
        else if (answer?.kind === 'refused') reject(new MergeFailure(answer.code, answer.message));
        else if (answer) reject(new Error(`The merge failed: ${answer.message}`));
        else reject(crash ?? new Error(closed ? 'The merge runner was closed.' : `The merge's thread ended with ${code}.`));
      });
    });
  }

  return {
    run(job) {
      const run = turn.then(() => runNow(job));
      turn = run.catch(() => undefined);
      return run;
    },
    async close() {
      closed = true;
      await worker?.terminate();
      await turn;
    },
  };
}
