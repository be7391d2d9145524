import { EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget, WebMOutputFormat, type StreamTargetChunk } from './containers.ts';
import type { BlobWrite } from '../../blobs/blobs.ts';
import { silenceFor } from './codecs.ts';
import type { FilledBlock } from './fill.ts';
import type { LaidSource } from './lay.ts';
import type { FileSurvey } from './survey.ts';

/** What was written: packets, those of them that a recorder made, where the last one ends, and the length of the file. */
export interface Written {
  packets: number;
  media: number;
  endMs: number;
  bytes: number;
}

/** Shorter holes in the sound are jitter of a busy recorder, and players bridge them. */
const leastSilenceMs = 100;

/** The file's type, as it says of itself when it is opened. */
export function typeOf({ kind, audio, video }: FileSurvey): string {
  return `${video ? 'video' : 'audio'}/${kind};codecs=${[video?.config.codec, audio?.config.codec].filter((codec) => codec !== undefined).join(',')}`;
}

/** Writes the blocks, with silence where there is no sound, and at the end until `untilMs`. Counts what it wrote. */
export async function writeFile(options: {
  write: BlobWrite;
  file: FileSurvey;
  sources: readonly LaidSource[];
  blocks: AsyncIterable<FilledBlock>;
  untilMs: number;
}): Promise<Written> {
  const { file, sources } = options;
  const count: Written = { packets: 0, media: 0, endMs: 0, bytes: 0 };
  const sink = new WritableStream<StreamTargetChunk>({
    async write({ data, position }) {
      count.bytes = Math.max(count.bytes, position + data.length);
      await options.write.write(position, data);
    },
  });
  // The index of an MP4 stands behind its frames: before them it would have to be held in memory with all of them.
  const format = file.kind === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: false });
  const output = new Output({ format, target: new StreamTarget(sink, { chunked: true, chunkSize: 1_048_576 }) });
  const audio = file.audio ? { packets: new EncodedAudioPacketSource(file.audio.codec), config: file.audio.config } : null;
  const video = file.video ? { packets: new EncodedVideoPacketSource(file.video.codec), config: file.video.config } : null;
  if (video) output.addVideoTrack(video.packets);
  if (audio) output.addAudioTrack(audio.packets);
  const silence = file.audio && silenceFor(file.audio);
  const lastWithVideo = sources.findLastIndex((source) => source.header.video);

  let audioAt = 0;
  let audioEnd = 0;
  let videoAt = 0;
  let awaitsKey = true;
  let videoOpen = video !== null;

  async function addAudio(data: Uint8Array, atMs: number, durationMs: number) {
    if (!audio) return;
    // The muxer refuses times that go back; recorders do write equal ones and, after a stall, smaller ones.
    audioAt = Math.max(audioAt, atMs);
    const meta = { decoderConfig: audio.config };
    await audio.packets.add(new EncodedPacket(data, 'key', audioAt / 1000, durationMs / 1000), meta);
    audioEnd = Math.max(audioEnd, audioAt + durationMs);
    count.packets += 1;
    count.endMs = Math.max(count.endMs, audioEnd);
  }

  async function addSilence(toMs: number) {
    if (!silence || toMs - audioEnd <= leastSilenceMs) return;
    for (let left = Math.floor((toMs - audioEnd) / silence.durationMs); left > 0; left--) await addAudio(silence.data, audioEnd, silence.durationMs);
  }

  function closeVideo() {
    if (!videoOpen) return;
    video?.packets.close();
    videoOpen = false;
  }

  await output.start();
  try {
    for await (const { source, block, durationMs, broken, standby } of options.blocks) {
      const { header } = sources[source]!;
      if (broken) awaitsKey = true;
      // Otherwise the muxer would keep all further sound in memory, waiting for a picture.
      if (standby === undefined ? source > lastWithVideo : standby === 'end') closeVideo();
      if (block.track === header.audio?.track) {
        await addSilence(block.timeMs);
        await addAudio(block.data, block.timeMs, durationMs);
        count.media += 1;
      } else if (video && videoOpen && block.track === header.video?.track && (block.key || !awaitsKey)) {
        awaitsKey = false;
        videoAt = Math.max(videoAt, block.timeMs);
        const meta = { decoderConfig: video.config };
        await video.packets.add(new EncodedPacket(block.data, block.key ? 'key' : 'delta', videoAt / 1000, 0), meta);
        count.packets += 1;
        count.media += 1;
        count.endMs = Math.max(count.endMs, videoAt);
      }
    }
    if (count.media > 0) {
      closeVideo();
      await addSilence(options.untilMs);
    }
    if (count.media === 0) await output.cancel();
    else await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  }
  return count;
}
