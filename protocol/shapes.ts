import { Type, type Static } from 'typebox';

// The things that cross the wire, once each. Unknown fields of a request are ignored;
// answers are allow-lists: what has no field here leaves the server nowhere (threats.md S8).

/** An id made by the server: a UUIDv7. Longer than that is never ours. */
export const Id = Type.String({ minLength: 1, maxLength: 64 });
/** An id made by a client: UUID or ULID. */
export const ClientId = Type.String({ pattern: '^[0-9A-Za-z-]{20,64}$' });
/**
 * What an e-mail address alone looks like. Nothing that mail programs read as more than one (`Ann <a@b.example>`, `a@b.example,c`,
 * comments, quotes): what is shown, counted and compared is then what is written to.
 */
export const EMAIL_PATTERN = '^[^\\s@<>()\\[\\]\\\\,;:"\\u0000-\\u001f\\u007f-\\u009f\\ufffd]+@[^\\s@<>()\\[\\]\\\\,;:"\\u0000-\\u001f\\u007f-\\u009f\\ufffd]+$';
/** An e-mail address. */
export const EmailAddress = Type.String({ minLength: 3, maxLength: 254, pattern: EMAIL_PATTERN });
/** Files that go with a message: what `POST /v1/files` gave. */
export const FileIds = Type.Array(Id, { maxItems: 10 });
/** RFC 3339, UTC. */
export const Timestamp = Type.String({ format: 'date-time' });
/** A language of element, panel and mail: one that the server has, e.g. `ko`. Which those are is no part of the contract; any other is refused. */
export const Locale = Type.String({ pattern: '^[a-z]{2,3}$', format: 'language' });
/** Which kind of somebody acts. */
export const PrincipalKind = Type.Union([Type.Literal('visitor'), Type.Literal('agent')]);
/** Somebody who writes or calls; `bot` is a program of the organisation's, `system` stands under lines that nobody wrote. */
export const AuthorKind = Type.Union([Type.Literal('visitor'), Type.Literal('agent'), Type.Literal('bot'), Type.Literal('system')]);
/** Who wrote or did something. */
export const Author = Type.Object({
  kind: AuthorKind,
  id: Type.String(),
  name: Type.String(),
});
/** A person with a name. */
export const Named = Type.Object({ id: Type.String(), name: Type.String() });

/** Voice only, or voice and picture. */
export const CallMode = Type.Union([Type.Literal('audio'), Type.Literal('video')]);
/** What is said about pictures in a voice call. */
export const VideoWord = Type.Union([Type.Literal('ask'), Type.Literal('accept'), Type.Literal('watch'), Type.Literal('decline'), Type.Literal('withdraw'), Type.Literal('show')]);
/** The server's view of a call. */
export const CallState = Type.Union([Type.Literal('ringing'), Type.Literal('active'), Type.Literal('ended')]);
/** Why a call ended. `left`: that side's tab closed or its link stayed dead; `*_failed`: no route, or no microphone. */
export const CallEndReason = Type.Union([
  Type.Literal('cancelled'), Type.Literal('declined'), Type.Literal('no_answer'), Type.Literal('busy'),
  Type.Literal('visitor_hangup'), Type.Literal('agent_hangup'), Type.Literal('left'),
  Type.Literal('ice_failed'), Type.Literal('media_failed'), Type.Literal('error'),
]);

/** What a message of kind `call` tells: how the call went. `durationMs` counts from the answer. */
export const CallLine = Type.Object({
  id: Type.String(),
  mode: CallMode,
  endReason: CallEndReason,
  durationMs: Type.Integer(),
  /** Whether a recording belongs to it. Its visitor and agents may open it. */
  recorded: Type.Boolean(),
});

/**
 * A file that goes with a message. `type` is what the bytes are, as the server found; pictures that a browser can show without
 * danger have `width` and `height` in pixels. The bytes are at `GET /v1/files/:id`.
 */
export const File = Type.Object({
  id: Type.String(), name: Type.String(), type: Type.String(), bytes: Type.Integer(), sha256: Type.String(),
  width: Type.Optional(Type.Integer()), height: Type.Optional(Type.Integer()),
});

/** A line of a conversation. `seq` counts 1, 2, 3 … in it without a hole. `text` is empty for kind `call`. */
export const Message = Type.Object({
  id: Type.String(),
  seq: Type.Integer(),
  clientId: Type.String(),
  conversationId: Type.String(),
  author: Author,
  kind: Type.Union([Type.Literal('text'), Type.Literal('note'), Type.Literal('call')]),
  /** May be empty where there are files. */
  text: Type.String(),
  call: Type.Optional(CallLine),
  /** Absent when there are none. */
  files: Type.Optional(Type.Array(File)),
  createdAt: Timestamp,
});

/** The newest line, cut for a list. */
export const Preview = Type.Object({
  kind: Type.Union([Type.Literal('text'), Type.Literal('note'), Type.Literal('call')]),
  authorKind: AuthorKind,
  /** Who wrote it; absent for lines of older versions. */
  authorId: Type.Optional(Type.String()),
  text: Type.String(),
  call: Type.Optional(CallLine),
  /** The name of its first file, and how many there are. */
  file: Type.Optional(Type.Object({ name: Type.String(), count: Type.Integer() })),
});

/** A word that conversations are sorted by. `colour` is one of a fixed palette, so that it can be read on light and dark. */
export const Tag = Type.Object({
  id: Type.String(),
  name: Type.String(),
  colour: Type.Union([
    Type.Literal('grey'), Type.Literal('red'), Type.Literal('orange'), Type.Literal('yellow'), Type.Literal('green'), Type.Literal('teal'),
    Type.Literal('blue'), Type.Literal('purple'), Type.Literal('pink'),
  ]),
});

/** What a visitor thought of a closed conversation: 1 (bad) to 5 (very good). */
export const Rating = Type.Object({ score: Type.Integer({ minimum: 1, maximum: 5 }), comment: Type.String(), at: Timestamp });

/** A conversation as its reader sees it: `readSeq` and `unread` are the reader's own, the two others tell how far each side read. */
export const Conversation = Type.Object({
  id: Type.String(),
  /** With a visitor; or among agents: `direct` of two, which exists once, or `group`, which has a title. */
  kind: Type.Union([Type.Literal('visitor'), Type.Literal('direct'), Type.Literal('group')]),
  /** Empty where there is no visitor. */
  siteId: Type.String(),
  /** Id and name are empty where there is none. */
  visitor: Named,
  title: Type.Union([Type.String(), Type.Null()]),
  /** Staff: the agents of a direct or group conversation; of a visitor's, those who joined it. Absent for visitors. */
  members: Type.Optional(Type.Array(Named)),
  /** Staff: whether the visitor's identity was vouched for by the customer's own server. Absent for visitors. */
  verified: Type.Optional(Type.Boolean()),
  status: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
  assignee: Type.Union([Named, Type.Null()]),
  /** Staff: its tags. Absent for visitors. */
  tags: Type.Optional(Type.Array(Tag)),
  /** The bot that answers at present; null = people do. */
  bot: Type.Union([Named, Type.Null()]),
  closedAt: Type.Union([Timestamp, Type.Null()]),
  closedBy: Type.Union([Author, Type.Null()]),
  rating: Type.Union([Rating, Type.Null()]),
  lastSeq: Type.Integer(),
  readSeq: Type.Integer(),
  unread: Type.Integer(),
  visitorReadSeq: Type.Integer(),
  agentsReadSeq: Type.Integer(),
  preview: Type.Union([Preview, Type.Null()]),
  lastMessageAt: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

/** What a recording's state may be. `partial`: playable, with gaps. */
export const RecordingState = Type.Union([
  Type.Literal('recording'), Type.Literal('merging'), Type.Literal('ready'), Type.Literal('partial'), Type.Literal('failed'),
]);

/**
 * How one side's media went over the whole call: round trip and jitter in ms, loss and concealed sound in percent. `relayed`: the path
 * went through a relay. `drops`: when it was poor, ms from the answer.
 */
export const MediaQuality = Type.Object({
  rttMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  jitterMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  lossPercent: Type.Number({ minimum: 0, maximum: 100 }),
  concealedPercent: Type.Number({ minimum: 0, maximum: 100 }),
  relayed: Type.Boolean(),
  drops: Type.Array(Type.Object({ fromMs: Type.Integer({ minimum: 0, maximum: 604_800_000 }), toMs: Type.Integer({ minimum: 0, maximum: 604_800_000 }) }), { maxItems: 200 }),
});

/**
 * What a caller whom nobody answered left: a wish to be called back at `contact`, or a message. `doneAt`: when the team had seen to it.
 */
export const FollowUp = Type.Object({
  kind: Type.Union([Type.Literal('callback'), Type.Literal('message')]), contact: Type.String(), text: Type.String(),
  at: Timestamp, doneAt: Type.Union([Timestamp, Type.Null()]),
  /** Staff: who of the team said so. */
  doneBy: Type.Optional(Named),
});

/** A call, live or over. */
export const Call = Type.Object({
  id: Type.String(),
  conversationId: Type.String(),
  siteId: Type.String(),
  mode: CallMode,
  state: CallState,
  visitor: Named,
  startedBy: Author,
  answeredBy: Type.Union([Author, Type.Null()]),
  /** Who is in the call for the team now, or was at its end; absent = nobody yet. */
  agent: Type.Optional(Named),
  /** To the colleague alone whom it is being handed over to: by whom. It rings there while the call goes on. */
  handover: Type.Optional(Type.Object({ from: Named })),
  /** Staff, while it runs: colleagues who are in it beside its two members. `talks: false`: only listens. Absent = nobody. */
  guests: Type.Optional(Type.Array(Type.Object({ id: Type.String(), name: Type.String(), talks: Type.Boolean() }))),
  createdAt: Timestamp,
  answeredAt: Type.Union([Timestamp, Type.Null()]),
  endedAt: Type.Union([Timestamp, Type.Null()]),
  endReason: Type.Union([CallEndReason, Type.Null()]),
  /** Who has agreed to the recording so far; absent = not asked yet. */
  consents: Type.Object({ visitor: Type.Optional(Type.Boolean()), agent: Type.Optional(Type.Boolean()) }),
  /** Absent when nothing was left. */
  followUp: Type.Optional(FollowUp),
  /** Staff: how the media went, as each side measured it. */
  quality: Type.Optional(Type.Object({ visitor: Type.Optional(MediaQuality), agent: Type.Optional(MediaQuality) })),
  /** The recording that belongs to the call, if one was begun. */
  recording: Type.Union([
    Type.Object({
      id: Type.String(),
      state: RecordingState,
      /** Whether bytes are being recorded at this moment. */
      on: Type.Boolean(),
      /** Whether somebody holds it for a while; what is said then is in no file. */
      paused: Type.Boolean(),
      durationMs: Type.Union([Type.Integer(), Type.Null()]),
      /** Staff: present when somebody holds it, so that nobody may delete it. */
      held: Type.Optional(Type.Literal(true)),
    }),
    Type.Null(),
  ]),
});

/** A stretch of a recording that holds silence because its bytes never came. Milliseconds from the recording's start. */
export const Gap = Type.Object({ fromMs: Type.Integer(), toMs: Type.Integer(), reason: Type.String() });

/** One file of a recording that has several, because the codecs of its segments cannot share one: in order, not overlapping, `offsetMs` from the recording's start. */
export const RecordingPart = Type.Object({
  part: Type.Integer(), offsetMs: Type.Integer(), durationMs: Type.Integer(), bytes: Type.Integer(), sha256: Type.String(), mimeType: Type.String(),
});

/** A recording and, once merged, the facts of its file. Where there are several, `parts` has them all; type, bytes and digest are then the first one's. */
export const Recording = Type.Object({
  id: Type.String(),
  callId: Type.String(),
  conversationId: Type.String(),
  state: RecordingState,
  mimeType: Type.String(),
  startedAt: Timestamp,
  durationMs: Type.Union([Type.Integer(), Type.Null()]),
  bytes: Type.Union([Type.Integer(), Type.Null()]),
  sha256: Type.Union([Type.String(), Type.Null()]),
  gaps: Type.Array(Gap),
  parts: Type.Optional(Type.Array(RecordingPart)),
  /** Staff: nobody may delete it, who said so, when and why; null = it is not held. Absent for visitors. */
  hold: Type.Optional(Type.Union([Type.Object({ reason: Type.String(), by: Named, at: Timestamp }), Type.Null()])),
});

/** One STUN or TURN server as RTCPeerConnection takes it. Credentials are short-lived (draft-uberti-behave-turn-rest-00). */
export const IceServer = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
});

/** Whether somebody is there. */
export const PresenceStatus = Type.Union([Type.Literal('online'), Type.Literal('busy'), Type.Literal('away'), Type.Literal('off')]);
/** The team of a site as its visitors see it: `online` as soon as one agent is. */
export const TeamPresence = Type.Object({ status: Type.Union([Type.Literal('online'), Type.Literal('offline')]) });


/** What an agent may do rests on this. */
export const Role = Type.Union([Type.Literal('owner'), Type.Literal('admin'), Type.Literal('agent')]);
/** Somebody of the team. */
export const Agent = Type.Object({
  id: Type.String(),
  organisationId: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Role,
  status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
  /** How many open conversations routing gives at most; null = any number. */
  capacity: Type.Union([Type.Integer({ minimum: 0, maximum: 1000 }), Type.Null()]),
  createdAt: Timestamp,
  lastSeenAt: Type.Union([Timestamp, Type.Null()]),
});
/** What a visitor's browser tells of itself, in words. */
export const Device = Type.Object({
  browser: Type.Optional(Type.String()), system: Type.Optional(Type.String()), kind: Type.Optional(Type.Union([Type.Literal('desktop'), Type.Literal('phone'), Type.Literal('tablet')])),
  language: Type.Optional(Type.String()), timeZone: Type.Optional(Type.String()), screen: Type.Optional(Type.String()),
});
/** A page that a visitor looked at: its address without query and fragment. */
export const PageView = Type.Object({ id: Type.String(), url: Type.String(), title: Type.String(), at: Timestamp });
/** A visitor as agents see it. What an unverified one says of itself (name, e-mail, fields) may be anything. */
export const Visitor = Type.Object({
  id: Type.String(),
  siteId: Type.String(),
  name: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  /** Vouched for by the customer's own server, as its `externalId`. */
  verified: Type.Boolean(),
  externalId: Type.Union([Type.String(), Type.Null()]),
  locale: Type.Union([Type.String(), Type.Null()]),
  /** Answers to the fields before the chat, and what the page told by `setContext`. */
  fields: Type.Record(Type.String(), Type.String()),
  device: Device,
  /** What agents note about somebody, for each other. */
  note: Type.String(),
  online: Type.Boolean(),
  /** Where it is, or was last. */
  page: Type.Union([PageView, Type.Null()]),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
});

/** An error, in a socket reply. Over HTTP it is RFC 9457 with the same `code`. */
export const WireError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryAfterMs: Type.Optional(Type.Integer()),
});

export type Author = Static<typeof Author>;
export type Named = Static<typeof Named>;
export type PrincipalKind = Static<typeof PrincipalKind>;
export type CallMode = Static<typeof CallMode>;
export type VideoWord = Static<typeof VideoWord>;
export type CallState = Static<typeof CallState>;
export type CallEndReason = Static<typeof CallEndReason>;
export type CallLine = Static<typeof CallLine>;
export type File = Static<typeof File>;
export type Message = Static<typeof Message>;
export type Preview = Static<typeof Preview>;
export type Conversation = Static<typeof Conversation>;
export type MediaQuality = Static<typeof MediaQuality>;
export type FollowUp = Static<typeof FollowUp>;
export type Call = Static<typeof Call>;
export type Gap = Static<typeof Gap>;
export type RecordingState = Static<typeof RecordingState>;
export type Recording = Static<typeof Recording>;
export type RecordingPart = Static<typeof RecordingPart>;
export type IceServer = Static<typeof IceServer>;
export type PresenceStatus = Static<typeof PresenceStatus>;
export type TeamPresence = Static<typeof TeamPresence>;
export type AuthorKind = Static<typeof AuthorKind>;
export type Tag = Static<typeof Tag>;
export type Rating = Static<typeof Rating>;
export type Device = Static<typeof Device>;
export type PageView = Static<typeof PageView>;
export type Role = Static<typeof Role>;
export type Agent = Static<typeof Agent>;
export type Visitor = Static<typeof Visitor>;
export type WireError = Static<typeof WireError>;
