import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import type { SessionAnswer } from '../../protocol/http.ts';
import { owner, startServerUnderTest, type ServerUnderTest } from '../consultation/server-under-test.ts';
import { openWindow, panelBrowser, type Look } from './panel-browser.ts';

/** Somebody who can sign in. */
export interface Credentials {
  email: string;
  password: string;
}

/** The sizes at which every page's job is done. */
export const jobSizes = ['desktop', 'phone'] as const;

/** A server with an owner, a browser, and windows in which nothing may go wrong unseen. */
export interface Stage {
  server: ServerUnderTest;
  /** Asks over HTTP as the owner, beside what the pages do. Throws what a refusal says. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** A window of somebody new. */
  open(size: Look['size']): Promise<Page>;
  /** A window of an agent, signed in to the panel. */
  panel(size: Look['size'], who?: Credentials): Promise<Page>;
  /** A window of a visitor whom the server has never seen: on the demo page, with the chat open. */
  visitor(size: Look['size']): Promise<Page>;
  /** Fails the test for everything that any window complained of. */
  peace(): Promise<void>;
}

/** Sets the stage for one test; it goes with it, and leaves pictures of every window in test-results/ when it fails. */
export async function openStage(t: Test, settings: Record<string, string> = {}): Promise<Stage> {
  const server = await startServerUnderTest({ RATE_LIMITS: 'off', OUTBOUND_ALLOW: '127.0.0.1', ...settings });
  t.teardown(() => server.stop());
  const browser = await panelBrowser();
  const login = await fetch(`${server.url}/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(owner) });
  const headers = { authorization: `Bearer ${((await login.json()) as SessionAnswer).accessToken}` };
  const windows: Awaited<ReturnType<typeof openWindow>>[] = [];
  t.teardown(() => Promise.all(windows.map(({ context }) => context.close())));
  t.teardown(async () => {
    if (t.passing()) return;
    const folder = resolve('test-results');
    mkdirSync(folder, { recursive: true });
    const name = t.name.replaceAll(/[^\w]+/g, '-').slice(0, 60);
    for (const [index, { page }] of windows.entries()) await page.screenshot({ path: `${folder}/panel${name}-${index}.png` }).catch(() => undefined);
    t.comment(`pictures: ${folder}/panel${name}-*.png`);
  });

  const open: Stage['open'] = async (size) => {
    const opened = await openWindow(browser, { language: 'en', scheme: 'light', size });
    windows.push(opened);
    return opened.page;
  };
  return {
    server,
    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await fetch(server.url + path, { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return (text ? JSON.parse(text) : undefined) as T;
    },
    open,
    async panel(size, who = owner) {
      const page = await open(size);
      await page.goto(`${server.url}/admin/`);
      await signIn(page, who);
      await page.locator('consult-admin-inbox').waitFor();
      return page;
    },
    async visitor(size) {
      const page = await open(size);
      await page.goto(`${server.url}/demo`);
      await page.getByRole('button', { name: 'Open chat' }).click();
      return page;
    },
    async peace() {
      for (const { complaints } of windows) t.same(await complaints(), [], 'nothing against the policy, no error, no dialog');
    },
  };
}

/** Fills in the sign-in form. */
export async function signIn(page: Page, { email, password }: Credentials): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Goes to a page by the navigation, as people do: on a phone most pages are behind *More*. */
export async function visit(page: Page, name: string): Promise<void> {
  const bar = page.getByRole('navigation', { name: 'Main navigation' });
  const link = bar.getByRole('link', { name });
  const more = bar.getByRole('button', { name: 'More' });
  await link.or(more).filter({ visible: true }).first().waitFor();
  if (await link.isVisible()) return link.click();
  await more.click();
  await page.getByRole('dialog', { name: 'All pages' }).getByRole('link', { name }).click();
}

/** The visitor's chat on the demo page: writes and sends. */
export async function write(visitor: Page, text: string): Promise<void> {
  const composer = visitor.locator('peer-consult').getByRole('textbox', { name: 'Write a message' });
  await composer.fill(text);
  await composer.press('Enter');
  await said(visitor.locator('peer-consult'), text).waitFor();
  // Shown at once, and then sent: what is asked of the server next counts on it.
  await visitor.locator('peer-consult .bubble.sending').waitFor({ state: 'detached' });
}

/** A message with exactly this text among those of a window, or of a part of it. */
export function said(where: Page | ReturnType<Page['locator']>, text: string): ReturnType<Page['locator']> {
  return where.getByRole('region', { name: 'Messages' }).getByText(text, { exact: true });
}
