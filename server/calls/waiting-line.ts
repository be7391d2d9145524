import type { Clock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import type { CallsStore } from './calls.store.ts';

/** Where a visitor's ringing call stands in its organisation's line. */
export interface Place {
  /** 1 = next. */
  position: number;
  /** A guess, from how quickly calls were answered lately; left out where there is nothing to guess from. */
  etaMs?: number;
}

/** The line of visitors who call: first come, first rung. Each is told when its own place changes, and nobody else's. */
export interface WaitingLine {
  /** The place of a call that rings, which its visitor is being told. */
  place(call: { id: string; organisationId: string }): Promise<Place>;
  /** A call left the line. Tells those whose place changed by that; never throws, never waits. */
  moved(organisationId: string): void;
}

/** Answers of so long ago still say how quickly things go, ms; fewer of them than this say nothing. */
export const ETA_WINDOW_MS = 30 * 60_000;
const leastAnswers = 3;

/**
 * How long somebody at `position` will wait, ms: one answer after another at the pace of the last half hour. Undefined without
 * enough answers to tell a pace.
 */
export function guessWait(position: number, answers: { count: number; firstAt: number | null }, now: number): number | undefined {
  const { count, firstAt } = answers;
  if (count < leastAnswers || firstAt === null) return undefined;
  return Math.round((position * Math.max(0, now - firstAt)) / count);
}

/** Makes a line. Where everybody stands is in the database; here is only what was told. */
export function createWaitingLine({ store, hub, clock, failed }: {
  store: Pick<CallsStore, 'waiting' | 'answersSince'>; hub: Pick<Hub, 'publish'>; clock: Clock; failed: (error: unknown, what: string) => void;
}): WaitingLine {
  const told = new Map<string, number>();
  /** Organisations whose line is being told; true: it moved again meanwhile. */
  const telling = new Map<string, boolean>();

  const line = async (organisationId: string) => {
    const now = clock.now();
    const [waiting, answers] = [await store.waiting(organisationId), await store.answersSince(organisationId, now - ETA_WINDOW_MS)];
    return waiting.map(({ id, visitorId }, index) => {
      const etaMs = guessWait(index + 1, answers, now);
      return { id, visitorId, place: { position: index + 1, ...(etaMs !== undefined && { etaMs }) } };
    });
  };
  const tell = async (organisationId: string): Promise<void> => {
    do {
      telling.set(organisationId, false);
      const places = await line(organisationId);
      for (const { id, visitorId, place } of places) {
        if (told.get(id) === place.position) continue;
        told.set(id, place.position);
        hub.publish([`visitor:${visitorId}`], { type: 'queue.position', callId: id, ...place });
      }
      if (told.size > 2 * places.length + 1000) {
        // Calls that are over, of whichever organisation: who still waits is told its place once more.
        told.clear();
      }
    } while (telling.get(organisationId));
  };

  return {
    async place({ id, organisationId }) {
      const own = (await line(organisationId)).find((one) => one.id === id);
      const place = own?.place ?? { position: 1 };
      told.set(id, place.position);
      return place;
    },
    moved(organisationId) {
      if (telling.has(organisationId)) return void telling.set(organisationId, true);
      tell(organisationId).catch((error: unknown) => failed(error, 'waiting line')).finally(() => telling.delete(organisationId));
    },
  };
}
