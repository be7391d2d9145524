import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';
import { removeBelongings, type Belongings } from './conversation-removal.store.ts';

/** Agents in conversations. Every query that takes an id takes the organisation too. */
export interface RoomsStore {
  /** These agents of the organisation, whatever their status. */
  agents(organisationId: string, ids: readonly string[]): Promise<Pick<Row<'agents'>, 'id' | 'status'>[]>;
  /** The room of two that has this key. */
  direct(organisationId: string, directKey: string): Promise<string | null>;
  /** Makes a room of the team with its members; false when there is one with its `directKey`. */
  create(room: NewRow<'conversations'>, agentIds: readonly string[]): Promise<boolean>;
  /**
   * Lets agents in, of whom at most `most` may then be there; gives those who were not in. Whoever comes into a room of the team
   * has read what was said before.
   */
  join(organisationId: string, id: string, agentIds: readonly string[], most: number, now: number): Promise<string[] | 'missing' | 'full'>;
  /** Takes an agent out: `stranger` was not in. With the last one a room of the team goes, and all of it. */
  leave(organisationId: string, id: string, agentId: string, now: number): Promise<'missing' | 'stranger' | 'left' | { emptied: Belongings }>;
}

/** Queries over `participants` and the rooms of the team. */
export function createRoomsStore(database: Database): RoomsStore {
  const { q, tables } = database;
  const { agents, conversations, participants, pins, reads } = tables;
  const own = (organisationId: string, id: string) => and(eq(conversations.organisationId, organisationId), eq(conversations.id, id));
  /** Whoever changes the members holds the conversation's row, so that two who leave at once do not each take the other for the last. */
  const hold = async (q: Queries, organisationId: string, id: string) => {
    const [row] = await q.update(conversations).set({ updatedAt: sql`${conversations.updatedAt}` }).where(own(organisationId, id))
      .returning({ teamKind: conversations.teamKind, lastSeq: conversations.lastSeq });
    return row ?? null;
  };
  const membersOf = async (q: Queries, id: string) =>
    (await q.select({ agentId: participants.agentId }).from(participants).where(eq(participants.conversationId, id))).map(({ agentId }) => agentId);

  return {
    async agents(organisationId, ids) {
      if (ids.length === 0) return [];
      return q.select({ id: agents.id, status: agents.status }).from(agents).where(and(eq(agents.organisationId, organisationId), inArray(agents.id, [...ids])));
    },
    async direct(organisationId, directKey) {
      const [row] = await q.select({ id: conversations.id }).from(conversations)
        .where(and(eq(conversations.organisationId, organisationId), eq(conversations.directKey, directKey)));
      return row?.id ?? null;
    },
    create: (room, agentIds) => database.atomic(async (q) => {
      const made = await q.insert(conversations).values(room).onConflictDoNothing().returning({ id: conversations.id });
      if (made.length === 0) return false;
      const { id: conversationId, organisationId, createdAt: joinedAt } = room;
      await q.insert(participants).values(agentIds.map((agentId) => ({ conversationId, agentId, organisationId, joinedAt })));
      return true;
    }),
    join: (organisationId, conversationId, agentIds, most, now) => database.atomic(async (q) => {
      const row = await hold(q, organisationId, conversationId);
      if (!row) return 'missing';
      const there = await membersOf(q, conversationId);
      const fresh = [...new Set(agentIds)].filter((id) => !there.includes(id));
      if (fresh.length === 0) return fresh;
      if (there.length + fresh.length > most) return 'full';
      await q.insert(participants).values(fresh.map((agentId) => ({ conversationId, agentId, organisationId, joinedAt: now })));
      if (row.teamKind === null || row.lastSeq === 0) return fresh;
      await q.insert(reads).values(fresh.map((memberId) => ({ conversationId, memberKind: 'agent' as const, memberId, organisationId, readSeq: row.lastSeq, updatedAt: now })))
        .onConflictDoUpdate({ target: [reads.conversationId, reads.memberKind, reads.memberId], set: { readSeq: row.lastSeq, updatedAt: now }, setWhere: lt(reads.readSeq, row.lastSeq) });
      return fresh;
    }),
    leave: (organisationId, conversationId, agentId, now) => database.atomic(async (q) => {
      const row = await hold(q, organisationId, conversationId);
      if (!row) return 'missing';
      const gone = await q.delete(participants).where(and(eq(participants.conversationId, conversationId), eq(participants.agentId, agentId))).returning({ agentId: participants.agentId });
      if (gone.length === 0) return 'stranger';
      if (row.teamKind === null) return 'left';
      await q.delete(pins).where(and(eq(pins.agentId, agentId), eq(pins.conversationId, conversationId)));
      await q.delete(reads).where(and(eq(reads.conversationId, conversationId), eq(reads.memberKind, 'agent'), eq(reads.memberId, agentId)));
      if ((await membersOf(q, conversationId)).length > 0) return 'left';
      await q.delete(conversations).where(own(organisationId, conversationId));
      return { emptied: await removeBelongings(q, database, organisationId, conversationId, now) };
    }),
  };
}
