import type { ErasureAnswer } from '../../protocol/playback.ts';
import type { Recording } from '../../protocol/shapes.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import type { CallRecord } from '../calls/calls.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { LegalHoldStore } from './legal-hold.store.ts';
import { recordingForStaff } from './recording-view.ts';
import type { RecordingsStore } from './recordings.store.ts';

/** Recordings that nobody may delete, however old they are and whoever asks for it, until somebody lets them go. */
export interface LegalHolds {
  /** Holds a recording, or gives another reason. Throws `not_found`, and `unprocessable` without words. */
  hold(staff: StaffPrincipal, recordingId: string, reason: string): Promise<Recording>;
  /** Lets it go; harmless when nobody holds it. What waited for that to be deleted is. */
  release(staff: StaffPrincipal, recordingId: string): Promise<Recording>;
  /** What is held in a visitor's conversations. */
  ofVisitor(organisationId: string, visitorId: string): Promise<ErasureAnswer['kept']>;
}

/** What holding needs. `released`: told that something may be deleted now that could not be before. */
export interface LegalHoldsParts {
  store: LegalHoldStore;
  recordings: Pick<RecordingsStore, 'find'>;
  calls: { record(organisationId: string, callId: string): Promise<Pick<CallRecord, 'visitorName'> | null> };
  audit: Pick<Audit, 'record'>;
  clock: Pick<Clock, 'now'>;
  released(): void;
}

/** Makes the use cases of holding. */
export function createLegalHolds({ store, recordings, calls, audit, clock, released }: LegalHoldsParts): LegalHolds {
  const written = async ({ organisationId, kind, id, name }: StaffPrincipal, recording: { id: string; callId: string }, action: 'held' | 'released', reason: string) => {
    const call = await calls.record(organisationId, recording.callId);
    audit.record({
      organisationId, actor: { kind, id, name }, action: `recording.${action}`,
      target: { kind: 'recording', id: recording.id, name: call?.visitorName ?? '' }, detail: { callId: recording.callId, reason },
    });
  };
  return {
    async hold(staff, recordingId, given) {
      const reason = given.trim();
      if (reason === '') throw problem('unprocessable', 'A hold needs a reason.');
      const row = await store.set(staff.organisationId, recordingId, { reason, by: { id: staff.id, name: staff.name }, at: clock.now() });
      if (!row) throw problem('not_found');
      await written(staff, row, 'held', reason);
      return recordingForStaff(row);
    },
    async release(staff, recordingId) {
      const before = await recordings.find(staff.organisationId, recordingId);
      const row = await store.set(staff.organisationId, recordingId, null);
      if (!row) throw problem('not_found');
      if (before?.legalHold) {
        await written(staff, row, 'released', before.legalHold.reason);
        released();
      }
      return recordingForStaff(row);
    },
    ofVisitor: async (organisationId, visitorId) => (await store.ofVisitor(organisationId, visitorId))
      .map(({ recordingId, conversationId, hold }) => ({ recordingId, conversationId, reason: hold.reason, at: rfc3339(hold.at) })),
  };
}
