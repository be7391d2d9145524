import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { recordingFixture, type RecordingFixtureName } from '../../../test/fixtures/recording-fixture.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../../../test/tones.ts';
import { partKey } from '../recording-keys.ts';
import { filesBelow, framesOf, jobOf, noFfmpeg, output, sha256, type Part } from '../testing/merged-fixture.ts';
import type { Block } from './block-reader.ts';
import { createFragmentReader } from './fragment-reader.ts';
import { mergeRecording } from './merge.ts';
import type { MergedPart, MergeResult } from './merge-runner.ts';

// Codecs that no file can hold together: several files on one clock, each whole and seekable.

interface Merged extends MergeResult {
  files: (MergedPart & { path: string })[];
}

async function mergedFiles(t: Test, parts: (Part & { standby?: boolean })[], endMs: number | null = null): Promise<Merged> {
  const { job, bytes } = jobOf(parts, endMs);
  parts.forEach(({ standby }, index) => Object.assign(job.segments[index]!, { standby }));
  const { blobs } = await output(t, job);
  const result = await mergeRecording({ job, readChunk: async (chunk) => bytes.get(chunk.key) ?? null, blobs });
  const { durationMs, mimeType, bytes: size, sha256: digest } = result;
  const files = (result.parts ?? [{ offsetMs: 0, durationMs, mimeType, bytes: size, sha256: digest }])
    .map((part, index) => ({ ...part, path: join(t.testdirName, partKey(job.outputKey, index + 1)) }));
  for (const file of files) {
    const stored = await readFile(file.path);
    t.strictSame([stored.length, sha256(stored)], [file.bytes, file.sha256], file.mimeType);
  }
  t.strictSame([files[0]!.bytes, files[0]!.sha256, files[0]!.mimeType], [size, digest, mimeType], 'what is told of the whole is the first file\'s');
  t.equal(files.at(-1)!.offsetMs + files.at(-1)!.durationMs, durationMs);
  return { ...result, files };
}

/** The visitor's tone on the left and the agent's on the right wherever nothing is said to be missing, in every file, on the one clock. */
async function soundsRight(t: Test, { files, gaps }: Merged) {
  if (noFfmpeg) return t.comment(noFfmpeg);
  for (const { path, offsetMs, durationMs, mimeType } of files) {
    const channels = await decodeChannels(path);
    const seconds = channels[0]!.length / sampleRate;
    t.ok(Math.abs(seconds * 1000 - durationMs) < 200, `${seconds} s of sound for ${durationMs} ms`);
    for (const [channel, own, other] of [[0, 440, 1000], [1, 1000, 440]] as const) {
      const clear = ({ at }: { at: number }) => {
        const from = offsetMs + at * 1000;
        return from + 250 < offsetMs + durationMs && !gaps.some((gap) => from + 250 > gap.fromMs - 150 && from < gap.toMs + 150);
      };
      const windows = toneWindows(channels[channel]!, sampleRate, own).filter(clear);
      t.ok(windows.length > 3 && toneShare(windows) >= 0.9, `${mimeType}: ${own} Hz on channel ${channel} in ${Math.round(toneShare(windows) * 100)} % of ${windows.length} windows`);
      t.equal(toneShare(toneWindows(channels[channel]!, sampleRate, other).filter(clear)), 0, `and no ${other} Hz`);
    }
  }
}

const kinds = ({ files }: Merged) => files.map(({ mimeType }) => mimeType.replace(/avc1\.\w+/, 'avc1').replace(/vp09[.\w]+/, 'vp9'));
const vp8 = 'video/webm;codecs=vp8,opus';

t.test('[G4] H.264 behind VP8, AAC before Opus: two files in order, both decode, and the right voices are where they belong', { timeout: 120_000 }, async (t) => {
  for (const [first, second, types, decoded] of [
    ['portrait', 'h264', [vp8, 'video/mp4;codecs=avc1,opus'], true], ['mp4-aac', 'portrait', ['video/mp4;codecs=avc1,mp4a.40.2', vp8], true],
    ['h264', 'mp4-video', ['video/mp4;codecs=avc1,opus', 'video/mp4;codecs=avc1,opus'], false], ['vp9', 'mp4-aac', ['video/webm;codecs=vp9,opus', 'video/mp4;codecs=avc1,mp4a.40.2'], false],
  ] as const) {
    await t.test(`${first}, ${second}`, async (t) => {
      const at = recordingFixture(first).wallMs + 1500;
      const result = await mergedFiles(t, [{ fixture: first }, { fixture: second, at }], at + recordingFixture(second).wallMs);
      t.strictSame(kinds(result), types);
      t.match(result.gaps, [{ reason: 'not_recorded' }], 'nobody recorded in between');
      const [one, two] = result.files;
      t.equal(one!.offsetMs, 0);
      t.equal(two!.offsetMs, at);
      t.ok(Math.abs(one!.durationMs - at) < 60, `what lies between is silence in the first: ${one!.durationMs} ms of ${at}`);
      if (!decoded) return;
      await soundsRight(t, result);
      for (const { path, durationMs } of noFfmpeg ? [] : result.files) {
        const frames = framesOf(path); // throws when ffmpeg complains about a single frame
        t.ok(frames.length > 20, `${frames.length} frames`);
        // A player jumps into the middle of each, by its index.
        execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-ss', String(durationMs / 2000), '-i', path, '-t', '0.2', '-f', 'null', '-']);
      }
    });
  }
});

t.test('[G4] what a Safari or a newer Chromium records as MP4 is one file, after mishaps too', async (t) => {
  const alone = await mergedFiles(t, [{ fixture: 'mp4-aac' }, { fixture: 'mp4-aac', at: 4000 }], 7000);
  t.strictSame(kinds(alone), ['video/mp4;codecs=avc1,mp4a.40.2']);
  t.match(alone.gaps, [{ reason: 'not_recorded' }]);
  await soundsRight(t, alone);
  const lost = await mergedFiles(t, [{ fixture: 'mp4-aac', without: [2] }], 3000);
  t.match(lost.gaps, [{ reason: 'missing_chunks' }]);
  t.ok(lost.gaps[0]!.toMs - lost.gaps[0]!.fromMs < 1600, JSON.stringify(lost.gaps));
  await soundsRight(t, lost);
  const torn = await mergedFiles(t, [{ fixture: 'mp4-aac', first: 5, change: (bytes, seq) => (seq === 4 ? bytes.subarray(0, 6000) : bytes) }]);
  t.ok(torn.durationMs > 1900 && torn.durationMs < 2600, `${torn.durationMs} ms`);
  const opus = await mergedFiles(t, [{ fixture: 'voice' }, { fixture: 'mp4', at: 9600 }], 11_600);
  t.strictSame(kinds(opus), ['audio/webm;codecs=opus'], 'Opus is Opus, whatever it lay in');
  t.strictSame(opus.gaps, []);
  await soundsRight(t, opus);
});

t.test('[G4] a standby is heard in the holes of every file, and between them', async (t) => {
  const result = await mergedFiles(t, [{ fixture: 'video', first: 5 }, { fixture: 'h264', at: 6000 }, { fixture: 'voice', standby: true }], 9500);
  t.strictSame(kinds(result), [vp8, 'video/mp4;codecs=avc1,opus']);
  t.strictSame(result.gaps, []);
  t.strictSame(result.filled.length, 2);
  t.ok(result.durationMs > 9300, `${result.durationMs} ms`);
  await soundsRight(t, result);
});

t.test('[G4] two recorders of different codecs at a time: the first is heard to its end, and the other where it has a hole', async (t) => {
  const other = await mergedFiles(t, [{ fixture: 'video', without: [4, 5] }, { fixture: 'vp9', at: 3000 }], 9500);
  t.strictSame(kinds(other), [vp8], 'the other one ended before it did');
  t.ok(other.gaps.every(({ fromMs, toMs, reason }) => reason === 'missing_chunks' && toMs - fromMs < 1000), JSON.stringify(other.gaps));
  await soundsRight(t, other);
});

t.test('[G4] a file of which nothing can be read is a gap, and of a merge that fails nothing is left', async (t) => {
  const result = await mergedFiles(t, [{ fixture: 'voice' }, { fixture: 'h264', at: 11_000, first: 1, change: (bytes) => bytes.subarray(0, 700) }, { fixture: 'voice', at: 14_000 }], 23_500);
  t.strictSame([...new Set(kinds(result))], ['audio/webm;codecs=opus']);
  t.ok(result.gaps.some(({ fromMs, toMs }) => fromMs <= 11_000 && toMs >= 13_900), JSON.stringify(result.gaps));

  const { job, bytes } = jobOf([{ fixture: 'video' }, { fixture: 'h264', at: 11_000 }]);
  const { blobs } = await output(t, job);
  const broken = async (chunk: { key: string }) => {
    if (chunk.key.endsWith('0001/000003')) throw new Error('the store is down');
    return bytes.get(chunk.key)!;
  };
  await t.rejects(mergeRecording({ job, readChunk: broken, blobs }), { message: 'the store is down' });
  t.strictSame(await filesBelow(t.testdirName), []);
});

const plain = (blocks: Block[]) => blocks.map((block) => ({ ...block, data: Buffer.from(block.data).toString('hex') }));
const read = (parts: Uint8Array[], header?: Uint8Array) => {
  const reader = createFragmentReader(header ? { header } : {});
  return { blocks: parts.flatMap((part) => reader.push(part)), reader };
};

t.test('[S5] frames come out of fragments the same however the bytes are cut, and lost bytes cost only their fragments', async (t) => {
  for (const name of ['mp4', 'mp4-video', 'mp4-aac'] as RecordingFixtureName[]) {
    const { chunks } = recordingFixture(name);
    const bytes = Buffer.concat(chunks);
    const { blocks, reader } = read([bytes]);
    const expected = plain(blocks);
    t.ok(expected.length > 30 && reader.damages() === 0, `${name}: ${expected.length} frames`);
    t.strictSame(plain(read(chunks).blocks), expected);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const parts: Uint8Array[] = [];
      for (let at = 0, n = 0; at < bytes.length; n++) parts.push(bytes.subarray(at, (at += sizes[n % sizes.length]!)));
      t.strictSame(plain(read(parts).blocks), expected);
    }), { numRuns: 10, seed: 7 });
    fc.assert(fc.property(fc.integer({ min: 2000, max: bytes.length - 1 }), (cut) => {
      const kept = plain(read([bytes.subarray(0, cut)]).blocks);
      t.strictSame(kept, expected.slice(0, kept.length));
    }), { numRuns: 20, seed: 8 });
  }
  const { chunks } = recordingFixture('mp4-aac');
  const { blocks, reader } = read(chunks);
  const behind = createFragmentReader();
  behind.push(chunks[0]!);
  behind.lose();
  const after = chunks.slice(3).flatMap((chunk) => behind.push(chunk));
  t.ok(after.length > 30 && behind.damages() === 0, `${after.length} frames behind the hole`);
  t.strictSame(plain(after), plain(blocks.slice(blocks.length - after.length)));
  const borrowed = read(chunks.slice(2), reader.header() as Uint8Array).blocks;
  t.strictSame(plain(borrowed), plain(blocks.slice(blocks.length - borrowed.length)), 'and with the header of another');
  t.equal(read(chunks.slice(1)).reader.header(), 'none');
  t.equal(read(recordingFixture('voice').chunks).reader.header(), 'none');
});

t.test('[S6] forged fragments neither throw nor eat memory', async () => {
  const bytes = Buffer.concat(recordingFixture('mp4-aac').chunks).subarray(0, 20_000);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { minLength: 1, maxLength: 5 }), (changes) => {
    const forged = Buffer.from(bytes);
    for (const [at, value] of changes) forged[at] = value;
    read([forged.subarray(0, 9000), forged.subarray(9000)]);
  }), { numRuns: 300, seed: 9 });
});
