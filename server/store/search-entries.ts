import { and, eq, gte, lt } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { Tables } from './tables.ts';

/** A message as the index takes it: which one it is, when it was written, and the fragments that it can be found by. */
export interface IndexedMessage {
  /** The conversation's number in `searchProgress`. */
  conversation: number;
  seq: number;
  createdAt: number;
  grams: readonly number[];
}

/** A message with the number of its entry. */
export interface NumberedMessage extends IndexedMessage {
  doc: number;
}

/** Where to look: entries with a `doc` below `before`, and, if given, from `from` on. */
export interface DocRange {
  before: number;
  from?: number | undefined;
}

/**
 * The part of the search that each engine has its own of: which entries hold certain fragments. An entry's number, `doc`, grows with
 * the time of its message, so that *newest first* and *from … to* are the order of the index itself, whenever a message was taken in.
 */
export interface SearchIndex {
  /** Takes messages in. For use inside `atomic`, with its queries. */
  add(q: Queries, messages: readonly IndexedMessage[]): Promise<void>;
  /** Takes all entries of a conversation out, and its progress. For use inside `atomic`, after the conversation's row is gone. */
  removeConversation(q: Queries, organisationId: string, conversationId: string): Promise<void>;
  /** The newest entries that hold every fragment, at least one of which is given. */
  holding(grams: readonly number[], range: DocRange, limit: number): Promise<number[]>;
}

/** Numbers for each millisecond: so many messages can be written in one before an entry stands a little later than its message. */
const DOCS_A_MS = 16;

/** The first number of a moment, ms since the epoch. */
export function docAt(ms: number): number {
  return Math.max(0, ms) * DOCS_A_MS;
}

/** Beyond every entry. */
export const NO_DOC = 1e15 - 1;

// So many numbers are looked through at once for a free one.
const reach = 2_048;

/**
 * Gives messages free numbers: each one's own moment, or soon after it. `insert` writes rows unless their number is taken, and gives
 * the numbers that it wrote. Numbers are asked for in rising order, so that two processes never wait for each other in a circle.
 */
export async function insertNumbered(
  q: Queries, { searchEntries }: Tables, messages: readonly IndexedMessage[],
  insert: (rows: readonly NumberedMessage[]) => Promise<readonly { doc: number }[]>,
): Promise<NumberedMessage[]> {
  const firstFree = async (from: number): Promise<number> => {
    for (let at = from; ; at += reach) {
      const rows = await q.select({ doc: searchEntries.doc }).from(searchEntries).where(and(gte(searchEntries.doc, at), lt(searchEntries.doc, at + reach)));
      const taken = new Set(rows.map(({ doc }) => doc));
      for (let doc = at; doc < at + reach; doc++) if (!taken.has(doc)) return doc;
    }
  };
  const done: NumberedMessage[] = [];
  let left: NumberedMessage[] = [];
  let free = 0;
  for (const message of messages.toSorted((a, b) => a.createdAt - b.createdAt || a.conversation - b.conversation || a.seq - b.seq)) {
    const doc = Math.max(free, docAt(message.createdAt));
    left.push({ ...message, doc });
    free = doc + 1;
  }
  for (;;) {
    const written = new Set((await insert(left)).map(({ doc }) => doc));
    done.push(...left.filter(({ doc }) => written.has(doc)));
    const refused = left.filter(({ doc }) => !written.has(doc));
    if (refused.length === 0) return done.toSorted((a, b) => a.doc - b.doc);
    left = [];
    for (const message of refused) {
      const doc = await firstFree(Math.max(message.doc, (left.at(-1)?.doc ?? -1) + 1));
      left.push({ ...message, doc });
    }
  }
}

/**
 * Takes a conversation's progress out and gives its number, or null when it had none. Whoever indexes holds that row until its
 * commit; writing it first makes this wait for a row that is not committed yet, so that no entry outlives its conversation.
 */
export async function endProgress(q: Queries, { searchProgress }: Tables, organisationId: string, conversationId: string): Promise<number | null> {
  await q.insert(searchProgress).values({ conversationId, organisationId, indexedSeq: 0 }).onConflictDoNothing();
  const [gone] = await q.delete(searchProgress)
    .where(and(eq(searchProgress.conversationId, conversationId), eq(searchProgress.organisationId, organisationId))).returning({ number: searchProgress.number });
  return gone?.number ?? null;
}
