import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { recordingFixture, type RecordingFixtureName } from '../../../test/fixtures/recording-fixture.ts';
import { hear, quietStretches, rightTones } from '../../../test/recordings/ear.ts';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { createBlockReader } from './block-reader.ts';
import { fillHoles, remainingGaps } from './fill.ts';
import { mergeRecording } from './merge.ts';
import type { MergeJob, MergeResult } from './merge-runner.ts';
import type { WovenBlock } from './weave.ts';

const start = Date.UTC(2026, 5, 1);

interface Part {
  fixture: RecordingFixtureName;
  at?: number;
  without?: number[];
  first?: number;
  standby?: boolean;
}

async function merged(t: Test, parts: Part[], more: { endMs?: number; pauses?: { fromMs: number; toMs: number | null }[] } = {}) {
  const bytes = new Map<string, Uint8Array>();
  const segments: MergeJob['segments'] = parts.map(({ fixture: name, at = 0, without = [], first, standby = false }, segment) => {
    const { mimeType, chunks } = recordingFixture(name);
    return {
      segment, mimeType, startMs: start + at, expectedChunks: first === undefined ? chunks.length : null, standby,
      chunks: chunks.slice(0, first).map((chunk, seq) => {
        const key = `${segment}/${seq}`;
        bytes.set(key, chunk);
        return { seq, key, bytes: chunk.length, sha256: createHash('sha256').update(chunk).digest('hex') };
      }).filter(({ seq }) => !without.includes(seq)),
    };
  });
  const job: MergeJob = {
    recordingId: 'r', startMs: start, endMs: more.endMs === undefined ? null : start + more.endMs, segments, outputKey: 'r.webm',
    pauses: (more.pauses ?? []).map(({ fromMs, toMs }) => ({ fromMs: start + fromMs, toMs: toMs === null ? null : start + toMs })),
  };
  const folder = t.testdir();
  const blobs = await openBlobs({ kind: 'disk', folder });
  const result = await mergeRecording({ job, readChunk: async ({ key }) => bytes.get(key) ?? null, blobs });
  const file = await readFile(join(folder, 'r.webm'));
  return { ...result, file };
}

/** Every quiet stretch is told, every told one is quiet, and beside them both voices are where they belong. */
async function soundsRight(t: Test, { file, gaps }: MergeResult & { file: Uint8Array }) {
  const heard = await hear(file);
  const quiet = quietStretches(heard, 150);
  const told = quiet.every(({ fromMs, toMs }) => gaps.some((gap) => gap.fromMs <= fromMs + 150 && gap.toMs >= toMs - 150));
  t.ok(told, 'silence is told', { quiet, gaps });
  t.ok(rightTones(heard, gaps, heard.left.length / 8 - 200) > 0.97, 'and beside it both voices are right', { share: rightTones(heard, gaps, heard.left.length / 8 - 200) });
  return heard;
}

t.test('[G4] a chunk that the primary recording lost is heard from the standby, and nothing is missing', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', without: [6, 7, 8] }, { fixture: 'voice', at: 40, standby: true }], { endMs: 9600 });
  t.strictSame(result.gaps, []);
  t.equal(result.filled.length, 2, 'the hole, and what it said behind the end');
  const [hole] = result.filled;
  t.ok(Math.abs(hole!.fromMs - 3000) < 200 && hole!.toMs - hole!.fromMs > 1300, JSON.stringify(hole));
  await soundsRight(t, result);
  const alone = await merged(t, [{ fixture: 'voice', without: [6, 7, 8] }], { endMs: 9600 });
  t.match(alone.gaps, [{ reason: 'missing_chunks' }], 'without it, it is');
  t.strictSame(alone.filled, []);
});

t.test('[G4] the primary recorder that comes late, dies and returns: the standby covers all three', async (t) => {
  const result = await merged(t, [
    { fixture: 'voice', standby: true }, { fixture: 'voice', at: 1500, first: 6 }, { fixture: 'voice', at: 7000, first: 4 }, { fixture: 'voice', at: 9500, standby: true },
  ], { endMs: 18_900 });
  t.strictSame(result.gaps, []);
  t.ok(Math.abs(result.durationMs - 18_981) < 150, `${result.durationMs} ms`);
  t.equal(result.filled.length, 3);
  await soundsRight(t, result);
});

t.test('[G4] what both lack is silence, and told', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', without: [6, 7, 8, 9] }, { fixture: 'voice', standby: true, without: [8, 9, 10, 11] }], { endMs: 9500 });
  t.equal(result.gaps.length, 1);
  t.match(result.gaps, [{ reason: 'missing_chunks' }]);
  t.ok(result.gaps[0]!.fromMs > 3800 && result.gaps[0]!.toMs < 5600, JSON.stringify(result.gaps));
  await soundsRight(t, result);
});

t.test('[G4] silence between a dead primary recorder and a standby that came back is told, however near the end', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', first: 6 }, { fixture: 'voice', at: 4000, first: 3, standby: true }], { endMs: 5500 });
  t.equal(result.gaps.length, 1);
  t.ok(Math.abs(result.gaps[0]!.fromMs - 3000) < 200 && result.gaps[0]!.toMs === 4000, JSON.stringify(result.gaps));
  await soundsRight(t, result);
});

t.test('[G12] a pause is silent, whoever recorded it', async (t) => {
  const pauses = [{ fromMs: 3000, toMs: 6000 }];
  const result = await merged(t, [{ fixture: 'voice' }, { fixture: 'voice', standby: true }], { endMs: 9500, pauses });
  t.match(result.gaps, [{ fromMs: 3000, toMs: 6000, reason: 'not_recorded' }]);
  const heard = await soundsRight(t, result);
  t.ok(heard.left.subarray(3100 * 8, 5900 * 8).every((sample) => Math.abs(sample) < 0.001), 'not a sample of it');
  t.ok(createBlockReader().push(result.file).every(({ timeMs, data }) => timeMs < 2950 || timeMs >= 6000 || data.length <= 3), 'and not a packet');
  const open = await merged(t, [{ fixture: 'voice', first: 6 }, { fixture: 'voice', standby: true }], { endMs: 9500, pauses: [{ fromMs: 3000, toMs: null }] });
  t.ok(open.durationMs < 3100, 'one that never ended takes the rest');
});

t.test('[G10] pictures stop with the agent and the sound goes on; a standby of another kind does no harm', async (t) => {
  const result = await merged(t, [{ fixture: 'video', first: 4 }, { fixture: 'voice', at: 500, standby: true }], { endMs: 10_000 });
  t.match(result.mimeType, /^video\/webm/);
  t.ok(result.durationMs > 9800);
  t.strictSame(result.gaps, []);
  await soundsRight(t, result);
  const back = await merged(t, [{ fixture: 'video', first: 4 }, { fixture: 'voice', at: 500, standby: true }, { fixture: 'video', at: 6000 }], { endMs: 15_500 });
  t.ok(createBlockReader().push(back.file).some(({ track, timeMs }) => track === 1 && timeMs > 12_000), 'and come back with it');
  await soundsRight(t, back);
  for (const fixture of ['mp4', 'h264'] as const) {
    const plain = await merged(t, [{ fixture: 'voice', first: 10 }, { fixture, standby: true }], { endMs: 5000 });
    t.strictSame([plain.filled, plain.mimeType], [[], 'audio/webm;codecs=opus'], `${fixture} is left out`);
  }
});

t.test('[G6] an agent who never recorded leaves what the visitor\'s page has', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', standby: true }], { endMs: 9500 });
  t.strictSame(result.gaps, []);
  await soundsRight(t, result);
});

t.test('[G4] whatever two recorders lack, every moment that one has is heard once, and the rest is told', async (t) => {
  const line = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  const block = (source: number, timeMs: number): WovenBlock => ({ source, block: { track: 1, timeMs, key: true, data: Uint8Array.of(0) }, durationMs: 60, broken: false });
  const stream = async function* (source: number, has: readonly boolean[], shift: number): AsyncGenerator<WovenBlock> {
    for (const [n, there] of has.entries()) if (there) yield block(source, n * 60 + shift);
  };
  await fc.assert(fc.asyncProperty(line, line, fc.integer({ min: 0, max: 59 }), fc.option(fc.tuple(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 900 }))), async (first, second, shift, pause) => {
    const pauses = pause ? [{ fromMs: pause[0], toMs: pause[0] + pause[1] }] : [];
    const filling = fillHoles({ primary: stream(0, first, 0), standby: stream(1, second, shift), pauses, isSound: () => true });
    const out: WovenBlock[] = [];
    for await (const each of filling.blocks) out.push(each);
    const times = out.map(({ block: { timeMs } }) => timeMs);
    if (times.some((time, n) => n > 0 && time < times[n - 1]! - 30)) return false;
    if (out.some(({ block: { timeMs } }) => pauses.some(({ fromMs, toMs }) => timeMs < toMs && timeMs + 60 > fromMs))) return false;
    const sounds = (ms: number): boolean => out.some(({ block: { timeMs } }) => timeMs <= ms && ms < timeMs + 60);
    const held = (ms: number): boolean => pauses.some(({ fromMs, toMs }) => ms >= fromMs - 60 && ms < toMs + 60);
    // A hole of the primary that is long enough to be one is heard where the standby has it; its edges are half a packet wide.
    const holes = first.map((_, n) => n).filter((n) => [n - 1, n, n + 1].every((each) => first[each] !== true));
    return holes.every((n) => [n * 60 + 30].every((ms) => held(ms) || !second.some((there, at) => there && at * 60 + shift <= ms && ms < at * 60 + shift + 60) || sounds(ms)));
  }), { numRuns: 300 });
  t.strictSame(remainingGaps([{ fromMs: 0, toMs: 1000, reason: 'missing_chunks' }, { fromMs: 2000, toMs: 2000, reason: 'missing_chunks' }], {
    filled: [{ fromMs: 0, toMs: 400 }, { fromMs: 450, toMs: 900 }], muted: [], beside: [], endMs: 3000,
  }), [{ fromMs: 2000, toMs: 2000, reason: 'missing_chunks' }], 'a rest that nobody hears is none; a loss without length stays told');
});
