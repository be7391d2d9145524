import { createECDH } from 'node:crypto';
import type { LanguageTag } from '../../languages/split/tags.ts';
import type { Call } from '../../protocol/shapes.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { DomainEvent } from '../events/events.ts';
import { isLanguage } from '../languages.ts';
import { cut, oneLine } from '../mail/letter.ts';
import { OutboundError, type Outbound } from '../outbound/outbound.ts';
import type { Row } from '../store/tables.ts';
import { pushRequest, type PushManner, type PushSender } from './push-message.ts';
import { pushTexts, type PushTexts } from './push-texts.ts';
import type { PushAgent, PushStore } from './push.store.ts';

/** What a browser gives when somebody lets it take pushes. */
export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  locale?: string;
}

/** What the panel's service worker gets, encrypted. Plain text throughout. */
export interface PushPayload {
  kind: 'call' | 'call_over' | 'message';
  title: string;
  body: string;
  conversationId?: string;
  callId?: string;
  /** A later one of the same tag takes the place of what is shown. */
  tag: string;
  locale: LanguageTag;
  /** What the buttons of a call say. */
  answer?: string;
  open?: string;
}

/** Tells agents of calls and messages while no panel of theirs is open. */
export interface Push {
  /** Our public key, base64url: browsers ask for it. */
  readonly publicKey: string;
  /** Keeps a browser of the agent's, for as long as its sign-in lasts. Throws `unprocessable` for keys that are none, `address_refused`. */
  subscribe(agent: AgentPrincipal, subscription: PushSubscription): Promise<void>;
  unsubscribe(agent: AgentPrincipal, endpoint: string): Promise<void>;
  /** It is these agents' turn to hear that a call rings, null: everybody's. Whoever was told before is not told again. */
  rings(organisationId: string, call: Call, agentIds: ReadonlySet<string> | null): void;
  /** Hears of a message, or that a call rings no more. */
  heard(event: DomainEvent): void;
  /** Begins to sweep. */
  start(): void;
  /** Resolves when nothing is under way; what waits to be tried again does not count. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A call that nobody hears of within this time has ended, seconds. */
const callTtl = 30;
const messageTtl = 4 * 3600;
const missedTtl = 12 * 3600;
/** How long after a failure it is tried again, ms; a call cannot wait. */
const retries = { high: [2000, 8000], normal: [10_000, 60_000] };
const subscriptionsAtMost = 20;
const sweepEveryMs = 3_600_000;
const bodyLength = 200;
const nameLength = 60;
/** For how long it is remembered that an organisation has no subscription, ms; one that is made here ends that at once, another process's is seen then. */
const nobodyMs = 5000;
/** A payload has to fit into 4 KiB with its encryption. */
const payloadBytes = 3072;

/** Makes the use cases of pushes. `connected`: whether a panel of the agent's is open. */
export function createPush({ store, outbound, sender, clock, connected, failed }: {
  store: PushStore; outbound: Outbound; sender: PushSender; clock: Clock; connected: (agentId: string) => boolean; failed: (error: unknown, what: string) => void;
}): Push {
  const working = new Set<Promise<void>>();
  const waiting = new Set<Timer>();
  /** Who was told that a call rings, until it is over; settles when they were. */
  const rung = new Map<string, Promise<readonly string[]>>();
  /** Organisations without a subscription, and since when: most have none, and every message would ask. */
  const nobody = new Map<string, number>();
  /** Questions under way of who has a subscription, and how many were saved before. */
  const asking = new Map<string, { saved: number; agents: Promise<PushAgent[]> }>();
  let saved = 0;
  let sweeping: Timer | null = null;
  let closed = false;

  const background = (work: () => Promise<unknown>) => {
    const done: Promise<void> = work().then(() => {}, (error: unknown) => failed(error, 'push')).finally(() => working.delete(done));
    working.add(done);
  };

  const deliver = async (row: Row<'pushSubscriptions'>, payload: string, manner: PushManner, wanted: () => boolean, attempt = 0): Promise<void> => {
    let status = 0;
    try {
      ({ status } = await outbound.request(pushRequest(row, payload, sender, manner)));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      // An address inside, or one that turned into one: no second try would be better.
      if (error.failure === 'address_refused') return store.gone(row.id);
    }
    if (status === 404 || status === 410) return store.gone(row.id);
    const wait = retries[manner.urgency][attempt];
    if ((status >= 200 && status < 300) || wait === undefined || closed) return;
    const timer = clock.after(wait, () => {
      waiting.delete(timer);
      if (wanted()) background(() => deliver(row, payload, manner, wanted, attempt + 1));
    });
    waiting.add(timer);
  };

  /** Tells each of the agents, each in its language; resolves when it was tried once. It is tried again while it is `wanted`. */
  const tell = async (
    organisationId: string, agents: readonly PushAgent[], manner: PushManner, say: (texts: PushTexts) => Omit<PushPayload, 'locale'>, wanted = () => true,
  ) => {
    const rows = await store.subscriptions(organisationId, agents.map(({ id }) => id), clock.now());
    await Promise.all(rows.map((row) => {
      const own = agents.find(({ id }) => id === row.agentId)?.settings?.locale ?? row.locale;
      const locale = isLanguage(own) ? own : 'en';
      return deliver(row, payloadText({ ...say(pushTexts[locale]), locale }), manner, wanted).catch((error: unknown) => failed(error, 'push'));
    }));
  };
  const nobodyIn = (organisationId: string) => {
    const since = nobody.get(organisationId);
    return since !== undefined && clock.now() - since < nobodyMs;
  };
  const subscribed = async (organisationId: string): Promise<readonly PushAgent[]> => {
    if (nobodyIn(organisationId)) return [];
    nobody.delete(organisationId);
    const before = saved;
    // A crowd's messages are heard of by the hundred in one turn: one question answers them all.
    const same = asking.get(organisationId);
    if (same?.saved === before) return same.agents;
    const agents = store.agents(organisationId, clock.now());
    const question = { saved: before, agents };
    asking.set(organisationId, question);
    try {
      if ((await agents).length === 0 && saved === before) nobody.set(organisationId, clock.now());
    } finally {
      if (asking.get(organisationId) === question) asking.delete(organisationId);
    }
    return agents;
  };
  const away = async (organisationId: string, wish: 'pushCalls' | 'pushMessages') =>
    (await subscribed(organisationId)).filter(({ id, settings }) => settings?.[wish] !== false && !connected(id));

  const rings = async (organisationId: string, call: Call, before: readonly string[], turn: ReadonlySet<string> | null) => {
    const agents = (await away(organisationId, 'pushCalls')).filter(({ id }) => (turn === null || turn.has(id)) && !before.includes(id));
    const who = oneLine(call.visitor.name, nameLength);
    await tell(organisationId, agents, { ttl: callTtl, urgency: 'high', topic: topicOf(call.id) },
      (texts) => ({ kind: 'call', ...texts.call(who, call.mode === 'video'), conversationId: call.conversationId, callId: call.id, tag: `call:${call.id}`, answer: texts.answer, open: texts.open }), () => rung.has(call.id));
    return [...before, ...agents.map(({ id }) => id)];
  };
  const over = async (organisationId: string, call: Call) => {
    const ringing = rung.get(call.id);
    rung.delete(call.id);
    // The ring goes first, so that its end can take its place.
    const ids = await ringing;
    if (!ids || ids.length === 0) return;
    const agents = (await store.agents(organisationId, clock.now())).filter(({ id }) => ids.includes(id));
    const who = oneLine(call.visitor.name, nameLength);
    const missed = call.state === 'ended' && call.answeredAt === null;
    await tell(organisationId, agents, { ttl: missed ? missedTtl : callTtl, urgency: 'high', topic: topicOf(call.id) }, (texts) => ({
      kind: 'call_over', ...(missed ? texts.missed(who) : call.answeredBy ? texts.answered(who, oneLine(call.answeredBy.name, nameLength)) : texts.over(who)),
      conversationId: call.conversationId, callId: call.id, tag: `call:${call.id}`,
    }));
  };
  const message = async ({ organisationId, message: { conversationId, author, text, files = [] } }: Extract<DomainEvent, { type: 'message.created' }>) => {
    const everybody = await away(organisationId, 'pushMessages');
    if (everybody.length === 0) return;
    const conversation = await store.conversation(organisationId, conversationId);
    // While a bot answers, people are not called.
    if (!conversation || conversation.botId !== null) return;
    const { assigneeId } = conversation;
    const agents = everybody.filter(({ id }) => assigneeId === null || assigneeId === id);
    const who = oneLine(author.name, nameLength);
    await tell(organisationId, agents, { ttl: messageTtl, urgency: 'normal', topic: topicOf(conversationId) },
      (texts) => ({ kind: 'message', title: texts.message(who), body: oneLine(text || files.map(({ name }) => name).join(', '), bodyLength), conversationId, tag: `conversation:${conversationId}` }));
  };
  const sweep = () => background(() => store.sweep(clock.now()));

  return {
    publicKey: sender.publicKey,
    async subscribe(agent, { endpoint, keys: { p256dh, auth }, locale }) {
      if (!isPoint(p256dh) || Buffer.from(auth, 'base64url').length < 16) throw problem('unprocessable', 'These are no keys of a push subscription.');
      await outbound.check(endpoint).catch((error: unknown) => {
        // Who does not answer now may later; where we must not speak we never will.
        if (error instanceof OutboundError && error.failure === 'address_refused') throw problem('address_refused', error.message);
        if (!(error instanceof OutboundError)) throw error;
      });
      const { organisationId, id: agentId, sessionId } = agent;
      await store.save({ id: clock.id(), organisationId, agentId, sessionId, endpoint, p256dh, auth, locale: locale ?? null, createdAt: clock.now() });
      saved += 1;
      nobody.delete(organisationId);
      await store.trim(organisationId, agentId, subscriptionsAtMost);
    },
    unsubscribe: ({ organisationId, id }, endpoint) => store.remove(organisationId, id, endpoint),
    rings(organisationId, call, agentIds) {
      if (closed) return;
      const before = rung.get(call.id);
      const ringing = (before ?? Promise.resolve([])).catch(() => []).then((told) => rings(organisationId, call, told, agentIds));
      rung.set(call.id, ringing);
      background(() => ringing);
    },
    heard(event) {
      if (closed) return;
      if (event.type === 'message.created' && event.message.kind === 'text' && event.message.author.kind === 'visitor') {
        if (!nobodyIn(event.organisationId)) background(() => message(event));
      } else if (event.type === 'call.answered' || event.type === 'call.ended' || event.type === 'call.missed') background(() => over(event.organisationId, event.call));
    },
    start() {
      sweep();
      sweeping = clock.every(sweepEveryMs, sweep);
    },
    async idle() {
      while (working.size > 0) await Promise.race(working);
    },
    async close() {
      closed = true;
      sweeping?.cancel();
      for (const timer of waiting) timer.cancel();
      while (working.size > 0) await Promise.race(working);
    },
  };
}

/** Ids are UUIDs of 36 characters; a topic has at most 32. */
const topicOf = (id: string) => id.replace(/[^\w-]/g, '').replaceAll('-', '').slice(0, 32);

/** Whether a browser's public key is a point of the curve (P-256): what else would fail at every push. */
function isPoint(p256dh: string): boolean {
  try {
    const bytes = Buffer.from(p256dh, 'base64url');
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(Buffer.alloc(32, 1));
    ecdh.computeSecret(bytes);
    return bytes.length === 65;
  } catch {
    return false;
  }
}

function payloadText(payload: PushPayload): string {
  const text = JSON.stringify(payload);
  // Only a text full of signs that JSON writes out gets this long.
  return Buffer.byteLength(text) <= payloadBytes ? text : JSON.stringify({ ...payload, title: cut(payload.title, 40), body: cut(payload.body, 40) });
}
