import type { Request, RequestType } from '../../protocol/client-frames.ts';
import type { EventOf, EventType, Reply } from '../../protocol/server-frames.ts';
import type { Readable } from './store.ts';

/** How the one WebSocket is doing. `refused`: the server will not have us (origin, token, site); no more tries by itself. */
export type LinkStatus = 'idle' | 'connecting' | 'online' | 'offline' | 'refused';

/** What went wrong with a request. `code` is one of protocol/codes.ts, or `offline` / `timeout` from this side. */
export class WireFailure extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'WireFailure';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The link as the rest of the engine sees it: requests with replies, events, and the server's clock. */
export interface Wire {
  readonly status: Readable<LinkStatus>;
  /** This connection's name on the server; changes with each connection. */
  readonly connectionId: string | null;
  /** The server's time now, in ms since the epoch, by the smallest round trip seen so far. */
  serverNow(): number;
  /** Sends a request. Rejects with a `WireFailure`; `offline` at once when there is no connection. */
  request<T extends RequestType>(type: T, fields: Request<T>): Promise<Reply<T>>;
  /** Calls `receive` for each event of a type. Returns the way out. */
  on<T extends EventType>(type: T, receive: (event: EventOf<T>) => void): () => void;
  /** Calls `receive` with the hello's reply after each (re)connect. Returns the way out. */
  onHello(receive: (reply: Reply<'hello'>) => void): () => void;
  /** There is a sign that the network has gone: the connection is asked for a sign of life, and replaced when none comes. */
  doubt(): void;
  /** The bearer token for HTTP requests (uploads). Asked anew each time: it may have been renewed. */
  token(): Promise<string>;
  /** Where the server is; HTTP paths such as `/v1/…` are resolved against it. */
  readonly server: string;
}
