import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { SitesPage } from '../../protocol/http.ts';
import { until } from '../consultation/owner-api.ts';
import { jobSizes, openStage, visit } from './panel-stage.ts';

// A site from its first line in the panel to the button on the customer's page.

t.setTimeout(600_000);

/** Somebody's website, with nothing of ours on it. */
async function startShop(): Promise<{ url: string; stop(): void }> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title><p>Pots'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}

for (const size of jobSizes) {
  t.test(`[A7] [A11] [C9] ${size}: a changed look is seen in the preview at once, and on the page once saved`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await visit(page, 'Sites');
    await page.locator('consult-admin-sites a.site').click();
    await page.getByLabel('Greeting').fill('Ask us about clay.');
    const preview = page.getByRole('group', { name: /^Preview of/ });
    await preview.getByText('Ask us about clay.').waitFor();
    await page.getByRole('link', { name: 'Look', exact: true }).click();
    await page.getByRole('switch', { name: 'Own accent colour' }).check();
    await page.getByRole('textbox', { name: 'Accent' }).fill('nonsense');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Write a colour like #3a4fd0.').waitFor();
    await page.getByRole('textbox', { name: 'Accent' }).fill('#0f7a4a');
    await page.getByLabel('Corner').selectOption({ label: 'Bottom left' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('group', { name: 'Changes' }).getByText('Saved').waitFor();

    const visitor = await stage.open(size);
    await visitor.goto(`${stage.server.url}/demo`);
    const launcher = visitor.getByRole('button', { name: 'Open chat' });
    await launcher.waitFor();
    // Before the chat is opened nothing is asked of the server: until then only the tag can say how the button looks.
    await launcher.click();
    await visitor.locator('peer-consult').getByText('Ask us about clay.').waitFor();
    await visitor.getByRole('button', { name: 'Close chat' }).click();
    await until(() => launcher.evaluate((button) => getComputedStyle(button).backgroundColor), (colour) => colour === 'rgb(15, 122, 74)');
    t.ok((await launcher.boundingBox())!.x < 60, 'in the left corner');

    // Open on one day only, which is neither today nor tomorrow in any time zone.
    const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
    const open = names[(new Date().getUTCDay() + 3) % 7]!;
    await page.getByRole('link', { name: 'Hours', exact: true }).click();
    await page.getByRole('switch', { name: 'Business hours' }).check();
    for (const name of names) await page.getByRole('checkbox', { name, exact: true }).setChecked(name === open);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('group', { name: 'Changes' }).getByText('Saved').waitFor();
    await visitor.reload();
    await launcher.click();
    await visitor.getByText(/We’re closed right now\. We open .+ \(your time\)\./).first().waitFor();

    await page.getByRole('link', { name: 'Install', exact: true }).click();
    await page.getByRole('tabpanel').getByText('position="left"').first().waitFor();
    await page.getByRole('tabpanel').getByText('#0f7a4a').first().waitFor();
    await stage.peace();
  });

  t.test(`[A7] [C2] [C10] ${size}: a new site, its snippets, its origins, the check of a page, a new key`, async (t) => {
    const shop = await startShop();
    t.teardown(() => shop.stop());
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await visit(page, 'Sites');
    await page.getByRole('button', { name: 'Add site' }).click();
    await page.getByLabel('Name').fill('Second <b>shop</b>');
    await page.getByLabel('Address of the website').fill('https://second.example/shop');
    await page.getByRole('button', { name: 'Create site' }).click();
    await page.getByText('Leave out what comes after the host').waitFor();
    await page.getByLabel('Address of the website').fill('https://second.example');
    await page.getByRole('button', { name: 'Create site' }).click();
    await page.getByRole('heading', { name: 'Second <b>shop</b>' }).waitFor();
    const found = (await stage.ask<SitesPage>('GET', '/v1/sites')).items.find(({ name }) => name === 'Second <b>shop</b>')!;
    t.same(found.origins, ['https://second.example']);
    const install = page.getByRole('navigation', { name: 'Sections of the site' }).getByRole('link', { name: 'Install' });
    await install.click();
    for (const stack of ['React', 'Vue', 'Svelte', 'Angular', 'WordPress']) {
      const tab = page.getByRole('tab', { name: stack });
      await tab.click();
      t.equal(await tab.getAttribute('aria-selected'), 'true');
      await page.getByRole('tabpanel').getByText(found.publishableKey).first().waitFor();
    }
    await page.getByRole('tab', { name: 'React' }).focus();
    await page.keyboard.press('Home');
    t.equal(await page.getByRole('tab').first().getAttribute('aria-selected'), 'true', 'the tabs go by keys too');

    await page.getByRole('button', { name: 'Add origin' }).click();
    const entry = page.getByRole('textbox', { name: 'Origin 2' });
    await entry.fill('ftp://shop.example');
    await page.getByRole('button', { name: 'Save origins' }).click();
    await page.getByText('Begin with https://').waitFor();
    await entry.fill('*');
    await page.getByText('A list that allows every site is none. Name the sites.').waitFor();
    await page.getByLabel('Address of a page').fill(`${shop.url}/`);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('This page is not on the list of allowed origins.').first().waitFor();
    await entry.fill(shop.url);
    await page.getByRole('button', { name: 'Save origins' }).click();
    await page.getByText('Saved', { exact: true }).filter({ visible: true }).first().waitFor();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('There is no tag on this page.', { exact: false }).first().waitFor();

    await page.getByRole('button', { name: 'Replace key' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Replace key' }).click();
    await page.getByText('The key was replaced.').waitFor();
    const renewed = (await stage.ask<SitesPage>('GET', '/v1/sites')).items.find(({ id }) => id === found.id)!;
    t.not(renewed.publishableKey, found.publishableKey);
    await page.getByRole('tabpanel').getByText(renewed.publishableKey).first().waitFor();
    t.equal((await fetch(`${stage.server.url}/v1/widget/config?siteKey=${found.publishableKey}`)).status, 404, 'the old one opens nothing');

    await visit(page, 'Sites');
    await page.locator('consult-admin-sites a.site').filter({ hasNotText: 'Second' }).click();
    await install.click();
    await page.getByLabel('Address of a page').fill(`${stage.server.url}/demo`);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('The tag is there.', { exact: true }).waitFor();
    await stage.peace();
  });
}
