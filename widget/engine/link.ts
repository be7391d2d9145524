import { CLOSE } from '../../protocol/codes.ts';
import { HEARTBEAT_MS, SUBPROTOCOL } from '../../protocol/version.ts';
import type { Request, RequestType } from '../../protocol/client-frames.ts';
import type { EventType, Reply, ReplyFrame, ServerFrame } from '../../protocol/server-frames.ts';
import { LINK_TIMING, type LinkTiming } from './link-timing.ts';
import { createServerClock } from './server-clock.ts';
import { createStore } from './store.ts';
import { expiryOf } from './token-expiry.ts';
import { WireFailure, type LinkStatus, type Wire } from './wire.ts';

/** The one WebSocket: a `Wire` that can be switched on and off. */
export interface Link extends Wire {
  /** Connects, and stays connected until `disconnect`. Leaves `refused`, too. */
  connect(): void;
  disconnect(): void;
  /** Drops the connection and makes a new one at once, e.g. with another token. */
  reconnect(): void;
  /** Why the server refused: a code of protocol/codes.ts; null while it has not. */
  readonly refusal: string | null;
}

/** What a link is made of. */
export interface LinkOptions {
  /** The server's origin, e.g. `https://consult.example.com`. */
  server: string;
  /** The bearer token. `fresh`: the last one was refused, bring another. A rejection with a code is an answer, see `REFUSING`. */
  token(options: { fresh: boolean }): Promise<string>;
  /** The last known `seq` of each conversation, asked at each hello. */
  resume(): Record<string, number>;
  /** Told to the server for its logs. */
  client?: { name: string; version: string };
  /** For tests. Milliseconds. */
  timing?: Partial<LinkTiming>;
}

/** Codes after which trying again by itself is of no use. */
const REFUSING = new Set(['origin_forbidden', 'forbidden', 'not_found', 'bad_request', 'unprocessable', 'gone', 'signed_out']);
const AUTHENTICATION = new Set(['unauthenticated', 'token_expired']);

/** Tokens that live no longer than this are renewed over the open socket, this long before their end, in ms. */
const RENEW_WITHIN_MS = 12 * 3_600_000;
const RENEW_BEFORE_MS = 60_000;
const RENEW_LEAST_MS = 5_000;

interface Waiting {
  resolve(reply: never): void;
  reject(failure: WireFailure): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Makes the link. Nothing happens before `connect`. */
export function createLink(options: LinkOptions): Link {
  const timing: LinkTiming = { ...LINK_TIMING, ...options.timing };
  const status = createStore<LinkStatus>('idle');
  const waiting = new Map<string, Waiting>();
  const receivers = new Map<string, Set<(event: never) => void>>();
  const greeted = new Set<(reply: Reply<'hello'>) => void>();
  const socketUrl = `${options.server.replace(/^http/, 'ws')}/v1/socket`;

  let wanted = false;
  let socket: WebSocket | null = null;
  /** Counts tries; what belongs to an older one is ignored. */
  let attempt = 0;
  let nextId = 0;
  let failures = 0;
  let connectionId: string | null = null;
  let refusal: string | null = null;
  /** A refused token is replaced once; a second refusal in a row is final. */
  let tokenRefused = false;
  let drainMs: number | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let beat: ReturnType<typeof setInterval> | undefined;
  let probe: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let heardAt = 0;
  /** When the present try began, and whether the next one is being waited for. */
  let triedAt = 0;
  let resting = false;
  const clock = createServerClock();

  const ask = <T extends RequestType>(type: T, fields: Request<T>, limitMs = timing.requestMs): Promise<Reply<T>> =>
    new Promise((resolve, reject) => {
      if (socket?.readyState !== WebSocket.OPEN) return reject(new WireFailure('offline', 'There is no connection.'));
      const id = String(++nextId);
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new WireFailure('timeout', `No reply to ${type} within ${limitMs} ms.`));
        // A reply that stays out is the first sign of a dead path.
        suspect();
      }, limitMs);
      waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...fields, id, type }));
    });

  const rejectAll = (): void => {
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(new WireFailure('offline', 'The connection was lost before the reply.'));
    }
    waiting.clear();
  };

  const stopTimers = (): void => {
    clearTimeout(retryTimer);
    clearTimeout(probe);
    clearTimeout(renewal);
    clearInterval(beat);
    retryTimer = probe = beat = undefined;
  };

  /** Lets go of the present socket without listening to its end. */
  const drop = (code = 1000): void => {
    attempt++;
    stopTimers();
    const old = socket;
    socket = null;
    connectionId = null;
    rejectAll();
    if (old && old.readyState <= WebSocket.OPEN) old.close(code);
  };

  const refuse = (code: string): void => {
    drop();
    wanted = false;
    refusal = code;
    unwatch();
    status.set('refused');
  };

  const retryLater = (leastMs = 0): void => {
    drop();
    if (!wanted) return;
    const ceiling = Math.min(timing.backoffMaxMs, timing.backoffMinMs * 2 ** failures++);
    const wait = Math.max(leastMs, ceiling / 2) + (Math.random() * ceiling) / 2;
    status.set('offline');
    resting = true;
    retryTimer = setTimeout(() => void open(), wait);
  };

  /** Asks a connection that may be dead for a sign of life. */
  const suspect = (): void => {
    if (status.value !== 'online' || probe) return;
    const asked = attempt;
    probe = setTimeout(() => {
      probe = undefined;
      if (asked === attempt) retryLater();
    }, timing.probeMs);
    ping();
  };

  const ping = (): void => {
    const sentAt = Date.now();
    ask('ping', {}).then(
      ({ serverTime }) => clock.learn(serverTime, sentAt),
      () => undefined,
    );
  };

  const startBeating = (everyMs: number): void => {
    let lastTick = Date.now();
    beat = setInterval(() => {
      const now = Date.now();
      const slept = now - lastTick > everyMs * 2;
      lastTick = now;
      if (slept) return suspect();
      if (now - heardAt > everyMs * 2) return retryLater();
      ping();
    }, everyMs);
  };

  /** An agent's token lives for minutes: a new one goes over the open socket before that, so that no call notices. */
  const renewInTime = (token: string): void => {
    clearTimeout(renewal);
    const wait = (expiryOf(token) ?? Infinity) - clock.now() - RENEW_BEFORE_MS;
    if (wait > RENEW_WITHIN_MS) return;
    const mine = attempt;
    renewal = setTimeout(() => {
      options
        .token({ fresh: true })
        .then(async (next) => {
          if (mine !== attempt) return;
          await ask('hello', { token: next });
          renewInTime(next);
        })
        // Then the server closes when the old token ends, and the reconnection tries again.
        .catch(() => undefined);
    }, Math.max(RENEW_LEAST_MS, wait));
  };

  const receive = (data: unknown): void => {
    heardAt = Date.now();
    clearTimeout(probe);
    probe = undefined;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      return;
    }
    if ('re' in frame) return settle(frame);
    if (frame.type === 'server.draining') drainMs = frame.afterMs;
    // The fields alone: whoever spreads an event must not get a `type` in the bargain.
    const { type, ...fields } = frame;
    for (const receiver of [...(receivers.get(type) ?? [])]) receiver(fields as never);
    if (frame.type === 'server.draining') {
      const left = attempt;
      setTimeout(() => left === attempt && wanted && reopen(), Math.random() * frame.afterMs);
    }
    if (frame.type !== 'session.revoked') return;
    // The visitor is known as somebody by now, here or in another tab: the next token is that person's.
    if (frame.reason === 'identified') return reopen();
    // An expired token is no refusal: the close that follows brings a fresh one.
    if (frame.reason !== 'token_expired') refuse('signed_out');
  };

  const settle = (frame: ReplyFrame): void => {
    const request = frame.re === null ? undefined : waiting.get(frame.re);
    if (!request) return;
    waiting.delete(frame.re!);
    clearTimeout(request.timer);
    const { re: _re, ok: _ok, ...fields } = frame;
    if (frame.ok) request.resolve(fields as never);
    else request.reject(new WireFailure(frame.error.code, frame.error.message, frame.error.retryAfterMs));
  };

  const authenticationFailed = (): void => {
    if (tokenRefused) return refuse('unauthenticated');
    tokenRefused = true;
    drop();
    void open();
  };

  const closed = (code: number): void => {
    const drained = drainMs;
    drainMs = null;
    switch (code) {
      case CLOSE.unauthenticated:
        return authenticationFailed();
      case CLOSE.forbidden:
        return refuse('origin_forbidden');
      case CLOSE.notFound:
        return refuse('not_found');
      case CLOSE.superseded:
        return refuse('signed_out');
      case CLOSE.rateLimited:
        return retryLater(timing.rateLimitedMs);
      case CLOSE.draining:
      case CLOSE.goingAway:
        failures = 0;
        return retryLater(drained ?? 0);
      default:
        return retryLater();
    }
  };

  const greet = async (mine: number, token: string): Promise<void> => {
    const sentAt = Date.now();
    try {
      const resume = options.resume();
      const reply = await ask('hello', {
        token,
        ...(Object.keys(resume).length > 0 ? { resume } : {}),
        ...(options.client ? { client: options.client } : {}),
      });
      if (mine !== attempt) return;
      failures = 0;
      tokenRefused = false;
      connectionId = reply.connectionId;
      clock.learn(reply.serverTime, sentAt);
      startBeating(timing.heartbeatMs ?? (reply.heartbeatMs > 0 ? reply.heartbeatMs : HEARTBEAT_MS));
      renewInTime(token);
      // Listeners first: they must know the snapshot before the missed events that follow it, and before anybody asks.
      for (const listener of [...greeted]) listener(reply);
      status.set('online');
    } catch (error) {
      if (mine === attempt) failed(error);
    }
  };

  const failed = (error: unknown): void => {
    const code = error instanceof WireFailure ? error.code : 'offline';
    if (AUTHENTICATION.has(code)) return authenticationFailed();
    if (REFUSING.has(code)) return refuse(code);
    retryLater(error instanceof WireFailure ? error.retryAfterMs : 0);
  };

  const open = async (): Promise<void> => {
    clearTimeout(retryTimer);
    const mine = ++attempt;
    triedAt = Date.now();
    resting = false;
    // While the first tries fail it stays `offline`: a banner that comes and goes helps nobody.
    if (status.value !== 'offline') status.set('connecting');
    // A path that swallows everything never says so, whether a token or a handshake is waited for.
    const patience = setTimeout(() => mine === attempt && retryLater(), timing.requestMs);
    retryTimer = patience;
    let token: string;
    try {
      token = await options.token({ fresh: tokenRefused });
    } catch (error) {
      if (mine === attempt) failed(error);
      return;
    }
    if (mine !== attempt) return;
    clearTimeout(patience);
    const opened = new WebSocket(socketUrl, SUBPROTOCOL);
    socket = opened;
    retryTimer = setTimeout(() => mine === attempt && retryLater(), timing.requestMs);
    opened.onopen = () => {
      clearTimeout(retryTimer);
      if (mine === attempt) void greet(mine, token);
    };
    opened.onmessage = ({ data }) => {
      if (mine === attempt) receive(data);
    };
    opened.onclose = ({ code }) => {
      if (mine === attempt) closed(code);
    };
  };

  const reopen = (): void => {
    drop();
    failures = 0;
    void open();
  };

  /** The network or the page is back: no reason to wait any longer, every reason to doubt. */
  const nudge = (): void => {
    if (document.visibilityState === 'hidden') return;
    if (status.value === 'online') return suspect();
    // A try that began on the old network may hang for long; one that has only just begun is left alone.
    if (resting || Math.abs(Date.now() - triedAt) > timing.probeMs) reopen();
  };

  const watch = (): void => {
    addEventListener('online', nudge);
    addEventListener('pageshow', nudge);
    document.addEventListener('visibilitychange', nudge);
  };

  const unwatch = (): void => {
    removeEventListener('online', nudge);
    removeEventListener('pageshow', nudge);
    document.removeEventListener('visibilitychange', nudge);
  };

  return {
    status,
    server: options.server,
    get connectionId() {
      return connectionId;
    },
    get refusal() {
      return refusal;
    },
    serverNow: () => clock.now(),
    request: (type, fields) =>
      status.value === 'online' || connectionId !== null ? ask(type, fields) : Promise.reject(new WireFailure('offline', 'There is no connection.')),
    on(type: EventType, receiver: (event: never) => void) {
      const known = receivers.get(type) ?? new Set();
      receivers.set(type, known);
      known.add(receiver);
      return () => void known.delete(receiver);
    },
    onHello(receiver) {
      greeted.add(receiver);
      return () => void greeted.delete(receiver);
    },
    doubt: suspect,
    token: () => options.token({ fresh: false }),
    connect() {
      if (wanted) return;
      wanted = true;
      refusal = null;
      tokenRefused = false;
      failures = 0;
      watch();
      status.set('connecting');
      void open();
    },
    disconnect() {
      wanted = false;
      unwatch();
      drop();
      status.set('idle');
    },
    reconnect() {
      if (wanted) reopen();
    },
  };
}
