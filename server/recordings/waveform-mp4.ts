import { CustomSource, EncodedPacketSink, Input, MP4 } from './merge/containers.ts';
import { buffer } from 'node:stream/consumers';
import type { BlobStore } from '../blobs/blobs.ts';
import type { SoundPacket } from './waveform.ts';

/** The Opus packets of an MP4 file in a store; its index stands at its end, so that it is read in stretches. */
export async function* packetsOfMp4(blobs: Pick<BlobStore, 'head' | 'read'>, key: string): AsyncGenerator<SoundPacket, void, undefined> {
  const size = (await blobs.head(key))?.bytes ?? 0;
  const input = new Input({
    source: new CustomSource({ getSize: () => size, read: async (start, end) => await buffer(await blobs.read(key, { start, end })), prefetchProfile: 'fileSystem' }),
    formats: [MP4],
  });
  try {
    const track = await input.getPrimaryAudioTrack();
    const config = await track?.getDecoderConfig();
    if (!track || !config) return;
    const channels = config.numberOfChannels >= 2 ? 2 : 1;
    for await (const { timestamp, data } of new EncodedPacketSink(track).packets()) yield { timeMs: timestamp * 1000, channels, data };
  } finally {
    input.dispose();
  }
}
