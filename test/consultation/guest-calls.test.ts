import t from 'tap';
import { decodeChannels, sampleRate, toneWindows } from '../tones.ts';
import { openAgentPage } from './agent-page.ts';
import { startBrowser, tones } from './browsers.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { hears, noteIncoming } from './incoming-tones.ts';
import { takeRecording } from './recording-oracle.ts';

const kim = { name: 'Kim Supervisor', email: 'kim@example.com', password: 'a long enough passphrase 9', role: 'admin' as const };

t.test('[F9] [G2] a supervisor listens to a call unheard and seen, joins it, and goes; the recording has the team on one side and the visitor alone on the other', { timeout: 400_000 }, async (t) => {
  const stage = await openConsultation(t, { prepare: noteIncoming });
  const { agent, owner, server } = stage;
  await owner.employ(kim);
  const browser = await startBrowser('supervisor');
  t.teardown(() => browser.close());
  const window = await browser.open();
  await noteIncoming(window);
  const supervisor = await openAgentPage(window, server.url, kim);
  const visitor = await chat(stage, 'Can you help me?', 'Sure, call me.');

  await visitor.call('audio', 'yes');
  await agent.ringing().waitFor();
  await agent.accept('yes');
  const connected = Math.max(...(await Promise.all([visitor.connected(), agent.connected()])));
  await Promise.all([visitor.recordingSign().waitFor(), agent.recordingSign().waitFor()]);
  const since = (): number => (Date.now() - connected) / 1000;

  await supervisor.openQueue();
  await supervisor.page.getByRole('button', { name: /^Listen to the call with/ }).click();
  await Promise.all([visitor.text('Kim Supervisor is listening').first().waitFor(), agent.text('Kim Supervisor is listening').first().waitFor()]);
  const dock = supervisor.page.locator('consult-admin-guest-dock');
  await dock.getByText('Nobody hears you').waitFor();
  await hears(supervisor.page, [tones.visitor, tones.agent]);
  await Promise.all([hears(visitor.page, [tones.agent]), hears(agent.page, [tones.visitor])]);
  t.equal(await supervisor.page.evaluate(() => (globalThis as unknown as { takenTracks: unknown[] }).takenTracks.length), 0, 'who listens has no microphone open');

  const joining = since();
  await dock.getByRole('button', { name: 'Join in' }).click();
  await Promise.all([visitor.text('Kim Supervisor has joined the call').first().waitFor(), agent.text('Kim Supervisor has joined the call').first().waitFor()]);
  await Promise.all([hears(visitor.page, [tones.agent, tones.supervisor]), hears(agent.page, [tones.visitor, tones.supervisor])]);
  await dock.getByText('recorded with the call').waitFor();
  const joined = since();
  await elapse(1_500);

  const leaving = since();
  await dock.getByRole('button', { name: 'Leave' }).click();
  await Promise.all([visitor.text('Kim Supervisor has left the call').first().waitFor({ state: 'attached' }), dock.waitFor({ state: 'detached' })]);
  await Promise.all([hears(visitor.page, [tones.agent]), hears(agent.page, [tones.visitor])]);
  const left = since();
  await visitor.hangUp();
  await Promise.all([visitor.backInChat(), agent.backInChat()]);

  const { recording, file } = await takeRecording(owner);
  t.strictSame(recording.gaps, [], 'nothing is missing');
  const [toTheLeft, toTheRight] = await decodeChannels(file);
  const share = (channel: Float32Array, hertz: number, from: number, to: number): number => {
    const windows = toneWindows(channel, sampleRate, hertz).filter(({ at }) => at >= from && at + 0.25 <= to);
    return windows.length === 0 ? Number.NaN : windows.filter(({ present }) => present).length / windows.length;
  };
  const shares = {
    visitorLeft: share(toTheLeft!, tones.visitor, 0.5, left),
    agentRight: share(toTheRight!, tones.agent, 0.5, left),
    supervisorBefore: share(toTheRight!, tones.supervisor, 0, joining - 1.5),
    supervisorRight: share(toTheRight!, tones.supervisor, joined - 1.5, leaving - 1.5),
    supervisorLeft: share(toTheLeft!, tones.supervisor, 0, left),
    agentLeft: share(toTheLeft!, tones.agent, 0, left),
    visitorRight: share(toTheRight!, tones.visitor, 0, left),
    supervisorAfter: share(toTheRight!, tones.supervisor, left - 1, Infinity),
  };
  t.comment(JSON.stringify({ ...shares, joining, joined, leaving, left }));
  t.ok(shares.visitorLeft >= 0.8 && shares.agentRight >= 0.8, 'the visitor is left, the agent right', shares);
  t.ok(shares.supervisorRight >= 0.8, 'who joined is right, with the agent', shares);
  t.ok(shares.supervisorBefore <= 0.1 && shares.supervisorAfter <= 0.1, 'and only while in the call', shares);
  t.ok(shares.supervisorLeft <= 0.1 && shares.agentLeft <= 0.1 && shares.visitorRight <= 0.1, 'nobody of the team is on the visitor’s side, nor the visitor on the team’s', shares);
});
