import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openBlobs } from '../../server/blobs/open-blobs.ts';
import { chainOf } from '../../protocol/evidence-check.ts';
import { mergeRecording } from '../../server/recordings/merge/merge.ts';
import { signingKey } from '../../server/recordings/signing-key.ts';
import { newSigningSeed } from '../../server/secrets.ts';
import { fakeClock } from '../../server/testing/fake-clock.ts';
import { recordingFixture } from '../fixtures/recording-fixture.ts';
import { judge, type Left } from './verdict.ts';

const { chunks, mimeType } = recordingFixture('voice');

/** What a consultation of one recorder leaves whose file lacks some of its chunks. */
async function left(t: Test, without: readonly number[]): Promise<Left> {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const folder = t.testdir();
  const segment = { segment: 1, mimeType, startMs: 1000, expectedChunks: chunks.length, chunks: chunks.map((bytes, seq) => ({ seq, key: String(seq), bytes: bytes.length, sha256: sha256(bytes) })).filter(({ seq }) => !without.includes(seq)) };
  const { gaps } = await mergeRecording({
    job: { startMs: 1000, endMs: 10_500, segments: [segment], outputKey: 'r.webm' }, blobs: await openBlobs({ kind: 'disk', folder }), readChunk: async ({ seq }) => chunks[seq]!,
  });
  const file = await readFile(join(folder, 'r.webm'));
  const manifest = { version: 1, recordingId: 'r', file: { sha256: sha256(file), bytes: file.length }, segments: [], chain: await chainOf('r', [], sha256 as never) };
  const jws = signingKey(newSigningSeed(fakeClock())).sign(manifest as never);
  return { startedAt: 1000, gaps, file, manifest: jws, holds: [], ran: [{ side: 'agent', fromMs: 1000, toMs: 10_500, keptMs: 10_481, killed: true }] };
}

t.test('[G4] whoever listens hears what is wrong: lost sound, silence that is not told, sound in a gap or a pause, another file', async (t) => {
  const good = await left(t, []);
  t.match(await judge(good), { lostWithout: 0, wrong: [] });
  const holed = await left(t, [6, 7]);
  const verdict = await judge(holed);
  t.ok(verdict.lostWithout > 700, 'what a recorder had is missing');
  t.strictSame(verdict.wrong, [], 'though it is told');
  t.match((await judge({ ...holed, gaps: [] })).wrong, [/^silence from .* is not told$/, /^tones are right in/]);
  t.match((await judge({ ...good, gaps: [{ fromMs: 3000, toMs: 5000, reason: 'x' }] })).wrong, [/^sound in the gap/]);
  t.match((await judge({ ...good, holds: [{ fromMs: 4000, toMs: 6000 }] })).wrong, [/^sound in the pause/]);
  t.match((await judge({ ...good, manifest: holed.manifest })).wrong, ['the manifest does not hold']);
  const died = { ...good.ran[0]!, toMs: 10_950, killed: true };
  const [lost = 0] = (await judge({ ...good, ran: [died] })).lostWithDeaths;
  t.ok(lost > 300 && lost < 600, `a death in the middle of a slice costs ${lost} ms`);
});
