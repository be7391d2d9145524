import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkEvidence, holds } from '../../protocol/evidence-check.ts';
import type { ManifestAnswer } from '../../protocol/evidence.ts';
import type { Recording } from '../../protocol/shapes.ts';
import { recordingFixture } from '../../test/fixtures/recording-fixture.ts';
import { readChunksFrom } from './merge/blob-chunks.ts';
import { mergeRecording } from './merge/merge.ts';
import { consultation, sha } from './testing/consultation.ts';
import { verifyCommand } from './verify-command.ts';

t.test('[G4] a call that changed its codec is ready as two files on one clock: each is played, named, vouched for, kept and deleted with the other', async (t) => {
  const c = await consultation(t);
  const { headers } = c.agent;
  let id = '';
  for (const name of ['portrait', 'mp4-aac'] as const) {
    const { mimeType, chunks } = recordingFixture(name);
    const begun = await c.agent.request('recording.start', { callId: c.callId, mimeType, epochMs: c.clock.now() });
    id = begun.recordingId;
    for (const [seq, bytes] of chunks.entries()) t.match(await c.put('agent', id, begun.segment, seq, bytes), { status: 201 });
    c.clock.advance(4000);
  }
  c.merges.next.push(() => mergeRecording({ job: c.merges.jobs.at(-1)!, readChunk: readChunksFrom(c.app.blobs), blobs: c.app.blobs }));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 4 }, { segment: 2, chunks: 6 }]);
  const facts = await c.until(id, 'partial');

  t.match(facts.parts, [{ part: 1, offsetMs: 0, mimeType: 'video/webm;codecs=vp8,opus' }, { part: 2, offsetMs: 4000, mimeType: /^video\/mp4;codecs=avc1\.\w+,mp4a\.40\.2$/ }]);
  const [one, two] = facts.parts!;
  t.equal(facts.durationMs, two!.offsetMs + two!.durationMs);
  t.strictSame([facts.sha256, facts.bytes, facts.mimeType], [one!.sha256, one!.bytes, one!.mimeType], 'what knows nothing of parts is given the first');
  const files: Buffer[] = [];
  for (const { part, sha256, bytes, mimeType } of facts.parts!) {
    const media = await c.app.inject({ url: `/v1/recordings/${id}/media?part=${part}&download=1`, headers });
    t.match([media.statusCode, media.headers['content-type'], sha(media.rawPayload), media.rawPayload.length], [200, mimeType, sha256, bytes]);
    t.match(media.headers['content-disposition'], part === 1 ? /part 1\.webm/ : /part 2\.mp4/);
    const range = await c.app.inject({ url: `/v1/recordings/${id}/media?part=${part}`, headers: { ...headers, range: 'bytes=10-19' } });
    t.match([range.statusCode, range.rawPayload.equals(media.rawPayload.subarray(10, 20))], [206, true]);
    files.push(media.rawPayload);
  }
  for (const [part, status] of [['3', 404], ['0', 400], ['x', 400]] as const) t.equal((await c.app.inject({ url: `/v1/recordings/${id}/media?part=${part}`, headers })).statusCode, status);
  const list = await c.app.inject({ url: `/v1/recordings/${id}/playlist`, headers });
  t.match(list.headers, { 'content-type': 'audio/x-mpegurl; charset=utf-8', 'content-disposition': /\.m3u/ });
  const lines = list.body.split('\n');
  t.match(lines, ['#EXTM3U', /^#PLAYLIST:/, /^#EXTINF:\d\.\d{3},/, /part 1\.webm$/, /^#EXTINF:\d\.\d{3},/, /part 2\.mp4$/, '']);

  const answer = await c.app.inject({ url: `/v1/recordings/${id}/manifest`, headers });
  const { manifest, keyId } = answer.json<ManifestAnswer>();
  t.strictSame(manifest.parts, facts.parts);
  t.match(manifest.file, { sha256: one!.sha256, durationMs: one!.durationMs });
  const all = await checkEvidence({ text: answer.body, fileSha256: files.map(sha), keyId });
  t.match([holds(all), all.file, all.missing], [true, true, []]);
  const some = await checkEvidence({ text: answer.body, fileSha256: [sha(files[1]!)] });
  t.match([holds(some), some.file, some.missing], [true, true, [1]], 'a part by itself is what it was, and the other is said to be missing');
  t.match([holds(await checkEvidence({ text: answer.body, fileSha256: [sha(files[0]!), 'f'.repeat(64)] }))], [false]);

  const folder = t.testdir();
  const paths = [...files, Buffer.from(answer.body), Buffer.from('other')].map((bytes, n) => {
    writeFileSync(join(folder, String(n)), bytes);
    return join(folder, String(n));
  });
  const said: string[] = [];
  const verify = async (...args: string[]) => {
    said.length = 0;
    return verifyCommand(args, (line) => void said.push(line));
  };
  t.equal(await verify(paths[0]!, paths[1]!, paths[2]!), 0);
  t.match(said.join('\n'), /ok {2}file 1 of 2 .*\nok {2}file 2 of 2 /);
  t.equal(await verify(paths[1]!, paths[2]!), 0);
  t.match(said.join('\n'), /\? {3}1 of 2 files were not given/);
  t.equal(await verify(paths[0]!, paths[3]!, paths[2]!), 1);

  t.match((await c.app.inject({ url: `/v1/recordings/${id}`, headers: c.visitor.headers })).json<Recording>().parts, [{ part: 1 }, { part: 2 }], 'the visitor was in the call');
  await c.app.inject({ method: 'PUT', url: `/v1/recordings/${id}/hold`, headers, payload: { reason: 'Complaint' } });
  t.equal((await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers })).statusCode, 409);
  await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}/hold`, headers });
  t.equal((await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers })).statusCode, 204);
  for await (const { key } of c.app.blobs.list('')) t.fail(`${key} was left`);
});
