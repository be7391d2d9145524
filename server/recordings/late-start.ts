import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Principal } from '../auth/principal.ts';
import type { Calls } from '../calls/calls.ts';
import type { Recorder, SiteProfile } from '../../protocol/site.ts';
import { admitRecorder } from './recorder-rules.ts';
import type { RecordingsStore } from './recordings.store.ts';

/** What a recorder asks for with a segment. */
export interface SegmentWish {
  callId: string;
  mimeType: string;
  epochMs: number;
  standby?: boolean;
}

/** What a late start works with. */
export interface LateStartOptions {
  store: Pick<RecordingsStore, 'ofCall' | 'segments' | 'addSegment' | 'callEnded' | 'remove'>;
  calls: Pick<Calls, 'record'>;
  sites: { profile(siteId: string): Promise<Pick<SiteProfile, 'recording'>>; recorder(siteId: string): Promise<Recorder> };
  clock: Clock;
  /** How long after the call's end it is taken, in ms. */
  graceMs: number;
  segmentLimit: number;
  /** What comes in for this segment says nothing about who records now. */
  dark(recordingId: string, segment: number): void;
}

/**
 * Begins a segment for what a page has recorded that died before it heard where that belongs. Its member needs not carry the call, which may be over.
 * Asked again for the same beginning, it names the same segment.
 */
export function createLateStart({ store, calls, sites, clock, graceMs, segmentLimit, dark }: LateStartOptions) {
  return async (principal: Principal, { callId, mimeType, epochMs, standby }: SegmentWish): Promise<{ recordingId: string; segment: number; startedAt: string }> => {
    const { organisationId, kind: recorderKind, id: recorderId } = principal;
    const call = await calls.record(organisationId, callId);
    if (!call || call.answeredAt === null || (recorderKind === 'visitor' ? call.visitorId : call.agentId) !== recorderId) throw problem('not_found');
    if (!(await sites.profile(call.siteId)).recording.enabled) throw problem('forbidden', 'This site records no calls.');
    if (call.consents.visitor !== true || call.consents.agent !== true) throw problem('consent_required');
    const role = admitRecorder(await sites.recorder(call.siteId), recorderKind, { mimeType, ...(standby !== undefined && { standby }) });
    const now = clock.now();
    const row = await store.ofCall(organisationId, callId);
    // None after the end may be one that was deleted: nothing brings that back.
    if (call.endedAt !== null && (!row || call.endedAt < now - graceMs)) throw problem('recording_closed');
    const startedAt = Math.round(Math.max(call.answeredAt, Math.min(epochMs, call.endedAt ?? now)));
    if (row?.pauses?.some(({ fromMs, toMs }) => fromMs <= startedAt && (toMs === null || startedAt < toMs))) throw problem('recording_paused');

    const known = row && (await store.segments(row.id)).find((segment) =>
      segment.recorderKind === recorderKind && segment.recorderId === recorderId && segment.mimeType === mimeType && segment.startedAt === startedAt);
    const added = known ? { recording: row!, segment: known.segment } : await store.addSegment(
      {
        id: clock.id(), organisationId, callId, conversationId: call.conversationId, state: 'recording', mimeType,
        // As if a chunk had come: the merge waits for the first.
        startedAt, gaps: [], attempts: 0, lastChunkAt: now, createdAt: now, updatedAt: now,
      },
      { organisationId, recorderKind, recorderId, mimeType, startedAt, createdAt: now, ...role },
      segmentLimit,
    );
    if (!added) throw problem('recording_closed');
    const { recording, segment } = added;
    if (row && recording.id !== row.id) {
      await store.remove(recording.id);
      throw problem('recording_closed', 'It was deleted.');
    }
    if (!known) dark(recording.id, segment);
    // It may have ended while the row was written.
    const after = await calls.record(organisationId, callId);
    if (after?.state === 'ended') await store.callEnded(organisationId, callId, after.endedAt ?? now);
    return { recordingId: recording.id, segment, startedAt: rfc3339(startedAt) };
  };
}
