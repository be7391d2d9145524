import { createHash } from 'node:crypto';
import { chainOf } from '../../protocol/evidence-check.ts';
import type { Manifest } from '../../protocol/evidence.ts';
import { rfc3339 } from '../clock.ts';
import type { Row } from '../store/tables.ts';
import type { MergedFile } from './recordings.store.ts';

/** What a manifest is made of: rows as they were merged. Segments in order, and the chunks of each. */
export interface ManifestSources {
  recording: Pick<Row<'recordings'>, 'id' | 'callId' | 'conversationId' | 'organisationId' | 'endedAt' | 'pauses'>;
  file: Omit<MergedFile, 'state' | 'blobKey'>;
  /** Where a standby is heard, ms of the file. */
  filled: readonly { fromMs: number; toMs: number }[];
  segments: readonly Row<'segments'>[];
  chunks: ReadonlyMap<number, readonly Row<'chunks'>[]>;
  consents: readonly Row<'consents'>[];
  mergedAt: number;
}

/** What the server vouches for when it has merged a recording. Segments without a chunk are left out. */
export async function manifestOf({ recording, file, filled, segments, chunks, consents, mergedAt }: ManifestSources): Promise<Manifest> {
  const given = segments.map(({ segment, recorderKind, recorderId, mimeType, startedAt, standby }) => ({
    segment, recorder: { kind: recorderKind, id: recorderId }, ...(standby ? { standby } : {}), mimeType, startedAt: rfc3339(startedAt),
    chunks: (chunks.get(segment) ?? []).map(({ seq, bytes, sha256 }): [number, number, string] => [seq, bytes, sha256]),
  })).filter((segment) => segment.chunks.length > 0);
  return {
    version: 1,
    recordingId: recording.id, callId: recording.callId, conversationId: recording.conversationId, organisationId: recording.organisationId,
    startedAt: rfc3339(file.startedAt), endedAt: recording.endedAt === null ? null : rfc3339(recording.endedAt), mergedAt: rfc3339(mergedAt),
    file: { mimeType: file.mimeType, bytes: file.bytes, sha256: file.sha256, durationMs: file.parts?.[0]?.durationMs ?? file.durationMs },
    ...(file.parts && { parts: file.parts.map(({ offsetMs, durationMs, bytes, sha256, mimeType }, index) => ({ part: index + 1, offsetMs, durationMs, bytes, sha256, mimeType })) }),
    gaps: file.gaps,
    ...(filled.length > 0 ? { filled: filled.map(({ fromMs, toMs }) => ({ fromMs, toMs })) } : {}),
    pauses: (recording.pauses ?? []).map(({ fromMs, toMs, by }) => ({ from: rfc3339(fromMs), to: toMs === null ? null : rfc3339(toMs), by: by.kind, id: by.id })),
    consents: consents.map(({ memberKind, memberId, granted, textVersion, locale, createdAt }) => ({ by: memberKind, id: memberId, granted, textVersion, locale, at: rfc3339(createdAt) })),
    segments: given,
    chain: await chainOf(recording.id, given, (text) => createHash('sha256').update(text).digest('hex')),
  };
}
