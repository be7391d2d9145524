import type { BlobConfig } from '../blobs/blobs.ts';
import { startThread, type Thread } from '../start-thread.ts';

/** One merged file and where its waveform is to lie. */
export interface WaveformJob {
  mergedKey: string;
  waveformKey: string;
  durationMs: number;
}

/** What the thread is given. */
export interface WaveformTask {
  job: WaveformJob;
  blobs: BlobConfig;
}

/** Makes waveforms away from the main thread, one at a time. */
export interface WaveformRunner {
  /** Reads the file, and stores its waveform. Waits its turn. */
  run(job: WaveformJob): Promise<void>;
  /** Ends the job that runs and rejects those that wait. */
  close(): Promise<void>;
}

/** It holds one stretch of a file and four thousand numbers; a thread that needs more than this is wrong. */
const heapMegabytes = 128;

/** Runs waveforms in worker threads: two hours of sound are some twenty seconds for the processor. */
export function createWaveformRunner({ blobs }: { blobs: BlobConfig }): WaveformRunner {
  let closed = false;
  let thread: Thread | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const runNow = (job: WaveformJob): Promise<void> => new Promise((resolve, reject) => {
    if (closed) {
      reject(new Error('The waveform runner is closed.'));
      return;
    }
    const started = startThread(new URL('./waveform-worker.js', import.meta.url), { job, blobs } satisfies WaveformTask, heapMegabytes);
    thread = started;
    let answer: { failure: string | null } | null = null;
    let crash: Error | null = null;
    started.once('message', (message: { failure: string | null }) => (answer = message));
    started.once('error', (error: Error) => (crash = error));
    started.once('exit', (code) => {
      thread = null;
      if (answer?.failure === null) resolve();
      else reject(crash ?? new Error(answer ? `The waveform failed: ${answer.failure}` : `The waveform's thread ended with ${code}.`));
    });
  });

  return {
    run(job) {
      const run = turn.then(() => runNow(job));
      turn = run.catch(() => undefined);
      return run;
    },
    async close() {
      closed = true;
      await thread?.terminate();
      await turn;
    },
  };
}
