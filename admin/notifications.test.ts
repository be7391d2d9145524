import { expect } from '@esm-bundle/chai';
import type { Message } from '../protocol/shapes.ts';
import { createFaviconBadge } from './favicon-badge.ts';
import { createNotifications, type NotificationPowers } from './notifications.ts';
import { call, fakeApi, fakeSession } from './testing/fake-session.ts';
import { settle } from './testing/stage.ts';
import { chooseLanguage } from './texts/texts.ts';
import { until } from '../widget/engine/testing/fake-server.ts';

const publicKey = btoa(String.fromCharCode(...Uint8Array.from({ length: 65 }, (_none, index) => index))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** A browser that grants what it is asked, with a push service. */
function browser(fields: Partial<NotificationPowers> = {}) {
  const shown: { title: string; options: NotificationOptions }[] = [];
  const asked: string[] = [];
  let hear: (data: unknown) => void = () => undefined;
  const subscription = {
    endpoint: 'https://push.example/1', options: { applicationServerKey: Uint8Array.from({ length: 65 }, (_none, index) => index).buffer },
    toJSON: () => ({ endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }), unsubscribe: async () => (asked.push('unsubscribe'), true),
  };
  let subscribed: typeof subscription | null = null;
  const registration = {
    showNotification: async (title: string, options: NotificationOptions) => void shown.push({ title, options }),
    getNotifications: async ({ tag }: { tag: string }) => (asked.push(`look for ${tag}`), []),
    pushManager: { getSubscription: async () => subscribed, subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => (asked.push(`subscribe ${applicationServerKey.length}`), (subscribed = subscription)) },
  } as unknown as ServiceWorkerRegistration;
  const powers: NotificationPowers = {
    permission: () => 'default', ask: async () => (asked.push('ask'), 'granted'), register: async () => (asked.push('register'), registration),
    listen: (receive) => ((hear = receive), () => undefined), hidden: () => true, kept: () => false, keep: (on) => void asked.push(`keep ${on}`), ...fields,
  };
  return { powers, shown, asked, say: (data: unknown) => hear(data), registration };
}

const message = (fields: Partial<Message> = {}): Message => ({ id: 'm', seq: 1, clientId: 'c', conversationId: 'c1', author: { kind: 'visitor', id: 'v', name: 'Calm Otter' }, kind: 'text', text: '<b>hi</b>', createdAt: '', ...fields });

describe('notifications', () => {
  beforeEach(() => {
    chooseLanguage('en');
    location.hash = '';
  });
  afterEach(() => (location.hash = ''));

  it('[Q3] the browser is asked by a click alone, then subscribed with the server’s key', async () => {
    const api = fakeApi({ '/v1/push/key': { publicKey } });
    const { powers, asked } = browser();
    const notifications = createNotifications(api, fakeSession(), powers);
    await settle();
    expect(asked).to.deep.equal([]);
    expect(notifications.state.value).to.equal('off');
    await notifications.turnOn();
    expect(notifications.state.value).to.equal('on');
    expect(asked).to.deep.equal(['ask', 'keep true', 'register', 'subscribe 65']);
    expect(api.asked.at(-1)).to.equal('PUT /v1/push/subscriptions {"endpoint":"https://push.example/1","keys":{"p256dh":"p","auth":"a"},"locale":"en"}');
    await notifications.turnOff();
    expect(notifications.state.value).to.equal('off');
    expect(asked.slice(-2)).to.deep.equal(['keep false', 'unsubscribe']);
    expect(api.asked.at(-1)).to.equal('DELETE /v1/push/subscriptions {"endpoint":"https://push.example/1"}');
  });

  it('[Q3] a no is a no, and a browser without notices is told apart', async () => {
    const refused = browser({ ask: async () => 'denied' });
    const notifications = createNotifications(fakeApi({}), fakeSession(), refused.powers);
    await notifications.turnOn();
    expect(notifications.state.value).to.equal('denied');
    expect(refused.asked).to.deep.equal([]);
    expect(createNotifications(fakeApi({}), fakeSession(), browser({ permission: () => 'missing' }).powers).state.value).to.equal('missing');
  });

  it('[Q3] once allowed and kept it begins by itself; without a push service what the open panel sees is shown', async () => {
    const { powers } = browser({ permission: () => 'granted', kept: () => true });
    const notifications = createNotifications(fakeApi({ '/v1/push/key': new TypeError('no') }), fakeSession(), powers);
    expect(notifications.state.value).to.equal('turning');
    await settle();
    expect(notifications.state.value).to.equal('local');
  });

  it('[L6] tells of a visitor’s message and of a call while nobody looks, once, as text', async () => {
    let hidden = true;
    const session = fakeSession();
    const { powers, shown, asked } = browser({ hidden: () => hidden });
    const notifications = createNotifications(fakeApi({ '/v1/push/key': { publicKey } }), session, powers);
    session.hear(message());
    expect(shown).to.deep.equal([]);
    await notifications.turnOn();
    session.hear(message());
    session.hear(message({ author: { kind: 'agent', id: 'a2', name: 'Bo' } }));
    session.hear(message({ kind: 'note' }));
    session.state.patch({ ringing: [call('k1', { state: 'ringing', mode: 'video' })] });
    session.state.patch({ unread: 1 });
    expect(shown.map(({ title, options }) => [title, options.body, options.requireInteraction])).to.deep.equal([['Calm Otter', '<b>hi</b>', false], ['Video call from Calm Otter', '', true]]);
    session.state.patch({ ringing: [] });
    expect(asked).to.include('look for call-k1');
    hidden = false;
    session.hear(message());
    expect(shown).to.have.length(2);
    notifications.dispose();
    hidden = true;
    session.hear(message());
    expect(shown).to.have.length(2);
  });

  it('a notice that is clicked opens its conversation; *Answer* takes the call as soon as it rings here', async () => {
    const session = fakeSession();
    const { powers, say } = browser();
    createNotifications(fakeApi({}), session, powers);
    say({ type: 'open', conversationId: 'c7' });
    expect(location.hash).to.equal('#/inbox/c7');
    say({ type: 'open', conversationId: 'c1', callId: 'k1', answer: true });
    expect(session.wishes.filter(({ name }) => name === 'acceptCall')).to.deep.equal([]);
    const ringing = call('k1', { state: 'ringing' });
    session.state.patch({ ringing: [call('k0', { state: 'ringing' }), ringing] });
    session.state.patch({ unread: 2 });
    expect(session.wishes.filter(({ name }) => name === 'acceptCall').map(({ args }) => args)).to.deep.equal([[ringing, { consent: true }]]);
    say('nonsense');
    say(null);
    say({ type: 'open', conversationId: 7 });
    expect(location.hash).to.equal('#/inbox/c1');
  });
});

describe('favicon badge', () => {
  it('[L6] draws the number on the page’s icon, and takes it away', async () => {
    const link = document.createElement('link');
    link.rel = 'icon';
    link.type = 'image/svg+xml';
    link.href = '/admin/public/icon.svg';
    const badge = createFaviconBadge(link);
    badge.show(3);
    await until(() => link.href.startsWith('data:image/png'), 'the drawing');
    const three = link.href;
    badge.show(12);
    await until(() => link.href !== three, 'another number');
    badge.show(0);
    expect(link.href).to.contain('/admin/public/icon.svg');
    expect(link.type).to.equal('image/svg+xml');
  });
});
