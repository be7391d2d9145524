import { EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Output, StreamTarget, WebMOutputFormat, type StreamTargetChunk } from 'mediabunny';
import type { BlobStore, BlobWrite } from '../../blobs/blobs.ts';
import type { FilledBlock } from './fill.ts';
import { laySegments, type LaidSource } from './lay.ts';
import { MergeFailure, type MergeJob, type MergeResult } from './merge-runner.ts';
import { opusSilence, silenceMs } from './opus.ts';
import { planMerge } from './plan.ts';
import type { ReadChunk } from './segment-stream.ts';
import { surveySegments, type Survey } from './survey.ts';
import { verifyRecording } from './verify.ts';

/** Shorter holes in the sound are jitter of a busy recorder, and players bridge them. */
const leastSilenceMs = 100;

/**
 * Joins a recording's chunks into one WebM file, with duration and cues, stores it under the job's key as it is made, and opens it
 * again to verify it. The file is durable when this resolves; when it rejects there is none. Reads each chunk once, in order (those
 * with a header twice), and holds a few of them in memory.
 * @throws MergeFailure when no attempt can ever succeed; whatever `readChunk` or the store throws otherwise.
 */
export async function mergeRecording(options: {
  job: Pick<MergeJob, 'startMs' | 'endMs' | 'segments' | 'pauses' | 'outputKey'>;
  readChunk: ReadChunk;
  blobs: Pick<BlobStore, 'openWrite' | 'read' | 'delete'>;
}): Promise<MergeResult> {
  const { job, readChunk, blobs } = options;
  const { outputKey } = job;
  const plan = planMerge(job);
  const survey = await surveySegments(plan.segments, readChunk);
  const laid = laySegments({ job, plan, survey, readChunk });
  const write = await blobs.openWrite(outputKey, { contentType: typeOf(survey) });
  let written: Written;
  try {
    written = await writeWebm({ write, survey, sources: laid.sources, blocks: laid.blocks });
    if (written.media === 0) throw new MergeFailure('nothing_readable', 'The chunks hold not one packet that can be decoded.');
    await write.finish();
  } catch (error) {
    await write.abort().catch(() => undefined); // what it leaves, the store sweeps
    throw error;
  }
  try {
    const { bytes, packets, endMs: lastMs } = written;
    const verified = await verifyRecording({ bytes, read: (range) => blobs.read(outputKey, range) }, { packets, endMs: lastMs });
    return { ...verified, packets, ...laid.outcome(lastMs) };
  } catch (error) {
    await blobs.delete(outputKey);
    throw error;
  }
}

/** What was written: packets, those of them that a recorder made, where the last one ends, and the length of the file. */
interface Written {
  packets: number;
  media: number;
  endMs: number;
  bytes: number;
}

/** The file's type, as it says of itself when it is opened. */
function typeOf({ audio, video }: Survey): string {
  return `${video ? 'video' : 'audio'}/webm;codecs=${[video?.config.codec, audio?.codec].filter((codec) => codec !== undefined).join(',')}`;
}

/** Writes the blocks, with silence where there is no sound. Counts what it wrote. */
async function writeWebm(options: {
  write: BlobWrite;
  survey: Survey;
  sources: readonly LaidSource[];
  blocks: AsyncIterable<FilledBlock>;
}): Promise<Written> {
  const { survey, sources } = options;
  const count: Written = { packets: 0, media: 0, endMs: 0, bytes: 0 };
  const sink = new WritableStream<StreamTargetChunk>({
    async write({ data, position }) {
      count.bytes = Math.max(count.bytes, position + data.length);
      await options.write.write(position, data);
    },
  });
  const output = new Output({ format: new WebMOutputFormat(), target: new StreamTarget(sink, { chunked: true, chunkSize: 1_048_576 }) });
  const audio = survey.audio ? { packets: new EncodedAudioPacketSource('opus'), config: survey.audio } : null;
  const video = survey.video ? { packets: new EncodedVideoPacketSource(survey.video.codec), config: survey.video.config } : null;
  if (video) output.addVideoTrack(video.packets);
  if (audio) output.addAudioTrack(audio.packets);
  const silence = opusSilence(audio?.config.numberOfChannels === 1 ? 1 : 2);
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

  await output.start();
  try {
    for await (const { source, block, durationMs, broken, standby } of options.blocks) {
      const { header } = sources[source]!;
      if (broken) awaitsKey = true;
      if (videoOpen && video && (standby === undefined ? source > lastWithVideo : standby === 'end')) {
        // Otherwise the muxer would keep all further sound in memory, waiting for a picture.
        video.packets.close();
        videoOpen = false;
      }
      if (block.track === header.audio?.track) {
        if (block.timeMs - audioEnd > leastSilenceMs) {
          for (let left = Math.floor((block.timeMs - audioEnd) / silenceMs); left > 0; left--) await addAudio(silence, audioEnd, silenceMs);
        }
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
    if (count.media === 0) await output.cancel();
    else await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  }
  return count;
}
