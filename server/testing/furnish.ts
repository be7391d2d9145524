import { createHash } from 'node:crypto';
import type { ManifestAnswer } from '../../protocol/evidence.ts';
import type { Database } from '../store/database.ts';
import type { NewRow, Tables } from '../store/tables.ts';

/** Names every row of a furnished organisation, so that a leak can be seen wherever it shows. */
export const marker = 'marker-of-the-house';

/** The bytes of the file that goes with a furnished message; whoever wants to read it puts them under `files/<id>`. */
export const furnishedFile = Buffer.from('the bytes of a file');

/** A manifest of a furnished recording, signed by nobody; whoever wants to read it puts it under `manifestKey`. */
export function furnishedManifest(recordingId: string, organisationId: string): Buffer {
  const at = new Date(0).toISOString();
  const file = { mimeType: 'audio/webm', bytes: furnishedFile.length, sha256: createHash('sha256').update(furnishedFile).digest('hex'), durationMs: 1000 };
  const answer: ManifestAnswer = {
    keyId: 'furnished', jws: 'head.body.signature',
    manifest: {
      version: 1, recordingId, callId: recordingId, conversationId: recordingId, organisationId, startedAt: at, endedAt: null, mergedAt: at, file, gaps: [],
      pauses: [{ from: at, to: null, by: 'agent', id: 'a' }],
      consents: [{ by: 'visitor', id: 'v', granted: true, textVersion: '1', locale: 'en', at }],
      segments: [{ segment: 1, recorder: { kind: 'agent', id: 'a' }, mimeType: file.mimeType, startedAt: at, chunks: [[0, file.bytes, file.sha256]] }], chain: file.sha256,
    },
  };
  return Buffer.from(JSON.stringify(answer));
}

/** What is furnished, for whom. */
export interface Furniture {
  /** Of every row. */
  id: string;
  organisationId: string;
  /** Somebody of the organisation. */
  agentId: string;
  now: number;
  /** Stands in every text; another for each time that an organisation is furnished. `marker` unless given. */
  mark?: string;
  /** A site that is there already; unless given, one is made under the `id`. */
  siteId?: string;
}

/** One row in every table that somebody can ask for by id, all under the one `id`, so that each route finds something of its kind there. */
export async function furnish(database: Database, { id, organisationId, agentId, now, mark = marker, siteId = id }: Furniture): Promise<void> {
  const { q, tables } = database;
  const own = { id, organisationId, createdAt: now };
  const insert = <T extends keyof Tables>(table: T, row: NewRow<T>) => q.insert(tables[table]).values(row as never);
  const file = { name: `${mark}.txt`, type: 'text/plain', bytes: furnishedFile.length, sha256: createHash('sha256').update(furnishedFile).digest('hex') };
  await insert('agents', { ...own, email: `${mark}@example.com`, name: mark, passwordHash: '', role: 'agent', status: 'active', updatedAt: now });
  if (siteId === id) await insert('sites', { ...own, name: mark, publishableKey: `pk_${mark}`, origins: [`https://${mark}.example`], settings: {}, updatedAt: now });
  await insert('visitors', { ...own, siteId, name: mark, email: `${mark}@example.com`, lastSeenAt: now, fields: { [mark]: mark }, note: mark });
  await insert('pageViews', { ...own, visitorId: id, url: `https://${mark}.example/`, title: mark });
  await insert('conversations', {
    ...own, siteId, visitorId: id, status: 'open', openKey: id, lastSeq: 1, lastMessageAt: now, updatedAt: now, assigneeId: agentId,
    preview: { seq: 1, kind: 'text', authorKind: 'visitor', text: mark, data: null },
  });
  await insert('messages', { ...own, conversationId: id, seq: 1, clientId: id, authorKind: 'visitor', authorId: id, authorName: mark, kind: 'text', text: mark, data: { files: [{ id, ...file }] } });
  await insert('files', { ...own, ...file, siteId, uploaderKind: 'visitor', uploaderId: id, uploadId: id, conversationId: id, clientId: id, blobKey: `files/${id}` });
  await insert('tags', { ...own, key: mark, name: mark, colour: 'grey' });
  await insert('conversationTags', { organisationId, conversationId: id, tagId: id, createdAt: now });
  await insert('participants', { organisationId, conversationId: id, agentId: id, joinedAt: now });
  await insert('pins', { organisationId, conversationId: id, agentId, createdAt: now });
  await insert('cannedReplies', { ...own, shortcut: mark, text: mark, updatedAt: now });
  await insert('savedFilters', { ...own, agentId, name: mark, query: {} });
  await insert('calls', { ...own, siteId, conversationId: id, visitorId: id, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: id, startedByName: mark, endedAt: now, endReason: 'no_answer', followUp: { kind: 'callback', contact: mark, text: mark, at: now } });
  await insert('recordings', { ...own, callId: id, conversationId: id, state: 'failed', mimeType: 'audio/webm', startedAt: now, gaps: [], attempts: 0, failure: mark, updatedAt: now });
  await insert('invitations', { ...own, email: `${mark}@example.com`, role: 'agent', tokenHash: `hash of ${id}`, invitedById: agentId, invitedByName: mark, expiresAt: now + 86_400_000 });
  await insert('apiKeys', { ...own, name: mark, prefix: 'marked', hash: `hash of ${id}`, scopes: [], createdById: agentId });
  await insert('webhooks', { ...own, name: mark, url: `https://${mark}.example/hook`, events: ['*'], secret: `whsec_${mark}`, enabled: false, bot: false, updatedAt: now });
  await insert('deliveries', { ...own, webhookId: id, eventId: 'x', event: 'ping', payload: `{"${mark}":1}`, state: 'failed', attempts: 1, log: [] });
  await insert('mails', { ...own, kind: 'test', recipient: `${mark}@example.com`, subject: mark, text: mark, secret: false, state: 'unsent', attempts: 0 });
  await insert('audit', { ...own, actorKind: 'agent', actorId: agentId, actorName: mark, action: 'test.done', detail: {} });
}
