// What happened to a call in its last minute, for whoever has to find out why it went badly. It holds states and figures alone: no
// address, no description, no name, no key, so that it can be sent to anybody.

/** How far back it tells, ms. */
const KEPT_MS = 60_000;
/** The most entries, however much happens. */
const MOST = 600;

/** One thing that happened. Only plain values: what is no state or figure has no place here. */
export type Note = Readonly<Record<string, string | number | boolean | null>>;

/** A dump as it is downloaded. */
export interface Diagnostics {
  version: 1;
  madeAt: string;
  callId: string | null;
  side: string;
  browser: string;
  entries: ({ t: number } & Note)[];
}

/** Notes of the last minute. */
export interface DiagnosticsLog {
  note(what: Note): void;
  /** `t` is in ms before the dump was made, the oldest first. */
  dump(facts: { callId: string | null; side: string }): Diagnostics;
}

/** Makes an empty log. `now`: ms of any clock that only goes forward. */
export function createDiagnosticsLog(now: () => number = () => performance.now()): DiagnosticsLog {
  let entries: { at: number; what: Note }[] = [];
  const prune = (): void => {
    const since = now() - KEPT_MS;
    if (entries.length > MOST || (entries[0] && entries[0].at < since)) entries = entries.filter(({ at }) => at >= since).slice(-MOST);
  };
  return {
    note(what) {
      entries.push({ at: now(), what });
      prune();
    },
    dump({ callId, side }) {
      prune();
      const at = now();
      return {
        version: 1, madeAt: new Date().toISOString(), callId, side, browser: navigator.userAgent,
        entries: entries.map((entry) => ({ t: Math.round(entry.at - at), ...entry.what })),
      };
    },
  };
}
