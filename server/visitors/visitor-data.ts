import { CLOSE } from '../../protocol/codes.ts';
import type { ErasureAnswer } from '../../protocol/playback.ts';
import type { ConversationExport, VisitorExport } from '../../protocol/work.ts';
import type { Audit } from '../audit/audit.ts';
import type { Asker, StaffPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Files } from '../files/files.ts';
import type { Hub } from '../hub/hub.ts';
import type { LegalHolds } from '../recordings/legal-hold.ts';
import type { TimelineStore } from './timeline.store.ts';
import { pageOnWire } from './visitor-view.ts';
import type { VisitorDataStore } from './visitor-data.store.ts';
import type { VisitorsOnline } from './visitors-online.ts';
import type { Visitors } from './visitors.ts';
import type { VisitorsStore } from './visitors.store.ts';

/** What a person can ask for: all that is kept about it, and that it goes (criteria D7). */
export interface VisitorData {
  /** All that is kept about a visitor of the organisation. Throws `not_found`. */
  export(staff: StaffPrincipal, visitorId: string): Promise<VisitorExport>;
  /** The same for the visitor itself: without what the team notes among itself. Of somebody who never wrote nothing is kept: `not_found`. */
  exportOwn(visitor: VisitorPrincipal): Promise<VisitorExport>;
  /**
   * Removes everything of a visitor for good. What a crash interrupts goes on at the next start. Throws `not_found`, and `conflict`
   * during a call. A conversation with a recording that somebody holds is kept, with the visitor's name, until the hold ends.
   */
  erase(staff: StaffPrincipal, visitorId: string, address?: string): Promise<ErasureAnswer>;
  /** Goes on with what an earlier process began. */
  resume(): Promise<void>;
}

/** What exporting and erasing need. */
export interface VisitorDataParts {
  store: VisitorDataStore;
  holds: Pick<LegalHolds, 'ofVisitor'>;
  visitorsStore: Pick<VisitorsStore, 'get' | 'find'>;
  timelineStore: Pick<TimelineStore, 'pages' | 'conversations'>;
  visitors: Pick<Visitors, 'views'>;
  online: Pick<VisitorsOnline, 'forget'>;
  exports: { data(asker: Asker, conversationId: string): Promise<ConversationExport> };
  /** By the server itself: whatever state the conversation is in. Throws `not_found`, and `conflict` during a call. */
  chat: { remove(by: null, organisationId: string, conversationId: string): Promise<void> };
  hub: Pick<Hub, 'close'>;
  files: Pick<Files, 'unsent' | 'erase'>;
  audit: Pick<Audit, 'record'>;
  clock: Pick<Clock, 'now'>;
  failed: (error: unknown, what: string) => void;
}

// A conversation that somebody began meanwhile is one round more.
const rounds = 5;

/** Makes the use cases of a person's data. */
export function createVisitorData({ store, holds, visitorsStore, timelineStore, visitors, online, exports, chat, hub, files, audit, clock, failed }: VisitorDataParts): VisitorData {
  const all = async (asker: Asker, visitorId: string): Promise<VisitorExport> => {
    const { organisationId } = asker;
    const row = await visitorsStore.get(organisationId, visitorId);
    if (!row) throw problem('not_found');
    const [visitor] = await visitors.views([row]);
    const conversations: ConversationExport[] = [];
    for (const id of await timelineStore.conversations(organisationId, visitorId)) conversations.push(await exports.data(asker, id));
    return { visitor: visitor!, conversations, pages: (await timelineStore.pages(organisationId, visitorId)).map(pageOnWire), files: await files.unsent({ organisationId, kind: 'visitor', id: visitorId }) };
  };

  /**
   * Removes a visitor that is marked. Its row goes last: until then whoever looks finds that there is something to do. What is held stays,
   * and with it the marked row.
   */
  const finish = async (organisationId: string, visitorId: string, email: string | null): Promise<ErasureAnswer> => {
    for (let left = rounds; left > 0; left--) {
      const conversations = await store.conversations(organisationId, visitorId);
      await store.removeLetters(organisationId, [visitorId, ...conversations], email);
      let held = 0;
      for (const id of conversations) {
        await chat.remove(null, organisationId, id).catch((error: unknown) => {
          if (!(error instanceof Problem) || !['not_found', 'on_hold'].includes(error.code)) throw error;
          if (error.code === 'on_hold') held += 1;
        });
      }
      // Removing told of what it removed; that, too, names the visitor.
      await store.removeLetters(organisationId, [visitorId, ...conversations], email);
      const removed = await store.remove(organisationId, visitorId, clock.now());
      if (removed || held > 0) {
        await files.erase((removed ?? await store.strip(organisationId, visitorId)).files);
        return { kept: await holds.ofVisitor(organisationId, visitorId) };
      }
    }
    throw problem('conflict', 'Somebody keeps writing to the visitor; try again.');
  };

  return {
    export: all,
    async exportOwn(visitor) {
      const { visitor: shown, ...rest } = await all(visitor, visitor.id);
      return { visitor: { ...shown, note: '' }, ...rest };
    },
    async erase(staff, visitorId, address) {
      const { organisationId } = staff;
      const row = await visitorsStore.find(organisationId, visitorId);
      const marked = row ? await store.doom(organisationId, visitorId) : 'missing';
      if (marked === 'missing') throw problem('not_found');
      if (marked === 'live_call') throw problem('conflict', 'A call with the visitor is going on.');
      online.forget(visitorId);
      hub.close(`visitor:${visitorId}`, CLOSE.superseded, 'erased', { type: 'session.revoked', reason: 'erased' });
      let answer: ErasureAnswer;
      try {
        answer = await finish(organisationId, visitorId, row!.email);
      } catch (error) {
        // A call that began at the very moment: nothing or a part is gone, and what is left can be seen and erased again.
        if (error instanceof Problem) await store.spare(visitorId);
        throw error;
      }
      audit.record({
        organisationId, actor: { kind: staff.kind, id: staff.id, name: staff.name }, action: 'visitor.erased', target: { kind: 'visitor', id: visitorId, name: '' },
        ...(answer.kept.length > 0 && { detail: { held: answer.kept.length } }), ...(address !== undefined && { address }),
      });
      return answer;
    },
    async resume() {
      for (const { organisationId, id, email } of await store.doomed()) {
        await finish(organisationId, id, email).catch((error: unknown) => failed(error, `erasing of the visitor ${id}`));
      }
    },
  };
}
