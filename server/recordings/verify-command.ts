import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { checkEvidence, EvidenceUnreadable, holds, type EvidenceReport } from '../../protocol/evidence-check.ts';

const usage = 'npm run verify-recording -- <recording> <manifest> [--key <fingerprint>]';

/**
 * The command that checks a recording and its manifest without any server: 0 when everything holds, 1 when something does not,
 * 2 when it cannot be told. `say` gets the lines.
 */
export async function verifyCommand(args: readonly string[], say: (line: string) => void): Promise<0 | 1 | 2> {
  const at = args.indexOf('--key');
  const keyId = at === -1 ? undefined : args[at + 1];
  const [recording, manifest, ...more] = at === -1 ? args : args.filter((_, index) => index !== at && index !== at + 1);
  if (recording === undefined || manifest === undefined || more.length > 0 || (at !== -1 && keyId === undefined)) {
    say(usage);
    return 2;
  }
  try {
    const text = await readFile(manifest, 'utf8');
    const report = await checkEvidence({ text, fileSha256: await sha256Of(recording), keyId });
    for (const line of linesOf(report)) say(line);
    return holds(report) ? 0 : 1;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (!(error instanceof EvidenceUnreadable) && code === undefined) throw error;
    say(code === undefined ? (error as Error).message : `${path ?? 'A file'} cannot be read (${code}).`);
    return 2;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function linesOf(report: EvidenceReport): string[] {
  const { signed, chained, file, keyId, keyExpected, manifest } = report;
  const mark = (good: boolean | null) => (good === null ? '?  ' : good ? 'ok ' : 'NO ');
  const chunks = chained ? manifest.segments.reduce((sum, segment) => sum + segment.chunks.length, 0) : 0;
  return [
    `${mark(signed)} signature of ${keyId}${keyExpected === null ? ' (compare it with the fingerprint that the server\'s owner tells you)' : ''}`,
    ...(keyExpected === null ? [] : [`${mark(keyExpected)} the expected key`]),
    `${mark(chained)} chain of ${chained ? chunks : 'the'} chunks`,
    `${mark(file)} file ${manifest.file.sha256}`,
    holds(report) ? `Recording ${manifest.recordingId} is what the server vouched for.` : 'Something was changed: this is no proof of anything.',
  ];
}
