import { checkEvidence, holds } from '../../protocol/evidence-check.ts';
import { createHash } from 'node:crypto';
import { hear, quietStretches, rightTones, soundingMs, soundingSteps } from './ear.ts';
import { SLICE_MS, type Ran } from './staged-recorder.ts';

/** What a consultation left. */
export interface Left {
  startedAt: number;
  gaps: readonly { fromMs: number; toMs: number; reason: string }[];
  file: Uint8Array;
  manifest: string;
  ran: readonly Ran[];
  /** When the recording was held, ms since the epoch. */
  holds: readonly { fromMs: number; toMs: number }[];
}

/** What is said of it. Milliseconds. */
export interface Verdict {
  /** What each dead recorder lost and nobody else had, as far as it lost anything: at most a slice. */
  lostWithDeaths: number[];
  /** Sound that some recorder had safely, and the file has not. */
  lostWithout: number;
  wrong: string[];
}

/** Half a packet at each end, and what a recorder needs to begin. */
const edgeMs = 160;
const stepMs = 20;

/** Listens to a merged file and compares it with what every recorder had when. */
export async function judge({ startedAt, gaps, file, manifest, ran, holds: held }: Left): Promise<Verdict> {
  const wrong: string[] = [];
  const heard = await hear(file);
  const steps = soundingSteps(heard);
  const lengthMs = (steps.lastIndexOf(true) + 1) * stepMs;
  const lives = ran.map((each) => ({ ...each, fromMs: each.fromMs - startedAt, toMs: each.toMs - startedAt, keptMs: each.keptMs - startedAt }));
  const pauses = held.map(({ fromMs, toMs }) => ({ fromMs: fromMs - startedAt, toMs: toMs - startedAt }));

  const told = ({ fromMs, toMs }: { fromMs: number; toMs: number }): boolean => gaps.some((gap) => gap.fromMs <= fromMs + edgeMs && gap.toMs >= toMs - edgeMs);
  for (const quiet of quietStretches(heard, 280)) if (!told(quiet)) wrong.push(`silence from ${quiet.fromMs} to ${quiet.toMs} is not told`);
  for (const gap of gaps) {
    const inner = gap.toMs - gap.fromMs - 2 * edgeMs;
    if (inner > 0 && soundingMs(steps, gap.fromMs + edgeMs, gap.toMs - edgeMs) > inner * 0.1) wrong.push(`sound in the gap from ${gap.fromMs} to ${gap.toMs}`);
  }
  for (const { fromMs, toMs } of pauses) {
    if (soundingMs(steps, fromMs + 80, Math.min(toMs, lengthMs) - 80) > 0) wrong.push(`sound in the pause from ${fromMs} to ${toMs}`);
  }
  const share = rightTones(heard, [...gaps, ...lives.flatMap(({ fromMs, keptMs }) => [{ fromMs, toMs: fromMs }, { fromMs: keptMs, toMs: keptMs }])], lengthMs);
  if (share < 0.95) wrong.push(`tones are right in ${Math.round(share * 100)} % outside the gaps`);
  const report = await checkEvidence({ text: manifest, fileSha256: createHash('sha256').update(file).digest('hex') });
  if (!holds(report)) wrong.push('the manifest does not hold');

  const inPause = (ms: number): boolean => pauses.some(({ fromMs, toMs }) => ms > fromMs - 80 && ms < toMs + 80);
  let lostWithout = 0;
  let run = 0;
  const grieved = new Map<object, number>();
  const endMs = Math.max(0, ...lives.map(({ toMs }) => toMs));
  for (let ms = stepMs / 2; ms <= endMs; ms += stepMs) {
    const recording = lives.filter(({ fromMs, toMs }) => ms > fromMs + 80 && ms < toMs - 20);
    const silent = recording.length > 0 && !inPause(ms) && steps[Math.floor(ms / stepMs)] !== true;
    const safe = recording.some(({ keptMs, fromMs }) => ms > fromMs + edgeMs && ms < keptMs - 80);
    if (silent && !safe) {
      const dead = recording.filter(({ killed, toMs }) => killed && toMs - ms <= SLICE_MS + edgeMs);
      for (const life of dead) grieved.set(life, (grieved.get(life) ?? 0) + stepMs);
    }
    // A moment's silence at a seam is no loss; a fifth of a second is.
    run = silent && safe ? run + stepMs : 0;
    if (run === 200) lostWithout += 200;
    else if (run > 200) lostWithout += stepMs;
  }
  return { lostWithDeaths: [...grieved.values()], lostWithout, wrong };
}
