import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { CLOSE } from '../../protocol/codes.ts';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import type { LocalHub } from '../hub/create-hub.ts';
import { Connection } from './connection.ts';
import { createRoutes } from './dispatch.ts';
import type { ConnectionListener, FrameHandler } from './frames.ts';
import type { GatewayLog, GatewayParts } from './gateway-parts.ts';
import type { OriginRules } from './origin-rules.ts';
import { createRequestRates } from './request-rates.ts';

// Each connection is looked at once in so many turns of one second: spread, so that 10,000 cost no spike.
const INSPECTION_TURNS = 5;
// How long a drain waits for replies that are under way, in ms.
const DRAIN_MS = 2_000;

/** What the gateway is built from. */
export interface GatewayOptions {
  clock: Clock;
  hub: LocalHub;
  log: GatewayLog;
  /** Who holds this token. Throws `unauthenticated` or `token_expired`. */
  verify(token: string): Promise<Principal>;
  origins: OriginRules;
  handlers: readonly FrameHandler[];
  listeners: readonly ConnectionListener[];
  /** False switches every rate limit off, for load tests. */
  limited?: boolean;
}

/** All WebSockets of this process. */
export interface Gateway {
  readonly origins: OriginRules;
  /** Takes a socket whose handshake is done. `raw` is the TCP (or TLS) socket below it, `address` what limits count as one address. */
  accept(socket: WebSocket, raw: Socket, origin: string | undefined, address: string): void;
  /** How many connections there are. */
  readonly connections: number;
  /**
   * Before a shutdown: tells everybody to come back after `afterMs`, waits up to 2 s for replies that are under way, and
   * closes with 4011. Whoever connects from now on is closed at once.
   */
  drain(afterMs: number): Promise<void>;
  /** Ends the timers and whatever is still open. */
  stop(): void;
}

/** Makes the gateway. Throws when a request has two handlers or a handler has no rule. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, hub, log, verify, origins, listeners, limited = true } = options;
  const connections = new Set<Connection>();
  const slots = Array.from({ length: INSPECTION_TURNS }, () => new Set<Connection>());
  const rates = createRequestRates({ clock });
  let corked: { flush(): void }[] = [];
  let turn = 0;
  let draining = false;

  // After the promises of this turn have run: a commit's replies and events then go out in one write for each socket.
  const flushAll = () => {
    const flushing = corked;
    corked = [];
    for (const connection of flushing) connection.flush();
  };

  const parts: GatewayParts = {
    clock, hub, log, verify, origins, listeners, limited,
    routes: createRoutes(options.handlers),
    waitFor: (type, principal, address) => rates.waitFor(type, principal, address),
    flushLater(connection) {
      if (corked.push(connection) === 1) process.nextTick(flushAll);
    },
  };

  const inspection = clock.every(1_000, () => {
    turn = (turn + 1) % INSPECTION_TURNS;
    for (const connection of slots[turn]!) connection.inspect();
    if (turn === 0) rates.prune();
  });

  let count = 0;
  return {
    origins,
    accept(socket, raw, origin, address) {
      const slot = slots[count++ % INSPECTION_TURNS]!;
      const connection = new Connection(parts, socket, raw, origin, address, (gone) => {
        connections.delete(gone);
        slot.delete(gone);
      });
      connections.add(connection);
      slot.add(connection);
      if (draining) connection.close(CLOSE.draining, 'the server is shutting down');
    },
    get connections() {
      return connections.size;
    },
    async drain(afterMs) {
      draining = true;
      for (const connection of connections) connection.emit({ type: 'server.draining', afterMs });
      const busy = () => [...connections].some(({ pending }) => pending > 0);
      const end = clock.now() + DRAIN_MS;
      while (busy() && clock.now() < end) await new Promise<void>((resolve) => void clock.after(10, resolve));
      for (const connection of connections) connection.close(CLOSE.draining, 'the server is shutting down');
    },
    stop() {
      inspection.cancel();
      for (const connection of connections) connection.close(CLOSE.goingAway, 'the server is stopping');
    },
  };
}
