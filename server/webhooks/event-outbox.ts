import type { Clock, Timer } from '../clock.ts';
import type { DomainEvent } from '../events/events.ts';
import { tellingOf } from './payload.ts';
import { asksFor, type Subscribers } from './subscribers.ts';
import type { WebhooksStore } from './webhooks.store.ts';

/** Takes what happened and writes it down for every webhook that asked, in the order of happening. */
export interface EventOutbox {
  /** Never throws and never waits. */
  take(event: DomainEvent): void;
  /** Resolves when all that was taken is written. */
  written(): Promise<void>;
  /** Writes what it can and takes no more. */
  close(): Promise<void>;
}

/** What the outbox needs. */
export interface EventOutboxParts {
  store: Pick<WebhooksStore, 'enqueue'>;
  subscribers: Pick<Subscribers, 'nobody' | 'of'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
  /** Something new waits. */
  added(): void;
}

const againMs = 1000;
// While the database does not answer so many wait in memory; then the oldest go. A restart finds them again (missed-events.ts).
const waitingAtMost = 20_000;

/** Makes the outbox. */
export function createEventOutbox({ store, subscribers, clock, failed, added }: EventOutboxParts): EventOutbox {
  const waiting: { event: DomainEvent; at: number }[] = [];
  let writing: Promise<void> | null = null;
  let again: Timer | null = null;
  let closed = false;

  const tell = (event: DomainEvent, at: number) => {
    try {
      return tellingOf(event, at, clock.id());
    } catch (error) {
      failed(error, `webhook event ${event.type}`); // a defect of ours must not hold up what comes after
      return null;
    }
  };
  const writeNext = async ({ event, at }: { event: DomainEvent; at: number }) => {
    const { organisationId, type } = event;
    const asked = (await subscribers.of(organisationId)).filter((webhook) => asksFor(webhook, type));
    if (asked.length === 0) return;
    const telling = tell(event, at);
    if (!telling) return;
    const rows = asked.map(({ id: webhookId }) => ({ ...telling, id: clock.id(), organisationId, webhookId, state: 'waiting' as const, attempts: 0, nextAt: at, log: [], createdAt: at }));
    if (await store.enqueue(rows) > 0) added();
  };
  const writeAll = async () => {
    while (waiting.length > 0) {
      await writeNext(waiting[0]!);
      waiting.shift();
    }
  };
  const write = () => {
    again?.cancel();
    again = null;
    writing ??= writeAll().catch((error: unknown) => {
      failed(error, 'webhook event');
      if (waiting.length > waitingAtMost) failed(new Error(`${waiting.splice(0, waiting.length - waitingAtMost).length} events wait for the next start.`), 'webhook event');
      if (!closed) again = clock.after(againMs, write);
    }).finally(() => void (writing = null));
  };

  return {
    take(event) {
      if (closed) return;
      if (waiting.length === 0 && subscribers.nobody(event.organisationId, event.type)) return;
      waiting.push({ event, at: clock.now() });
      if (again === null) write();
    },
    async written() {
      while (writing) await writing;
    },
    async close() {
      closed = true;
      await writing;
      write();
      await writing;
    },
  };
}
