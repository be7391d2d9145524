import type { Reply } from '../../protocol/server-frames.ts';
import type { Outbox, Unsent } from './outbox.ts';
import { WireFailure, type Wire } from './wire.ts';

/** Brings written messages to the server: one after the other in each conversation, so that their order is kept. */
export interface Delivery {
  /** Takes what an earlier page left unsent; `restored` is told of each. */
  restore(restored: (message: Unsent) => void): Promise<void>;
  /** Stores the message and sends it as soon as that is possible. */
  add(message: Unsent): void;
  retry(clientId: string): void;
  /** Forgets a message; returns its text, or null when it is not here (any more). */
  discard(clientId: string): string | null;
  /** The visitor's conversation exists now: what waited for it belongs to it. */
  rename(from: string, to: string): void;
  /** Tries everything that waits, at once. Call it after each hello. */
  flush(): void;
  clear(): Promise<void>;
  dispose(): void;
}

/** What a delivery needs. */
export interface DeliveryOptions {
  wire: Wire;
  outbox: Outbox;
  sent(reply: Reply<'message.send'>, message: Unsent): void;
  failed(message: Unsent, code: string): void;
  /** The conversation is gone. True: write the message into a new one. */
  gone(message: Unsent): boolean;
}

/** After these the same message may well succeed later; everything else is a refusal that the writer has to see. */
const PASSING = new Set(['offline', 'timeout', 'unavailable', 'rate_limited', 'unauthenticated', 'token_expired']);
/** How often a message is tried again after `internal` before its writer is asked, and how long in between, in ms. */
const INTERNAL_TRIES = 3;
const RETRY_MS = 2_000;

/** Makes a delivery. */
export function createDelivery({ wire, outbox, sent, failed, gone }: DeliveryOptions): Delivery {
  const queue = new Map<string, Unsent>();
  const tries = new Map<string, number>();
  /** Messages under way, and conversations that have to wait. */
  const flying = new Set<string>();
  const pauses = new Map<string, ReturnType<typeof setTimeout>>();
  let disposed = false;

  const pause = (conversationId: string, ms: number): void => {
    clearTimeout(pauses.get(conversationId));
    pauses.set(
      conversationId,
      setTimeout(() => {
        pauses.delete(conversationId);
        pump(conversationId);
      }, ms),
    );
  };

  const pump = (conversationId: string): void => {
    if (disposed || pauses.has(conversationId) || wire.connectionId === null) return;
    const here = [...queue.values()].filter((message) => message.conversationId === conversationId);
    const message = here.find(({ failure }) => !failure);
    if (!message || here.some(({ clientId }) => flying.has(clientId))) return;
    const { clientId, text, note } = message;
    flying.add(clientId);
    wire
      .request('message.send', { clientId, text, ...(conversationId ? { conversationId } : {}), ...(note ? { note } : {}) })
      .then(
        (reply) => {
          flying.delete(clientId);
          forget(clientId);
          if (disposed) return;
          sent(reply, message);
          // Since it left, its conversation may have got a name.
          pump(conversationId);
          pump(reply.conversationId);
        },
        (error: unknown) => {
          flying.delete(clientId);
          const now = queue.get(clientId);
          if (disposed || !now) return;
          // It moved to a new conversation while it was on its way into one that is gone: that answer is no longer about it.
          const moved = now.conversationId !== message.conversationId && error instanceof WireFailure && error.code === 'not_found';
          if (!moved) settle(now, error);
          pump(conversationId);
          pump(now.conversationId);
        },
      )
      .catch(() => undefined);
  };

  const settle = (message: Unsent, error: unknown): void => {
    const code = error instanceof WireFailure ? error.code : 'internal';
    const { conversationId } = message;
    if (PASSING.has(code)) {
      // Without a connection the next hello is the time to try again; a path that swallows replies wants a moment, too.
      if (code !== 'offline') pause(conversationId, error instanceof WireFailure && error.retryAfterMs !== undefined ? error.retryAfterMs : RETRY_MS);
      return;
    }
    const tried = (tries.get(message.clientId) ?? 0) + 1;
    tries.set(message.clientId, tried);
    if (code === 'internal' && tried < INTERNAL_TRIES) return pause(conversationId, RETRY_MS * tried);
    if (code === 'not_found' && conversationId && gone(message)) return;
    const refused = { ...message, failure: code };
    queue.set(message.clientId, refused);
    void outbox.put(refused);
    failed(refused, code);
  };

  const forget = (clientId: string): void => {
    queue.delete(clientId);
    tries.delete(clientId);
    void outbox.remove(clientId);
  };

  const delivery: Delivery = {
    async restore(restored) {
      for (const message of await outbox.all()) {
        if (disposed || queue.has(message.clientId)) continue;
        queue.set(message.clientId, message);
        restored(message);
      }
      delivery.flush();
    },
    add(message) {
      queue.set(message.clientId, message);
      void outbox.put(message);
      pump(message.conversationId);
    },
    retry(clientId) {
      const message = queue.get(clientId);
      if (!message?.failure) return;
      const { failure: _, ...again } = message;
      tries.delete(clientId);
      queue.set(clientId, again);
      void outbox.put(again);
      pump(again.conversationId);
    },
    discard(clientId) {
      const message = queue.get(clientId);
      if (!message) return null;
      forget(clientId);
      return message.text;
    },
    rename(from, to) {
      for (const message of queue.values()) {
        if (message.conversationId !== from) continue;
        const moved = { ...message, conversationId: to };
        queue.set(message.clientId, moved);
        void outbox.put(moved);
      }
      pump(to);
    },
    flush() {
      for (const timer of pauses.values()) clearTimeout(timer);
      pauses.clear();
      for (const conversationId of new Set([...queue.values()].map((message) => message.conversationId))) pump(conversationId);
    },
    async clear() {
      queue.clear();
      tries.clear();
      await outbox.clear();
    },
    dispose() {
      disposed = true;
      for (const timer of pauses.values()) clearTimeout(timer);
      pauses.clear();
    },
  };
  return delivery;
}
