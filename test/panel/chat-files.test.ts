import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import t from 'tap';
import type { Site } from '../../protocol/site.ts';
import { axeFindings } from './panel-browser.ts';
import { openStage, said, write } from './panel-stage.ts';

// Files between a visitor and an agent, in real browsers: in by picker, drop and paste; out byte for byte.

t.setTimeout(600_000);

const picture = readFileSync('admin/public/icon-192.png');
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const chat = (visitor: Page) => visitor.locator('peer-consult');
const composer = (page: Page) => page.getByRole('textbox', { name: 'Write a message' });

/** Lets files fall onto something, or pastes them, as a browser tells it. */
async function give(page: Page, how: 'drop' | 'paste', target: ReturnType<Page['locator']>, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(({ name, base64 }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], name, { type: 'image/png' }));
    return transfer;
  }, { name, base64: bytes.toString('base64') });
  if (how === 'drop') {
    await target.dispatchEvent('dragover', { dataTransfer: data });
    const [mark, taken] = [await page.getByText('Drop files here').boundingBox(), await target.boundingBox()];
    if (mark!.y > taken!.y || mark!.y + mark!.height < taken!.y + taken!.height) throw new Error('What takes the files is not marked as such.');
    await target.dispatchEvent('drop', { dataTransfer: data });
  } else {
    await target.evaluate((element, clipboardData) => element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true })), data);
  }
}

/** What axe finds, but for landmarks: those of the demo page are the demo page's. */
const findings = async (page: Page): Promise<string[]> => (await axeFindings(page)).filter((finding) => !finding.startsWith('landmark-'));

/** What a browser keeps when the button is pressed. */
async function keep(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Download ${name}` }).first().click()]);
  return readFileSync(await download.path());
}

t.test('[J20] [S12] a visitor sends pictures by picker, drop and paste; the agent sees them and keeps them byte for byte', async (t) => {
  const stage = await openStage(t);
  const [agent, visitor] = [await stage.panel('desktop'), await stage.visitor('phone')];
  await write(visitor, 'Here they come');
  await agent.getByRole('link').filter({ hasText: 'Here they come' }).click();
  await said(agent, 'Here they come').waitFor();

  const [chooser] = await Promise.all([visitor.waitForEvent('filechooser'), chat(visitor).getByRole('button', { name: 'Attach files' }).click()]);
  await chooser.setFiles([{ name: '사진 1.png', mimeType: 'image/png', buffer: picture }, { name: 'evil.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"/>') }]);
  await chat(visitor).getByRole('button', { name: 'Remove evil.svg' }).waitFor();
  t.same(await findings(visitor), [], 'chosen files');
  await composer(visitor).fill('Two at once');
  await composer(visitor).press('Enter');
  await said(agent, 'Two at once').waitFor();
  await agent.getByRole('button', { name: 'Enlarge 사진 1.png' }).waitFor();
  t.equal(await agent.getByRole('button', { name: 'Enlarge evil.svg' }).count(), 0, 'an SVG is never shown');
  t.equal(hash(await keep(agent, 'evil.svg')), hash(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"/>')));

  await give(visitor, 'drop', chat(visitor).getByRole('region', { name: 'Messages' }), 'dropped.png', picture);
  await chat(visitor).getByRole('button', { name: 'Remove dropped.png' }).waitFor();
  await composer(visitor).press('Enter');
  await agent.getByRole('button', { name: 'Enlarge dropped.png' }).waitFor();
  await give(visitor, 'paste', composer(visitor), 'pasted.png', picture);
  await chat(visitor).getByRole('button', { name: 'Remove pasted.png' }).waitFor();
  await composer(visitor).press('Enter');
  await agent.getByRole('button', { name: 'Enlarge pasted.png' }).click();
  await agent.getByRole('dialog', { name: 'pasted.png' }).getByRole('img', { name: 'pasted.png' }).waitFor();
  t.same(await findings(agent), [], 'an enlarged picture');
  t.equal(hash(await keep(agent, 'pasted.png')), hash(picture), 'byte for byte');
  await agent.keyboard.press('Escape');
  await agent.getByRole('dialog', { name: 'pasted.png' }).waitFor({ state: 'detached' });
  await agent.waitForFunction(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute('aria-label') === 'Enlarge pasted.png';
  });

  await give(agent, 'drop', agent.getByRole('region', { name: 'Messages' }), 'dropped by an agent.png', picture);
  await agent.getByRole('button', { name: 'Remove dropped by an agent.png' }).click();
  await give(agent, 'paste', composer(agent), 'answer.png', picture);
  await agent.getByRole('button', { name: 'Remove answer.png' }).waitFor();
  await composer(agent).press('Enter');
  await chat(visitor).getByRole('button', { name: 'Enlarge answer.png' }).waitFor();
  t.same(await findings(visitor), [], 'pictures in the chat');
  await stage.peace();
});

t.test('[J20] an upload that is cut in the middle goes on by itself; what is too large is told at once', async (t) => {
  const stage = await openStage(t);
  const { items: [site] } = await stage.ask<{ items: Site[] }>('GET', '/v1/sites');
  await stage.ask('PATCH', `/v1/sites/${site!.id}`, { settings: { files: { enabled: true, maxMiB: 2 } } });
  const visitor = await stage.visitor('desktop');
  await write(visitor, 'First');
  let tries = 0;
  await visitor.route('**/v1/files', async (route) => {
    if (route.request().method() === 'POST' && tries++ < 2) await route.abort('connectionreset');
    else await route.continue();
  });
  const [chooser] = await Promise.all([visitor.waitForEvent('filechooser'), chat(visitor).getByRole('button', { name: 'Attach files' }).click()]);
  await chooser.setFiles([{ name: 'large.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(3 * 2 ** 20) }, { name: 'fits.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(2 ** 20, 7) }]);
  await chat(visitor).getByText('“large.bin” is too large. Files may be up to 2 MB.').waitFor();
  await composer(visitor).press('Enter');
  await chat(visitor).getByRole('button', { name: 'Download fits.bin' }).waitFor();
  t.equal(tries, 3, 'twice in vain, then through');
  t.equal(hash(await keep(visitor, 'fits.bin')), hash(Buffer.alloc(2 ** 20, 7)));

  // The owner has just made the limit smaller, and this page does not know.
  await stage.ask('PATCH', `/v1/sites/${site!.id}`, { settings: { files: { enabled: true, maxMiB: 1 } } });
  const [again] = await Promise.all([visitor.waitForEvent('filechooser'), chat(visitor).getByRole('button', { name: 'Attach files' }).click()]);
  await again.setFiles([{ name: 'late.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(1.5 * 2 ** 20) }]);
  await composer(visitor).fill('with words');
  await composer(visitor).press('Enter');
  await chat(visitor).getByText('Not sent: the file is too large.').waitFor();
  await chat(visitor).getByRole('button', { name: 'Delete', exact: true }).click();
  t.equal(await composer(visitor).inputValue(), 'with words', 'what was typed comes back');
  await stage.peace();
});

t.test('[J16] emoji by keyboard, in the chat and at the agent’s desk', async (t) => {
  const stage = await openStage(t);
  const visitor = await stage.visitor('desktop');
  await composer(visitor).fill('Hi ');
  await chat(visitor).getByRole('button', { name: 'Emoji' }).click();
  await chat(visitor).getByRole('group', { name: 'Emoji' }).waitFor();
  t.same(await findings(visitor), [], 'the chooser');
  await visitor.keyboard.press('ArrowRight');
  await visitor.keyboard.press('ArrowDown');
  await visitor.keyboard.press('Enter');
  await visitor.keyboard.press('Escape');
  t.equal(await composer(visitor).inputValue(), 'Hi 😇');
  await visitor.keyboard.press('Enter');
  await said(chat(visitor), 'Hi 😇').waitFor();
  await stage.peace();
});
