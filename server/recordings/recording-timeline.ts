import type { RecordingTimeline, TimelineItem } from '../../protocol/playback.ts';
import type { Author } from '../../protocol/shapes.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import type { CallRecord } from '../calls/calls.ts';
import { rfc3339 } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Row } from '../store/tables.ts';
import { agentTurns, presences, type CallEntry } from './call-presence.ts';
import { DOOMED } from './recording-keys.ts';
import type { RecordingTimelineStore } from './recording-timeline.store.ts';
import type { RecordingRow, RecordingsStore } from './recordings.store.ts';

/** So many lines of a conversation one timeline tells at most. */
export const TIMELINE_LINES = 2000;
/** What was written so shortly before and after a call belongs to it, ms. */
const aroundMs = 60_000;

/** What happened while a recording ran, on its own clock. */
export interface RecordingTimelines {
  /** For staff; lines of the conversation only for whoever may read conversations. Throws `not_found`. */
  of(staff: StaffPrincipal, recordingId: string): Promise<RecordingTimeline>;
}

/** What timelines are read from. */
export interface RecordingTimelinesParts {
  store: RecordingTimelineStore;
  recordings: Pick<RecordingsStore, 'find' | 'consents'>;
  calls: { record(organisationId: string, callId: string): Promise<CallRecord | null> };
  /** Where it stands who came into a call and went, and who handed it over. */
  audit: Pick<Audit, 'about'>;
}

/** All that a timeline is made of; times are ms since the epoch. */
export interface TimelineSources {
  recording: Pick<RecordingRow, 'startedAt' | 'endedAt' | 'pauses' | 'gaps'>;
  call: Pick<CallRecord, 'visitorId' | 'visitorName' | 'agentId' | 'agentName' | 'startedByKind' | 'startedById' | 'startedByName' | 'createdAt' | 'answeredAt' | 'endedAt' | 'endReason' | 'quality'>;
  consents: readonly Pick<Row<'consents'>, 'memberKind' | 'memberId' | 'granted' | 'createdAt'>[];
  lines: readonly Pick<Row<'messages'>, 'seq' | 'authorKind' | 'authorId' | 'authorName' | 'kind' | 'text' | 'data' | 'createdAt'>[];
  joined: readonly { id: string; name: string; at: number }[];
  /** What the audit log says of the call, in order of time. */
  entries: readonly CallEntry[];
}

/** Makes the reading of timelines. */
export function createRecordingTimelines({ store, recordings, calls, audit }: RecordingTimelinesParts): RecordingTimelines {
  return {
    async of(staff, recordingId) {
      const { organisationId } = staff;
      const recording = await recordings.find(organisationId, recordingId);
      const call = recording && recording.failure !== DOOMED ? await calls.record(organisationId, recording.callId) : null;
      if (!recording || !call) throw problem('not_found');
      const from = Math.min(call.createdAt, recording.startedAt) - aroundMs;
      const to = Math.max(call.endedAt ?? 0, recording.startedAt + (recording.durationMs ?? 0)) + aroundMs;
      const mayRead = staff.kind === 'agent' || staff.scopes.includes('conversations:read');
      const lines = mayRead ? await store.lines(organisationId, call.conversationId, from, to, TIMELINE_LINES + 1) : [];
      const joined = mayRead ? await store.joined(organisationId, call.conversationId, from, to) : [];
      const entries = await audit.about(organisationId, { kind: 'call', id: call.id }, call.createdAt, call.endedAt ?? Infinity);
      return {
        recordingId, startedAt: rfc3339(recording.startedAt), durationMs: recording.durationMs,
        items: timelineItems({ recording, call, consents: await recordings.consents(recording), lines: lines.slice(0, TIMELINE_LINES), joined, entries }),
        more: lines.length > TIMELINE_LINES,
      };
    },
  };
}

/** Puts everything on the clock of the recording, in order; what happened at one moment in the order of its telling. */
export function timelineItems({ recording, call, consents, lines, joined, entries }: TimelineSources): TimelineItem[] {
  const at = (ms: number) => Math.round(ms - recording.startedAt);
  const visitor: Author = { kind: 'visitor', id: call.visitorId, name: call.visitorName };
  const agent: Author = { kind: 'agent', id: call.agentId ?? '', name: call.agentName ?? '' };
  // A call that was handed over had several agents: whose it was says an id, or else the time.
  const turns = agentTurns(call, entries);
  const side = (kind: 'visitor' | 'agent', id: string) => (kind === 'visitor' ? visitor : (turns.find((turn) => turn.agent.id === id)?.agent ?? agent));
  const sideAt = (kind: 'visitor' | 'agent', ms: number) => (kind === 'visitor' ? visitor : (turns.findLast(({ from }) => from <= ms) ?? turns[0])?.agent ?? agent);
  const starter: Author = { kind: call.startedByKind, id: call.startedById, name: call.startedByName };
  const ender = call.endReason === 'visitor_hangup' ? visitor : call.endReason === 'agent_hangup' ? agent : null;
  const items: TimelineItem[] = [
    { kind: 'call', what: 'started', atMs: at(call.createdAt), by: starter },
    ...(call.answeredAt === null ? [] : [{ kind: 'call' as const, what: 'answered', atMs: at(call.answeredAt), by: call.startedByKind === 'visitor' ? (turns[0]?.agent ?? agent) : visitor }]),
    ...presences(call, entries).map(({ by, how, from, until, former }): TimelineItem => ({
      kind: 'presence', what: how, atMs: at(from), ...(until !== null && { toMs: at(until) }), by, ...(former && { former }),
    })),
    ...joined.map(({ id, name, at: joinedAt }): TimelineItem => ({ kind: 'joined', atMs: at(joinedAt), by: { kind: 'agent', id, name } })),
    ...consents.map(({ memberKind, memberId, granted, createdAt }): TimelineItem => ({ kind: 'consent', what: granted ? 'granted' : 'refused', atMs: at(createdAt), by: side(memberKind, memberId) })),
    ...lines.flatMap((line): TimelineItem[] => {
      // How the call went is told by its own events.
      if (line.kind === 'call') return [];
      const files = filesOf(line.data);
      return [{
        kind: line.kind === 'note' ? 'note' : 'message', atMs: at(line.createdAt), seq: line.seq, by: { kind: line.authorKind, id: line.authorId, name: line.authorName },
        text: line.text, ...(files.length > 0 && { files }),
      }];
    }),
    ...(recording.pauses ?? []).map(({ fromMs, toMs, by }): TimelineItem => ({
      kind: 'pause', atMs: at(fromMs), toMs: at(toMs ?? recording.endedAt ?? fromMs), by: side(by.kind, by.id),
    })),
    // A pause is a stretch without sound too; it is told once, by whoever made it.
    ...recording.gaps.filter(({ reason }) => reason !== 'paused').map(({ fromMs, toMs, reason }): TimelineItem => ({ kind: 'gap', what: reason, atMs: fromMs, toMs })),
    ...(['visitor', 'agent'] as const).flatMap((kind) => (call.quality?.[kind]?.drops ?? []).map((drop): TimelineItem => {
      const zero = call.answeredAt ?? recording.startedAt;
      return { kind: 'quality', atMs: at(zero + drop.fromMs), toMs: at(zero + drop.toMs), by: sideAt(kind, zero + drop.fromMs) };
    })),
    ...(call.endedAt === null ? [] : [{ kind: 'call' as const, what: 'ended', atMs: at(call.endedAt), ...(ender && { by: ender }) }]),
  ];
  return items.sort((one, other) => one.atMs - other.atMs);
}

function filesOf(data: Row<'messages'>['data']): string[] {
  const files = (data as { files?: { name: string }[] } | null)?.files;
  return (files ?? []).map(({ name }) => name);
}
