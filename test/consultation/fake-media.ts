import { writeFileSync } from 'node:fs';

const sampleRate = 48_000;

/**
 * Writes a microphone: two seconds of a sine that Chromium repeats for ever. It is pulsed (450 ms on, 50 ms off), because
 * a tone that never changes is what noise suppression takes for noise.
 */
export function writeTone(file: string, hertz: number): void {
  const seconds = 2;
  const samples = new Int16Array(sampleRate * seconds);
  for (let i = 0; i < samples.length; i++) {
    const inPulse = (i / sampleRate) % 0.5;
    // Edges of 5 ms: a hard switch would click in every frequency.
    const level = Math.max(0, Math.min(1, inPulse / 0.005, (0.45 - inPulse) / 0.005));
    samples[i] = Math.round(0.3 * level * 32_767 * Math.sin((2 * Math.PI * hertz * i) / sampleRate));
  }
  const data = Buffer.from(samples.buffer);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  writeFileSync(file, Buffer.concat([header, data]));
}

/** A colour as video has it: luma and the two differences, 0 to 255. */
export type Yuv = readonly [y: number, u: number, v: number];
export const red: Yuv = [81, 90, 240];
export const blue: Yuv = [41, 240, 110];
export const green: Yuv = [145, 54, 34];

/** Writes a camera: 320x240 of one colour at 15 frames a second (YUV4MPEG2), which Chromium repeats for ever. */
export function writeColour(file: string, [y, u, v]: Yuv): void {
  const [width, height, frames] = [320, 240, 15];
  const frame = Buffer.concat([
    Buffer.from('FRAME\n'),
    Buffer.alloc(width * height, y),
    Buffer.alloc((width * height) / 4, u),
    Buffer.alloc((width * height) / 4, v),
  ]);
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420mpeg2\n`);
  writeFileSync(file, Buffer.concat([header, ...Array.from({ length: frames }, () => frame)]));
}
