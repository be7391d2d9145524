import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../blobs/blobs.ts';
import { readChunksFrom } from './blob-chunks.ts';
import { mergeRecording } from './merge.ts';
import type { MergeJob, MergeResult } from './merge-runner.ts';

/** Merges a job's chunks into a temporary file below `tempDir` and stores that under the job's key. */
export async function mergeAndStore(job: MergeJob, options: { blobs: BlobStore; tempDir: string }): Promise<MergeResult> {
  const { blobs, tempDir } = options;
  await mkdir(tempDir, { recursive: true });
  // Named for the recording: what a crash leaves behind, the next attempt writes over.
  const path = join(tempDir, `${job.recordingId.replaceAll(/[^A-Za-z0-9-]/g, '_')}.merge.webm`);
  try {
    const result = await mergeRecording({ job, readChunk: readChunksFrom(blobs), path });
    await blobs.putFile(job.outputKey, path, { contentType: result.mimeType });
    return result;
  } finally {
    await rm(path, { force: true });
  }
}
