import { FilePathSource, Input, WEBM } from 'mediabunny';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createBlockReader } from './block-reader.ts';

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
 * Opens a merged file again as a player would, and reads it through once for its hash and its packets.
 * @throws when it is not what was written: then disk or code are at fault, and the chunks must be kept.
 */
export async function verifyRecording(path: string, expected: { packets: number; endMs: number }): Promise<VerifiedRecording> {
  const hash = createHash('sha256');
  const reader = createBlockReader();
  let bytes = 0;
  let packets = 0;
  for await (const part of createReadStream(path, { highWaterMark: 262_144 })) {
    bytes += (part as Buffer).length;
    hash.update(part as Buffer);
    packets += reader.push(part as Buffer).length;
  }
  const input = new Input({ source: new FilePathSource(path), formats: [WEBM] });
  try {
    // What a player shows, which counts the last packet's length; and what the packets themselves say.
    const stated = await input.getDurationFromMetadata();
    const durationMs = Math.round((stated ?? 0) * 1000);
    const lastMs = (await input.computeDuration()) * 1000;
    const mimeType = (await input.getMimeType()).replaceAll(' ', '').replaceAll('"', '');
    if (packets !== expected.packets || reader.damages() > 0 || Math.abs(durationMs - expected.endMs) > toleranceMs || Math.abs(lastMs - expected.endMs) > toleranceMs) {
      throw new Error(`The merged file holds ${packets} packets and ${durationMs} ms, but ${expected.packets} and ${Math.round(expected.endMs)} were written.`);
    }
    return { durationMs, bytes, sha256: hash.digest('hex'), mimeType };
  } finally {
    input.dispose();
  }
}
