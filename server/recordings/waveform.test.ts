import { OpusDecoder } from 'opus-decoder';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import t from 'tap';
import type { Waveform } from '../../protocol/playback.ts';
import { recordingFixture } from '../../test/fixtures/recording-fixture.ts';
import { openBlobs } from '../blobs/open-blobs.ts';
import { BUCKETS, packetsOfWebm, waveformOf, type FileSound, type WaveformOptions } from './waveform.ts';
import { createWaveformRunner } from './waveform-runner.ts';

// ffmpeg -f lavfi -i "aevalsrc='if(lt(t,2),0.5*sin(2*PI*440*t),0)|if(gte(t,5),0.5*sin(2*PI*880*t),0)':s=48000:d=7" -c:a libopus -b:a 96k
const tones = readFileSync(new URL('testing/left-then-right.webm', import.meta.url));
const decoder: WaveformOptions['decoder'] = async (options) => {
  const made = new OpusDecoder(options);
  await made.ready;
  return made;
};
const pieces = (bytes: Buffer, size: number) => Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size)));

/** One file, from its bytes in pieces. */
const whole = (bytes: Buffer, size: number, offsetMs = 0): FileSound => ({ offsetMs, durationMs: 7000, packets: packetsOfWebm(pieces(bytes, size)) });

/** The loudest of a row between two moments, 0 to 255. */
function loudest({ rows, durationMs }: Waveform, of: string, fromMs: number, toMs: number): number {
  const { peaks } = rows.find((row) => row.of === of)!;
  return Math.max(...peaks.slice(Math.floor((fromMs / durationMs) * peaks.length), Math.ceil((toMs / durationMs) * peaks.length)));
}

t.test('[G8] whoever speaks is loud in their own row, when they do, and the silence between is told', async (t) => {
  const waveform = await waveformOf([whole(tones, 777)], { durationMs: 7000, decoder });
  t.strictSame(waveform.rows.map(({ of, peaks }) => [of, peaks.length]), [['visitor', 350], ['agent', 350]]);
  t.ok(loudest(waveform, 'visitor', 100, 1900) > 110, 'a tone of half the scale is half the scale');
  t.ok(loudest(waveform, 'visitor', 100, 1900) < 150);
  t.ok(loudest(waveform, 'agent', 5200, 6900) > 110);
  for (const [of, from, to] of [['visitor', 2200, 6900], ['agent', 0, 4800]] as const) t.ok(loudest(waveform, of, from, to) < 4, `${of} is silent`);
  const each = Array.from({ length: 17 }, (_, n) => loudest(waveform, 'visitor', 100 + n * 100, 200 + n * 100));
  t.ok(each.every((peak) => peak > 100), 'a tone that goes on has no hole');
  t.equal(waveform.silences.length, 1);
  const [silence] = waveform.silences;
  t.ok(Math.abs(silence!.fromMs - 2000) < 120 && Math.abs(silence!.toMs - 5000) < 120, JSON.stringify(silence));
});

t.test('[G8] what a real recorder made has both voices to its end; one channel is one row; nothing that is no recording has any', async (t) => {
  const voice = await waveformOf([whole(Buffer.concat(recordingFixture('voice').chunks), 4096)], { durationMs: 9500, decoder });
  for (const of of ['visitor', 'agent']) for (let at = 500; at < 9000; at += 500) t.ok(loudest(voice, of, at, at + 500) > 20, `${of} at ${at}`);
  t.strictSame(voice.silences, []);
  const mono = await waveformOf([whole(Buffer.concat(recordingFixture('mono').chunks), 4096)], { durationMs: 3000, decoder });
  t.strictSame(mono.rows.map(({ of }) => of), ['mix']);
  const video = await waveformOf([whole(Buffer.concat(recordingFixture('video').chunks), 65_536)], { durationMs: 9500, decoder });
  t.ok(loudest(video, 'agent', 2000, 8000) > 20, 'sound beside a picture');
  t.strictSame(await waveformOf([whole(Buffer.from('no recording'), 100)], { durationMs: 1000, decoder }), { version: 1, durationMs: 1000, rows: [], silences: [] });
});

t.test('[G8] a long recording has no more numbers than a screen has pixels, and both channels with one sound are one row', async (t) => {
  // Stands in for the decoder: a moment in the middle of an hour is loud, on both sides alike.
  let packets = 0;
  const fake: WaveformOptions['decoder'] = async () => ({
    decodeFrame: () => ({ channelData: [0, 1].map(() => new Float32Array(160).fill(packets === 100 ? 1 : 0)), samplesDecoded: packets++ < 0 ? 0 : 160 }), free() {},
  });
  const { rows, silences } = await waveformOf([whole(tones, 5000)], { durationMs: 3_600_000, decoder: fake });
  t.strictSame(rows.map(({ of, peaks }) => [of, peaks.length, Math.max(...peaks)]), [['mix', BUCKETS, 255]]);
  t.equal(silences.at(-1)!.toMs, 3_600_000, 'what has no packets is silent');
});

t.test('[G8] a thread makes it from the stored file and stores it; what is missing is an error, not a crash', async (t) => {
  const config = { kind: 'disk', folder: join(t.testdir(), 'blobs') } as const;
  const blobs = await openBlobs(config);
  const mimeType = 'audio/webm;codecs=opus';
  await blobs.put('recordings/r.webm', tones, { contentType: 'audio/webm' });
  await blobs.put('recordings/r.parts/3', Buffer.concat(recordingFixture('mp4').chunks), { contentType: 'audio/mp4' });
  const runner = createWaveformRunner({ blobs: config });
  t.teardown(() => runner.close());
  await Promise.all([
    runner.run({ mergedKey: 'recordings/r.webm', waveformKey: 'recordings/r.waveform.json', durationMs: 14_000, mimeType, parts: [{ offsetMs: 0, durationMs: 7000, mimeType }, { offsetMs: 7000, durationMs: 3000, mimeType: 'video/mp4;codecs=avc1.42c015,mp4a.40.2' }, { offsetMs: 10_000, durationMs: 2000, mimeType: 'audio/mp4;codecs=opus' }] }),
    t.rejects(runner.run({ mergedKey: 'recordings/gone.webm', waveformKey: 'recordings/gone.waveform.json', durationMs: 7000, mimeType, parts: null }), /no blob/i),
  ]);
  const stored = JSON.parse(await text(await blobs.read('recordings/r.waveform.json'))) as Waveform;
  t.ok(loudest(stored, 'agent', 5200, 6900) > 110);
  t.ok(loudest(stored, 'agent', 10_200, 11_800) > 20, 'what lies in an MP4 is heard as well, in its place');
  t.equal(loudest(stored, 'agent', 7500, 9500), 0, 'what cannot be decoded is not drawn,');
  t.notOk(stored.silences.some(({ fromMs, toMs }) => fromMs < 9900 && toMs > 7100), 'and not called silent');
});
