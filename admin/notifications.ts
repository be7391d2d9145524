import type { Call, Message } from '../protocol/shapes.ts';
import { trustedScript } from '../widget/engine/recorder/trusted-script.ts';
import { createStore, type Readable } from '../widget/engine/store.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { isTeamRoom } from './room-name.ts';
import { formatRoute, go } from './router.ts';
import { takeCall } from './take-next.ts';
import { language, t } from './texts/texts.ts';

/** `local`: shown while the panel is open, because the browser or the server could not set up pushes. */
export type NotificationState = 'missing' | 'denied' | 'off' | 'turning' | 'local' | 'on';

/** Notices of the system: asked for by a button only, shown by the service worker. */
export interface Notifications {
  readonly state: Readable<NotificationState>;
  /** Asks the browser, and subscribes to the server's pushes. Only after a click: browsers insist on it. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
  dispose(): void;
}

/** What it needs of the browser; tests bring their own. */
export interface NotificationPowers {
  permission(): NotificationPermission | 'missing';
  ask(): Promise<NotificationPermission>;
  register(): Promise<ServiceWorkerRegistration>;
  /** Hears what the service worker says. Returns the way out. */
  listen(receive: (data: unknown) => void): () => void;
  hidden(): boolean;
  kept(): boolean;
  keep(on: boolean): void;
}

const KEY = 'peer-consult:notifications';
/** A call that was to be answered from a notice is waited for this long, in ms: the panel may just be opening. */
const ANSWER_MS = 15_000;

/** The browser's own. */
export const browserPowers: NotificationPowers = {
  permission: () => ('Notification' in window && 'serviceWorker' in navigator ? Notification.permission : 'missing'),
  ask: () => Notification.requestPermission(),
  async register() {
    await navigator.serviceWorker.register(trustedScript('/admin/sw.js'), { scope: '/admin/' });
    return navigator.serviceWorker.ready;
  },
  listen(receive) {
    if (!('serviceWorker' in navigator)) return () => undefined;
    const hear = (event: MessageEvent): void => receive(event.data);
    navigator.serviceWorker.addEventListener('message', hear);
    return () => navigator.serviceWorker.removeEventListener('message', hear);
  },
  hidden: () => document.visibilityState === 'hidden' || !document.hasFocus(),
  kept() {
    try {
      return localStorage.getItem(KEY) === 'on';
    } catch {
      return false;
    }
  },
  keep(on) {
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off');
    } catch {
      // Private windows may forbid storage; the choice then lasts as long as the page.
    }
  },
};

/** Watches a session, and tells the system of what happens while nobody looks at the panel. */
export function createNotifications(api: Api, session: Session, powers: NotificationPowers = browserPowers): Notifications {
  const state = createStore<NotificationState>(first(powers));
  const told = new Set<string>();
  let registration: ServiceWorkerRegistration | null = null;
  let over = false;

  const begin = async (): Promise<void> => {
    state.set('turning');
    try {
      registration = await powers.register();
    } catch {
      state.set('missing');
      return;
    }
    try {
      await subscribe(api, registration);
      if (!over) state.set('on');
    } catch {
      // No push service (some browsers have none), or the server would not: what the open panel sees is still shown.
      if (!over) state.set('local');
    }
  };

  const show = (title: string, body: string, tag: string, data: { conversationId: string; callId?: string }): void => {
    const working = state.value === 'on' || state.value === 'local';
    if (!working || !registration || !powers.hidden()) return;
    registration.showNotification(title, { body, tag, data, icon: '/admin/icon-192.png', badge: '/admin/badge-96.png', lang: language.value, requireInteraction: data.callId !== undefined }).catch(() => undefined);
  };

  const heard = ({ author, kind, text, conversationId }: Message): void => {
    const { conversations, self } = session.state.value;
    const amongAgents = conversations.some((each) => each.id === conversationId && isTeamRoom(each));
    if (kind === 'text' && (amongAgents ? author.id !== self?.id : author.kind === 'visitor')) show(author.name, text, `conversation-${conversationId}`, { conversationId });
  };

  const rings = (ringing: readonly Call[]): void => {
    for (const { id, mode, visitor, conversationId } of ringing) {
      if (told.has(id)) continue;
      told.add(id);
      show(t(mode === 'video' ? 'notifyVideoCall' : 'notifyAudioCall', { name: visitor.name }), '', `call-${id}`, { conversationId, callId: id });
    }
    for (const id of told) {
      if (ringing.some((call) => call.id === id)) continue;
      told.delete(id);
      // Whoever comes back finds no notice of a call that is over.
      registration?.getNotifications({ tag: `call-${id}` }).then((notices) => notices.forEach((notice) => notice.close()), () => undefined);
    }
  };

  const open = (data: unknown): void => {
    const { type, conversationId, callId, answer } = (data ?? {}) as Record<string, unknown>;
    if (type !== 'open' || typeof conversationId !== 'string') return;
    go(formatRoute('inbox', conversationId));
    if (answer === true && typeof callId === 'string') take(callId);
  };

  const take = (callId: string): void => {
    const found = (): boolean => {
      const call = session.state.value.ringing.find(({ id }) => id === callId);
      if (call) takeCall(session, call, true);
      return call !== undefined;
    };
    if (found()) return;
    const stop = (): void => {
      clearTimeout(timer);
      leave();
    };
    const leave = session.state.subscribe(() => found() && stop());
    const timer = setTimeout(stop, ANSWER_MS);
  };

  const leave = [session.onMessage(heard), session.state.subscribe(({ ringing }) => rings(ringing)), powers.listen(open)];
  if (state.value === 'turning') void begin();

  return {
    state,
    async turnOn() {
      const permission = await powers.ask();
      if (permission !== 'granted') {
        state.set(permission === 'denied' ? 'denied' : 'off');
        return;
      }
      powers.keep(true);
      await begin();
    },
    async turnOff() {
      powers.keep(false);
      state.set('off');
      const subscription = await registration?.pushManager?.getSubscription();
      if (!subscription) return;
      await subscription.unsubscribe();
      // A server that cannot be reached finds out by itself: the push service tells it that nobody is there any more.
      await api.send('DELETE', '/v1/push/subscriptions', { endpoint: subscription.endpoint }).catch(() => undefined);
    },
    dispose() {
      over = true;
      for (const step of leave) step();
    },
  };
}

function first(powers: NotificationPowers): NotificationState {
  const permission = powers.permission();
  if (permission === 'missing' || permission === 'denied') return permission;
  return permission === 'granted' && powers.kept() ? 'turning' : 'off';
}

/** Subscribes this browser, and tells the server: each time, since a subscription there ends with a sign-in. */
async function subscribe(api: Api, { pushManager }: ServiceWorkerRegistration): Promise<void> {
  const { publicKey } = await api.get<{ publicKey: string }>('/v1/push/key');
  const key = bytes(publicKey);
  let subscription = await pushManager.getSubscription();
  if (subscription && !sameBytes(subscription.options.applicationServerKey, key)) {
    // The server has new keys: what was subscribed with the old ones never arrives again.
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  await api.send('PUT', '/v1/push/subscriptions', { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] }, locale: language.value });
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function sameBytes(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (!one) return false;
  const first = new Uint8Array(one);
  return first.length === other.length && first.every((value, at) => value === other[at]);
}
