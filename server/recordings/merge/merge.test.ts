import { createReadStream } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { recordingFixture, type RecordingFixtureName } from '../../../test/fixtures/recording-fixture.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../../../test/tones.ts';
import { bytesOf } from '../../blobs/blobs.contract.ts';
import type { BlobStore, ByteRange } from '../../blobs/blobs.ts';
import { openBlobs } from '../../blobs/open-blobs.ts';
import { filesBelow, framesOf, hears, jobOf, merged, noFfmpeg, output, sha256, type Part } from '../testing/merged-fixture.ts';
import { createBlockReader } from './block-reader.ts';
import { readHead } from './ebml.ts';
import { mergeRecording } from './merge.ts';
import { MergeFailure, type MergeChunk, type MergeResult } from './merge-runner.ts';
import { createMergeRunner } from './run-merge.ts';
import { verifyRecording } from './verify.ts';

t.test('[S5] an intact recording keeps every packet, gets a duration and cues, and both voices', async (t) => {
  const result = await merged(t, [{ fixture: 'voice' }], 9600);
  t.strictSame(result.gaps, []);
  t.equal(result.mimeType, 'audio/webm;codecs=opus');
  t.ok(Math.abs(result.durationMs - recordingFixture('voice').wallMs) < 9501 * 0.02, `${result.durationMs} ms`);
  const before = createBlockReader().push(Buffer.concat(recordingFixture('voice').chunks));
  const after = createBlockReader().push(await readFile(result.path));
  t.equal(result.packets, before.length);
  t.strictSame(after.map((block) => [block.timeMs, sha256(block.data)]), before.map((block) => [block.timeMs, sha256(block.data)]));
  await hears(t, result.path, [], result.durationMs);
});

t.test('[S5] the order of arrival and repetitions make no difference', async (t) => {
  const { job, bytes } = jobOf([{ fixture: 'voice' }]);
  const expected = await merged(t, [{ fixture: 'voice' }]);
  const chunks = job.segments[0]!.chunks;
  job.segments[0]!.chunks = [...chunks.slice(9).reverse(), ...chunks.slice(0, 12), chunks[3]!];
  const result = await mergeRecording({ job, readChunk: async (chunk) => bytes.get(chunk.key) ?? null, blobs: (await output(t, job)).blobs });
  t.equal(result.sha256, expected.sha256);
});

t.test('[S5] a killed recorder leaves everything that it had sent', async (t) => {
  const torn = (bytes: Uint8Array, seq: number) => (seq === 9 ? bytes.subarray(0, 3000) : bytes);
  const result = await merged(t, [{ fixture: 'voice', first: 10, change: torn }], 9500);
  t.ok(result.durationMs > 5000 && result.durationMs < 5250, `${result.durationMs} ms`);
  t.strictSame(result.gaps, [{ fromMs: result.durationMs, toMs: 9500, reason: 'not_recorded' }]);
  await hears(t, result.path, [], result.durationMs);
});

t.test('[S5] a lost chunk in the middle is silence of the right length, and what follows stays in its place', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', without: [6, 7, 8] }]);
  t.ok(Math.abs(result.durationMs - 9481) < 100, `${result.durationMs} ms`);
  t.equal(result.gaps.length, 1);
  const [gap] = result.gaps;
  t.match(gap, { reason: 'missing_chunks' });
  t.ok(gap!.toMs - gap!.fromMs >= 1400 && gap!.toMs - gap!.fromMs <= 2600, `${gap!.fromMs} to ${gap!.toMs} ms`);
  await hears(t, result.path, result.gaps, result.durationMs);
});

t.test('[S5] a damaged chunk is as good as lost, and several losses are told each', async (t) => {
  const { job, bytes } = jobOf([{ fixture: 'voice' }]);
  const store = await openBlobs({ kind: 'disk', folder: t.testdir() });
  for (const [key, value] of bytes) {
    const seq = Number(key.slice(-6));
    const kept = seq === 4 ? value.map((byte) => byte ^ 1) : seq === 10 ? Buffer.concat([value, value]) : value;
    if (seq !== 14) await store.put(key, kept, { contentType: 'application/octet-stream' });
  }
  const { readChunksFrom } = await import('./blob-chunks.ts');
  const path = join(t.testdirName, job.outputKey);
  const result = await mergeRecording({ job, readChunk: readChunksFrom(store), blobs: store });
  t.strictSame(result.gaps.map((gap) => gap.reason), ['missing_chunks', 'missing_chunks', 'missing_chunks']);
  await hears(t, path, result.gaps, result.durationMs);
});

t.test('[S5] without its first chunk a segment borrows the header of another of the same kind', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', without: [0] }, { fixture: 'voice', at: 12_000 }], 21_600);
  t.strictSame(result.gaps.map((gap) => gap.reason), ['missing_chunks', 'not_recorded']);
  t.equal(result.gaps[0]!.fromMs, 0);
  t.ok(result.gaps[0]!.toMs <= 2100, `${result.gaps[0]!.toMs} ms`);
  await hears(t, result.path, result.gaps, 21_481);
});

t.test('[S5] without its first chunk and without a fitting header a segment is a gap', async (t) => {
  const result = await merged(t, [{ fixture: 'voice', without: [0] }, { fixture: 'video', at: 12_000 }]);
  t.strictSame(result.gaps.map((gap) => [gap.fromMs, gap.reason]), [[0, 'unreadable']]);
  t.ok(Math.abs(result.durationMs - 21_481) < 150);
  await hears(t, result.path, result.gaps, 21_481);
  const clashing = [{ fixture: 'voice' as const }, { fixture: 'mono' as const, at: 9_600 }, { fixture: 'voice' as const, at: 14_000, without: [0] }];
  const unclear = await merged(t, clashing, 23_500);
  t.match(unclear.gaps, [{ reason: 'unreadable', toMs: 23_500 }], 'two headers that differ: neither is lent');
});

t.test('[S5] two segments with time between them lie on one clock', async (t) => {
  const result = await merged(t, [{ fixture: 'voice' }, { fixture: 'voice', at: 15_000 }], 24_600);
  t.strictSame(result.gaps, [{ fromMs: 9481, toMs: 15_000 + recordingFixtureStart('voice'), reason: 'not_recorded' }]);
  t.ok(Math.abs(result.durationMs - 24_481) < 100);
  await hears(t, result.path, result.gaps, 24_481);
});

t.test('[S5] a call that turned from voice to video is one file', async (t) => {
  const result = await merged(t, [{ fixture: 'voice' }, { fixture: 'video', at: 11_000 }, { fixture: 'voice', at: 22_000 }]);
  t.equal(result.mimeType, 'video/webm;codecs=vp8,opus');
  t.equal(result.gaps.length, 2);
  await hears(t, result.path, result.gaps, 31_481);
  if (!noFfmpeg) {
    const frames = framesOf(result.path);
    t.ok(frames.length > 130, `${frames.length} frames`);
    t.ok(frames[0]! >= 11 && frames.at(-1)! <= 20.6, `${frames[0]} to ${frames.at(-1)} s`);
  }
});

t.test('[S5] behind a loss pictures wait for a key frame, and another size of picture may follow', async (t) => {
  const result = await merged(t, [{ fixture: 'video', without: [4] }, { fixture: 'portrait', at: 10_000 }]);
  t.match(result.gaps, [{ reason: 'missing_chunks' }]);
  await hears(t, result.path, result.gaps, 12_929);
  if (!noFfmpeg) t.ok(framesOf(result.path).length > 120, 'ffmpeg decodes every frame without a complaint');
  const frames = createBlockReader().push(await readFile(result.path)).filter((block) => block.track === 1);
  const behind = frames.find((frame) => frame.timeMs > result.gaps[0]!.fromMs)!;
  t.ok(behind.key, 'the first picture behind the gap is a key frame');
});

t.test('[S5] a mono segment among stereo ones is heard in both ears', async (t) => {
  const result = await merged(t, [{ fixture: 'mono' }, { fixture: 'voice', at: 5000 }]);
  if (noFfmpeg) return t.comment(noFfmpeg);
  const [left, right] = await decodeChannels(result.path);
  for (const channel of [left!, right!]) t.ok(toneShare(toneWindows(channel.subarray(0, 2.8 * sampleRate), sampleRate, 440)) > 0.9);
  t.ok(toneShare(toneWindows(right!.subarray(5.2 * sampleRate), sampleRate, 1000)) > 0.95);
});

t.test('[S5] times that stand still, go back or lie a year ahead do no harm', async (t) => {
  // Bytes 5 and 6 of each SimpleBlock of Chromium's are its time within the Cluster.
  const retimed = (change: (offset: number, n: number) => number) => {
    let n = 0;
    return (bytes: Uint8Array) => {
      const copy = Buffer.from(bytes);
      for (let at = copy.indexOf(0xa3); at !== -1; at = copy.indexOf(0xa3, at + 1)) {
        const head = readHead(copy, at);
        if (typeof head === 'string' || head.id !== 0xa3 || head.contentBytes! < 300 || copy[at + head.headBytes] !== 0x81) continue;
        const place = at + head.headBytes + 1;
        if (place + 2 <= copy.length) copy.writeInt16BE(change(copy.readInt16BE(place), n++), place);
      }
      return copy;
    };
  };
  for (const change of [(offset: number) => offset - (offset % 240), (offset: number, n: number) => Math.max(-3000, offset - (n % 5) * 300), () => 0]) {
    const result = await merged(t, [{ fixture: 'voice', change: retimed(change) }]);
    const times = createBlockReader().push(await readFile(result.path)).map((block) => block.timeMs);
    t.ok(times.every((time, n) => n === 0 || time >= times[n - 1]!), 'times never go back');
    t.ok(times.length - new Set(times).size > 60, 'and many are equal, as was intended');
    t.ok(times.length >= 158);
    if (!noFfmpeg) await t.resolves(decodeChannels(result.path));
  }
  const far = (bytes: Uint8Array, seq: number) => {
    if (seq < 8) return bytes;
    let copy = Buffer.from(bytes);
    for (let at = copy.indexOf('1f43b675', 0, 'hex'); at !== -1; at = copy.indexOf('1f43b675', at + 1, 'hex')) {
      // The Cluster's time (2 bytes) becomes one of 6 bytes: some fifty days.
      copy = Buffer.concat([copy.subarray(0, at + 12), Buffer.from([0xe7, 0x86, 0, 1, 0, 0]), copy.subarray(at + 14)]);
    }
    return copy;
  };
  const result = await merged(t, [{ fixture: 'voice', change: far }, { fixture: 'voice', at: 12_000 }], 21_500);
  t.match(result.gaps, [{ reason: 'unreadable' }]);
  t.ok(Math.abs(result.durationMs - 21_481) < 100, 'no years of silence are written');
});

t.test('[S5] what cannot be joined is refused by name, and no file is called finished', async (t) => {
  const refused = async (parts: Part[], code: string) => {
    await t.rejects(merged(t, parts), { name: 'MergeFailure', code });
  };
  await refused([], 'nothing_readable');
  await refused([{ fixture: 'voice', without: [0] }], 'nothing_readable');
  await refused([{ fixture: 'voice', first: 0 }], 'nothing_readable');
  await refused([{ fixture: 'voice', change: (bytes) => bytes.map((_, n) => n) }], 'nothing_readable');
  await refused([{ fixture: 'voice', first: 1, change: (bytes) => bytes.subarray(0, 230) }], 'nothing_readable');
  await refused([{ fixture: 'voice', mimeType: 'audio/ogg;codecs=opus' }], 'unsupported_type');
  await refused([{ fixture: 'voice' }, { fixture: 'mp4', mimeType: 'audio/wav', at: 10_000 }], 'unsupported_type');
  const other = await merged(t, [{ fixture: 'vp9' }]);
  t.match(other.mimeType, /^video\/webm;codecs=vp09\..*,opus$/);
});

t.test('[S5] a store that fails makes the merge fail, not shorten the recording', async (t) => {
  const { job, bytes } = jobOf([{ fixture: 'voice' }]);
  const readChunk = async (chunk: MergeChunk) => {
    if (chunk.seq === 12) throw new Error('the store is down');
    return bytes.get(chunk.key)!;
  };
  const { blobs } = await output(t, job);
  await t.rejects(mergeRecording({ job, readChunk, blobs }), { message: 'the store is down' });
  t.strictSame(await filesBelow(t.testdirName), []);
});

t.test('[S5] a file that is not what was written is not accepted', async (t) => {
  const { path, packets, durationMs, bytes: length } = await merged(t, [{ fixture: 'voice' }]);
  const expected = { packets, endMs: durationMs };
  const file = { bytes: length, read: async (range?: ByteRange) => createReadStream(path, range && { start: range.start, end: range.end - 1 }) };
  t.equal((await verifyRecording(file, expected)).durationMs, durationMs);
  await t.rejects(verifyRecording(file, { ...expected, packets: packets + 1 }), { message: /holds 158 packets/ });
  await t.rejects(verifyRecording(file, { ...expected, endMs: durationMs + 500 }));
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  await t.rejects(verifyRecording(file, expected));
});

t.test('[G4] a file that the store keeps otherwise than it was written goes again', async (t) => {
  const { job, bytes } = jobOf([{ fixture: 'voice' }]);
  const { blobs } = await output(t, job);
  const lossy: BlobStore = {
    ...blobs,
    async openWrite(key, options) {
      const write = await blobs.openWrite(key, options);
      return { ...write, write: (position, data) => write.write(position, data.length > 60_000 ? data.map((byte, at) => (at > 50_000 && at < 50_500 ? 0 : byte)) : data) };
    },
  };
  await t.rejects(mergeRecording({ job, readChunk: async (chunk) => bytes.get(chunk.key) ?? null, blobs: lossy }), { message: /holds \d+ packets/ });
  t.equal(await blobs.head(job.outputKey), null);
});

t.test('[S5] the runner merges in a thread, one job at a time, and leaves nothing behind', async (t) => {
  const folder = t.testdir({ blobs: {} });
  const blobs = { kind: 'disk', folder: join(folder, 'blobs') } as const;
  const store = await openBlobs(blobs);
  const { job, bytes } = jobOf([{ fixture: 'voice', without: [3] }]);
  for (const [key, value] of bytes) await store.put(key, value, { contentType: 'application/octet-stream' });
  const runner = createMergeRunner({ blobs });

  const [one, two, refused] = await Promise.allSettled([
    runner.run(job),
    runner.run({ ...job, outputKey: 'recordings/again.webm' }),
    runner.run({ ...job, segments: [] }),
  ]);
  t.equal(one.status, 'fulfilled');
  t.match(refused, { status: 'rejected', reason: { code: 'nothing_readable' } });
  t.ok((refused as PromiseRejectedResult).reason instanceof MergeFailure);
  const result = (one as PromiseFulfilledResult<MergeResult>).value;
  t.strictSame((two as PromiseFulfilledResult<MergeResult>).value, result, 'a second run gives the same file');
  t.strictSame(await store.head('recordings/r1.webm'), { bytes: result.bytes, contentType: 'audio/webm;codecs=opus' });
  t.equal(sha256(await bytesOf(await store.read('recordings/r1.webm'))), result.sha256);
  t.match(result.gaps, [{ reason: 'missing_chunks' }]);
  t.equal((await filesBelow(folder)).length, bytes.size + 2 * 2, 'the chunks, and two files with their types');

  await writeFile(join(folder, 'file'), '');
  const blocked = createMergeRunner({ blobs: { kind: 'disk', folder: join(folder, 'file/below') } });
  await t.rejects(blocked.run(job), { code: 'nothing_readable' });
  await blocked.close();

  const cut = runner.run(job);
  const waiting = runner.run(job);
  const ends = Promise.all([t.rejects(cut, { message: /closed/ }), t.rejects(waiting, { message: /closed/ })]);
  await new Promise((resolve) => setImmediate(resolve));
  await runner.close();
  await ends;
  await appendFile(join(folder, 'file'), 'the process lives');
});

/** Where a fixture's first packet lies. */
function recordingFixtureStart(name: RecordingFixtureName): number {
  return Math.round(createBlockReader().push(Buffer.concat(recordingFixture(name).chunks))[0]!.timeMs);
}
