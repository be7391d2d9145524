import type { Author, Conversation, Message } from '../../protocol/shapes.ts';

/** Conversations with the newest line first. */
export const newestFirst = (conversations: readonly Conversation[]): Conversation[] =>
  [...conversations].sort((a, b) => Date.parse(b.lastMessageAt) - Date.parse(a.lastMessageAt));

/** The conversation after a message: preview, order, unread. A message that it counted already changes nothing. */
export function withMessage(conversation: Conversation, message: Message, selfId: string | undefined): Conversation {
  if (message.seq <= conversation.lastSeq) return conversation;
  const own = message.author.id === selfId;
  return {
    ...conversation,
    lastSeq: message.seq,
    lastMessageAt: message.createdAt,
    updatedAt: message.createdAt,
    preview: { kind: message.kind, authorKind: message.author.kind, authorId: message.author.id, text: message.text, ...(message.call ? { call: message.call } : {}), ...(message.files?.[0] ? { file: { name: message.files[0].name, count: message.files.length } } : {}) },
    // Who writes has read.
    readSeq: own ? message.seq : conversation.readSeq,
    unread: own ? 0 : conversation.unread + 1,
    ...(message.author.kind === 'visitor' ? { visitorReadSeq: Math.max(conversation.visitorReadSeq, message.seq) } : {}),
  };
}

/** The conversation after somebody read up to `seq`. Cursors only move forward. `messages` makes the own count exact. */
export function withRead(conversation: Conversation, reader: Author, seq: number, selfId: string | undefined, messages: readonly Message[] = []): Conversation {
  const side = reader.kind === 'visitor' ? 'visitorReadSeq' : 'agentsReadSeq';
  // Among agents it is what the others have read.
  const among = conversation.kind !== 'visitor' && reader.id === selfId;
  const next = among ? conversation : { ...conversation, [side]: Math.max(conversation[side], seq) };
  if (reader.id !== selfId || seq <= conversation.readSeq) return next;
  const after = messages.filter((message) => message.seq > seq && message.author.id !== selfId).length;
  return { ...next, readSeq: seq, unread: seq >= conversation.lastSeq ? 0 : Math.min(conversation.unread, after || conversation.lastSeq - seq) };
}
