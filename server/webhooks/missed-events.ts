import type { WebhookEvent } from '../../protocol/developers.ts';
import type { Call, Conversation, Message, Recording, Visitor } from '../../protocol/shapes.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../errors.ts';
import type { DomainEvent } from '../events/events.ts';
import type { NewRow, Row } from '../store/tables.ts';
import type { Happening, MissedEventsStore } from './missed-events.store.ts';
import { eventIdOf, tellingOf } from './payload.ts';
import { asksFor } from './subscribers.ts';
import type { WebhooksStore } from './webhooks.store.ts';

/** Things as the wire has them, for events that are told after the fact. Each throws `not_found`. */
export interface Described {
  message(row: Row<'messages'>): Message;
  conversation(organisationId: string, id: string): Promise<Conversation>;
  call(organisationId: string, id: string): Promise<Call>;
  recording(organisationId: string, id: string): Promise<Recording>;
  visitor(organisationId: string, id: string): Promise<Visitor>;
}

/** What looking for missed events needs. */
export interface MissedEventsParts {
  store: MissedEventsStore;
  webhooks: Pick<WebhooksStore, 'enqueue'>;
  described: Described;
  clock: Clock;
}

const marginMs = 15 * 60_000;
const longestMs = 24 * 3_600_000;

/**
 * Tells webhooks what a process had committed but did not live to write down for them: compares the tables since the newest event that
 * was written (and a margin; a day at most) with what each webhook was told of. Resolves to how many deliveries were added.
 * `conversation.updated` and `visitor.updated` are not found again: the tables keep what is, not each change.
 */
export async function tellMissedEvents({ store, webhooks, described, clock }: MissedEventsParts): Promise<number> {
  let added = 0;
  for (const [organisationId, listening] of await store.listening()) {
    const newest = await store.newest(organisationId);
    const since = Math.max(clock.now() - longestMs, newest === null ? 0 : newest - marginMs);
    const wanted = (type: WebhookEvent) => listening.some((webhook) => asksFor(webhook, type));
    const happened = await store.happened(organisationId, since, wanted);
    // Nobody is told of what was before it asked: it is not missed.
    const missing = new Map<Happening, Row<'webhooks'>[]>();
    for (const webhook of listening) {
      const asked = happened.filter(({ type, at }) => asksFor(webhook, type) && at >= webhook.updatedAt);
      const told = await store.told(webhook.id, asked.map(idOf));
      for (const happening of asked) if (!told.has(idOf(happening))) missing.set(happening, [...missing.get(happening) ?? [], webhook]);
    }
    for (const happening of happened) {
      const forWhom = missing.get(happening);
      const event = forWhom && await eventOf(organisationId, happening, described);
      if (!event) continue;
      const now = clock.now();
      const telling = tellingOf(event, happening.at, clock.id());
      const rows: NewRow<'deliveries'>[] = forWhom.map(({ id: webhookId }) => ({
        ...telling, id: clock.id(), organisationId, webhookId, state: 'waiting', attempts: 0, nextAt: now, log: [], createdAt: now,
      }));
      added += await webhooks.enqueue(rows);
    }
  }
  return added;
}

const idOf = ({ type, id, again }: Happening) => eventIdOf(type, id, again);

/** The event as it would have been told, with things as they are now; null when they are gone since. */
async function eventOf(organisationId: string, happening: Happening, described: Described): Promise<DomainEvent | null> {
  const { siteId, id, type } = happening;
  const place = { organisationId, siteId };
  try {
    switch (type) {
      case 'message.created': return { ...place, type, message: described.message(happening.message), visitorId: happening.visitorId };
      case 'conversation.created': return { ...place, type, conversation: await described.conversation(organisationId, id) };
      case 'conversation.closed': {
        const conversation = await described.conversation(organisationId, id);
        return { ...place, type, conversation, by: conversation.closedBy };
      }
      case 'conversation.rated': {
        const conversation = await described.conversation(organisationId, id);
        return conversation.rating && { ...place, type, conversation, rating: conversation.rating.score, comment: conversation.rating.comment };
      }
      case 'call.started':
      case 'call.answered':
      case 'call.ended':
      case 'call.missed':
      case 'call.follow_up': return { ...place, type, call: await described.call(organisationId, id) };
      case 'recording.ready':
      case 'recording.failed': return { ...place, type, recording: await described.recording(organisationId, id) };
      case 'visitor.created':
      case 'visitor.identified': return { ...place, type, visitor: await described.visitor(organisationId, id) };
    }
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return null;
    throw error;
  }
}
