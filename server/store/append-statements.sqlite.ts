import type Sqlite from 'better-sqlite3';

const messageColumns = `conversation_id AS conversationId, seq, id, client_id AS clientId, organisation_id AS organisationId,
  author_kind AS authorKind, author_id AS authorId, author_name AS authorName, kind, text, data, created_at AS createdAt`;

/** The statements of appending on SQLite, prepared. */
export function createSqliteAppendStatements(connection: Sqlite.Database) {
  return {
    conversation: connection.prepare(`SELECT organisation_id AS organisationId, visitor_id AS visitorId, last_seq AS lastSeq, status,
      first_message_at AS firstMessageAt, first_answer_at AS firstAnswerAt, bot_id AS botId, bot_name AS botName, assignee_id AS assigneeId,
      handed_over_at AS handedOverAt, visible_seq AS visibleSeq FROM conversations WHERE id = ?`),
    insert: connection.prepare(`INSERT INTO messages
      (conversation_id, seq, id, client_id, organisation_id, author_kind, author_id, author_name, kind, text, data, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation_id, client_id) DO NOTHING`),
    message: connection.prepare(`SELECT ${messageColumns} FROM messages WHERE conversation_id = ? AND client_id = ?`),
    messagesAfter: connection.prepare(`SELECT ${messageColumns} FROM messages WHERE conversation_id = ? AND seq > ? ORDER BY seq`),
    reopen: connection.prepare(`UPDATE conversations SET status = 'open', open_key = visitor_id, closed_at = NULL, closed_by = NULL,
      handed_over_at = NULL, updated_at = ? WHERE id = ?`),
    /** What every message changes, and nothing else. */
    advance: connection.prepare('UPDATE conversations SET last_seq = ?, preview = ?, last_message_at = ?, updated_at = ? WHERE id = ?'),
    turn: connection.prepare(`UPDATE conversations SET
      visible_seq = CASE WHEN @hidden THEN coalesce(@visibleSeq, visible_seq, last_seq) END,
      visible_preview = CASE WHEN NOT @hidden THEN NULL WHEN @visibleSeq IS NOT NULL THEN @visiblePreviewJson
        WHEN visible_seq IS NOT NULL THEN visible_preview ELSE preview END,
      last_seq = @seq, preview = @previewJson, last_message_at = coalesce(@at, last_message_at), updated_at = coalesce(@at, updated_at),
      notes = nullif(coalesce(notes, 0) + @notesAdded, 0), first_message_at = @firstMessageAt, first_answer_at = @firstAnswerAt,
      bot_id = @botId, bot_name = @botName, handed_over_at = @handedOverAt WHERE id = @id`),
    moveCursor: connection.prepare(`INSERT INTO reads
      (conversation_id, member_kind, member_id, organisation_id, read_seq, updated_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (conversation_id, member_kind, member_id) DO UPDATE SET read_seq = excluded.read_seq, updated_at = excluded.updated_at
      WHERE excluded.read_seq > read_seq`),
    /** The conversations whose row does not know their newest message. */
    lagging: connection.prepare('SELECT id FROM conversations AS c WHERE last_seq < (SELECT max(seq) FROM messages WHERE conversation_id = c.id)'),
    mark: connection.prepare('PRAGMA user_version = 1'),
    unmark: connection.prepare('PRAGMA user_version = 0'),
    /** Commits of `work` need not reach the disk at once. */
    lightly(work: () => void): void {
      connection.pragma('synchronous = NORMAL');
      try {
        work();
      } finally {
        connection.pragma('synchronous = FULL');
      }
    },
  };
}
