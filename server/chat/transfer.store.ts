import { and, eq, lt, sql } from 'drizzle-orm';
import { prepareMessage, previewOf, type NewMessage } from '../store/append.ts';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** Giving a conversation away together with what is said about it. */
export interface TransferStore {
  /**
   * Assigns a conversation and writes the private note, both or none; null = there is no such conversation. `changed`: somebody else,
   * or a program, had it. `written` is null without a note, and when this is a repetition: it was given to the same one before, with the same note.
   */
  transfer(to: { organisationId: string; conversationId: string; agentId: string; note: NewMessage | null; now: number }): Promise<{ changed: boolean; written: Row<'messages'> | null } | null>;
}

/** One transaction over `conversations` and `messages`. */
export function createTransferStore(database: Database): TransferStore {
  const { conversations, messages, reads } = database.tables;
  return {
    transfer: ({ organisationId, conversationId, agentId, note, now }) => database.atomic(async (q) => {
      const own = and(eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId));
      // Holding the row makes the messages that are written meanwhile wait for the number that the note takes.
      const [row] = await q.update(conversations).set({ updatedAt: sql`${conversations.updatedAt}` }).where(own).returning();
      if (!row) return null;
      const changed = row.assigneeId !== agentId || row.botId !== null;
      if (changed) await q.update(conversations).set({ assigneeId: agentId, assignedAt: now, handedOverAt: now, botId: null, botName: null, updatedAt: now }).where(own);
      if (!note) return { changed, written: null };
      const prepared = prepareMessage(note).row;
      if (!changed) {
        const [newest] = await q.select().from(messages).where(and(eq(messages.conversationId, conversationId), eq(messages.seq, row.lastSeq)));
        if (newest?.kind === 'note' && newest.authorId === prepared.authorId && newest.text === prepared.text) return { changed, written: null };
      }
      const written = { ...prepared, seq: row.lastSeq + 1 };
      await q.insert(messages).values(written);
      await q.update(conversations).set({
        lastSeq: written.seq, preview: previewOf(written), notes: (row.notes ?? 0) + 1, visibleSeq: row.visibleSeq ?? row.lastSeq,
        visiblePreview: row.visibleSeq === null ? row.preview : row.visiblePreview,
      }).where(own);
      await q.insert(reads).values({ conversationId, memberKind: 'agent', memberId: written.authorId, organisationId, readSeq: written.seq, updatedAt: now }).onConflictDoUpdate({
        target: [reads.conversationId, reads.memberKind, reads.memberId], set: { readSeq: written.seq, updatedAt: now }, setWhere: lt(reads.readSeq, written.seq),
      });
      return { changed, written };
    }),
  };
}
