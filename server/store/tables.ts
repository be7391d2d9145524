import type { Columns } from './columns.sqlite.ts';

/** Who can be a member of a conversation or a call. */
export type MemberKind = 'visitor' | 'agent';

/** Who can have written a line: a member, a program of the organisation's (an API key, a bot), or the server itself (`Call ended`). */
export type AuthorKind = MemberKind | 'bot' | 'system';

/** What a line of a conversation is: said, a private note among agents, or how a call went. */
export type MessageKind = 'text' | 'note' | 'call';

/** What belongs to a line beside its text, for instance the facts of a call. */
export type MessageData = Record<string, unknown>;

/** The newest line of a conversation, as lists show it; `text` is cut, see `previewLength` in append.ts. */
export interface Preview {
  seq: number;
  kind: MessageKind;
  authorKind: AuthorKind;
  /** Absent in rows of older versions. */
  authorId?: string;
  text: string;
  data: MessageData | null;
}

/** Why a stretch of a recording is missing. Milliseconds from the recording's start. */
export interface Gap {
  fromMs: number;
  toMs: number;
  reason: string;
}

/** One file of a recording that has several, because codecs changed that no file can hold together. */
export interface RecordingPart {
  /** Where its beginning lies on the clock of the recording, ms. */
  offsetMs: number;
  durationMs: number;
  bytes: number;
  sha256: string;
  mimeType: string;
}

/** How a call's media went, as each side measured it: round trip and jitter in ms, loss and share of concealed sound in percent. */
export interface CallQuality {
  visitor?: MediaQuality;
  agent?: MediaQuality;
}

/** One side's measurements over the whole call. `relayed`: the path went through a relay. `drops`: when it was poor, ms from the answer. */
export interface MediaQuality {
  rttMs: number;
  jitterMs: number;
  lossPercent: number;
  concealedPercent: number;
  relayed: boolean;
  drops: { fromMs: number; toMs: number }[];
}

/** What a caller whom nobody answered left: a wish to be called back, with the number or address to do it, and words. */
export interface FollowUp {
  kind: 'callback' | 'message';
  contact: string;
  text: string;
  at: number;
  /** Who of the team has seen to it, once somebody has. */
  doneBy?: { id: string; name: string };
}

/** Why nobody may delete a recording, and who said so. */
export interface LegalHold {
  reason: string;
  by: { id: string; name: string };
  at: number;
}

/** A stretch in which nobody was to record, e.g. while a card's number was said. Ms since the epoch; `toMs` null = it goes on. */
export interface Pause {
  fromMs: number;
  toMs: number | null;
  by: { kind: MemberKind; id: string };
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
    id: id().primaryKey(), name: text().notNull(), settings: json<Record<string, unknown>>(), createdAt: when().notNull(),
  });

  /**
   * `email` is in lower case. An empty `passwordHash` fits no password: whoever signs in by OIDC alone has it.
   * `settings`: the agent's own switches and language; `capacity`: open conversations that routing gives it at most, null = any.
   * `assignedAt`: when routing last gave it one; setting it by compare-and-set keeps two processes from giving at once.
   */
  const agents = table('agents', {
    id: id().primaryKey(), organisationId: id().notNull(), email: text().notNull(), name: text().notNull(),
    passwordHash: text().notNull(), role: text<'owner' | 'admin' | 'agent'>().notNull(),
    status: text<'active' | 'disabled'>().notNull(), createdAt: when().notNull(), updatedAt: when().notNull(),
    settings: json<Record<string, unknown>>(), capacity: int(), lastSeenAt: when(), assignedAt: when(),
  }, (t) => [uniqueIndex('agents_email').on(t.email), index('agents_organisation').on(t.organisationId)]);

  const sessions = table('sessions', {
    id: id().primaryKey(), agentId: id().notNull(), organisationId: id().notNull(), refreshHash: text().notNull(),
    previousHash: text(), rotatedAt: when().notNull(), createdAt: when().notNull(), expiresAt: when().notNull(), revokedAt: when(),
    userAgent: text(),
  }, (t) => [
    uniqueIndex('sessions_refresh_hash').on(t.refreshHash), index('sessions_previous_hash').on(t.previousHash),
    index('sessions_agent').on(t.agentId),
  ]);

  const sites = table('sites', {
    id: id().primaryKey(), organisationId: id().notNull(), name: text().notNull(), publishableKey: text().notNull(),
    origins: json<string[]>().notNull(), settings: json<Record<string, unknown>>().notNull(),
    createdAt: when().notNull(), updatedAt: when().notNull(), identitySecret: text(), archivedAt: when(),
  }, (t) => [uniqueIndex('sites_publishable_key').on(t.publishableKey), index('sites_organisation').on(t.organisationId)]);

  /**
   * `externalId` is the customer's own id for somebody whom its server vouched for: one row a site. `email` and `fields` of a row
   * without `verifiedAt` are what the visitor says. `mergedInto`: this one was found to be that one, or, if it is itself, is being
   * erased; it is in no list then, and its token is worth nothing.
   */
  const visitors = table('visitors', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), name: text().notNull(), email: text(),
    locale: text(), createdAt: when().notNull(), lastSeenAt: when().notNull(), externalId: text(), verifiedAt: when(),
    fields: json<Record<string, string>>(), device: json<Record<string, string>>(), context: json<Record<string, unknown>>(),
    note: text(), mergedInto: id(),
  }, (t) => [
    index('visitors_organisation_site').on(t.organisationId, t.siteId), uniqueIndex('visitors_external').on(t.siteId, t.externalId),
    index('visitors_organisation_seen').on(t.organisationId, t.lastSeenAt), index('visitors_site_name').on(t.siteId, t.name),
    index('visitors_merged').on(t.mergedInto),
  ]);

  /** The pages that a visitor opened with the chat running: title and address without query. */
  const pageViews = table('page_views', {
    id: id().primaryKey(), organisationId: id().notNull(), visitorId: id().notNull(), url: text().notNull(), title: text().notNull(),
    createdAt: when().notNull(),
  }, (t) => [index('page_views_visitor').on(t.visitorId, t.id)]);

  /**
   * Visitors know nothing of private notes. `visibleSeq` and `visiblePreview` are of the newest line that is none, null while
   * that is the newest of all; `notes` counts them; a note leaves `lastMessageAt` and `updatedAt` alone.
   * `botId`, `botName`: the program that answers at present; from `handedOverAt` on no program takes the conversation any more.
   * `teamKind`: a room of agents alone, which has no visitor and no site: both are empty then, so that whatever joins visitors or
   * sites never finds one. Null = a visitor's. `directKey` holds "one direct room of two": their ids, the smaller first.
   */
  const conversations = table('conversations', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), visitorId: id().notNull(),
    status: text<'open' | 'closed'>().notNull(), openKey: id(), assigneeId: id(), lastSeq: int().notNull(),
    lastMessageAt: when().notNull(), preview: json<Preview>(), createdAt: when().notNull(), updatedAt: when().notNull(),
    closedAt: when(), closedBy: json<{ kind: string; id: string; name: string }>(), assignedAt: when(),
    firstMessageAt: when(), firstAnswerAt: when(), botId: id(), botName: text(), handedOverAt: when(),
    visibleSeq: int(), visiblePreview: json<Preview>(), notes: int(), rating: int(), ratingComment: text(), ratedAt: when(),
    teamKind: text<'direct' | 'group'>(), title: text(), directKey: text(),
  }, (t) => [
    uniqueIndex('conversations_direct_key').on(t.directKey),
    uniqueIndex('conversations_open_key').on(t.openKey),
    index('conversations_organisation_last').on(t.organisationId, t.lastMessageAt), index('conversations_visitor').on(t.visitorId),
    index('conversations_assignee').on(t.organisationId, t.assigneeId, t.lastMessageAt),
    index('conversations_organisation_created').on(t.organisationId, t.createdAt),
  ]);

  /**
   * Agents who take part. In a room of the team they are its members, and nobody else sees it; in a visitor's conversation, which all
   * agents see, they are those who joined it.
   */
  const participants = table('participants', {
    conversationId: id().notNull(), agentId: id().notNull(), organisationId: id().notNull(), joinedAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.conversationId, t.agentId] }), index('participants_agent').on(t.organisationId, t.agentId)]);

  /** What an agent keeps at the top of its own list. */
  const pins = table('pins', {
    agentId: id().notNull(), conversationId: id().notNull(), organisationId: id().notNull(), createdAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.agentId, t.conversationId] }), index('pins_conversation').on(t.conversationId)]);

  /**
   * Files that go with messages. Until one is sent `conversationId` is null, and after a day it is swept away; from then on it
   * belongs to the message with `clientId` in that conversation. `uploadId` is made by the uploader and makes a repeated upload find
   * the first. `type` is what the bytes are, not what was said of them. `siteId` is empty for what agents sent.
   */
  const files = table('files', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), uploaderKind: text<AuthorKind>().notNull(), uploaderId: id().notNull(),
    uploadId: id().notNull(), conversationId: id(), clientId: id(), name: text().notNull(), type: text().notNull(), bytes: int().notNull(),
    sha256: text().notNull(), width: int(), height: int(), blobKey: text().notNull(), createdAt: when().notNull(),
  }, (t) => [
    uniqueIndex('files_upload').on(t.uploaderId, t.uploadId), index('files_conversation').on(t.conversationId, t.createdAt),
    index('files_organisation').on(t.organisationId, t.createdAt),
  ]);

  /**
   * How far each conversation is in the search index, which follows the messages (see search-index.ts). `number` is the conversation in
   * `searchEntries`, given by the engine (by hand in the migration for Postgres): millions of rows hold it, so it is short.
   */
  const searchProgress = table('search_progress', {
    number: int().primaryKey(), conversationId: id().notNull(), organisationId: id().notNull(), indexedSeq: int().notNull(),
  }, (t) => [uniqueIndex('search_progress_conversation').on(t.conversationId)]);

  /**
   * Which message stands behind an entry of the search index. `doc` grows with the message's time. What the message holds is, written
   * by hand in the migration, on SQLite in the FTS5 table `search_index` under the same number, on Postgres in a column of this table.
   */
  const searchEntries = table('search_entries', {
    doc: int().primaryKey(), conversation: int().notNull(), seq: int().notNull(),
  }, (t) => [index('search_entries_conversation').on(t.conversation, t.doc)]);

  /** Visitors who asked to be forgotten: their old tokens begin nothing again. The id alone is kept, until the token would have ended. */
  const erasedVisitors = table('erased_visitors', {
    id: id().primaryKey(), organisationId: id().notNull(), erasedAt: when().notNull(),
  }, (t) => [index('erased_visitors_at').on(t.erasedAt)]);

  /** The words that conversations can be sorted by. `name` as written; `key` is it in lower case, unique in the organisation. */
  const tags = table('tags', {
    id: id().primaryKey(), organisationId: id().notNull(), key: text().notNull(), name: text().notNull(), colour: text().notNull(),
    createdAt: when().notNull(),
  }, (t) => [uniqueIndex('tags_key').on(t.organisationId, t.key)]);

  const conversationTags = table('conversation_tags', {
    conversationId: id().notNull(), tagId: id().notNull(), organisationId: id().notNull(), createdAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.conversationId, t.tagId] }), index('conversation_tags_tag').on(t.organisationId, t.tagId)]);

  const savedFilters = table('saved_filters', {
    id: id().primaryKey(), organisationId: id().notNull(), agentId: id().notNull(), name: text().notNull(),
    query: json<Record<string, string>>().notNull(), createdAt: when().notNull(),
  }, (t) => [index('saved_filters_agent').on(t.organisationId, t.agentId)]);

  /** Answers that are written once and used often. `{{visitor.name}}` and the like in `text` are filled in by the panel. */
  const cannedReplies = table('canned_replies', {
    id: id().primaryKey(), organisationId: id().notNull(), shortcut: text().notNull(), text: text().notNull(),
    createdAt: when().notNull(), updatedAt: when().notNull(),
  }, (t) => [uniqueIndex('canned_replies_shortcut').on(t.organisationId, t.shortcut)]);

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
    quality: json<CallQuality>(), followUp: json<FollowUp>(), followedUpAt: when(),
  }, (t) => [
    uniqueIndex('calls_active_key').on(t.activeKey), index('calls_organisation_created').on(t.organisationId, t.createdAt),
    index('calls_conversation').on(t.conversationId), index('calls_visitor').on(t.organisationId, t.visitorId),
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
    failure: text(), createdAt: when().notNull(), updatedAt: when().notNull(), pauses: json<Pause[]>(), legalHold: json<LegalHold>(),
    parts: json<RecordingPart[]>(),
  }, (t) => [
    uniqueIndex('recordings_call').on(t.callId), index('recordings_organisation_created').on(t.organisationId, t.createdAt),
    index('recordings_state').on(t.state),
  ]);

  /** `chunks` is how many there are in all, known when the recorder completes the segment. `standby`: it only fills the holes of others. */
  const segments = table('segments', {
    recordingId: id().notNull(), segment: int().notNull(), organisationId: id().notNull(), recorderKind: text<MemberKind>().notNull(),
    recorderId: id().notNull(), mimeType: text().notNull(), startedAt: when().notNull(), chunks: int(), createdAt: when().notNull(),
    standby: flag(),
  }, (t) => [primaryKey({ columns: [t.recordingId, t.segment] })]);

  const chunks = table('chunks', {
    recordingId: id().notNull(), segment: int().notNull(), seq: int().notNull(), bytes: int().notNull(), sha256: text().notNull(),
    receivedAt: when().notNull(),
  }, (t) => [primaryKey({ columns: [t.recordingId, t.segment, t.seq] })]);

  /** Links by which a visitor goes on in another browser, once. The token itself is never stored, only its hash. */
  const handoffs = table('handoffs', {
    id: id().primaryKey(), organisationId: id().notNull(), siteId: id().notNull(), visitorId: id().notNull(), tokenHash: text().notNull(),
    createdAt: when().notNull(), expiresAt: when().notNull(), usedAt: when(),
  }, (t) => [uniqueIndex('handoffs_token').on(t.tokenHash), index('handoffs_expires').on(t.expiresAt)]);

  /** Links by which somebody joins the team. The token itself is never stored, only its hash. */
  const invitations = table('invitations', {
    id: id().primaryKey(), organisationId: id().notNull(), email: text().notNull(), name: text(), role: text<'owner' | 'admin' | 'agent'>().notNull(),
    tokenHash: text().notNull(), invitedById: id().notNull(), invitedByName: text().notNull(), createdAt: when().notNull(),
    expiresAt: when().notNull(), acceptedAt: when(), revokedAt: when(),
  }, (t) => [uniqueIndex('invitations_token').on(t.tokenHash), index('invitations_organisation').on(t.organisationId)]);

  /** Links by which somebody sets a new password, once. The old one works until then (threats.md S25). */
  const passwordResets = table('password_resets', {
    id: id().primaryKey(), organisationId: id().notNull(), agentId: id().notNull(), tokenHash: text().notNull(),
    createdAt: when().notNull(), expiresAt: when().notNull(), usedAt: when(),
  }, (t) => [uniqueIndex('password_resets_token').on(t.tokenHash), index('password_resets_agent').on(t.agentId)]);

  /** Which account of an OpenID provider is which agent: by issuer and subject, never by e-mail alone. */
  const identities = table('identities', {
    id: id().primaryKey(), organisationId: id().notNull(), agentId: id().notNull(), issuer: text().notNull(), subject: text().notNull(),
    createdAt: when().notNull(),
  }, (t) => [uniqueIndex('identities_subject').on(t.issuer, t.subject), index('identities_agent').on(t.agentId)]);

  /** Who did what. Rows are only ever added; ids grow with time. */
  const audit = table('audit', {
    id: id().primaryKey(), organisationId: id().notNull(), actorKind: text().notNull(), actorId: id().notNull(), actorName: text().notNull(),
    action: text().notNull(), targetKind: text(), targetId: id(), targetName: text(), detail: json<Record<string, unknown>>(),
    address: text(), createdAt: when().notNull(),
  }, (t) => [index('audit_organisation').on(t.organisationId, t.id)]);

  /** Programs' keys: only the hash is kept; `prefix` is how people tell them apart. */
  const apiKeys = table('api_keys', {
    id: id().primaryKey(), organisationId: id().notNull(), name: text().notNull(), prefix: text().notNull(), hash: text().notNull(),
    scopes: json<string[]>().notNull(), createdById: id().notNull(), createdAt: when().notNull(), expiresAt: when(), lastUsedAt: when(),
    revokedAt: when(),
  }, (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_organisation').on(t.organisationId)]);

  /**
   * `bot`: its answer may write into the conversation. `events` are names of webhook events, or `*`. `previousSecret` signs too until
   * `previousUntil`. `busyBy`: the process that delivers to it until `busyUntil`; one at a time, so that events arrive in order.
   */
  const webhooks = table('webhooks', {
    id: id().primaryKey(), organisationId: id().notNull(), name: text().notNull(), url: text().notNull(), events: json<string[]>().notNull(),
    secret: text().notNull(), enabled: flag().notNull(), bot: flag().notNull(), createdAt: when().notNull(), updatedAt: when().notNull(),
    failingSince: when(), previousSecret: text(), previousUntil: when(), busyBy: text(), busyUntil: when(),
  }, (t) => [index('webhooks_organisation').on(t.organisationId)]);

  /** One event on its way to one webhook. `eventId` is made from what happened, so that telling it twice makes one row. */
  const deliveries = table('deliveries', {
    id: id().primaryKey(), organisationId: id().notNull(), webhookId: id().notNull(), eventId: text().notNull(), event: text().notNull(),
    payload: text().notNull(), state: text<'waiting' | 'delivered' | 'failed'>().notNull(), attempts: int().notNull(), nextAt: when(),
    claimedBy: text(), claimedUntil: when(), log: json<Record<string, unknown>[]>().notNull(), createdAt: when().notNull(), endedAt: when(),
  }, (t) => [
    uniqueIndex('deliveries_event').on(t.webhookId, t.eventId), index('deliveries_next').on(t.webhookId, t.state, t.nextAt),
    index('deliveries_webhook').on(t.webhookId, t.id), index('deliveries_organisation').on(t.organisationId, t.createdAt),
  ]);

  /**
   * Mail on its way. `unsent`: there is no SMTP, the panel shows it. `key` names what it is about, for debouncing.
   * A mail that holds a secret link loses its `text` and `html` as soon as it has left.
   */
  const mails = table('mails', {
    id: id().primaryKey(), organisationId: id().notNull(), kind: text().notNull(), key: text(), recipient: text().notNull(), subject: text().notNull(),
    text: text(), html: text(), secret: flag().notNull(), state: text<'waiting' | 'sent' | 'failed' | 'unsent'>().notNull(), attempts: int().notNull(), nextAt: when(),
    claimedBy: text(), claimedUntil: when(), error: text(), createdAt: when().notNull(), endedAt: when(),
  }, (t) => [index('mails_due').on(t.state, t.nextAt), index('mails_organisation').on(t.organisationId, t.id), index('mails_key').on(t.key, t.createdAt)]);

  /** A browser that wants to be told although no panel is open (RFC 8030, RFC 8291). */
  const pushSubscriptions = table('push_subscriptions', {
    id: id().primaryKey(), organisationId: id().notNull(), agentId: id().notNull(), sessionId: id().notNull(), endpoint: text().notNull(),
    p256dh: text().notNull(), auth: text().notNull(), locale: text(), createdAt: when().notNull(),
  }, (t) => [uniqueIndex('push_subscriptions_endpoint').on(t.endpoint), index('push_subscriptions_agent').on(t.organisationId, t.agentId)]);

  return {
    organisations, agents, sessions, sites, visitors, pageViews, conversations, tags, conversationTags, savedFilters, cannedReplies, reads, messages,
    participants, pins, files, searchProgress, searchEntries, erasedVisitors, handoffs,
    calls, consents, recordings, segments, chunks, invitations, passwordResets, identities, audit, apiKeys, webhooks, deliveries, mails, pushSubscriptions,
  };
}

/** The tables as stores see them, whichever engine is behind. */
export type Tables = ReturnType<typeof defineTables>;

/** A row as it is read: `Row<'messages'>`. */
export type Row<T extends keyof Tables> = Tables[T]['$inferSelect'];

/** A row as it is inserted; what may be null may be left out. */
export type NewRow<T extends keyof Tables> = Tables[T]['$inferInsert'];
