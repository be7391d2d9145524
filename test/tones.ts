import { spawn } from 'node:child_process';

/** The rate at which `decodeChannels` gives samples: enough for tones up to some 7 kHz. */
export const sampleRate = 16_000;

/**
 * Decodes a media file's sound with ffmpeg into one array of samples (−1 to 1) per channel, at `sampleRate`, laid out by the
 * file's timestamps, so that sample n sounds at n / sampleRate seconds. Rejects when ffmpeg reports any error.
 */
export async function decodeChannels(file: string): Promise<Float32Array[]> {
  const { channels } = await probe(file, 'channels');
  const count = Number(channels);
  // aresample=async=1:first_pts=0 fills holes between timestamps with silence instead of closing them.
  const raw = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-map', '0:a:0', '-af', 'aresample=async=1:first_pts=0', '-ar', String(sampleRate), '-f', 'f32le', '-']);
  const samples = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length - (raw.length % (4 * count))));
  return Array.from({ length: count }, (_, channel) => {
    const one = new Float32Array(samples.length / count);
    for (let n = 0; n < one.length; n++) one[n] = samples[n * count + channel]!;
    return one;
  });
}

/** Reads one value of the first sound stream (`channels`) with ffprobe, e.g. `{ channels: '2' }`. */
export async function probe(file: string, entry: string): Promise<Record<string, string>> {
  const out = await run('ffprobe', ['-v', 'error', '-select_streams', 'a:0', '-show_entries', `stream=${entry}`, '-of', 'default=noprint_wrappers=1', file]);
  return Object.fromEntries(out.toString().trim().split('\n').map((line) => line.split('=') as [string, string]));
}

/** How a tone stands in one window of sound. Levels in dB relative to full scale (a full-scale sine has −3). */
export interface ToneWindow {
  /** Where the window begins, in seconds. */
  at: number;
  /** Level of the tone. */
  level: number;
  /** Level of everything in the window. */
  total: number;
  /** How far the tone stands over the frequencies beside it. */
  overNeighbours: number;
  /** Above −50 dB and 15 dB over its neighbours. */
  present: boolean;
}

/** Looks for a tone of `frequency` Hz in windows of a quarter of a second that follow each other. */
export function toneWindows(samples: Float32Array, rate: number, frequency: number): ToneWindow[] {
  const size = Math.round(rate / 4);
  const windows: ToneWindow[] = [];
  for (let from = 0; from + size <= samples.length; from += size) {
    const part = samples.subarray(from, from + size);
    const level = decibels(goertzel(part, rate, frequency));
    const beside = Math.max(goertzel(part, rate, frequency * 0.89), goertzel(part, rate, frequency * 1.13));
    const overNeighbours = level - decibels(beside);
    const total = decibels(Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / size));
    windows.push({ at: from / rate, level, total, overNeighbours, present: level > -50 && overNeighbours > 15 });
  }
  return windows;
}

/** Share (0 to 1) of the windows in which the tone is present. */
export function toneShare(windows: readonly ToneWindow[]): number {
  return windows.length === 0 ? 0 : windows.filter((window) => window.present).length / windows.length;
}

/** RMS of one frequency within Hann-windowed samples. */
function goertzel(samples: Float32Array, rate: number, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let one = 0;
  let two = 0;
  for (let n = 0; n < samples.length; n++) {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / samples.length);
    const now = samples[n]! * weight + coefficient * one - two;
    two = one;
    one = now;
  }
  const power = one * one + two * two - coefficient * one * two;
  // A Hann window halves the amplitude; a sine's RMS is its amplitude over √2.
  return (Math.sqrt(Math.max(0, power)) * 4) / samples.length / Math.SQRT2;
}

function decibels(rms: number): number {
  return 20 * Math.log10(Math.max(rms, 1e-9));
}

function run(command: string, args: string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => (complaint += part.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && complaint === '') resolve(Buffer.concat(out));
      else reject(new Error(`${command} ended with ${code}: ${complaint.trim()}`));
    });
  });
}
