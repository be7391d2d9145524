import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from './containers.ts';
import { fileKind, isAudioCodec, isVideoCodec, picturesOf, soundOf, type FileKind, type Pictures, type Sound } from './codecs.ts';
import { MergeFailure } from './merge-runner.ts';
import type { PlannedSegment } from './plan.ts';
import { readerFor, type ReadChunk } from './segment-stream.ts';

/** What a segment's header says, and the numbers of its tracks. */
export interface SegmentHeader {
  bytes: Uint8Array;
  audio: (Sound & { track: number }) | null;
  video: (Pictures & { track: number }) | null;
}

/** Segments that share a file: what its tracks are, and which segments (standbys excepted), by their place in the plan. */
export interface FileSurvey {
  kind: FileKind;
  audio: Sound | null;
  video: Pictures | null;
  segments: number[];
}

/** The files that come of a recording, in order of time, and the header by which each planned segment is read; null where there is none. */
export interface Survey {
  files: FileSurvey[];
  headers: (SegmentHeader | null)[];
}

/** Chunks that are read after the one in which the header ends: some codecs tell their parameters in the first frame. */
const chunksBehindHeader = 2;
const joinable = /^(audio|video)\/(webm|x-matroska|mp4)(;|$)/;

/**
 * Reads the beginning of every segment and settles which files there will be, and what their tracks are: one, unless codecs, or parameters
 * of a codec, differ that cannot share a track. A segment whose header is lost borrows one from a segment of the same type, provided
 * that all headers of that type say the same. Of a standby only the sound counts, and one that cannot be joined is left out: it must
 * not cost the recording that it stands by.
 * @throws MergeFailure when no header is readable, or something is of a type that no file of ours can hold.
 */
export async function surveySegments(segments: readonly PlannedSegment[], readChunk: ReadChunk): Promise<Survey> {
  for (const { standby, mimeType } of segments) {
    if (!standby && !joinable.test(mimeType)) throw new MergeFailure('unsupported_type', `${mimeType} cannot be joined.`);
  }
  const own: (SegmentHeader | null)[] = [];
  for (const segment of segments) own.push(segment.standby ? await readStandbyHeader(segment, readChunk) : await readSegmentHeader(segment, readChunk));
  const headers = own.map((header, index) => {
    if (header) return header;
    const lenders = own.filter((other, n): other is SegmentHeader => other !== null && segments[n]!.mimeType === segments[index]!.mimeType);
    const [first] = lenders;
    return first && lenders.every((lender) => sameLayout(lender, first)) ? first : null;
  });
  const files = filesOf(segments, headers);
  if (!files.some(({ audio, video }) => audio ?? video)) throw new MergeFailure('nothing_readable', 'No segment has a readable header.');
  return { files, headers };
}

/** Puts segments that follow each other into one file as long as it can hold them. What cannot be read belongs to the one before it. */
function filesOf(segments: readonly PlannedSegment[], headers: readonly (SegmentHeader | null)[]): FileSurvey[] {
  const files: FileSurvey[] = [];
  const begin = (): FileSurvey => ({ kind: 'webm', audio: null, video: null, segments: [] });
  headers.forEach((header, index) => {
    if (segments[index]!.standby) return;
    let file = files.at(-1);
    // One of which nothing could be read yet takes whatever comes.
    const joined = header && file ? together(file, header) : null;
    if (!file || (header && !joined)) files.push((file = begin()));
    if (header) Object.assign(file, joined ?? together(file, header));
    file.segments.push(index);
  });
  if (files.length === 0) files.push(begin());
  for (const file of files) {
    headers.forEach((header, index) => {
      if (header && segments[index]!.standby) Object.assign(file, together(file, header));
    });
  }
  return files;
}

/** What a file holds when this segment is added to it; null when it cannot be. */
function together(file: FileSurvey, header: SegmentHeader): Pick<FileSurvey, 'kind' | 'audio' | 'video'> | null {
  if (file.audio && header.audio && file.audio.parameters !== header.audio.parameters) return null;
  if (file.video && header.video && file.video.parameters !== header.video.parameters) return null;
  const video = file.video ?? header.video;
  // Every Opus packet says itself whether it is stereo, so a mono segment fits into a stereo track; not the reverse.
  const wider = header.audio && (!file.audio || header.audio.config.numberOfChannels > file.audio.config.numberOfChannels);
  const audio = wider ? header.audio : file.audio;
  const kind = fileKind(audio?.codec, video?.codec);
  return kind && { kind, audio, video };
}

async function readStandbyHeader(segment: PlannedSegment, readChunk: ReadChunk): Promise<SegmentHeader | null> {
  try {
    const header = joinable.test(segment.mimeType) ? await readSegmentHeader(segment, readChunk) : null;
    return header?.audio ? { ...header, video: null } : null;
  } catch (error) {
    if (error instanceof MergeFailure) return null;
    throw error;
  }
}

async function readSegmentHeader(segment: PlannedSegment, readChunk: ReadChunk): Promise<SegmentHeader | null> {
  const first = segment.parts[0];
  if (first?.kind !== 'chunks') return null;
  const reader = readerFor(segment);
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
    if (audioTrack && !isAudioCodec(audioCodec)) throw new MergeFailure('unsupported_type', `Sound in ${audioCodec ?? 'an unknown codec'} cannot be joined.`);
    if (videoTrack && !isVideoCodec(videoCodec)) throw new MergeFailure('unsupported_type', `Video in ${videoCodec ?? 'an unknown codec'} cannot be joined.`);
    const firstFrame = videoTrack && videoConfig && videoConfig.description === undefined ? await new EncodedPacketSink(videoTrack).getFirstPacket() : null;
    const header: SegmentHeader = {
      bytes,
      audio: audioTrack && audioConfig && isAudioCodec(audioCodec) ? { track: audioTrack.id, ...soundOf(audioCodec, audioConfig) } : null,
      video: videoTrack && videoConfig && isVideoCodec(videoCodec) ? { track: videoTrack.id, ...picturesOf(videoCodec, videoConfig, firstFrame?.data ?? null) } : null,
    };
    if (header.audio && header.video && !fileKind(header.audio.codec, header.video.codec)) {
      throw new MergeFailure('unsupported_type', `No file can hold ${header.video.codec} beside ${header.audio.codec}.`);
    }
    return header.audio || header.video ? header : null;
  } catch (error) {
    if (error instanceof MergeFailure) throw error;
    return null; // a header that cannot be parsed is as good as none
  } finally {
    input.dispose();
  }
}

function sameLayout(a: SegmentHeader, b: SegmentHeader): boolean {
  if (a.audio?.track !== b.audio?.track || a.audio?.parameters !== b.audio?.parameters || a.audio?.config.numberOfChannels !== b.audio?.config.numberOfChannels) return false;
  return a.video?.track === b.video?.track && a.video?.parameters === b.video?.parameters;
}
