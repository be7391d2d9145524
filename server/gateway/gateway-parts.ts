import type { RequestType } from '../../protocol/client-frames.ts';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import type { LocalHub } from '../hub/create-hub.ts';
import type { Routes } from './dispatch.ts';
import type { ConnectionListener } from './frames.ts';
import type { OriginRules } from './origin-rules.ts';

/** The part of the logger that the gateway writes to. Tokens and texts never go into it. */
export interface GatewayLog {
  error(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** What every connection shares. */
export interface GatewayParts {
  clock: Clock;
  hub: LocalHub;
  log: GatewayLog;
  origins: OriginRules;
  listeners: readonly ConnectionListener[];
  routes: Routes;
  /** Who holds this token. Throws a Problem. */
  verify(token: string): Promise<Principal>;
  /** False switches every rate limit off, for load tests. */
  limited: boolean;
  /** Counts a request against the rates of the principal and of its address. 0 = allowed, otherwise the ms until it would be. */
  waitFor(type: RequestType, principal: Principal, address: string): number;
  /** Calls `flush` of the connection when this turn of the event loop has written all it has. */
  flushLater(connection: { flush(): void }): void;
}
