import { Type, type Static, type TSchema } from 'typebox';
import {
  Author, Call, Conversation, IceServer, Message, PresenceStatus, Named, PageView, PrincipalKind, RecordingState, TeamPresence, type WireError, VideoWord,
} from './shapes.ts';
import { Recorder, SiteProfile } from './site.ts';
import type { RequestType } from './client-frames.ts';

// What the server sends: one reply to each request, and events.

/** The reply of `call.start`, `call.accept`, `queue.next` and `call.resume`. */
const CallReply = Type.Object({
  call: Call,
  iceServers: Type.Array(IceServer),
  /** Media are to go through the relay alone. */
  relayOnly: Type.Optional(Type.Literal(true)),
  /** How many calls ring before this one (1 = next). */
  position: Type.Optional(Type.Integer()),
  /** How long that may take, guessed from how quickly calls were answered lately. */
  etaMs: Type.Optional(Type.Integer()),
  /**
   * To a visitor who starts: nobody of the team can be reached just now. It rings all the same (somebody may come), and something can be
   * left by `call.follow-up` at once. Left out where somebody is there, and where the site hides presence.
   */
  nobodyThere: Type.Optional(Type.Boolean()),
  /** The other member's connection, once there is one. */
  peerConnectionId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** Who records, as the site has it. */
  recorder: Type.Optional(Recorder),
});
const Empty = Type.Object({});
const CallOnly = Type.Object({ call: Call });

/** Somebody in a running call to which guests have come. */
const CallMember = Type.Object({
  /** Where `call.link` reaches it; null while it is away. */
  connectionId: Type.Union([Type.String(), Type.Null()]),
  kind: Type.Union([Type.Literal('visitor'), Type.Literal('agent')]),
  id: Type.String(),
  name: Type.String(),
  guest: Type.Boolean(),
  /** `false`: only listens. */
  talks: Type.Boolean(),
});
/** Somebody in a running call. */
export type CallMember = Static<typeof CallMember>;

/** The fields of the successful reply to each request, beside `re` and `ok`. */
export const REPLIES = {
  hello: Type.Object({
    self: Type.Object({ kind: PrincipalKind, id: Type.String(), name: Type.String() }),
    connectionId: Type.String(),
    heartbeatMs: Type.Integer(),
    serverTime: Type.String(),
    /** Visitors: a fresh token when the one used is past half its life; keep it. */
    token: Type.Optional(Type.String()),
    /** Visitors: the site. */
    site: Type.Optional(SiteProfile),
    /** Visitors: the team's presence, always explicit. `null` when the site hides it. */
    presence: Type.Optional(Type.Union([TeamPresence, Type.Null()])),
    /** Agents: the team, one row an agent. */
    team: Type.Optional(Type.Array(Type.Object({ id: Type.String(), name: Type.String(), status: PresenceStatus }))),
    /** Visitors: whether the answers to the questions before the chat are known already. */
    contactKnown: Type.Optional(Type.Boolean()),
    /** Own conversations: a visitor's all, an agent's newest 50 of visitors, and its direct and group ones. Missed messages follow as events, in order. */
    conversations: Type.Array(Conversation),
    /** Agents: the ids of the conversations that the reader pinned, the latest first. They are among `conversations`, whatever their age. */
    pins: Type.Optional(Type.Array(Type.String())),
    /** Calls that ring for the reader or that the reader is in. Ring from here, never from old events. */
    calls: Type.Array(Call),
  }),
  ping: Type.Object({ type: Type.Optional(Type.Literal('pong')), serverTime: Type.String() }),
  'message.send': Type.Object({ conversationId: Type.String(), message: Message }),
  history: Type.Object({ messages: Type.Array(Message), more: Type.Boolean() }),
  read: Type.Object({ seq: Type.Integer() }),
  typing: Empty,
  'conversation.close': Type.Object({ conversation: Conversation }),
  'conversation.reopen': Type.Object({ conversation: Conversation }),
  'conversation.assign': Type.Object({ conversation: Conversation }),
  'conversation.transfer': Type.Object({ conversation: Conversation }),
  'conversation.join': Type.Object({ conversation: Conversation }),
  /** Null: there is nothing of it to be seen any more. */
  'conversation.leave': Type.Object({ conversation: Type.Union([Conversation, Type.Null()]) }),
  /** All that are pinned now, the latest first. */
  'conversation.pin': Type.Object({ pins: Type.Array(Type.String()) }),
  'conversation.tag': Type.Object({ conversation: Conversation }),
  'conversation.takeover': Type.Object({ conversation: Conversation }),
  'conversation.view': Type.Object({ viewers: Type.Array(Named) }),
  'conversation.rate': Type.Object({ conversation: Conversation }),
  /** `mailed: false`: the server sends no mail. */
  'conversation.transcript': Type.Object({ mailed: Type.Boolean() }),
  'visitor.contact': Empty,
  'visitor.context': Empty,
  'presence.set': Type.Object({ status: PresenceStatus }),
  'call.start': CallReply,
  'call.accept': CallReply,
  'call.resume': CallReply,
  'call.decline': CallOnly,
  'call.cancel': CallOnly,
  'call.end': CallOnly,
  'call.transfer': CallOnly,
  'call.quality': Empty,
  'call.follow-up': CallOnly,
  'call.join': Type.Object({ call: Call, iceServers: Type.Array(IceServer), relayOnly: Type.Optional(Type.Literal(true)), members: Type.Array(CallMember) }),
  'call.leave': Empty,
  'call.link': Empty,
  'queue.next': CallReply,
  'queue.place': Type.Object({ position: Type.Union([Type.Integer(), Type.Null()]), etaMs: Type.Optional(Type.Integer()) }),
  'call.signal': Empty,
  'call.media': Empty,
  'call.video': Empty,
  consent: CallOnly,
  'recording.start': Type.Object({ recordingId: Type.String(), segment: Type.Integer(), startedAt: Type.String() }),
  'recording.pause': Type.Object({ recordingId: Type.String(), paused: Type.Boolean() }),
  'recording.resume': Type.Object({ recordingId: Type.String(), paused: Type.Boolean() }),
  'recording.stop': Type.Object({ recordingId: Type.String() }),
} as const satisfies Record<RequestType, TSchema>;

/** A call in the line. What is left out has not changed. */
const WaitingCall = Type.Object({
  call: Call,
  /** Whether it rings at the reader. `false`: the reader only sees it in the line, and may take it from there. Left out: true, or as before. */
  rings: Type.Optional(Type.Boolean()),
  /** Where the visitor is. */
  page: Type.Optional(Type.Union([PageView, Type.Null()])),
  /** Whether the visitor was here before: has an earlier conversation or call. */
  returning: Type.Optional(Type.Boolean()),
});

/** The fields of each event, beside `type`. */
export const EVENTS = {
  message: Type.Object({ message: Message }),
  /** `reader` has read everything up to `seq`. */
  read: Type.Object({ conversationId: Type.String(), reader: Author, seq: Type.Integer() }),
  typing: Type.Object({ conversationId: Type.String(), author: Author, on: Type.Boolean() }),
  /** Something else than a message changed, or the conversation is new to the reader. */
  'conversation.updated': Type.Object({ conversation: Conversation, reason: Type.String() }),
  /** The conversation was deleted: forget it. */
  'conversation.removed': Type.Object({ conversationId: Type.String() }),
  /** What the reader pinned, after a change in another of its tabs. */
  'pins.updated': Type.Object({ pins: Type.Array(Type.String()) }),
  /** Which agents have it open, to the others. */
  'conversation.viewers': Type.Object({ conversationId: Type.String(), viewers: Type.Array(Named) }),
  /** Agents: a visitor came, left, or went to another page. */
  'visitor.updated': Type.Object({ visitorId: Type.String(), online: Type.Boolean(), page: Type.Union([PageView, Type.Null()]) }),
  /** To visitors `presence` of the team, to agents `agent` of one colleague. */
  presence: Type.Object({
    presence: Type.Optional(TeamPresence),
    agent: Type.Optional(Type.Object({ id: Type.String(), name: Type.String(), status: PresenceStatus })),
  }),
  /** A call that waits, to every agent. Deltas, never SDP. */
  'queue.added': WaitingCall,
  /** Something about it changed: its visitor's word about being recorded, or whether it rings at the reader. */
  'queue.updated': WaitingCall,
  /** Visitors: the own place in the line, whenever it changes; 1 = next. */
  'queue.position': Type.Object({ callId: Type.String(), position: Type.Integer(), etaMs: Type.Optional(Type.Integer()) }),
  /** The same of the own conversation that waits for an answer. Null: it waits no more, or nobody says. */
  'queue.place': Type.Object({ conversationId: Type.String(), position: Type.Union([Type.Integer(), Type.Null()]), etaMs: Type.Optional(Type.Integer()) }),
  'queue.removed': Type.Object({ callId: Type.String(), reason: Type.String() }),
  /**
   * A call changed. `answeredElsewhere`: stop ringing, a colleague (or another tab of yours) has it.
   * `peerConnectionId` and `iceServers` come with the change to `active`, to the member who did not answer.
   * `peerPresent: false`: the other side's link is down and may come back.
   */
  'call.updated': Type.Object({
    call: Call,
    answeredElsewhere: Type.Optional(Type.Boolean()),
    superseded: Type.Optional(Type.Boolean()),
    /** The reader is in this call already, and was refused another for that. */
    engaged: Type.Optional(Type.Boolean()),
    /** A colleague has taken it over from the reader. */
    handedOver: Type.Optional(Type.Boolean()),
    peerConnectionId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    peerPresent: Type.Optional(Type.Boolean()),
    iceServers: Type.Optional(Type.Array(IceServer)),
  }),
  /** To the agent who hands a call over: the colleague did not take it, and the call goes on. */
  'call.transfer': Type.Object({ callId: Type.String(), agentId: Type.String(), outcome: Type.Union([Type.Literal('declined'), Type.Literal('no_answer'), Type.Literal('gone'), Type.Literal('withdrawn')]) }),
  /**
   * Everybody in the call, whenever guests come, change or go, or a connection changes while there are guests. With the last one gone: the two
   * members alone. To the two members and the guests.
   */
  'call.members': Type.Object({ callId: Type.String(), members: Type.Array(CallMember) }),
  /** To every agent of the organisation: a call was answered, or changed hands, or (`live: false`) is over. What the list of running calls is kept by. */
  'call.live': Type.Object({ call: Call, live: Type.Boolean() }),
  'call.link': Type.Object({ callId: Type.String(), from: Type.String(), data: Type.Any() }),
  'call.signal': Type.Object({ callId: Type.String(), from: Type.String(), data: Type.Any(), epoch: Type.Optional(Type.Integer()) }),
  'call.media': Type.Object({
    callId: Type.String(), from: Type.String(), audio: Type.Boolean(), video: Type.Boolean(),
    screen: Type.Optional(Type.Boolean()), held: Type.Optional(Type.Boolean()),
  }),
  'call.video': Type.Object({ callId: Type.String(), from: Type.String(), word: VideoWord }),
  'recording.updated': Type.Object({
    callId: Type.String(),
    recordingId: Type.String(),
    state: RecordingState,
    /** Whether bytes are being recorded at this moment: both sides show it. */
    on: Type.Boolean(),
    /** Whether somebody holds it for a while. */
    paused: Type.Boolean(),
  }),
  'server.draining': Type.Object({ afterMs: Type.Integer() }),
  'session.revoked': Type.Object({ reason: Type.String() }),
} as const satisfies Record<string, TSchema>;

/** The name of an event. */
export type EventType = keyof typeof EVENTS;
/** The fields of one event. */
export type EventOf<T extends EventType> = Static<(typeof EVENTS)[T]>;
/** An event as it crosses the wire. */
export type ServerEvent = { [T in EventType]: { type: T } & EventOf<T> }[EventType];
/** The fields of the successful reply to one request. */
export type Reply<T extends RequestType> = Static<(typeof REPLIES)[T]>;
/** A reply as it crosses the wire. `re` is null when the request had no readable `id`. */
export type ReplyFrame = { re: string | null; ok: true; [field: string]: unknown } | { re: string | null; ok: false; error: Static<typeof WireError> };
/** Anything that the server sends. */
export type ServerFrame = ReplyFrame | ServerEvent;
