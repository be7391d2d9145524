import type { Conversation, Message, Named } from '../../protocol/shapes.ts';
import { hasEarlier, knownTo, linesOf, nothingKnown, step, type ConversationEvent, type ConversationLines } from './conversation.ts';
import type { Line, Thread } from './session-state.ts';
import type { Wire } from './wire.ts';

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

interface Room {
  known: ConversationLines;
  loading: boolean;
  /** Whether the newest page has been asked for with success. */
  loaded: boolean;
  filling: boolean;
}

/** Makes the rooms: none at first. */
export function createRooms({ wire, mine, conversation, typing, shown }: RoomsOptions): Rooms {
  const rooms = new Map<string, Room>();

  const room = (id: string): Room => {
    let here = rooms.get(id);
    if (!here) rooms.set(id, (here = { known: nothingKnown, loading: false, loaded: false, filling: false }));
    return here;
  };

  const show = (id: string): void => {
    const here = rooms.get(id);
    shown(id, here ? { conversation: conversation(id) ?? null, lines: linesOf(here.known), more: hasEarlier(here.known), loading: here.loading, typing: typing(id) } : null);
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
    } catch {
      // The next hello brings what is missing.
      here.filling = false;
    }
  };

  const page = async (id: string, before: number | undefined): Promise<void> => {
    const here = room(id);
    if (here.loading || !id) return;
    here.loading = true;
    show(id);
    try {
      const { messages, more } = await wire().request('history', { conversationId: id, limit: PAGE, ...(before === undefined ? {} : { before }) });
      here.loading = false;
      here.loaded = true;
      if (rooms.get(id) === here) advance(id, { type: before === undefined ? 'newest' : 'earlier', messages, more });
    } catch {
      here.loading = false;
      if (rooms.get(id) === here) show(id);
    }
  };

  return {
    has: (id) => rooms.has(id),
    ids: () => [...rooms.keys()],
    lines: (id) => rooms.get(id)?.known,
    advance,
    show,
    load(id) {
      const fresh = !rooms.has(id);
      const here = room(id);
      if (fresh) show(id);
      if (!here.loaded) void page(id, undefined);
    },
    loadEarlier(id) {
      const here = rooms.get(id);
      if (here && hasEarlier(here.known)) void page(id, here.known.messages[0]?.seq);
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
