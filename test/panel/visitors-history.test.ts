import { readFileSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import t from 'tap';
import { jobSizes, openStage, said, visit, write } from './panel-stage.ts';

// Who a visitor is, what they did, and how a team finds it again or lets it be forgotten.

t.setTimeout(600_000);

/** What the customer's own server says of somebody who is signed in there. */
function vouch(secret: string, claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const identify = (visitor: Page, token: string) => visitor.locator('peer-consult').evaluate((element, proof) => (element as HTMLElement & { identify(proof: string): void }).identify(proof), token);

for (const size of jobSizes) {
  t.test(`[D2] [D7] [N9] ${size}: a verified visitor is the same on two devices; found, exported, erased`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await visit(page, 'Sites');
    await page.locator('consult-admin-sites a.site').click();
    await page.getByRole('navigation', { name: 'Sections of the site' }).getByRole('link', { name: 'Visitors' }).click();
    await page.getByRole('button', { name: 'Make secret' }).click();
    const secret = (await page.locator('consult-admin-secret-dialog output').textContent())!.trim();
    await page.getByRole('button', { name: 'I have kept it' }).click();
    const token = vouch(secret, { sub: 'customer-7', name: 'Ada Kim', email: 'ada@example.com' });

    const laptop = await stage.visitor(size);
    await identify(laptop, token);
    await write(laptop, 'From my laptop');
    const phone = await stage.visitor(size);
    await identify(phone, token);
    await said(phone, 'From my laptop').waitFor();
    await write(phone, 'And from my phone');
    await said(laptop, 'And from my phone').waitFor();
    const stranger = await stage.visitor(size);
    await write(stranger, 'I am Ada Kim too');

    await visit(page, 'Inbox');
    const row = page.getByRole('link').filter({ hasText: 'Ada Kim' }).filter({ hasText: 'And from my phone' });
    await row.getByText('Verified').waitFor({ state: 'attached' });
    t.equal(await page.getByRole('link').filter({ hasText: 'I am Ada Kim too' }).getByText('Verified').count(), 0, 'whoever only says so is not');

    await visit(page, 'Visitors');
    await page.getByLabel('Identity').selectOption({ label: 'Verified' });
    await page.getByRole('searchbox').fill('customer-7');
    await page.getByRole('link', { name: /Ada Kim/ }).click();
    await page.getByText('Your own server vouched for who this is.').waitFor();
    await page.locator('consult-admin-visitor-timeline').getByText('From my laptop').waitFor();
    await page.getByText('customer-7').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export data' }).click()]);
    const exported = readFileSync(await file.path(), 'utf8');
    t.doesNotThrow(() => JSON.parse(exported) as unknown);
    for (const text of ['From my laptop', 'And from my phone', 'ada@example.com']) t.match(exported, text);
    t.notMatch(exported, 'I am Ada Kim too', 'nobody else’s');

    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Erase for good' }).click();
    await page.getByRole('link', { name: /Ada Kim/ }).waitFor({ state: 'hidden' });
    await visit(page, 'Inbox');
    await page.getByRole('link').filter({ hasText: 'I am Ada Kim too' }).waitFor();
    await page.getByText('And from my phone').waitFor({ state: 'hidden' });
    await stage.peace();
  });

  t.test(`[P3] [K10] ${size}: a missed call is found by the filters of the history`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    const visitor = await stage.visitor(size);
    await write(visitor, 'May I call about kintsugi?');
    await visitor.getByRole('button', { name: 'Voice call' }).first().click();
    await visitor.getByRole('button', { name: 'Call without recording' }).click();
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    await visitor.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Accept' }).waitFor({ state: 'hidden' });

    await visit(page, 'History');
    const calls = page.locator('consult-admin-history tbody tr');
    await calls.getByText('Cancelled').waitFor();
    const none = page.getByText('No call fits these filters.');
    // On a phone they stand behind a button, so that the list is what one sees first.
    const unfold = async () => size === 'phone' && page.getByRole('button', { name: /^Filters/ }).click();
    await unfold();
    await page.getByLabel('Kind').selectOption({ label: 'Video' });
    await none.waitFor();
    await page.getByLabel('Kind').selectOption({ label: 'Voice' });
    await calls.getByText('Cancelled').waitFor();
    await page.getByLabel('Outcome').selectOption({ label: 'Answered' });
    await none.waitFor();
    await page.getByLabel('Outcome').selectOption({ label: 'Missed' });
    await calls.getByText('Cancelled').waitFor();
    await page.getByRole('searchbox').fill('nothing like that');
    await none.waitFor();
    await page.getByRole('searchbox').fill('kintsugi');
    await calls.getByText('Cancelled').waitFor();
    await page.reload();
    await calls.getByText('Cancelled').waitFor();
    t.match(page.url(), 'kintsugi', 'the address holds the filters, so that it can be sent to a colleague');
    await unfold();
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByLabel('To', { exact: true }).fill('2020-01-31');
    await none.waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await calls.locator('td.visitor a').click();
    await said(page, 'May I call about kintsugi?').waitFor();
    await stage.peace();
  });
}
