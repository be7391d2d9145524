import t from 'tap';
import { chat, elapse, openConsultation } from './consultation.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../tones.ts';
import { tones } from './browsers.ts';
import { takeRecording } from './recording-oracle.ts';

t.test('[consultation] [F13] each side\'s page is reloaded in mid-call: the other side waits, one click returns, and the recording has both voices before and after', { timeout: 180_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'Can we talk?', 'Gladly.');
  await visitor.call('audio', 'yes');
  await agent.accept('yes');
  await Promise.all([visitor.connected(), agent.connected()]);
  await agent.recordingSign().waitFor();
  await elapse(5_000);
  const connected = (side: typeof agent | typeof visitor) => side.page.locator('section[data-phase=connected]').waitFor();

  await visitor.page.reload();
  await agent.text(/lost the connection\. Waiting/).waitFor();
  t.equal(await agent.ringing().count(), 0, 'nobody is rung');
  await visitor.page.getByRole('button', { name: 'Return to the call' }).click();
  await Promise.all([connected(visitor), connected(agent)]);
  await visitor.recordingSign().waitFor();
  await elapse(5_000);

  await agent.page.reload();
  await visitor.text(/lost the connection\. Waiting/).waitFor();
  await agent.page.getByRole('button', { name: 'Return to the call' }).click();
  await Promise.all([connected(visitor), connected(agent)]);
  await visitor.recordingSign().waitFor();
  await elapse(5_000);
  await visitor.hangUp();

  const { call, file } = await takeRecording(owner, ['ready', 'partial']);
  t.equal(call.endReason, 'visitor_hangup', 'it was one call, to its end');
  const channels = await decodeChannels(file);
  for (const [part, cut] of [['at the beginning', [0, 3]], ['at the end', [-4, -1]]] as const) {
    for (const [who, channel, hertz] of [['visitor', channels[0]!, tones.visitor], ['agent', channels[1]!, tones.agent]] as const) {
      const share = toneShare(toneWindows(channel.slice(cut[0] * sampleRate, cut[1] * sampleRate), sampleRate, hertz));
      t.ok(share >= 0.9, `the ${who} is heard ${part}`, { share });
    }
  }
});
