import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CLOSE } from '../../protocol/codes.ts';
import type { Request } from '../../protocol/client-frames.ts';
import type { Reply, ServerEvent } from '../../protocol/server-frames.ts';
import { HEARTBEAT_MS } from '../../protocol/version.ts';
import type { Principal } from '../auth/principal.ts';
import { rfc3339, type Timer } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Listener } from '../hub/create-hub.ts';
import type { Topic } from '../hub/hub.ts';
import { textFrame } from '../hub/text-frame.ts';
import { checkHello, fitted, isRequestId, parseFrame, type Route } from './dispatch.ts';
import { RequestContext } from './frame-context.ts';
import { FrameWriter } from './frame-writer.ts';
import { ReadyReply, type EventFilter, type FrameContext } from './frames.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { TokenBucket } from './token-bucket.ts';

/** How long a new connection may take to say hello, in ms. */
export const HELLO_MS = 5_000;
/** Requests of one connection, each a frame. A burst is a page that opens, or a program that writes down what it has. */
export const FRAME_RATE = { burst: 300, perSecond: 100 };
/** So many frames beyond the rate, and the connection is closed instead of answered. */
export const FLOOD_DEBT = 600;
/** Bytes that may wait for a client that reads slowly. It resumes from its last `seq` when it comes back. */
export const SLOW_READER_BYTES = 4 * 1024 * 1024;
// Events that may wait for the hello's reply, and requests that were sent before it.
const HELD_EVENTS = 2_000;
const EARLY_FRAMES = 32;
// What is left of the closing handshake after this is cut off.
const CLOSE_MS = 5_000;
const badId = 'id must be a string of 1 to 64 characters.';

/** One WebSocket: who is on it, and everything that comes and goes. */
export class Connection implements Listener {
  readonly connectionId: string;
  /** Null until the hello. */
  principal: Principal | null = null;
  /** When the last sign of life came, in ms since the epoch. */
  lastSeen: number;
  /** Requests whose reply has not gone out. */
  pending = 0;
  private state: 'fresh' | 'greeting' | 'open' | 'closing' | 'gone' = 'fresh';
  private topics: Topic[] = [];
  private filters: EventFilter[] = [];
  private held: { event: ServerEvent; frame: Buffer }[] = [];
  private early: Buffer[] = [];
  private expiry: Timer | undefined;
  private deadline: Timer | undefined;
  private readonly bucket: TokenBucket;
  private readonly writer: FrameWriter;

  constructor(
    private readonly parts: GatewayParts,
    private readonly socket: WebSocket,
    private readonly raw: Socket,
    /** What the browser said at the upgrade. */
    readonly origin: string | undefined,
    /** What limits count as one address. */
    private readonly address: string,
    private readonly gone: (connection: Connection) => void,
  ) {
    const { clock } = parts;
    this.connectionId = clock.id();
    this.lastSeen = clock.now();
    this.bucket = new TokenBucket(FRAME_RATE, this.lastSeen);
    this.writer = new FrameWriter(raw);
    this.deadline = clock.after(HELLO_MS, () => this.close(CLOSE.protocolBroken, 'hello expected within 5 s'));
    socket.on('message', (data: Buffer, binary: boolean) => this.receive(data, binary));
    const alive = () => void (this.lastSeen = clock.now());
    socket.on('ping', alive);
    socket.on('pong', alive);
    // ws has sent its own close code by then (1002, 1007 or 1009); this only hurries the end.
    socket.on('error', () => this.close(CLOSE.protocolBroken, 'WebSocket error'));
    socket.on('close', (code: number) => this.ended(code));
  }

  /** Takes an event from the hub. */
  deliver(event: ServerEvent, frame: () => Buffer): void {
    if (this.state === 'open') {
      for (const passes of this.filters) if (!passes(event)) return;
      this.write(frame());
    } else if (this.state === 'greeting') {
      if (this.held.length >= HELD_EVENTS) this.close(CLOSE.rateLimited, 'too many events before the hello was answered');
      else this.held.push({ event, frame: frame() });
    }
  }

  /** Closes with a code of protocol/codes.ts, after `event` if there is one. */
  close(code: number, reason: string, event?: ServerEvent): void {
    if (this.state === 'closing' || this.state === 'gone') return;
    if (event && this.principal) this.write(textFrame(JSON.stringify(event)));
    this.writer.flush(); // ws writes the closing frame behind it
    this.state = 'closing';
    this.leave();
    this.deadline?.cancel();
    this.socket.close(code, reason);
    this.deadline = this.parts.clock.after(CLOSE_MS, () => this.socket.terminate());
  }

  /** Drops what has been silent for two heartbeats, and sees to the token's end; to be called every few seconds. */
  inspect(): void {
    const now = this.parts.clock.now();
    if (now - this.lastSeen >= 2 * HEARTBEAT_MS) return this.socket.terminate();
    this.watchExpiry(now);
  }

  /** Writes an event that is for this connection alone; filters do not see it. */
  emit(event: ServerEvent): void {
    if (this.state === 'open') this.write(textFrame(JSON.stringify(event)));
    else this.deliver(event, () => textFrame(JSON.stringify(event)));
  }

  /** Resolves when the client has read so much that more may follow; false when it is gone. */
  async writable(): Promise<boolean> {
    while (this.state === 'open' && this.socket.bufferedAmount + this.writer.bytes > SLOW_READER_BYTES / 8) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.raw.off('drain', done);
          this.raw.off('close', done);
          resolve();
        };
        this.raw.on('drain', done);
        this.raw.on('close', done);
      });
    }
    return this.state === 'open';
  }

  /** Ends one turn's writing: everything written since goes to the system at once. */
  flush(): void {
    this.writer.flush();
    if (this.socket.bufferedAmount > SLOW_READER_BYTES) this.close(CLOSE.rateLimited, 'the client reads too slowly');
  }

  private write(frame: Buffer): void {
    if (this.socket.readyState === 1 && this.writer.add(frame)) this.parts.flushLater(this);
  }

  private receive(data: Buffer, binary: boolean): void {
    this.lastSeen = this.parts.clock.now();
    switch (this.state) {
      case 'open':
        return this.take(data, binary);
      case 'greeting':
        if (this.early.length >= EARLY_FRAMES) return this.close(CLOSE.protocolBroken, 'wait for the reply of hello');
        this.early.push(binary ? Buffer.alloc(0) : data);
        return;
      case 'fresh':
        return this.takeFirst(data, binary);
      default:
    }
  }

  private takeFirst(data: Buffer, binary: boolean): void {
    const frame = parseFrame(data, binary);
    if (frame === undefined) return this.close(CLOSE.protocolBroken, 'not a JSON text frame');
    const { id, type } = (typeof frame === 'object' && frame !== null ? frame : {}) as Record<string, unknown>;
    if (type !== 'hello') return this.close(CLOSE.protocolBroken, 'the first frame must be hello');
    const re = isRequestId(id) ? id : null;
    if (this.throttled(re)) return;
    if (re === null) return this.refuse(null, problem('bad_request', badId));
    try {
      const hello = checkHello(frame);
      this.deadline?.cancel();
      this.deadline = undefined;
      this.state = 'greeting';
      void this.greet(re, hello);
    } catch (error) {
      this.fail(re, 'hello', error);
      if (error instanceof Problem && error.code === 'unauthenticated') this.close(CLOSE.unauthenticated, error.code);
    }
  }

  private take(data: Buffer, binary: boolean): void {
    const frame = parseFrame(data, binary);
    if (frame === undefined) return this.close(CLOSE.protocolBroken, 'not a JSON text frame');
    if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
      if (this.throttled(null)) return;
      return this.refuse(null, problem('bad_request', 'A request is a JSON object with id and type.'));
    }
    const { id, type } = frame as Record<string, unknown>;
    const re = isRequestId(id) ? id : null;
    if (this.throttled(re)) return;
    if (re === null) return this.refuse(null, problem('bad_request', badId));
    if (typeof type !== 'string') return this.refuse(re, problem('bad_request', 'type must be a string.'));
    if (type === 'hello') return void this.renew(re, frame);
    if (this.principal!.expiresAt <= this.lastSeen) return this.expire();
    if (type === 'ping') return this.reply(re, { type: 'pong', serverTime: rfc3339(this.lastSeen) });
    const route = this.parts.routes.get(type);
    if (!route) return this.refuse(re, problem('unknown_type'));
    this.run(route, re, frame);
  }

  /** Counts a frame; refuses what is too much, and closes when that does not help. */
  private throttled(re: string | null): boolean {
    const wait = this.parts.limited ? this.bucket.take(FRAME_RATE, this.lastSeen) : 0;
    if (wait === 0) return false;
    if (this.bucket.debt > FLOOD_DEBT) this.close(CLOSE.rateLimited, 'too many requests');
    else this.refuse(re, problem('rate_limited', undefined, wait));
    return true;
  }

  private run(route: Route, re: string, frame: object): void {
    const principal = this.principal!;
    if (route.may !== 'both' && route.may !== principal.kind) return this.refuse(re, problem('forbidden'));
    let request = frame;
    try {
      request = fitted(route.check, frame);
    } catch (error) {
      return this.fail(re, route.type, error);
    }
    const wait = this.parts.limited ? this.parts.waitFor(route.type, principal, this.address) : 0;
    if (wait > 0) return this.refuse(re, problem('rate_limited', undefined, wait));
    const context = new RequestContext(this);
    this.pending += 1;
    let result;
    try {
      result = route.handle(request as never, context as never);
    } catch (error) {
      return this.settle(re, context, route.type, undefined, error);
    }
    if (result instanceof Promise) {
      result.then(
        (reply) => this.settle(re, context, route.type, reply, undefined),
        (error: unknown) => this.settle(re, context, route.type, undefined, error),
      );
    } else {
      this.settle(re, context, route.type, result, undefined);
    }
  }

  private settle(re: string, context: RequestContext, type: string, reply: object | undefined, error: unknown): void {
    this.pending -= 1;
    if (reply) this.reply(re, reply);
    else this.fail(re, type, error);
    context.replied();
  }

  /** Refuses with the Problem's code; anything else is our defect and says `internal`. */
  private fail(re: string | null, type: string, error: unknown): void {
    if (error instanceof Problem) return this.refuse(re, error);
    this.parts.log.error({ err: error, frame: type, connectionId: this.connectionId }, 'a frame failed');
    this.refuse(re, problem('internal'));
  }

  private reply(re: string, fields: object): void {
    const body = fields instanceof ReadyReply ? fields.json : JSON.stringify(fields);
    this.write(textFrame(`{"re":${JSON.stringify(re)},"ok":true${body === '{}' ? '}' : `,${body.slice(1)}`}`));
  }

  private refuse(re: string | null, { code, message, retryAfterMs }: Problem): void {
    this.write(textFrame(JSON.stringify({ re, ok: false, error: { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) } })));
  }

  private async greet(re: string, hello: Request<'hello'>): Promise<void> {
    try {
      const principal = await this.admitted(hello.token);
      if (this.state !== 'greeting') return;
      this.principal = principal;
      const reply = await this.welcome(hello);
      if (this.state === 'greeting') this.open(re, hello, reply);
    } catch (error) {
      if (this.state !== 'greeting') return;
      this.fail(re, 'hello', error);
      const code = error instanceof Problem ? error.code : 'internal';
      if (code === 'origin_forbidden' || code === 'forbidden') this.close(CLOSE.forbidden, code);
      else if (code === 'not_found') this.close(CLOSE.notFound, 'no such site');
      else if (code === 'unauthenticated' || code === 'token_expired') this.close(CLOSE.unauthenticated, code);
      else this.close(CLOSE.goingAway, 'the hello could not be answered; try again');
    }
  }

  /** Who the token is of, if it may be used from this connection's origin. */
  private async admitted(token: string): Promise<Principal> {
    const principal = await this.parts.verify(token);
    if (!(await this.parts.origins.mayGreet(principal, this.origin))) throw problem('origin_forbidden');
    return principal;
  }

  private async welcome(hello: Request<'hello'>): Promise<Reply<'hello'>> {
    const { hub, listeners } = this.parts;
    const context = new RequestContext(this, true);
    for (const listener of listeners) {
      const filter = listener.joined?.(context, hello);
      if (filter) this.filters.push(filter);
    }
    this.topics = this.topicsOf(this.principal!);
    hub.join(this, this.topics);
    return this.snapshot(context, hello);
  }

  private async snapshot(context: FrameContext, hello: Request<'hello'>): Promise<Reply<'hello'>> {
    const { clock, listeners } = this.parts;
    const parts = await Promise.all(listeners.map(async (listener) => listener.snapshot?.(context, hello)));
    const { kind, id, name } = this.principal!;
    return Object.assign({
      self: { kind, id, name }, connectionId: this.connectionId, heartbeatMs: HEARTBEAT_MS, serverTime: rfc3339(clock.now()),
      conversations: [], calls: [],
    }, ...parts) as Reply<'hello'>;
  }

  private open(re: string, hello: Request<'hello'>, reply: Reply<'hello'>): void {
    this.state = 'open';
    this.reply(re, reply);
    const { held, early } = this;
    this.held = [];
    this.early = [];
    for (const { event, frame } of held) this.deliver(event, () => frame);
    this.watchExpiry(this.parts.clock.now());
    for (const data of early) this.receive(data, data.length === 0);
    const context = new RequestContext(this, true);
    for (const listener of this.parts.listeners) {
      if (listener.opened) this.guard('opened', () => listener.opened!(context, hello));
    }
  }

  /** A later hello brings a new token of the same principal, so that an open socket outlives the first one. */
  private async renew(re: string, frame: object): Promise<void> {
    this.pending += 1;
    try {
      const hello = checkHello(frame);
      const next = await this.admitted(hello.token);
      const now = this.principal!;
      if (next.kind !== now.kind || next.id !== now.id || next.organisationId !== now.organisationId) {
        throw problem('forbidden', 'The token is of another principal; open another connection for it.');
      }
      if (this.state !== 'open') return;
      this.principal = next;
      this.parts.hub.leave(this, this.topics);
      this.topics = this.topicsOf(next);
      this.parts.hub.join(this, this.topics);
      this.expiry?.cancel();
      this.expiry = undefined;
      this.watchExpiry(this.parts.clock.now());
      this.reply(re, await this.snapshot(new RequestContext(this, true), hello));
    } catch (error) {
      this.fail(re, 'hello', error);
    } finally {
      this.pending -= 1;
    }
  }

  private topicsOf(principal: Principal): Topic[] {
    const { kind, id } = principal;
    const own: Topic = `connection:${this.connectionId}`;
    return kind === 'visitor'
      ? [`visitor:${id}`, `site:${principal.siteId}`, own]
      : [`agent:${id}`, `agents:${principal.organisationId}`, `session:${principal.sessionId}`, own];
  }

  /** A timer only when the end is near: a visitor's token outlives the longest timer that there is. */
  private watchExpiry(now: number): void {
    const { principal, expiry, parts } = this;
    if (!principal || expiry || principal.expiresAt - now > HEARTBEAT_MS) return;
    this.expiry = parts.clock.after(Math.max(0, principal.expiresAt - now), () => this.expire());
  }

  private expire(): void {
    this.close(CLOSE.unauthenticated, 'token_expired', { type: 'session.revoked', reason: 'token_expired' });
  }

  private leave(): void {
    this.parts.hub.leave(this, this.topics);
    this.expiry?.cancel();
    this.held = [];
    this.early = [];
  }

  private ended(code: number): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.leave();
    this.deadline?.cancel();
    this.gone(this);
    if (!this.principal) return;
    const clean = code === 1000 || code === 1001 || code === 1005;
    const silentMs = this.parts.clock.now() - this.lastSeen;
    const context = new RequestContext(this, true);
    for (const listener of this.parts.listeners) {
      if (listener.closed) this.guard('closed', () => listener.closed!(context, clean, silentMs));
    }
  }

  private guard(step: string, work: () => Promise<void> | void): void {
    const failed = (error: unknown) =>
      this.parts.log.error({ err: error, connectionId: this.connectionId }, `a listener failed when the connection ${step}`);
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
