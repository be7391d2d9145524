import { readFileSync } from 'node:fs';
import t from 'tap';
import { findProgram, runProgram } from '../services/processes.ts';
import { temporaryFolder } from '../services/temporary-folder.ts';
import { decodeChannels, sampleRate, toneWindows } from '../tones.ts';
import { tones } from './browsers.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { probeFile, provesFile, takeRecording } from './recording-oracle.ts';

t.test('[F9] [G10] a voice call gets the agent’s camera after a question, and is held: in the recording one file, with the picture from then on and silence while it was held', { timeout: 240_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'Which cable is it?', 'Call me, I show you.');
  const element = visitor.page.locator('peer-consult');
  await visitor.call('audio', 'yes');
  await agent.ringing().waitFor();
  await agent.accept('yes');
  const connected = Math.max(...(await Promise.all([visitor.connected(), agent.connected()])));
  await Promise.all([visitor.recordingSign().waitFor(), agent.recordingSign().waitFor()]);
  await elapse(4_500);

  await agent.page.getByRole('button', { name: 'Camera', exact: true }).click();
  await element.getByRole('button', { name: 'Only watch', exact: true }).click();
  await element.locator('video.remote').waitFor();
  const pictures = Date.now() - connected;
  t.equal(await element.locator('video.own').count(), 0, 'the visitor only watches');
  await elapse(4_500);

  const held = Date.now() - connected;
  await element.getByRole('button', { name: 'More', exact: true }).last().click();
  await element.getByRole('menuitemcheckbox', { name: 'Hold', exact: true }).click();
  await Promise.all([element.getByText('On hold. Nobody hears or sees anything.').waitFor(), agent.page.getByText(/has put the call on hold/).waitFor()]);
  await elapse(5_000);
  const goesOn = Date.now() - connected;
  await element.getByRole('button', { name: 'Go on', exact: true }).click();
  await element.locator('video.remote').waitFor();
  await elapse(4_500);
  const hungUp = Date.now();
  await visitor.hangUp();
  await Promise.all([visitor.backInChat(), agent.backInChat()]);

  const { call, recording, file } = await takeRecording(owner);
  t.match(call, { mode: 'video', endReason: 'visitor_hangup' }, 'the history tells of a video call');
  t.strictSame(recording.gaps, [], 'nothing is missing');
  provesFile(t, file, readFileSync(file), recording, hungUp - connected);

  const channels = await decodeChannels(file);
  for (const [who, channel, hertz] of [['visitor', channels[0]!, tones.visitor], ['agent', channels[1]!, tones.agent]] as const) {
    const windows = toneWindows(channel, sampleRate, hertz);
    const inside = windows.filter(({ at }) => at * 1000 > held + 1_500 && at * 1000 + 250 < goesOn - 500);
    const outside = windows.filter(({ at }) => at * 1000 + 250 < held - 300 || at * 1000 > goesOn + 1_500);
    t.ok(inside.length > 8 && inside.every(({ present }) => !present), `nothing of the ${who} is recorded while it is held`, { windows: inside.length, heard: inside.filter(({ present }) => present).length });
    const share = outside.filter(({ present }) => present).length / outside.length;
    t.ok(share >= 0.9, `before and after the ${who} is there`, { share });
  }

  const [width, height] = probeFile(file, 'stream=width,height', ['-select_streams', 'v:0']).split('\n').map(Number) as [number, number];
  const blue = (seconds: number): number => {
    const frame = `${temporaryFolder('frame')}/frame.rgb`;
    runProgram(findProgram('ffmpeg')!, ['-v', 'error', '-ss', String(seconds), '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-y', frame]);
    const pixels = readFileSync(frame);
    let blues = 0;
    for (let at = 0; at < pixels.length; at += 3) if (pixels[at + 2]! > 180 && pixels[at]! < 80 && pixels[at + 1]! < 80) blues++;
    return blues / (width * height);
  };
  const shares = { shown: blue((pictures + 3_000) / 1000), held: blue((held + goesOn) / 2000 + 0.5), again: blue((goesOn + 3_000) / 1000) };
  t.ok(shares.shown > 0.2 && shares.again > 0.2 && shares.held < 0.05, 'the agent is seen from the question on, and not while it was held', shares);
});
