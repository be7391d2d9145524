import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { chainOf, checkEvidence, EvidenceUnreadable, holds, thumbprint } from '../../protocol/evidence-check.ts';
import type { Manifest, ManifestAnswer, SigningKeys } from '../../protocol/evidence.ts';
import { newSigningSeed } from '../secrets.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { LISTENING_MS } from './playback-log.ts';
import { signingKey } from './signing-key.ts';
import { consultation, eventually, sha } from './testing/consultation.ts';
import { verifyCommand } from './verify-command.ts';

const clock = fakeClock();
const key = signingKey(newSigningSeed(clock));

async function manifested(chunks: readonly (readonly [number, number, string])[], file = 'f'.repeat(64)): Promise<Manifest> {
  const segments = [{ segment: 1, recorder: { kind: 'agent' as const, id: 'a' }, mimeType: 'audio/webm', startedAt: '2026-01-01T00:00:00.000Z', chunks: chunks.map(([seq, bytes, digest]): [number, number, string] => [seq, bytes, digest]) }];
  return {
    version: 1, recordingId: 'r', callId: 'c', conversationId: 'v', organisationId: 'o', startedAt: '', endedAt: null, mergedAt: '', gaps: [], pauses: [], consents: [],
    file: { mimeType: 'audio/webm', bytes: 3, sha256: file, durationMs: 1 }, segments,
    chain: await chainOf('r', segments, (text) => createHash('sha256').update(text).digest('hex')),
  };
}

t.test('[G4] a merged recording has a manifest that anybody can check without the server', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  const bodies = [randomBytes(50), randomBytes(70), randomBytes(90)];
  for (const [seq, bytes] of bodies.entries()) await c.put('agent', id, 1, seq, bytes);
  const ask = async (headers: { authorization: string }) => c.app.inject({ url: `/v1/recordings/${id}/manifest`, headers });
  t.equal((await ask(c.agent.headers)).statusCode, 404, 'there is none before the merge');
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 3 }]);
  await c.until(id, 'ready');

  const answer = await ask(c.agent.headers);
  t.equal(answer.statusCode, 200);
  const { manifest, keyId, jws } = answer.json<ManifestAnswer>();
  const media = (await c.app.inject({ url: `/v1/recordings/${id}/media`, headers: c.agent.headers })).rawPayload;
  t.match(manifest, {
    version: 1, recordingId: id, callId: c.callId, file: { sha256: sha(media), bytes: media.length }, gaps: [],
    segments: [{ segment: 1, recorder: { kind: 'agent' }, chunks: bodies.map((bytes, seq) => [seq, bytes.length, sha(bytes)]) }],
  });
  t.strictSame(manifest.consents.map(({ by, granted, textVersion }) => [by, granted, textVersion]).sort(), [['agent', true, '2026-11'], ['visitor', true, '2026-11']]);
  const { keys } = (await c.app.inject({ url: '/v1/signing-keys' })).json<SigningKeys>();
  t.strictSame(keys.map(({ kid }) => kid), [keyId]);
  t.equal(await thumbprint(keys[0]!.x), keyId);
  const report = await checkEvidence({ text: answer.body, fileSha256: sha(media), keyId });
  t.match(report, { signed: true, chained: true, file: true, keyExpected: true, keyId, manifest: { recordingId: id } });
  t.ok(holds(report));
  t.match(await checkEvidence({ text: jws }), { signed: true, file: null, keyExpected: null }, 'the signed part alone is enough');
  t.equal((await ask(c.visitor.headers)).statusCode, 200, 'the visitor was in the call');

  const { q, tables } = c.app.database;
  await q.update(tables.calls).set({ state: 'ended' });
  t.equal((await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers: c.agent.headers })).statusCode, 204);
  for await (const { key: left } of c.app.blobs.list('')) t.fail(`${left} was left`);
});

t.test('[G4] a chunk that comes late gives a new file and a new manifest; the old one goes', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(10));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.agent.settled();
  c.clock.advance(30_000);
  await c.until(id, 'partial');
  await c.put('agent', id, 1, 1, randomBytes(11));
  await c.complete('agent', id, [{ segment: 1, chunks: 2 }]);
  await c.until(id, 'ready');
  const { manifest } = (await c.app.inject({ url: `/v1/recordings/${id}/manifest`, headers: c.agent.headers })).json<ManifestAnswer>();
  t.equal(manifest.segments[0]!.chunks.length, 2);
  let keys: string[] = [];
  // The old one goes after the row has told of the new one.
  await eventually(async () => {
    keys = [];
    for await (const blob of c.app.blobs.list('recordings/')) keys.push(blob.key);
    return keys.length === 2;
  });
  t.strictSame(keys.sort(), [`recordings/${id}-2.manifest.json`, `recordings/${id}-2.webm`]);
});

t.test('[G4] whatever is changed in a manifest, or in the order of chunks, shows', async (t) => {
  const digests = fc.array(fc.tuple(fc.nat(1000), fc.nat(1_000_000), fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))), { minLength: 2, maxLength: 6 });
  await fc.assert(fc.asyncProperty(digests, fc.nat(), fc.nat(), async (chunks, place, letter) => {
    const jws = key.sign(await manifested(chunks));
    if (!holds(await checkEvidence({ text: jws, fileSha256: 'f'.repeat(64), keyId: key.keyId }))) return false;
    // One letter of the signed text or of the signature is another.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const at = place % (jws.length - 2);
    const other = alphabet[letter % 64]!;
    if (jws[at] === other || jws[at] === '.') return true;
    const forged = `${jws.slice(0, at)}${other}${jws.slice(at + 1)}`;
    try {
      return !holds(await checkEvidence({ text: forged, fileSha256: 'f'.repeat(64), keyId: key.keyId }));
    } catch (error) {
      return error instanceof EvidenceUnreadable;
    }
  }), { numRuns: 300 });
  const shapeless = { version: 1, recordingId: 'r', file: { sha256: 'x' }, segments: [null, {}, { chunks: 1 }], chain: 'x' };
  t.match(await checkEvidence({ text: key.sign(shapeless) }), { signed: true, chained: false });
  const swapped = await manifested([[0, 1, 'a'.repeat(64)], [1, 1, 'b'.repeat(64)]]);
  swapped.segments[0]!.chunks.reverse();
  t.match(await checkEvidence({ text: key.sign(swapped) }), { signed: true, chained: false }, 'signed by the right key, but not what came');
  t.match(await checkEvidence({ text: key.sign(await manifested([[0, 1, 'a']])), fileSha256: '0'.repeat(64) }), { signed: true, file: false });
  const stranger = signingKey(newSigningSeed(clock));
  t.match(await checkEvidence({ text: stranger.sign(await manifested([[0, 1, 'a']])), keyId: key.keyId }), { signed: true, keyExpected: false }, 'somebody else\'s signature');
  for (const text of ['', '{}', 'a.b', 'a.b.c', '{"jws":1}', '[]', `${'x'.repeat(50)}.e30.e30`]) await t.rejects(checkEvidence({ text }), { name: 'EvidenceUnreadable' }, text);
  t.throws(() => signingKey('short'), TypeError);
});

t.test('[G4] the command says what holds, and its exit code too', async (t) => {
  const folder = t.testdir({ 'call.webm': 'the file' });
  const file = join(folder, 'call.webm');
  const manifest = await manifested([[0, 8, sha(Buffer.from('the file'))]], sha(Buffer.from('the file')));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ keyId: key.keyId, manifest, jws: key.sign(manifest) }));
  const run = async (...args: string[]) => {
    const lines: string[] = [];
    return { code: await verifyCommand(args, (line) => void lines.push(line)), text: lines.join('\n') };
  };
  t.match(await run(file, join(folder, 'manifest.json'), '--key', key.keyId), { code: 0, text: /ok  signature[^]*ok  the expected key[^]*ok  chain of 1 chunks[^]*ok  file/ });
  t.match(await run(file, join(folder, 'manifest.json')), { code: 0, text: /compare it with the fingerprint/ });
  t.match(await run(file, join(folder, 'manifest.json'), '--key', 'other'), { code: 1, text: /NO  the expected key/ });
  writeFileSync(file, 'the filf');
  t.match(await run(file, join(folder, 'manifest.json')), { code: 1, text: /NO  file/ });
  t.match(await run(file, file), { code: 2, text: /not a manifest/ });
  t.match(await run(file, join(folder, 'none')), { code: 2, text: /cannot be read/ });
  t.match(await run(), { code: 2, text: /^npm run/ });
});

t.test('[G12] who listens to a recording and who takes it away stands in the audit log: a player\'s many requests once', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.until(id, 'ready');
  const media = async (headers: Record<string, string>, more = '', method: 'GET' | 'HEAD' = 'GET') => (await c.app.inject({ method, url: `/v1/recordings/${id}/media${more}`, headers })).statusCode;
  const log = async () => (await c.app.inject({ url: '/v1/audit?action=recording', headers: c.agent.headers })).json<{ items: { action: string; actor: { kind: string }; target: { id: string } }[] }>()
    .items.map(({ action, actor, target }) => `${actor.kind} ${action} ${target.id === id}`);
  await media(c.agent.headers, '', 'HEAD');
  t.strictSame(await log(), [], 'to ask for its length is not to listen');
  for (let more = 0; more < 3; more++) t.equal(await media({ ...c.agent.headers, range: `bytes=${more}-` }), 206);
  await media(c.visitor.headers);
  for (let more = 0; more < 2; more++) await media(c.agent.headers, '?download=1');
  t.strictSame(await log(), ['agent recording.downloaded true', 'agent recording.downloaded true', 'visitor recording.played true', 'agent recording.played true']);
  c.clock.advance(LISTENING_MS);
  await media(c.agent.headers);
  t.equal((await log())[0], 'agent recording.played true');
  t.equal((await log()).length, 5);
});
