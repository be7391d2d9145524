import type { Page } from '../../protocol/http.ts';
import type { Call, Conversation, Recording } from '../../protocol/shapes.ts';
import type { TimelineEntry } from '../../protocol/work.ts';
import type { Asker } from '../auth/principal.ts';
import { messageOnWire } from '../chat/chat-shapes.ts';
import { rfc3339 } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import { behindPlace, placeOf, timelineKinds, type TimelineMark, type TimelineStore } from './timeline.store.ts';
import { pageOnWire } from './visitor-view.ts';
import type { VisitorsStore } from './visitors.store.ts';

/** Gives what stands in other rooms, as the asker may see it. Each throws `not_found`. */
export interface Readers {
  conversation(asker: Asker, id: string): Promise<Conversation>;
  call(asker: Asker, id: string): Promise<Call>;
  recording(asker: Asker, id: string): Promise<Recording>;
}

/** What happened with one visitor, in one line. */
export interface Timeline {
  /** Newest first; what is added meanwhile shifts nothing. Throws `not_found`, and `bad_request` for a cursor that is none. */
  read(asker: Asker, visitorId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<TimelineEntry>>;
}

/** Makes the use case of timelines. */
export function createTimeline({ store, visitors, sites, readers }: { store: TimelineStore; visitors: Pick<VisitorsStore, 'get'>; sites: Pick<Sites, 'byId'>; readers: Readers }): Timeline {
  const entryOf = async (asker: Asker, { kind, id, at, page, message }: TimelineMark): Promise<TimelineEntry | null> => {
    const moment = { at: rfc3339(at) };
    try {
      switch (kind) {
        case 'message': return { kind, ...moment, message: messageOnWire(message!) };
        case 'conversation': return { kind, ...moment, conversation: await readers.conversation(asker, id) };
        case 'call': return { kind, ...moment, call: await readers.call(asker, id) };
        case 'recording': return { kind, ...moment, recording: await readers.recording(asker, id) };
        case 'page': return { kind, ...moment, page: pageOnWire(page!) };
      }
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return null; // removed since
      throw error;
    }
  };

  return {
    async read(asker, visitorId, { cursor, limit }) {
      const visitor = await visitors.get(asker.organisationId, visitorId);
      if (!visitor) throw problem('not_found');
      const place = readCursor(cursor);
      const site = await sites.byId(asker.organisationId, visitor.siteId);
      const kinds = timelineKinds.filter((kind) => kind !== 'page' || (site !== null && settingsOf(site.settings).pagesShown));
      const marks = (await Promise.all(kinds.map(async (kind) => {
        const before = place ? behindPlace(place, kind) : null;
        if (place && !before) throw problem('bad_request', 'The cursor is none of ours.');
        return store.marks(asker.organisationId, visitorId, kind, before, limit + 1);
      }))).flat();
      const rank = ({ kind }: TimelineMark) => timelineKinds.indexOf(kind);
      marks.sort((a, b) => b.at - a.at || rank(a) - rank(b) || (a.id < b.id ? 1 : -1));
      const { rows, next } = pageOf(marks, limit, placeOf);
      const entries = await Promise.all(rows.map((mark) => entryOf(asker, mark)));
      return { items: entries.filter((entry) => entry !== null), next };
    },
  };
}
