import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import t, { type Test } from 'tap';
import { findProgram, runProgram } from '../services/processes.ts';
import { temporaryFolder } from '../services/temporary-folder.ts';
import { chat, elapse, openConsultation, type Consultation } from './consultation.ts';
import { until } from './owner-api.ts';
import { probeFile, provesBothVoices, provesFile, takeRecording } from './recording-oracle.ts';
import type { VisitorPage } from './visitor-page.ts';

/** The player's length in seconds, and where it stands after a seek to `share` of it. */
async function seek(player: Locator, share: number): Promise<{ duration: number; at: number; buffered: number }> {
  return player.evaluate(async (media: HTMLMediaElement, wanted) => {
    if (media.readyState < 1) await new Promise((resolve) => media.addEventListener('loadedmetadata', resolve, { once: true }));
    const seeked = new Promise((resolve) => media.addEventListener('seeked', resolve, { once: true }));
    media.currentTime = media.duration * wanted;
    await seeked;
    return { duration: media.duration, at: media.currentTime, buffered: media.readyState };
  }, share);
}

/** Both are back in chat and nobody's microphone or camera is held. */
async function provesRelease(t: Test, { agent }: Consultation, visitor: VisitorPage): Promise<void> {
  for (const [who, page] of [
    ['visitor', visitor.page],
    ['agent', agent.page],
  ] as const) {
    const live = await until(
      () => page.evaluate(() => (window as unknown as { takenTracks: MediaStreamTrack[] }).takenTracks.filter((track) => track.readyState === 'live').length),
      (count) => count === 0,
    );
    t.equal(live, 0, `the ${who} has let go of microphone and camera`);
  }
}

async function recordedCall(t: Test, mode: 'audio' | 'video', seconds: number): Promise<void> {
  const stage = await openConsultation(t);
  const { agent, owner, server } = stage;
  const visitor = await chat(stage, 'Do you ship to Jeju?', 'We do, within two days.');
  await visitor.state('Seen').waitFor();

  await visitor.call(mode, 'yes');
  await agent.ringing().waitFor();
  const accepted = Date.now();
  await agent.accept('yes');
  const connected = Math.max(...(await Promise.all([visitor.connected(), agent.connected()])));
  // How quick that is, bench/calls.mjs measures.
  t.comment(`connected in ${connected - accepted} ms`);
  await Promise.all([visitor.recordingSign().waitFor(), agent.recordingSign().waitFor()]);

  if (mode === 'video') {
    for (const [who, page] of [
      ['visitor', visitor.page],
      ['agent', agent.page],
    ] as const) {
      const playing = await until(
        () => page.evaluate(() => {
          const videos: HTMLVideoElement[] = [];
          const walk = (root: Document | ShadowRoot): void => {
            for (const element of root.querySelectorAll('*')) {
              if (element instanceof HTMLVideoElement) videos.push(element);
              if (element.shadowRoot) walk(element.shadowRoot);
            }
          };
          walk(document);
          return videos.filter((video) => video.videoWidth > 0 && !video.paused && video.currentTime > 0).length;
        }),
        (count) => count >= 2,
      );
      t.ok(playing >= 2, `the ${who} sees both pictures`);
    }
  }

  await elapse(seconds * 1000 - (Date.now() - connected));
  const hungUp = Date.now();
  const [visitorBack, agentBack] = await Promise.all([visitor.backInChat(), agent.backInChat(), visitor.hangUp()]);
  t.comment(`back in chat after ${JSON.stringify({ visitor: visitorBack - hungUp, agent: agentBack - hungUp })} ms`);
  await provesRelease(t, stage, visitor);

  const { call, recording, file } = await takeRecording(owner);
  t.match(call, { mode, endReason: 'visitor_hangup', consents: { visitor: true, agent: true } });
  t.strictSame(recording.gaps, [], 'nothing is missing');
  provesFile(t, file, readFileSync(file), recording, hungUp - connected);
  await provesBothVoices(t, file);
  if (mode === 'video') provesPicture(t, file);

  const range = await owner.media(recording.id, 'bytes=100-199');
  t.equal(range.status, 206);
  t.equal((await range.arrayBuffer()).byteLength, 100);
  t.equal((await fetch(`${server.url}/v1/recordings/${recording.id}/media`)).status, 401, 'nobody else gets it');

  await agent.openHistory();
  const player = await agent.playNewest();
  const { duration, at } = await seek(player, 0.6);
  t.ok(Math.abs(duration * 1000 - (recording.durationMs ?? 0)) < 100, 'the page knows the length', { duration });
  t.ok(Math.abs(at - duration * 0.6) < 0.2, 'and seeks anywhere', { seekedTo: at, duration });
  await player.evaluate((media: HTMLMediaElement) => media.play());
  await until(() => player.evaluate((media: HTMLMediaElement) => media.currentTime), (now) => now > at + 0.3);
}

/** Half of the picture is the visitor's colour (red), half the agent's (blue), in the middle of the call. */
function provesPicture(t: Test, file: string): void {
  const [width, height] = probeFile(file, 'stream=width,height', ['-select_streams', 'v:0']).split('\n').map(Number) as [number, number];
  t.ok(width >= 320 && height >= 240, 'there is a picture', { width, height });
  const frame = `${temporaryFolder('frame')}/frame.rgb`;
  runProgram(findProgram('ffmpeg')!, ['-v', 'error', '-ss', '5', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-y', frame]);
  const pixels = readFileSync(frame);
  let reds = 0;
  let blues = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    if (r > 180 && g < 80 && b < 80) reds++;
    if (b > 180 && g < 80 && r < 80) blues++;
  }
  const share = { red: reds / (width * height), blue: blues / (width * height) };
  t.comment(JSON.stringify(share));
  t.ok(share.red > 0.2 && share.blue > 0.2, 'both people are in it', share);
}

t.test('[consultation] a voice call: chat, ring, speak, hang up, play back', { timeout: 500_000 }, (t) => recordedCall(t, 'audio', 25));
t.test('[consultation] the same with video', { timeout: 500_000 }, (t) => recordedCall(t, 'video', 20));
