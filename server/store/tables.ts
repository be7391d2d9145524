import type { Columns } from './columns.sqlite.ts';

/** Who can be a member of a conversation or a call. */
export type MemberKind = 'visitor' | 'agent';

/** Who can have written a line: a member, or the server itself (`Call ended`). */
export type AuthorKind = MemberKind | 'system';

/** What a line of a conversation is: said, a private note among agents, or how a call went. */
export type MessageKind = 'text' | 'note' | 'call';

/** What belongs to a line beside its text, for instance the facts of a call. */
export type MessageData = Record<string, unknown>;

/** The newest line of a conversation, as lists show it; `text` is cut, see `previewLength` in append.ts. */
export interface Preview {
  seq: number;
  kind: MessageKind;
  authorKind: AuthorKind;
  text: string;
  data: MessageData | null;
}

/** Why a stretch of a recording is missing. Milliseconds from the recording's start. */
export interface Gap {
  fromMs: number;
  toMs: number;
  reason: string;
}

/**
 * Every table, written once in the vocabulary of columns.sqlite.ts and columns.postgres.ts.
 *
 * Rules: ids are UUIDv7 made by us; every row that belongs to somebody names its `organisationId`, and every look-up is by
 * (organisation, id); `when` columns are milliseconds. There are no foreign keys: rows go away through use cases, which have
 * objects in the blob store to remove as well, and the hot path pays for no look-up that its own statements do already.
 * The unique `openKey` and `activeKey` hold "one open conversation a visitor" and "one live call a conversation": they carry
 * the visitor's or conversation's id while it is so, and null afterwards.
 */
export function defineTables({ table, id, text, int, flag, when, json, index, uniqueIndex, primaryKey }: Columns) {
  const organisations = table('organisations', {
    id: id().primaryKey(), name: text().notNull(), createdAt: when().notNull(),
  });

  /** `email` is in lower case. */
  const agents = table('agents', {
    id: id().primaryKey(), organisationId: id().notNull(), email: text().notNull(), name: text().notNull(),
    passwordHash: text().notNull(), role: text<'owner' | 'admin' | 'agent'>().notNull(),
    status: text<'active' | 'disabled'>().notNull(), createdAt: when().notNull(), updatedAt: when().notNull(),
  }, (t) => [uniqueIndex('agents_email').on(t.email), index('agents_organisation').on(t.organisationId)]);

  const sessions = table('sessions', {
    id: id().primaryKey(), agentId: id().notNull(), organisationId: id().notNull(), refreshHash: text().notNull(),
    previousHash: text(), rotatedAt: when().notNull(), createdAt: when().notNull(), expiresAt: when().notNull(), revokedAt: when(),
  }, (t) => [
    uniqueIndex('sessions_refresh_hash').on(t.refreshHash), index('sessions_previous_hash').on(t.previousHash),
    index('sessions_agent').on(t.agentId),
  ]);

  const sites = table('sites', {
    id: id().primaryKey(), organisationId: id().notNull(), name: text().notNull(), publishableKey: text().notNull(),
    origins: json<string[]>().notNull(), settings: json<Record<string, unknown>>().notNull(),
    createdAt: when().notNull(), updatedAt: when().notNull(),
  }, (t) => [uniqueIndex('sites_publishable_key').on(t.publishableKey), index('sites_organisation').on(t.organisationId)]);

  const visitors = table('visitors', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), name: text().notNull(), email: text(),
    locale: text(), createdAt: when().notNull(), lastSeenAt: when().notNull(),
  }, (t) => [index('visitors_organisation_site').on(t.organisationId, t.siteId)]);

  const conversations = table('conversations', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), visitorId: id().notNull(),
    status: text<'open' | 'closed'>().notNull(), openKey: id(), assigneeId: id(), lastSeq: int().notNull(),
    lastMessageAt: when().notNull(), preview: json<Preview>(), createdAt: when().notNull(), updatedAt: when().notNull(),
    closedAt: when(),
  }, (t) => [
    uniqueIndex('conversations_open_key').on(t.openKey),
    index('conversations_organisation_last').on(t.organisationId, t.lastMessageAt), index('conversations_visitor').on(t.visitorId),
  ]);

  /**
   * How far a member has read. Writing moves the writer's own cursor too, so that unread is always `lastSeq - readSeq`.
   * This table, segments and chunks are WITHOUT ROWID in SQLite (by hand in the migration): small rows, the key is the table.
   */
  const reads = table('reads', {
    conversationId: id().notNull(), memberKind: text<MemberKind>().notNull(), memberId: id().notNull(),
    organisationId: id().notNull(), readSeq: int().notNull(), updatedAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.conversationId, t.memberKind, t.memberId] })]);

  /**
   * The order of the columns in `messages_client_id` is a third of the price of a message: client ids grow with time, so that
   * the index grows at its end, where a conversation first would touch a page somewhere else for each message. For the same
   * reason it keeps SQLite's rowid: rows go to the end of the table, only the narrow key is scattered.
   */
  const messages = table('messages', {
    conversationId: id().notNull(), seq: int().notNull(), id: id().notNull(), clientId: id().notNull(),
    organisationId: id().notNull(), authorKind: text<AuthorKind>().notNull(), authorId: id().notNull(),
    authorName: text().notNull(), kind: text<MessageKind>().notNull(), text: text().notNull(), data: json<MessageData>(),
    createdAt: when().notNull(),
  }, (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }), uniqueIndex('messages_client_id').on(t.clientId, t.conversationId),
  ]);

  const calls = table('calls', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), conversationId: id().notNull(),
    visitorId: id().notNull(), mode: text<'audio' | 'video'>().notNull(), state: text<'ringing' | 'active' | 'ended'>().notNull(),
    activeKey: id(), startedByKind: text<MemberKind>().notNull(), startedById: id().notNull(), startedByName: text().notNull(),
    agentId: id(), agentName: text(), createdAt: when().notNull(), answeredAt: when(), endedAt: when(),
    endReason: text<'cancelled' | 'declined' | 'no_answer' | 'busy' | 'visitor_hangup' | 'agent_hangup' | 'left' | 'ice_failed'
      | 'media_failed' | 'error'>(),
  }, (t) => [
    uniqueIndex('calls_active_key').on(t.activeKey), index('calls_organisation_created').on(t.organisationId, t.createdAt),
    index('calls_conversation').on(t.conversationId),
  ]);

  const consents = table('consents', {
    id: id().primaryKey(), organisationId: id().notNull(), callId: id().notNull(), memberKind: text<MemberKind>().notNull(),
    memberId: id().notNull(), granted: flag().notNull(), textVersion: text().notNull(), locale: text().notNull(),
    createdAt: when().notNull(),
  }, (t) => [uniqueIndex('consents_member').on(t.callId, t.memberKind, t.memberId)]);

  const recordings = table('recordings', {
    id: id().primaryKey(), organisationId: id().notNull(), callId: id().notNull(), conversationId: id().notNull(),
    state: text<'recording' | 'merging' | 'ready' | 'partial' | 'failed'>().notNull(), mimeType: text().notNull(),
    startedAt: when().notNull(), endedAt: when(), durationMs: int(), bytes: int(), sha256: text(), gaps: json<Gap[]>().notNull(),
    blobKey: text(), claimedBy: text(), claimedUntil: when(), attempts: int().notNull(), lastChunkAt: when(), completedAt: when(),
    failure: text(), createdAt: when().notNull(), updatedAt: when().notNull(),
  }, (t) => [
    uniqueIndex('recordings_call').on(t.callId), index('recordings_organisation_created').on(t.organisationId, t.createdAt),
    index('recordings_state').on(t.state),
  ]);

  /** `chunks` is how many there are in all, known when the recorder completes the segment. */
  const segments = table('segments', {
    recordingId: id().notNull(), segment: int().notNull(), organisationId: id().notNull(), recorderKind: text<MemberKind>().notNull(),
    recorderId: id().notNull(), mimeType: text().notNull(), startedAt: when().notNull(), chunks: int(), createdAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.recordingId, t.segment] })]);

  const chunks = table('chunks', {
    recordingId: id().notNull(), segment: int().notNull(), seq: int().notNull(), bytes: int().notNull(), sha256: text().notNull(),
    receivedAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.recordingId, t.segment, t.seq] })]);

  return { organisations, agents, sessions, sites, visitors, conversations, reads, messages, calls, consents, recordings, segments, chunks };
}

/** The tables as stores see them, whichever engine is behind. */
export type Tables = ReturnType<typeof defineTables>;

/** A row as it is read: `Row<'messages'>`. */
export type Row<T extends keyof Tables> = Tables[T]['$inferSelect'];

/** A row as it is inserted; what may be null may be left out. */
export type NewRow<T extends keyof Tables> = Tables[T]['$inferInsert'];
