import type { Audit } from '../audit/audit.ts';
import type { Chat } from '../chat/chat.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { RetentionStore } from './retention.store.ts';

/** Keeps no longer than each site says: closes what fell silent, then removes what has been closed, and what was recorded. */
export interface Retention {
  /** From now on every hour, and soon after the start. */
  start(): void;
  /** Does everything that is due now. Any number of processes may do it at once: each step asks again whether it is due. */
  run(): Promise<void>;
  /** Begins nothing more; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** What retention is made of. */
export interface RetentionParts {
  store: RetentionStore;
  chat: Pick<Chat, 'closeSilent' | 'removeClosedBefore'>;
  recordings: Pick<Recordings, 'expire'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** A server that has just started has better things to do, ms. */
const firstMs = 60_000;
const batch = 100;

/** Makes retention; it does nothing before `start` or `run`. */
export function createRetention({ store, chat, recordings, audit, clock, failed }: RetentionParts): Retention {
  let timers: Timer[] = [];
  let working: Promise<void> | null = null;
  let closed = false;

  /** Does `work` with all that `find` gives, page by page; what fails is tried again an hour later. How many it was done with. */
  const each = async (find: (after: string) => Promise<string[]>, work: (id: string) => Promise<boolean>): Promise<number> => {
    let done = 0;
    for (let after = ''; !closed;) {
      const ids = await find(after);
      for (const id of ids) {
        if (closed) break;
        if (await work(id).catch((error: unknown) => void failed(error, 'retention'))) done += 1;
      }
      if (ids.length < batch) break;
      after = ids.at(-1)!;
    }
    return done;
  };

  const ofSite = async ({ id: siteId, organisationId, settings }: Awaited<ReturnType<RetentionStore['sites']>>[number]) => {
    const { closeAfter, purgeAfterClose, recordings: keepRecordings } = settingsOf(settings).retention;
    const now = clock.now();
    const ago = (days: number) => now - days * dayMs;
    if (closeAfter !== null) {
      await each((after) => store.silent(siteId, ago(closeAfter), after, batch), (id) => chat.closeSilent(organisationId, id, ago(closeAfter)));
    }
    let [conversationsGone, recordingsGone] = [0, 0];
    if (keepRecordings !== null) {
      recordingsGone = await each((after) => store.recordings(siteId, ago(keepRecordings), after, batch), (id) => recordings.expire(organisationId, id));
    }
    if (purgeAfterClose !== null) {
      conversationsGone = await each((after) => store.closed(siteId, ago(purgeAfterClose), after, batch), (id) =>
        chat.removeClosedBefore(organisationId, id, ago(purgeAfterClose)));
      // Which pages somebody saw is kept no longer than what was said on them.
      while (!closed && (await store.forgetPages(siteId, ago(purgeAfterClose), batch)) === batch);
    }
    if (conversationsGone + recordingsGone > 0) {
      audit.record({
        organisationId, actor: { kind: 'system', id: '', name: '' }, action: 'retention.removed', target: { kind: 'site', id: siteId, name: '' },
        detail: { conversations: conversationsGone, recordings: recordingsGone },
      });
    }
  };

  const run = async () => {
    for (const site of await store.sites()) {
      if (closed) return;
      await ofSite(site).catch((error: unknown) => failed(error, 'retention'));
    }
  };
  const begin = (): Promise<void> => (working ??= run().catch((error: unknown) => failed(error, 'retention')).finally(() => void (working = null)));

  return {
    start() {
      timers = [clock.after(firstMs, () => void begin()), clock.every(hourMs, () => void begin())];
    },
    run: begin,
    async close() {
      closed = true;
      for (const timer of timers) timer.cancel();
      await working;
    },
  };
}
