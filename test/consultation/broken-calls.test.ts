import { readFileSync } from 'node:fs';
import t from 'tap';
import { chat, elapse, openConsultation } from './consultation.ts';
import { until } from './owner-api.ts';
import { probeFile, provesBothVoices, provesFile, takeRecording } from './recording-oracle.ts';

t.test('[consultation] the visitor’s browser is killed in mid-call: what was said until then is kept', { timeout: 500_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner, killVisitorsBrowser } = stage;
  const visitor = await chat(stage, 'My screen flickers', 'Let us talk.');
  await visitor.call('audio', 'yes');
  await agent.accept('yes');
  await Promise.all([visitor.connected(), agent.connected()]);
  await agent.recordingSign().waitFor();
  await elapse(15_000);
  await killVisitorsBrowser();
  const killed = Date.now();
  t.comment(`the agent is back after ${(await agent.backInChat()) - killed} ms`);
  const [call] = await until(() => owner.calls(), ([newest]) => newest?.state === 'ended');
  t.equal(call!.endReason, 'left', 'the call ends for the other side too');

  const { recording, file } = await takeRecording(owner, ['ready', 'partial']);
  const seconds = Number(probeFile(file, 'format=duration'));
  t.comment(`${seconds} s, gaps ${JSON.stringify(recording.gaps)}`);
  t.ok(seconds >= 14, 'all that was uploaded is there', { seconds });
  await provesBothVoices(t, file, 14);
  await agent.openHistory();
  await agent.playNewest();
});

t.test('[consultation] the server is killed in mid-call and started again: the call goes on and is kept whole', { timeout: 500_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner, server } = stage;
  const visitor = await chat(stage, 'Is my order on its way?', 'I will look it up for you.');
  await visitor.call('audio', 'yes');
  await agent.accept('yes');
  const connected = Math.max(...(await Promise.all([visitor.connected(), agent.connected()])));
  await agent.recordingSign().waitFor();
  await elapse(12_000);
  await server.kill();
  await elapse(3000);
  await server.start();
  await elapse(15_000);
  t.ok(await visitor.recordingSign().isVisible(), 'recording is still on');
  const lasted = Date.now() - connected;
  await Promise.all([visitor.backInChat(), agent.backInChat(), agent.hangUp()]);

  const { call, recording, file } = await takeRecording(owner, ['ready', 'partial']);
  t.equal(call.endReason, 'agent_hangup');
  t.strictSame(recording.gaps, [], 'not a chunk is missing');
  provesFile(t, file, readFileSync(file), recording, lasted);
  await provesBothVoices(t, file);
});

t.test('[consultation] what is written while the server is down goes out by itself, once, in order', { timeout: 400_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner, server } = stage;
  const visitor = await chat(stage, 'Hello?', 'Hello!');
  await server.kill();
  for (const text of ['one', 'two', 'three']) await visitor.write(text);
  await agent.answer('four');
  await visitor.state('Sending…').waitFor();
  await server.start();
  await agent.message('three').waitFor();
  await visitor.message('four').waitFor();
  const [conversation] = await owner.conversations();
  const messages = await until(() => owner.messages(conversation!.id), (all) => all.length >= 6);
  const visitors = messages.filter((message) => message.author.kind === 'visitor').map((message) => message.text);
  t.strictSame(visitors, ['Hello?', 'one', 'two', 'three']);
  t.strictSame(messages.map((message) => message.seq), [1, 2, 3, 4, 5, 6]);
});

t.test('[consultation] a reload, and coming back to a server that was restarted, continue the conversation', { timeout: 400_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner, server } = stage;
  t.strictSame(await owner.conversations(), [], 'nothing is stored before the first message');
  const visitor = await chat(stage, 'Remember me', 'Of course.');
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.message('Of course.').waitFor();
  await server.kill();
  await server.start();
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.message('Remember me').waitFor();
  await visitor.write('I am back');
  await agent.message('I am back').waitFor();
  const conversations = await owner.conversations();
  t.equal(conversations.length, 1, 'it is one conversation');
});
