import t from 'tap';
import { missing, startTurn } from '../services/turn.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { provesBothVoices, takeRecording } from './recording-oracle.ts';

t.test('[consultation] [F2] a server that wants the relay alone gets it, over TCP too, with credentials made for the call', { timeout: 180_000, skip: missing() ?? false }, async (t) => {
  const turn = await startTurn();
  t.teardown(() => turn.stop());
  t.teardown(() => {
    if (!t.passing()) t.comment(turn.log().slice(-20_000));
  });
  const stage = await openConsultation(t, { settings: { TURN_URLS: turn.urls.filter((url) => url.endsWith('tcp')).join(','), TURN_SECRET: turn.secret, TURN_ONLY: 'true' } });
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'I sit behind a firewall', 'Then we take the relay.');
  await visitor.call('audio', 'yes');
  await agent.accept('yes');
  await Promise.all([visitor.connected(), agent.connected()]);
  // Measured in the browser: the pair that carries the media ends at the relay.
  await agent.page.getByRole('button', { name: /^Connection: / }).click();
  await agent.text('through a relay').waitFor();
  await elapse(10_000);
  await visitor.hangUp();
  const { file } = await takeRecording(owner);
  await provesBothVoices(t, file);
  t.match(turn.log(), /ALLOCATE processed, success/);
});
