import type { Bus, BusEnvelope } from './bus.ts';

/**
 * The bus of one process. Subscribers are called at once, inside `publish`, so that an event keeps its place between the
 * replies around it; a subscriber that throws does not keep the others from hearing. `failed` is told of it.
 */
export function createMemoryBus(failed: (error: unknown) => void = rethrowLater): Bus {
  const receivers = new Set<(envelope: BusEnvelope) => void>();
  let closed = false;
  return {
    publish(envelope) {
      if (closed) return Promise.reject(new Error('The bus is closed.'));
      for (const receive of receivers) {
        try {
          receive(envelope);
        } catch (error) {
          failed(error);
        }
      }
      return undefined;
    },
    async subscribe(receive) {
      // A wrapper, so that the same function subscribed twice is two subscribers.
      const receiver = (envelope: BusEnvelope) => receive(envelope);
      receivers.add(receiver);
      return async () => void receivers.delete(receiver);
    },
    async check() {
      if (closed) throw new Error('The bus is closed.');
    },
    async close() {
      closed = true;
      receivers.clear();
    },
  };
}

function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
