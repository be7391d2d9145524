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
  const { id, again, at } = happening(event, unique);
  // What has no field in the schema goes nowhere, whoever emitted it. Cleaning changes what it is given.
  const data = Value.Clean(WEBHOOK_DATA[type], structuredClone(told));
  return { eventId: eventIdOf(type, id, again), event: type, payload: JSON.stringify({ type, timestamp: at ?? rfc3339(now), data }) };
}

/** The body of a test. */
export function pingOf(webhook: { id: string; name: string }, now: number, unique: string): Telling {
  return { eventId: `ping:${unique}`, event: 'ping', payload: JSON.stringify({ type: 'ping', timestamp: rfc3339(now), data: { webhookId: webhook.id, name: webhook.name } }) };
}

/** The name of an event among all that a webhook is told of. `again`: for what may happen to one thing more than once. */
export function eventIdOf(type: DomainEvent['type'], id: string, again?: string): string {
  return again === undefined ? `${type}:${id}` : `${type}:${id}:${again}`;
}

function happening(event: DomainEvent, unique: string): { id: string; again?: string; at: string | null } {
  switch (event.type) {
    case 'conversation.created': return { id: event.conversation.id, at: event.conversation.createdAt };
    case 'conversation.updated': return { id: event.conversation.id, again: unique, at: null };
    // It may be closed, opened, and closed again; so with a rating.
    case 'conversation.closed': return { id: event.conversation.id, again: event.conversation.closedAt ?? unique, at: event.conversation.closedAt };
    case 'conversation.rated': return { id: event.conversation.id, again: event.conversation.rating?.at ?? unique, at: event.conversation.rating?.at ?? null };
    case 'message.created': return { id: event.message.id, at: event.message.createdAt };
    case 'call.started': return { id: event.call.id, at: event.call.createdAt };
    case 'call.answered': return { id: event.call.id, at: event.call.answeredAt };
    case 'call.ended':
    case 'call.missed': return { id: event.call.id, at: event.call.endedAt };
    case 'call.follow_up': return { id: event.call.id, at: event.call.followUp?.at ?? null };
    case 'recording.ready':
    case 'recording.failed': return { id: event.recording.id, at: null };
    case 'visitor.created': return { id: event.visitor.id, at: event.visitor.createdAt };
    case 'visitor.identified': return { id: event.visitor.id, again: event.visitor.externalId ?? unique, at: null };
    case 'visitor.updated': return { id: event.visitor.id, again: unique, at: null };
  }
}
