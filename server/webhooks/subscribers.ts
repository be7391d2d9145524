import type { Clock } from '../clock.ts';
import type { WebhookRow, WebhooksStore } from './webhooks.store.ts';

/** Which webhooks of an organisation are on. Asked for every message, so the database is asked every few seconds at most. */
export interface Subscribers {
  /** The enabled ones, the oldest first. */
  of(organisationId: string): Promise<WebhookRow[]>;
  /** Whether it is known, without asking, that none of them asked for `event`. */
  nobody(organisationId: string, event: string): boolean;
  /** Something changed here. Other processes see it when what they remember has aged. */
  changed(organisationId: string): void;
}

const rememberedMs = 5000;
const organisationsRemembered = 1000;

interface Remembered {
  at: number;
  rows: Promise<WebhookRow[]>;
  /** The same, once they are there. */
  present?: WebhookRow[];
}

/** Makes the memory of webhooks. */
export function createSubscribers({ store, clock }: { store: Pick<WebhooksStore, 'all'>; clock: Clock }): Subscribers {
  const known = new Map<string, Remembered>();
  return {
    of(organisationId) {
      const found = known.get(organisationId);
      if (found && clock.now() - found.at < rememberedMs) return found.rows;
      const rows = store.all(organisationId).then((all) => all.filter(({ enabled }) => enabled));
      if (known.size >= organisationsRemembered) known.delete(known.keys().next().value!);
      const entry: Remembered = { at: clock.now(), rows };
      known.set(organisationId, entry);
      rows.then((present) => void (entry.present = present), () => known.delete(organisationId));
      return rows;
    },
    nobody(organisationId, event) {
      const found = known.get(organisationId);
      return found?.present !== undefined && clock.now() - found.at < rememberedMs && !found.present.some((webhook) => asksFor(webhook, event));
    },
    changed: (organisationId) => void known.delete(organisationId),
  };
}

/** Whether a webhook asked for an event. */
export function asksFor({ events }: Pick<WebhookRow, 'events'>, event: string): boolean {
  return events.includes('*') || events.includes(event);
}
