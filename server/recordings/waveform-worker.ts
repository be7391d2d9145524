// The main of a waveform's worker thread: takes one job as its workerData, answers with one message, and ends.
// Like server/main.ts it builds real adapters, because a blob store cannot cross into another thread.
import { OpusDecoder } from 'opus-decoder';
import { parentPort, workerData } from 'node:worker_threads';
import { openBlobs } from '../blobs/open-blobs.ts';
import { partKey } from './recording-keys.ts';
import { packetsOfMp4 } from './waveform-mp4.ts';
import { packetsOfWebm, waveformOf, type FileSound } from './waveform.ts';
import type { WaveformTask } from './waveform-runner.ts';

const { job, blobs: config } = workerData as WaveformTask;
const blobs = await openBlobs(config);
let failure: string | null = null;

async function* readAll(key: string): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const part of await blobs.read(key)) yield part as Uint8Array;
}

try {
  const files = (job.parts ?? [{ offsetMs: 0, durationMs: job.durationMs, mimeType: job.mimeType }]).map(({ offsetMs, durationMs, mimeType }, index): FileSound => {
    const key = partKey(job.mergedKey, index + 1);
    if (!/opus/.test(mimeType)) return { offsetMs, durationMs, packets: null };
    return { offsetMs, durationMs, packets: /^\w+\/mp4\b/.test(mimeType) ? packetsOfMp4(blobs, key) : packetsOfWebm(readAll(key)) };
  });
  const waveform = await waveformOf(files, {
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
