import type { BrowserContext, Locator, Page } from 'playwright-core';
import { moment } from './moments.ts';
import { keepDiary } from './page-diary.ts';
import { owner } from './server-under-test.ts';
import type { Consent } from './visitor-page.ts';

/** The panel, as an agent uses it. */
export interface AgentPage {
  page: Page;
  /** What the page has said and heard so far. */
  diary(): string;
  /** The row of a conversation in the inbox, found by its newest text. */
  conversation(text: string): Locator;
  openConversation(text: string): Promise<void>;
  answer(text: string): Promise<void>;
  message(text: string): Locator;
  /** The call that rings. */
  ringing(): Locator;
  accept(consent: Consent): Promise<void>;
  decline(): Promise<void>;
  /** Calls the visitor of the open conversation. Whoever uses the panel has agreed to recordings. */
  call(mode: 'audio' | 'video'): Promise<void>;
  /** Resolves when the call is up, with that moment in milliseconds since the epoch. */
  connected(): Promise<number>;
  hangUp(): Promise<void>;
  /** Resolves when the call's stage has gone, with that moment in milliseconds since the epoch. */
  backInChat(): Promise<number>;
  recordingSign(): Locator;
  openQueue(): Promise<void>;
  openHistory(): Promise<void>;
  openInbox(): Promise<void>;
  /** Plays the newest recording in place and gives the player's element. */
  playNewest(): Promise<Locator>;
  text(text: string | RegExp): Locator;
}

/** Signs in to the panel in this window, as the owner or as somebody else. */
export async function openAgentPage(context: BrowserContext, url: string, who: { email: string; password: string } = owner): Promise<AgentPage> {
  const page = await context.newPage();
  const diary = keepDiary(page);
  await page.goto(`${url}/admin/`);
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const navigation = page.getByRole('navigation', { name: 'Main navigation' });
  await navigation.waitFor();
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: typeof name === 'string' });
  return {
    page,
    diary,
    conversation: (text) => page.getByRole('link').filter({ hasText: text }),
    async openConversation(text) {
      await page.getByRole('link').filter({ hasText: text }).first().click();
    },
    async answer(text) {
      const composer = page.getByRole('textbox', { name: 'Write a message' });
      await composer.fill(text);
      await composer.press('Enter');
    },
    message: (text) => page.getByRole('region', { name: 'Messages' }).getByText(text, { exact: true }),
    ringing: () => button('Accept'),
    async accept(consent) {
      const checkbox = page.getByRole('checkbox', { name: 'I agree to the recording' });
      await button('Accept').waitFor();
      // A visitor who has refused leaves nothing to agree to.
      if (await checkbox.isVisible()) await checkbox.setChecked(consent === 'yes');
      await button('Accept').click();
    },
    async decline() {
      await button('Decline').click();
    },
    async call(mode) {
      await button(mode === 'audio' ? 'Voice call' : 'Video call').click();
    },
    connected: () => moment(page, '[role=timer]', 'shown'),
    async hangUp() {
      await button('Hang up').click();
    },
    backInChat: () => moment(page, 'peer-consult-call-view', 'gone'),
    recordingSign: () => page.getByText('REC', { exact: true }),
    async openQueue() {
      await navigation.getByRole('link', { name: 'Queue' }).click();
      await page.getByRole('heading', { name: 'Queue' }).waitFor();
    },
    async openHistory() {
      await navigation.getByRole('link', { name: 'History' }).click();
      await page.getByRole('heading', { name: 'History' }).waitFor();
    },
    async openInbox() {
      await navigation.getByRole('link', { name: 'Inbox' }).click();
    },
    async playNewest() {
      await button(/Play recording/).first().click();
      const player = page.locator('consult-admin-recording-player audio, consult-admin-recording-player video');
      // Its controls are ours: sound alone has nothing to be seen.
      await player.waitFor({ state: 'attached' });
      return player;
    },
    text: (text) => page.getByText(text),
  };
}
