import { and, asc, eq, gte, lte } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** What a timeline is read from. */
export interface RecordingTimelineStore {
  /** Lines of a conversation that were written between two moments (ms), both included; at most so many. */
  lines(organisationId: string, conversationId: string, from: number, to: number, limit: number): Promise<Row<'messages'>[]>;
  /** Agents who came into a conversation between two moments. */
  joined(organisationId: string, conversationId: string, from: number, to: number): Promise<{ id: string; name: string; at: number }[]>;
}

/** Queries over `messages` and `participants`. */
export function createRecordingTimelineStore({ q, tables: { agents, messages, participants } }: Pick<Database, 'q' | 'tables'>): RecordingTimelineStore {
  return {
    lines: (organisationId, conversationId, from, to, limit) => q.select().from(messages).where(and(
      eq(messages.organisationId, organisationId), eq(messages.conversationId, conversationId), gte(messages.createdAt, from), lte(messages.createdAt, to),
    )).orderBy(asc(messages.seq)).limit(limit),
    joined: (organisationId, conversationId, from, to) => q.select({ id: agents.id, name: agents.name, at: participants.joinedAt }).from(participants)
      .innerJoin(agents, eq(agents.id, participants.agentId)).where(and(
        eq(participants.organisationId, organisationId), eq(participants.conversationId, conversationId), gte(participants.joinedAt, from), lte(participants.joinedAt, to),
      )).orderBy(asc(participants.joinedAt)),
  };
}
