import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { until } from '../consultation/owner-api.ts';
import { jobSizes, openStage, visit, write } from './panel-stage.ts';

// What developers set up for themselves in the settings, and what everybody sets for themselves.

t.setTimeout(600_000);

interface Heard {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A customer's server that keeps what it is told. */
async function startReceiver(): Promise<{ url: string; heard: Heard[]; stop(): void }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(200, { 'content-type': 'text/plain' }).end('heard');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard, stop: () => void server.close() };
}

/** As the Standard Webhooks say. */
function verifies({ headers, body }: Heard, secret: string): boolean {
  const signed = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`).digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${signed}`);
}

for (const size of jobSizes) {
  t.test(`[C10] [H2] ${size}: an API key is shown once, opens at once what was ticked, and nothing once revoked`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await visit(page, 'Settings');
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByText('No keys yet').waitFor();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Nightly export');
    await page.getByRole('button', { name: 'Create key' }).last().click();
    await page.getByText('Tick at least one.').waitFor();
    await page.getByRole('checkbox', { name: /Read conversations and messages/ }).check();
    await page.getByRole('button', { name: 'Create key' }).last().click();
    const shown = page.getByRole('dialog', { name: 'Your new key' });
    const key = (await shown.locator('output').textContent())!.trim();
    const ask = (path: string) => fetch(stage.server.url + path, { headers: { authorization: `Bearer ${key}` } });
    t.equal((await ask('/v1/conversations')).status, 200);
    t.match(await (await ask('/v1/visitors')).json(), { status: 403, code: 'forbidden' }, 'not ticked');
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByText('Nightly export').waitFor();
    t.notOk((await page.content()).includes(key), 'gone with the dialog');
    await page.reload();
    await page.getByText(/last used/).waitFor();
    await page.getByRole('button', { name: 'Revoke Nightly export' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('listitem').getByText('Revoked', { exact: true }).waitFor();
    t.equal((await ask('/v1/conversations')).status, 401);
    await stage.peace();
  });

  t.test(`[H3] [S20] ${size}: a webhook is tested by a button, tells what happens, and its signature verifies`, async (t) => {
    const receiver = await startReceiver();
    t.teardown(() => receiver.stop());
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await page.goto(`${stage.server.url}/admin/#/settings/webhooks`);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Warehouse');
    await page.getByRole('textbox', { name: 'Address' }).fill('http://10.1.2.3/hook');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This address cannot be reached from the internet, or is not allowed.').waitFor();
    await page.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'Signing secret' });
    const secret = (await shown.locator('output').textContent())!.trim();
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'Deliveries of Warehouse' }).click();
    await page.getByText('Nothing sent yet').waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('It answered well (HTTP 200).').waitFor();
    t.equal(receiver.heard.length, 1);
    t.ok(verifies(receiver.heard[0]!, secret), 'the signature verifies');
    t.notOk(verifies({ ...receiver.heard[0]!, body: `${receiver.heard[0]!.body} ` }, secret), 'of nothing else');

    const visitor = await stage.visitor(size);
    await write(visitor, 'Is anybody there?');
    const delivery = page.locator('details').filter({ hasText: 'message.created' }).filter({ hasText: 'Delivered' });
    await until(async () => {
      await page.getByRole('button', { name: 'Refresh' }).click();
      return delivery.count();
    }, (count) => count > 0);
    const told = receiver.heard.at(-1)!;
    t.match(JSON.parse(told.body), { type: 'message.created' });
    t.match(told.body, 'Is anybody there?');
    t.ok(verifies(told, secret));
    await delivery.locator('summary').click();
    await delivery.getByText('HTTP 200').last().waitFor();
    await delivery.getByRole('button', { name: 'Send again: message.created' }).click();
    await page.getByText('It is sent once more.').waitFor();
    await stage.peace();
  });

  t.test(`[P7] [S1] [H1] ${size}: own preferences hold over a reload; language and colours change at once; unsent mail is shown`, async (t) => {
    const stage = await openStage(t);
    const page = await stage.panel(size);
    await stage.ask('POST', '/v1/invitations', { email: 'maya@example.com', role: 'agent' });
    await visit(page, 'Settings');
    const notices = page.getByRole('switch', { name: 'Mail when a visitor writes and nobody is there' });
    t.ok(await notices.isChecked());
    await notices.uncheck();
    await page.getByText('Saved', { exact: true }).filter({ visible: true }).waitFor();
    await page.locator('consult-admin-settings').getByLabel('Appearance', { exact: true }).selectOption('dark');
    t.equal(await page.locator('consult-admin-app').evaluate((app) => getComputedStyle(app).colorScheme), 'dark');
    await page.locator('consult-admin-settings').getByLabel('Language', { exact: true }).selectOption('ko');
    await page.getByRole('heading', { name: '내 계정' }).waitFor();
    t.equal(await page.locator('html').getAttribute('lang'), 'ko');
    await page.reload();
    await page.getByRole('heading', { name: '내 계정' }).waitFor();
    t.notOk(await page.getByRole('switch').first().isChecked(), 'kept on the server');
    t.equal(await page.locator('consult-admin-app').evaluate((app) => getComputedStyle(app).colorScheme), 'dark', 'kept in this browser');
    await page.locator('consult-admin-settings').locator('select').first().selectOption('en');
    await page.getByRole('link', { name: 'Mail', exact: true }).click();
    await page.getByText('This server sends no mail').waitFor();
    const mail = page.locator('details').filter({ hasText: 'maya@example.com' });
    await mail.getByText('Not sent').waitFor();
    await mail.locator('summary').click();
    await mail.getByText('The text held a secret link and is not kept.').waitFor();
    await stage.peace();
  });
}
