import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { createLink, type Link, type LinkOptions } from '../../widget/engine/link.ts';
import { createMemoryOutbox, type Outbox } from '../../widget/engine/outbox.ts';
import { createSession } from '../../widget/engine/session.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { createChance } from './chance.ts';
import type { Answer, Order, PersonSettings, ShownLine, TabView } from './orders.ts';

// One person's device: the real engine of the widget and the panel, in a worker so that its clock and its sleep are its own.

const settings = workerData as PersonSettings;
const chance = createChance(settings.seed);
const say = (answer: Answer): void => parentPort!.postMessage(answer);

/** Everything of minutes in fractions of a second. */
const timing = { requestMs: 1_200, backoffMinMs: 20, backoffMaxMs: 300, rateLimitedMs: 200, probeMs: 500, heartbeatMs: 400 };

const RealDate = Date;
let clockOffMs = settings.clockOffMs;
globalThis.Date = class extends RealDate {
  constructor(...parts: [] | [number | string | Date]) {
    if (parts.length === 0) super(RealDate.now() + clockOffMs);
    else super(parts[0]);
  }
  static override now(): number {
    return RealDate.now() + clockOffMs;
  }
} as DateConstructor;

const page = new EventTarget();
Object.assign(globalThis, {
  document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
  WebSocket: class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { origin: settings.origin });
      this.onerror = () => {};
    }
  },
});

/** What IndexedDB is to the tabs of one origin: shared, slow, and still there after a reload. */
const disk = createMemoryOutbox();

function outboxOfTab(): Outbox {
  const store = settings.broken === 'no-outbox' ? createMemoryOutbox() : disk;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(() => new Promise((resolve) => setTimeout(resolve, chance.between(0, 4)))).then(work);
    last = done;
    return done;
  };
  return {
    all: () => inTurn(async () => (await store.all()).sort((a, b) => (a.clientId < b.clientId ? -1 : 1))),
    put: (message) => inTurn(() => store.put(message)),
    remove(clientId) {
      say({ is: 'acknowledged', clientId });
      return inTurn(() => store.remove(clientId));
    },
    clear: () => inTurn(() => store.clear()),
  };
}

/** A client that forgets where it was and takes holes for granted. */
const forgetful = (options: LinkOptions): Link => {
  const link = createLink({ ...options, timing, resume: () => ({}) });
  const request: Link['request'] = (type, fields) =>
    type === 'history' && 'after' in fields && fields.after !== undefined ? Promise.resolve({ messages: [], more: false } as never) : link.request(type, fields);
  return Object.defineProperties({} as Link, { ...Object.getOwnPropertyDescriptors(link), request: { value: request } });
};

let { token } = settings;
const tokenCame: (() => void)[] = [];
const bringToken = async ({ fresh }: { fresh: boolean }): Promise<string> => {
  if (fresh) {
    say({ is: 'token-wanted' });
    await new Promise<void>((resolve) => tokenCame.push(resolve));
  }
  return token;
};

const tabs = settings.tabs.map(({ name, url }) => {
  let session: Session | undefined;
  let outbox: Outbox;
  let written = 0;
  let reloading = false;
  const open = (): void => {
    outbox = outboxOfTab();
    const opened = createSession({
      kind: settings.kind, server: url, token: bringToken, locale: () => 'en', outbox,
      link: (options) => (settings.broken === 'no-resume' ? forgetful(options) : createLink({ ...options, timing })),
    });
    session = opened;
    opened.state.subscribe(({ conversations }) => {
      for (const { id } of conversations) if (!opened.state.value.threads.has(id)) opened.load(id);
    });
    opened.connect();
  };
  const conversations = (): string[] => session!.state.value.conversations.map(({ id }) => id);
  return {
    open,
    write(note: boolean): void {
      if (reloading) return;
      const known = conversations();
      if (settings.kind === 'agent' && known.length === 0) return;
      const conversationId = settings.kind === 'agent' ? chance.pick(known) : (known[0] ?? '');
      const number = ++written;
      const text = `${name} ${number}`;
      const clientId = session!.send(text, conversationId, { note: note && settings.kind === 'agent' });
      say({ is: 'written', message: { clientId, tab: name, number, text } });
    },
    closeConversation(): void {
      const known = conversations();
      if (known.length > 0) session!.closeConversation(chance.pick(known));
    },
    async reload(): Promise<void> {
      if (reloading) return;
      reloading = true;
      session!.dispose();
      // What the old page gave to the browser is stored before the new one reads.
      await outbox.all();
      open();
      reloading = false;
    },
    view(): TabView {
      const { threads, link } = session!.state.value;
      const lines = [...threads.values()].flatMap((thread) => thread.lines);
      const whole = [...threads].every(([id, { more }]) => !more || (session!.loadEarlier(id), false));
      for (const line of lines) if (line.state === 'failed') session!.retry(line.clientId);
      return {
        tab: name, link, whole: whole && conversations().every((id) => threads.get(id)?.loading === false),
        pending: lines.filter(({ seq }) => seq === null).map(({ clientId, text, failure }) => ({ clientId, text, failure: failure ?? null })),
        threads: Object.fromEntries([...threads].map(([id, thread]) => [id, thread.lines.filter(({ seq }) => seq !== null).map(({ seq, clientId, text, kind }): ShownLine => [seq!, clientId, text, kind])])),
      };
    },
  };
});

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'write':
      return tabs[order.tab]!.write(order.note);
    case 'close-conversation':
      return tabs[order.tab]!.closeConversation();
    case 'reload':
      return tabs[order.tab]!.reload();
    case 'sleep':
      return void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    case 'set-clock':
      clockOffMs = order.offMs;
      return;
    case 'wake':
      page.dispatchEvent(new Event('online'));
      return;
    case 'token':
      token = order.token;
      for (const came of tokenCame.splice(0)) came();
      return;
    case 'report':
      return say({ is: 'report', id: order.id, tabs: tabs.map((tab) => tab.view()), outbox: (await disk.all()).length });
  }
}

parentPort!.on('message', (order: Order) => void obey(order));
for (const tab of tabs) tab.open();
say({ is: 'ready' });
