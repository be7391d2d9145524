import type { Test } from 'tap';
import type { Conversation, Message } from '../../../protocol/shapes.ts';
import type { AuditRecord } from '../../audit/audit.ts';
import { messageOnWire } from '../../chat/chat-shapes.ts';
import { rfc3339 } from '../../clock.ts';
import { createEvents, type DomainEvent } from '../../events/events.ts';
import { createOutbound, type OutboundParts } from '../../outbound/outbound.ts';
import type { Database } from '../../store/database.ts';
import { openSqlite } from '../../store/open-sqlite.ts';
import { fakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import { webhookReceiver } from '../../testing/webhook-receiver.ts';
import type { BotChat } from '../bots.ts';
import { createDeliveriesStore } from '../deliveries.store.ts';
import { createMissedEventsStore } from '../missed-events.store.ts';
import { createWebhooksStore } from '../webhooks.store.ts';
import { createWebhooks, type By, type WebhooksParts } from '../webhooks.ts';

/** Webhooks on a database in memory, with a receiver on this machine and a clock that the test moves. */
export async function webhookHouse(t: Test, more: Partial<WebhooksParts> & { database?: Database; clock?: FakeClock; resolve?: OutboundParts['resolve']; started?: boolean } = {}) {
  const clock = more.clock ?? fakeClock();
  const database = more.database ?? await openSqlite({ file: ':memory:' });
  const receiver = await webhookReceiver();
  const outbound = createOutbound({ clock, allow: ['127.0.0.1'], ...(more.resolve && { resolve: more.resolve }) });
  const audited: AuditRecord[] = [];
  const failures: string[] = [];
  const said: Parameters<BotChat['sendAs']>[0][] = [];
  const handedOver: { conversationId: string; by: string; reason: string }[] = [];
  const store = createWebhooksStore(database);
  const { q, tables } = database;
  const chat: BotChat = {
    sendAs: async (line) => void said.push(line),
    async handOver(organisationId, conversationId, by, reason) {
      handedOver.push({ conversationId, by: by.id, reason });
      await q.update(tables.conversations).set({ botId: null, handedOverAt: clock.now() });
    },
  };
  const notThere = () => Promise.reject(new Error('This test describes nothing.'));
  const makeOne = () => {
    const events = createEvents({ failed: (error) => void failures.push(String(error)) });
    const webhooks = createWebhooks({
      store, deliveries: createDeliveriesStore(database), missed: createMissedEventsStore(database), outbound, events, chat, clock,
      audit: { record: (what) => void audited.push(what) }, failed: (error, what) => void failures.push(`${what}: ${String(error)}`),
      described: { message: messageOnWire, conversation: notThere, call: notThere, recording: notThere, visitor: notThere }, ...more,
    });
    return { events, webhooks };
  };
  const { events, webhooks } = makeOne();
  if (more.started !== false) await webhooks.start();
  t.teardown(async () => {
    await webhooks.close();
    outbound.close();
    await receiver.close();
    await database.close();
  });
  const by: By = { principal: { kind: 'agent', id: 'ada', name: 'Ada', organisationId: 'o', role: 'owner', sessionId: 's', expiresAt: 0 }, address: '127.0.0.1' };
  let made = 0;

  return {
    clock, database, receiver, outbound, audited, failures, said, handedOver, store, events, webhooks, by, makeOne,
    create: (wish: Partial<Parameters<typeof webhooks.create>[1]> = {}) => webhooks.create(by, { name: 'Hook', url: receiver.url, events: ['*'], ...wish }),
    message: (fields: { author?: Message['author']; kind?: Message['kind']; conversationId?: string; organisationId?: string } = {}): DomainEvent & { type: 'message.created' } => {
      const n = ++made;
      const { author = { kind: 'visitor', id: 'v', name: 'Vera' }, kind = 'text', conversationId = 'c', organisationId = 'o' } = fields;
      return {
        type: 'message.created', organisationId, siteId: 's', visitorId: 'v',
        message: { id: `m${n}`, seq: n, clientId: `x${n}`, conversationId, author, kind, text: `text ${n}`, createdAt: rfc3339(clock.now()) },
      };
    },
    /** What is due is tried, everything that comes of it too. */
    idle: () => webhooks.idle(),
    /** Moves time on and lets what falls due be done. */
    async pass(ms: number) {
      clock.advance(ms);
      await webhooks.idle();
    },
    log: async (id: string, state?: 'waiting' | 'delivered' | 'failed') => (await webhooks.deliveries('o', id, { state, limit: 100 })).items,
  };
}

/** A conversation as the wire has it. */
export function conversationOf(fields: Partial<Conversation> = {}): Conversation {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id: 'c', kind: 'visitor', siteId: 's', visitor: { id: 'v', name: 'Vera' }, title: null, verified: false, status: 'open', assignee: null, tags: [], bot: null, closedAt: null, closedBy: null, rating: null,
    lastSeq: 0, readSeq: 0, unread: 0, visitorReadSeq: 0, agentsReadSeq: 0, preview: null, lastMessageAt: at, createdAt: at, updatedAt: at, ...fields,
  };
}
