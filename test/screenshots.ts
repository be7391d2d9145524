// `npm run screenshots`: everything that a person sees, at two sizes, light and dark, in both languages, into
// test-results/screenshots/, and the picture of the README into docs/images/. Needs a build, Chromium and ffmpeg.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { en } from '../languages/en.ts';
import { ko } from '../languages/ko.ts';
import { findChromium } from './services/chromium.ts';
import { findProgram } from './services/processes.ts';
import { owner, startServerUnderTest, type ServerUnderTest } from './consultation/server-under-test.ts';
import { englishHouse } from './panel/english-house.ts';
import { furnishHouse, type House } from './panel/house.ts';
import { koreanHouse } from './panel/korean-house.ts';
import { shootTalk } from './screenshots-talk.ts';

const folder = join(import.meta.dirname, '../test-results/screenshots');
const images = join(import.meta.dirname, '../docs/images');
// `npm run screenshots -- ko-dark-phone` makes that look alone anew.
const wanted = process.argv.slice(2);
if (!wanted.length) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
mkdirSync(images, { recursive: true });

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const words = {
  en: {
    locale: 'en-GB', open: 'Open chat', write: 'Write a message', voice: 'Voice call', video: 'Video call', agree: 'Agree and call', email: 'E-mail', password: 'Password', signIn: 'Sign in', accept: 'Accept', hangUp: 'Hang up', recording: 'REC', pause: en.call.pauseRecording,
    asks: ['Hi! Is the oak table in stock?', 'And could I see it by video before I order?'], answers: ['Hello, it is: four of them, ready to ship on Monday.', 'Of course. Just press the camera above.'],
  },
  ko: {
    locale: 'ko-KR', open: '채팅 열기', write: '메시지 입력', voice: '음성 통화', video: '영상 통화', agree: '동의하고 통화하기', email: '이메일', password: '비밀번호', signIn: '로그인', accept: '받기', hangUp: '통화 종료', recording: '녹음 중', pause: ko.call.pauseRecording,
    asks: ['안녕하세요! 참나무 식탁 재고가 있나요?', '주문 전에 영상으로 볼 수 있을까요?'], answers: ['안녕하세요, 네 개 남아 있고 월요일에 바로 발송됩니다.', '물론입니다. 위의 카메라 버튼을 눌러 주세요.'],
  },
} as const;

const browser = await chromium.launch({
  executablePath: findChromium()!,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb',
    '--font-render-hinting=none', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection'],
});

try {
  for (const language of ['en', 'ko'] as const) {
    if (wanted.length && !wanted.some((look) => look.startsWith(language))) continue;
    const server = await startServerUnderTest({ RATE_LIMITS: 'off', OUTBOUND_ALLOW: '127.0.0.1' });
    const house = await furnishHouse(server, language === 'ko' ? koreanHouse : englishHouse);
    for (const scheme of ['light', 'dark'] as const) for (const size of ['phone', 'desktop'] as const) {
      if (!wanted.length || wanted.includes(`${language}-${scheme}-${size}`)) await tour(server, house, language, scheme, size);
    }
    house.leave();
    await server.stop();
  }
  if (!wanted.length && findProgram('ffmpeg')) overview();
} finally {
  await browser.close();
}
console.log(`Screenshots lie in ${folder}.`);

async function tour(server: ServerUnderTest, house: House, language: keyof typeof words, scheme: 'light' | 'dark', size: keyof typeof sizes): Promise<void> {
  const text = words[language];
  const open = async (): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await browser.newContext({
      viewport: sizes[size], deviceScaleFactor: size === 'phone' ? 2 : 1, isMobile: size === 'phone', hasTouch: size === 'phone', locale: text.locale, colorScheme: scheme,
      reducedMotion: 'reduce', permissions: ['microphone', 'camera'],
    });
    context.setDefaultTimeout(60_000);
    return { context, page: await context.newPage() };
  };
  const shoot = async (page: Page, name: string): Promise<void> => {
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(folder, `${language}-${scheme}-${size}-${name}.png`) });
  };
  const visitor = await open();
  const agent = await open();
  try {
    await visitor.page.goto(`${server.url}/demo`);
    await shoot(visitor.page, '01-launcher');
    await agent.page.goto(`${server.url}/admin/`);
    await shoot(agent.page, '02-sign-in');
    await agent.page.getByLabel(text.email).fill(owner.email);
    await agent.page.getByLabel(text.password, { exact: true }).fill(owner.password);
    await agent.page.getByRole('button', { name: text.signIn }).click();
    await agent.page.locator('consult-admin-inbox').waitFor();
    await shoot(agent.page, '03-inbox');

    const element = visitor.page.locator('peer-consult');
    await element.getByRole('button', { name: text.open }).click();
    await element.getByRole('textbox', { name: text.write }).waitFor();
    await shoot(visitor.page, '04-chat-empty');
    const write = async (page: Page, root: ReturnType<Page['locator']>, message: string): Promise<void> => {
      const composer = root.getByRole('textbox', { name: text.write });
      await composer.fill(message);
      await composer.press('Enter');
      await page.waitForTimeout(300);
    };
    await write(visitor.page, element, text.asks[0]);
    await agent.page.getByRole('link').filter({ hasText: text.asks[0] }).first().click();
    const panel = agent.page.locator('consult-admin-thread');
    await write(agent.page, panel, text.answers[0]);
    await write(visitor.page, element, text.asks[1]);
    await write(agent.page, panel, text.answers[1]);
    await shoot(visitor.page, '05-chat');
    await shoot(agent.page, '06-thread');

    await element.getByRole('button', { name: text.voice }).first().click();
    await shoot(visitor.page, '07-consent');
    await element.getByRole('button', { name: text.agree }).click();
    await agent.page.getByRole('button', { name: text.accept }).waitFor();
    await shoot(agent.page, '08-ringing');
    await shoot(visitor.page, '09-outgoing');
    await agent.page.getByRole('button', { name: text.accept }).click();
    await element.getByText(text.recording, { exact: true }).waitFor();
    await visitor.page.waitForTimeout(2500);
    await shoot(visitor.page, '10-voice-call');
    await shoot(agent.page, '11-voice-call');
    await agent.page.getByRole('button', { name: text.pause }).click();
    await visitor.page.waitForTimeout(600);
    await shoot(visitor.page, '11-paused');
    await shoot(agent.page, '11-paused-agent');
    await agent.page.getByRole('button', { name: text.hangUp }).click();
    await visitor.page.waitForTimeout(600);
    await shoot(visitor.page, '12-after-call');
    await visitor.page.waitForTimeout(2500);
    await element.getByRole('button', { name: text.video }).first().click();
    await element.getByRole('button', { name: text.agree }).click();
    await agent.page.getByRole('button', { name: text.accept }).click();
    await element.getByText(text.recording, { exact: true }).waitFor();
    await visitor.page.waitForTimeout(2500);
    await shoot(visitor.page, '13-video-call');
    await shoot(agent.page, '14-video-call');
    await element.getByRole('button', { name: text.hangUp }).click();
    await visitor.page.waitForTimeout(3000);
    await agent.page.goto(`${server.url}/admin/#/history`);
    await agent.page.locator('consult-admin-history .play').first().click();
    await shoot(agent.page, '15-history');
    const [conversation] = house.conversations;
    const places = ['inbox', `inbox/${conversation!.id}`, 'queue', 'visitors', `visitors/${conversation!.visitor.id}`, 'team', 'sites', `sites/${house.site.id}`, ...['look', 'hours', 'forms', 'install'].map((section) => `sites/${house.site.id}?section=${section}`),
      'settings/account', 'settings/api-keys', 'settings/webhooks', 'settings/mail', 'settings/tags', 'settings/replies', 'settings/organisation', 'reports', 'audit'];
    for (const [index, place] of places.entries()) {
      await agent.page.goto(`${server.url}/admin/#/${place}`);
      await agent.page.waitForTimeout(700);
      await shoot(agent.page, `${20 + index}-${place.replace(/[0-9a-f-]{36}/, 'one').replaceAll(/[^a-z]+/g, '-')}`);
    }
    await agent.page.goto(`${server.url}/docs`);
    await shoot(agent.page, '50-reference');
    await shootTalk({ server, house, language, desk: size === 'desktop', visitor: visitor.page, agent: agent.page, shoot });
  } catch (error) {
    await shoot(visitor.page, 'failed-visitor');
    await shoot(agent.page, 'failed-agent');
    console.error(`${language} ${scheme} ${size}: ${String(error)}`);
    process.exitCode = 1;
  } finally {
    await visitor.context.close();
    await agent.context.close();
  }
}

/** Widget and panel side by side for the README. */
function overview(): void {
  const path = (name: string): string => join(folder, `en-light-${name}.png`);
  const frame = 'pad=iw+24:ih+24:12:12:color=0xe9e9ef';
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', path('desktop-05-chat'), '-i', path('desktop-06-thread'), '-filter_complex', `[0]scale=1000:-1,${frame}[a];[1]scale=1000:-1,${frame}[b];[a][b]hstack`, '-frames:v', '1', join(images, 'overview.png')]);
}
