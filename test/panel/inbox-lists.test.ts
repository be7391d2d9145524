import type { Page } from 'playwright-core';
import t from 'tap';
import { englishHouse } from './english-house.ts';
import { furnishHouse } from './house.ts';
import { jobSizes, openStage, said } from './panel-stage.ts';

// Finding conversations again, working on many at once, and doing all of it without a mouse.

t.setTimeout(600_000);

const row = (page: Page, name: string) => page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').filter({ hasText: name });

for (const size of jobSizes) {
  t.test(`[K10] [P3] [P7] ${size}: searched, filtered, kept over a reload, closed by the dozen`, async (t) => {
    const stage = await openStage(t);
    const house = await furnishHouse(stage.server, englishHouse);
    t.teardown(() => house.leave());
    const page = await stage.panel(size);
    await row(page, 'Priya Natarajan').waitFor();

    const search = page.getByRole('searchbox', { name: 'Search conversations' });
    await search.fill('kintsugi');
    await row(page, 'Priya Natarajan').waitFor({ state: 'hidden' });
    await row(page, 'Calm Otter').waitFor();
    await search.fill('nobody ever said this');
    await page.getByText('Nothing fits these filters').waitFor();
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await row(page, 'Priya Natarajan').waitFor();

    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('combobox', { name: 'Tag' }).selectOption({ label: 'repair' });
    await row(page, 'Priya Natarajan').waitFor({ state: 'hidden' });
    await page.getByRole('textbox', { name: 'Name of this filter' }).fill('Cracked things');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Cracked things', exact: true }).waitFor();
    await page.goto(`${stage.server.url}/admin/#/inbox`);
    await page.reload();
    await row(page, 'Priya Natarajan').waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('button', { name: 'Cracked things', exact: true }).click();
    await row(page, 'Priya Natarajan').waitFor({ state: 'hidden' });
    await row(page, 'Calm Otter').waitFor();
    await page.getByRole('group', { name: 'Filters' }).getByRole('link', { name: 'Remove repair' }).click();
    await row(page, 'Priya Natarajan').waitFor();

    await page.getByRole('button', { name: 'Select several' }).click();
    for (const name of ['Priya Natarajan', 'Bright Heron']) await page.getByRole('checkbox', { name: `Select the conversation with ${name}` }).check({ force: true });
    await page.getByText('2 selected').waitFor();
    await page.getByRole('toolbar', { name: 'For all that are selected' }).getByRole('button', { name: 'Close conversation' }).click();
    await page.getByText('2 changed.').waitFor({ state: 'attached' });
    await row(page, 'Priya Natarajan').waitFor({ state: 'hidden' });
    await page.getByRole('navigation', { name: 'Views of the inbox' }).getByRole('link', { name: 'Closed' }).click();
    for (const name of ['Priya Natarajan', 'Bright Heron']) await row(page, name).waitFor();
    await stage.peace();
  });

  t.test(`[P11] ${size}: with the keyboard alone: found by the palette, answered, closed, the next one opened`, async (t) => {
    const stage = await openStage(t);
    const house = await furnishHouse(stage.server, englishHouse);
    t.teardown(() => house.leave());
    const page = await stage.panel(size);
    const keys = page.keyboard;
    await row(page, 'Priya Natarajan').waitFor();
    await keys.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await keys.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'hidden' });

    await keys.press('Control+k');
    await keys.type('Priya');
    await page.getByRole('option', { name: /Priya Natarajan/, selected: true }).waitFor();
    await keys.press('Enter');
    await said(page, 'Lovely. Could I see the glaze by video before I order?').waitFor();
    await keys.press('r');
    await keys.type('Of course. Shall I call you?');
    await keys.press('Enter');
    await said(page, 'Of course. Shall I call you?').waitFor();
    await keys.press('Escape');
    await keys.press('e');
    await page.getByText('You ended this conversation.').waitFor();
    await keys.press('Escape');
    await page.getByText('Choose a conversation').or(row(page, 'Bright Heron')).filter({ visible: true }).first().waitFor();

    const focused = () => page.evaluate(() => {
      let at: Element | null = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.textContent ?? '';
    });
    await keys.press('j');
    const first = await focused();
    await keys.press('j');
    t.not(await focused(), first, 'j goes on');
    await keys.press('k');
    t.equal(await focused(), first, 'k goes back');
    await keys.press('Enter');
    await page.getByRole('region', { name: 'Messages' }).waitFor();
    await stage.peace();
  });
}
