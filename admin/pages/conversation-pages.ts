import type { ConversationsPage } from '../../protocol/http.ts';
import { createStore, type Readable } from '../../widget/engine/store.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { failureText } from '../texts/texts.ts';
import { writeInboxQuery, type InboxQuery } from './inbox-view.ts';

/** How far a query's list has been read from the server. */
export interface ListReach {
  loading: boolean;
  /** Words for what went wrong, or nothing. */
  failure: string;
  /** The cursor of the next page; null = the end was reached; undefined = nothing was read yet. */
  next: string | null | undefined;
  /** The oldest that was read: below it the list would have holes. */
  oldest: number;
  /** What the server found for a text; null without one. */
  hits: ReadonlySet<string> | null;
}

/** Reads the inbox's lists page by page into the session, and remembers how far each one goes. */
export interface ConversationPages {
  /** Changes with every step of any list. */
  readonly changes: Readable<number>;
  reach(query: InboxQuery): ListReach;
  /** Sees to it that a list has its first page. */
  begin(query: InboxQuery): void;
  /** Reads the next page. */
  more(query: InboxQuery): Promise<void>;
  /** Reads on until the end, or until so many: for the counts. */
  fill(query: InboxQuery, atMost: number): Promise<void>;
  /** After a lost connection: what was read may have changed meanwhile. Starts every list anew. */
  renew(): void;
}

const PAGE = 50;
const UNREAD: ListReach = { loading: false, failure: '', next: undefined, oldest: Infinity, hits: null };

/** Makes it. */
export function createConversationPages(api: Api, session: Session): ConversationPages {
  const changes = createStore(0);
  let lists = new Map<string, ListReach>();
  const keyOf = (query: InboxQuery): string => JSON.stringify(writeInboxQuery(query));

  const read = async (query: InboxQuery): Promise<void> => {
    const key = keyOf(query);
    const before = lists.get(key) ?? UNREAD;
    if (before.loading || before.next === null) return;
    const mine = lists;
    const set = (fields: Partial<ListReach>): void => {
      mine.set(key, { ...(mine.get(key) ?? UNREAD), ...fields });
      if (mine === lists) changes.set(changes.value + 1);
    };
    set({ loading: true, failure: '' });
    try {
      const search = new URLSearchParams({ status: query.status, ...writeInboxQuery(query), limit: String(PAGE), ...(before.next ? { cursor: before.next } : {}) });
      const page = await api.get<ConversationsPage>(`/v1/conversations?${search}`);
      session.adopt(page.items);
      const last = page.items.at(-1);
      set({
        loading: false,
        next: page.next,
        oldest: page.next === null || !last ? -Infinity : Date.parse(last.lastMessageAt),
        hits: query.text ? new Set([...(before.hits ?? []), ...page.items.map(({ id }) => id)]) : null,
      });
    } catch (error) {
      set({ loading: false, failure: failureText(error) });
    }
  };

  return {
    changes,
    reach: (query) => lists.get(keyOf(query)) ?? UNREAD,
    begin(query) {
      const { next, loading, failure } = lists.get(keyOf(query)) ?? UNREAD;
      if (next === undefined && !loading && !failure) void read(query);
    },
    more: read,
    async fill(query, atMost) {
      const mine = lists;
      for (let count = 0; count < atMost && mine === lists && lists.get(keyOf(query))?.next !== null; count += PAGE) {
        await read(query);
        if (lists.get(keyOf(query))?.failure) return;
      }
    },
    renew() {
      lists = new Map();
      changes.set(changes.value + 1);
    },
  };
}
