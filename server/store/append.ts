import { plainText } from './plain-text.ts';
import type { AuthorKind, MessageData, MessageKind, Preview, Row } from './tables.ts';

/** A message to be written. `id` and `createdAt` come from the clock, `clientId` from whoever wrote it. */
export interface NewMessage {
  organisationId: string;
  conversationId: string;
  id: string;
  clientId: string;
  author: { kind: AuthorKind; id: string; name: string };
  kind: MessageKind;
  text: string;
  data?: MessageData | null;
  createdAt: number;
  /** Opens a closed conversation again, if this message is not a repetition. */
  reopen?: boolean;
}

/**
 * What became of a message.
 * - `stored`: it is durable. With `duplicate` it was there before and `message` is the first one; nothing was changed.
 *   With `reopened` it opened the closed conversation; only the first message that did so says it.
 * - `missing`: the organisation has no such conversation.
 * - `conflict`: `reopen` was asked for, but the visitor has another open conversation.
 * - `failed`: the message itself cannot be stored, `error` says why.
 */
export type Appended =
  | { outcome: 'stored'; message: Row<'messages'>; duplicate: boolean; reopened: boolean }
  | { outcome: 'missing' }
  | { outcome: 'conflict' }
  | { outcome: 'failed'; error: Error };

/** How many characters (UTF-16 units) of the newest line a conversation keeps. Two lines of the inbox. */
export const previewLength = 160;

/** A message made ready for both engines: texts cleaned, `data` serialised, types checked. */
export interface PreparedMessage {
  row: Row<'messages'>;
  dataJson: string | null;
  reopen: boolean;
}

/** Checks and cleans one message; throws a TypeError that says what is wrong with it. Its `seq` is 0 until it is known. */
export function prepareMessage(message: NewMessage): PreparedMessage {
  const { author } = message;
  const text = (name: string, value: unknown) => {
    if (typeof value !== 'string') throw new TypeError(`A message's ${name} must be text.`);
    return plainText(value);
  };
  if (!Number.isSafeInteger(message.createdAt)) throw new TypeError("A message's createdAt must be whole milliseconds.");
  const data = message.data ?? null;
  return {
    row: {
      conversationId: text('conversationId', message.conversationId), seq: 0, id: text('id', message.id),
      clientId: text('clientId', message.clientId), organisationId: text('organisationId', message.organisationId),
      authorKind: text('author.kind', author.kind) as AuthorKind, authorId: text('author.id', author.id),
      authorName: text('author.name', author.name), kind: text('kind', message.kind) as MessageKind, text: text('text', message.text), data,
      createdAt: message.createdAt,
    },
    dataJson: data === null ? null : JSON.stringify(data),
    reopen: message.reopen === true,
  };
}

// Where the cut went through a surrogate pair.
const halfCharacter = /\p{Surrogate}$/u;

/** What a conversation's row keeps of its newest message. */
export function previewOf({ seq, kind, authorKind, text, data }: Row<'messages'>): Preview {
  return { seq, kind, authorKind, text: text.slice(0, previewLength).replace(halfCharacter, ''), data };
}
