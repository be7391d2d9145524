import type { Conversation, Message, Named } from '../../protocol/shapes.ts';
import { hasEarlier, knownTo, linesOf, nothingKnown, step, type ConversationEvent, type ConversationLines } from './conversation.ts';
import type { Line, Thread } from './session-state.ts';
import { WireFailure, type Wire } from './wire.ts';

/** The lines of each conversation that was opened, kept whole by asking for what is missing. */
export interface Rooms {
  has(id: string): boolean;
  ids(): string[];
  lines(id: string): ConversationLines | undefined;
  /** One thing happens in a room, which is made if it is not there. */
  advance(id: string, event: ConversationEvent): void;
  /** Shows a room's thread anew, or takes it off when the room is gone. */
  show(id: string): void;
  /** Sees to it that the newest page is there. */
  load(id: string): void;
  loadEarlier(id: string): void;
  /** Shows what stands around a line; resolves to the code of what went wrong, or null. */
  loadAround(id: string, seq: number): Promise<string | null>;
  /** Asks for what comes after the part that is shown. */
  loadNewer(id: string): void;
  /** Asks for the newest page of each room that has none. */
  loadMissing(): void;
  /** The conversation began here: there is nothing older to ask for. */
  begun(id: string): void;
  /** Forgets a room; its lines that were never sent come back. */
  drop(id: string): readonly Line[];
  clear(): void;
  /** Up to which `seq` each loaded conversation is whole, for the next hello. */
  resume(): Record<string, number>;
}

/** What rooms need. */
export interface RoomsOptions {
  wire(): Wire;
  /** Which messages the reader may see at all. */
  mine(message: Message): boolean;
  conversation(id: string): Conversation | undefined;
  typing(id: string): readonly Named[];
  /** A thread changed; null: it is gone. */
  shown(id: string, thread: Thread | null): void;
}

/** How many lines a thread asks for at a time. The server gives at most 100. */
const PAGE = 50;
/** How many conversations a hello may name (the contract's limit). Of older ones the next opening loads what is missing. */
const MOST_RESUMED = 500;

/** Codes after which the same question may well be answered, and how long to wait unless the server says it, in ms. */
const BUSY = new Set(['unavailable', 'rate_limited', 'internal']);
const AGAIN_MS = 2_000;

interface Room {
  known: ConversationLines;
  loading: boolean;
  /** Whether the newest page has been asked for with success. */
  loaded: boolean;
  filling: boolean;
  /** How often a part was asked for: only the last answer counts. */
  wishes: number;
}

/** Makes the rooms: none at first. */
export function createRooms({ wire, mine, conversation, typing, shown }: RoomsOptions): Rooms {
  const rooms = new Map<string, Room>();

  const room = (id: string): Room => {
    let here = rooms.get(id);
    if (!here) rooms.set(id, (here = { known: nothingKnown, loading: false, loaded: false, filling: false, wishes: 0 }));
    return here;
  };

  const show = (id: string): void => {
    const here = rooms.get(id);
    shown(id, here ? { conversation: conversation(id) ?? null, lines: linesOf(here.known), more: hasEarlier(here.known), newer: here.known.part !== null, loading: here.loading, typing: typing(id) } : null);
  };

  const advance = (id: string, event: ConversationEvent): void => {
    const here = room(id);
    const { state, effects } = step(here.known, 'messages' in event ? { ...event, messages: event.messages.filter(mine) } : event);
    here.known = state;
    show(id);
    for (const { after } of effects) void fill(id, after);
  };

  /** Asks for what is missing; one hole at a time, the answer's step finds the next. */
  const fill = async (id: string, after: number): Promise<void> => {
    const here = room(id);
    if (here.filling) return;
    here.filling = true;
    try {
      const { messages } = await wire().request('history', { conversationId: id, after, limit: 100 });
      here.filling = false;
      if (rooms.get(id) === here) advance(id, { type: 'filled', after, messages });
    } catch (error) {
      here.filling = false;
      later(id, here, error, () => advance(id, { type: 'received', messages: [] }));
    }
  };

  /** Tries again what the server had no time for. Without a link it is the next hello that brings what is missing. */
  const later = (id: string, here: Room, error: unknown, work: () => void): void => {
    if (!(error instanceof WireFailure) || !BUSY.has(error.code)) return;
    const { connectionId } = wire();
    setTimeout(() => {
      if (rooms.get(id) === here && connectionId !== null && wire().connectionId === connectionId) work();
    }, error.retryAfterMs ?? AGAIN_MS);
  };

  const page = async (id: string, before: number | undefined, after?: number): Promise<void> => {
    const here = room(id);
    if (here.loading || !id) return;
    here.loading = true;
    show(id);
    try {
      const { messages, more } = await wire().request('history', { conversationId: id, limit: PAGE, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
      here.loading = false;
      if (rooms.get(id) !== here) return;
      if (after !== undefined) return advance(id, { type: 'later', after, messages, more });
      if (before !== undefined) return advance(id, { type: 'earlier', before, messages, more });
      here.loaded = true;
      advance(id, { type: 'newest', messages, more });
    } catch (error) {
      here.loading = false;
      if (rooms.get(id) === here) show(id);
      if (before === undefined && after === undefined) later(id, here, error, () => !here.loaded && void page(id, undefined));
    }
  };

  return {
    has: (id) => rooms.has(id),
    ids: () => [...rooms.keys()],
    lines: (id) => rooms.get(id)?.known,
    advance,
    show,
    load(id) {
      if (rooms.get(id)?.known.part) advance(id, { type: 'left' });
      const fresh = !rooms.has(id);
      const here = room(id);
      if (fresh) show(id);
      if (!here.loaded) void page(id, undefined);
    },
    loadEarlier(id) {
      const here = rooms.get(id);
      if (here && hasEarlier(here.known)) void page(id, (here.known.part ?? here.known).messages[0]?.seq);
    },
    async loadAround(id, seq) {
      const here = room(id);
      const wish = ++here.wishes;
      if (here.known.part?.messages.some((message) => message.seq === seq)) return null;
      if (here.known.messages.some((message) => message.seq === seq)) {
        advance(id, { type: 'left' });
        return null;
      }
      try {
        const [before, after] = await Promise.all([
          wire().request('history', { conversationId: id, before: seq + 1, limit: PAGE }), wire().request('history', { conversationId: id, after: seq, limit: PAGE }),
        ]);
        if (rooms.get(id) === here && here.wishes === wish) advance(id, { type: 'around', messages: [...before.messages, ...after.messages], earlier: before.more, newer: after.more });
        return null;
      } catch (error) {
        return error instanceof WireFailure ? error.code : 'internal';
      }
    },
    loadNewer(id) {
      const last = rooms.get(id)?.known.part?.messages.at(-1);
      if (last) void page(id, undefined, last.seq);
    },
    loadMissing() {
      for (const [id, here] of rooms) if (id && !here.loaded && !here.loading) void page(id, undefined);
    },
    begun: (id) => void (room(id).loaded = true),
    drop(id) {
      const pending = rooms.get(id)?.known.pending ?? [];
      rooms.delete(id);
      return pending;
    },
    clear: () => rooms.clear(),
    resume() {
      const last: Record<string, number> = {};
      const loaded = [...rooms].filter(([id, here]) => id && here.loaded);
      for (const [id, { known }] of loaded.slice(-MOST_RESUMED)) last[id] = knownTo(known);
      return last;
    },
  };
}
