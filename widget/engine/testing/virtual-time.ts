/** Timers and the wall clock in the test's hand. */
export interface VirtualTime {
  /** Lets time pass, with every timer in its place. */
  pass(ms: number): Promise<void>;
  /** The device sleeps: time passes and no timer runs; those that were due run late, once each. */
  sleep(ms: number): Promise<void>;
  /** Somebody sets the wall clock; timers do not notice. */
  setClock(byMs: number): void;
  /** Time since it was installed, in ms; no clock that somebody sets. */
  readonly now: number;
  uninstall(): void;
}

interface Timer {
  id: number;
  due: number;
  everyMs: number | null;
  work(): void;
}

/** Takes the place of `setTimeout`, `setInterval` and `Date.now` until `uninstall`. */
export function installVirtualTime(): VirtualTime {
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now };
  const began = Date.now();
  const timers = new Map<number, Timer>();
  let now = 0;
  let off = 0;
  let ids = 0;

  const set = (everyMs: number | null) => (work: () => void, ms = 0): number => {
    const id = ++ids;
    timers.set(id, { id, due: now + ms, everyMs, work });
    return id;
  };
  const clear = (id: number): void => void timers.delete(id);
  Object.assign(globalThis, { setTimeout: set(null), clearTimeout: clear, setInterval: (work: () => void, ms: number) => set(ms)(work, ms), clearInterval: clear });
  Date.now = () => began + off + now;

  /** Promises settle between two timers, as they do between two tasks. */
  const { port1, port2 } = new MessageChannel();
  const settle = (): Promise<void> => new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  const runUntil = async (end: number): Promise<void> => {
    for (;;) {
      await settle();
      const next = [...timers.values()].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due || a.id - b.id)[0];
      if (!next) break;
      now = Math.max(now, next.due);
      if (next.everyMs === null) timers.delete(next.id);
      else next.due = now + next.everyMs;
      next.work();
    }
    now = end;
  };

  return {
    pass: (ms) => runUntil(now + ms),
    async sleep(ms) {
      now += ms;
      await runUntil(now);
    },
    setClock: (byMs) => void (off += byMs),
    get now() {
      return now;
    },
    uninstall() {
      port1.close();
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout, setInterval: real.setInterval, clearInterval: real.clearInterval });
      Date.now = real.now;
    },
  };
}
