import type { Delivery, DeliveryAttempt, Webhook, WebhookAnswer } from '../../protocol/developers.ts';
import type { Page } from '../../protocol/http.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import { OutboundError, type Outbound } from '../outbound/outbound.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { createBots, type BotChat } from './bots.ts';
import { createDeliverer } from './deliverer.ts';
import type { DeliveriesStore } from './deliveries.store.ts';
import { createEventOutbox } from './event-outbox.ts';
import { tellMissedEvents, type Described } from './missed-events.ts';
import type { MissedEventsStore } from './missed-events.store.ts';
import { pingOf } from './payload.ts';
import { secretBytes, secretText } from './signature.ts';
import { asksFor, createSubscribers } from './subscribers.ts';
import type { DeliveryRow, WebhookRow, WebhooksStore } from './webhooks.store.ts';

/** What somebody wishes a webhook to be. */
export interface WebhookWish {
  name: string;
  url: string;
  events: readonly string[];
  bot?: boolean | undefined;
  enabled?: boolean | undefined;
}

/** Who changes a webhook, and from where. */
export interface By {
  principal: StaffPrincipal;
  address: string;
}

/** Addresses of an organisation that are told what happens, and may answer as bots. Whoever looks for another's finds nothing. */
export interface Webhooks {
  list(organisationId: string): Promise<Page<Webhook>>;
  get(organisationId: string, id: string): Promise<Webhook>;
  /** Throws `address_refused`, `unprocessable` (a bot that does not ask for messages), `conflict` (there are too many). */
  create(by: By, wish: WebhookWish): Promise<WebhookAnswer>;
  change(by: By, id: string, wish: Partial<WebhookWish>): Promise<Webhook>;
  remove(by: By, id: string): Promise<void>;
  /** A new secret; for a day the old one signs as well. */
  rotateSecret(by: By, id: string): Promise<WebhookAnswer>;
  /** Sends `ping` through the queue. Resolves after the first try, or when it waits for long. */
  test(organisationId: string, id: string): Promise<Delivery>;
  /** Newest first. Throws `bad_request` for a cursor that is none. */
  deliveries(organisationId: string, id: string, query: { state?: DeliveryRow['state'] | undefined; cursor?: string | undefined; limit: number }): Promise<Page<Delivery>>;
  /** Sends one again, now. Throws `conflict` when the webhook is off. */
  replay(organisationId: string, id: string, deliveryId: string): Promise<Delivery>;
  /** Which program answers a new conversation: the oldest bot that is on. */
  botFor(organisationId: string): Promise<{ id: string; name: string } | null>;
  /** Finds the events that an earlier process did not tell, and delivers. Events are written down from the making on. */
  start(): Promise<void>;
  /** Resolves when all that happened is written down and all that is due was tried. For tests. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What webhooks need. */
export interface WebhooksParts {
  store: WebhooksStore;
  deliveries: DeliveriesStore;
  missed: MissedEventsStore;
  described: Described;
  outbound: Pick<Outbound, 'request' | 'check'>;
  events: Pick<Events, 'listen'>;
  chat: BotChat;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

const atMost = 20;
const hour = 3_600_000;
const oldSecretMs = 24 * hour;
const keptMs = 30 * 24 * hour;
// A little longer than one request may take.
const testMs = 12_000;

/** Makes the use cases of webhooks. */
export function createWebhooks({ store, deliveries, missed, described, outbound, events, chat, audit, clock, failed }: WebhooksParts): Webhooks {
  const subscribers = createSubscribers({ store, clock });
  const bots = createBots({ store, chat });
  /** Who waits for the first try of a delivery. */
  const waiting = new Map<string, () => void>();
  let purging: Timer | null = null;

  /** A program that is asked no more must not keep a conversation to itself. */
  const leave = async ({ organisationId, id, name }: WebhookRow) => {
    for (const conversationId of await store.conversationsOf(organisationId, id)) {
      await chat.handOver(organisationId, conversationId, { kind: 'bot', id, name }, '').catch((error: unknown) => failed(error, 'handing over'));
    }
  };
  const disable = async (organisationId: string, id: string) => {
    const row = await store.disable(organisationId, id, clock.now());
    subscribers.changed(organisationId);
    if (row?.bot) await leave(row);
    return row !== null;
  };
  const queue = createDeliverer({ store: deliveries, outbound, audit, clock, failed, disable, heard: bots.heard, tried: (id) => waiting.get(id)?.() });
  const outbox = createEventOutbox({ store, subscribers, clock, failed, added: queue.kick });
  events.listen(outbox.take);

  const require = async (organisationId: string, id: string) => {
    const row = await store.get(organisationId, id);
    if (!row) throw problem('not_found');
    return row;
  };
  const record = ({ principal: { organisationId, kind, id, name }, address }: By, action: string, webhook: WebhookRow, detail: Record<string, unknown> = {}) =>
    audit.record({ organisationId, actor: { kind, id, name }, action, target: { kind: 'webhook', id: webhook.id, name: webhook.name }, detail, address });
  const newSecret = () => secretText(clock.random(secretBytes));
  const purge = () => void store.purge(clock.now() - keptMs).catch((error: unknown) => failed(error, 'old deliveries'));

  return {
    list: async (organisationId) => ({ items: (await store.all(organisationId)).map(webhookOnWire), next: null }),
    get: async (organisationId, id) => webhookOnWire(await require(organisationId, id)),
    async create(by, { name, url, events: asked, bot = false, enabled = true }) {
      const { organisationId } = by.principal;
      const address = await reachable(outbound, url);
      const wished = normalEvents(asked);
      checkBot(bot, wished);
      if ((await store.all(organisationId)).length >= atMost) throw problem('conflict', `There are ${atMost} webhooks already; remove one first.`);
      const now = clock.now();
      const secret = newSecret();
      const row = await store.insert({
        id: clock.id(), organisationId, name: name.trim(), url: address, events: wished, secret, enabled, bot, createdAt: now, updatedAt: now,
      });
      subscribers.changed(organisationId);
      record(by, 'webhook.created', row, { url: row.url, events: row.events, bot });
      return { ...webhookOnWire(row), secret };
    },
    async change(by, id, { name, url, events: asked, bot, enabled }) {
      const { organisationId } = by.principal;
      const before = await require(organisationId, id);
      const wished = asked && normalEvents(asked);
      checkBot(bot ?? before.bot, wished ?? before.events);
      const address = url === undefined ? undefined : await reachable(outbound, url);
      if (enabled === false) await disable(organisationId, id);
      const row = await store.update(organisationId, id, {
        ...(name !== undefined && { name: name.trim() }), ...(address !== undefined && { url: address }), ...(wished && { events: wished }), ...(bot !== undefined && { bot }),
        ...(enabled === true && { enabled, ...(!before.enabled && { failingSince: null }) }), updatedAt: clock.now(),
      });
      if (!row) throw problem('not_found');
      subscribers.changed(organisationId);
      if (before.bot && !row.bot) await leave(row);
      const changed = (['name', 'url', 'events', 'bot', 'enabled'] as const).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(row[field]));
      if (changed.length > 0) record(by, 'webhook.changed', row, Object.fromEntries(changed.map((field) => [field, row[field]])));
      return webhookOnWire(row);
    },
    async remove(by, id) {
      const { organisationId } = by.principal;
      const row = await store.remove(organisationId, id);
      if (!row) throw problem('not_found');
      subscribers.changed(organisationId);
      record(by, 'webhook.deleted', row, { url: row.url });
      await leave(row);
    },
    async rotateSecret(by, id) {
      const secret = newSecret();
      const now = clock.now();
      const row = await store.rotate(by.principal.organisationId, id, secret, now + oldSecretMs, now);
      if (!row) throw problem('not_found');
      record(by, 'webhook.secret_rotated', row);
      return { ...webhookOnWire(row), secret };
    },
    async test(organisationId, id) {
      const webhook = await require(organisationId, id);
      const now = clock.now();
      const deliveryId = clock.id();
      const tried = new Promise<void>((resolve) => void waiting.set(deliveryId, resolve));
      const enough = clock.after(testMs, () => waiting.get(deliveryId)?.());
      try {
        await store.enqueue([{ ...pingOf(webhook, now, deliveryId), id: deliveryId, organisationId, webhookId: id, state: 'waiting', attempts: 0, nextAt: now, log: [], createdAt: now }]);
        queue.kick();
        await tried;
      } finally {
        enough.cancel();
        waiting.delete(deliveryId);
      }
      const row = await store.delivery(organisationId, id, deliveryId);
      if (!row) throw problem('not_found');
      return deliveryOnWire(row);
    },
    async deliveries(organisationId, id, { state, cursor, limit }) {
      const before = readCursor(cursor);
      await require(organisationId, id);
      const found = await store.deliveries({ organisationId, webhookId: id, state, before, limit: limit + 1 });
      const { rows, next } = pageOf(found, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return { items: rows.map(deliveryOnWire), next };
    },
    async replay(organisationId, id, deliveryId) {
      const webhook = await require(organisationId, id);
      const delivery = await store.delivery(organisationId, id, deliveryId);
      if (!delivery) throw problem('not_found');
      if (!webhook.enabled && delivery.event !== 'ping') throw problem('conflict', 'The webhook is off; switch it on first.');
      const row = await store.replay(organisationId, id, deliveryId, clock.now());
      if (!row) throw problem('not_found');
      queue.kick();
      return deliveryOnWire(row);
    },
    async botFor(organisationId) {
      const found = (await subscribers.of(organisationId)).find(({ bot }) => bot);
      return found ? { id: found.id, name: found.name } : null;
    },
    async start() {
      // A server that cannot look back still goes on; the next start looks again.
      await tellMissedEvents({ store: missed, webhooks: store, described, clock }).catch((error: unknown) => failed(error, 'missed events'));
      queue.start();
      purging = clock.every(hour, purge);
      purge();
    },
    async idle() {
      await outbox.written();
      await queue.idle();
    },
    async close() {
      purging?.cancel();
      for (const give of waiting.values()) give();
      await outbox.close();
      await queue.close();
    },
  };
}

/** The address as it is kept. */
async function reachable(outbound: Pick<Outbound, 'check'>, text: string): Promise<string> {
  try {
    await outbound.check(text);
  } catch (error) {
    if (error instanceof OutboundError) throw problem('address_refused', error.message);
    throw error;
  }
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

function normalEvents(events: readonly string[]): string[] {
  return events.includes('*') ? ['*'] : [...new Set(events)];
}

function checkBot(bot: boolean, events: string[]): void {
  if (bot && !asksFor({ events }, 'message.created')) throw problem('unprocessable', 'A bot has to ask for message.created, or it hears nobody.');
}

function webhookOnWire({ id, name, url, events, enabled, bot, failingSince, createdAt, updatedAt }: WebhookRow): Webhook {
  return { id, name, url, events, enabled, bot, failingSince: failingSince === null ? null : rfc3339(failingSince), createdAt: rfc3339(createdAt), updatedAt: rfc3339(updatedAt) };
}

function deliveryOnWire({ id, webhookId, event, state, log, nextAt, createdAt, payload }: DeliveryRow): Delivery {
  return {
    id, webhookId, event, state, attempts: log as unknown as DeliveryAttempt[], nextAt: nextAt === null ? null : rfc3339(nextAt), createdAt: rfc3339(createdAt), payload,
  };
}
