import { mayPass } from './errands.ts';
import { isFresh, type PairSignal } from './pairing.ts';

/** What we say to the other side, in order, until it was taken: the link may be away, theirs as well. */
export interface SignalOutbox {
  push(signal: PairSignal, epoch: number): void;
  /** Tries at once: one of the links is back. */
  flush(): void;
  close(): void;
}

/**
 * Makes an outbox. Candidates go out side by side, a description waits for those before it and is waited for: a candidate
 * must not arrive before the description that it belongs to.
 */
export function createSignalOutbox(send: (signal: PairSignal, epoch: number) => Promise<unknown>, { retryMs = 1_000 }: { retryMs?: number } = {}): SignalOutbox {
  interface Entry {
    signal: PairSignal;
    epoch: number;
    sending: boolean;
  }
  let queue: Entry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let paused = false;

  const isDescription = ({ signal }: Entry): boolean => signal !== null && !('candidate' in signal);

  const pump = (): void => {
    if (paused) return;
    for (const [index, entry] of queue.entries()) {
      if (isDescription(entry)) {
        if (index === 0 && !entry.sending) go(entry);
        return;
      }
      if (!entry.sending) go(entry);
    }
  };

  const go = (entry: Entry): void => {
    entry.sending = true;
    send(entry.signal, entry.epoch).then(
      () => remove(entry),
      (failure: unknown) => {
        entry.sending = false;
        if (!mayPass(failure)) return remove(entry);
        paused = true;
        clearTimeout(timer);
        timer = setTimeout(resume, (failure as { retryAfterMs?: number }).retryAfterMs ?? retryMs);
      },
    );
  };
  const remove = (entry: Entry): void => {
    queue = queue.filter((each) => each !== entry);
    pump();
  };
  const resume = (): void => {
    clearTimeout(timer);
    paused = false;
    pump();
  };

  return {
    push(signal, epoch) {
      // A new offer or answer makes older unsent words of the same kind pointless.
      if (signal && 'sdp' in signal) queue = queue.filter((entry) => entry.sending || isFresh(entry.signal) || !isDescription(entry));
      queue.push({ signal, epoch, sending: false });
      pump();
    },
    flush: resume,
    close() {
      clearTimeout(timer);
      queue = [];
      paused = true;
    },
  };
}
