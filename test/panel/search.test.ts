import type { Page } from 'playwright-core';
import t from 'tap';
import type { Conversation } from '../../protocol/shapes.ts';
import { jobSizes, openStage, said, write, type Stage } from './panel-stage.ts';

// Finding what somebody said: in all conversations, in one of them, and getting to the very line.

t.setTimeout(600_000);

const field = (page: Page) => page.getByRole('searchbox', { name: 'Search conversations' });
const hits = (page: Page) => page.getByRole('list', { name: 'Messages found' }).getByRole('link');
const line = (page: Page, n: number) => said(page, `note ${n} of the kiln`);

/** A conversation with 200 lines, one of which holds what is looked for, and a second one with a Korean line. */
async function furnish(stage: Stage): Promise<{ long: Conversation; korean: Conversation }> {
  const [one, other] = [await stage.visitor('desktop'), await stage.visitor('desktop')];
  await write(one, 'Hello from the pottery');
  await write(other, '배송이 늦어서 환불해주세요');
  // A line stands in its writer's window before the server has it.
  let items: Conversation[] = [];
  for (let turn = 0; items.length < 2 && turn < 300; turn++) {
    ({ items } = await stage.ask<{ items: Conversation[] }>('GET', '/v1/conversations'));
    if (items.some(({ preview }) => preview === null)) items = [];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const long = items.find(({ preview }) => preview?.text === 'Hello from the pottery')!;
  const korean = items.find(({ id }) => id !== long.id)!;
  for (let n = 1; n <= 200; n++) {
    await stage.ask('POST', `/v1/conversations/${long.id}/messages`, { clientId: `a-line-of-the-potter-${n}`, text: n === 80 ? 'a zanzibar glaze, twice: Zanzibar' : `note ${n} of the kiln` });
  }
  return { long, korean };
}

/** Scrolls the messages to an end until a line stands there. */
async function scrollTo(page: Page, end: 'top' | 'bottom', n: number): Promise<void> {
  const messages = page.getByRole('region', { name: 'Messages' });
  for (let turn = 0; turn < 900 && !(await line(page, n).count()); turn++) {
    await messages.evaluate((element, up) => element.scrollBy(0, up ? -1e6 : 1e6), end === 'top');
    await page.waitForTimeout(100);
  }
  await line(page, n).waitFor({ state: 'attached' });
}

for (const size of jobSizes) {
  t.test(`[K9] [K10] ${size}: words lead to the line that holds them, with what stands around it, and back to the newest`, async (t) => {
    const stage = await openStage(t);
    const { long, korean } = await furnish(stage);
    const page = await stage.panel(size);

    await field(page).waitFor();
    await page.keyboard.press('/');
    t.ok(await field(page).evaluate((element) => element.matches(':focus')), 'the slash leads to the field');
    await page.keyboard.type('환불');
    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await hits(page).first().waitFor();
    t.equal(await hits(page).count(), 1);
    t.strictSame(await hits(page).locator('mark').allTextContents(), ['환불'], 'two syllables in the middle of a line, with their ending');
    await hits(page).first().click();
    await said(page, '배송이 늦어서 환불해주세요').waitFor();
    t.match(page.url(), new RegExp(`${korean.id}.*at=1`));
    if (size === 'phone') await page.getByRole('link', { name: 'Back to the list' }).click();

    await field(page).fill('zanzibar');
    await hits(page).getByText('glaze').waitFor();
    t.strictSame(await hits(page).locator('mark').allTextContents(), ['zanzibar', 'Zanzibar']);
    await field(page).press('ArrowDown');
    t.ok(await hits(page).first().evaluate((element) => element.matches(':focus')), 'an arrow leads to the hits');
    await page.keyboard.press('Enter');
    const found = said(page, 'a zanzibar glaze, twice: Zanzibar');
    await found.waitFor();
    await page.waitForFunction(() => location.hash.includes('at='));
    t.ok(await found.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }), 'the line is in sight');
    t.equal(await line(page, 200).count(), 0, 'what is far from it was not loaded');
    await scrollTo(page, 'top', 5);
    await page.getByRole('button', { name: 'Jump to the newest message' }).click();
    await line(page, 200).waitFor();

    // The same place by its address, in a window that was just loaded.
    await page.goto(`${stage.server.url}/admin/#/inbox/${long.id}?at=81`);
    await page.reload();
    await found.waitFor();
    t.equal(await line(page, 200).count(), 0);
    // Whoever reads on to the end of what was loaded stays there, and is not led past what follows.
    const messages = page.getByRole('region', { name: 'Messages' });
    await line(page, 130).scrollIntoViewIfNeeded();
    await line(page, 200).waitFor({ state: 'attached' });
    t.ok(await messages.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop > 500), 'the newest is far below');
    await scrollTo(page, 'bottom', 200);
    await scrollTo(page, 'top', 1);
    await stage.peace();
  });

  t.test(`[K9] ${size}: one conversation is looked through from its newest hit to its oldest`, async (t) => {
    const stage = await openStage(t);
    const { long } = await furnish(stage);
    const page = await stage.panel(size);
    await page.goto(`${stage.server.url}/admin/#/inbox/${long.id}`);
    await line(page, 200).waitFor();
    if (size === 'phone') {
      await page.getByRole('button', { name: 'More', exact: true }).filter({ visible: true }).first().click();
      await page.getByRole('button', { name: 'Find in conversation' }).filter({ visible: true }).click();
    } else await page.keyboard.press('f');
    const bar = page.getByRole('searchbox', { name: 'Find in conversation' });
    await bar.fill('"note 7"');
    await page.getByText('1 of 11').waitFor();
    await line(page, 79).waitFor();
    await bar.press('Enter');
    await page.getByText('2 of 11').waitFor();
    await line(page, 78).waitFor();
    await bar.press('Shift+Enter');
    await page.getByText('1 of 11').waitFor();
    await bar.fill('nobody wrote this');
    await page.getByText('Not found', { exact: true }).waitFor();
    await bar.press('Escape');
    t.equal(await bar.count(), 0);
    await stage.peace();
  });
}
