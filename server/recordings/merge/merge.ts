import {
  EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, FilePathTarget, Output, WebMOutputFormat,
} from 'mediabunny';
import { open } from 'node:fs/promises';
import { MergeFailure, type MergeGap, type MergeJob, type MergeResult } from './merge-runner.ts';
import { opusSilence, silenceMs } from './opus.ts';
import { planMerge } from './plan.ts';
import { readSegment, type ReadChunk } from './segment-stream.ts';
import { surveySegments, type Survey } from './survey.ts';
import { verifyRecording } from './verify.ts';
import { weave, type WeaveSource, type WovenBlock } from './weave.ts';

/** Recorders run this much past a call's end at most; and no call lasts longer than a day. */
const graceMs = 600_000;
const longestMs = 86_400_000;
/** Shorter holes in the sound are jitter of a busy recorder, and players bridge them. */
const leastSilenceMs = 100;

/**
 * Joins a recording's chunks into one WebM file at `path`, with duration and cues, and opens it again to verify it. The file
 * is synced when this resolves; when it rejects there may be a part of one, which the caller removes. Reads each chunk
 * once, in order (those with a header twice), and holds a few of them in memory.
 * @throws MergeFailure when no attempt can ever succeed; whatever `readChunk` or the disk throws otherwise.
 */
export async function mergeRecording(options: {
  job: Pick<MergeJob, 'startMs' | 'endMs' | 'segments'>;
  readChunk: ReadChunk;
  path: string;
}): Promise<MergeResult> {
  const { job, readChunk, path } = options;
  const plan = planMerge(job);
  const survey = await surveySegments(plan.segments, readChunk);
  const endMs = job.endMs === null ? null : Math.max(0, job.endMs - plan.zeroMs);
  const limitMs = endMs === null ? longestMs : endMs + graceMs;

  const sources: (WeaveSource & { header: NonNullable<Survey['headers'][number]> })[] = [];
  const unreadable: number[] = [];
  plan.segments.forEach((segment, index) => {
    const header = survey.headers[index];
    if (!header) {
      unreadable.push(segment.offsetMs);
      return;
    }
    const ownHeader = segment.parts[0]?.kind === 'chunks';
    sources.push({
      header,
      items: readSegment({ segment, readChunk, header: ownHeader ? null : header.bytes, limitMs }),
      offsetMs: segment.offsetMs,
      audioTrack: header.audio?.track ?? null,
      lostTail: segment.lostTail,
    });
  });
  const woven = weave({ sources, unreadable, endMs });
  const written = await writeWebm({ path, survey, sources, blocks: woven.blocks });
  if (written.media === 0) throw new MergeFailure('nothing_readable', 'The chunks hold not one packet that can be decoded.');
  const verified = await verifyRecording(path, { packets: written.packets, endMs: written.endMs });
  return { ...verified, packets: written.packets, gaps: tidy(woven.gaps) };
}

/** Writes the blocks, with silence where there is no sound. Counts what it wrote. */
async function writeWebm(options: {
  path: string;
  survey: Survey;
  sources: { header: NonNullable<Survey['headers'][number]> }[];
  blocks: AsyncIterable<WovenBlock>;
}): Promise<{ packets: number; media: number; endMs: number }> {
  const { survey, sources } = options;
  const output = new Output({ format: new WebMOutputFormat(), target: new FilePathTarget(options.path, { chunkSize: 1_048_576 }) });
  const audio = survey.audio ? { packets: new EncodedAudioPacketSource('opus'), config: survey.audio } : null;
  const video = survey.video ? { packets: new EncodedVideoPacketSource(survey.video.codec), config: survey.video.config } : null;
  if (video) output.addVideoTrack(video.packets);
  if (audio) output.addAudioTrack(audio.packets);
  const silence = opusSilence(audio?.config.numberOfChannels === 1 ? 1 : 2);
  const lastWithVideo = sources.findLastIndex((source) => source.header.video);

  const count = { packets: 0, media: 0, endMs: 0 };
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
    for await (const { source, block, durationMs, broken } of options.blocks) {
      const { header } = sources[source]!;
      if (broken) awaitsKey = true;
      if (videoOpen && video && source > lastWithVideo) {
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
  if (count.media > 0) await sync(options.path);
  return count;
}

async function sync(path: string) {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Joins gaps that touch: several lost chunks in a row are one loss to a listener. */
function tidy(gaps: MergeGap[]): MergeGap[] {
  const joined: MergeGap[] = [];
  for (const gap of gaps) {
    const last = joined.at(-1);
    if (last && last.reason === gap.reason && gap.fromMs - last.toMs <= leastSilenceMs) last.toMs = gap.toMs;
    else joined.push({ ...gap });
  }
  return joined;
}
