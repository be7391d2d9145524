import { and, asc, desc, eq, gte, inArray, isNull, ne, or } from 'drizzle-orm';
import type { WebhookEvent } from '../../protocol/developers.ts';
import { rfc3339 } from '../clock.ts';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** Something that the tables say has happened; `again` as in payload.ts. A message comes with its row: they are many. */
export type Happening = { at: number; id: string; siteId: string; again?: string | undefined } & (
  | { type: 'message.created'; message: Row<'messages'>; visitorId: string }
  | { type: Exclude<WebhookEvent, 'message.created' | 'conversation.updated' | 'visitor.updated'> }
);

/** What can be found out about events that a process did not live to write down. */
export interface MissedEventsStore {
  /** The organisations with webhooks that are on, and those webhooks. */
  listening(): Promise<Map<string, Row<'webhooks'>[]>>;
  /** When the newest event of an organisation was written down; null when none was. */
  newest(organisationId: string): Promise<number | null>;
  /** What happened since, of the types that are `wanted`, in order. */
  happened(organisationId: string, since: number, wanted: (type: WebhookEvent) => boolean): Promise<Happening[]>;
  /** Which of these events a webhook was told of. */
  told(webhookId: string, eventIds: readonly string[]): Promise<Set<string>>;
}

// A call or a recording that ends now began no longer ago than this.
const longestMs = 24 * 3_600_000;
// One statement takes so many values at most.
const batch = 200;

const moment = (at: number | null) => (at === null ? undefined : rfc3339(at));

/** Queries over what webhooks are told of. */
export function createMissedEventsStore({ q, tables: { calls, conversations, deliveries, messages, recordings, visitors, webhooks } }: Database): MissedEventsStore {
  return {
    async listening() {
      const found = new Map<string, Row<'webhooks'>[]>();
      for (const row of await q.select().from(webhooks).where(eq(webhooks.enabled, true)).orderBy(asc(webhooks.createdAt), asc(webhooks.id))) {
        found.set(row.organisationId, [...found.get(row.organisationId) ?? [], row]);
      }
      return found;
    },
    async newest(organisationId) {
      const [row] = await q.select({ at: deliveries.createdAt }).from(deliveries)
        .where(and(eq(deliveries.organisationId, organisationId), ne(deliveries.event, 'ping'))).orderBy(desc(deliveries.createdAt)).limit(1);
      return row?.at ?? null;
    },
    async happened(organisationId, since, wanted) {
      const found: Happening[] = [];
      const add = (type: Exclude<Happening['type'], 'message.created'>, at: number | null, { id, siteId }: { id: string; siteId: string }, again?: string) => {
        if (at !== null && at >= since && wanted(type)) found.push({ type, at, id, siteId, again });
      };
      const any = (...types: WebhookEvent[]) => types.some(wanted);

      if (wanted('message.created')) {
        const rows = await q.select({ message: messages, siteId: conversations.siteId, visitorId: conversations.visitorId }).from(conversations)
          .innerJoin(messages, and(eq(messages.conversationId, conversations.id), gte(messages.createdAt, since), ne(messages.kind, 'note')))
          .where(and(eq(conversations.organisationId, organisationId), isNull(conversations.teamKind), gte(conversations.lastMessageAt, since)));
        for (const row of rows) found.push({ type: 'message.created', at: row.message.createdAt, id: row.message.id, ...row });
      }
      if (any('conversation.created', 'conversation.closed', 'conversation.rated')) {
        for (const row of await q.select().from(conversations).where(and(eq(conversations.organisationId, organisationId), isNull(conversations.teamKind), gte(conversations.updatedAt, since)))) {
          add('conversation.created', row.createdAt, row);
          add('conversation.closed', row.closedAt, row, moment(row.closedAt));
          add('conversation.rated', row.ratedAt, row, moment(row.ratedAt));
        }
      }
      if (any('call.started', 'call.answered', 'call.ended', 'call.missed', 'call.follow_up')) {
        for (const row of await q.select().from(calls).where(and(eq(calls.organisationId, organisationId), gte(calls.createdAt, since - longestMs)))) {
          add('call.started', row.createdAt, row);
          add('call.answered', row.answeredAt, row);
          add('call.ended', row.endedAt, row);
          if (row.answeredAt === null) add('call.missed', row.endedAt, row);
          if (row.followUp) add('call.follow_up', row.followUp.at, row);
        }
      }
      if (any('recording.ready', 'recording.failed')) {
        const rows = await q.select({ recording: recordings, siteId: calls.siteId }).from(recordings)
          .innerJoin(calls, and(eq(calls.id, recordings.callId), eq(calls.organisationId, recordings.organisationId)))
          .where(and(eq(recordings.organisationId, organisationId), gte(recordings.createdAt, since - longestMs), inArray(recordings.state, ['ready', 'partial', 'failed']), or(isNull(recordings.failure), ne(recordings.failure, 'deleted'))));
        for (const { recording, siteId } of rows) add(recording.state === 'failed' ? 'recording.failed' : 'recording.ready', recording.updatedAt, { id: recording.id, siteId });
      }
      if (any('visitor.created', 'visitor.identified')) {
        for (const row of await q.select().from(visitors).where(and(eq(visitors.organisationId, organisationId), gte(visitors.lastSeenAt, since)))) {
          add('visitor.created', row.createdAt, row);
          add('visitor.identified', row.verifiedAt, row, row.externalId ?? undefined);
        }
      }
      return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    },
    async told(webhookId, eventIds) {
      const found = new Set<string>();
      for (let from = 0; from < eventIds.length; from += batch) {
        const rows = await q.select({ eventId: deliveries.eventId }).from(deliveries)
          .where(and(eq(deliveries.webhookId, webhookId), inArray(deliveries.eventId, eventIds.slice(from, from + batch))));
        for (const { eventId } of rows) found.add(eventId);
      }
      return found;
    },
  };
}
