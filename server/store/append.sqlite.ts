import type Sqlite from 'better-sqlite3';
import { isUniqueViolation } from './database.ts';
import {
  prepareMessage, takeIntoThread, threadOf, threadReopened, threadUpdate, type Appended, type NewMessage, type PreparedMessage, type Thread, type ThreadColumns,
} from './append.ts';
import type { Row } from './tables.ts';

interface Conversation extends Thread {
  visitorId: string;
  closed: boolean;
}

/**
 * Appending on SQLite: one synchronous transaction of prepared statements. A conversation and the read cursors of those who
 * wrote in it are updated once a batch, a message costs one insert; the insert itself finds a repeated `clientId`.
 */
export function createSqliteAppend(connection: Sqlite.Database): (batch: readonly NewMessage[]) => Appended[] {
  const selectConversation = connection.prepare(
    `SELECT organisation_id AS organisationId, visitor_id AS visitorId, last_seq AS lastSeq, status, first_message_at AS firstMessageAt, first_answer_at AS firstAnswerAt,
    bot_id AS botId, bot_name AS botName, assignee_id AS assigneeId, handed_over_at AS handedOverAt FROM conversations WHERE id = ?`);
  const insertMessage = connection.prepare(`INSERT INTO messages
    (conversation_id, seq, id, client_id, organisation_id, author_kind, author_id, author_name, kind, text, data, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation_id, client_id) DO NOTHING`);
  const selectMessage = connection.prepare(`SELECT conversation_id AS conversationId, seq, id, client_id AS clientId,
    organisation_id AS organisationId, author_kind AS authorKind, author_id AS authorId, author_name AS authorName, kind, text,
    data, created_at AS createdAt FROM messages WHERE conversation_id = ? AND client_id = ?`);
  const reopenConversation = connection.prepare(
    "UPDATE conversations SET status = 'open', open_key = visitor_id, closed_at = NULL, closed_by = NULL, updated_at = ? WHERE id = ?");
  const updateConversation = connection.prepare(`UPDATE conversations SET
    visible_seq = CASE WHEN @hidden THEN coalesce(@visibleSeq, visible_seq, last_seq) END,
    visible_preview = CASE WHEN NOT @hidden THEN NULL WHEN @visibleSeq IS NOT NULL THEN @visiblePreviewJson
      WHEN visible_seq IS NOT NULL THEN visible_preview ELSE preview END,
    last_seq = @seq, preview = @previewJson, last_message_at = coalesce(@at, last_message_at), updated_at = coalesce(@at, updated_at),
    notes = nullif(coalesce(notes, 0) + @notesAdded, 0), first_message_at = @firstMessageAt, first_answer_at = @firstAnswerAt,
    bot_id = @botId, bot_name = @botName, handed_over_at = @handedOverAt WHERE id = @id`);
  const moveCursor = connection.prepare(`INSERT INTO reads
    (conversation_id, member_kind, member_id, organisation_id, read_seq, updated_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (conversation_id, member_kind, member_id) DO UPDATE SET read_seq = excluded.read_seq, updated_at = excluded.updated_at
    WHERE excluded.read_seq > read_seq`);

  const find = (row: Row<'messages'>): Row<'messages'> | undefined => {
    const found = selectMessage.get(row.conversationId, row.clientId) as (Omit<Row<'messages'>, 'data'> & { data: string | null }) | undefined;
    return found && { ...found, data: found.data === null ? null : (JSON.parse(found.data) as Row<'messages'>['data']) };
  };

  const load = (known: Map<string, Conversation | null>, { organisationId, conversationId }: Row<'messages'>): Conversation | null => {
    const key = `${organisationId} ${conversationId}`;
    let conversation = known.get(key);
    if (conversation === undefined) {
      const row = selectConversation.get(conversationId) as
        ThreadColumns & { organisationId: string; visitorId: string; status: string } | undefined;
      conversation = row?.organisationId === organisationId ? { ...threadOf(row), visitorId: row.visitorId, closed: row.status === 'closed' } : null;
      known.set(key, conversation);
    }
    return conversation;
  };

  const appendOne = ({ row, dataJson, reopen, visitorId }: PreparedMessage, known: Map<string, Conversation | null>): Appended => {
    const conversation = load(known, row);
    if (!conversation || (visitorId ?? conversation.visitorId) !== conversation.visitorId) return { outcome: 'missing' };
    let reopened = false;
    if (reopen && conversation.closed) {
      const first = find(row);
      if (first) return { outcome: 'stored', message: first, duplicate: true, reopened: false };
      try {
        reopenConversation.run(row.createdAt, row.conversationId);
      } catch (error) {
        if (isUniqueViolation(error)) return { outcome: 'conflict' };
        throw error;
      }
      conversation.closed = false;
      threadReopened(conversation);
      reopened = true;
    }
    const seq = conversation.lastSeq + 1;
    const { changes } = insertMessage.run(row.conversationId, seq, row.id, row.clientId, row.organisationId, row.authorKind,
      row.authorId, row.authorName, row.kind, row.text, dataJson, row.createdAt);
    if (changes === 0) return { outcome: 'stored', message: find(row)!, duplicate: true, reopened: false };
    row.seq = seq;
    conversation.lastSeq = seq;
    const bot = takeIntoThread(conversation, row);
    return { outcome: 'stored', message: row, duplicate: false, reopened, ...(bot && { bot }) };
  };

  const appendAll = connection.transaction((batch: readonly NewMessage[]) => {
    const known = new Map<string, Conversation | null>();
    const results = batch.map((message): Appended => {
      let prepared: PreparedMessage;
      try {
        prepared = prepareMessage(message);
      } catch (error) {
        return { outcome: 'failed', error: error as Error };
      }
      return appendOne(prepared, known);
    });
    for (const conversation of known.values()) {
      const newest = conversation?.newest;
      if (!newest) continue;
      const update = threadUpdate({ ...conversation, newest });
      updateConversation.run({ ...update, hidden: update.hidden ? 1 : 0, id: newest.conversationId });
      for (const { conversationId, authorKind, authorId, organisationId, seq, createdAt } of conversation.authors.values()) {
        moveCursor.run(conversationId, authorKind, authorId, organisationId, seq, createdAt);
      }
    }
    return results;
  });
  return (batch) => appendAll.immediate(batch);
}
