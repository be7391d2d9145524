import type { EventOf, EventType, ServerEvent } from '../../protocol/server-frames.ts';
import type { Principal } from '../auth/principal.ts';
import type { FrameContext } from './frames.ts';

/** What a context needs of its connection. */
export interface ContextOwner {
  readonly principal: Principal | null;
  readonly connectionId: string;
  emit(event: ServerEvent): void;
  writable(): Promise<boolean>;
}

/** What a handler sees of its connection. One for each request, because events sent meanwhile wait for its reply. */
export class RequestContext implements FrameContext {
  private waiting: ServerEvent[] | undefined;

  constructor(private readonly owner: ContextOwner, private answered = false) {}

  get principal(): Principal {
    return this.owner.principal!;
  }

  get connectionId(): string {
    return this.owner.connectionId;
  }

  send<T extends EventType>(type: T, event: EventOf<T>): void {
    const frame = { type, ...event } as unknown as ServerEvent;
    if (this.answered) this.owner.emit(frame);
    else (this.waiting ??= []).push(frame);
  }

  writable(): Promise<boolean> {
    return this.owner.writable();
  }

  /** The reply is out: what was sent before it follows now. */
  replied(): void {
    this.answered = true;
    if (this.waiting) for (const event of this.waiting) this.owner.emit(event);
  }
}
