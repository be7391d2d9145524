import t from 'tap';
import { keepMediaDiaries, shareOfTone } from '../networks/media-diary.ts';
import { missing } from '../services/firefox.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../tones.ts';
import { tones } from './browsers.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { startFirefox } from './firefox-browser.ts';
import { moment } from './moments.ts';
import { until } from './owner-api.ts';
import { takeRecording } from './recording-oracle.ts';

t.test('[consultation] [F1] a visitor in Firefox and an agent in Chromium hear and see each other, and the recording has both voices', { timeout: 300_000, skip: missing() ?? false }, async (t) => {
  const stage = await openConsultation(t, { startVisitors: startFirefox, prepare: keepMediaDiaries });
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'I use another browser.', 'Let us see.');
  await visitor.call('video', 'yes');
  // Firefox does not say that it will let us have the camera: then people see themselves first.
  await visitor.button('Call now').click();
  await agent.accept('yes');
  await Promise.all([visitor.connected(), agent.connected()]);
  await Promise.all([moment(visitor.page, 'video.remote', 'shown'), moment(agent.page, 'video.remote', 'shown'), agent.recordingSign().waitFor()]);
  await until(() => shareOfTone(visitor.page, tones.agent), (share) => share >= 0.8);
  await until(() => shareOfTone(agent.page, tones.visitor), (share) => share >= 0.8);
  await elapse(3_000);
  await visitor.hangUp();
  await agent.backInChat();
  // Its made-up microphone runs a few percent slow, which leaves small holes.
  const [left, right] = await decodeChannels((await takeRecording(owner)).file);
  for (const [who, channel, hertz] of [['visitor', left!, tones.visitor], ['agent', right!, tones.agent]] as const) {
    const share = toneShare(toneWindows(channel, sampleRate, hertz));
    t.ok(share >= 0.8, `the ${who} is in the recording`, { share });
  }
});
