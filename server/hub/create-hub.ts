import type { ServerEvent } from '../../protocol/server-frames.ts';
import type { Bus } from './bus.ts';
import type { Hub, Topic } from './hub.ts';
import { textFrame } from './text-frame.ts';

/** A connection as the hub sees it. */
export interface Listener {
  /** Names the connection in `except`. */
  readonly connectionId: string;
  /** Takes an event. `frame()` is its WebSocket frame, made once for all listeners, when the first one asks. */
  deliver(event: ServerEvent, frame: () => Buffer): void;
  /** Closes the connection, after `event` if there is one. */
  close(code: number, reason: string, event?: ServerEvent): void;
}

/** The hub with its other side: connections come and go. */
export interface LocalHub extends Hub {
  /** Listens to `topics` from now on. */
  join(listener: Listener, topics: readonly Topic[]): void;
  /** Listens to `topics` no more. */
  leave(listener: Listener, topics: readonly Topic[]): void;
  /** Whether any connection of this process listens to `topic`. */
  has(topic: Topic): boolean;
  /** Calls `listener` with every topic whose connections are closed, by whichever process: an account or a sign-in that is over, for instance. */
  watchClosing(listener: (topic: Topic) => void): void;
  /** Leaves the bus. */
  stop(): Promise<void>;
}

/** What the hubs of an installation say to one another. */
type Word =
  | { topics: readonly Topic[]; event: ServerEvent; except?: string; unless?: readonly Topic[]; json?: string }
  | { close: Topic; code: number; reason: string; event?: ServerEvent };

const busTopic = 'hub';

/**
 * Joins the sockets of this process to the bus. What is published goes to the bus alone, and comes back from it here as
 * in every other process. `failed` is told when the bus could not take a word: that one is lost, its durable half is not.
 */
export async function createHub({ bus, failed }: { bus: Bus; failed: (error: unknown) => void }): Promise<LocalHub> {
  // Most topics have one listener; the set is made for the second. At 10,000 connections that is some megabytes.
  const listeners = new Map<Topic, Listener | Set<Listener>>();

  const each = (topic: Topic, visit: (listener: Listener) => void) => {
    const found = listeners.get(topic);
    if (!found) return;
    if (found instanceof Set) for (const listener of found) visit(listener);
    else visit(found);
  };

  const deliver = ({ topics, event, except, unless, json }: Extract<Word, { event: ServerEvent; topics: unknown }>) => {
    let buffer: Buffer | undefined;
    const frame = () => (buffer ??= textFrame(json ?? JSON.stringify(event)));
    const seen = topics.length + (unless?.length ?? 0) > 1 ? new Set<Listener>() : undefined;
    if (unless) for (const topic of unless) each(topic, (listener) => seen!.add(listener));
    for (const topic of topics) {
      each(topic, (listener) => {
        if (listener.connectionId === except) return;
        if (seen) {
          if (seen.has(listener)) return;
          seen.add(listener);
        }
        listener.deliver(event, frame);
      });
    }
  };

  const watchers: ((topic: Topic) => void)[] = [];
  const closeAll = ({ close, code, reason, event }: Extract<Word, { close: Topic }>) => {
    for (const watch of watchers) watch(close);
    // A copy: closing makes a listener leave.
    const closing: Listener[] = [];
    each(close, (listener) => closing.push(listener));
    for (const listener of closing) listener.close(code, reason, event);
  };

  const unsubscribe = await bus.subscribe(({ topic, payload }) => {
    if (topic !== busTopic) return;
    const word = payload as Word;
    if ('close' in word) closeAll(word);
    else deliver(word);
  });
  const send = (word: Word) => void bus.publish({ topic: busTopic, payload: word })?.catch(failed);

  return {
    publish(topics, event, options) {
      send(options ? { topics, event, ...options } : { topics, event });
    },
    close(topic, code, reason, event) {
      send({ close: topic, code, reason, ...(event && { event }) });
    },
    join(listener, topics) {
      for (const topic of topics) {
        const found = listeners.get(topic);
        if (!found) listeners.set(topic, listener);
        else if (found instanceof Set) found.add(listener);
        else if (found !== listener) listeners.set(topic, new Set([found, listener]));
      }
    },
    leave(listener, topics) {
      for (const topic of topics) {
        const found = listeners.get(topic);
        if (found === listener) listeners.delete(topic);
        else if (found instanceof Set && found.delete(listener) && found.size === 0) listeners.delete(topic);
      }
    },
    has: (topic) => listeners.has(topic),
    watchClosing: (listener) => void watchers.push(listener),
    stop: unsubscribe,
  };
}
