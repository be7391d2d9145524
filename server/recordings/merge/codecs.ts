import type { InputAudioTrack, InputVideoTrack } from './containers.ts';
import { opusDurationMs, opusSilence, silenceMs } from './opus.ts';

/** What a player must know before the first packet, as WebCodecs has it. */
export type AudioConfig = NonNullable<Awaited<ReturnType<InputAudioTrack['getDecoderConfig']>>>;
/** The same for pictures. */
export type VideoConfig = NonNullable<Awaited<ReturnType<InputVideoTrack['getDecoderConfig']>>>;

/** The codecs of pictures that a recorder makes and a file of ours can hold. */
export type VideoCodec = 'vp8' | 'vp9' | 'av1' | 'avc' | 'hevc';
/** The same for sound. */
export type AudioCodec = 'opus' | 'aac';
/** The kinds of files. */
export type FileKind = 'webm' | 'mp4';

/** The sound of a segment; two whose `parameters` differ cannot share a track. */
export interface Sound {
  codec: AudioCodec;
  config: AudioConfig;
  parameters: string;
}

/** The pictures of a segment; two whose `parameters` differ cannot share a track. */
export interface Pictures {
  codec: VideoCodec;
  config: VideoConfig;
  parameters: string;
}

/** The kind of file that holds both; null when none does. */
export function fileKind(audio: AudioCodec | undefined, video: VideoCodec | undefined): FileKind | null {
  if (audio !== 'aac' && (video === undefined || video === 'vp8' || video === 'vp9' || video === 'av1')) return 'webm';
  return video === 'vp8' ? null : 'mp4';
}

/** Whether it is a codec of pictures that a file of ours can hold. */
export function isVideoCodec(codec: unknown): codec is VideoCodec {
  return ['vp8', 'vp9', 'av1', 'avc', 'hevc'].includes(codec as string);
}

/** Whether it is a codec of sound that a file of ours can hold. */
export function isAudioCodec(codec: unknown): codec is AudioCodec {
  return codec === 'opus' || codec === 'aac';
}

/** Every Opus packet says itself whether it is stereo, and at which rate; of AAC one track has one set of parameters. */
export function soundOf(codec: AudioCodec, config: AudioConfig): Sound {
  return { codec, config, parameters: codec === 'opus' ? codec : `${codec} ${config.numberOfChannels} ${config.sampleRate} ${hex(config.description)}` };
}

/**
 * VP8 and VP9 frames tell their own size; where a codec has a description, or has it in its first frame (H.264 as Chromium puts it into
 * Matroska), one track can have only one.
 */
export function picturesOf(codec: VideoCodec, config: VideoConfig, firstFrame: Uint8Array | null): Pictures {
  const described = config.description === undefined && (codec === 'avc' || codec === 'hevc') ? `in frames ${parameterSets(codec, firstFrame)}` : hex(config.description);
  return { codec, config, parameters: `${codec} ${described}` };
}

/** How long a packet sounds, ms. */
export function soundMs({ codec, config }: Pick<Sound, 'codec' | 'config'>): (packet: Uint8Array) => number {
  if (codec === 'opus') return opusDurationMs;
  const frameMs = (samplesOfAac * 1000) / config.sampleRate;
  return () => frameMs;
}

/** A packet that sounds of nothing; null where an encoder would be needed for it. */
export function silenceFor({ codec, config }: Pick<Sound, 'codec' | 'config'>): { data: Uint8Array; durationMs: number } | null {
  if (codec === 'opus') return { data: opusSilence(config.numberOfChannels === 1 ? 1 : 2), durationMs: silenceMs };
  const data = config.codec === 'mp4a.40.2' ? silentAac[config.numberOfChannels] : undefined;
  return data ? { data: Uint8Array.from(data), durationMs: (samplesOfAac * 1000) / config.sampleRate } : null;
}

const samplesOfAac = 1024;
/** A frame of AAC-LC whose every line of the spectrum is zero (ISO/IEC 14496-3 §4.4.2), by the number of channels. */
const silentAac: Record<number, readonly number[]> = {
  1: [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80],
  2: [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80],
};

function hex(bytes: VideoConfig['description']): string {
  if (bytes === undefined) return '';
  return (ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes)).toString('hex');
}

/** The parameter sets of a frame whose units begin with 00 00 01 (ITU-T H.264 annex B). */
function parameterSets(codec: 'avc' | 'hevc', frame: Uint8Array | null): string {
  const bytes = Buffer.from(frame ?? []);
  const start = Buffer.from([0, 0, 1]);
  const found: string[] = [];
  for (let at = bytes.indexOf(start); at !== -1; ) {
    const next = bytes.indexOf(start, at + 3);
    const unit = bytes.subarray(at + 3, next === -1 ? undefined : next);
    const type = codec === 'avc' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f;
    if (codec === 'avc' ? type === 7 || type === 8 : type >= 32 && type <= 34) found.push(unit.toString('hex').replace(/(00)+$/, ''));
    at = next;
  }
  return found.join(' ');
}
