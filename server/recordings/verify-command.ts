import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { checkEvidence, EvidenceUnreadable, holds, type EvidenceReport } from '../../protocol/evidence-check.ts';

const usage = 'npm run verify-recording -- <recording> [<further parts> …] <manifest> [--key <fingerprint>]';

/**
 * The command that checks a recording and its manifest without any server: 0 when everything holds, 1 when something does not,
 * 2 when it cannot be told. `say` gets the lines.
 */
export async function verifyCommand(args: readonly string[], say: (line: string) => void): Promise<0 | 1 | 2> {
  const at = args.indexOf('--key');
  const keyId = at === -1 ? undefined : args[at + 1];
  const given = at === -1 ? args : args.filter((_, index) => index !== at && index !== at + 1);
  const [recordings, manifest] = [given.slice(0, -1), given.at(-1)];
  if (recordings.length === 0 || manifest === undefined || (at !== -1 && keyId === undefined)) {
    say(usage);
    return 2;
  }
  try {
    const text = await readFile(manifest, 'utf8');
    const report = await checkEvidence({ text, fileSha256: await Promise.all(recordings.map(sha256Of)), keyId });
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
  const { signed, chained, file, missing, keyId, keyExpected, manifest } = report;
  const files = manifest.parts ?? [manifest.file];
  const mark = (good: boolean | null) => (good === null ? '?  ' : good ? 'ok ' : 'NO ');
  const chunks = chained ? manifest.segments.reduce((sum, segment) => sum + segment.chunks.length, 0) : 0;
  return [
    `${mark(signed)} signature of ${keyId}${keyExpected === null ? ' (compare it with the fingerprint that the server\'s owner tells you)' : ''}`,
    ...(keyExpected === null ? [] : [`${mark(keyExpected)} the expected key`]),
    `${mark(chained)} chain of ${chained ? chunks : 'the'} chunks`,
    ...files.map(({ sha256 }, index) => `${missing.includes(index + 1) ? mark(file === false ? false : null) : mark(true)} file ${files.length > 1 ? `${index + 1} of ${files.length} ` : ''}${sha256}`),
    ...(file === false ? [`${mark(false)} every file that was given is one of these`] : missing.length > 0 ? [`?   ${missing.length} of ${files.length} files were not given`] : []),
    holds(report) ? `Recording ${manifest.recordingId} is what the server vouched for.` : 'Something was changed: this is no proof of anything.',
  ];
}
