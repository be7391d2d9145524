import { and, desc, eq, sql } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';

/** What agents keep at the top of their lists. */
export interface PinsStore {
  /** The ids of the conversations that an agent pinned, the latest first. */
  of(organisationId: string, agentId: string): Promise<string[]>;
  /** Pins one that the agent sees (`missing` otherwise), unless `most` are pinned (`full`). Pinning again changes nothing. */
  add(organisationId: string, agentId: string, conversationId: string, most: number, now: number): Promise<'pinned' | 'full' | 'missing'>;
  /** Pins it no more. False when it was not pinned. */
  remove(organisationId: string, agentId: string, conversationId: string): Promise<boolean>;
}

/** Queries over `pins`. */
export function createPinsStore(database: Database): PinsStore {
  const { tables: { agents, conversations, participants, pins } } = database;
  const of = (q: Queries, organisationId: string, agentId: string) => q.select({ conversationId: pins.conversationId, createdAt: pins.createdAt }).from(pins)
    .where(and(eq(pins.organisationId, organisationId), eq(pins.agentId, agentId))).orderBy(desc(pins.createdAt), desc(pins.conversationId));

  return {
    of: async (organisationId, agentId) => (await of(database.q, organisationId, agentId)).map(({ conversationId }) => conversationId),
    add: (organisationId, agentId, conversationId, most, now) => database.atomic(async (q) => {
      // The agent's row is held, so that two tabs do not both count before either has added; the conversation's, so that it does not
      // go, or the agent from it, while it is pinned.
      await q.update(agents).set({ updatedAt: sql`${agents.updatedAt}` }).where(and(eq(agents.organisationId, organisationId), eq(agents.id, agentId)));
      const [held] = await q.update(conversations).set({ updatedAt: sql`${conversations.updatedAt}` })
        .where(and(eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId))).returning({ teamKind: conversations.teamKind });
      if (!held) return 'missing';
      if (held.teamKind !== null) {
        const own = await q.select({ agentId: participants.agentId }).from(participants).where(and(eq(participants.conversationId, conversationId), eq(participants.agentId, agentId)));
        if (own.length === 0) return 'missing';
      }
      const present = await of(q, organisationId, agentId);
      if (present.some((pin) => pin.conversationId === conversationId)) return 'pinned';
      if (present.length >= most) return 'full';
      const createdAt = Math.max(now, (present[0]?.createdAt ?? 0) + 1);
      await q.insert(pins).values({ agentId, conversationId, organisationId, createdAt });
      return 'pinned';
    }),
    async remove(organisationId, agentId, conversationId) {
      const gone = await database.q.delete(pins).where(and(eq(pins.organisationId, organisationId), eq(pins.agentId, agentId), eq(pins.conversationId, conversationId)))
        .returning({ agentId: pins.agentId });
      return gone.length > 0;
    },
  };
}
