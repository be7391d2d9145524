import type { BlobConfig } from '../blobs/blobs.ts';
import { createThreadJobs } from '../thread-jobs.ts';

/** One merged file and where its waveform is to lie. */
export interface WaveformJob {
  mergedKey: string;
  waveformKey: string;
  durationMs: number;
  /** Where it has several files: all of them, in order. */
  parts: readonly { offsetMs: number; durationMs: number; mimeType: string }[] | null;
  /** The type of the file where there is one. */
  mimeType: string;
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
  const jobs = createThreadJobs<WaveformTask, { failure: string | null }>({ name: 'waveform', main: new URL('./waveform-worker.js', import.meta.url), heapMegabytes });
  return {
    async run(job) {
      const { failure } = await jobs.run({ job, blobs });
      if (failure !== null) throw new Error(`The waveform failed: ${failure}`);
    },
    close: () => jobs.close(),
  };
}
