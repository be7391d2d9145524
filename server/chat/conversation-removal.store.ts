import { and, eq, inArray, lt, ne, sql } from 'drizzle-orm';
import { DOOMED } from '../recordings/recording-keys.ts';
import type { Database, Queries } from '../store/database.ts';
import { doomFiles, type DoomedFile } from '../store/doom-files.ts';
import { createSearchIndex } from '../store/search-index.ts';
import type { Row } from '../store/tables.ts';

/** What is doomed with a conversation: its rows are left, until its bytes have been removed. */
export interface Belongings {
  recordings: Pick<Row<'recordings'>, 'id' | 'blobKey'>[];
  files: DoomedFile[];
}

/** What went with a conversation, or why it did not go. */
export type Removed =
  | { outcome: 'removed'; visitorName: string; belongings: Belongings }
  | { outcome: 'missing' | 'not_closed' | 'live_call' | 'on_hold' };

/** Removing conversations with all that hangs on them. */
export interface ConversationRemovalStore {
  /**
   * Takes a conversation out in one transaction: its row, messages, cursors, members, pins, tags, calls and consents. Its recordings and files are doomed
   * in the same one; whoever comes first afterwards, this process or the next start, removes their bytes and then their rows.
   * `only`: only if it is closed, or if it was closed before this moment (ms); null: in any state. Never during a call, nor while somebody holds one of its recordings.
   */
  remove(organisationId: string, id: string, only: 'closed' | number | null, now: number): Promise<Removed>;
}

/** Deletes over everything that belongs to a conversation. */
export function createConversationRemovalStore(database: Database): ConversationRemovalStore {
  const { calls, conversations, recordings, visitors } = database.tables;
  return {
    remove: (organisationId, id, only, now) => database.atomic(async (q): Promise<Removed> => {
      const own = and(eq(conversations.organisationId, organisationId), eq(conversations.id, id));
      const [row] = await q.select({ visitorName: visitors.name }).from(conversations).leftJoin(visitors, eq(visitors.id, conversations.visitorId)).where(own);
      if (!row) return { outcome: 'missing' };
      const live = await q.select({ id: calls.id }).from(calls)
        .where(and(eq(calls.conversationId, id), eq(calls.organisationId, organisationId), ne(calls.state, 'ended'))).limit(1);
      if (live.length > 0) return { outcome: 'live_call' };
      // The update that changes nothing takes their locks: whoever comes to hold one meanwhile waits, and then finds none.
      const held = await q.update(recordings).set({ legalHold: sql`${recordings.legalHold}` }).where(and(
        inArray(recordings.callId, q.select({ id: calls.id }).from(calls).where(and(eq(calls.conversationId, id), eq(calls.organisationId, organisationId)))),
      )).returning({ hold: recordings.legalHold });
      if (held.some(({ hold }) => hold !== null)) return { outcome: 'on_hold' };
      // First the conversation's row: its lock makes a message that is being written wait, and then find no conversation.
      const gone = await q.delete(conversations).where(and(
        own, only === null ? undefined : eq(conversations.status, 'closed'), typeof only === 'number' ? lt(conversations.closedAt, only) : undefined,
      )).returning({ id: conversations.id });
      if (gone.length === 0) return { outcome: 'not_closed' };
      const belongings = await removeBelongings(q, database, organisationId, id, now);
      return { outcome: 'removed', visitorName: row.visitorName ?? '', belongings };
    }),
  };
}

/** Removes all that hangs on a conversation whose row has just gone in the same transaction. */
export async function removeBelongings(q: Queries, database: Database, organisationId: string, id: string, now: number): Promise<Belongings> {
  const { tables } = database;
  const { calls, consents, conversationTags, messages, participants, pins, reads, recordings } = tables;
  const itsCalls = q.select({ id: calls.id }).from(calls).where(and(eq(calls.conversationId, id), eq(calls.organisationId, organisationId)));
  const doomedRecordings = await q.update(recordings).set({ state: 'failed', failure: DOOMED, claimedBy: null, claimedUntil: null, updatedAt: now })
    .where(inArray(recordings.callId, itsCalls)).returning({ id: recordings.id, blobKey: recordings.blobKey });
  await q.delete(consents).where(inArray(consents.callId, itsCalls));
  await q.delete(calls).where(and(eq(calls.conversationId, id), eq(calls.organisationId, organisationId)));
  await q.delete(conversationTags).where(eq(conversationTags.conversationId, id));
  await q.delete(participants).where(eq(participants.conversationId, id));
  await q.delete(pins).where(eq(pins.conversationId, id));
  await q.delete(reads).where(eq(reads.conversationId, id));
  await q.delete(messages).where(eq(messages.conversationId, id));
  await createSearchIndex(database).removeConversation(q, organisationId, id);
  const doomedFiles = await doomFiles(q, tables, and(eq(tables.files.conversationId, id), eq(tables.files.organisationId, organisationId)));
  return { recordings: doomedRecordings, files: doomedFiles };
}
