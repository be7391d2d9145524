import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { checkEvidence, holds } from '../../protocol/evidence-check.ts';
import { decodeChannels, sampleRate, toneWindows } from '../tones.ts';
import { tones } from './browsers.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { takeRecording } from './recording-oracle.ts';

t.test('[G4] [S19] an agent holds the recording while a card is read out: both see it, it is in no file, and the proof says so', { timeout: 240_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'May I pay by card?', 'You may, by phone.');
  await visitor.call('audio', 'yes');
  await agent.ringing().waitFor();
  await agent.accept('yes');
  const connected = Math.max(...(await Promise.all([visitor.connected(), agent.connected()])));
  await Promise.all([visitor.recordingSign().waitFor(), agent.recordingSign().waitFor()]);

  await elapse(8_000);
  const held = Date.now() - connected;
  await agent.page.getByRole('button', { name: 'Pause recording' }).click();
  await Promise.all([visitor.page.getByText('Recording paused').waitFor(), agent.page.getByText('Recording paused').waitFor()]);
  t.equal(await visitor.recordingSign().count(), 0, 'the light is out for the visitor');
  await elapse(8_000);
  const goesOn = Date.now() - connected;
  await agent.page.getByRole('button', { name: 'Record again' }).click();
  await Promise.all([visitor.recordingSign().waitFor(), agent.recordingSign().waitFor()]);
  await elapse(8_000);
  const hungUp = Date.now();
  await visitor.hangUp();
  await Promise.all([visitor.backInChat(), agent.backInChat()]);

  const { recording, file } = await takeRecording(owner);
  const bytes = readFileSync(file);
  t.equal(recording.state, 'ready', 'a pause is nothing missing');
  t.match(recording.gaps, [{ reason: 'paused' }]);
  t.equal(recording.gaps.length, 1);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  t.equal(sha256, recording.sha256);
  // A busy machine takes its time from the click to the end; nothing of the call is missing.
  t.ok(recording.durationMs! >= (hungUp - connected) * 0.98, 'as long as the call', { durationMs: recording.durationMs, called: hungUp - connected });
  const [gap] = recording.gaps;
  t.comment(JSON.stringify({ held, goesOn, gap }));
  t.ok(Math.abs(gap!.fromMs - held) < 1500 && gap!.toMs - goesOn < 3000 && gap!.toMs >= goesOn - 500, 'the gap lies where the recording was held', { held, goesOn, gap });

  const [left, right] = await decodeChannels(file);
  for (const [who, channel, hertz] of [['visitor', left!, tones.visitor], ['agent', right!, tones.agent]] as const) {
    const windows = toneWindows(channel, sampleRate, hertz);
    const inside = windows.filter(({ at }) => at * 1000 > gap!.fromMs + 300 && at * 1000 + 250 < gap!.toMs - 300);
    const outside = windows.filter(({ at }) => at * 1000 + 250 < gap!.fromMs - 300 || at * 1000 > gap!.toMs + 500);
    t.ok(inside.length > 20 && inside.every(({ present }) => !present), `nothing of the ${who} is heard while it is held`, { windows: inside.length });
    const share = outside.filter(({ present }) => present).length / outside.length;
    t.ok(share >= 0.95, `before and after the ${who} is there`, { share });
  }

  const answer = await owner.manifest(recording.id);
  const report = await checkEvidence({ text: JSON.stringify(answer), fileSha256: sha256, keyId: answer.keyId });
  t.ok(holds(report), 'the proof holds', report);
  t.match(answer.manifest.pauses, [{ by: 'agent' }]);
  t.notOk(holds(await checkEvidence({ text: JSON.stringify(answer), fileSha256: createHash('sha256').update(bytes.subarray(1)).digest('hex') })), 'and not for another file');
});
