import type { BlobConfig, BlobStore } from './blobs.ts';

/** Opens the store that the configuration names. The AWS SDK is loaded only for S3: it costs 60 MB of memory. */
export async function openBlobs(config: BlobConfig): Promise<BlobStore> {
  if (config.kind === 'disk') {
    const { createDiskBlobs } = await import('./blobs.disk.ts');
    return createDiskBlobs(config);
  }
  const { createS3Blobs } = await import('./blobs.s3.ts');
  return createS3Blobs(config);
}
