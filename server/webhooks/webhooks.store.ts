import { and, asc, desc, eq, lt, ne, or, sql } from 'drizzle-orm';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A webhook's row. */
export type WebhookRow = Row<'webhooks'>;
/** A delivery's row. */
export type DeliveryRow = Row<'deliveries'>;

/** The queries of webhooks and of what was told to them. Every one that takes an id takes the organisation too. */
export interface WebhooksStore {
  /** All of an organisation, the oldest first. */
  all(organisationId: string): Promise<WebhookRow[]>;
  get(organisationId: string, id: string): Promise<WebhookRow | null>;
  insert(webhook: NewRow<'webhooks'>): Promise<WebhookRow>;
  /** Changes one; null when there is none. */
  update(organisationId: string, id: string, fields: Partial<NewRow<'webhooks'>>): Promise<WebhookRow | null>;
  /** Gives a new secret; the one that it had signs until `previousUntil`. */
  rotate(organisationId: string, id: string, secret: string, previousUntil: number, now: number): Promise<WebhookRow | null>;
  /** Switches off one that is on, and fails what waits for it; null when it was off or is not there. */
  disable(organisationId: string, id: string, now: number): Promise<WebhookRow | null>;
  /** Removes one with all its deliveries. */
  remove(organisationId: string, id: string): Promise<WebhookRow | null>;

  /** Adds deliveries; one whose event its webhook was told of before is left out. Resolves to how many were new. */
  enqueue(rows: readonly NewRow<'deliveries'>[]): Promise<number>;
  delivery(organisationId: string, webhookId: string, id: string): Promise<DeliveryRow | null>;
  /** Newest first; `before`: only those that sort after this one. */
  deliveries(filter: { organisationId: string; webhookId: string; state: DeliveryRow['state'] | undefined; before: Place | undefined; limit: number }): Promise<DeliveryRow[]>;
  /** Makes a delivery due at once, from its first try on; one that waits already only comes sooner. */
  replay(organisationId: string, webhookId: string, id: string, now: number): Promise<DeliveryRow | null>;
  /** Forgets deliveries that are older than `before` and over. */
  purge(before: number): Promise<void>;

  /** Conversations that a program answers at present. */
  conversationsOf(organisationId: string, webhookId: string): Promise<string[]>;
  /** Whether this program answers a conversation at present, or may begin to: nobody of the team has it or ever took it. */
  mayAnswer(organisationId: string, webhookId: string, conversationId: string): Promise<boolean>;
}

// One statement takes so many rows at most: SQLite counts parameters.
const batch = 50;
const purgedAtOnce = 500;

/** Queries over `webhooks` and `deliveries`. */
export function createWebhooksStore(database: Database): WebhooksStore {
  const { q, tables: { conversations, deliveries, webhooks } } = database;
  const own = (organisationId: string, id: string) => and(eq(webhooks.organisationId, organisationId), eq(webhooks.id, id));
  const ownDelivery = (organisationId: string, webhookId: string, id: string) =>
    and(eq(deliveries.organisationId, organisationId), eq(deliveries.webhookId, webhookId), eq(deliveries.id, id));

  return {
    all: async (organisationId) => q.select().from(webhooks).where(eq(webhooks.organisationId, organisationId)).orderBy(asc(webhooks.createdAt), asc(webhooks.id)),
    async get(organisationId, id) {
      const [row] = await q.select().from(webhooks).where(own(organisationId, id));
      return row ?? null;
    },
    async insert(webhook) {
      const [row] = await q.insert(webhooks).values(webhook).returning();
      return row!;
    },
    async update(organisationId, id, fields) {
      const [row] = await q.update(webhooks).set(fields).where(own(organisationId, id)).returning();
      return row ?? null;
    },
    async rotate(organisationId, id, secret, previousUntil, now) {
      const [row] = await q.update(webhooks).set({ previousSecret: sql`${webhooks.secret}`, previousUntil, secret, updatedAt: now }).where(own(organisationId, id)).returning();
      return row ?? null;
    },
    disable: async (organisationId, id, now) => database.atomic(async (inside) => {
      const [row] = await inside.update(webhooks).set({ enabled: false, updatedAt: now }).where(and(own(organisationId, id), eq(webhooks.enabled, true))).returning();
      if (!row) return null;
      await inside.update(deliveries).set({ state: 'failed', nextAt: null, claimedBy: null, claimedUntil: null, endedAt: now })
        .where(and(eq(deliveries.webhookId, id), eq(deliveries.state, 'waiting')));
      return row;
    }),
    remove: async (organisationId, id) => database.atomic(async (inside) => {
      const [row] = await inside.delete(webhooks).where(own(organisationId, id)).returning();
      if (row) await inside.delete(deliveries).where(eq(deliveries.webhookId, id));
      return row ?? null;
    }),
    async enqueue(rows) {
      let added = 0;
      for (let from = 0; from < rows.length; from += batch) {
        added += (await q.insert(deliveries).values(rows.slice(from, from + batch)).onConflictDoNothing().returning({ id: deliveries.id })).length;
      }
      return added;
    },
    async delivery(organisationId, webhookId, id) {
      const [row] = await q.select().from(deliveries).where(ownDelivery(organisationId, webhookId, id));
      return row ?? null;
    },
    deliveries: async ({ organisationId, webhookId, state, before, limit }) =>
      q.select().from(deliveries).where(and(
        eq(deliveries.organisationId, organisationId), eq(deliveries.webhookId, webhookId), state && eq(deliveries.state, state),
        before && or(lt(deliveries.createdAt, before.at), and(eq(deliveries.createdAt, before.at), lt(deliveries.id, before.id))),
      )).orderBy(desc(deliveries.createdAt), desc(deliveries.id)).limit(limit),
    async replay(organisationId, webhookId, id, now) {
      const mine = ownDelivery(organisationId, webhookId, id);
      const [again] = await q.update(deliveries).set({ state: 'waiting', attempts: 0, nextAt: now, endedAt: null, claimedBy: null, claimedUntil: null })
        .where(and(mine, ne(deliveries.state, 'waiting'))).returning();
      if (again) return again;
      const [sooner] = await q.update(deliveries).set({ nextAt: now }).where(mine).returning();
      return sooner ?? null;
    },
    async purge(before) {
      for (const { id: webhookId } of await q.select({ id: webhooks.id }).from(webhooks)) {
        // By the key, which grows with time, and not by a look at every row; each statement is short.
        for (;;) {
          const oldest = await q.select({ id: deliveries.id, state: deliveries.state, createdAt: deliveries.createdAt }).from(deliveries)
            .where(eq(deliveries.webhookId, webhookId)).orderBy(asc(deliveries.id)).limit(purgedAtOnce);
          const last = oldest.findLast(({ createdAt }) => createdAt < before);
          if (!last) break;
          const gone = await q.delete(deliveries)
            .where(and(eq(deliveries.webhookId, webhookId), lt(deliveries.createdAt, before), ne(deliveries.state, 'waiting'), or(lt(deliveries.id, last.id), eq(deliveries.id, last.id))))
            .returning({ id: deliveries.id });
          if (gone.length === 0 || oldest.length < purgedAtOnce) break;
        }
      }
    },
    async conversationsOf(organisationId, webhookId) {
      const rows = await q.select({ id: conversations.id }).from(conversations).where(and(eq(conversations.organisationId, organisationId), eq(conversations.botId, webhookId)));
      return rows.map(({ id }) => id);
    },
    async mayAnswer(organisationId, webhookId, conversationId) {
      const [row] = await q.select({ botId: conversations.botId, assigneeId: conversations.assigneeId, handedOverAt: conversations.handedOverAt, status: conversations.status })
        .from(conversations).where(and(eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId)));
      if (row?.status !== 'open') return false;
      return row.botId === webhookId || (row.botId === null && row.assigneeId === null && row.handedOverAt === null);
    },
  };
}
