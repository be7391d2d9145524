import type { Page } from 'playwright-core';
import t from 'tap';
import { owner, startServerUnderTest } from '../consultation/server-under-test.ts';
import { englishHouse } from './english-house.ts';
import { furnishHouse } from './house.ts';
import { axeFindings, hangingOut, looks, openWindow, overflow, sizes, panelBrowser } from './panel-browser.ts';
import { payload, payloads } from './payloads.ts';

// Every page of the panel in a real browser, as somebody with and without a mouse, eyes, light, Korean or a large window meets it.

t.setTimeout(600_000);

const settled = (page: Page) => page.waitForFunction(() => {
  const busy = (root: Document | ShadowRoot): boolean => [...root.querySelectorAll('*')].some((one) => one.getAttribute('aria-busy') === 'true' || (one.shadowRoot !== null && busy(one.shadowRoot)));
  return !busy(document);
});

/** By what every language has in common. */
async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin/`);
  await page.locator('input[type="email"]').fill(owner.email);
  await page.locator('input[type="password"]').fill(owner.password);
  await page.locator('button[type="submit"], button.primary').first().click();
  await page.locator('consult-admin-inbox').waitFor();
}

/** Where one can go, with the ids of this house; the sections of the settings are read from their own page. */
async function addresses(page: Page, url: string, house: { conversations: { id: string; visitor: { id: string } }[]; room: { id: string }; site: { id: string } }): Promise<string[]> {
  const [conversation] = house.conversations;
  await page.goto(`${url}/admin/#/settings`);
  await page.locator('a[href^="#/settings/"]').first().waitFor({ state: 'attached' });
  const sections = await page.locator('a[href^="#/settings/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')!.slice(2)));
  return [
    'inbox', `inbox/${conversation!.id}`, 'inbox?kind=team', `inbox/${house.room.id}?kind=team`, 'queue', 'history', 'visitors', `visitors/${conversation!.visitor.id}`, 'team', 'sites', `sites/${house.site.id}`, ...new Set(sections), 'reports', 'audit', 'verify',
  ];
}

t.test('[P11] [S1] [P7] every page in both languages, light and dark, at a desk and on a phone', { timeout: 600_000 }, async (t) => {
  const server = await startServerUnderTest({ RATE_LIMITS: 'off', OUTBOUND_ALLOW: '127.0.0.1' });
  t.teardown(() => server.stop());
  const browser = await panelBrowser();
  const house = await furnishHouse(server, englishHouse);
  t.teardown(() => house.leave());
  for (const look of looks) {
    const name = `${look.language} ${look.scheme} ${look.size}`;
    const { context, page, complaints } = await openWindow(browser, look);
    await page.goto(`${server.url}/admin/`);
    await page.locator('input[type="email"]').waitFor();
    t.same(await axeFindings(page), [], `${name}: sign-in`);
    await signIn(page, server.url);
    const places = await addresses(page, server.url, house);
    t.ok(places.length >= 14, `${name}: ${places.length} places`);
    for (const place of places) {
      await page.goto(`${server.url}/admin/#/${place}`);
      await settled(page);
      const where = `${name}: ${place.replaceAll(/[0-9a-f-]{36}/g, '…')}`;
      t.same(await axeFindings(page), [], where);
      t.equal(await overflow(page), 0, `${where} is not wider than its window`);
      if (place !== 'verify') t.equal(await hangingOut(page), 0, `${where} scrolls in itself`);
      if (look.size === 'phone') {
        await page.setViewportSize(sizes.least);
        t.equal(await overflow(page), 0, `${where} fits 360 px`);
        await page.setViewportSize(sizes.phone);
      }
    }
    t.same(await complaints(), [], `${name}: nothing against the policy, no error, no dialog`);
    await context.close();
  }
});

t.test('[S9] what strangers and colleagues write is text, on every page, in every file and title', { timeout: 300_000 }, async (t) => {
  const server = await startServerUnderTest({ RATE_LIMITS: 'off', OUTBOUND_ALLOW: '127.0.0.1' });
  t.teardown(() => server.stop());
  const browser = await panelBrowser();
  const house = await furnishHouse(server, {
    agents: [payload('image'), payload('formula')], site: payload('breakOut'), greeting: payload('script', 300), statusText: payload('lit', 120), tags: [payload('image', 40), payload('style', 40)],
    reply: { shortcut: '<b>x', text: payloads.lit }, webhook: payload('breakOut'), key: payload('script'), organisation: payload('image'),
    visitors: Object.entries(payloads).map(([, text]) => ({
      name: text.slice(0, 80), page: { title: text, path: '/demo' }, lines: [text, text, payloads.address], note: text, call: true, rating: { score: 1, comment: text },
    })),
  });
  t.teardown(() => house.leave());
  for (const size of ['desktop', 'phone'] as const) {
    const { context, page, complaints } = await openWindow(browser, { language: 'en', scheme: 'light', size });
    await signIn(page, server.url);
    for (const place of [...(await addresses(page, server.url, house)), ...house.conversations.flatMap(({ id, visitor }) => [`inbox/${id}`, `visitors/${visitor.id}`])]) {
      await page.goto(`${server.url}/admin/#/${place}`);
      await settled(page);
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type('img');
    // Whatever would load, click or appear gets its time.
    await page.waitForTimeout(300);
    t.same(await complaints(), [], `${size}: nothing ran, nothing was even tried`);
    t.notOk(await page.evaluate(() => {
      const bad = (root: Document | ShadowRoot): boolean => [...root.querySelectorAll('*')].some((one) => one.matches('[onerror],[onload],[onclick],[srcdoc],a[href^="javascript:" i],script:not([src])') || (one.shadowRoot !== null && bad(one.shadowRoot)));
      return bad(document);
    }), `${size}: no element of theirs`);
    await context.close();
  }

  const visitorWindow = await openWindow(browser, { language: 'en', scheme: 'light', size: 'desktop' });
  await visitorWindow.page.goto(`${server.url}/demo`);
  await visitorWindow.page.locator('peer-consult').getByRole('button').first().click();
  await visitorWindow.page.locator('peer-consult').getByRole('textbox').first().waitFor();
  await visitorWindow.page.waitForTimeout(300);
  t.same(await visitorWindow.complaints(), [], 'the element on a page');
  await visitorWindow.context.close();

  const now = Date.now();
  const range = `from=${new Date(now - 86_400_000).toISOString()}&to=${new Date(now + 86_400_000).toISOString()}`;
  for (const path of [`/v1/reports/csv?table=agents&${range}`, `/v1/reports/csv?table=sites&${range}`, '/v1/audit/export']) {
    const answer = await fetch(server.url + path, { headers: house.headers });
    t.match(answer.headers.get('content-disposition'), /^attachment/, path);
    t.match([answer.headers.get('x-content-type-options'), answer.headers.get('content-security-policy')], ['nosniff', /default-src 'none'/]);
    const text = await answer.text();
    t.notMatch(text, /(^|[,\n"])[=@]/, `${path}: no cell is a formula`);
  }
  for (const { id } of house.conversations.slice(0, 3)) {
    const answer = await fetch(`${server.url}/v1/conversations/${id}/export?format=txt`, { headers: house.headers });
    t.match([answer.headers.get('content-disposition'), answer.headers.get('content-type')], [/^attachment; filename="[^"<>]*"/, /^text\/plain/]);
  }
  const widget = await (await fetch(`${server.url}/v1/widget/config?siteKey=${house.site.publishableKey}`)).text();
  t.match(JSON.parse(widget), { site: { name: payload('breakOut') } }, 'kept as written, not mangled');
});
