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
  /** Whose conversation the writer takes it for; it is `missing` when it is another visitor's by now. */
  visitorId?: string;
}

/**
 * What became of a message.
 * - `stored`: it is durable. With `duplicate` it was there before and `message` is the first one; nothing was changed.
 *   With `reopened` it opened the closed conversation; only the first message that did so says it. `bot`: a program began to
 *   answer with it, or ended because somebody of the team wrote.
 * - `missing`: the organisation, or the visitor, has no such conversation.
 * - `conflict`: `reopen` was asked for, but the visitor has another open conversation.
 * - `failed`: the message itself cannot be stored, `error` says why.
 */
export type Appended =
  | { outcome: 'stored'; message: Row<'messages'>; duplicate: boolean; reopened: boolean; bot?: 'began' | 'ended' }
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
  visitorId: string | null;
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
    visitorId: message.visitorId ?? null,
  };
}

/** What appending reads of a conversation's row. */
export interface ThreadColumns {
  lastSeq: number;
  firstMessageAt: number | null;
  firstAnswerAt: number | null;
  botId: string | null;
  botName: string | null;
  assigneeId: string | null;
  handedOverAt: number | null;
  visibleSeq: number | null;
}

/** A conversation while messages are written: its row as it will be, and what they bring that the row has not been told. */
export interface Thread extends ThreadColumns {
  /** The newest of these messages, and the newest that is no private note. */
  newest: Row<'messages'> | undefined;
  newestVisible: Row<'messages'> | undefined;
  notesAdded: number;
  /** The newest of these messages of each author who is a member. */
  authors: Map<string, Row<'messages'>>;
  /** Whether more changes than every message changes: a note, a first, a bot. */
  turned: boolean;
}

/** A conversation before the messages. */
export function threadOf({ lastSeq, firstMessageAt, firstAnswerAt, botId, botName, assigneeId, handedOverAt, visibleSeq }: ThreadColumns): Thread {
  return {
    lastSeq, firstMessageAt, firstAnswerAt, botId, botName, assigneeId, handedOverAt, visibleSeq,
    newest: undefined, newestVisible: undefined, notesAdded: 0, authors: new Map(), turned: visibleSeq !== null,
  };
}

/** The row has been told. */
export function threadTold(thread: Thread): void {
  thread.turned = thread.newest?.kind === 'note';
  thread.newest = undefined;
  thread.newestVisible = undefined;
  thread.notesAdded = 0;
  thread.authors.clear();
}

/** The conversation was opened again: programs may answer first, as they did at its beginning. */
export function threadReopened(thread: Thread): void {
  thread.handedOverAt = null;
}

/**
 * Takes a message, whose `seq` is the thread's `lastSeq` by now, into its conversation. A first answer is what somebody of the
 * team, or a program, says after the visitor has spoken. A program that writes while nobody of the team has the conversation
 * answers from then on; a text of the team's ends that.
 */
export function takeIntoThread(thread: Thread, row: Row<'messages'>): 'began' | 'ended' | undefined {
  const { kind, authorKind, authorId, authorName, createdAt } = row;
  thread.newest = row;
  if (kind === 'note') {
    thread.notesAdded += 1;
    thread.turned = true;
  } else {
    thread.newestVisible = row;
  }
  if (authorKind === 'visitor' || authorKind === 'agent') thread.authors.set(`${authorKind} ${authorId}`, row);
  if (kind !== 'text') return undefined;
  if (authorKind === 'visitor') {
    if (thread.firstMessageAt === null) [thread.firstMessageAt, thread.turned] = [createdAt, true];
  } else if (authorKind !== 'system' && thread.firstMessageAt !== null && thread.firstAnswerAt === null) {
    [thread.firstAnswerAt, thread.turned] = [createdAt, true];
  }
  if (authorKind === 'bot' && thread.botId === null && thread.assigneeId === null && thread.handedOverAt === null) {
    [thread.botId, thread.botName, thread.turned] = [authorId, authorName, true];
    return 'began';
  }
  if (authorKind === 'agent' && thread.botId !== null) {
    [thread.botId, thread.botName, thread.handedOverAt, thread.turned] = [null, null, createdAt, true];
    return 'ended';
  }
  return undefined;
}

/** What a conversation's row gets of the messages, in the order in which both engines' statements take it. */
export function threadUpdate({ newest, newestVisible, notesAdded, firstMessageAt, firstAnswerAt, botId, botName, handedOverAt }: Thread & { newest: Row<'messages'> }) {
  const previewJson = JSON.stringify(previewOf(newest));
  const hidden = newest.kind === 'note';
  return {
    seq: newest.seq, previewJson, at: newestVisible?.createdAt ?? null, hidden,
    visibleSeq: hidden ? newestVisible?.seq ?? null : null,
    visiblePreviewJson: hidden && newestVisible ? JSON.stringify(previewOf(newestVisible)) : null,
    notesAdded, firstMessageAt, firstAnswerAt, botId, botName, handedOverAt,
  };
}

// Where the cut went through a surrogate pair.
const halfCharacter = /\p{Surrogate}$/u;

/** What a conversation's row keeps of its newest message. */
export function previewOf({ seq, kind, authorKind, authorId, text, data }: Row<'messages'>): Preview {
  return { seq, kind, authorKind, authorId, text: text.slice(0, previewLength).replace(halfCharacter, ''), data: data?.files === undefined ? data : previewOfFiles(data.files as { name: string }[]) };
}

/** Of files a list shows the first one's name, and how many there are. */
function previewOfFiles(files: readonly { name: string }[]): MessageData {
  return { file: { name: files[0]?.name ?? '', count: files.length } };
}
