import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Call, Recording } from '../../protocol/shapes.ts';
import { findProgram, runProgram } from '../services/processes.ts';
import { temporaryFolder } from '../services/temporary-folder.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../tones.ts';
import { tones } from './browsers.ts';
import { until, type OwnerApi } from './owner-api.ts';

/** Waits for the recording of the newest call to be merged, and takes it down. */
export async function takeRecording(owner: OwnerApi, states: Recording['state'][] = ['ready']): Promise<{ call: Call; recording: Recording; file: string }> {
  const [call] = await until(
    () => owner.calls(),
    ([newest]) => newest?.state === 'ended' && newest.recording !== null && states.includes(newest.recording.state),
    180_000,
  );
  const recording = await owner.recording(call!.recording!.id);
  const answer = await owner.media(recording.id);
  const file = join(temporaryFolder('recording'), 'recording.webm');
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  return { call: call!, recording, file };
}

/** Reads one fact of a media file, e.g. `format=duration`. */
export function probeFile(file: string, entries: string, more: string[] = []): string {
  return runProgram(findProgram('ffprobe')!, ['-v', 'error', ...more, '-show_entries', entries, '-of', 'default=noprint_wrappers=1:nokey=1', file]).trim();
}

/**
 * The visitor's tone is on the left and nowhere else, the agent's on the right; windows of a quarter of a second.
 * `seconds`: how much of the beginning to look at; all of it unless told.
 */
export async function provesBothVoices(t: Test, file: string, seconds = Infinity): Promise<void> {
  const [left, right] = (await decodeChannels(file)).map((channel) => channel.subarray(0, seconds * sampleRate));
  t.ok(left && right, 'the recording has two channels');
  const share = (samples: Float32Array, hertz: number): number => toneShare(toneWindows(samples, sampleRate, hertz));
  const shares = {
    visitorLeft: share(left!, tones.visitor),
    agentRight: share(right!, tones.agent),
    agentLeft: share(left!, tones.agent),
    visitorRight: share(right!, tones.visitor),
  };
  t.comment(JSON.stringify(shares));
  t.ok(shares.visitorLeft >= 0.95, 'the visitor is on the left in at least 95 % of the windows', shares);
  t.ok(shares.agentRight >= 0.95, 'the agent is on the right in at least 95 % of the windows', shares);
  t.ok(shares.agentLeft <= 0.05 && shares.visitorRight <= 0.05, 'and nobody on the other side', shares);
}

/** The file is whole: its digest and size are what the server says, it has a duration, and `expectedMs` is met within 2 %. */
export function provesFile(t: Test, file: string, bytes: Buffer, recording: Recording, expectedMs: number): void {
  t.equal(createHash('sha256').update(bytes).digest('hex'), recording.sha256, 'the digest is the one that the server tells');
  t.equal(bytes.length, recording.bytes, 'and so is the size');
  const durationMs = Number(probeFile(file, 'format=duration')) * 1000;
  t.comment(`file ${durationMs} ms, server ${recording.durationMs} ms, call ${expectedMs} ms`);
  t.ok(Math.abs(durationMs - (recording.durationMs ?? 0)) <= 50, 'the file is as long as the server says', { durationMs, recording });
  // The call's length is what a test saw of it: of short ones a busy machine shifts more than a fiftieth.
  t.ok(Math.abs(durationMs - expectedMs) <= Math.max(3_000, expectedMs * 0.02), 'and as long as the call within 2 %, or three seconds', { durationMs, expectedMs });
}
