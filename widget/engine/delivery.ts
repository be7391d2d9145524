import type { Reply } from '../../protocol/server-frames.ts';
import type { FileTransfer } from './file-transfer.ts';
import type { Outbox, Unsent } from './outbox.ts';
import { WireFailure, type Wire } from './wire.ts';

/** Brings written messages to the server: one after the other in each conversation, so that their order is kept. */
export interface Delivery {
  /** Takes what an earlier page left unsent; `restored` is told of each. */
  restore(restored: (message: Unsent) => void): Promise<void>;
  /** Stores the message and sends it as soon as that is possible. */
  add(message: Unsent): void;
  retry(clientId: string): void;
  /** Forgets a message, also while its files are on their way; returns its text, or null when it is not here (any more). */
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
  /** Asked for with the first file. */
  files(): Promise<FileTransfer>;
  sent(reply: Reply<'message.send'>, message: Unsent): void;
  failed(message: Unsent, code: string): void;
  /** The conversation is gone. True: write the message into a new one. */
  gone(message: Unsent): boolean;
  /** So much of a file is there: 0 to 1. */
  progressed?(message: Unsent, uploadId: string, share: number): void;
  /** The server wants a pause until then, ms since the epoch; null: it is over. */
  paused?(message: Unsent, until: number | null): void;
}

/** After these the same message may well succeed later; everything else is a refusal that the writer has to see. */
const PASSING = new Set(['offline', 'timeout', 'unavailable', 'rate_limited', 'unauthenticated', 'token_expired']);
/** How often a message is tried again after `internal` before its writer is asked, and how long in between, in ms. */
const INTERNAL_TRIES = 3;
const RETRY_MS = 2_000;
/** How long what is written may wait for what an earlier page left, in ms. */
const RESTORE_MS = 2_000;

/** A message on its way, as it was when it left; `asked`: its files are there, and the server was asked to take it. */
interface Flight {
  message: Unsent;
  abort: AbortController;
  asked: boolean;
}

/** Makes a delivery. */
export function createDelivery({ wire, outbox, files, sent, failed, gone, progressed, paused }: DeliveryOptions): Delivery {
  const queue = new Map<string, Unsent>();
  const tries = new Map<string, number>();
  /** Messages under way, and conversations that have to wait. */
  const flying = new Map<string, Flight>();
  const pauses = new Map<string, ReturnType<typeof setTimeout>>();
  const limited = new Set<string>();
  let disposed = false;
  /** What an earlier page left goes first: nothing leaves before it has been read. */
  let restoring = false;

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

  const keep = (message: Unsent): void => {
    queue.set(message.clientId, message);
    void outbox.put(message);
  };

  const bringFiles = async (clientId: string, signal: AbortSignal): Promise<string[]> => {
    const transfer = await files().catch(() => {
      throw new WireFailure('unavailable', 'The part that uploads did not come.');
    });
    return transfer.uploadAll(clientId, {
      signal,
      files: () => queue.get(clientId)?.files,
      progress: (uploadId, share) => progressed?.(queue.get(clientId)!, uploadId, share),
      there(uploadId, fileId) {
        const now = queue.get(clientId);
        if (now) keep({ ...now, files: now.files!.map((file) => (file.uploadId === uploadId ? { ...file, fileId } : file)) });
      },
    });
  };

  const bring = async (flight: Flight): Promise<Reply<'message.send'>> => {
    const { clientId } = flight.message;
    // Without files it leaves at once.
    const fileIds = flight.message.files ? await bringFiles(clientId, flight.abort.signal) : undefined;
    const now = queue.get(clientId);
    if (!now) throw new WireFailure('discarded', 'Nobody wants it any more.');
    // While its files were on their way its conversation may have got a name.
    flight.message = now;
    flight.asked = true;
    const { conversationId, text, note } = now;
    return wire.request('message.send', { clientId, text, ...(conversationId ? { conversationId } : {}), ...(note ? { note } : {}), ...(fileIds ? { fileIds } : {}) });
  };

  const pump = (conversationId: string): void => {
    if (disposed || restoring || pauses.has(conversationId) || wire.connectionId === null) return;
    const here = [...queue.values()].filter((message) => message.conversationId === conversationId);
    const message = here.find(({ failure }) => !failure);
    if (!message || here.some(({ clientId }) => flying.has(clientId))) return;
    const { clientId } = message;
    const flight: Flight = { message, abort: new AbortController(), asked: false };
    flying.set(clientId, flight);
    if (limited.delete(clientId)) paused?.(message, null);
    bring(flight).then(
      (reply) => {
        flying.delete(clientId);
        forget(clientId);
        if (disposed) return;
        sent(reply, flight.message);
        // Since it left, its conversation may have got a name.
        pump(flight.message.conversationId);
        pump(reply.conversationId);
      },
      (error: unknown) => {
        flying.delete(clientId);
        if (disposed) return;
        const now = queue.get(clientId);
        // It moved to a new conversation while it was on its way into one that is gone: that answer is no longer about it.
        const moved = now && now.conversationId !== flight.message.conversationId && error instanceof WireFailure && error.code === 'not_found';
        if (now && !moved) settle(now, error);
        pump(flight.message.conversationId);
        if (now) pump(now.conversationId);
      },
    ).catch(() => undefined);
  };

  const settle = (message: Unsent, error: unknown): void => {
    const code = error instanceof WireFailure ? error.code : 'internal';
    const { conversationId, clientId } = message;
    if (PASSING.has(code)) {
      // Without a connection the next hello is the time to try again; a path that swallows replies wants a moment, too.
      // A socket that is closing refuses at once, and says only later that it has closed: asking it again and again would hang the page.
      if (code === 'offline' && wire.connectionId === null) return;
      const ms = error instanceof WireFailure && error.retryAfterMs !== undefined ? error.retryAfterMs : RETRY_MS;
      pause(conversationId, ms);
      if (code !== 'rate_limited') return;
      limited.add(clientId);
      paused?.(message, Date.now() + ms);
      return;
    }
    const tried = (tries.get(clientId) ?? 0) + 1;
    tries.set(clientId, tried);
    if (code === 'internal' && tried < INTERNAL_TRIES) return pause(conversationId, RETRY_MS * tried);
    if (code === 'not_found' && tried === 1 && message.files) {
      // Either the conversation is gone, or files that waited here longer than the server keeps what goes with no message: once more.
      return keep({ ...message, files: message.files.map(({ uploadId, name, type, bytes }) => ({ uploadId, name, type, bytes })) });
    }
    if (code === 'not_found' && conversationId && gone(message)) return;
    const refused = { ...message, failure: code };
    keep(refused);
    failed(refused, code);
  };

  const forget = (clientId: string): void => {
    queue.delete(clientId);
    tries.delete(clientId);
      limited.delete(clientId);
    void outbox.remove(clientId);
  };

  const rest = (): void => {
    for (const timer of pauses.values()) clearTimeout(timer);
    pauses.clear();
  };

  const delivery: Delivery = {
    async restore(restored) {
      restoring = true;
      // A storage that does not answer keeps nobody from writing.
      const patience = setTimeout(() => {
        restoring = false;
        delivery.flush();
      }, RESTORE_MS);
      const earlier = (await outbox.all()).filter(({ clientId }) => !queue.has(clientId));
      clearTimeout(patience);
      restoring = false;
      if (disposed) return;
      const since = [...queue.values()];
      queue.clear();
      for (const message of [...earlier, ...since]) queue.set(message.clientId, message);
      for (const message of earlier) restored(message);
      delivery.flush();
    },
    add(message) {
      keep(message);
      pump(message.conversationId);
    },
    retry(clientId) {
      const message = queue.get(clientId);
      if (!message?.failure) return;
      const { failure: _, ...again } = message;
      tries.delete(clientId);
      keep(again);
      pump(again.conversationId);
    },
    discard(clientId) {
      const message = queue.get(clientId);
      if (!message) return null;
      const flight = flying.get(clientId);
      forget(clientId);
      flight?.abort.abort();
      const there = (message.files ?? []).flatMap(({ fileId }) => fileId ?? []);
      if (there.length > 0 && !flight?.asked) void files().then((transfer) => there.forEach((id) => transfer.withdraw(id)), () => undefined);
      return message.text;
    },
    rename(from, to) {
      for (const message of queue.values()) if (message.conversationId === from) keep({ ...message, conversationId: to });
      pump(to);
    },
    flush() {
      rest();
      for (const conversationId of new Set([...queue.values()].map((message) => message.conversationId))) pump(conversationId);
    },
    async clear() {
      queue.clear();
      tries.clear();
      for (const { abort } of flying.values()) abort.abort();
      await outbox.clear();
    },
    dispose() {
      disposed = true;
      rest();
      for (const { abort } of flying.values()) abort.abort();
    },
  };
  return delivery;
}
