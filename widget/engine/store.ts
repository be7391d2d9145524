/** A value that can be watched. Listeners run at once, after the value has changed; equal values (===) are not announced. */
export interface Readable<T> {
  readonly value: T;
  /** Calls `listener` after each change. Returns the way out. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The writing side of a store. Views get a `Readable` only. */
export interface Store<T> extends Readable<T> {
  set(value: T): void;
  /** Replaces some fields of the value. */
  patch(fields: Partial<T>): void;
}

/** Makes a store. Values are treated as immutable: change by replacing. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  const store: Store<T> = {
    get value() {
      return value;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(next) {
      if (next === value) return;
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    patch(fields) {
      store.set({ ...value, ...fields });
    },
  };
  return store;
}
