import { Type, type Static } from 'typebox';
import { Call, ClientId, Conversation, EmailAddress, File, Id, Message, Named, PageView, Recording, Tag, Timestamp, Visitor } from './shapes.ts';

// The daily work in the panel: tags, canned replies, saved filters, bulk changes, one visitor's timeline, reports.

const Name = Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' });

export const TagBody = Type.Object({ name: Name, colour: Tag.properties.colour }, { examples: [{ name: 'Returns', colour: 'orange' }] });
export const TagPatch = Type.Partial(TagBody, { examples: [{ colour: 'teal' }] });

/** An answer that is written once. `text` may hold `{{visitor.name}}`, `{{agent.name}}`, `{{site.name}}`. */
export const CannedReply = Type.Object({ id: Type.String(), shortcut: Type.String(), text: Type.String(), updatedAt: Timestamp });
export const CannedReplyBody = Type.Object({ shortcut: Type.String({ pattern: '^[^\\s/]{1,32}$' }), text: Type.String({ minLength: 1, maxLength: 4000, pattern: '\\S' }) }, {
  examples: [{ shortcut: 'thanks', text: 'Thank you for writing, {{visitor.name}}!' }],
});
export const CannedReplyPatch = Type.Partial(CannedReplyBody, { examples: [{ text: 'Thank you, {{visitor.name}}!' }] });

/** A filter of the inbox that an agent kept; `query` as in the address of `GET /v1/conversations`. */
export const SavedFilter = Type.Object({ id: Type.String(), name: Type.String(), query: Type.Record(Type.String(), Type.String()) });
export const SavedFilterBody = Type.Object({ name: Name, query: Type.Record(Type.String({ maxLength: 20 }), Type.String({ maxLength: 200 }), { maxProperties: 10 }) }, { examples: [{ name: 'Unread in the shop', query: { unread: 'true', status: 'open' } }] });

/** Changes of a conversation. `assigneeId` null = nobody. `tagIds` replaces all. `bot: false` hands over to people. */
export const ConversationPatch = Type.Object({
  status: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('closed')])),
  assigneeId: Type.Optional(Type.Union([Id, Type.Null()])),
  tagIds: Type.Optional(Type.Array(Id, { maxItems: 20 })),
  bot: Type.Optional(Type.Literal(false)),
  /** What a group, or a visitor's conversation, is about; null or empty = none, which a group cannot have. */
  title: Type.Optional(Type.Union([Type.String({ maxLength: 120 }), Type.Null()])),
}, { examples: [{ status: 'closed' }] });
/** The same change to many; those that it does not fit are told apart. */
export const BulkBody = Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: 100 }), change: ConversationPatch }, {
  examples: [{ ids: ['01a1fd8b-94f0-74b5-a0df-1ba9237d8988'], change: { status: 'closed' } }],
});
export const BulkAnswer = Type.Object({ changed: Type.Array(Type.String()), refused: Type.Array(Type.Object({ id: Type.String(), code: Type.String() })) });
export const RatingBody = Type.Object({ score: Type.Integer({ minimum: 1, maximum: 5 }), comment: Type.Optional(Type.String({ maxLength: 1000 })) }, { examples: [{ score: 5, comment: 'Quick and kind.' }] });
/**
 * A conversation to begin: by an agent or a program with a visitor that is known, or (`title` and `agentIds`) by an agent with
 * colleagues, as a group.
 */
export const ConversationBody = Type.Object({
  visitorId: Type.Optional(Id), title: Type.Optional(Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' })),
  agentIds: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 50 })),
  /** Makes a repeated request for a group (after a lost answer) find the same one. */
  clientId: Type.Optional(ClientId),
}, { examples: [{ visitorId: '01a1fd8b-94f0-74b5-a0df-1ba9237d8988' }] });
/** Colleagues to take into a group. */
export const MembersBody = Type.Object({ agentIds: Type.Array(Id, { minItems: 1, maxItems: 50 }) }, { examples: [{ agentIds: ['01a1fd8b-94f0-74b5-a0df-1ba9237d8988'] }] });
/** What an agent has pinned, the latest first. */
export const PinsAnswer = Type.Object({ items: Type.Array(Type.String()), next: Type.Null() });
export const Participants = Type.Object({ items: Type.Array(Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String(), readSeq: Type.Integer() })), next: Type.Null() });
export const ExportQuery = Type.Object({ format: Type.Optional(Type.Union([Type.Literal('txt'), Type.Literal('json')])), locale: Type.Optional(Type.String({ maxLength: 35 })) });
/** What `format=json` gives; the same goes out with a visitor's own data. */
export const ConversationExport = Type.Object({ conversation: Conversation, messages: Type.Array(Message), calls: Type.Array(Call), recordings: Type.Array(Recording) });

export const VisitorPatch = Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })), email: Type.Optional(Type.Union([EmailAddress, Type.Null()])), note: Type.Optional(Type.String({ maxLength: 4000 })) }, { examples: [{ name: 'Kim Mina', note: 'Prefers to be called in the afternoon.' }] });
/** One thing that happened with a visitor; newest first. */
export const TimelineEntry = Type.Union([
  Type.Object({ kind: Type.Literal('conversation'), at: Timestamp, conversation: Conversation }),
  Type.Object({ kind: Type.Literal('message'), at: Timestamp, message: Message }),
  Type.Object({ kind: Type.Literal('call'), at: Timestamp, call: Call }),
  Type.Object({ kind: Type.Literal('recording'), at: Timestamp, recording: Recording }),
  Type.Object({ kind: Type.Literal('page'), at: Timestamp, page: PageView }),
]);
/** Everything that is kept about one person, for the person. */
export const VisitorExport = Type.Object({
  visitor: Visitor, conversations: Type.Array(ConversationExport), pages: Type.Array(PageView),
  /** Uploaded, and not sent yet. Those that were sent stand with their messages. */
  files: Type.Array(File),
});

export const IdentifyBody = Type.Object({
  /** The visitor's token so far; its history goes along. Left out: the site's key, from an allowed Origin. */
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  siteKey: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  /** What the customer's server signed: a JWT (HS256) with `sub`, `exp` and at will `name`, `email`; at most an hour old. */
  identity: Type.String({ minLength: 1, maxLength: 4096 }),
}, { examples: [{ siteKey: 'pk_of_the_site', identity: 'header.claims.signature' }] });

export const ReportQuery = Type.Object({
  from: Type.String({ format: 'date-time', examples: ['2026-01-01T00:00:00.000Z'] }), to: Type.String({ format: 'date-time', examples: ['2026-02-01T00:00:00.000Z'] }), site: Type.Optional(Id), agent: Type.Optional(Id),
  /** IANA; days are cut in it. */
  timeZone: Type.Optional(Type.String({ maxLength: 64, examples: ['Asia/Seoul'] })),
});
const Ms = Type.Union([Type.Number(), Type.Null()]);
/** The figures of a stretch of time, of an agent or of a site. Times in ms; null = there was none. */
export const Figures = Type.Object({
  conversations: Type.Integer(), messagesIn: Type.Integer(), messagesOut: Type.Integer(), closed: Type.Integer(),
  firstAnswerMedianMs: Ms, firstAnswerP90Ms: Ms, resolutionMedianMs: Ms,
  calls: Type.Integer(), callsAnswered: Type.Integer(), callsMissed: Type.Integer(), callSeconds: Type.Integer(),
  ratings: Type.Integer(), ratingAverage: Type.Union([Type.Number(), Type.Null()]), ratingCounts: Type.Array(Type.Integer(), { minItems: 5, maxItems: 5 }),
});
export const Report = Type.Object({
  total: Figures,
  days: Type.Array(Type.Interface([Figures], { day: Type.String() })),
  agents: Type.Array(Type.Interface([Figures], { agent: Named })),
  sites: Type.Array(Type.Interface([Figures], { site: Named })),
  /** How many conversations began in each hour of the week: [day 0 = Sunday][hour]. */
  heat: Type.Array(Type.Array(Type.Integer())),
});
export const ReportCsvQuery = Type.Interface([ReportQuery], { table: Type.Union([Type.Literal('days'), Type.Literal('agents'), Type.Literal('sites')]) });

/** Over HTTP too, for clients without a socket. */
export const TranscriptBody = Type.Object({ email: EmailAddress, clientId: Type.Optional(ClientId) }, { examples: [{ email: 'mina@mail.example' }] });

export type CannedReply = Static<typeof CannedReply>;
export type SavedFilter = Static<typeof SavedFilter>;
export type ConversationPatch = Static<typeof ConversationPatch>;
export type BulkAnswer = Static<typeof BulkAnswer>;
export type ConversationExport = Static<typeof ConversationExport>;
export type TimelineEntry = Static<typeof TimelineEntry>;
export type VisitorExport = Static<typeof VisitorExport>;
export type Figures = Static<typeof Figures>;
export type Report = Static<typeof Report>;
