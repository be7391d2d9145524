import type { Database } from '../store/database.ts';
import type { NewRow, Tables } from '../store/tables.ts';

/** Names every row of a furnished organisation, so that a leak can be seen wherever it shows. */
export const marker = 'marker-of-the-house';

/**
 * One row in every table that somebody can ask for by id, all under the one `id`, so that each route finds something of its kind
 * there; every text in them holds `marker`. `agentId`: somebody of the organisation.
 */
export async function furnish(database: Database, { id, organisationId, agentId, now }: { id: string; organisationId: string; agentId: string; now: number }): Promise<void> {
  const { q, tables } = database;
  const own = { id, organisationId, createdAt: now };
  const insert = <T extends keyof Tables>(table: T, row: NewRow<T>) => q.insert(tables[table]).values(row as never);
  await insert('agents', { ...own, email: `${marker}@example.com`, name: marker, passwordHash: '', role: 'agent', status: 'active', updatedAt: now });
  await insert('sites', { ...own, name: marker, publishableKey: `pk_${marker}`, origins: [`https://${marker}.example`], settings: {}, updatedAt: now });
  await insert('visitors', { ...own, siteId: id, name: marker, email: `${marker}@example.com`, lastSeenAt: now, fields: { [marker]: marker }, note: marker });
  await insert('pageViews', { ...own, visitorId: id, url: `https://${marker}.example/`, title: marker });
  await insert('conversations', {
    ...own, siteId: id, visitorId: id, status: 'open', openKey: id, lastSeq: 1, lastMessageAt: now, updatedAt: now, assigneeId: agentId,
    preview: { seq: 1, kind: 'text', authorKind: 'visitor', text: marker, data: null },
  });
  await insert('messages', { ...own, conversationId: id, seq: 1, clientId: id, authorKind: 'visitor', authorId: id, authorName: marker, kind: 'text', text: marker });
  await insert('tags', { ...own, key: marker, name: marker, colour: 'grey' });
  await insert('conversationTags', { organisationId, conversationId: id, tagId: id, createdAt: now });
  await insert('cannedReplies', { ...own, shortcut: marker, text: marker, updatedAt: now });
  await insert('savedFilters', { ...own, agentId, name: marker, query: {} });
  await insert('calls', { ...own, siteId: id, conversationId: id, visitorId: id, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: id, startedByName: marker, endedAt: now, endReason: 'no_answer' });
  await insert('recordings', { ...own, callId: id, conversationId: id, state: 'failed', mimeType: 'audio/webm', startedAt: now, gaps: [], attempts: 0, failure: marker, updatedAt: now });
  await insert('invitations', { ...own, email: `${marker}@example.com`, role: 'agent', tokenHash: `hash of ${id}`, invitedById: agentId, invitedByName: marker, expiresAt: now + 86_400_000 });
  await insert('apiKeys', { ...own, name: marker, prefix: 'marked', hash: `hash of ${id}`, scopes: [], createdById: agentId });
  await insert('webhooks', { ...own, name: marker, url: `https://${marker}.example/hook`, events: ['*'], secret: `whsec_${marker}`, enabled: false, bot: false, updatedAt: now });
  await insert('deliveries', { ...own, webhookId: id, eventId: 'x', event: 'ping', payload: `{"${marker}":1}`, state: 'failed', attempts: 1, log: [] });
  await insert('mails', { ...own, kind: 'test', recipient: `${marker}@example.com`, subject: marker, text: marker, secret: false, state: 'unsent', attempts: 0 });
  await insert('audit', { ...own, actorKind: 'agent', actorId: agentId, actorName: marker, action: 'test.done', detail: {} });
}
