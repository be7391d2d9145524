import type { Chat } from '../chat/chat.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DomainEvent, EventListener } from '../events/events.ts';
import type { Presence } from '../presence/presence.ts';
import { settingsOf } from '../sites/site-settings.ts';
import { chooseAgent } from './choose-agent.ts';
import type { RoutingStore, Waiting } from './routing.store.ts';

/** Gives conversations that nobody has to agents who are there, as each site says. */
export interface Routing {
  /** For the events of the installation: what makes a conversation wait, or an agent free. */
  heard: EventListener;
  /** Somebody of the team came, or its status changed. */
  presenceChanged(organisationId: string): void;
  /** Looks again from time to time: another process may have made one wait. */
  start(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Begins nothing more; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** What routing is made of. */
export interface RoutingParts {
  store: RoutingStore;
  chat: Pick<Chat, 'announce'>;
  presence: Pick<Presence, 'agentsOnline'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

/** How often everybody is looked at, ms. */
const tickMs = 30_000;
/** A bot that says nothing for so long has left the conversation to people, ms. */
export const BOT_PATIENCE_MS = 60_000;
/** So many are given in one go. */
const batch = 100;

/** Makes routing. Each conversation and each agent's turn is a compare-and-set, so that any number of processes may do it. */
export function createRouting({ store, chat, presence, clock, failed }: RoutingParts): Routing {
  const waiting = new Set<string>();
  const seen = new Set<string>();
  let working: Promise<void> | null = null;
  let tick: Timer | null = null;
  let closed = false;

  /** One conversation. False: nobody can take any more of its site. */
  const give = async (organisationId: string, { id, siteId }: Waiting, routing: ReturnType<typeof settingsOf>['routing']): Promise<boolean> => {
    for (;;) {
      const online = presence.agentsOnline(organisationId);
      const takers = await store.takers(organisationId, online);
      const agentId = chooseAgent(routing.mode, takers.map((taker) => ({ ...taker, online: true, capacity: taker.capacity ?? routing.capacity })));
      if (agentId === null) return false;
      const { lastAssignedAt } = takers.find((taker) => taker.id === agentId)!;
      const outcome = await store.assign({ organisationId, conversationId: id, agentId, seen: lastAssignedAt, now: clock.now() });
      if (outcome === 'assigned') await chat.announce(organisationId, id, 'assigned', null).catch((error: unknown) => failed(error, `routing of ${siteId}`));
      if (outcome !== 'changed') return true;
    }
  };

  const sweep = async (organisationId: string) => {
    const sites = new Map((await store.sites(organisationId)).map(({ id, settings }) => [id, settingsOf(settings).routing] as const)
      .filter(([, { mode }]) => mode !== 'manual'));
    if (sites.size === 0) return;
    const patience = await store.hasBot(organisationId) ? clock.now() - BOT_PATIENCE_MS : null;
    const full = new Set<string>();
    for (;;) {
      const open = [...sites.keys()].filter((id) => !full.has(id));
      if (closed || open.length === 0 || presence.agentsOnline(organisationId).length === 0) return;
      const found = await store.waiting(organisationId, open, patience, batch);
      for (const conversation of found) {
        if (closed) return;
        if (full.has(conversation.siteId)) continue;
        if (!(await give(organisationId, conversation, sites.get(conversation.siteId)!))) full.add(conversation.siteId);
      }
      if (found.length < batch) return;
    }
  };

  const workOff = async () => {
    for (;;) {
      const [organisationId] = waiting;
      if (organisationId === undefined || closed) return;
      waiting.delete(organisationId);
      await sweep(organisationId).catch((error: unknown) => failed(error, 'routing'));
    }
  };
  const kick = (organisationId: string) => {
    if (closed) return;
    waiting.add(organisationId);
    working ??= workOff().finally(() => void (working = null));
  };

  const frees = (event: DomainEvent) => event.type === 'conversation.created' || event.type === 'conversation.closed'
    || (event.type === 'conversation.updated' && ['reopened', 'handed_over', 'assigned', 'transferred'].includes(event.reason) && !(event.reason === 'assigned' && event.by === null));

  return {
    heard(event) {
      if (frees(event)) kick(event.organisationId);
    },
    presenceChanged(organisationId) {
      if (presence.agentsOnline(organisationId).length === 0) return void seen.delete(organisationId);
      seen.add(organisationId);
      kick(organisationId);
    },
    start() {
      tick = clock.every(tickMs, () => seen.forEach(kick));
    },
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      tick?.cancel();
      await working;
    },
  };
}
