import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import t from 'tap';
import { jobSizes, openStage, said, visit, write } from './panel-stage.ts';

// A day's work: who waits is taken from the queue, and the reports and the audit log tell afterwards what was done.

t.setTimeout(600_000);

async function fileOf(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download') as Promise<Download>, press()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

for (const size of jobSizes) {
  t.test(`[E2] [E5] [P3] ${size}: a call that rings is taken from the queue; the reports count it, the audit log names who did what`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await visit(page, 'Queue');
    await page.getByText('Nobody is waiting').waitFor();
    const visitor = await stage.visitor(size);
    await write(visitor, 'Is anybody there?');
    await page.getByRole('region', { name: 'Waiting for an answer' }).getByText('Is anybody there?').waitFor();
    await visitor.getByRole('button', { name: 'Voice call' }).first().click();
    await visitor.getByRole('button', { name: 'Call without recording' }).click();
    const ringing = page.getByRole('region', { name: 'Ringing now' });
    await ringing.getByText('New', { exact: true }).waitFor();
    await ringing.getByRole('button', { name: /^Take / }).click();
    await Promise.all([page.getByRole('timer').waitFor(), visitor.getByRole('timer').waitFor()]);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByRole('timer').waitFor({ state: 'hidden' });
    await visitor.getByRole('timer').waitFor({ state: 'hidden' });

    await page.goto(`${stage.server.url}/admin/#/inbox`);
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first().click();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await page.getByRole('listbox').getByRole('option', { name: /\(me\)/ }).click();
    await page.getByRole('button', { name: 'Assigned to Olivia Owner' }).waitFor();
    const composer = page.getByRole('textbox', { name: 'Write a message' });
    await composer.fill('It was good to hear you.');
    await composer.press('Enter');
    await said(visitor, 'It was good to hear you.').waitFor();
    await page.goto(`${stage.server.url}/admin/#/queue`);
    await page.getByText('Nobody is waiting').waitFor();

    await visit(page, 'Reports');
    const figure = (name: string) => page.locator('consult-admin-reports section.tile').filter({ hasText: name }).locator('.figure');
    await figure('Conversations').waitFor();
    t.match([await figure('Conversations').textContent(), await figure('Missed calls').textContent()], ['1', '0']);
    const olivia = page.locator('consult-admin-reports tr').filter({ hasText: 'Olivia Owner' });
    t.match(await olivia.locator('td').allTextContents(), ['1', '1', String, String, '1', '0'], 'one conversation, one answer, one call');
    const days = await fileOf(page, () => page.getByRole('button', { name: 'All days as CSV' }).click());
    t.match(days.name, /\.csv$/);
    const [head, ...rows] = days.text.replace('\uFEFF', '').trim().split('\r\n');
    const column = head!.split(',').indexOf('conversations');
    t.equal(rows.reduce((sum, row) => sum + Number(row.split(',')[column]), 0), 1, 'the file says the same');
    await page.getByRole('button', { name: '7 days' }).click();
    t.equal(await page.getByRole('button', { name: '7 days' }).getAttribute('aria-pressed'), 'true');
    await figure('Conversations').getByText('1', { exact: true }).waitFor();

    await visit(page, 'Sites');
    await page.locator('consult-admin-sites a.site').click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Clay & Sons');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('group', { name: 'Changes' }).getByText('Saved').waitFor();
    await visit(page, 'Audit');
    const entries = page.locator('consult-admin-audit ol > li');
    await entries.filter({ hasText: 'Site: changed' }).filter({ hasText: 'Clay & Sons' }).filter({ hasText: 'Olivia Owner' }).first().waitFor();
    await entries.filter({ hasText: 'Signed in' }).first().waitFor();
    await page.getByLabel('About what').selectOption({ label: 'Site' });
    await entries.filter({ hasText: 'Signed in' }).first().waitFor({ state: 'hidden' });
    await entries.filter({ hasText: 'Site: changed' }).first().waitFor();
    const log = await fileOf(page, () => page.getByRole('button', { name: 'CSV' }).click());
    t.match(log.text, /Olivia Owner.*site\.updated.*Clay & Sons/);
    await stage.peace();
  });
}
