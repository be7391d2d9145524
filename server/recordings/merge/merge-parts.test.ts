import fc from 'fast-check';
import t from 'tap';
import { recordingFixture } from '../../../test/fixtures/recording-fixture.ts';
import { createBlockReader, type Block } from './block-reader.ts';
import { findCluster, readHead, readUint } from './ebml.ts';
import type { GapReason, MergeChunk, MergeSegment } from './merge-runner.ts';
import { opusDurationMs, opusSilence } from './opus.ts';
import { planMerge } from './plan.ts';
import type { SegmentItem } from './segment-stream.ts';
import { weave, type WeaveSource, type WovenBlock } from './weave.ts';

const voice = recordingFixture('voice');
const video = recordingFixture('video');
const whole = (fixture: { chunks: Uint8Array[] }) => Buffer.concat(fixture.chunks);
const readAll = (...parts: Uint8Array[]) => {
  const reader = createBlockReader();
  return { blocks: parts.flatMap((part) => reader.push(part)), reader };
};
const plain = (blocks: Block[]) => blocks.map((block) => ({ ...block, data: Buffer.from(block.data).toString('hex') }));

t.test('[S5] the head of an element is read as RFC 8794 says', async (t) => {
  t.strictSame(readHead(Uint8Array.of(0xa3, 0x85), 0), { id: 0xa3, headBytes: 2, contentBytes: 5 });
  t.strictSame(readHead(Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255), 0), { id: 0x1f43b675, headBytes: 12, contentBytes: null });
  t.strictSame(readHead(Uint8Array.of(0xe7, 0xff), 0), { id: 0xe7, headBytes: 2, contentBytes: null });
  t.strictSame(readHead(Uint8Array.of(0, 0x42, 0x86, 0x40, 0x02), 1), { id: 0x4286, headBytes: 4, contentBytes: 2 });
  t.equal(readHead(Uint8Array.of(0x1f, 0x43), 0), 'short');
  t.equal(readHead(Uint8Array.of(0xa3), 0), 'short');
  t.equal(readHead(Uint8Array.of(), 0), 'short');
  t.equal(readHead(Uint8Array.of(0x00, 0x81), 0), 'invalid');
  t.equal(readHead(Uint8Array.of(0x08, 0x81, 0, 0, 0), 0), 'invalid');
  t.equal(readHead(Uint8Array.of(0xa3, 0x00), 0), 'invalid');
  t.equal(readUint(Uint8Array.of(1, 2, 3), 0, 3), 0x010203);
  t.ok(Number.isNaN(readUint(new Uint8Array(8).fill(255), 0, 8)));
});

t.test('[S5] a Cluster is found wherever it begins, and its identifier alone is not one', async (t) => {
  const cluster = Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255, 0xe7, 0x82, 1, 2);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }).filter((noise) => !noise.includes(0x1f)), fc.nat(cluster.length), (noise, seen) => {
    const found = findCluster(Buffer.concat([noise, cluster.subarray(0, seen)]), 0);
    t.strictSame(found, seen === 0 ? null : { at: noise.length, sure: seen >= 14 });
  }));
  const decoy = Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x81, 0x55, 0x81, 0);
  t.strictSame(findCluster(Buffer.concat([decoy, cluster]), 0), { at: 8, sure: true });
  t.equal(findCluster(decoy, 0), null);
});

t.test('[S5] blocks come out the same however the bytes are cut', async (t) => {
  for (const fixture of [voice, video]) {
    const expected = plain(readAll(whole(fixture)).blocks);
    t.ok(expected.length > 100, `${expected.length} blocks`);
    t.strictSame(plain(readAll(...fixture.chunks).blocks), expected, 'as the recorder cut them');
    t.ok(expected.every((block, n) => n === 0 || block.timeMs >= expected[n - 1]!.timeMs - 100), 'in order of time');
  }
  const bytes = whole(voice).subarray(0, 12_000);
  const expected = plain(readAll(bytes).blocks);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }), (sizes) => {
    const parts: Uint8Array[] = [];
    for (let at = 0, n = 0; at < bytes.length; n++) parts.push(bytes.subarray(at, (at += sizes[n % sizes.length]!)));
    t.strictSame(plain(readAll(...parts).blocks), expected);
  }), { numRuns: 25 });
});

t.test('[S5] a torn end costs only the packet that is torn', async (t) => {
  const bytes = whole(voice);
  const blocks = readAll(bytes).blocks;
  for (const cut of [1, 7, 300, 2000]) {
    const kept = readAll(bytes.subarray(0, bytes.length - cut)).blocks;
    t.strictSame(plain(kept), plain(blocks.slice(0, kept.length)));
    t.ok(kept.length >= blocks.length - Math.ceil(cut / 400) - 1, `${cut} bytes off: ${blocks.length - kept.length} packets off`);
  }
});

t.test('[S5] behind lost bytes reading goes on at the next Cluster, with the right times', async (t) => {
  const all = readAll(whole(voice)).blocks;
  for (let lost = 1; lost < voice.chunks.length - 3; lost++) {
    const reader = createBlockReader();
    const before = voice.chunks.slice(0, lost).flatMap((chunk) => reader.push(chunk));
    reader.lose();
    const after = voice.chunks.slice(lost + 1).flatMap((chunk) => reader.push(chunk));
    t.strictSame(plain(before), plain(all.slice(0, before.length)));
    t.strictSame(plain(after), plain(all.slice(all.length - after.length)), `chunk ${lost}`);
    t.ok(all.length - before.length - after.length <= 28, `${all.length - before.length - after.length} packets lost`);
    t.equal(reader.damages(), 0);
  }
});

t.test('[S5] without its first chunk a stream is read with the header of another', async (t) => {
  const { reader, blocks } = readAll(...voice.chunks);
  const header = reader.header() as Uint8Array;
  t.type(header, Uint8Array);
  t.ok(header.length < 500);
  const borrowed = createBlockReader({ header });
  const rest = voice.chunks.slice(3).flatMap((chunk) => borrowed.push(chunk));
  t.strictSame(plain(rest), plain(blocks.slice(blocks.length - rest.length)));
  t.equal(readAll(...voice.chunks.slice(1)).reader.header(), 'none', 'and without any nothing is read');
  t.equal(readAll(...recordingFixture('mp4').chunks).reader.header(), 'none');
});

t.test('[S6] forged and random bytes neither throw nor eat memory', async (t) => {
  const { reader } = readAll(...voice.chunks);
  const header = reader.header() as Uint8Array;
  const cluster = [0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 5];
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), fc.boolean(), (parts, within) => {
    const forged = createBlockReader({ header });
    if (within) forged.push(Uint8Array.from(cluster));
    for (const part of parts) for (const block of forged.push(part)) t.ok(block.data.length <= 2000);
  }));
  fc.assert(fc.property(fc.nat(5000), fc.nat(255), fc.nat(4000), (at, value, from) => {
    const bytes = whole(voice).subarray(0, 9000).slice();
    bytes[from + at] = value;
    readAll(bytes);
  }));
  const huge = createBlockReader({ header });
  t.strictSame(huge.push(Uint8Array.from([...cluster, 0xa3, 0x08, 0xff, 0xff, 0xff, 0xff])), []);
  t.equal(huge.damages(), 1, 'a block of 4 GiB is not waited for');
  t.equal(huge.push(Uint8Array.from([...cluster, 0xa3, 0x85, 0x81, 0, 1, 0x80, 42])).length, 1, 'and what follows is read');
  const laced = createBlockReader({ header });
  t.strictSame(laced.push(Uint8Array.from([...cluster, 0xa3, 0x85, 0x81, 0, 1, 0x86, 42])), []);
  const skipping = createBlockReader({ header });
  skipping.push(Uint8Array.from([...cluster, 0xec, 0x84, 1]));
  t.strictSame(skipping.push(Uint8Array.of(2, 3)), []);
  t.strictSame(plain(skipping.push(Uint8Array.from([4, 0xa3, 0x85, 0x81, 0xff, 0xfe, 0x80, 42]))), [{ track: 1, timeMs: 3, key: true, data: '2a' }]);
});

t.test('[S5] a BlockGroup is a key frame unless it refers to another', async (t) => {
  const { reader } = readAll(...voice.chunks);
  const cluster = [0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 5];
  const blocks = createBlockReader({ header: reader.header() as Uint8Array }).push(Uint8Array.from([
    ...cluster, 0xa0, 0x87, 0xa1, 0x85, 0x82, 0, 1, 0, 9, 0xa0, 0x8a, 0xa1, 0x85, 0x82, 0, 2, 0, 8, 0xfb, 0x81, 1,
    0xa0, 0x83, 0xfb, 0x81, 1, // no block in it: damage
  ]));
  t.strictSame(blocks.map((block) => [block.track, block.timeMs, block.key]), [[2, 6, true], [2, 7, false]]);
});

t.test('[S5] Opus packets tell their length', async (t) => {
  t.equal(opusDurationMs(opusSilence(2)), 20);
  t.equal(opusDurationMs(opusSilence(1)), 20);
  t.strictSame(
    [[0x00], [0x18], [0x60], [0x68], [0x80], [0x98], [0x99], [0x9b, 0x03], [0x1b, 0x03], [0x9b], []].map((packet) => opusDurationMs(Uint8Array.from(packet))),
    [10, 60, 10, 20, 2.5, 20, 40, 60, 0, 0, 0],
  );
  const { blocks } = readAll(...voice.chunks);
  t.ok(blocks.every((block) => opusDurationMs(block.data) === 60));
});

const chunkOf = (seq: number): MergeChunk => ({ seq, key: `k/${seq}`, bytes: 1, sha256: '' });
const segmentOf = (segment: number, startMs: number, seqs: number[], expectedChunks: number | null = null): MergeSegment => (
  { segment, mimeType: 'audio/webm; codecs=Opus', startMs, expectedChunks, chunks: seqs.map(chunkOf) }
);

t.test('[S5] a plan orders what arrived in any order and names what did not', async (t) => {
  const plan = planMerge({ startMs: 1000, segments: [segmentOf(1, 9000, [1, 2], 5), segmentOf(0, 900, [4, 0, 1, 1, 0, 7])] });
  t.equal(plan.zeroMs, 900);
  t.strictSame(plan.segments.map(({ segment, offsetMs, lostTail, mimeType }) => [segment, offsetMs, lostTail, mimeType]), [
    [0, 0, false, 'audio/webm;codecs=opus'], [1, 8100, true, 'audio/webm;codecs=opus'],
  ]);
  const shape = plan.segments.map((segment) => segment.parts.map((part) => (part.kind === 'missing' ? `${part.fromSeq}-${part.toSeq}` : part.chunks.map((chunk) => chunk.seq))));
  t.strictSame(shape, [[[0, 1], '2-3', [4], '5-6', [7]], ['0-0', [1, 2]]]);

  fc.assert(fc.property(fc.array(fc.nat(30), { maxLength: 40 }), (seqs) => {
    const parts = planMerge({ startMs: 0, segments: [segmentOf(0, 0, seqs)] }).segments[0]!.parts;
    const listed = parts.flatMap((part) => (part.kind === 'missing'
      ? Array.from({ length: part.toSeq - part.fromSeq + 1 }, (_, n) => [part.fromSeq + n, false])
      : part.chunks.map((chunk) => [chunk.seq, true])));
    const last = Math.max(-1, ...seqs);
    t.strictSame(listed, Array.from({ length: last + 1 }, (_, seq) => [seq, seqs.includes(seq)]));
    t.ok(parts.every((part, n) => n === 0 || part.kind !== parts[n - 1]!.kind));
  }), { numRuns: 50 });
});

/** Packets of 60 ms of sound on track 1; a string is a loss. */
function source(offsetMs: number, items: (number | GapReason)[], lostTail = false): WeaveSource {
  async function* stream(): AsyncGenerator<SegmentItem, void, undefined> {
    for (const item of items) {
      if (typeof item === 'string') yield { kind: 'lost', reason: item };
      else yield { kind: 'block', block: { track: 1, timeMs: item, key: true, data: Uint8Array.of(0x9b, 0x03) } };
    }
  }
  return { items: stream(), offsetMs, sound: { track: 1, ms: opusDurationMs }, lostTail };
}
const range = (fromMs: number, toMs: number) => Array.from({ length: Math.ceil((toMs - fromMs) / 60) }, (_, n) => fromMs + n * 60);
async function woven(sources: WeaveSource[], more: { unreadable?: number[]; endMs?: number | null } = {}) {
  const { blocks, gaps } = weave({ sources, unreadable: more.unreadable ?? [], endMs: more.endMs ?? null });
  const out: WovenBlock[] = [];
  for await (const block of blocks) out.push(block);
  return { out, gaps, by: out.map((block) => block.source).join('').replaceAll(/(.)\1+/g, '$1') };
}

t.test('[S5] segments that follow each other are joined, and the time between them is a gap', async (t) => {
  const { out, gaps, by } = await woven([source(0, range(0, 6000)), source(10_000, range(10_000, 16_000))], { endMs: 17_000 });
  t.equal(by, '01');
  t.equal(out.length, 200);
  t.strictSame(gaps, [{ fromMs: 6000, toMs: 10_000, reason: 'not_recorded' }]);
  t.strictSame(out.filter((block) => block.broken).map((block) => block.block.timeMs), [0, 10_000]);
});

t.test('[S5] of two recorders at a time the first is heard, and the second where the first is not', async (t) => {
  const first = source(0, [...range(0, 6000), 'missing_chunks', ...range(9000, 12_000)]);
  const { out, gaps, by } = await woven([first, source(3000, range(3000, 18_000))]);
  t.equal(by, '01', 'the second goes on, as it has no hole when the first comes back');
  t.strictSame(gaps, []);
  t.ok(out.every((block, n) => n === 0 || block.block.timeMs >= out[n - 1]!.block.timeMs), 'no time twice');
  t.ok(out.every((block, n) => n === 0 || block.block.timeMs - out[n - 1]!.block.timeMs <= 120), 'no hole');
  t.equal((await woven([source(0, range(0, 3000)), source(100, range(100, 2000)), source(200, range(200, 9000))])).by, '02');
});

t.test('[S5] a next segment told a little early is moved behind, so that no word is cut', async (t) => {
  const { out, gaps } = await woven([source(0, range(0, 6000)), source(5700, range(5700, 8700))]);
  t.equal(out.length, 150);
  t.equal(out[100]!.block.timeMs, 6000);
  t.equal(out[149]!.block.timeMs, 6000 + 49 * 60);
  t.strictSame(gaps, []);
});

t.test('[S5] each gap has its reason', async (t) => {
  const reasons = async (...args: Parameters<typeof woven>) => (await woven(...args)).gaps.map((gap) => [gap.fromMs, gap.toMs, gap.reason]);
  t.strictSame(await reasons([source(0, [...range(0, 600), 'missing_chunks', ...range(900, 1500)])]), [[600, 900, 'missing_chunks']]);
  t.strictSame(await reasons([source(0, [...range(0, 600), 'missing_chunks', ...range(660, 1500)])]), [], 'shorter than can be told');
  t.strictSame(await reasons([source(0, [...range(0, 600), ...range(1500, 2100)])]), [], 'a stall of a busy computer');
  t.strictSame(await reasons([source(0, [...range(0, 600), ...range(9000, 9600)])]), [[600, 9000, 'stalled']]);
  t.strictSame(await reasons([source(0, range(0, 600), true), source(5000, range(5000, 5600))]), [[600, 5000, 'missing_chunks']]);
  t.strictSame(await reasons([source(0, range(0, 600)), source(5000, ['missing_chunks', ...range(6000, 6600)])]), [[600, 6000, 'missing_chunks']]);
  t.strictSame(await reasons([source(4000, range(4000, 4600))], { unreadable: [0] }), [[0, 4000, 'unreadable']]);
  t.strictSame(await reasons([source(4000, range(4000, 4600))]), [[0, 4000, 'not_recorded']]);
  t.strictSame(await reasons([source(0, range(0, 600))], { endMs: 9000 }), [[600, 9000, 'not_recorded']]);
  t.strictSame(await reasons([source(0, range(0, 600))], { endMs: 2000 }), []);
  t.strictSame(await reasons([source(0, range(0, 600), true)], { endMs: 2000 }), [[600, 2000, 'missing_chunks']]);
  t.strictSame(await reasons([source(0, range(0, 600), true)]), [[600, 600, 'missing_chunks']], 'nobody knows how long');
  t.strictSame(await reasons([source(0, [...range(0, 600), 'missing_chunks'])]), [[600, 600, 'missing_chunks']]);
  t.strictSame(await reasons([source(0, range(0, 600))], { unreadable: [5000] }), [[600, 600, 'unreadable']]);
  t.strictSame(await reasons([]), []);
});

t.test('[S5] whatever overlaps, no sound is heard twice and gaps lie between sounds', async (t) => {
  const packets = fc.nat(150).map((count) => count * 60);
  const sources = fc.array(fc.record({ from: fc.nat(20_000), length: packets, hole: packets, rest: packets }), { maxLength: 5 });
  await fc.assert(fc.asyncProperty(sources, async (shapes) => {
    const streams = [...shapes].sort((a, b) => a.from - b.from).map(({ from, length, hole, rest }) => {
      const second = from + length + hole;
      return source(from, [...range(from, from + length), ...range(second, second + rest)]);
    });
    const { out, gaps } = await woven(streams);
    for (let n = 1; n < out.length; n++) t.ok(out[n]!.block.timeMs >= out[n - 1]!.block.timeMs + 60);
    for (const gap of gaps) t.notOk(out.some(({ block }) => block.timeMs < gap.toMs && block.timeMs + 60 > gap.fromMs));
  }), { numRuns: 60 });
});
