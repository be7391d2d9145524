import type { Waveform } from '../../protocol/playback.ts';
import { createBlockReader } from './merge/block-reader.ts';
import { readHead, readUint } from './merge/ebml.ts';

/** So many numbers a row has at most, however long the recording is: more than a wide screen has pixels. */
export const BUCKETS = 4000;
/** No bucket is shorter, ms: a packet's length. */
const shortestMs = 20;
/** Below this share of full scale nobody speaks: what a quiet room leaves behind noise suppression. */
const quiet = 0.012;
/** So long nobody has to be heard for it to be a silence, ms. */
const silenceMs = 2000;
/** Channels whose samples nowhere differ by a larger share of full scale are one sound, twice. */
const alike = 0.01;
/** Every recorder of ours asks for Opus, which can be decoded at any of its rates; the lowest is enough for loudness, and the quickest. */
const sampleRate = 8000;

/** A decoder of Opus packets, as `opus-decoder` is: gives each channel's samples. */
export interface PacketDecoder {
  decodeFrame(packet: Uint8Array): { channelData: Float32Array[]; samplesDecoded: number };
  free(): void;
}

/** What is known of a file beside its bytes. */
export interface WaveformOptions {
  durationMs: number;
  decoder(options: { channels: 1 | 2; sampleRate: typeof sampleRate }): Promise<PacketDecoder>;
}

/** The sound of one file of a recording. */
export interface FileSound {
  /** Where the file lies on the clock of the recording, ms. */
  offsetMs: number;
  durationMs: number;
  /** Its Opus packets, timed from its beginning; null where its sound is of another kind, which is not decoded here. */
  packets: AsyncIterable<SoundPacket> | null;
}

/** A packet of sound. */
export interface SoundPacket {
  timeMs: number;
  channels: 1 | 2;
  data: Uint8Array;
}

/** Makes the waveform of a recording from its files as their bytes come; memory stays flat. One without sound has no rows. */
export async function waveformOf(files: readonly FileSound[], { durationMs, decoder }: WaveformOptions): Promise<Waveform> {
  const peaks = createPeaks(durationMs);
  let sounds = false;
  for (const file of files) {
    if (!file.packets) peaks.unknown(file.offsetMs, file.offsetMs + file.durationMs);
    let own: PacketDecoder | null = null;
    try {
      for await (const { timeMs, channels, data } of file.packets ?? []) {
        sounds = true;
        own ??= await decoder({ channels, sampleRate });
        const { channelData, samplesDecoded } = own.decodeFrame(data);
        if (samplesDecoded > 0) peaks.add(file.offsetMs + timeMs, channelData.slice(0, channels), samplesDecoded);
      }
    } finally {
      own?.free();
    }
  }
  return { version: 1, durationMs, ...(sounds ? peaks.end() : { rows: [], silences: [] }) };
}

/** The Opus packets of a WebM file, from its bytes as they come; none where it has no sound. */
export async function* packetsOfWebm(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SoundPacket, void, undefined> {
  const reader = createBlockReader();
  let sound: { track: number; channels: 1 | 2 } | null = null;
  for await (const part of bytes) {
    const blocks = reader.push(part);
    const header = reader.header();
    if (header === 'none') return;
    if (header) sound ??= opusTrack(header);
    if (header && !sound) return;
    for (const { track, timeMs, data } of blocks) if (track === sound?.track) yield { timeMs, channels: sound.channels, data };
  }
}

interface Peaks {
  add(timeMs: number, channels: readonly Float32Array[], samples: number): void;
  /** Nothing is known of this stretch: it is no silence. */
  unknown(fromMs: number, toMs: number): void;
  end(): Pick<Waveform, 'rows' | 'silences'>;
}

function createPeaks(durationMs: number): Peaks {
  const count = Math.max(1, Math.min(BUCKETS, Math.ceil(durationMs / shortestMs)));
  const bucketMs = Math.max(1, durationMs) / count;
  const rows = [new Uint8Array(count), new Uint8Array(count)];
  let stereo = false;
  const silences: Waveform['silences'] = [];
  let quietSince = 0;
  let apart = 0;
  let loudestOfAll = 0;
  const heard = (fromMs: number, toMs: number) => {
    if (fromMs - quietSince > silenceMs) silences.push({ fromMs: Math.round(quietSince), toMs: Math.round(Math.min(fromMs, durationMs)) });
    quietSince = Math.max(quietSince, toMs);
  };
  return {
    add(timeMs, data, samples) {
      let loudest = 0;
      for (const [index, row] of rows.entries()) {
        const channel = data[index];
        if (!channel) continue;
        for (let n = 0; n < samples; n++) {
          const level = Math.min(1, Math.abs(channel[n]!));
          if (level > loudest) loudest = level;
          const bucket = Math.min(count - 1, Math.max(0, Math.floor((timeMs + (n * 1000) / sampleRate) / bucketMs)));
          const peak = Math.round(level * 255);
          if (peak > row[bucket]!) row[bucket] = peak;
        }
      }
      const [left, right] = data;
      if (right) stereo = true;
      if (left && right) for (let n = 0; n < samples; n++) apart = Math.max(apart, Math.abs(left[n]! - right[n]!));
      loudestOfAll = Math.max(loudestOfAll, loudest);
      if (loudest >= quiet) heard(timeMs, timeMs + (samples * 1000) / sampleRate);
    },
    unknown: heard,
    end() {
      heard(durationMs, durationMs);
      const [left, right] = rows;
      // Two that are silent are two people who say nothing.
      const named = stereo && (apart > alike || loudestOfAll <= alike) ? [{ of: 'visitor' as const, row: left! }, { of: 'agent' as const, row: right! }] : [{ of: 'mix' as const, row: left! }];
      return { rows: named.map(({ of, row }) => ({ of, peaks: [...row] })), silences };
    },
  };
}

// Elements of a WebM header (RFC 9559 §5): which tracks there are.
const id = { segment: 0x18538067, tracks: 0x1654ae6b, entry: 0xae, number: 0xd7, codec: 0x86, audio: 0xe1, channels: 0x9f } as const;
const masters = new Set<number>([id.segment, id.tracks, id.entry, id.audio]);

/** The first Opus track of a header; null when there is none. */
function opusTrack(header: Uint8Array): { track: number; channels: 1 | 2 } | null {
  const tracks: { track: number; opus: boolean; channels: number }[] = [];
  for (let at = 0; at < header.length; ) {
    const head = readHead(header, at);
    if (typeof head === 'string') break;
    const content = at + head.headBytes;
    const end = content + (head.contentBytes ?? 0);
    const track = tracks.at(-1);
    if (head.id === id.entry) tracks.push({ track: 0, opus: false, channels: 1 });
    if (track && head.id === id.number) track.track = readUint(header, content, end);
    if (track && head.id === id.codec) track.opus = Buffer.from(header.subarray(content, end)).toString('latin1').startsWith('A_OPUS');
    if (track && head.id === id.channels) track.channels = readUint(header, content, end);
    at = masters.has(head.id) ? content : end;
    if (head.contentBytes === null && head.id !== id.segment) break;
  }
  const found = tracks.find(({ opus }) => opus);
  return found ? { track: found.track, channels: found.channels >= 2 ? 2 : 1 } : null;
}
