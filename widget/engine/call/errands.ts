import type { Request, RequestType } from '../../../protocol/client-frames.ts';
import type { Reply } from '../../../protocol/server-frames.ts';
import { WireFailure, type Wire } from '../wire.ts';

/** Requests that have to arrive some time: a farewell, a consent, the newest state of microphone and camera. */
export interface Errands {
  /**
   * Repeats a request until the server has taken it or says that it never will. A later errand with the same `key` replaces
   * the earlier one. `done` hears of the reply.
   */
  insist<T extends RequestType>(key: string, type: T, fields: Request<T>, done?: (reply: Reply<T>) => void): void;
  /** An errand that makes no sense any more. */
  forget(key: string): void;
  /** Tries at once what waits, e.g. because the other side is back. */
  hurry(): void;
  close(): void;
}

/** Codes that a repetition can cure. `conflict`: after a reconnect our old connection may still carry the call for a moment. */
const PASSING = new Set(['offline', 'timeout', 'unavailable', 'rate_limited', 'internal', 'conflict']);

/** Whether a request that failed so may be repeated. */
export function mayPass(failure: unknown): boolean {
  return !(failure instanceof WireFailure) || PASSING.has(failure.code);
}

/** Makes a runner of errands on a wire. */
export function createErrands(wire: Wire, { retryMs = 2_000 }: { retryMs?: number } = {}): Errands {
  interface Errand {
    run(): Promise<unknown>;
    timer: ReturnType<typeof setTimeout> | undefined;
    busy: boolean;
  }
  const errands = new Map<string, Errand>();

  const go = (key: string, errand: Errand): void => {
    if (errand.busy || errands.get(key) !== errand) return;
    clearTimeout(errand.timer);
    errand.busy = true;
    errand.run().then(
      () => void (errands.get(key) === errand && errands.delete(key)),
      (failure: unknown) => {
        errand.busy = false;
        if (errands.get(key) !== errand) return;
        if (!mayPass(failure)) return void errands.delete(key);
        errand.timer = setTimeout(() => go(key, errand), (failure as WireFailure).retryAfterMs ?? retryMs);
      },
    );
  };
  const hurry = (): void => {
    for (const [key, errand] of errands) go(key, errand);
  };
  const leave = wire.onHello(() => queueMicrotask(hurry));

  return {
    insist(key, type, fields, done) {
      clearTimeout(errands.get(key)?.timer);
      const errand: Errand = { run: () => wire.request(type, fields).then(done), timer: undefined, busy: false };
      errands.set(key, errand);
      go(key, errand);
    },
    forget(key) {
      clearTimeout(errands.get(key)?.timer);
      errands.delete(key);
    },
    hurry,
    close() {
      leave();
      for (const { timer } of errands.values()) clearTimeout(timer);
      errands.clear();
    },
  };
}
