import { Value } from 'typebox/value';
import { WEBHOOK_DATA } from '../../protocol/developers.ts';
import { rfc3339 } from '../clock.ts';
import type { DomainEvent } from '../events/events.ts';

/** An event as a webhook is told of it. */
export interface Telling {
  /**
   * Made from what happened, so that telling it twice is telling it once. What the tables do not keep, one change of a conversation
   * or visitor among many, is told apart by `unique`.
   */
  eventId: string;
  event: string;
  /** The body, `{ type, timestamp, data }`; `timestamp` is when it happened. */
  payload: string;
}

/** Puts an event into words for webhooks. `now`: when it became known, for what carries no time of its own; `unique`: an id of its own. */
export function tellingOf(event: DomainEvent, now: number, unique: string): Telling {
  const { type, organisationId: _organisation, ...told } = event;
  const { id, at } = happening(event, unique);
  // What has no field in the schema goes nowhere, whoever emitted it. Cleaning changes what it is given.
  const data = Value.Clean(WEBHOOK_DATA[type], structuredClone(told));
  return { eventId: `${type}:${id}`, event: type, payload: JSON.stringify({ type, timestamp: at ?? rfc3339(now), data }) };
}

/** The body of a test. */
export function pingOf(webhook: { id: string; name: string }, now: number, unique: string): Telling {
  return { eventId: `ping:${unique}`, event: 'ping', payload: JSON.stringify({ type: 'ping', timestamp: rfc3339(now), data: { webhookId: webhook.id, name: webhook.name } }) };
}

function happening(event: DomainEvent, unique: string): { id: string; at: string | null } {
  switch (event.type) {
    case 'conversation.created': return { id: event.conversation.id, at: event.conversation.createdAt };
    case 'conversation.updated': return { id: `${event.conversation.id}:${unique}`, at: null };
    // It may be closed, opened, and closed again; so with a rating.
    case 'conversation.closed': return { id: `${event.conversation.id}:${event.conversation.closedAt ?? ''}`, at: event.conversation.closedAt };
    case 'conversation.rated': return { id: `${event.conversation.id}:${event.conversation.rating?.at ?? ''}`, at: event.conversation.rating?.at ?? null };
    case 'message.created': return { id: event.message.id, at: event.message.createdAt };
    case 'call.started': return { id: event.call.id, at: event.call.createdAt };
    case 'call.answered': return { id: event.call.id, at: event.call.answeredAt };
    case 'call.ended':
    case 'call.missed': return { id: event.call.id, at: event.call.endedAt };
    case 'recording.ready':
    case 'recording.failed': return { id: event.recording.id, at: null };
    case 'visitor.created': return { id: event.visitor.id, at: event.visitor.createdAt };
    case 'visitor.identified': return { id: `${event.visitor.id}:${event.visitor.externalId ?? ''}`, at: null };
    case 'visitor.updated': return { id: `${event.visitor.id}:${unique}`, at: null };
  }
}
