/** Ends a turn. */
export type Release = () => void;

/** One thing at a time, first come first served. */
export interface Turns {
  /** Takes the turn at once when nobody has it, otherwise null. Does not wait, so that a free path stays synchronous. */
  tryTake(): Release | null;
  /** Takes the turn as soon as all who asked before have ended theirs. */
  take(): Promise<Release>;
}

/** Makes an empty queue of turns. */
export function createTurns(): Turns {
  const waiting: ((release: Release) => void)[] = [];
  let taken = false;
  const newRelease = (): Release => {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const next = waiting.shift();
      if (next) next(newRelease());
      else taken = false;
    };
  };
  const tryTake = () => {
    if (taken) return null;
    taken = true;
    return newRelease();
  };
  return {
    tryTake,
    take() {
      const release = tryTake();
      return release ? Promise.resolve(release) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
