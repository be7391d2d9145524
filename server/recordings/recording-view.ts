import type { Recording } from '../../protocol/shapes.ts';
import type { ServerEvent } from '../../protocol/server-frames.ts';
import { rfc3339 } from '../clock.ts';
import { isPaused } from './pauses.ts';
import type { RecordingRow } from './recordings.store.ts';

/** A recording as it crosses the wire. */
export function recordingView(row: RecordingRow): Recording {
  return {
    id: row.id, callId: row.callId, conversationId: row.conversationId, state: row.state, mimeType: row.mimeType,
    startedAt: rfc3339(row.startedAt), durationMs: row.durationMs, bytes: row.bytes, sha256: row.sha256, gaps: row.gaps,
    ...(row.parts && { parts: row.parts.map(({ offsetMs, durationMs, bytes, sha256, mimeType }, index) => ({ part: index + 1, offsetMs, durationMs, bytes, sha256, mimeType })) }),
  };
}

/** The same for staff: with who holds it. */
export function recordingForStaff(row: RecordingRow): Recording {
  const { legalHold } = row;
  return { ...recordingView(row), hold: legalHold && { reason: legalHold.reason, by: legalHold.by, at: rfc3339(legalHold.at) } };
}

/** The event that tells of a recording's state. `on`: whether bytes are being recorded at this moment. */
export function recordingUpdated(row: Pick<RecordingRow, 'id' | 'callId' | 'state' | 'pauses'>, on: boolean): ServerEvent {
  return { type: 'recording.updated', callId: row.callId, recordingId: row.id, state: row.state, on, paused: row.state === 'recording' && isPaused(row.pauses) };
}
