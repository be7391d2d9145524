// The main of a waveform's worker thread: takes one job as its workerData, answers with one message, and ends.
// Like server/main.ts it builds real adapters, because a blob store cannot cross into another thread.
import { OpusDecoder } from 'opus-decoder';
import { parentPort, workerData } from 'node:worker_threads';
import { openBlobs } from '../blobs/open-blobs.ts';
import { waveformOf } from './waveform.ts';
import type { WaveformTask } from './waveform-runner.ts';

const { job, blobs: config } = workerData as WaveformTask;
const blobs = await openBlobs(config);
let failure: string | null = null;
try {
  const waveform = await waveformOf(await blobs.read(job.mergedKey), {
    durationMs: job.durationMs,
    async decoder(options) {
      const decoder = new OpusDecoder(options);
      await decoder.ready;
      return decoder;
    },
  });
  await blobs.put(job.waveformKey, Buffer.from(JSON.stringify(waveform)), { contentType: 'application/json' });
} catch (error) {
  failure = error instanceof Error ? error.message : String(error);
}
await blobs.close();
parentPort?.postMessage({ failure });
