import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import type { AuditRecord } from '../audit/audit.ts';
import type { AgentPrincipal, Principal, VisitorPrincipal } from '../auth/principal.ts';
import { chatFrames } from '../chat/chat.frames.ts';
import { createCatchUp } from '../chat/catch-up.ts';
import { createChatStore } from '../chat/chat.store.ts';
import { createChat } from '../chat/chat.ts';
import { createConversationRemovalStore } from '../chat/conversation-removal.store.ts';
import { createConversationWorkStore } from '../chat/conversation-work.store.ts';
import { createPins } from '../chat/pins.ts';
import { createPinsStore } from '../chat/pins.store.ts';
import { createRoomsStore } from '../chat/rooms.store.ts';
import { roomsFrames } from '../chat/rooms.frames.ts';
import { createTransferStore } from '../chat/transfer.store.ts';
import { createTyping, typingListener } from '../chat/typing.ts';
import { createViewers, viewersListener } from '../chat/viewers.ts';
import { problem } from '../errors.ts';
import type { DomainEvent } from '../events/events.ts';
import { createGateway, type GatewayOptions } from '../gateway/gateway.ts';
import type { ConnectionListener, FrameHandler } from '../gateway/frames.ts';
import { createOriginRules } from '../gateway/origin-rules.ts';
import { socketRoute } from '../gateway/socket-route.ts';
import { createMemoryBus } from '../hub/bus.memory.ts';
import { createHub } from '../hub/create-hub.ts';
import { presenceFrames, presenceListener } from '../presence/presence.frames.ts';
import { createPresenceStore } from '../presence/presence.store.ts';
import { createPresence } from '../presence/presence.ts';
import { createSitesStore } from '../sites/sites.store.ts';
import { createSites } from '../sites/sites.ts';
import type { Database } from '../store/database.ts';
import { noFiles } from './no-files.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { createVisitorsOnline } from '../visitors/visitors-online.ts';
import { createVisitorsStore } from '../visitors/visitors.store.ts';
import { createVisitors } from '../visitors/visitors.ts';
import { fakeClock } from './fake-clock.ts';
import { connect, openSocket, type ConnectOptions } from './test-socket.ts';

/** A principal, its token, and the page that it comes from. */
export type Somebody = Principal & { token: string; origin: string };

/** The server's own pages. */
export const ownOrigin = 'https://own.example';

const day = 86_400_000;

/**
 * The socket with chat and presence on a database in memory, under a clock that the test moves. Tokens are words that stand
 * for a principal: signing them is not what is tested here.
 */
export async function testGateway(options: {
  handlers?: FrameHandler[]; listeners?: ConnectionListener[]; limited?: boolean; database?: Database;
} = {}) {
  const clock = fakeClock();
  const database = options.database ?? await openSqlite({ file: ':memory:' });
  const tokens = new Map<string, Principal>();
  const logged: { fields: object; message: string }[] = [];
  const failed = (error: unknown) => void logged.push({ fields: { err: error }, message: 'failed' });
  const note = (fields: object, message: string) => void logged.push({ fields, message });
  const hub = await createHub({ bus: createMemoryBus(), failed });
  const sites = createSites({ store: createSitesStore(database), clock, ownOrigins: () => [ownOrigin] });
  const events: DomainEvent[] = [];
  const audited: AuditRecord[] = [];
  const erased: string[] = [];
  const told = { events: { emit: (event: DomainEvent) => void events.push(event) }, audit: { record: (what: AuditRecord) => void audited.push(what) } };
  const visitors = createVisitors({
    ...told, failed, online: createVisitorsOnline({ hub, clock }),
    store: createVisitorsStore(database), sites, clock, auth: { visitorToken: async () => ({ token: 'unused', expiresAt: 0 }) },
  });
  const store = createChatStore(database);
  const chat = createChat({
    store, workStore: createConversationWorkStore(database), removalStore: createConversationRemovalStore(database), roomsStore: createRoomsStore(database), transferStore: createTransferStore(database), hub, visitors, sites, clock, failed,
    ...told, eraseRecording: async ({ id }) => void erased.push(id), files: noFiles,
  });
  const viewers = createViewers({ chat, hub });
  const pins = createPins({ store: createPinsStore(database), chat, hub, clock });
  const typing = createTyping({ chat, clock });
  const presence = createPresence({ store: createPresenceStore(database), hub, clock, failed });
  const gatewayOptions: GatewayOptions = {
    clock, hub, limited: options.limited ?? false, log: { error: note, info: note, debug: () => {} },
    origins: createOriginRules(sites),
    async verify(token) {
      const principal = tokens.get(token);
      if (!principal) throw problem('unauthenticated');
      if (principal.expiresAt <= clock.now()) throw problem('token_expired');
      return principal;
    },
    handlers: [...chatFrames({ chat, viewers, typing }), ...roomsFrames({ chat, pins }), ...presenceFrames(presence), ...(options.handlers ?? [])],
    listeners: [presenceListener(presence), createCatchUp({ chat, pins, hub }), viewersListener(viewers), typingListener(typing), ...(options.listeners ?? [])],
  };
  const gateway = createGateway(gatewayOptions);
  const app = Fastify();
  await app.register(socketRoute, { gateway });
  app.get('/plain', async () => 'plain');
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `ws://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const principal = <P extends Principal>(made: P, origin: string) => {
    const token = clock.id();
    tokens.set(token, made);
    return { ...made, token, origin };
  };

  return {
    clock, database, hub, chat, pins, presence, gateway, app, url, logged, store, tokens,
    /** What chat told whoever hears of events; what it had audited; the recordings that it had erased. */
    events, audited, erased,
    /** An organisation with one site, which allows `origin`. */
    async organisation(name: string, origin = `https://${name}.example`) {
      const { organisations, sites: siteTable, agents } = database.tables;
      clock.advance(5_001); // the sites' allow-lists are remembered for so long
      const [id, siteId, now] = [clock.id(), clock.id(), clock.now()];
      await database.q.insert(organisations).values({ id, name, createdAt: now });
      await database.q.insert(siteTable).values({
        id: siteId, organisationId: id, name, publishableKey: `pk_${siteId}`, origins: [origin], settings: {}, createdAt: now, updatedAt: now,
      });
      return {
        id, siteId, origin,
        visitor: (visitorName = 'Vera', expiresIn = 30 * day) => principal<VisitorPrincipal>({
          kind: 'visitor', id: clock.id(), name: visitorName, organisationId: id, siteId, expiresAt: clock.now() + expiresIn,
        }, origin),
        async agent(agentName = 'Ada', expiresIn = day) {
          const agentId = clock.id();
          await database.q.insert(agents).values({
            id: agentId, organisationId: id, email: `${agentId}@${name}.example`, name: agentName, passwordHash: '', role: 'agent',
            status: 'active', createdAt: now, updatedAt: now,
          });
          return principal<AgentPrincipal>({
            kind: 'agent', id: agentId, name: agentName, organisationId: id, role: 'agent', sessionId: clock.id(), expiresAt: clock.now() + expiresIn,
          }, ownOrigin);
        },
      };
    },
    /** Another token of the same principal. */
    renewed: (of: Somebody, expiresIn: number) => principal({ ...of, expiresAt: clock.now() + expiresIn }, of.origin),
    /** A visitor comes from its site's page, an agent from the panel. */
    connect: ({ token, origin }: Somebody, more: { origin?: string | undefined; resume?: Record<string, number> } = {}) =>
      connect({ url, token, origin, ...more }),
    open: (more: Partial<ConnectOptions> = {}) => openSocket({ url, ...more }),
    async stop() {
      await app.close();
      gateway.stop();
      await store.settled();
      await database.close();
    },
  };
}

/** A client's own id for a message. */
export function clientId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
