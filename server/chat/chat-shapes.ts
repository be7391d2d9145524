import type { CallLine, Conversation, Message, Preview } from '../../protocol/shapes.ts';
import { rfc3339 } from '../clock.ts';
import type { Row } from '../store/tables.ts';
import type { ConversationRow, Cursor, Member } from './chat.store.ts';

/** A line as the wire has it. */
export function messageOnWire(row: Row<'messages'>): Message {
  return {
    id: row.id, seq: row.seq, clientId: row.clientId, conversationId: row.conversationId,
    author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
    kind: row.kind, text: row.text, ...(row.kind === 'call' && row.data && { call: row.data as unknown as CallLine }),
    createdAt: rfc3339(row.createdAt),
  };
}

/** A conversation as `reader` sees it. `cursors`: those of its members; other conversations' may be among them. */
export function conversationOnWire(
  { conversation, visitorName, assigneeName }: ConversationRow, cursors: readonly (Cursor & { conversationId: string })[], reader: Member,
): Conversation {
  let readSeq = 0;
  let visitorReadSeq = 0;
  let agentsReadSeq = 0;
  for (const cursor of cursors) {
    if (cursor.conversationId !== conversation.id) continue;
    if (cursor.memberKind === 'visitor') visitorReadSeq = Math.max(visitorReadSeq, cursor.readSeq);
    else agentsReadSeq = Math.max(agentsReadSeq, cursor.readSeq);
    if (cursor.memberKind === reader.kind && cursor.memberId === reader.id) ({ readSeq } = cursor);
  }
  const { id, siteId, status, visitorId, assigneeId, lastSeq, preview, closedAt, rating, ratingComment, ratedAt } = conversation;
  return {
    id, siteId, visitor: { id: visitorId, name: visitorName ?? '' }, status,
    assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? '' },
    bot: null, closedAt: closedAt === null ? null : rfc3339(closedAt), closedBy: null,
    rating: rating === null || ratedAt === null ? null : { score: rating, comment: ratingComment ?? '', at: rfc3339(ratedAt) },
    lastSeq, readSeq, unread: Math.max(0, lastSeq - readSeq), visitorReadSeq, agentsReadSeq,
    preview: preview && previewOnWire(preview),
    lastMessageAt: rfc3339(conversation.lastMessageAt), createdAt: rfc3339(conversation.createdAt), updatedAt: rfc3339(conversation.updatedAt),
  };
}

function previewOnWire({ kind, authorKind, text, data }: NonNullable<Row<'conversations'>['preview']>): Preview {
  return { kind, authorKind, text, ...(kind === 'call' && data && { call: data as unknown as CallLine }) };
}
