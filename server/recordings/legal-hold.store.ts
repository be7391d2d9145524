import { and, eq, isNull, ne, or } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { LegalHold } from '../store/tables.ts';
import { DOOMED } from './recording-keys.ts';
import type { RecordingRow } from './recordings.store.ts';

/** The queries of holding recordings. */
export interface LegalHoldStore {
  /** Holds a recording, or lets it go (null). Null when there is none, or it is being deleted. */
  set(organisationId: string, id: string, hold: LegalHold | null): Promise<RecordingRow | null>;
  /** What is held in a visitor's conversations. */
  ofVisitor(organisationId: string, visitorId: string): Promise<{ recordingId: string; conversationId: string; hold: LegalHold }[]>;
}

/** Queries over `recordings`. */
export function createLegalHoldStore({ q, tables: { calls, recordings } }: Pick<Database, 'q' | 'tables'>): LegalHoldStore {
  return {
    async set(organisationId, id, hold) {
      const [row] = await q.update(recordings).set({ legalHold: hold })
        .where(and(eq(recordings.organisationId, organisationId), eq(recordings.id, id), or(isNull(recordings.failure), ne(recordings.failure, DOOMED)))).returning();
      return row ?? null;
    },
    async ofVisitor(organisationId, visitorId) {
      const rows = await q.select({ recordingId: recordings.id, conversationId: calls.conversationId, hold: recordings.legalHold }).from(recordings)
        .innerJoin(calls, eq(calls.id, recordings.callId)).where(and(eq(calls.organisationId, organisationId), eq(calls.visitorId, visitorId)));
      return rows.flatMap(({ hold, ...row }) => (hold ? [{ ...row, hold }] : []));
    },
  };
}
