import { Type, type Static } from 'typebox';
import { PageQuery } from './http.ts';
import { Author, Call, Conversation, Message, Recording, Timestamp, Visitor } from './shapes.ts';

// What developers build on: keys and webhooks.

const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });

/** A key as it is listed: never the key itself. `createdBy` is the name of who made it. */
export const ApiKey = Type.Object({
  id: Type.String(), name: Type.String(), prefix: Type.String(), scopes: Type.Array(Type.String()), createdBy: Type.String(),
  createdAt: Timestamp, expiresAt: Type.Union([Timestamp, Type.Null()]), lastUsedAt: Type.Union([Timestamp, Type.Null()]),
  state: Type.Union([Type.Literal('active'), Type.Literal('expired'), Type.Literal('revoked')]),
});
/** `scopes`: permissions of protocol/permissions.ts; one without `scope` there, or beyond the maker's own role, is refused. */
export const ApiKeyBody = Type.Object({
  name: Name, scopes: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 40 }), expiresAt: Type.Optional(Type.Union([Timestamp, Type.Null()])),
});
/** The key, only this once. */
export const ApiKeyAnswer = Type.Interface([ApiKey], { key: Type.String() });

/** The events that webhooks can ask for; `*` is all of them. */
export const WebhookEvent = Type.Union([
  Type.Literal('conversation.created'), Type.Literal('conversation.updated'), Type.Literal('conversation.closed'), Type.Literal('conversation.rated'),
  Type.Literal('message.created'), Type.Literal('call.started'), Type.Literal('call.answered'), Type.Literal('call.ended'), Type.Literal('call.missed'), Type.Literal('call.follow_up'),
  Type.Literal('recording.ready'), Type.Literal('recording.failed'), Type.Literal('visitor.created'), Type.Literal('visitor.identified'), Type.Literal('visitor.updated'),
]);
const WebhookEvents = Type.Array(Type.Union([Type.Literal('*'), WebhookEvent]), { minItems: 1, maxItems: 20 });

/** An address that is told what happens. */
export const Webhook = Type.Object({
  id: Type.String(), name: Type.String(), url: Type.String(), events: Type.Array(Type.String()), enabled: Type.Boolean(),
  /** Its answers may speak in the conversation, see docs/api.md. */
  bot: Type.Boolean(),
  failingSince: Type.Union([Timestamp, Type.Null()]), createdAt: Timestamp, updatedAt: Timestamp,
});
export const WebhookBody = Type.Object({ name: Name, url: Type.String({ minLength: 1, maxLength: 1000 }), events: WebhookEvents, bot: Type.Optional(Type.Boolean()), enabled: Type.Optional(Type.Boolean()) });
export const WebhookPatch = Type.Partial(WebhookBody);
/** The signing secret (`whsec_…`), only when it is made and when it is rotated. */
export const WebhookAnswer = Type.Interface([Webhook], { secret: Type.String() });

const told = { siteId: Type.String() };
const callTold = Type.Object({ ...told, call: Call });
const recordingTold = Type.Object({ ...told, recording: Recording });
const visitorTold = Type.Object({ ...told, visitor: Visitor });
/** What `data` of a webhook's body holds, by its `type`. An allow-list like every answer: nothing else leaves the server. */
export const WEBHOOK_DATA = {
  'conversation.created': Type.Object({ ...told, conversation: Conversation }),
  /** `reason` as in the frame of the same name; `by`: null = the server itself. */
  'conversation.updated': Type.Object({ ...told, conversation: Conversation, reason: Type.String(), by: Type.Union([Author, Type.Null()]) }),
  'conversation.closed': Type.Object({ ...told, conversation: Conversation, by: Type.Union([Author, Type.Null()]) }),
  'conversation.rated': Type.Object({ ...told, conversation: Conversation, rating: Type.Integer(), comment: Type.String() }),
  'message.created': Type.Object({ ...told, message: Message, visitorId: Type.String() }),
  'call.started': callTold, 'call.answered': callTold, 'call.ended': callTold, 'call.missed': callTold, 'call.follow_up': callTold,
  'recording.ready': recordingTold, 'recording.failed': recordingTold,
  'visitor.created': visitorTold, 'visitor.identified': visitorTold, 'visitor.updated': visitorTold,
} as const;

/** One try of a delivery. `error`: null, `status` (an answer that is no 2xx), or why there was none; `answer`: its first 500 bytes. */
export const DeliveryAttempt = Type.Object({ at: Timestamp, status: Type.Union([Type.Integer(), Type.Null()]), ms: Type.Integer(), error: Type.Union([Type.String(), Type.Null()]), answer: Type.String() });
/** One event on its way to one webhook. `id` is the header `webhook-id`, `payload` the body. Waiting without an attempt: not tried yet. */
export const Delivery = Type.Object({
  id: Type.String(), webhookId: Type.String(), event: Type.String(), state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Array(DeliveryAttempt), nextAt: Type.Union([Timestamp, Type.Null()]), createdAt: Timestamp, payload: Type.String(),
});

/** Which deliveries a list holds. */
export const DeliveriesQuery = Type.Interface([PageQuery], { state: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')])) });

/** What a bot may answer a webhook with, as JSON. Anything else is ignored. */
export const BotAnswer = Type.Object({
  replies: Type.Optional(Type.Array(Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) }), { maxItems: 5 })),
  /** People take over; the bot is asked no more in this conversation. */
  handover: Type.Optional(Type.Boolean()),
  /** Why it hands over: a private note for the agents. */
  reason: Type.Optional(Type.String({ maxLength: 1000 })),
});

export type ApiKey = Static<typeof ApiKey>;
export type ApiKeyAnswer = Static<typeof ApiKeyAnswer>;
export type WebhookEvent = Static<typeof WebhookEvent>;
export type Webhook = Static<typeof Webhook>;
export type WebhookAnswer = Static<typeof WebhookAnswer>;
export type Delivery = Static<typeof Delivery>;
export type DeliveryAttempt = Static<typeof DeliveryAttempt>;
export type BotAnswer = Static<typeof BotAnswer>;
