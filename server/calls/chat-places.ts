import type { Reply } from '../../protocol/server-frames.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DomainEvent } from '../events/events.ts';
import type { Hub } from '../hub/hub.ts';
import type { Presence } from '../presence/presence.ts';
import type { WaitingChatsStore } from './waiting-chats.store.ts';
import { ETA_WINDOW_MS, guessWait } from './waiting-line.ts';

/** So long news gather before a line is read again, ms: a crowd that writes at once is one question. */
export const GATHER_MS = 500;
/** So many stand in a line, of those in which something was said within so many ms; whoever stands behind is told nothing. */
const [mostInLine, withinMs] = [1000, 7 * 86_400_000];
/** So many conversations that wait for nobody are remembered in an organisation. */
const mostAside = 10_000;

/** Where a conversation stands; null: it waits for nobody, or nobody says. */
export type ChatPlace = Reply<'queue.place'>;

/** The line of visitors who wait in chat: each is told the own place when it changes, and when it has none any more. */
export interface ChatPlaces {
  /** The visitor's own conversation's; `not_found` for another one. */
  place(visitor: VisitorPrincipal, conversationId: string): Promise<ChatPlace>;
  heard(event: DomainEvent): void;
  /** Agents came or went: while nobody can answer, nobody is told a place. */
  teamChanged(organisationId: string): void;
  close(): void;
}

/** What places need. */
export interface ChatPlacesOptions {
  store: Pick<WaitingChatsStore, 'chatLine' | 'chatAnswersSince'>;
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
  presence: Pick<Presence, 'agentsOnline' | 'seenBy'>;
  member(visitor: VisitorPrincipal, conversationId: string): Promise<unknown>;
  failed: (error: unknown, what: string) => void;
}

interface Standing {
  visitorId: string;
  since: number;
  /** Null: not told, since the site does not say whether anybody is there. */
  place: { position: number; etaMs?: number } | null;
}

interface Line {
  standing: ReadonlyMap<string, Standing>;
  /** What was looked at and does not wait, until something happens that could make it wait: their visitors' lines ask nothing. */
  aside: Set<string>;
  timer: Timer | null;
  /** Reading comes after reading. */
  reading: Promise<void>;
  /** The one that has not begun. */
  next: Promise<void> | null;
  /** Whether the line was read since anybody could answer. */
  known: boolean;
}

/** Makes lines of which none is known. Who waits is in the database; here is what was told. */
export function createChatPlaces({ store, hub, clock, presence, member, failed }: ChatPlacesOptions): ChatPlaces {
  const lines = new Map<string, Line>();
  let closed = false;
  const lineOf = (organisationId: string): Line => {
    const line = lines.get(organisationId) ?? { standing: new Map(), aside: new Set(), timer: null, reading: Promise.resolve(), next: null, known: false };
    lines.set(organisationId, line);
    return line;
  };
  const somebodyThere = (organisationId: string) => presence.agentsOnline(organisationId).length > 0;

  /** Where everybody stands now. Whoever waited before keeps the moment since which they wait, whatever they write meanwhile. */
  const look = async (organisationId: string, before: Line['standing']): Promise<Map<string, Standing>> => {
    if (!somebodyThere(organisationId)) return new Map();
    const now = clock.now();
    const waiting = (await store.chatLine(organisationId, now - withinMs, mostInLine)).map((chat) => ({ ...chat, since: Math.min(chat.since, before.get(chat.id)?.since ?? chat.since) }));
    waiting.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
    const answers = waiting.length > 0 ? await store.chatAnswersSince(organisationId, now - ETA_WINDOW_MS) : { count: 0, firstAt: null };
    const tells = new Map<string, boolean>();
    for (const { siteId } of waiting) if (!tells.has(siteId)) tells.set(siteId, (await presence.seenBy({ organisationId, siteId })) !== null);
    return new Map(waiting.map(({ id, siteId, visitorId, since }, index) => {
      const etaMs = guessWait(index + 1, answers, now);
      return [id, { visitorId, since, place: tells.get(siteId) ? { position: index + 1, ...(etaMs !== undefined && { etaMs }) } : null }];
    }));
  };
  const read = async (organisationId: string, line: Line): Promise<void> => {
    const before = line.standing;
    const now = await look(organisationId, before);
    if (closed) return;
    line.standing = now;
    line.known = somebodyThere(organisationId);
    for (const [conversationId, { visitorId, place }] of now) {
      if (place?.position !== before.get(conversationId)?.place?.position) tell(visitorId, conversationId, place);
    }
    for (const [conversationId, { visitorId, place }] of before) if (place && !now.has(conversationId)) tell(visitorId, conversationId, null);
  };
  const tell = (visitorId: string, conversationId: string, place: Standing['place']): void =>
    hub.publish([`visitor:${visitorId}`], { type: 'queue.place', conversationId, ...(place ?? { position: null }) });
  const readNow = (organisationId: string, line: Line): Promise<void> => {
    line.timer?.cancel();
    line.timer = null;
    line.next ??= line.reading = line.reading.then(() => {
      line.next = null;
      return read(organisationId, line);
    }).catch((error: unknown) => {
      line.known = false;
      failed(error, 'line of chats');
    });
    return line.next;
  };
  const moved = (organisationId: string): void => {
    const line = lineOf(organisationId);
    // Nobody is told anything, and nothing was: there is nothing to read.
    if (closed || line.timer || (line.standing.size === 0 && !somebodyThere(organisationId))) return;
    line.timer = clock.after(GATHER_MS, () => void readNow(organisationId, line));
  };
  /** Something may have brought the conversation into the line, or out of it. */
  const changed = (organisationId: string, conversationId: string): void => {
    lineOf(organisationId).aside.delete(conversationId);
    moved(organisationId);
  };

  return {
    async place(visitor, conversationId) {
      await member(visitor, conversationId);
      const line = lineOf(visitor.organisationId);
      // What is not known yet because news gather is told when it is.
      if (!line.known) await readNow(visitor.organisationId, line);
      return { position: null, ...line.standing.get(conversationId)?.place };
    },
    heard(event) {
      const { organisationId } = event;
      if (event.type === 'message.created') {
        const { conversationId, author, kind } = event.message;
        if (kind === 'note') return;
        const line = lineOf(organisationId);
        if (author.kind !== 'visitor') return line.standing.has(conversationId) ? changed(organisationId, conversationId) : void line.aside.delete(conversationId);
        // The first of several lines moved it; the others move nothing.
        if (line.standing.has(conversationId) || line.aside.has(conversationId)) return;
        if (line.aside.size >= mostAside) line.aside.clear();
        line.aside.add(conversationId);
        moved(organisationId);
      } else if (event.type === 'conversation.updated' || event.type === 'conversation.closed') changed(organisationId, event.conversation.id);
      else if (event.type === 'call.started' || event.type === 'call.ended') changed(organisationId, event.call.conversationId);
    },
    teamChanged(organisationId) {
      const line = lines.get(organisationId);
      if (line) line.known = false;
      moved(organisationId);
    },
    close() {
      closed = true;
      for (const { timer } of lines.values()) timer?.cancel();
    },
  };
}
