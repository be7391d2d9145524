// The panel's service worker: shows pushes while no panel is open, brings the panel forward when one is tapped, and keeps the
// panel's own files so that it opens, and can say what is wrong, without a connection. It keeps no conversation.
const CACHE = 'panel-1';
const HOME = '/admin/';
const SIGN = '/admin/icon.svg';
/** As many files of the panel are kept; the oldest go. */
const KEPT = 80;

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener('activate', (event) => event.waitUntil(begin()));

async function begin() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener('push', (event) => {
  let payload = null;
  try {
    payload = event.data?.json() ?? null;
  } catch {
    // Not ours. A browser takes the permission away from a site that shows nothing for a push, so something is shown.
  }
  event.waitUntil(show(payload));
});

/** Shows what the server tells. Title and body are text to the browser, whatever they hold. */
async function show(payload) {
  const { kind, title, body, conversationId, callId, tag, locale, answer, open } = payload ?? {};
  const ringing = kind === 'call';
  await self.registration.showNotification(typeof title === 'string' && title ? title : 'Peer Consult', {
    body: typeof body === 'string' ? body : '',
    tag: typeof tag === 'string' ? tag : 'peer-consult',
    renotify: ringing,
    requireInteraction: ringing,
    silent: kind === 'call_over',
    icon: '/admin/icon-192.png',
    badge: '/admin/badge-96.png',
    lang: typeof locale === 'string' ? locale : 'en',
    data: { conversationId, callId },
    actions: ringing ? [['answer', answer ?? 'Answer'], ['open', open ?? 'Open']].map(([action, label]) => ({ action, title: String(label) })) : [],
    ...(ringing ? { vibrate: [300, 200, 300, 200, 300] } : {}),
  });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(bringForward(event.notification.data ?? {}, event.action === 'answer'));
});

/** Shows the conversation in the panel that is open, or in a new one. Answering is told by message, never by an address: a link must not be able to take a call. */
async function bringForward({ conversationId, callId }, answer) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const panel = windows.find(({ url }) => new URL(url).pathname.startsWith(HOME));
  const address = typeof conversationId === 'string' ? `${HOME}#/inbox/${encodeURIComponent(conversationId)}` : HOME;
  const target = panel ? await panel.focus() : await self.clients.openWindow(address);
  target?.postMessage({ type: 'open', conversationId, callId, answer });
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || !pathname.startsWith(HOME)) return;
  if (request.mode === 'navigate') event.respondWith(fresh(request, HOME));
  else if (pathname === SIGN) event.respondWith(fresh(request, SIGN));
  // Files whose name carries a hash of what is in them never change.
  else if (/-[\w-]{8}\.\w+$/.test(pathname)) event.respondWith(file(request));
});

/** What the server has; without it, what it had the last time. */
async function fresh(request, name) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(name, answer.clone());
    return answer;
  } catch {
    return (await cache.match(name)) ?? Response.error();
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const files = (await cache.keys()).filter(({ url }) => ![HOME, SIGN].includes(new URL(url).pathname));
    for (const old of files.slice(0, Math.max(0, files.length - KEPT))) await cache.delete(old);
  }
  return answer;
}
