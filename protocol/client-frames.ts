import { Type, type Static, type TSchema } from 'typebox';
import { CallMode, ClientId, Device, EmailAddress, FileIds, Id, MediaQuality, PresenceStatus, VideoWord } from './shapes.ts';

// Requests that a client may send over `/v1/socket`. Each frame is one of these with an `id` that the reply repeats.

/** The recorder's codecs as it knows them, e.g. `audio/webm;codecs=opus`. */
const MimeType = Type.String({ pattern: '^(audio|video)/(webm|mp4)(;\\s*codecs=[A-Za-z0-9.,"_ -]{1,80})?$', maxLength: 120 });

/** A place in a conversation. No larger than a number is exact in every client and column. */
const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** The fields of each request, without `id` and `type`. */
export const REQUESTS = {
  hello: Type.Object({
    token: Type.String({ minLength: 1, maxLength: 4096 }),
    resume: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 64 }), Seq, { maxProperties: 500 })),
    client: Type.Optional(Type.Object({ name: Type.Optional(Type.String({ maxLength: 64 })), version: Type.Optional(Type.String({ maxLength: 32 })) })),
  }),
  ping: Type.Object({}),
  'message.send': Type.Object({
    conversationId: Type.Optional(Id),
    clientId: ClientId,
    // The length after trimming is the use case's to judge: a schema cannot trim. This is only the outer wall.
    text: Type.String({ maxLength: 20_000 }),
    note: Type.Optional(Type.Boolean()),
    fileIds: Type.Optional(FileIds),
  }),
  history: Type.Object({
    conversationId: Id,
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    after: Type.Optional(Seq),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  }),
  read: Type.Object({ conversationId: Id, seq: Seq }),
  /** `note`: what is being written is a private note, of which visitors hear nothing. */
  typing: Type.Object({ conversationId: Id, on: Type.Boolean(), note: Type.Optional(Type.Boolean()) }),
  'conversation.close': Type.Object({ conversationId: Id }),
  'conversation.reopen': Type.Object({ conversationId: Id }),
  /** Agents: gives the conversation to somebody, to oneself, or to nobody (null). */
  'conversation.assign': Type.Object({ conversationId: Id, assigneeId: Type.Union([Id, Type.Null()]) }),
  /** Agents: gives it to a colleague, with a private note at will that says what it is about. */
  'conversation.transfer': Type.Object({ conversationId: Id, agentId: Id, note: Type.Optional(Type.String({ maxLength: 20_000 })) }),
  /** Agents: takes part in a visitor's conversation from now on. */
  'conversation.join': Type.Object({ conversationId: Id }),
  /** Agents: no longer takes part. Whoever leaves a group sees it no more; the last one to leave takes it away. */
  'conversation.leave': Type.Object({ conversationId: Id }),
  /** Agents: keeps it at the top of the own list, or no longer; 5 at most. */
  'conversation.pin': Type.Object({ conversationId: Id, on: Type.Boolean() }),
  /** Agents: replaces its tags. */
  'conversation.tag': Type.Object({ conversationId: Id, tagIds: Type.Array(Id, { maxItems: 20 }) }),
  /** Agents: takes the conversation from a bot. */
  'conversation.takeover': Type.Object({ conversationId: Id }),
  /** Agents: has the conversation open, or no longer; colleagues see it (the collision notice). Ends with the connection. */
  'conversation.view': Type.Object({ conversationId: Id, on: Type.Boolean() }),
  /** Visitors: what they thought of it. May be changed for a day. */
  'conversation.rate': Type.Object({ conversationId: Id, score: Type.Integer({ minimum: 1, maximum: 5 }), comment: Type.Optional(Type.String({ maxLength: 1000 })) }),
  /** The conversation by mail: visitors to the address that they give, agents to the visitor's. */
  'conversation.transcript': Type.Object({ conversationId: Id, email: Type.Optional(EmailAddress) }),
  /** Visitors: answers to what is asked before the chat, or an address for the answer. Unverified, and kept with the first message. */
  'visitor.contact': Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    email: Type.Optional(EmailAddress),
    fields: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 32 }), Type.String({ maxLength: 500 }), { maxProperties: 20 })),
  }),
  /** Visitors: the page that the chat is on, the browser, and what the page gave to `setContext`. */
  'visitor.context': Type.Object({
    page: Type.Optional(Type.Object({ url: Type.String({ maxLength: 2000 }), title: Type.String({ maxLength: 300 }) })),
    device: Type.Optional(Device),
    context: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 64 }), Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean(), Type.Null()]), { maxProperties: 30 })),
  }),
  'presence.set': Type.Object({ status: PresenceStatus }),
  'call.start': Type.Object({
    /** Left out by a visitor who has not written yet: the call creates the conversation. */
    conversationId: Type.Optional(Id),
    mode: CallMode,
    /** Makes a repeated start (after a lost reply) find the same call. */
    clientId: Type.Optional(ClientId),
  }),
  'call.accept': Type.Object({ callId: Id }),
  'call.decline': Type.Object({ callId: Id }),
  'call.cancel': Type.Object({ callId: Id }),
  'call.end': Type.Object({
    callId: Id,
    reason: Type.Optional(Type.Union([Type.Literal('hangup'), Type.Literal('left'), Type.Literal('ice_failed'), Type.Literal('media_failed')])),
  }),
  /** After a reconnect: this connection carries the call from now on. The reply is that of `call.accept`. */
  'call.resume': Type.Object({ callId: Id }),
  /** Agents: rings a colleague, who takes the running call over by `call.accept`; null takes it back. */
  'call.transfer': Type.Object({ callId: Id, agentId: Type.Union([Id, Type.Null()]) }),
  /** How this side's media went, told when it ends. */
  'call.quality': Type.Object({ callId: Id, quality: MediaQuality }),
  'call.signal': Type.Object({
    callId: Id,
    /** A description (`{ type, sdp }`), a candidate (`{ candidate, sdpMid, … }`), or null, the end of candidates. Relayed unread. */
    data: Type.Union([Type.Object({}), Type.Null()]),
    /** The pair of RTCPeerConnections, counted from 1 by the agent's side and repeated by the visitor's; what belongs to an older one is dropped. */
    epoch: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  'call.media': Type.Object({
    callId: Id,
    audio: Type.Boolean(),
    video: Type.Boolean(),
    screen: Type.Optional(Type.Boolean()),
    held: Type.Optional(Type.Boolean()),
  }),
  /**
   * Pictures in a voice call. `ask`: the sender's camera waits for the other side's word, which is `accept` (mine too), `watch` (only yours)
   * or `decline`; `withdraw`: not any more. `show`: the sender shows a screen. With `accept`, `watch` and `show` it is a video call.
   */
  'call.video': Type.Object({ callId: Id, word: VideoWord }),
  /**
   * Visitors: what is left after a call that nobody answered (one that still rings is given up by it). A wish to be called back needs a
   * `contact`, a message its `text`.
   */
  'call.follow-up': Type.Object({
    callId: Id,
    kind: Type.Union([Type.Literal('callback'), Type.Literal('message')]),
    contact: Type.Optional(Type.String({ maxLength: 200 })),
    // As with messages: the length after trimming is the use case's to judge.
    text: Type.Optional(Type.String({ maxLength: 20_000 })),
  }),
  /**
   * Agents with `calls:join`: to be a guest of a colleague's running call, at most two beside its two members. `talks: false`: a guest who only
   * listens. The same again changes that, or lets this connection carry the guest's part from now on.
   */
  'call.join': Type.Object({ callId: Id, talks: Type.Boolean() }),
  /** The guest is no more in the call. Harmless for whoever is not. */
  'call.leave': Type.Object({ callId: Id }),
  /** Between a guest and everybody else in the call (the two members have `call.signal`): what one says to the other about their connection. */
  'call.link': Type.Object({
    callId: Id,
    /** The connection it is for, of `call.members`. */
    to: Id,
    data: Type.Object({}),
  }),
  /** Agents: answers the call that waits longest and that the agent has not declined. `nobody_waiting` when there is none. */
  'queue.next': Type.Object({}),
  /** Visitors: where the own conversation stands among those that wait for an answer. From then on `queue.place` tells. */
  'queue.place': Type.Object({ conversationId: Id }),
  consent: Type.Object({
    callId: Id,
    granted: Type.Boolean(),
    textVersion: Type.String({ minLength: 1, maxLength: 32 }),
    locale: Type.String({ minLength: 2, maxLength: 35 }),
  }),
  /**
   * Begins a segment of the call's recording; the reply says which. `epochMs`: server time of its first sample, as the recorder reckons it.
   * `standby`: its sound only fills the holes of others. `late`: it was recorded by a page that never heard an answer; the call may be over.
   */
  'recording.start': Type.Object({ callId: Id, mimeType: MimeType, epochMs: Type.Number(), standby: Type.Optional(Type.Boolean()), late: Type.Optional(Type.Boolean()) }),
  /** Holds the recording, e.g. while a card's number is said; recorders end their segments. */
  'recording.pause': Type.Object({ callId: Id }),
  'recording.resume': Type.Object({ callId: Id }),
  'recording.stop': Type.Object({ callId: Id }),
} as const satisfies Record<string, TSchema>;

/** The name of a request. */
export type RequestType = keyof typeof REQUESTS;
/** The fields of one request. */
export type Request<T extends RequestType> = Static<(typeof REQUESTS)[T]>;
/** What crosses the wire: a request with its name and the number that its reply repeats. */
export type ClientFrame = { [T in RequestType]: { id: string; type: T } & Request<T> }[RequestType];
/** What peers say to one another about a connection. `null` ends the candidates. The server relays it unread. */
export type Signal =
  | { type: 'offer' | 'answer' | 'pranswer' | 'rollback'; sdp?: string }
  | { candidate: string; sdpMid?: string | null; sdpMLineIndex?: number | null; usernameFragment?: string | null }
  | null;
