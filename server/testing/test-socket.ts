import { WebSocket } from 'ws';
import type { Request, RequestType } from '../../protocol/client-frames.ts';
import type { EventType, Reply, ReplyFrame, ServerEvent } from '../../protocol/server-frames.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';

/** The server refused a request. */
export class Nack extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, retryAfterMs }: { code: string; message: string; retryAfterMs?: number | undefined }) {
    super(`${code}: ${message}`);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** An event of a certain type. */
export type Event<T extends EventType> = Extract<ServerEvent, { type: T }>;

/** A client on a real socket. */
export interface TestSocket {
  readonly socket: WebSocket;
  /** Every event so far. */
  readonly events: ServerEvent[];
  /** Every frame so far, as it came. */
  readonly frames: (ServerEvent | ReplyFrame)[];
  /** Resolves to the reply; rejects with a Nack. */
  request<T extends RequestType>(type: T, fields: Request<T>): Promise<Reply<T>>;
  /** Sends a text or bytes as they are. */
  send(data: string | Buffer): void;
  /** The next event of a type that was not taken before; waits up to 20 s. */
  next<T extends EventType>(type: T, fits?: (event: Event<T>) => boolean): Promise<Event<T>>;
  /** The next reply without `id`, or any frame that `fits`; waits up to 20 s. */
  frame(fits: (frame: ServerEvent | ReplyFrame) => boolean): Promise<ServerEvent | ReplyFrame>;
  /** All that was sent before now has been answered. */
  settled(): Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Leaves as a page does, and waits until the server knows. */
  close(code?: number): Promise<void>;
}

/** How to connect. */
export interface ConnectOptions {
  /** `ws://127.0.0.1:…` without a path. */
  url: string;
  origin?: string | undefined;
  protocols?: string[];
  path?: string;
}

// The machine may be busy with other tests; what comes, comes much sooner.
const patience = 20_000;

/** Connects without saying hello. Rejects when the handshake is refused. */
export async function openSocket({ url, origin, protocols = [SUBPROTOCOL], path = '/v1/socket' }: ConnectOptions): Promise<TestSocket> {
  const socket = new WebSocket(url + path, protocols, { ...(origin !== undefined && { origin }) });
  const events: ServerEvent[] = [];
  const frames: (ServerEvent | ReplyFrame)[] = [];
  const taken = new Set<unknown>();
  const waiting = new Map<string, { resolve(reply: never): void; reject(error: Error): void }>();
  const watchers = new Set<() => void>();
  let count = 0;

  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerEvent | ReplyFrame;
    frames.push(frame);
    if ('re' in frame) {
      const request = waiting.get(frame.re ?? '');
      waiting.delete(frame.re ?? '');
      if (frame.ok) request?.resolve(frame as never);
      else request?.reject(new Nack(frame.error));
    } else {
      events.push(frame);
    }
    for (const watch of watchers) watch();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      for (const { reject } of waiting.values()) reject(new Error(`closed with ${code} ${reason.toString()}`));
      waiting.clear();
      resolve({ code, reason: reason.toString() });
    });
  });

  const take = async <F>(list: readonly F[], fits: (frame: F) => boolean, what: string): Promise<F> => {
    const look = () => list.find((frame) => !taken.has(frame) && fits(frame));
    let found = look();
    if (!found) {
      await new Promise<void>((resolve, reject) => {
        const stop = () => {
          watchers.delete(watch);
          clearTimeout(timer);
        };
        const watch = () => {
          if (!look()) return;
          stop();
          resolve();
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`No ${what} came within ${patience} ms; there were ${JSON.stringify(list.slice(-5))}.`));
        }, patience);
        watchers.add(watch);
      });
      found = look()!;
    }
    taken.add(found);
    return found;
  };

  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const self: TestSocket = {
    socket, events, frames, closed,
    request(type, fields) {
      const id = String(++count);
      return new Promise((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) return reject(new Error('The socket is closed.'));
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, type, ...fields }));
      });
    },
    send: (data) => socket.send(data),
    next: (type, fits = () => true) =>
      take(events, (event) => event.type === type && fits(event as never), type) as Promise<never>,
    frame: (fits) => take(frames, fits, 'such frame'),
    settled: async () => void (await self.request('ping', {})),
    async close(code = 1000) {
      socket.close(code);
      await closed;
    },
  };
  return self;
}

/** Connects and says hello; rejects with a Nack when that is refused. */
export async function connect(
  options: ConnectOptions & { token: string; resume?: Record<string, number> },
): Promise<TestSocket & { hello: Reply<'hello'> }> {
  const socket = await openSocket(options);
  try {
    const hello = await socket.request('hello', { token: options.token, ...(options.resume && { resume: options.resume }) });
    return Object.assign(socket, { hello });
  } catch (error) {
    socket.socket.terminate();
    throw error;
  }
}
