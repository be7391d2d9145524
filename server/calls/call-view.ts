import type { Author, Call, CallLine } from '../../protocol/shapes.ts';
import { rfc3339 } from '../clock.ts';
import type { FollowUp } from '../store/tables.ts';
import type { CallRecord } from './calls.store.ts';
import type { CallSituation } from './call-state.ts';

const moment = (ms: number | null) => (ms === null ? null : rfc3339(ms));

/** Who answered a call: the side that did not start it. */
function answeredBy(call: CallRecord): Author | null {
  if (call.answeredAt === null) return null;
  if (call.startedByKind === 'agent') return { kind: 'visitor', id: call.visitorId, name: call.visitorName };
  return { kind: 'agent', id: call.agentId ?? '', name: call.agentName ?? '' };
}

/** A call as it crosses the wire. `recordingOn`: whether bytes are being recorded at this moment. */
export function callView(call: CallRecord, recordingOn: boolean): Call {
  return {
    id: call.id, conversationId: call.conversationId, siteId: call.siteId, mode: call.mode, state: call.state,
    visitor: { id: call.visitorId, name: call.visitorName },
    startedBy: { kind: call.startedByKind, id: call.startedById, name: call.startedByName },
    answeredBy: answeredBy(call),
    ...(call.agentId !== null && { agent: { id: call.agentId, name: call.agentName ?? '' } }),
    createdAt: rfc3339(call.createdAt), answeredAt: moment(call.answeredAt), endedAt: moment(call.endedAt), endReason: call.endReason,
    consents: call.consents,
    ...(call.followUp && { followUp: followUpView(call.followUp, call.followedUpAt) }),
    recording: call.recording && { id: call.recording.id, state: call.recording.state, on: recordingOn, paused: call.recording.paused, durationMs: call.recording.durationMs },
  };
}

const followUpView = ({ kind, contact, text, at }: FollowUp, doneAt: number | null) => ({ kind, contact, text, at: rfc3339(at), doneAt: moment(doneAt) });

/** The same for staff, who see whether its recording is held, who saw to what was left after it, and which `guests` are in it. */
export function callForStaff(call: CallRecord, view: Call, guests: NonNullable<Call['guests']> = []): Call {
  const recording = view.recording && call.recording?.held ? { ...view.recording, held: true as const } : view.recording;
  const doneBy = call.followUp?.doneBy;
  return { ...view, recording, ...(guests.length > 0 && { guests }), ...(call.quality && { quality: call.quality }), ...(view.followUp && doneBy && { followUp: { ...view.followUp, doneBy } }) };
}

/** A call as its conversation tells of it. */
export function callLine(call: CallRecord): CallLine {
  const durationMs = call.answeredAt === null || call.endedAt === null ? 0 : Math.max(0, call.endedAt - call.answeredAt);
  return { id: call.id, mode: call.mode, endReason: call.endReason ?? 'error', durationMs, recorded: call.recording !== null };
}

/** A call as decisions need it. */
export function situationOf(call: CallRecord): CallSituation {
  return {
    state: call.state, visitorId: call.visitorId, agentId: call.agentId,
    startedBy: { kind: call.startedByKind, id: call.startedById },
  };
}
