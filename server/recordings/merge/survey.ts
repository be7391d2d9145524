import { ALL_FORMATS, BufferSource, Input, type InputAudioTrack, type InputVideoTrack } from 'mediabunny';
import { createBlockReader } from './block-reader.ts';
import { MergeFailure } from './merge-runner.ts';
import type { PlannedSegment } from './plan.ts';
import type { ReadChunk } from './segment-stream.ts';

/** What a player must know before the first packet, as WebCodecs has it. */
export type AudioConfig = NonNullable<Awaited<ReturnType<InputAudioTrack['getDecoderConfig']>>>;
/** The same for pictures. */
export type VideoConfig = NonNullable<Awaited<ReturnType<InputVideoTrack['getDecoderConfig']>>>;

/** What a segment's header says. */
export interface SegmentHeader {
  bytes: Uint8Array;
  audio: { track: number; config: AudioConfig } | null;
  video: { track: number; codec: VideoCodec; config: VideoConfig } | null;
}

/** The video codecs that WebM can hold. */
export type VideoCodec = 'vp8' | 'vp9' | 'av1';

/** The tracks of the merged file, and the header by which each planned segment is read; null where there is none. */
export interface Survey {
  audio: AudioConfig | null;
  video: { codec: VideoCodec; config: VideoConfig } | null;
  headers: (SegmentHeader | null)[];
}

/** Chunks that are read after the one in which the header ends: some codecs tell their parameters in the first frame. */
const chunksBehindHeader = 2;

/**
 * Reads the beginning of every segment and settles what the merged file's tracks are. A segment whose header is lost borrows
 * one from a segment of the same type, provided that all headers of that type say the same. Of a standby only the sound counts, and
 * one that cannot be joined is left out: it must not cost the recording that it stands by.
 * @throws MergeFailure when no header is readable, a type cannot go into WebM, or codecs do not match.
 */
export async function surveySegments(segments: readonly PlannedSegment[], readChunk: ReadChunk): Promise<Survey> {
  const joinable = ({ mimeType }: PlannedSegment) => /^(audio|video)\/(webm|x-matroska)(;|$)/.test(mimeType);
  for (const segment of segments) {
    const { mimeType } = segment;
    if (!segment.standby && !joinable(segment)) throw new MergeFailure('unsupported_type', `${mimeType} cannot be joined into WebM.`);
  }
  const own: (SegmentHeader | null)[] = [];
  for (const segment of segments) own.push(segment.standby ? await readStandbyHeader(segment, readChunk, joinable(segment)) : await readSegmentHeader(segment, readChunk));

  let audio: AudioConfig | null = null;
  let video: Survey['video'] = null;
  for (const header of own) {
    if (header?.audio) {
      // Every Opus packet says itself whether it is stereo, so a mono segment fits into a stereo track; not the reverse.
      if (!audio || header.audio.config.numberOfChannels > audio.numberOfChannels) audio = header.audio.config;
    }
    if (header?.video) {
      if (video && !sameVideo(video, header.video)) {
        throw new MergeFailure('codec_mismatch', `Segments hold ${video.config.codec} and ${header.video.config.codec}, which cannot share a track.`);
      }
      video ??= { codec: header.video.codec, config: header.video.config };
    }
  }
  if (!audio && !video) throw new MergeFailure('nothing_readable', 'No segment has a readable header.');

  const headers = own.map((header, index) => {
    if (header) return header;
    const lenders = own.filter((other, n): other is SegmentHeader => other !== null && segments[n]!.mimeType === segments[index]!.mimeType);
    const [first] = lenders;
    return first && lenders.every((lender) => sameLayout(lender, first)) ? first : null;
  });
  return { audio, video, headers };
}

async function readStandbyHeader(segment: PlannedSegment, readChunk: ReadChunk, joinable: boolean): Promise<SegmentHeader | null> {
  try {
    const header = joinable ? await readSegmentHeader(segment, readChunk) : null;
    return header?.audio ? { ...header, video: null } : null;
  } catch (error) {
    if (error instanceof MergeFailure) return null;
    throw error;
  }
}

async function readSegmentHeader(segment: PlannedSegment, readChunk: ReadChunk): Promise<SegmentHeader | null> {
  const first = segment.parts[0];
  if (first?.kind !== 'chunks') return null;
  const reader = createBlockReader();
  const read: Uint8Array[] = [];
  let behind = 0;
  for (const chunk of first.chunks) {
    const bytes = await readChunk(chunk);
    if (bytes === null) break;
    read.push(bytes);
    reader.push(bytes);
    if (reader.header() === 'none') return null;
    if (reader.header() !== null && ++behind > chunksBehindHeader) break;
  }
  const header = reader.header();
  return header instanceof Uint8Array ? await parseHeader(header, Buffer.concat(read)) : null;
}

async function parseHeader(bytes: Uint8Array, beginning: Uint8Array): Promise<SegmentHeader | null> {
  const input = new Input({ source: new BufferSource(beginning), formats: ALL_FORMATS });
  try {
    const [audioTrack, videoTrack] = [await input.getPrimaryAudioTrack(), await input.getPrimaryVideoTrack()];
    const audioConfig = await audioTrack?.getDecoderConfig();
    const videoConfig = await videoTrack?.getDecoderConfig();
    const audioCodec = await audioTrack?.getCodec();
    const videoCodec = await videoTrack?.getCodec();
    if (audioTrack && audioCodec !== 'opus') throw new MergeFailure('unsupported_type', `Sound in ${audioCodec ?? 'an unknown codec'} cannot be joined.`);
    if (videoTrack && !isWebmVideo(videoCodec)) throw new MergeFailure('unsupported_type', `Video in ${videoCodec ?? 'an unknown codec'} cannot go into WebM.`);
    const header: SegmentHeader = {
      bytes,
      audio: audioTrack && audioConfig ? { track: audioTrack.id, config: audioConfig } : null,
      video: videoTrack && videoConfig && isWebmVideo(videoCodec) ? { track: videoTrack.id, codec: videoCodec, config: videoConfig } : null,
    };
    return header.audio || header.video ? header : null;
  } catch (error) {
    if (error instanceof MergeFailure) throw error;
    return null; // a header that cannot be parsed is as good as none
  } finally {
    input.dispose();
  }
}

function isWebmVideo(codec: unknown): codec is VideoCodec {
  return codec === 'vp8' || codec === 'vp9' || codec === 'av1';
}

/** VP8 and VP9 frames tell their own size; where a codec has a description, one track can have only one. */
function sameVideo(a: { codec: VideoCodec; config: VideoConfig }, b: { codec: VideoCodec; config: VideoConfig }): boolean {
  return a.codec === b.codec && description(a.config).equals(description(b.config));
}

function sameLayout(a: SegmentHeader, b: SegmentHeader): boolean {
  if (a.audio?.track !== b.audio?.track || a.audio?.config.numberOfChannels !== b.audio?.config.numberOfChannels) return false;
  return a.video?.track === b.video?.track;
}

function description(config: VideoConfig): Buffer {
  const bytes = config.description;
  if (bytes === undefined) return Buffer.alloc(0);
  return ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes);
}
