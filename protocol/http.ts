import { Type, type Static, type TSchema } from 'typebox';
import { Agent, Call, CallMode, ClientId, Conversation, EmailAddress, FileIds, IceServer, Id, Message, Named, PageView, Recording, Role, Timestamp, Visitor } from './shapes.ts';
import { Site, SiteProfile } from './site.ts';

// Bodies, queries and answers of the HTTP routes below /v1.

/** RFC 9457. */
export const ProblemBody = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.Optional(Type.String()),
  retryAfterMs: Type.Optional(Type.Integer()),
});

/** A page of a list. `next` goes into `?cursor=`. */
export const page = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });

const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
const Password = Type.String({ minLength: 1, maxLength: 256 });
/** The query of every list. */
export const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 256 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 30 })),
});

export const SetupBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 256 }), name: Name, email: EmailAddress, password: Password }, {
  examples: [{ token: 'from the link of the first start', name: 'Olive Owner', email: 'olive@shop.example', password: 'a long sentence of mine' }],
});
export const SetupAnswer = Type.Object({ agent: Agent, site: Site });
export const LoginBody = Type.Object({ email: Type.String({ maxLength: 254 }), password: Password }, { examples: [{ email: 'olive@shop.example', password: 'a long sentence of mine' }] });
export const SessionAnswer = Type.Object({ accessToken: Type.String(), expiresAt: Timestamp, agent: Agent });
export const AgentBody = Type.Object({ name: Name, email: EmailAddress, password: Password, role: Role }, {
  examples: [{ name: 'Ada Agent', email: 'ada@shop.example', password: 'a long sentence of hers', role: 'agent' }],
});
export const VisitorBody = Type.Object({ siteKey: Type.String({ minLength: 1, maxLength: 128 }), locale: Type.Optional(Type.String({ maxLength: 35 })) }, { examples: [{ siteKey: 'pk_of_the_site', locale: 'ko-KR' }] });
export const VisitorAnswer = Type.Object({ token: Type.String(), expiresAt: Timestamp, visitor: Type.Object({ id: Type.String(), name: Type.String(), verified: Type.Boolean() }) });
/** A secret for a link by which a visitor goes on in another browser. */
export const HandoffAnswer = Type.Object({ token: Type.String(), expiresAt: Timestamp });
export const HandoffBody = Type.Object({ siteKey: Type.String({ minLength: 1, maxLength: 128 }), token: Type.String({ minLength: 1, maxLength: 128 }) }, { examples: [{ siteKey: 'pk_of_the_site', token: 'from behind the # of the link' }] });
export const VisitorsQuery = Type.Interface([PageQuery], {
  /** Part of the name, the e-mail or the customer's own id, whatever the case. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  site: Type.Optional(Id),
  verified: Type.Optional(Type.Boolean()),
  online: Type.Optional(Type.Boolean()),
});
export const WidgetConfig = Type.Object({ site: SiteProfile });

export const ConversationsQuery = Type.Interface([PageQuery], {
  /** With visitors (unless given), or the own ones among agents: `team`, which the other filters but `unread` and `text` leave alone. */
  kind: Type.Optional(Type.Union([Type.Literal('visitor'), Type.Literal('team')])),
  status: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('closed')])),
  visitor: Type.Optional(Id),
  unread: Type.Optional(Type.Boolean()),
  /** An agent's id, `me`, or `none`. */
  assignee: Type.Optional(Id),
  tag: Type.Optional(Id),
  site: Type.Optional(Id),
  /** Part of a message or of the visitor's name, whatever the case. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
});
export const MessagesQuery = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
});
/**
 * A message of an agent over HTTP. `clientId` makes a repetition harmless, as over the socket. An API key writes as itself (a bot),
 * or with `asAgentId` in the name of an agent.
 */
export const MessageBody = Type.Object({
  clientId: ClientId, text: Type.String({ maxLength: 20_000 }), note: Type.Optional(Type.Boolean()), fileIds: Type.Optional(FileIds), asAgentId: Type.Optional(Id),
}, { examples: [{ clientId: '01a1fd8b-94f0-74b5-a0df-1ba9237d8988', text: 'Your parcel left us this morning.' }] });
export const MessagesAnswer = Type.Object({ items: Type.Array(Message), next: Type.Union([Type.String(), Type.Null()]) });
export const CallsQuery = Type.Interface([PageQuery], {
  visitor: Type.Optional(Id),
  agent: Type.Optional(Id),
  mode: Type.Optional(CallMode),
  site: Type.Optional(Id),
  /** Those that ring, or those that run, at this moment. */
  state: Type.Optional(Type.Union([Type.Literal('ringing'), Type.Literal('active')])),
  /** `missed`: ended without an answer. */
  outcome: Type.Optional(Type.Union([Type.Literal('answered'), Type.Literal('missed')])),
  recorded: Type.Optional(Type.Boolean()),
  /** `open`: something was left after it that nobody has seen to yet. */
  followUp: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('done')])),
  /** Part of the visitor's or agent's name, or of a message of the call's conversation. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  sort: Type.Optional(Type.Union([Type.Literal('newest'), Type.Literal('oldest')])),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Begun at this moment or later: a full RFC 3339 timestamp, e.g. 2026-01-31T12:00:00Z.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Begun before this moment, which is not included: a full RFC 3339 timestamp.' })),
});
export const CallsPage = page(Call);
/** Whether the team has seen to what was left after the call. */
export const CallPatch = Type.Object({ followedUp: Type.Boolean() }, { examples: [{ followedUp: true }] });
/**
 * Somebody who waits: by a call that rings, or by a message that nobody has answered. `mode` and `call` are null for a message, `preview` is
 * its beginning. `returning`: has an earlier conversation or call. `consent`: what was said to being recorded, null = nothing yet. `rings`: whether
 * it rings at the reader.
 */
export const QueueEntry = Type.Object({
  kind: Type.Union([Type.Literal('call'), Type.Literal('chat')]), conversationId: Type.String(), siteId: Type.String(), visitor: Named,
  mode: Type.Union([CallMode, Type.Null()]), since: Timestamp, page: Type.Union([PageView, Type.Null()]), returning: Type.Boolean(),
  consent: Type.Union([Type.Boolean(), Type.Null()]), rings: Type.Boolean(), call: Type.Union([Call, Type.Null()]), preview: Type.String(),
});
export const QueueAnswer = Type.Object({ items: Type.Array(QueueEntry), next: Type.Null() });
export const ConversationsPage = page(Conversation);
export const VisitorsPage = page(Visitor);
export const SitesPage = page(Site);
export const AgentsPage = page(Agent);
export const IceServersAnswer = Type.Object({ iceServers: Type.Array(IceServer), expiresAt: Timestamp, relayOnly: Type.Optional(Type.Literal(true)) });
export const ChunkParams = Type.Object({
  id: Id,
  segment: Type.Integer({ minimum: 1, maximum: 9999, description: 'As `recording.start` gave it; they count from 1.' }),
  seq: Type.Integer({ minimum: 0, maximum: 999_999, description: 'The number of the chunk in its segment; they count from 0.' }),
});
export const ChunkAnswer = Type.Object({ recordingId: Type.String(), segment: Type.Integer(), seq: Type.Integer(), bytes: Type.Integer(), sha256: Type.String() });
export const CompleteBody = Type.Object({
  segments: Type.Array(Type.Object({
    segment: Type.Integer({ minimum: 1, description: 'As in the address of its chunks; they count from 1.' }),
    chunks: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'How many chunks it has: the last one\'s number and one more, because they count from 0.' }),
  }), { minItems: 1, maxItems: 1000 }),
}, { examples: [{ segments: [{ segment: 1, chunks: 3 }] }] });
/** `missing`: chunks that the server does not have; send them and complete again. Empty = the merge is under way. */
export const CompleteAnswer = Type.Object({
  recording: Recording,
  missing: Type.Array(Type.Object({ segment: Type.Integer(), seqs: Type.Array(Type.Integer()) })),
});

export type ProblemBody = Static<typeof ProblemBody>;
export type SessionAnswer = Static<typeof SessionAnswer>;
export type SetupAnswer = Static<typeof SetupAnswer>;
export type VisitorAnswer = Static<typeof VisitorAnswer>;
export type HandoffAnswer = Static<typeof HandoffAnswer>;
export type CompleteAnswer = Static<typeof CompleteAnswer>;
export type ConversationsQuery = Static<typeof ConversationsQuery>;
export type CallsPage = Static<typeof CallsPage>;
export type QueueEntry = Static<typeof QueueEntry>;
export type QueueAnswer = Static<typeof QueueAnswer>;
export type ConversationsPage = Static<typeof ConversationsPage>;
export type SitesPage = Static<typeof SitesPage>;
export type MessagesAnswer = Static<typeof MessagesAnswer>;
/** A page of `T`. */
export type Page<T> = { items: T[]; next: string | null };
