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
  /** A part from the middle that is on screen instead; the lines above go on meanwhile. Null: they are on screen. */
  readonly part: ConversationPart | null;
}

/** Lines from the middle of a conversation, around one that was looked for. The server has newer ones that are not among them. */
export interface ConversationPart {
  /** Ascending, as the server gave them: nothing is missing in between. */
  readonly messages: readonly Message[];
  readonly complete: boolean;
}

/** What may happen to a conversation's lines. */
export type ConversationEvent =
  /** Messages came: an event, a reply to our own, in any order and any number of times. */
  | { type: 'received'; messages: readonly Message[] }
  /** The newest page of history. What is known and does not touch it is dropped: it would leave a long hole. */
  | { type: 'newest'; messages: readonly Message[]; more: boolean }
  /** A page of history before the first known message, or before the message `before`, the first of the part. */
  | { type: 'earlier'; messages: readonly Message[]; more: boolean; before?: number }
  /** What stands around a line that was looked for, and whether there is more on either side. */
  | { type: 'around'; messages: readonly Message[]; earlier: boolean; newer: boolean }
  /** A page of history after the message `after`, the last of the part. */
  | { type: 'later'; after: number; messages: readonly Message[]; more: boolean }
  /** Back to the newest lines. */
  | { type: 'left' }
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
export const nothingKnown: ConversationLines = { messages: [], pending: [], complete: false, voids: [], part: null };

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
      const { part } = state;
      if (part && event.before === part.messages[0]?.seq) return { ...state, part: { messages: [...event.messages, ...part.messages], complete: !event.more } };
      // An answer to a question about a part that is gone fits nowhere: it would leave a hole.
      if (event.before !== undefined && event.before !== state.messages[0]?.seq) return state;
      const merged = take(state, event.messages);
      return startsAt(merged, event) || event.messages.length === 0 ? { ...merged, complete: !event.more } : merged;
    }
    case 'around':
      return joined({ ...state, part: { messages: event.messages, complete: !event.earlier } }, event.newer);
    case 'later': {
      const { part } = state;
      if (!part || event.after !== part.messages.at(-1)?.seq) return state;
      return joined({ ...state, part: { ...part, messages: [...part.messages, ...event.messages] } }, event.more);
    }
    case 'left':
      return { ...state, part: null };
    case 'filled': {
      const merged = take(state, event.messages);
      const numbers = [event.after, ...event.messages.map((message) => message.seq).sort((a, b) => a - b)];
      const empty = numbers.length === 1 ? numbers : numbers.filter((seq, at) => at + 1 < numbers.length && numbers[at + 1]! > seq + 1);
      return { ...merged, voids: [...new Set([...merged.voids, ...empty])] };
    }
    case 'queued':
      if (isKnown(state, event.line.clientId)) return state;
      // Whoever writes looks at the end, where it will stand.
      return { ...state, part: null, pending: [...state.pending, event.line] };
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
export const hasEarlier = (state: ConversationLines): boolean => {
  const { complete, messages } = state.part ?? state;
  return !complete && (messages[0]?.seq ?? 0) > 1;
};

/** The lines as views show them. A message keeps its line object over calls, so that views can skip what is unchanged. */
export const linesOf = ({ part, messages, pending }: ConversationLines): Line[] => (part ? part.messages.map(lineOf) : [...messages.map(lineOf), ...pending]);

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

/** A part that reaches the known lines, or the end, becomes one with them. */
function joined(state: ConversationLines, newer: boolean): ConversationLines {
  const { part, messages } = state;
  const last = part?.messages.at(-1);
  const first = messages[0];
  if (!part || (newer && (!last || !first || last.seq < first.seq - 1))) return state;
  const merged = take({ ...state, part: null }, part.messages);
  return startsAt(merged, part) ? { ...merged, complete: part.complete } : merged;
}

const startsAt = (state: ConversationLines, { messages }: { messages: readonly Message[] }): boolean =>
  messages.length > 0 ? state.messages[0]?.seq === messages[0]!.seq : state.messages.length === 0;

const isKnown = (state: ConversationLines, clientId: string): boolean =>
  state.pending.some((line) => line.clientId === clientId) || state.messages.some((message) => message.clientId === clientId);

const mark = (state: ConversationLines, clientId: string, fields: Partial<Line>): ConversationLines => ({
  ...state,
  pending: state.pending.map((line) => (line.clientId === clientId ? { ...line, ...fields } : line)),
});
