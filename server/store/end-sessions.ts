import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { Tables } from './tables.ts';

/** Ends the sign-ins that fit `where` and are not over, with the push subscriptions of their browsers; gives their ids. */
export async function endSessions(q: Queries, { sessions, pushSubscriptions }: Tables, where: SQL | undefined, at: number): Promise<string[]> {
  const ended = await q.update(sessions).set({ revokedAt: at }).where(and(where, isNull(sessions.revokedAt))).returning({ id: sessions.id });
  const ids = ended.map(({ id }) => id);
  if (ids.length > 0) await q.delete(pushSubscriptions).where(inArray(pushSubscriptions.sessionId, ids));
  return ids;
}

/** Makes every open link for a new password of an agent worthless. */
export async function killResets(q: Queries, { passwordResets }: Tables, agentId: string, at: number): Promise<void> {
  await q.update(passwordResets).set({ usedAt: at }).where(and(eq(passwordResets.agentId, agentId), isNull(passwordResets.usedAt)));
}
