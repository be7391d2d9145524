import type { BrowserContext, Locator, Page } from 'playwright-core';
import { moment } from './moments.ts';
import { keepDiary } from './page-diary.ts';

/** What the visitor agrees to before a call. */
export type Consent = 'yes' | 'no';

/** The demo shop with the element on it, as a visitor uses it. */
export interface VisitorPage {
  page: Page;
  /** What the page has said and heard so far. */
  diary(): string;
  openChat(): Promise<void>;
  write(text: string): Promise<void>;
  /** A message with this text, of whomever. */
  message(text: string): Locator;
  /** The state under the newest own message. */
  state(state: 'Sending…' | 'Sent' | 'Seen'): Locator;
  /** Presses *Voice call* or *Video call* and answers the consent line. */
  call(mode: 'audio' | 'video', consent: Consent): Promise<void>;
  /** Accepts a call that rings here. */
  accept(consent: Consent): Promise<void>;
  cancel(): Promise<void>;
  hangUp(): Promise<void>;
  /** Resolves when the call is up, with that moment in milliseconds since the epoch. */
  connected(): Promise<number>;
  /** Resolves when the call's stage has gone, with that moment in milliseconds since the epoch. */
  backInChat(): Promise<number>;
  /** The sign that recording is on. */
  recordingSign(): Locator;
  button(name: string | RegExp): Locator;
  field(label: string | RegExp): Locator;
  /** A text anywhere in the element. */
  text(text: string | RegExp): Locator;
}

/** Opens the demo page in this window. */
export async function openVisitorPage(context: BrowserContext, url: string): Promise<VisitorPage> {
  const page = await context.newPage();
  const diary = keepDiary(page);
  await page.goto(`${url}/demo`);
  const element = page.locator('peer-consult');
  const button = (name: string | RegExp): Locator => element.getByRole('button', { name, exact: typeof name === 'string' });
  return {
    page,
    diary,
    async openChat() {
      await button('Open chat').click();
    },
    async write(text) {
      const composer = element.getByRole('textbox', { name: 'Write a message' });
      await composer.fill(text);
      await composer.press('Enter');
    },
    message: (text) => element.getByRole('region', { name: 'Messages' }).getByText(text, { exact: true }),
    state: (state) => element.getByText(state, { exact: true }).last(),
    async call(mode, consent) {
      await button(mode === 'audio' ? 'Voice call' : 'Video call').first().click();
      await button(consent === 'yes' ? 'Agree and call' : 'Call without recording').click();
    },
    async accept(consent) {
      await button(consent === 'yes' ? 'Agree and accept' : 'Accept without recording').click();
    },
    async cancel() {
      await button('Cancel').click();
    },
    async hangUp() {
      await button('Hang up').click();
    },
    connected: () => moment(page, '[role=timer]', 'shown'),
    backInChat: () => moment(page, 'peer-consult-call-view', 'gone'),
    recordingSign: () => element.getByText('REC', { exact: true }),
    button,
    field: (label) => element.getByRole('textbox', { name: label }),
    text: (text) => element.getByText(text),
  };
}
