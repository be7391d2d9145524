import { expect } from '@esm-bundle/chai';

type Listener = (event: Record<string, unknown>) => void;

const frames: HTMLIFrameElement[] = [];

/** Runs the worker's script in a window of its own that plays a worker's: it is no module, so that every browser can install it. */
async function worker() {
  const listeners = new Map<string, Listener>();
  const shown: { title: string; options: NotificationOptions & Record<string, unknown> }[] = [];
  const posted: unknown[] = [];
  const opened: string[] = [];
  const client = (url: string) => ({ url, focus: async () => ({ postMessage: (data: unknown) => posted.push(data) }) });
  const windows: ReturnType<typeof client>[] = [];
  const kept = new Map<string, string>();
  const parts: Record<string, unknown> = {
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
    skipWaiting: async () => undefined,
    registration: { showNotification: async (title: string, options: NotificationOptions) => void shown.push({ title, options: options as never }) },
    clients: { claim: async () => undefined, matchAll: async () => windows, openWindow: async (url: string) => (opened.push(url), { postMessage: (data: unknown) => posted.push(data) }) },
  };
  let offline = false;
  const caches = {
    keys: async () => ['old'], delete: async () => true,
    open: async () => ({
      match: async (key: { url: string } | string) => kept.get(typeof key === 'string' ? key : key.url), put: async (key: { url: string } | string, value: string) => void kept.set(typeof key === 'string' ? key : key.url, value),
      keys: async () => [...kept.keys()].map((url) => ({ url: new URL(url, location.origin).href })), delete: async () => true,
    }),
  };
  const get = async ({ url }: { url: string }) => {
    if (offline) throw new TypeError('offline');
    return { ok: true, url, clone: () => `copy of ${url}` };
  };
  const frame = document.createElement('iframe');
  // A document of our own origin; an empty one has none.
  frame.src = '/admin/public/icon.svg';
  frames.push(frame);
  await new Promise((resolve) => {
    frame.onload = resolve;
    document.body.append(frame);
  });
  for (const [name, value] of Object.entries({ ...parts, caches, fetch: get })) Object.defineProperty(frame.contentWindow, name, { value, configurable: true });
  const script = frame.contentDocument!.createElementNS('http://www.w3.org/1999/xhtml', 'script') as HTMLScriptElement;
  script.src = '/admin/public/sw.js';
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
    frame.contentDocument!.documentElement.append(script);
  });
  const fire = async (type: string, fields: Record<string, unknown>): Promise<unknown> => {
    let wait: unknown = null;
    listeners.get(type)!({ waitUntil: (work: unknown) => (wait = work), respondWith: (work: unknown) => (wait = work), ...fields });
    return wait;
  };
  return { fire, shown, posted, opened, open: (url: string) => windows.push(client(url)), setOffline: () => (offline = true), kept };
}

const push = (payload: unknown) => ({ data: { json: () => payload } });
const request = (path: string, fields: object = {}) => ({ request: { url: `${location.origin}${path}`, method: 'GET', mode: 'cors', ...fields } });

describe('service worker', () => {
  afterEach(() => frames.splice(0).forEach((frame) => frame.remove()));

  it('[Q3] a call stays until somebody answers or opens it; a message is quiet about it', async () => {
    const { fire, shown } = await worker();
    await fire('push', push({ kind: 'call', title: 'Hana is calling', body: 'Video call', conversationId: 'c1', callId: 'k1', tag: 'call-k1', locale: 'ko', answer: '받기', open: '열기' }));
    await fire('push', push({ kind: 'message', title: 'Hana writes', body: '<img src=x>', conversationId: 'c1', tag: 'm', locale: 'en' }));
    expect(shown[0]!.options).to.deep.include({ requireInteraction: true, tag: 'call-k1', lang: 'ko' });
    expect((shown[0]!.options['actions'] as { action: string; title: string }[]).map(({ action, title }) => `${action}: ${title}`)).to.deep.equal(['answer: 받기', 'open: 열기']);
    expect(shown[1]!.options).to.deep.include({ requireInteraction: false, body: '<img src=x>' });
  });

  it('shows something for a push that it does not understand: browsers punish silence', async () => {
    const { fire, shown } = await worker();
    await fire('push', { data: { json: () => { throw new SyntaxError(); } } });
    await fire('push', { data: null });
    await fire('push', push({ title: 7, body: {}, tag: [] }));
    expect(shown.map(({ title, options }) => [title, options.body])).to.deep.equal([['Peer Consult', ''], ['Peer Consult', ''], ['Peer Consult', '']]);
  });

  it('[Q3] a click brings the open panel forward, or opens one at the conversation', async () => {
    const { fire, posted, opened, open } = await worker();
    const notification = { data: { conversationId: 'c/1', callId: 'k1' }, close: () => undefined };
    await fire('notificationclick', { notification, action: '' });
    expect(opened).to.deep.equal(['/admin/#/inbox/c%2F1']);
    open(`${location.origin}/demo`);
    open(`${location.origin}/admin/#/team`);
    await fire('notificationclick', { notification, action: 'answer' });
    expect(opened).to.have.length(1);
    expect(posted.at(-1)).to.deep.equal({ type: 'open', conversationId: 'c/1', callId: 'k1', answer: true });
  });

  it('keeps the panel’s page for when there is no connection, and nothing that is not the panel’s', async () => {
    const { fire, setOffline, kept } = await worker();
    for (const path of ['/v1/conversations', '/demo', '/peer-consult.js', '/admin/touch-180.png']) expect(await fire('fetch', request(path))).to.equal(null);
    expect(await fire('fetch', request('/admin/', { method: 'POST', mode: 'navigate' }))).to.equal(null);
    await fire('fetch', request('/admin/', { mode: 'navigate' }));
    await fire('fetch', request('/admin/icon.svg'));
    await fire('fetch', request('/admin/assets/index-B9MD4Wb0.js'));
    expect([...kept.keys()]).to.deep.equal(['/admin/', '/admin/icon.svg', `${location.origin}/admin/assets/index-B9MD4Wb0.js`]);
    setOffline();
    expect(await fire('fetch', request('/admin/', { mode: 'navigate' }))).to.equal(`copy of ${location.origin}/admin/`);
    expect(await fire('fetch', request('/admin/assets/index-B9MD4Wb0.js'))).to.contain('copy of');
  });
});
