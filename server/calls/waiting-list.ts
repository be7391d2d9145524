import type { QueueEntry } from '../../protocol/http.ts';
import type { Call, Visitor } from '../../protocol/shapes.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock } from '../clock.ts';
import type { AboutCaller, CallRings } from './call-rings.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';
import { talked, type WaitingChatsStore } from './waiting-chats.store.ts';

/** Somebody was here before who first wrote or called so long before the present wait, in ms. */
export const RETURNING_MS = 30 * 60_000;
/** So many conversations the list holds, of those in which something was said within so many ms. */
const [chatsAtMost, chatsWithinMs] = [200, 7 * 86_400_000];

/** Who waits, as a list: for whoever opens the panel; what changes from then on comes as events. */
export interface WaitingList {
  /** Waiting calls, and then waiting conversations, each the longest first. */
  waiting(staff: StaffPrincipal): Promise<QueueEntry[]>;
  /** What agents see of a caller. */
  about(call: Pick<CallRecord, 'organisationId' | 'visitorId' | 'createdAt'>): Promise<AboutCaller>;
}

/** What the list needs. */
export interface WaitingListOptions {
  store: Pick<CallsStore, 'liveOfOrganisation'>;
  chats: WaitingChatsStore;
  rings: Pick<CallRings, 'isRung'>;
  /** Those that there are. */
  visitors: { byIds(organisationId: string, ids: readonly string[]): Promise<Pick<Visitor, 'id' | 'page' | 'createdAt'>[]> };
  view(call: CallRecord): Call;
  clock: Clock;
}

/** Makes the list. */
export function createWaitingList({ store, chats, rings, visitors, view, clock }: WaitingListOptions): WaitingList {
  const everybody = async (organisationId: string, ids: readonly string[]) => new Map((await visitors.byIds(organisationId, [...new Set(ids)])).map((visitor) => [visitor.id, visitor]));
  const seen = (visitor: Pick<Visitor, 'page' | 'createdAt'> | undefined, since: number): AboutCaller =>
    ({ page: visitor?.page ?? null, returning: visitor !== undefined && since - Date.parse(visitor.createdAt) > RETURNING_MS });

  return {
    async about({ organisationId, visitorId, createdAt }) {
      return seen((await everybody(organisationId, [visitorId])).get(visitorId), createdAt);
    },
    async waiting({ organisationId, id, kind }) {
      const live = await store.liveOfOrganisation(organisationId);
      const calling = new Set(live.map(({ conversationId }) => conversationId));
      const ringing = live.filter(({ state, startedByKind }) => state === 'ringing' && startedByKind === 'visitor').sort(longest);
      const written = (await chats.waitingChats(organisationId, clock.now() - chatsWithinMs, chatsAtMost)).filter((chat) => !calling.has(chat.id) && !talked(chat.preview));
      const known = await everybody(organisationId, [...ringing, ...written].map(({ visitorId }) => visitorId));
      return [
        ...ringing.map((call): QueueEntry => ({
          kind: 'call', conversationId: call.conversationId, siteId: call.siteId, visitor: { id: call.visitorId, name: call.visitorName }, mode: call.mode,
          since: rfc3339(call.createdAt), ...seen(known.get(call.visitorId), call.createdAt), consent: call.consents.visitor ?? null,
          rings: kind === 'agent' && rings.isRung(call.id, id), call: view(call), preview: '',
        })),
        ...written.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1)).map((chat): QueueEntry => ({
          kind: 'chat', conversationId: chat.id, siteId: chat.siteId, visitor: { id: chat.visitorId, name: chat.visitorName }, mode: null,
          since: rfc3339(chat.since), ...seen(known.get(chat.visitorId), chat.since), consent: null, rings: false, call: null, preview: chat.preview?.text ?? '',
        })),
      ];
    },
  };
}

const longest = (a: CallRecord, b: CallRecord) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
