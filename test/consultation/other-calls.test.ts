import t from 'tap';
import { chat, elapse, openConsultation } from './consultation.ts';
import { until } from './owner-api.ts';

t.test('[consultation] calls that are refused, given up, or not recorded', { timeout: 400_000 }, async (t) => {
  const stage = await openConsultation(t);
  const { agent, owner } = stage;
  const newest = async () => (await owner.calls())[0];
  const ended = () => until(newest, (call) => call?.state === 'ended');

  await t.test('[consultation] refusing consent still allows the call, unrecorded', async (t) => {
    const visitor = await chat(stage, 'Please do not record me', 'We will not.');
    await visitor.call('audio', 'no');
    await agent.accept('yes');
    await Promise.all([visitor.connected(), agent.connected()]);
    await elapse(3000);
    t.notOk(await visitor.recordingSign().isVisible());
    t.notOk(await agent.recordingSign().isVisible());
    await agent.hangUp();
    const call = await ended();
    t.match(call, { recording: null, consents: { visitor: false }, endReason: 'agent_hangup' });
    await visitor.page.close();
  });

  await t.test('[consultation] an agent who does not agree is not recorded either', async (t) => {
    const visitor = await chat(stage, 'May I call?', 'Yes, call now.');
    await visitor.call('audio', 'yes');
    await agent.accept('no');
    await Promise.all([visitor.connected(), agent.connected()]);
    await elapse(2000);
    t.notOk(await visitor.recordingSign().isVisible());
    await visitor.hangUp();
    t.match(await ended(), { recording: null, endReason: 'visitor_hangup' });
    await visitor.page.close();
  });

  await t.test('[consultation] declined: each side reads what happened', async (t) => {
    const visitor = await chat(stage, 'Quick question', 'Write it here, please.');
    await visitor.call('audio', 'yes');
    await agent.ringing().waitFor();
    await Promise.all([visitor.text(/can't take the call right now/).first().waitFor(), agent.decline()]);
    await visitor.text('Call declined').first().waitFor();
    t.match(await ended(), { endReason: 'declined', answeredAt: null, recording: null });
    await visitor.page.close();
  });

  await t.test('[consultation] cancelled: the panel stops ringing, the conversation shows the line', async (t) => {
    const visitor = await chat(stage, 'One more thing', 'Yes?');
    await visitor.call('video', 'yes');
    await agent.ringing().waitFor();
    await visitor.cancel();
    await agent.ringing().waitFor({ state: 'hidden' });
    await agent.text('Missed video call').first().waitFor();
    t.match(await ended(), { endReason: 'cancelled', recording: null });
    await visitor.page.close();
  });

  await t.test('[consultation] a call from the agent: the visitor is rung and accepts', async (t) => {
    const visitor = await chat(stage, 'Can you call me?', 'Calling you now.');
    await agent.call('audio');
    await visitor.accept('yes');
    await Promise.all([visitor.connected(), agent.connected()]);
    await visitor.page.close();
    await agent.text(/lost the connection\. Waiting/).waitFor();
    await agent.hangUp();
    const call = await until(newest, (one) => one?.state === 'ended');
    t.equal(call!.endReason, 'agent_hangup', 'whoever is waited for may be back in 30 s; whoever waits need not');
  });

  await t.test('[consultation] [E6] no answer: the visitor may write meanwhile, is told, and asks to be called back; the agent finds it in the queue and sees to it', async (t) => {
    await owner.ring(10);
    const visitor = await chat(stage, 'Anybody there?', 'In a minute.');
    await visitor.call('audio', 'yes');
    await agent.ringing().waitFor();
    await visitor.button('Write meanwhile').click();
    await visitor.write('I go on writing.');
    await visitor.message('I go on writing.').waitFor();
    await visitor.button(/^Ask to be called back/).click();
    await visitor.text('No answer').first().waitFor();
    t.match(await ended(), { endReason: 'no_answer', recording: null });
    await visitor.field('Phone number').fill('call me');
    await visitor.button('Ask for a call-back').click();
    await visitor.text(/does not look like a phone number/).waitFor();
    await visitor.field('Phone number').fill('+82 10-1234-5678');
    await visitor.field(/^What is it about/).fill('Order 1042');
    await visitor.button('Ask for a call-back').click();
    await visitor.text('We will get back to you').waitFor();
    await visitor.button('Close').click();

    await agent.openQueue();
    const wish = agent.page.getByRole('region', { name: 'To be called back' });
    await wish.getByText('Order 1042').waitFor();
    t.equal(await wish.getByRole('link', { name: 'Call +82 10-1234-5678' }).getAttribute('href'), 'tel:+821012345678');
    await wish.getByRole('button', { name: /^Mark as done/ }).click();
    await wish.waitFor({ state: 'hidden' });
    t.match((await newest())?.followUp, { doneAt: String, doneBy: { name: 'Olivia Owner' } });
    await agent.openHistory();
    await agent.text(/by Olivia Owner/).first().waitFor();
  });
});
