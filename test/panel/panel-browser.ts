import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { t as file } from 'tap';
import { findChromium } from '../services/chromium.ts';

/** How somebody looks at it. */
export interface Look {
  language: 'en' | 'ko';
  scheme: 'light' | 'dark';
  size: 'phone' | 'desktop';
}

/** The windows that everything is looked at through. */
export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 }, least: { width: 360, height: 640 } } as const;

/** Every combination of language and scheme, each at both sizes. */
export const looks: readonly Look[] = (['en', 'ko'] as const).flatMap((language) => (['light', 'dark'] as const).flatMap((scheme) => (['desktop', 'phone'] as const).map((size) => ({ language, scheme, size }))));

let running: Promise<Browser> | null = null;

/** Chromium without the sandbox and without calls home: one for all tests of a file, who have windows, cookies and workers of their own. */
export function panelBrowser(): Promise<Browser> {
  if (!running) file.teardown(async () => (await running)?.close());
  running ??= chromium.launch({
    executablePath: findChromium()!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb',
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required'],
  });
  return running;
}

/** A window in which whatever must not happen is written down. */
export interface WatchedWindow {
  context: BrowserContext;
  page: Page;
  /** Violations of the page's policy (CSP, Trusted Types), errors of the page, dialogs, and payloads that ran. */
  complaints(): Promise<string[]>;
}

/** Opens a window with a look; its complaints are kept over navigations. */
export async function openWindow(browser: Browser, { language, scheme, size }: Look, storage?: Awaited<ReturnType<BrowserContext['storageState']>>): Promise<WatchedWindow> {
  const context = await browser.newContext({
    viewport: sizes[size], isMobile: size === 'phone', hasTouch: size === 'phone', locale: language === 'ko' ? 'ko-KR' : 'en-GB', colorScheme: scheme, reducedMotion: 'reduce', permissions: ['microphone', 'camera'],
    ...(storage && { storageState: storage }),
  });
  context.setDefaultTimeout(90_000);
  // What tsx puts around functions that have a name, so that they keep it: a function that is sent into a page has it there too.
  await context.addInitScript('globalThis.__name ??= (named) => named;');
  const found: string[] = [];
  await context.exposeFunction('complain', (text: string) => void found.push(text));
  await context.addInitScript(() => {
    const { complain } = window as unknown as { complain(text: string): void };
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => complain(`policy: ${violatedDirective} ${blockedURI} ${sample}`));
    Object.defineProperty(window, 'hacked', {
      set(value: unknown) {
        complain(`payload ${String(value)} ran`);
      },
    });
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    found.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { context, page, complaints: async () => [...found] };
}

/** What axe finds on the page as it is: one line a finding. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Not as a script element: the page's policy takes none of ours, which is as it should be.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof import('axe-core') };
    // `region` does not know a skip link whose target lies in the same shadow root. `page-has-heading-one`: an open conversation on a
    // phone hides the list with the first heading; its own is the second, as beside it on a desk.
    const { violations } = await inPage.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'label-content-name-mismatch': { enabled: true } }, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(' ')} ${failureSummary?.replaceAll(/\s+/g, ' ') ?? ''}`));
  });
}

/** How far the page is wider than its window, in px: on a phone nobody wants to scroll sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** How far what is in the panel's room hangs out below, in px: what is longer than the room has to scroll in it, or it lies over the navigation. */
export function hangingOut(page: Page): Promise<number> {
  return page.locator('main.room').evaluate((room) => room.scrollHeight - room.clientHeight);
}
