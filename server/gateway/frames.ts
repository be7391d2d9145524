import type { Principal, AgentPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Request, RequestType } from '../../protocol/client-frames.ts';
import type { EventOf, EventType, Reply, ServerEvent } from '../../protocol/server-frames.ts';

/** What a frame's handler may know of the connection that sent it. */
export interface FrameContext<P extends Principal = Principal> {
  principal: P;
  /** Made by the server; names this connection to others. */
  connectionId: string;
  /** Sends an event to this connection alone, after the reply when called before it returns. */
  send<T extends EventType>(type: T, event: EventOf<T>): void;
  /** Before sending much: resolves when the client has read so far that more may follow; false when it is gone. */
  writable(): Promise<boolean>;
}

/** Which principals may send a frame. A frame without a rule cannot be registered (threats.md S5). */
export type FrameRule = 'visitor' | 'agent' | 'both';

type PrincipalOf<R extends FrameRule> = R extends 'visitor' ? VisitorPrincipal : R extends 'agent' ? AgentPrincipal : Principal;

/** A reply whose fields are JSON already: what one event and one reply both hold is made into text once. */
export class ReadyReply {
  constructor(readonly json: string) {}
}

/** Answers one type of request: who may, and what to do. Throws a Problem to refuse. */
export interface FrameHandler<T extends RequestType = RequestType, R extends FrameRule = FrameRule> {
  type: T;
  may: R;
  handle(request: Request<T>, context: FrameContext<PrincipalOf<R>>): Promise<Reply<T> | ReadyReply> | Reply<T> | ReadyReply;
}

/** Writes a handler with its types inferred from its name and rule. */
export function frame<T extends RequestType, R extends FrameRule>(
  type: T, may: R, handle: FrameHandler<T, R>['handle'],
): FrameHandler {
  return { type, may, handle } as unknown as FrameHandler;
}

/** Looks at each event before it goes to one connection; false keeps it back for good. */
export type EventFilter = (event: ServerEvent) => boolean;

/** What capabilities may hang on a connection's life: the snapshot in the hello's reply, the way in and the way out. */
export interface ConnectionListener {
  /**
   * The token is good; from now on events are heard (and held until the hello's reply is out). Comes before the snapshots.
   * May give a filter for this connection's events. `closed` follows for certain, also when the hello fails after this.
   */
  joined?(context: FrameContext, hello: Request<'hello'>): EventFilter | undefined;
  /** Adds fields to the hello's reply. Also asked when an open connection renews its token by a second hello. */
  snapshot?(context: FrameContext, hello: Request<'hello'>): Promise<Partial<Reply<'hello'>>>;
  /** After the hello's reply has gone out: e.g. missed messages. */
  opened?(context: FrameContext, hello: Request<'hello'>): Promise<void> | void;
  /**
   * The socket is gone. `clean`: the page went away by itself (1000, 1001, or a close without a code), not the network.
   * `silentMs`: how long ago the last sign of life came.
   */
  closed?(context: Omit<FrameContext, 'send'>, clean: boolean, silentMs: number): Promise<void> | void;
}
