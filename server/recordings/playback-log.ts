import type { Audit } from '../audit/audit.ts';
import type { Asker } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';

/** How somebody takes bytes of a recording; `resumed`: the rest of a file whose beginning it has. */
export type Listening = 'played' | 'downloaded' | 'resumed';

/** Keeps who listened to a recording and who took it away. */
export interface PlaybackLog {
  /**
   * Somebody is given bytes of it. A player asks many times: what one does with one recording is written down once in ten minutes,
   * and each taking away is. A download that broke off, or comes in stretches, is the one that was begun.
   */
  heard(asker: Asker, recording: { id: string; callId: string; visitorName: string }, how: Listening): void;
}

/** For so long the requests of one player are one listening, ms. */
export const LISTENING_MS = 10 * 60_000;
// So many listenings are remembered; beyond that one may be written down twice.
const remembered = 10_000;

/** Makes a log over the audit. */
export function createPlaybackLog({ audit, clock }: { audit: Pick<Audit, 'record'>; clock: Pick<Clock, 'now'> }): PlaybackLog {
  const since = new Map<string, number>();
  return {
    heard({ kind, id, name, organisationId }, recording, how) {
      const now = clock.now();
      const done = how === 'played' ? 'played' : 'downloaded';
      const key = `${done} ${kind} ${id} ${recording.id}`;
      if (how !== 'downloaded' && now - (since.get(key) ?? -Infinity) < LISTENING_MS) return;
      if (since.size >= remembered) since.clear();
      since.set(key, now);
      audit.record({
        organisationId, actor: { kind, id, name }, action: `recording.${done}`, target: { kind: 'recording', id: recording.id, name: recording.visitorName }, detail: { callId: recording.callId },
      });
    },
  };
}
