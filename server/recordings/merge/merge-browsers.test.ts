import t from 'tap';
import { recordingFixture, type RecordingFixtureName } from '../../../test/fixtures/recording-fixture.ts';
import { framesOf, hears, merged, noFfmpeg, type Part } from '../testing/merged-fixture.ts';
import type { GapReason } from './merge-runner.ts';

// What real Chromium and real Firefox wrote (`node test/fixtures/make-recordings.mjs`), as it arrives after every mishap.

/** One mishap: what arrives, how long the file is then, what it says is missing, and from when to when it has pictures, in ms. */
interface Case {
  name: string;
  parts: Part[];
  endMs?: number;
  durationMs: number;
  gaps: GapReason[];
  frames?: [number, number];
}

const browsers: { browser: string; voice: RecordingFixtureName; video: RecordingFixtureName }[] = [
  { browser: 'Chromium', voice: 'voice', video: 'video' },
  { browser: 'Firefox', voice: 'firefox-voice', video: 'firefox-video' },
];

function casesOf({ voice, video }: (typeof browsers)[number]): Case[] {
  const { wallMs, chunks: { length } } = recordingFixture(voice);
  const torn = (bytes: Uint8Array, seq: number) => (seq === length - 1 ? bytes.subarray(0, bytes.length / 2) : bytes);
  // The same chunk again and every two of them the other way round: `seq` says where they belong.
  const shuffled = (order: (seqs: number[]) => number[]) => ({ fixture: voice, order });
  return [
    { name: 'intact', parts: [{ fixture: voice }], durationMs: wallMs, gaps: [] },
    { name: 'intact, with pictures', parts: [{ fixture: video }], durationMs: wallMs, gaps: [], frames: [0, wallMs] },
    { name: 'torn tail', parts: [{ fixture: voice, first: length, change: torn }], durationMs: wallMs - 300, gaps: [] },
    { name: 'lost middle', parts: [{ fixture: voice, without: [7, 8] }], durationMs: wallMs, gaps: ['missing_chunks'] },
    { name: 'lost middle, with pictures', parts: [{ fixture: video, without: [4] }], durationMs: wallMs, gaps: ['missing_chunks'], frames: [0, wallMs] },
    { name: 'lost first', parts: [{ fixture: voice, without: [0] }, { fixture: voice, at: 11_000 }], durationMs: 11_000 + wallMs, gaps: ['missing_chunks', 'not_recorded'] },
    { name: 'doubled', parts: [shuffled((seqs) => seqs.flatMap((seq) => [seq, seq]))], durationMs: wallMs, gaps: [] },
    { name: 'swapped', parts: [shuffled((seqs) => seqs.map((seq) => Math.min(seqs.length - 1, seq ^ 1)))], durationMs: wallMs, gaps: [] },
    { name: 'two segments with a gap', parts: [{ fixture: voice }, { fixture: voice, at: 14_000 }], durationMs: 14_000 + wallMs, gaps: ['not_recorded'] },
    { name: 'voice becomes video', parts: [{ fixture: voice }, { fixture: video, at: 11_000 }], durationMs: 11_000 + wallMs, gaps: ['not_recorded'], frames: [11_000, 11_000 + wallMs] },
    { name: 'another size of picture', parts: [{ fixture: video }, { fixture: 'portrait', at: 11_000 }], durationMs: 11_000 + recordingFixture('portrait').wallMs, gaps: ['not_recorded'], frames: [0, 13_900] },
    { name: 'the other browser goes on', parts: [{ fixture: voice }, { fixture: voice === 'voice' ? 'firefox-voice' : 'voice', at: 11_000 }], durationMs: 11_000 + wallMs, gaps: ['not_recorded'] },
  ];
}

for (const browser of browsers) {
  t.test(`[S5] [G4] of what ${browser.browser} recorded, after every mishap there is one whole file that says what it lacks`, async (t) => {
    for (const { name, parts, endMs, durationMs, gaps, frames } of casesOf(browser)) {
      await t.test(name, async (t) => {
        const result = await merged(t, parts, endMs);
        // A mock sound card (Firefox without a real one) runs a little slow.
        t.ok(Math.abs(result.durationMs - durationMs) < 500, `${result.durationMs} ms for ${durationMs}`);
        t.strictSame(result.gaps.map(({ reason }) => reason), gaps);
        await hears(t, result.path, result.gaps, result.durationMs);
        if (!frames || noFfmpeg) return;
        const seen = framesOf(result.path); // throws when ffmpeg complains about a single frame
        t.ok(seen.length > 30 && seen[0]! * 1000 >= frames[0] - 1 && seen.at(-1)! * 1000 <= frames[1] + 300, `${seen.length} frames, ${seen[0]} to ${seen.at(-1)} s`);
      });
    }
  });
}
