import type { Message } from '../../protocol/shapes.ts';
import type { Line } from './session-state.ts';

/** What is known of a conversation's lines. Values are immutable; `step` makes new ones. */
export interface ConversationLines {
  /** Numbered messages, ascending by `seq`, each `seq` once. Holes may remain while something is missing. */
  readonly messages: readonly Message[];
  /** Own lines without a number: on their way or refused, in the order they were written. */
  readonly pending: readonly Line[];
  /** Whether the server has said that nothing precedes the first message. */
  readonly complete: boolean;
  /** Numbers after which the server has nothing for us although a higher one exists (e.g. private notes). */
  readonly voids: readonly number[];
}

/** What may happen to a conversation's lines. */
export type ConversationEvent =
  /** Messages came: an event, a reply to our own, in any order and any number of times. */
  | { type: 'received'; messages: readonly Message[] }
  /** The newest page of history. What is known and does not touch it is dropped: it would leave a long hole. */
  | { type: 'newest'; messages: readonly Message[]; more: boolean }
  /** A page of history before the first known message. */
  | { type: 'earlier'; messages: readonly Message[]; more: boolean }
  /** The answer to the effect `fetch`. */
  | { type: 'filled'; after: number; messages: readonly Message[] }
  | { type: 'queued'; line: Line }
  | { type: 'failed'; clientId: string; code: string }
  | { type: 'retried'; clientId: string }
  /** An own line's files got further, or it has to wait. */
  | { type: 'marked'; clientId: string; fields: { uploads?: Line['uploads']; resumesAt?: number | undefined } }
  | { type: 'discarded'; clientId: string };

/** What has to be asked of the server: the messages after this `seq`. */
export type ConversationEffect = { type: 'fetch'; after: number };

/** A conversation of which nothing is known. */
export const nothingKnown: ConversationLines = { messages: [], pending: [], complete: false, voids: [] };

/** One step: pure, so that every order of events can be tried out. */
export function step(state: ConversationLines, event: ConversationEvent): { state: ConversationLines; effects: ConversationEffect[] } {
  const next = advance(state, event);
  const hole = firstHole(next);
  return { state: next, effects: hole === null ? [] : [{ type: 'fetch', after: hole }] };
}

function advance(state: ConversationLines, event: ConversationEvent): ConversationLines {
  switch (event.type) {
    case 'received':
      return take(state, event.messages);
    case 'newest': {
      const last = state.messages.at(-1);
      const first = event.messages[0];
      const apart = last !== undefined && first !== undefined && first.seq > last.seq + 1;
      const base = apart ? { ...state, messages: [], complete: false } : state;
      const merged = take(base, event.messages);
      return startsAt(merged, event) ? { ...merged, complete: !event.more } : merged;
    }
    case 'earlier': {
      const merged = take(state, event.messages);
      return startsAt(merged, event) || event.messages.length === 0 ? { ...merged, complete: !event.more } : merged;
    }
    case 'filled': {
      const merged = take(state, event.messages);
      const numbers = [event.after, ...event.messages.map((message) => message.seq).sort((a, b) => a - b)];
      const empty = numbers.length === 1 ? numbers : numbers.filter((seq, at) => at + 1 < numbers.length && numbers[at + 1]! > seq + 1);
      return { ...merged, voids: [...new Set([...merged.voids, ...empty])] };
    }
    case 'queued':
      if (isKnown(state, event.line.clientId)) return state;
      return { ...state, pending: [...state.pending, event.line] };
    case 'failed':
      return mark(state, event.clientId, { state: 'failed', failure: event.code });
    case 'retried':
      return mark(state, event.clientId, { state: 'sending', failure: undefined });
    case 'marked':
      return mark(state, event.clientId, event.fields);
    case 'discarded':
      return { ...state, pending: state.pending.filter((line) => line.clientId !== event.clientId) };
  }
}

/** Whether older messages than the first known one may be asked for. */
export const hasEarlier = (state: ConversationLines): boolean => !state.complete && (state.messages[0]?.seq ?? 0) > 1;

/** The lines as views show them. A message keeps its line object over calls, so that views can skip what is unchanged. */
export const linesOf = (state: ConversationLines): Line[] => [...state.messages.map(lineOf), ...state.pending];

const lineCache = new WeakMap<Message, Line>();

function lineOf(message: Message): Line {
  let line = lineCache.get(message);
  if (!line) lineCache.set(message, (line = { ...message, state: 'sent' }));
  return line;
}

/** The number up to which nothing is missing: from here on a reader who was away has to hear. */
export const knownTo = (state: ConversationLines): number => firstHole(state) ?? state.messages.at(-1)?.seq ?? 0;

/** The number after which something is missing, or null. */
function firstHole({ messages, voids }: ConversationLines): number | null {
  for (let at = 1; at < messages.length; at++) {
    const before = messages[at - 1]!.seq;
    if (messages[at]!.seq > before + 1 && !voids.includes(before)) return before;
  }
  return null;
}

function take(state: ConversationLines, incoming: readonly Message[]): ConversationLines {
  if (incoming.length === 0) return state;
  const last = state.messages.at(-1)?.seq ?? 0;
  const inOrder = incoming.length === 1 && incoming[0]!.seq > last;
  let messages: readonly Message[];
  if (inOrder) {
    messages = [...state.messages, incoming[0]!];
  } else {
    const bySeq = new Map(state.messages.map((message) => [message.seq, message]));
    for (const message of incoming) if (!bySeq.has(message.seq)) bySeq.set(message.seq, message);
    messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }
  const arrived = new Set(incoming.map((message) => message.clientId));
  const pending = state.pending.some((line) => arrived.has(line.clientId))
    ? state.pending.filter((line) => !arrived.has(line.clientId))
    : state.pending;
  return { ...state, messages, pending };
}

const startsAt = (state: ConversationLines, { messages }: { messages: readonly Message[] }): boolean =>
  messages.length > 0 ? state.messages[0]?.seq === messages[0]!.seq : state.messages.length === 0;

const isKnown = (state: ConversationLines, clientId: string): boolean =>
  state.pending.some((line) => line.clientId === clientId) || state.messages.some((message) => message.clientId === clientId);

const mark = (state: ConversationLines, clientId: string, fields: Partial<Line>): ConversationLines => ({
  ...state,
  pending: state.pending.map((line) => (line.clientId === clientId ? { ...line, ...fields } : line)),
});
