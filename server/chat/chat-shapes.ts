import type { CallLine, Conversation, File, Message, Named, Preview, Tag } from '../../protocol/shapes.ts';
import type { Asker } from '../auth/principal.ts';
import { rfc3339 } from '../clock.ts';
import type { Row } from '../store/tables.ts';
import type { ConversationRow, Cursor } from './chat.store.ts';

/** Who looks at a conversation. What one has read is one's own; for a key it is what anybody of the team has. */
export type Reader = Pick<Asker, 'kind' | 'id'>;

/** What is shown with conversations and stands in tables beside. Rows of other conversations may be among it. */
export interface Beside {
  cursors: readonly (Cursor & { conversationId: string })[];
  tags: readonly { conversationId: string; tag: Tag }[];
  members: readonly { conversationId: string; member: Named }[];
  /** How many private notes stand among the lines that the visitor has not read. */
  hidden: ReadonlyMap<string, number>;
}

/** A line as the wire has it. */
export function messageOnWire(row: Row<'messages'>): Message {
  return {
    id: row.id, seq: row.seq, clientId: row.clientId, conversationId: row.conversationId,
    author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
    kind: row.kind, text: row.text, ...(row.kind === 'call' && row.data && { call: row.data as unknown as CallLine }),
    ...(row.kind !== 'call' && row.data?.files !== undefined && { files: row.data.files as File[] }), createdAt: rfc3339(row.createdAt),
  };
}

/** The newest line that visitors know of. */
export function visibleSeq({ lastSeq, visibleSeq }: Pick<Row<'conversations'>, 'lastSeq' | 'visibleSeq'>): number {
  return visibleSeq ?? lastSeq;
}

/** How far the visitor and the team have read a conversation, and `reader` itself. Among agents the team is all others (`among`). */
export function readBy(reader: Reader, conversationId: string, cursors: Beside['cursors'], among = false): { own: number; visitor: number; agents: number } {
  const far = { own: 0, visitor: 0, agents: 0 };
  for (const cursor of cursors) {
    if (cursor.conversationId !== conversationId) continue;
    const own = cursor.memberKind === reader.kind && cursor.memberId === reader.id;
    if (own) far.own = cursor.readSeq;
    if (cursor.memberKind === 'visitor') far.visitor = Math.max(far.visitor, cursor.readSeq);
    else if (!own || !among) far.agents = Math.max(far.agents, cursor.readSeq);
  }
  if (reader.kind === 'key') far.own = far.agents;
  return far;
}

/** A conversation as `reader` sees it. A visitor's has no trace of private notes, and nothing that the team notes for itself. */
export function conversationOnWire({ conversation, visitorName, verifiedAt, assigneeName }: ConversationRow, beside: Beside, reader: Reader): Conversation {
  const { id, teamKind, siteId, status, visitorId, assigneeId, botId, botName, closedAt, closedBy, rating, ratingComment, ratedAt } = conversation;
  const isVisitor = reader.kind === 'visitor';
  const lastSeq = isVisitor ? visibleSeq(conversation) : conversation.lastSeq;
  const preview = isVisitor && conversation.visibleSeq !== null ? conversation.visiblePreview : conversation.preview;
  const read = readBy(reader, id, beside.cursors, teamKind !== null);
  return {
    id, kind: teamKind ?? 'visitor', siteId, visitor: { id: visitorId, name: visitorName ?? '' }, title: isVisitor ? null : conversation.title, status,
    ...(!isVisitor && {
      verified: verifiedAt !== null, tags: beside.tags.filter(({ conversationId }) => conversationId === id).map(({ tag }) => tag),
      members: beside.members.filter(({ conversationId }) => conversationId === id).map(({ member }) => member),
    }),
    assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? '' },
    bot: botId === null ? null : { id: botId, name: botName ?? '' },
    closedAt: closedAt === null ? null : rfc3339(closedAt), closedBy: closedBy as Conversation['closedBy'],
    rating: rating === null || ratedAt === null ? null : { score: rating, comment: ratingComment ?? '', at: rfc3339(ratedAt) },
    lastSeq, readSeq: read.own, unread: Math.max(0, lastSeq - read.own - (isVisitor ? beside.hidden.get(id) ?? 0 : 0)),
    visitorReadSeq: read.visitor, agentsReadSeq: Math.min(read.agents, lastSeq), preview: preview && previewOnWire(preview),
    lastMessageAt: rfc3339(conversation.lastMessageAt), createdAt: rfc3339(conversation.createdAt), updatedAt: rfc3339(conversation.updatedAt),
  };
}

function previewOnWire({ kind, authorKind, authorId, text, data }: NonNullable<Row<'conversations'>['preview']>): Preview {
  return {
    kind, authorKind, ...(authorId !== undefined && { authorId }), text, ...(kind === 'call' && data && { call: data as unknown as CallLine }),
    ...(kind !== 'call' && data?.file !== undefined && { file: data.file as NonNullable<Preview['file']> }),
  };
}
