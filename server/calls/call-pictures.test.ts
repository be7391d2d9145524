import t from 'tap';
import { activeCall, house, record, refused } from './testing/active-call.ts';

t.test('[F9] a camera in a voice call: the other member alone is asked, and with its word the call is one with pictures', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  const bystander = await h.connect(h.agent('b'));
  for (const ear of [visitor, agent, bystander]) ear.heard = [];
  await h.calls.video(visitor, call.id, 'ask');
  t.match(agent.take('call.video'), [{ callId: call.id, from: visitor.connectionId, word: 'ask' }]);
  t.equal((await record(h, call.id))?.mode, 'audio', 'a question changes nothing');
  await h.calls.video(agent, call.id, 'watch');
  t.match(visitor.take('call.video'), [{ word: 'watch' }]);
  t.equal((await record(h, call.id))?.mode, 'video');
  for (const ear of [visitor, agent]) t.match(ear.take('call.updated'), [{ call: { id: call.id, mode: 'video' } }]);
  await h.calls.video(agent, call.id, 'accept');
  t.strictSame(visitor.take('call.updated'), [], 'a repeated word is told once');
  t.strictSame(bystander.heard.map(({ type }) => type), ['call.live'], 'nobody else hears of it, but what runs is listed');
  await h.calls.end(agent, call.id);
  t.equal(h.lines.get(call.id)?.mode, 'video', 'the conversation tells of a video call');
});

t.test('[F9] declining and withdrawing leave a voice call; showing a screen makes it one with pictures', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  for (const [who, word] of [[agent, 'ask'], [visitor, 'decline'], [agent, 'ask'], [agent, 'withdraw']] as const) await h.calls.video(who, call.id, word);
  t.strictSame(visitor.take('call.video').map(({ word }) => word), ['ask', 'ask', 'withdraw']);
  t.equal((await record(h, call.id))?.mode, 'audio');
  await h.calls.video(agent, call.id, 'show');
  t.equal((await record(h, call.id))?.mode, 'video');
});

t.test('[F9] a stranger, a visitor whose site takes no video, an absent other side: each is refused', async (t) => {
  const h = await house(t);
  const { visitor, agent, call } = await activeCall(h);
  await refused(t, h.calls.video(await h.connect(h.visitor('w')), call.id, 'accept'), 'not_found');
  await refused(t, h.calls.video(await h.connect(h.agent('b')), call.id, 'accept'), 'forbidden');
  h.takes.video = false;
  for (const word of ['ask', 'show'] as const) await refused(t, h.calls.video(visitor, call.id, word), 'forbidden');
  agent.heard = [];
  await h.calls.video(agent, call.id, 'ask');
  await h.calls.video(visitor, call.id, 'watch');
  t.equal((await record(h, call.id))?.mode, 'video', 'an agent may ask where visitors may not');
  await h.disconnect(visitor, false);
  await refused(t, h.calls.video(agent, call.id, 'ask'), 'unavailable');
  await h.calls.end(agent, call.id);
  await refused(t, h.calls.video(agent, call.id, 'ask'), 'call_over');
});
