import { firefox } from 'playwright-core';
import { findFirefox } from '../services/firefox.ts';
import { tones, type FakeBrowser, type Side } from './browsers.ts';

/** Starts a Firefox for one side: its microphone hears the side's tone, its camera sees changing colours. */
export async function startFirefox(side: Side): Promise<FakeBrowser> {
  const browser = await firefox.launch({
    // The one of the machine, driven by WebDriver BiDi; Playwright's own Firefox would be one that nobody uses.
    channel: 'moz-firefox',
    executablePath: findFirefox()!,
    headless: true,
    timeout: 120_000,
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.navigator.audio.fake_frequency': tones[side],
      // Without a sound card nothing would be played, and what plays nothing hears nothing.
      'media.cubeb.force_mock_context': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
  return {
    async open() {
      const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1100, height: 850 } });
      context.setDefaultTimeout(60_000);
      // tsx puts this around functions that have a name; one that is sent into a page has it there too.
      await context.addInitScript('globalThis.__name ??= (named) => named;');
      return context;
    },
    kill: () => browser.close(),
    close: () => browser.close(),
  };
}
