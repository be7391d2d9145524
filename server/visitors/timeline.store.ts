import { and, desc, eq, inArray, lt, ne, or, type SQL } from 'drizzle-orm';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import type { Row, Tables } from '../store/tables.ts';
import type { PageViewRow } from './visitors.store.ts';

/** What a timeline is made of, the first before the second where both happened in the same millisecond. */
export const timelineKinds = ['message', 'conversation', 'call', 'recording', 'page'] as const;
/** One of them. */
export type TimelineKind = (typeof timelineKinds)[number];

/** Something that happened, as far as finding and ordering it goes. */
export interface TimelineMark {
  kind: TimelineKind;
  id: string;
  at: number;
  /** For the kind `message`. */
  message?: Row<'messages'>;
  /** For the kind `page`. */
  page?: PageViewRow;
}

/** The queries of timelines. */
export interface TimelineStore {
  /** The newest `limit` of one kind: those before `at`, or at it with an id below `id`; `id` null: only those before. */
  marks(organisationId: string, visitorId: string, kind: TimelineKind, before: { at: number; id: string | null } | null, limit: number): Promise<TimelineMark[]>;
  /** All pages that are kept of a visitor, the newest first. */
  pages(organisationId: string, visitorId: string): Promise<PageViewRow[]>;
  /** The ids of a visitor's conversations, the newest first. */
  conversations(organisationId: string, visitorId: string): Promise<string[]>;
}

/** Queries over what visitors did. */
export function createTimelineStore({ q, tables }: Database): TimelineStore {
  const { conversations, messages, calls, recordings, pageViews } = tables;
  type Dated = Tables['conversations'] | Tables['messages'] | Tables['calls'] | Tables['recordings'] | Tables['pageViews'];
  const behind = (table: Dated, before: { at: number; id: string | null } | null): SQL | undefined => before === null ? undefined
    : or(lt(table.createdAt, before.at), before.id === null ? undefined : and(eq(table.createdAt, before.at), lt(table.id, before.id)));
  const ofVisitor = (organisationId: string, visitorId: string) => q.select({ id: conversations.id }).from(conversations)
    .where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, visitorId)));
  const callsOf = (organisationId: string, visitorId: string) => q.select({ id: calls.id }).from(calls).where(inArray(calls.conversationId, ofVisitor(organisationId, visitorId)));

  return {
    async marks(organisationId, visitorId, kind, before, limit) {
      switch (kind) {
        case 'message':
          // How a call went stands in its own entry.
          return (await q.select().from(messages)
            .where(and(eq(messages.organisationId, organisationId), inArray(messages.conversationId, ofVisitor(organisationId, visitorId)), ne(messages.kind, 'call'), behind(messages, before)))
            .orderBy(desc(messages.createdAt), desc(messages.id)).limit(limit)).map((message) => ({ kind, id: message.id, at: message.createdAt, message }));
        case 'conversation':
          return (await q.select({ id: conversations.id, at: conversations.createdAt }).from(conversations)
            .where(and(eq(conversations.organisationId, organisationId), eq(conversations.visitorId, visitorId), behind(conversations, before)))
            .orderBy(desc(conversations.createdAt), desc(conversations.id)).limit(limit)).map((row) => ({ kind, ...row }));
        case 'call':
          return (await q.select({ id: calls.id, at: calls.createdAt }).from(calls)
            .where(and(eq(calls.organisationId, organisationId), inArray(calls.conversationId, ofVisitor(organisationId, visitorId)), behind(calls, before)))
            .orderBy(desc(calls.createdAt), desc(calls.id)).limit(limit)).map((row) => ({ kind, ...row }));
        case 'recording':
          return (await q.select({ id: recordings.id, at: recordings.createdAt }).from(recordings)
            .where(and(eq(recordings.organisationId, organisationId), inArray(recordings.callId, callsOf(organisationId, visitorId)), behind(recordings, before)))
            .orderBy(desc(recordings.createdAt), desc(recordings.id)).limit(limit)).map((row) => ({ kind, ...row }));
        case 'page':
          return (await q.select().from(pageViews)
            .where(and(eq(pageViews.organisationId, organisationId), eq(pageViews.visitorId, visitorId), behind(pageViews, before)))
            .orderBy(desc(pageViews.createdAt), desc(pageViews.id)).limit(limit)).map((page) => ({ kind, id: page.id, at: page.createdAt, page }));
      }
    },
    pages: async (organisationId, visitorId) => q.select().from(pageViews)
      .where(and(eq(pageViews.organisationId, organisationId), eq(pageViews.visitorId, visitorId))).orderBy(desc(pageViews.id)),
    conversations: async (organisationId, visitorId) => (await ofVisitor(organisationId, visitorId).orderBy(desc(conversations.id))).map(({ id }) => id),
  };
}

/** Where a page of a timeline ended, as a cursor has it: the kind's number stands before the id. */
export function placeOf({ kind, id, at }: TimelineMark): Place {
  return { at, id: `${timelineKinds.indexOf(kind)}-${id}` };
}

/** From where on one kind goes behind such a place. Null for a place that no timeline gave. */
export function behindPlace({ at, id: text }: Place, kind: TimelineKind): { at: number; id: string | null } | null {
  const [, number, id] = /^([0-4])-(.+)$/.exec(text) ?? [];
  if (number === undefined || id === undefined) return null;
  const [rank, own] = [Number(number), timelineKinds.indexOf(kind)];
  // Of the same millisecond an earlier kind has been shown whole, and a later one not yet.
  return own < rank ? { at, id: null } : own === rank ? { at, id } : { at, id: '\uFFFF' };
}
