import type { Page } from '../../protocol/http.ts';
import type { SearchHit, SearchQuery } from '../../protocol/search.ts';
import type { Conversation, Message } from '../../protocol/shapes.ts';
import type { Asker, StaffPrincipal } from '../auth/principal.ts';
import { Problem, problem } from '../errors.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { plainText } from '../store/plain-text.ts';
import type { Row } from '../store/tables.ts';
import type { SearchFollower } from './search-follower.ts';
import { searchGrams } from './search-grams.ts';
import { fold, holds, marksIn, partsOf } from './search-text.ts';
import type { SearchFilter, SearchStore, Stretch } from './search.store.ts';

/** Finds messages by what was said. */
export interface Search {
  /**
   * Messages that hold everything that is asked for, the newest first. A page may hold less than its limit, or nothing, and have a
   * `next`: one request looks at so many messages and no more.
   */
  find(asker: StaffPrincipal, query: SearchQuery): Promise<Page<SearchHit>>;
  /**
   * The conversations of an organisation in which a line, or the visitor's name, holds a text. Null when that is better asked of the
   * tables themselves: the text is too short or too frequent, or the index is behind.
   */
  conversationsHolding(organisationId: string, text: string): Promise<string[] | null>;
}

/** What the search is made of. */
export interface SearchParts {
  store: Pick<SearchStore, 'byGrams' | 'hasSoMany' | 'inConversation' | 'ofVisitor' | 'byName'>;
  follower: Pick<SearchFollower, 'caughtUp'>;
  /** How a message looks to the team. */
  onWire(row: Row<'messages'>): Message;
  /** A conversation as `asker` sees it; throws `not_found`. */
  conversation(asker: Asker, id: string): Promise<Conversation>;
}

/** So many candidates are read at a time: first few, most searches are for something frequent. */
const firstStretch = 60;
const longStretch = 500;
/** So many are looked at for one page: candidates of the index, which mostly fit, and messages of which nothing is known. */
const mostCandidates = 3_000;
const mostMessages = 8_000;
/** More fragments hardly narrow a search, and each is a list to go through. */
const mostGrams = 12;
/** From so many hits on, looking at the newest conversations one by one is quicker. */
const mostHolding = 2_000;

/** Makes the search. */
export function createSearch({ store, follower, onWire, conversation }: SearchParts): Search {
  const gramsOf = (organisationId: string, parts: readonly string[]) => {
    const grams = [...new Set(parts.flatMap((part) => searchGrams(organisationId, part)))];
    const step = Math.max(1, grams.length / mostGrams);
    return Array.from({ length: Math.min(grams.length, mostGrams) }, (_none, at) => grams[Math.floor(at * step)]!);
  };

  const shown = async (asker: StaffPrincipal, found: readonly { message: Row<'messages'>; marks: [number, number][] }[]): Promise<SearchHit[]> => {
    const conversations = new Map<string, Conversation | null>();
    const hits: SearchHit[] = [];
    for (const { message, marks } of found) {
      const id = message.conversationId;
      let around = conversations.get(id);
      if (around === undefined) {
        around = await conversation(asker, id).catch((error: unknown) => {
          // It went away in between.
          if (error instanceof Problem && error.code === 'not_found') return null;
          throw error;
        });
        conversations.set(id, around);
      }
      if (around) hits.push({ message: onWire(message), conversation: around, marks });
    }
    return hits;
  };

  return {
    async find(asker, { q, conversation: conversationId, visitor, site, from, to, cursor, limit = 30 }) {
      const parts = partsOf(plainText(q));
      const place = readCursor(cursor);
      const way = conversationId !== undefined ? 'seq' : 'doc';
      if (place && place.id !== way) throw problem('bad_request', 'The cursor is none of this search.');
      if (parts.length === 0) return { items: [], next: null };
      await follower.caughtUp();
      const { organisationId } = asker;
      const filter: SearchFilter = {
        organisationId, agentId: asker.kind === 'agent' ? asker.id : null, conversationId, visitorId: visitor, siteId: site,
        from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to),
      };
      const grams = gramsOf(organisationId, parts);
      const read = (before: number | undefined, count: number): Promise<Stretch> =>
        conversationId !== undefined ? store.inConversation(filter, before, count)
          : visitor !== undefined ? store.ofVisitor(filter, before, count)
          : store.byGrams(filter, grams, before, count);
      const most = conversationId === undefined && visitor === undefined && grams.length > 0 ? mostCandidates : mostMessages;

      const found: { message: Row<'messages'>; marks: [number, number][] }[] = [];
      let before = place?.at;
      let next: number | null = null;
      for (let looked = 0, count = firstStretch; ; count = longStretch) {
        const { candidates, last } = await read(before, count);
        for (const { place: at, message } of candidates) {
          const marks = marksIn(message.text, parts);
          if (!marks) continue;
          found.push({ message, marks });
          if (found.length <= limit) next = at;
          else break;
        }
        looked += count;
        if (found.length > limit) break;
        next = last;
        if (last === null || looked >= most) break;
        before = last;
      }
      return { items: await shown(asker, found.slice(0, limit)), next: next === null ? null : writeCursor({ at: next, id: way }) };
    },
    async conversationsHolding(organisationId, text) {
      const part = fold(plainText(text));
      const grams = gramsOf(organisationId, [part]);
      if (grams.length === 0 || !(await follower.caughtUp()) || (await store.hasSoMany(grams, mostHolding))) return null;
      const named = await store.byName(organisationId, text, mostHolding);
      if (named === null) return null;
      const ids = new Set(named);
      let before: number | undefined;
      for (;;) {
        const { candidates, last } = await store.byGrams({ organisationId, agentId: null }, grams, before, longStretch);
        for (const { message } of candidates) if (!ids.has(message.conversationId) && holds(message.text, [part])) ids.add(message.conversationId);
        if (last === null) return [...ids];
        before = last;
      }
    },
  };
}
