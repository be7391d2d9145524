import type { Page } from '../../protocol/http.ts';
import type { Call } from '../../protocol/shapes.ts';
import type { Asker } from '../auth/principal.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { lookThrough } from '../search/look-through.ts';
import type { Search } from '../search/search.ts';
import { callForStaff } from './call-view.ts';
import type { CallRecord, CallsFilter, CallsStore } from './calls.store.ts';

/** Calls to be read: one, a page, those of a conversation. */
export interface CallsHistory {
  /** The row of a call, as somebody of its organisation may see it; for recordings. */
  record(organisationId: string, callId: string): Promise<CallRecord | null>;
  /** A call of the agent's organisation, or of the visitor itself. */
  get(principal: Asker, callId: string): Promise<Call>;
  /** A page of the organisation's calls, or of the visitor's own. Throws `bad_request` for a cursor that is none. */
  list(principal: Asker, query: Omit<CallsFilter, 'after' | 'withNotes' | 'holding' | 'ids'> & { state?: 'ringing' | 'active' | undefined; cursor?: string | undefined }): Promise<Page<Call>>;
  /** Those of a conversation, oldest first. */
  ofConversation(organisationId: string, conversationId: string): Promise<Call[]>;
}

/** Makes the reading half of the use cases. `visible` finds a call that the asker may see, `guestsOf` who is in it beside its members. */
export function createCallsHistory({ store, search, visible, view, guestsOf }: {
  store: CallsStore; search: Pick<Search, 'conversationsHolding'> | undefined;
  visible(principal: Asker, callId: string): Promise<CallRecord>; view(call: CallRecord): Call;
  guestsOf(callId: string): NonNullable<Call['guests']>;
}): CallsHistory {
  const viewFor = (principal: Pick<Asker, 'kind'>) => (call: CallRecord) => (principal.kind === 'visitor' ? view(call) : callForStaff(call, view(call), guestsOf(call.id)));
  return {
    record: (organisationId, callId) => store.find(organisationId, callId),
    get: async (principal, callId) => viewFor(principal)(await visible(principal, callId)),
    async list({ kind, id, organisationId }, { cursor, state, ...filter }) {
      const own = kind === 'visitor' ? { visitorId: id } : {};
      if (own.visitorId !== undefined && (filter.visitorId ?? id) !== id) return { items: [], next: null };
      const holding = filter.text === undefined || kind === 'visitor' ? null : await search?.conversationsHolding(organisationId, filter.text);
      // Few calls live at a time: which, is asked before all that an organisation ever had are looked through.
      const ids = state === undefined ? undefined : (await store.liveOfOrganisation(organisationId)).flatMap((call) => (call.state === state ? [call.id] : []));
      if (ids?.length === 0) return { items: [], next: null };
      const { text, limit, ...narrower } = { ...filter, ...own, ids, withNotes: kind !== 'visitor' };
      const placeOf = ({ createdAt, id }: CallRecord) => ({ at: createdAt, id });
      const first = readCursor(cursor);
      const page = text === undefined || holding
        ? pageOf(await store.page(organisationId, { ...narrower, text, ...(holding && { holding }), after: first, limit: limit + 1 }), limit, placeOf)
        : await lookThrough({
          places: async (after, limit) => (await store.page(organisationId, { ...narrower, after, limit })).map(placeOf),
          holding: (ids) => store.page(organisationId, { ...narrower, text, ids, limit: ids.length }), placeOf,
        }, first, limit);
      return { items: page.rows.map(viewFor({ kind })), next: page.next };
    },
    ofConversation: async (organisationId, conversationId) => (await store.ofConversation(organisationId, conversationId)).map(view),
  };
}
