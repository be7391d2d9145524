import t from 'tap';
import type { ConversationsPage } from '../../protocol/http.ts';
import { jobSizes, openStage, visit, write } from './panel-stage.ts';

// The panel as an app: it can be installed, and a push reaches whoever has no panel in front of them.

t.setTimeout(600_000);

interface Manifest {
  id: string;
  name: string;
  start_url: string;
  scope: string;
  display: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

t.test('[Q3] [S1] the manifests are such that a browser offers to install the panel; every icon is what it says', async (t) => {
  const stage = await openStage(t);
  for (const file of ['manifest.webmanifest', 'manifest.ko.webmanifest']) {
    const answer = await fetch(`${stage.server.url}/admin/${file}`);
    t.match(answer.headers.get('content-type'), /^application\/manifest\+json/, file);
    const manifest = (await answer.json()) as Manifest;
    t.match(manifest, { id: '/admin/', name: String, start_url: '/admin/', scope: '/admin/', display: 'standalone' });
    for (const need of ['192x192', '512x512']) t.ok(manifest.icons.some(({ sizes, purpose }) => sizes === need && purpose === 'any'), `${file}: ${need}`);
    t.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
    for (const { src, sizes, type } of manifest.icons) {
      const icon = await fetch(new URL(src, stage.server.url));
      t.equal(icon.headers.get('content-type')?.split(';')[0], type, src);
      const bytes = Buffer.from(await icon.arrayBuffer());
      if (type === 'image/png') t.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, src);
    }
  }
});

for (const size of jobSizes) {
  t.test(`[Q3] ${size}: turned on by a button; a push shows a notice, and a tap on it opens the conversation`, async (t) => {
    const stage = await openStage(t);
    const visitor = await stage.visitor(size);
    await write(visitor, 'Is the bowl back?');
    const sent = async () => (await stage.ask<ConversationsPage>('GET', '/v1/conversations')).items;
    while ((await sent()).length === 0) await visitor.waitForTimeout(50);
    const [conversation] = await sent();
    const page = await stage.panel(size);
    await page.context().grantPermissions(['notifications', 'microphone', 'camera'], { origin: stage.server.url });
    await page.reload();
    await visit(page, 'Inbox');
    if (size === 'phone') await page.getByRole('button', { name: 'More' }).click();
    else await page.getByRole('button', { name: 'Account' }).click();
    const devtools = await page.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      const active = versions.find(({ status }) => status === 'activated');
      if (active) resolve(active.registrationId);
    }));
    await devtools.send('ServiceWorker.enable');
    await page.getByRole('button', { name: 'Turn on notifications' }).filter({ visible: true }).click();
    await page.getByText(/^On in this browser\.|^On while the panel is open\./).filter({ visible: true }).waitFor();
    const registrationId = await registered;

    const notices = () => page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, data: data as unknown }));
    });
    // Whoever asks while Chromium is showing a notice can make it forget that one: a push that left none comes again, in its place.
    for (let tries = 0; tries < 20 && (await notices()).length === 0; tries += 1) {
      await devtools.send('ServiceWorker.deliverPushMessage', {
        origin: stage.server.url, registrationId,
        data: JSON.stringify({ kind: 'message', title: 'Calm Otter', body: '<b>Is the bowl back?</b>', conversationId: conversation!.id, tag: 'one', locale: 'en' }),
      });
      await page.waitForTimeout(500);
    }
    t.match(await notices(), [{ title: 'Calm Otter', body: '<b>Is the bowl back?</b>', data: { conversationId: conversation!.id } }]);

    const worker = page.context().serviceWorkers()[0]!;
    await worker.evaluate(async () => {
      const scope = globalThis as unknown as { registration: { getNotifications(): Promise<object[]> }; WindowClient: { prototype: object }; NotificationEvent: new (name: string, of: object) => Event };
      // Only a real tap may bring a window forward; everything else is as it is.
      Object.assign(scope.WindowClient.prototype, { focus(this: object) { return Promise.resolve(this); } });
      const [notification] = await scope.registration.getNotifications();
      try {
        dispatchEvent(new scope.NotificationEvent('notificationclick', { notification: notification! }));
      } catch {
        // `waitUntil` refuses an event that no hand has caused, after it has begun.
      }
    });
    await page.waitForURL(`**/admin/#/inbox/${conversation!.id}`);
    t.same(await notices(), [], 'a tapped notice is gone');
    await stage.peace();
  });
}
