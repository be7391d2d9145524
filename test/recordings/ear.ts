import { OpusDecoder } from 'opus-decoder';
import { createBlockReader } from '../../server/recordings/merge/block-reader.ts';
import { opusDurationMs } from '../../server/recordings/merge/opus.ts';
import { toneShare, toneWindows } from '../tones.ts';

/** Samples a second: enough for the tones of the fixtures, and quick. */
const rate = 8000;
/** How long a step is in which it is quiet or not, ms. */
const stepMs = 20;

/** Packets so far from where the one before ended follow it. */
const jitterMs = 60;

/** The tones of the fixtures, Hz. */
export const tonesOf = { left: 440, right: 1000 } as const;

/** What is heard of a file: by its packets' times, so that sample n sounds at n / rate. */
export interface Heard {
  left: Float32Array;
  right: Float32Array;
}

/** Decodes a merged file of stereo sound; other tracks are left out. Quicker than a program for each of hundreds of files. */
export async function hear(file: Uint8Array): Promise<Heard> {
  const reader = createBlockReader();
  const blocks = reader.push(file);
  // A merged file has its pictures on the first track, if it has any.
  const last = Math.max(...new Set(blocks.map(({ track }) => track)));
  const sound = blocks.filter(({ track }) => track === last);
  const lengthMs = sound.reduce((most, { timeMs, data }) => Math.max(most, timeMs + opusDurationMs(data)), 0);
  const [left, right] = [new Float32Array(Math.ceil((lengthMs * rate) / 1000) + rate / 10), new Float32Array(Math.ceil((lengthMs * rate) / 1000) + rate / 10)];
  const decoder = new OpusDecoder({ channels: 2, sampleRate: rate });
  await decoder.ready;
  let end = 0;
  for (const { timeMs, data } of sound) {
    const { channelData: [one, two], samplesDecoded } = decoder.decodeFrame(data);
    const told = Math.round((timeMs * rate) / 1000);
    // Recorders tell times that are some ms off; a player goes by the samples, and so does an ear.
    const at = Math.abs(told - end) * 1000 < jitterMs * rate ? end : told;
    end = at + samplesDecoded;
    left.set(one!.subarray(0, Math.max(0, Math.min(samplesDecoded, left.length - at))), at);
    right.set(two!.subarray(0, Math.max(0, Math.min(samplesDecoded, right.length - at))), at);
  }
  decoder.free();
  return { left, right };
}

/** Whether both channels sound, in steps of `stepMs`. */
export function soundingSteps({ left, right }: Heard): boolean[] {
  const size = (rate * stepMs) / 1000;
  const loud = (samples: Float32Array, from: number): boolean => {
    let sum = 0;
    for (let n = from; n < from + size; n++) sum += samples[n]! ** 2;
    return sum / size > 1e-5;
  };
  return Array.from({ length: Math.floor(left.length / size) }, (_, step) => loud(left, step * size) && loud(right, step * size));
}

/** The stretches in which it is quiet for longer than `leastMs`, up to the last sound; ms. */
export function quietStretches(heard: Heard, leastMs: number): { fromMs: number; toMs: number }[] {
  const steps = soundingSteps(heard);
  const stretches: { fromMs: number; toMs: number }[] = [];
  let from = 0;
  steps.forEach((sounds, step) => {
    if (!sounds) return;
    if ((step - from) * stepMs > leastMs) stretches.push({ fromMs: from * stepMs, toMs: step * stepMs });
    from = step + 1;
  });
  return stretches;
}

/** How long it sounds within a stretch, ms. */
export function soundingMs(steps: readonly boolean[], fromMs: number, toMs: number): number {
  let sum = 0;
  for (let step = Math.ceil(fromMs / stepMs); step < Math.floor(toMs / stepMs); step++) if (steps[step]) sum += stepMs;
  return sum;
}

/**
 * Share of the windows of a quarter of a second, none of which touches a stretch of `silent`, in which the visitor's tone is on the left
 * and the agent's on the right, and neither on the other side.
 */
export function rightTones({ left, right }: Heard, silent: readonly { fromMs: number; toMs: number }[], lastMs: number): number {
  const clear = (at: number): boolean => at * 1000 + 250 <= lastMs && !silent.some(({ fromMs, toMs }) => at * 1000 + 250 > fromMs - 120 && at * 1000 < toMs + 120);
  const shares = ([[left, tonesOf.left, tonesOf.right], [right, tonesOf.right, tonesOf.left]] as const).map(([samples, own, other]) => {
    const windows = toneWindows(samples, rate, own).filter(({ at }) => clear(at));
    const wrong = toneWindows(samples, rate, other).filter(({ at }) => clear(at));
    return windows.length === 0 ? 1 : toneShare(windows) - toneShare(wrong);
  });
  return Math.min(...shares);
}
