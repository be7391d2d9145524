import { AsyncLocalStorage } from 'node:async_hooks';

/** The transaction that an asynchronous path runs in, with the first error of its queries. */
export interface Scope {
  open: boolean;
  failure?: { error: unknown };
}

/** Knows who runs inside `atomic`, so that two mistakes are loud instead of a deadlock or a lost write. */
export interface AtomicScope {
  /** Runs `work` as the inside of a transaction. Rejects with a query's error even if `work` caught it. */
  run<T>(scope: Scope, work: () => Promise<T>): Promise<T>;
  /** Throws when the caller runs inside `atomic`: it would wait for itself, or write past the transaction. */
  refuseInside(what: string): void;
  /** Throws when a transaction's own handle is used after its end, or after one of its queries failed. */
  refuseEnded(scope: Scope): void;
}

/** One for each database: being inside the `atomic` of one does not forbid another. */
export function createAtomicScope(): AtomicScope {
  const inside = new AsyncLocalStorage<Scope>();
  let running = 0;
  return {
    async run(scope, work) {
      running += 1;
      try {
        const result = await inside.run(scope, work);
        if (scope.failure) throw scope.failure.error;
        return result;
      } finally {
        scope.open = false;
        running -= 1;
        // While a storage is on, every promise of the process costs twice as much (Node 20 follows them all).
        if (running === 0) inside.disable();
      }
    },
    refuseInside(what) {
      // A path that outlives its transaction (a timer started in it) is outside again.
      if (inside.getStore()?.open) throw new Error(`${what} was used inside atomic(); use the queries that atomic() hands to its work.`);
    },
    refuseEnded(scope) {
      if (!scope.open) throw new Error('The queries of atomic() were used after its end; await every query inside it.');
      if (scope.failure) throw new Error('A query of this atomic() has failed; nothing more can be done in it.', { cause: scope.failure.error });
    },
  };
}
