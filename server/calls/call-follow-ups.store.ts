import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { FollowUp } from '../store/tables.ts';

/** What was left after calls, in the database. */
export interface CallFollowUpsStore {
  /** Keeps what was left. False when something was left before, or when the call was answered or has not ended. */
  leave(organisationId: string, callId: string, followUp: FollowUp): Promise<boolean>;
  /** Notes when the team had seen to it, or (null) that it has not; `followUp`: what was left, with who saw to it. False when nothing was left. */
  done(organisationId: string, callId: string, at: number | null, followUp?: FollowUp): Promise<boolean>;
}

/** Follow-ups in a database of either engine. */
export function createCallFollowUpsStore({ q, tables: { calls } }: Pick<Database, 'q' | 'tables'>): CallFollowUpsStore {
  return {
    async leave(organisationId, callId, followUp) {
      const changed = await q.update(calls).set({ followUp })
        .where(and(eq(calls.id, callId), eq(calls.organisationId, organisationId), eq(calls.state, 'ended'), isNull(calls.answeredAt), isNull(calls.followUp))).returning({ id: calls.id });
      return changed.length > 0;
    },
    async done(organisationId, callId, at, followUp) {
      const changed = await q.update(calls).set({ followedUpAt: at, ...(followUp && { followUp }) })
        .where(and(eq(calls.id, callId), eq(calls.organisationId, organisationId), isNotNull(calls.followUp))).returning({ id: calls.id });
      return changed.length > 0;
    },
  };
}
