import type Sqlite from 'better-sqlite3';
import { isUniqueViolation } from './database.ts';
import {
  prepareMessage, previewOf, takeIntoThread, threadOf, threadReopened, threadTold, threadUpdate, type Appended, type NewMessage, type PreparedMessage, type Thread,
  type ThreadColumns,
} from './append.ts';
import { createSqliteAppendStatements } from './append-statements.sqlite.ts';
import type { Row } from './tables.ts';

/**
 * Whether a statement may see, or change, what lags behind the messages: every few seconds some job looks at calls, webhooks or
 * recordings, and a crowd should not have to wait each time until hundreds of conversations are told. Drizzle quotes all names.
 */
export function touchesThreads(sql: string): boolean {
  return /"(?:conversations|reads|messages)"/.test(sql);
}

/** Appending on SQLite, and what it has not yet told the conversations' rows. */
export interface SqliteAppend {
  /** Writes a batch in one transaction. */
  append(batch: readonly NewMessage[]): Appended[];
  /** Brings the conversations' rows up to their messages: before anybody else looks at the database or changes it. */
  settle(): void;
  /** Somebody else changes the database, after `settle`: rows are read again before the next message. */
  forget(): void;
}

interface Conversation extends Thread {
  id: string;
  organisationId: string;
  visitorId: string;
  closed: boolean;
}

// From a batch of so many on the rows of conversations may lag behind, and no more of them than so many times the batch. A
// message alone, the usual case, tells its conversation in its own transaction; but not where more than so many came since
// anybody looked, or came between the two last looks: a crowd whose messages come evenly makes small batches.
const crowd = 8;
const lagging = 32;
const evenCrowd = 128;
// Then so many rows may lag: each costs some tens of microseconds when somebody looks.
const evenLagging = 1_024;
// Conversations that are remembered between batches: what a message finds there it need not read.
const remembered = 10_000;

/**
 * Appending on SQLite: one synchronous transaction of prepared statements, in which a message costs one insert; the insert
 * itself finds a repeated `clientId`.
 *
 * In a crowd most of a message's price would be its conversation's row with two indexes and its writer's cursor, written again
 * and again for the same few hundred conversations. All of that follows from the messages, so it may come later (decision 15):
 * `settle` is called before any other query, and rows that a crash left behind are found by the mark in the file's
 * `user_version`, set in the very transaction that leaves the first one behind, and made from the messages when it is opened.
 */
export function createSqliteAppend(connection: Sqlite.Database): SqliteAppend {
  const statements = createSqliteAppendStatements(connection);
  const known = new Map<string, Conversation>();
  // Those whose row lags, the longest first; and those of which a failed transaction left us no certain knowledge.
  const behind = new Set<Conversation>();
  const uncertain = new Set<string>();
  // Whose rows the present transaction told.
  let told: string[] = [];
  // Messages since the last look, and whether they were many before it.
  let unseen = 0;
  let even = false;
  let marked = connection.pragma('user_version', { simple: true }) === 1;

  const load = ({ organisationId, conversationId }: Pick<Row<'messages'>, 'organisationId' | 'conversationId'>): Conversation | null => {
    let conversation = known.get(conversationId);
    if (!conversation) {
      const row = statements.conversation.get(conversationId) as (ThreadColumns & Pick<Conversation, 'organisationId' | 'visitorId'> & { status: string }) | undefined;
      if (!row) return null;
      conversation = Object.assign(threadOf(row), { id: conversationId, organisationId: row.organisationId, visitorId: row.visitorId, closed: row.status === 'closed' });
      known.set(conversationId, conversation);
    }
    return conversation.organisationId === organisationId ? conversation : null;
  };

  const tell = (conversation: Conversation) => {
    behind.delete(conversation);
    told.push(conversation.id);
    const { newest, authors } = conversation;
    if (!newest) return;
    if (conversation.turned) {
      const update = threadUpdate({ ...conversation, newest });
      statements.turn.run({ ...update, hidden: update.hidden ? 1 : 0, id: conversation.id });
    } else {
      statements.advance.run(newest.seq, JSON.stringify(previewOf(newest)), newest.createdAt, newest.createdAt, conversation.id);
    }
    for (const { authorKind, authorId, organisationId, seq, createdAt } of authors.values()) {
      statements.moveCursor.run(conversation.id, authorKind, authorId, organisationId, seq, createdAt);
    }
    threadTold(conversation);
  };

  /** Makes a conversation's row from its messages, as if they had just come. */
  const restore = (id: string) => {
    const row = statements.conversation.get(id) as (ThreadColumns & { organisationId: string }) | undefined;
    const conversation = row && load({ organisationId: row.organisationId, conversationId: id });
    if (!conversation) return;
    for (const message of statements.messagesAfter.all(id, conversation.lastSeq) as StoredMessage[]) {
      conversation.lastSeq = message.seq;
      takeIntoThread(conversation, withData(message));
    }
    tell(conversation);
  };

  const find = (row: Row<'messages'>): Row<'messages'> | undefined => {
    const found = statements.message.get(row.conversationId, row.clientId) as StoredMessage | undefined;
    return found && withData(found);
  };

  const appendOne = ({ row, dataJson, reopen, visitorId }: PreparedMessage): Appended => {
    const conversation = load(row);
    if (!conversation || (visitorId ?? conversation.visitorId) !== conversation.visitorId) return { outcome: 'missing' };
    let reopened = false;
    if (reopen && conversation.closed) {
      const first = find(row);
      if (first) return { outcome: 'stored', message: first, duplicate: true, reopened: false };
      try {
        statements.reopen.run(row.createdAt, row.conversationId);
      } catch (error) {
        if (isUniqueViolation(error)) return { outcome: 'conflict' };
        throw error;
      }
      conversation.closed = false;
      threadReopened(conversation);
      reopened = true;
    }
    const seq = conversation.lastSeq + 1;
    const { changes } = statements.insert.run(row.conversationId, seq, row.id, row.clientId, row.organisationId, row.authorKind,
      row.authorId, row.authorName, row.kind, row.text, dataJson, row.createdAt);
    if (changes === 0) return { outcome: 'stored', message: find(row)!, duplicate: true, reopened: false };
    row.seq = seq;
    conversation.lastSeq = seq;
    const bot = takeIntoThread(conversation, row);
    behind.add(conversation);
    return { outcome: 'stored', message: row, duplicate: false, reopened, ...(bot && { bot }) };
  };

  /** Everything that is told is told in this transaction; a mark that no longer holds goes with it. */
  const tellUpTo = (most: number) => {
    for (const conversation of behind) {
      if (behind.size <= most) break;
      tell(conversation);
    }
    if (marked === behind.size > 0) return;
    marked = behind.size > 0;
    (marked ? statements.mark : statements.unmark).run();
  };
  const restoreUncertain = () => {
    for (const id of uncertain) restore(id);
    uncertain.clear();
  };

  const appendAll = connection.transaction((batch: readonly NewMessage[]) => {
    restoreUncertain();
    const results = batch.map((message): Appended => {
      let prepared: PreparedMessage;
      try {
        prepared = prepareMessage(message);
      } catch (error) {
        return { outcome: 'failed', error: error as Error };
      }
      return appendOne(prepared);
    });
    unseen += batch.length;
    tellUpTo(unseen > evenCrowd || even ? Math.max(evenLagging, batch.length * lagging) : batch.length < crowd ? 0 : batch.length * lagging);
    return results;
  });
  const settleAll = connection.transaction(() => {
    restoreUncertain();
    tellUpTo(0);
  });

  /** Nothing that a transaction did to our knowledge outlives its end in an error. */
  const inTransaction = <T>(work: () => T): T => {
    const before = marked;
    told = [];
    try {
      return work();
    } catch (error) {
      marked = before;
      for (const id of told) uncertain.add(id);
      for (const { id } of behind) uncertain.add(id);
      behind.clear();
      known.clear();
      throw error;
    }
  };
  // Needs no place on the disk of its own: what is lost of it with the power is made again from the messages.
  const settle = () => {
    even = unseen > evenCrowd;
    unseen = 0;
    if (behind.size === 0 && uncertain.size === 0 && !marked) return;
    statements.lightly(() => inTransaction(() => settleAll.immediate()));
  };

  if (marked) for (const { id } of statements.lagging.all() as { id: string }[]) uncertain.add(id);
  return {
    append(batch) {
      if (known.size > remembered) {
        settle();
        known.clear();
      }
      return inTransaction(() => appendAll.immediate(batch));
    },
    settle,
    forget: () => known.clear(),
  };
}

type StoredMessage = Omit<Row<'messages'>, 'data'> & { data: string | null };

function withData(found: StoredMessage): Row<'messages'> {
  return { ...found, data: found.data === null ? null : (JSON.parse(found.data) as Row<'messages'>['data']) };
}
