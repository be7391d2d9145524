import { CustomSource, EncodedPacketSink, Input, MP4, WEBM } from './containers.ts';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ByteRange } from '../../blobs/blobs.ts';
import { createBlockReader } from './block-reader.ts';
import type { FileKind } from './codecs.ts';

/** What an opened recording says of itself. */
export interface VerifiedRecording {
  durationMs: number;
  bytes: number;
  sha256: string;
  mimeType: string;
}

/** Duration may differ by the length of a last packet. */
const toleranceMs = 150;

/**
 * Opens a merged file again as a player would, and reads it through once for its hash and its packets: from where it is stored, so that
 * the hash is of the bytes that are there.
 * @throws when it is not what was written: then disk or code are at fault, and the chunks must be kept.
 */
export async function verifyRecording(
  file: { bytes: number; read(range?: ByteRange): Promise<Readable> },
  expected: { kind?: FileKind; packets: number; endMs: number },
): Promise<VerifiedRecording> {
  const hash = createHash('sha256');
  const reader = createBlockReader();
  const isMp4 = expected.kind === 'mp4';
  let bytes = 0;
  let packets = 0;
  for await (const part of await file.read()) {
    bytes += (part as Buffer).length;
    hash.update(part as Buffer);
    if (!isMp4) packets += reader.push(part as Buffer).length;
  }
  const source = new CustomSource({
    getSize: () => file.bytes, read: async (start, end) => await buffer(await file.read({ start, end })), prefetchProfile: 'fileSystem',
  });
  const input = new Input({ source, formats: [isMp4 ? MP4 : WEBM] });
  try {
    if (isMp4) packets = await packetsIn(input);
    // What a player shows, which counts the last packet's length; and what the packets themselves say.
    const stated = await input.getDurationFromMetadata();
    const durationMs = Math.round((stated ?? 0) * 1000);
    const lastMs = (await input.computeDuration()) * 1000;
    const mimeType = (await input.getMimeType()).replaceAll(' ', '').replaceAll('"', '');
    if (bytes !== file.bytes || packets !== expected.packets || reader.damages() > 0 || Math.abs(durationMs - expected.endMs) > toleranceMs || Math.abs(lastMs - expected.endMs) > toleranceMs) {
      throw new Error(`The merged file holds ${packets} packets and ${durationMs} ms in ${bytes} bytes, but ${expected.packets} and ${Math.round(expected.endMs)} in ${file.bytes} were written.`);
    }
    return { durationMs, bytes, sha256: hash.digest('hex'), mimeType };
  } finally {
    input.dispose();
  }
}

/** How many packets its index names; where they lie is not looked at. */
async function packetsIn(input: Input): Promise<number> {
  let packets = 0;
  for (const track of await input.getTracks()) {
    for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true })) packets += packet ? 1 : 0;
  }
  return packets;
}
