import t from 'tap';
import { startBrowser } from './browsers.ts';
import { openConsultation } from './consultation.ts';
import { openVisitorPage } from './visitor-page.ts';

t.test('[F10] out of a chat app that has no microphone into the system\'s browser: the same conversation, a call, and a link that works once', { timeout: 120_000 }, async (t) => {
  const { server, agent } = await openConsultation(t);
  const browser = await startBrowser('visitor');
  t.teardown(() => browser.close());

  const app = await browser.open();
  await app.addInitScript(() => {
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
    Object.defineProperty(navigator, 'userAgent', { value: 'Mozilla/5.0 (Linux; Android 14; SM-S918N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0 Mobile Safari/537.36 KAKAOTALK 10.8.3' });
  });
  const there = await openVisitorPage(app, server.url);
  await there.openChat();
  await there.write('May I call you?');
  await agent.openConversation('May I call you?');
  await there.page.getByRole('button', { name: 'Voice call' }).click();
  const sheet = there.page.locator('peer-consult-preflight');
  await sheet.getByText('The browser inside KakaoTalk cannot make calls.').waitFor();
  await sheet.getByRole('button', { name: 'Continue in another browser' }).click();
  const link = await sheet.getByRole('textbox', { name: 'Link to this conversation' }).inputValue();
  t.equal(link.split('#')[0], `${server.url}/demo`);

  const system = await browser.open();
  const here = await openVisitorPage(system, server.url);
  await here.page.goto('about:blank');
  await here.page.goto(link);
  await here.message('May I call you?').waitFor();
  t.notOk(here.page.url().includes('#'), 'the secret is off the address');
  await here.page.getByRole('button', { name: 'Agree and call' }).click();
  await agent.ringing().waitFor();
  await agent.accept('yes');
  await Promise.all([here.connected(), agent.connected()]);
  await here.hangUp();
  await here.backInChat();

  const third = await browser.open();
  const late = await third.newPage();
  await late.goto(link);
  await late.getByText('This link no longer works').waitFor();
  t.equal(await late.locator('peer-consult').getByText('May I call you?').count(), 0);
  t.notOk(server.output().includes(/#peer-consult=([\w-]+)/.exec(link)![1]!), 'S1: no log knows it');
});
