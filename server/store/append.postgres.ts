import {
  prepareMessage, takeIntoThread, threadOf, threadReopened, threadUpdate, type Appended, type NewMessage, type PreparedMessage, type Thread, type ThreadColumns,
} from './append.ts';
import type { Row } from './tables.ts';

/**
 * Runs one statement in the transaction that the caller began and will commit. `name` prepares it once a connection. Several may be
 * under way: they run in the order of the calls, and none that follows a failed one does.
 */
export type RunStatement = (name: string, text: string, values: unknown[]) => Promise<Record<string, unknown>[]>;

interface Conversation extends Thread {
  id: string;
  organisationId: string;
  status: string;
  visitorId: string;
  reopenedAt?: number;
}

/**
 * Appending on Postgres: five statements for the whole batch (and two more when a conversation is opened again), in two
 * journeys there and back. The conversations are locked in the order of their ids, so that two batches never wait for each
 * other in a circle; what is a repetition is looked up after that, when no other batch can be writing into them.
 *
 * Rejects with a unique violation when a visitor's other conversation was opened at this very moment; the caller rolls back
 * and tries again, and then sees it.
 */
export async function appendOnPostgres(batch: readonly NewMessage[], run: RunStatement): Promise<Appended[]> {
  const prepared = batch.map(prepareOrError);
  const messages = prepared.filter((one): one is PreparedMessage => !(one instanceof Error));
  if (messages.length === 0) return prepared.map((one) => ({ outcome: 'failed', error: one as Error }));

  // One journey to the database for both: the second statement begins when the first has all its locks, and sees what they guarded.
  const [conversations, known] = await Promise.all([lockConversations(messages, run), findRepeated(messages, run)]);
  const inReach = messages.filter(({ row }) => conversations.get(row.conversationId)?.organisationId === row.organisationId);
  const occupied = await findOccupied(inReach, conversations, run);

  const written: PreparedMessage[] = [];
  const results = prepared.map((one): Appended => {
    if (one instanceof Error) return { outcome: 'failed', error: one };
    const { row } = one;
    const conversation = conversations.get(row.conversationId);
    if (!conversation || conversation.organisationId !== row.organisationId || (one.visitorId ?? conversation.visitorId) !== conversation.visitorId) return { outcome: 'missing' };
    const first = known.get(keyOf(row));
    if (first) return { outcome: 'stored', message: first, duplicate: true, reopened: false };
    const reopened = one.reopen && conversation.status === 'closed';
    if (reopened) {
      if (occupied.has(conversation.visitorId)) return { outcome: 'conflict' };
      occupied.add(conversation.visitorId);
      conversation.status = 'open';
      conversation.reopenedAt = row.createdAt;
      threadReopened(conversation);
    }
    row.seq = ++conversation.lastSeq;
    const bot = takeIntoThread(conversation, row);
    known.set(keyOf(row), row);
    written.push(one);
    return { outcome: 'stored', message: row, duplicate: false, reopened, ...(bot && { bot }) };
  });
  if (written.length > 0) await write(written, [...conversations.values()].filter(({ newest }) => newest), run);
  return results;
}

function prepareOrError(message: NewMessage): PreparedMessage | Error {
  try {
    return prepareMessage(message);
  } catch (error) {
    return error as Error;
  }
}

const keyOf = ({ conversationId, clientId }: Row<'messages'>) => `${conversationId} ${clientId}`;

async function lockConversations(messages: PreparedMessage[], run: RunStatement): Promise<Map<string, Conversation>> {
  const ids = [...new Set(messages.map(({ row }) => row.conversationId))];
  const rows = await run('append-lock', `SELECT id, organisation_id AS "organisationId", last_seq AS "lastSeq", status,
    visitor_id AS "visitorId", first_message_at AS "firstMessageAt", first_answer_at AS "firstAnswerAt", bot_id AS "botId", bot_name AS "botName",
    assignee_id AS "assigneeId", handed_over_at AS "handedOverAt", visible_seq AS "visibleSeq" FROM conversations WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE`, [ids]);
  return new Map((rows as unknown as (ThreadColumns & Pick<Conversation, 'id' | 'organisationId' | 'status' | 'visitorId'>)[])
    .map((row) => [row.id, { ...threadOf(row), id: row.id, organisationId: row.organisationId, status: row.status, visitorId: row.visitorId }]));
}

// LIMIT makes it one look-up in the index for each message; a plain join is planned as a scan of all messages while the table's
// statistics are young.
async function findRepeated(messages: PreparedMessage[], run: RunStatement): Promise<Map<string, Row<'messages'>>> {
  const rows = await run('append-repeated', `SELECT m.conversation_id AS "conversationId", m.seq, m.id, m.client_id AS "clientId",
    m.organisation_id AS "organisationId", m.author_kind AS "authorKind", m.author_id AS "authorId", m.author_name AS "authorName",
    m.kind, m.text, m.data, m.created_at AS "createdAt"
    FROM unnest($1::text[], $2::text[]) AS k (conversation_id, client_id), LATERAL
      (SELECT * FROM messages WHERE conversation_id = k.conversation_id AND client_id = k.client_id LIMIT 1) AS m`,
    [messages.map(({ row }) => row.conversationId), messages.map(({ row }) => row.clientId)]);
  return new Map((rows as unknown as Row<'messages'>[]).map((row) => [keyOf(row), row]));
}

/** The visitors among those whose conversation would be opened again that have an open one already. */
async function findOccupied(messages: PreparedMessage[], conversations: Map<string, Conversation>, run: RunStatement): Promise<Set<string>> {
  const visitors = messages.filter(({ reopen, row }) => reopen && conversations.get(row.conversationId)!.status === 'closed')
    .map(({ row }) => conversations.get(row.conversationId)!.visitorId);
  if (visitors.length === 0) return new Set();
  const rows = await run('append-occupied', 'SELECT open_key FROM conversations WHERE open_key = ANY ($1::text[])', [visitors]);
  return new Set(rows.map((row) => row.open_key as string));
}

/** One journey to the database for all of it; where one statement fails, Postgres refuses those behind it. */
async function write(written: PreparedMessage[], changed: Conversation[], run: RunStatement): Promise<void> {
  const told: Promise<unknown>[] = [];
  const rows = written.map(({ row }) => row);
  told.push(run('append-messages', `INSERT INTO messages
    (conversation_id, seq, id, client_id, organisation_id, author_kind, author_id, author_name, kind, text, data, created_at)
    SELECT a, b, c, d, e, f, g, h, i, j, k::json, l FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[],
      $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[]) AS u (a, b, c, d, e, f, g, h, i, j, k, l)`, [
    rows.map((row) => row.conversationId), rows.map((row) => row.seq), rows.map((row) => row.id), rows.map((row) => row.clientId),
    rows.map((row) => row.organisationId), rows.map((row) => row.authorKind), rows.map((row) => row.authorId),
    rows.map((row) => row.authorName), rows.map((row) => row.kind), rows.map((row) => row.text),
    written.map(({ dataJson }) => dataJson), rows.map((row) => row.createdAt),
  ]));

  const reopened = changed.filter(({ reopenedAt }) => reopenedAt !== undefined);
  if (reopened.length > 0) {
    told.push(run('append-reopen', `UPDATE conversations SET status = 'open', open_key = visitor_id, closed_at = NULL, closed_by = NULL
      WHERE id = ANY ($1::text[])`, [reopened.map(({ id }) => id)]));
  }

  const updates = changed.map((conversation) => ({ id: conversation.id, ...threadUpdate({ ...conversation, newest: conversation.newest! }) }));
  told.push(run('append-conversations', `UPDATE conversations SET
      visible_seq = CASE WHEN u.hidden THEN coalesce(u.visible_seq, conversations.visible_seq, conversations.last_seq) END,
      visible_preview = CASE WHEN NOT u.hidden THEN NULL WHEN u.visible_seq IS NOT NULL THEN u.visible_preview::json
        WHEN conversations.visible_seq IS NOT NULL THEN conversations.visible_preview ELSE conversations.preview END,
      last_seq = u.seq, preview = u.preview::json, last_message_at = coalesce(u.at, conversations.last_message_at),
      updated_at = coalesce(u.at, conversations.updated_at), notes = nullif(coalesce(conversations.notes, 0) + u.notes_added, 0),
      first_message_at = u.first_message_at, first_answer_at = u.first_answer_at, bot_id = u.bot_id, bot_name = u.bot_name,
      handed_over_at = u.handed_over_at
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::boolean[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[],
      $10::bigint[], $11::text[], $12::text[], $13::bigint[]) AS u (id, seq, at, preview, hidden, visible_seq, visible_preview, notes_added,
      first_message_at, first_answer_at, bot_id, bot_name, handed_over_at) WHERE conversations.id = u.id`, [
    updates.map(({ id }) => id), updates.map(({ seq }) => seq), updates.map(({ at }) => at), updates.map(({ previewJson }) => previewJson),
    updates.map(({ hidden }) => hidden), updates.map(({ visibleSeq }) => visibleSeq), updates.map(({ visiblePreviewJson }) => visiblePreviewJson),
    updates.map(({ notesAdded }) => notesAdded), updates.map(({ firstMessageAt }) => firstMessageAt), updates.map(({ firstAnswerAt }) => firstAnswerAt),
    updates.map(({ botId }) => botId), updates.map(({ botName }) => botName), updates.map(({ handedOverAt }) => handedOverAt),
  ]));

  const cursors = changed.flatMap(({ authors }) => [...authors.values()]);
  if (cursors.length > 0) told.push(run('append-reads', `INSERT INTO reads (conversation_id, member_kind, member_id, organisation_id, read_seq, updated_at)
    SELECT a, b, c, d, e, f FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS u (a, b, c, d, e, f)
    ORDER BY a, b, c
    ON CONFLICT (conversation_id, member_kind, member_id) DO UPDATE SET read_seq = excluded.read_seq, updated_at = excluded.updated_at
    WHERE excluded.read_seq > reads.read_seq`, [
    cursors.map((row) => row.conversationId), cursors.map((row) => row.authorKind), cursors.map((row) => row.authorId),
    cursors.map((row) => row.organisationId), cursors.map((row) => row.seq), cursors.map((row) => row.createdAt),
  ]));
  await Promise.all(told);
}
