import type { Author, Call, Conversation, Message, Recording, Visitor } from '../../protocol/shapes.ts';

/** Something that happened and is durable. What hears of it: webhooks, mail, push, routing. Never the sockets, they have the hub. */
export type DomainEvent = { organisationId: string; siteId: string } & (
  | { type: 'conversation.created'; conversation: Conversation }
  /** `reason` as in the frame `conversation.updated`: `reopened`, `assigned`, `tagged` … `by`: null = the server itself. */
  | { type: 'conversation.updated'; conversation: Conversation; reason: string; by: Author | null }
  | { type: 'conversation.closed'; conversation: Conversation; by: Author | null }
  | { type: 'conversation.rated'; conversation: Conversation; rating: number; comment: string }
  | { type: 'message.created'; message: Message; visitorId: string }
  | { type: 'call.started' | 'call.answered' | 'call.ended' | 'call.missed' | 'call.follow_up'; call: Call }
  | { type: 'recording.ready' | 'recording.failed'; recording: Recording }
  | { type: 'visitor.created' | 'visitor.identified' | 'visitor.updated'; visitor: Visitor }
);

/** The name of an event; webhooks subscribe to these. */
export type DomainEventType = DomainEvent['type'];

/** Hears of what happened, in the order in which it became durable here. What it throws is logged, and stops nobody else. */
export type EventListener = (event: DomainEvent) => void | Promise<void>;

/** Tells those who asked what has happened, after the commit. */
export interface Events {
  /** Never throws and never waits. */
  emit(event: DomainEvent): void;
  /** Hears of everything from now on. */
  listen(listener: EventListener): void;
}

/** Makes the events of this process. An event is told where it happened, once; what must survive a crash its listener keeps. */
export function createEvents({ failed }: { failed: (error: unknown, what: string) => void }): Events {
  const listeners: EventListener[] = [];
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          const heard = listener(event);
          if (heard) heard.catch((error: unknown) => failed(error, `event ${event.type}`));
        } catch (error) {
          failed(error, `event ${event.type}`);
        }
      }
    },
    listen: (listener) => void listeners.push(listener),
  };
}
