import t from 'tap';
import { missing, startTurn } from '../services/turn.ts';
import { chat, elapse, openConsultation } from './consultation.ts';
import { provesBothVoices, takeRecording } from './recording-oracle.ts';

t.test('[consultation] where no direct way exists the call goes through the relay, with credentials made for it', { timeout: 180_000, skip: missing() ?? false }, async (t) => {
  const turn = await startTurn();
  t.teardown(() => turn.stop());
  t.teardown(() => {
    if (!t.passing()) t.comment(turn.log().slice(-20_000));
  });
  const stage = await openConsultation(t, { settings: { TURN_URLS: turn.urls.join(','), TURN_SECRET: turn.secret }, relayOnly: true });
  const { agent, owner } = stage;
  const visitor = await chat(stage, 'I sit behind a firewall', 'Then we take the relay.');
  await visitor.call('audio', 'yes');
  await agent.accept('yes');
  await Promise.all([visitor.connected(), agent.connected()]);
  await elapse(10_000);
  await visitor.hangUp();
  const { file } = await takeRecording(owner);
  await provesBothVoices(t, file);
  t.match(turn.log(), /ALLOCATE processed, success/);
});
