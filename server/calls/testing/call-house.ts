import type { Code } from '../../../protocol/codes.ts';
import type { Call, CallLine } from '../../../protocol/shapes.ts';
import type { SiteSettings } from '../../../protocol/site.ts';
import type { ServerEvent } from '../../../protocol/server-frames.ts';
import type { AuditRecord } from '../../audit/audit.ts';
import type { AgentPrincipal, Principal, VisitorPrincipal } from '../../auth/principal.ts';
import type { DomainEvent } from '../../events/events.ts';
import type { Hub, Topic } from '../../hub/hub.ts';
import { openSqlite } from '../../store/open-sqlite.ts';
import type { Database } from '../../store/database.ts';
import { fakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import { problem } from '../../errors.ts';
import { createCalls, type Caller, type Calls, type CallsChat } from '../calls.ts';
import { createCallsStore } from '../calls.store.ts';
import { createCallFollowUpsStore } from '../call-follow-ups.store.ts';
import { createWaitingChatsStore } from '../waiting-chats.store.ts';
import { createIceServers } from '../ice-servers.ts';
import { createRecordingLight, type RecordingLight } from '../recording-light.ts';

/** An event as somebody got it. */
export type Heard = ServerEvent & { at: number };

/** A connection of a principal, which hears what the hub publishes. */
export interface Ear extends Caller {
  heard: Heard[];
  /** The calls that its hello gave. */
  snapshot: Call[];
  /** What was heard of one type since the last look. */
  take<T extends ServerEvent['type']>(type: T): Extract<ServerEvent, { type: T }>[];
}

/** Calls over a real database and a fake clock, with a hub that tells who hears what. */
export interface CallHouse {
  database: Database;
  clock: FakeClock;
  calls: Calls;
  light: RecordingLight;
  /** Which calls visitors may start on the site. */
  takes: { audio: boolean; video: boolean };
  hub: Hub;
  /** The lines that were added, by call. */
  lines: Map<string, CallLine>;
  errors: unknown[];
  /** What the site of every call says; for the tests to change. */
  site: { presenceShown: boolean; queue: SiteSettings['queue'] };
  /** What visitors said by use cases of calls. */
  said: { visitorId: string; name: string; clientId: string; text: string }[];
  /** Who was given a conversation by a handover. */
  assigned: ReadonlyMap<string, string>;
  /** What was written into the audit log. */
  audited: AuditRecord[];
  /** What whoever hears of events was told. */
  events: DomainEvent[];
  /** Makes adding a line fail; with a code, by that refusal. */
  breakLines(broken: boolean, code?: Code): void;
  visitor(id: string, organisationId?: string): VisitorPrincipal;
  agent(id: string, organisationId?: string): AgentPrincipal;
  /** Opens a connection: from here on it hears, and its snapshot was taken. */
  connect(principal: Principal): Promise<Ear>;
  disconnect(ear: Ear, clean: boolean, silentMs?: number): Promise<void>;
  /** The agent sets its status so that it can be reached, or not. */
  reachable(agent: Ear, can: boolean): void;
  /** Lets everything that timers began come to its end. */
  settle(): Promise<void>;
  /** The same database under a new process: nothing of the memory is left. */
  restart(): CallHouse;
  close(): Promise<void>;
}

/** The visitor's only conversation. */
export const conversationOf = (visitorId: string) => `conversation-${visitorId}`;

/** Opens a house over a database; without one, over an empty one in memory. */
export async function openCallHouse(options: { database?: Database; clock?: FakeClock } = {}): Promise<CallHouse> {
  const database = options.database ?? (await openSqlite({ file: ':memory:' }));
  return build(database, options.clock ?? fakeClock());
}

function build(database: Database, clock: FakeClock, lines = new Map<string, CallLine>(), site: CallHouse['site'] = { presenceShown: true, queue: { ringSeconds: 60, groups: [], callBack: true } }): CallHouse {
  const ears = new Map<Topic, Set<Ear>>();
  const online = new Map<string, AgentPrincipal>();
  const errors: unknown[] = [];
  const events: DomainEvent[] = [];
  const audited: AuditRecord[] = [];
  const light = createRecordingLight();
  const takes = { audio: true, video: true };
  const assigned = new Map<string, string>();
  const said: CallHouse['said'] = [];
  const unreachable = new Set<string>();
  let broken = false;
  let refusal: Code | undefined;
  let connections = 0;

  const hub: Hub = {
    publish(topics, event, options) {
      const to = new Set(topics.flatMap((topic) => [...(ears.get(topic) ?? [])]));
      for (const topic of options?.unless ?? []) for (const ear of ears.get(topic) ?? []) to.delete(ear);
      for (const ear of to) if (ear.connectionId !== options?.except) ear.heard.push({ ...event, at: clock.now() });
    },
    close() {},
  };
  const facts = (organisationId: string, visitorId: string) => ({ id: conversationOf(visitorId), organisationId, siteId: `site-${organisationId}`, visitorId });
  const chat: CallsChat = {
    async conversationOf({ id, organisationId, siteId, name }) {
      await database.q.insert(database.tables.visitors).values({ id, organisationId, siteId, name, createdAt: clock.now(), lastSeenAt: clock.now() }).onConflictDoNothing();
      return facts(organisationId, id);
    },
    async member(principal, conversationId) {
      const [, visitorId] = /^conversation-(.+)$/.exec(conversationId) ?? [];
      const known = visitorId !== undefined && (visitorId.startsWith('other') ? 'other' : 'org') === principal.organisationId;
      if (!known || (principal.kind === 'visitor' && principal.id !== visitorId)) throw problem('not_found');
      const { organisationId } = principal;
      await database.q.insert(database.tables.visitors)
        .values({ id: visitorId, organisationId, siteId: `site-${organisationId}`, name: visitorId, createdAt: clock.now(), lastSeenAt: clock.now() }).onConflictDoNothing();
      return facts(organisationId, visitorId);
    },
    async send({ id, name }, { clientId, text }) {
      if (!said.some((line) => line.clientId === clientId)) said.push({ visitorId: id, name, clientId, text });
    },
    reopen: async () => {},
    transfer: async (_by, conversationId, { agentId }) => void assigned.set(conversationId, agentId),
    async addCallLine({ line, clientId, conversationId, author }) {
      if (broken) throw refusal ? problem(refusal) : new Error('the line cannot be written');
      if (!lines.has(line.id)) lines.set(line.id, line);
      return { id: clientId, seq: 1, clientId, conversationId, author, kind: 'call', text: '', call: line, createdAt: '' };
    },
  };
  const calls = createCalls({
    store: createCallsStore(database), hub, events: { emit: (event) => void events.push(event) }, clock, chat, audit: { record: (entry) => void audited.push(entry) }, light, failed: (error) => errors.push(error),
    followUps: createCallFollowUpsStore(database), waitingChats: createWaitingChatsStore(database),
    presence: {
      agentsOnline: (organisationId) => [...new Set([...online.values()].filter((agent) => agent.organisationId === organisationId && !unreachable.has(agent.id)).map(({ id }) => id))],
      seenBy: async () => (site.presenceShown ? { status: 'offline' as const } : null),
    },
    visitors: {
      byIds: async (organisationId, ids) => (await database.q.select().from(database.tables.visitors))
        .filter((row) => row.organisationId === organisationId && ids.includes(row.id))
        .map(({ id, createdAt }) => ({ id, page: { id: 'p', url: `https://shop.test/${id}`, title: id, at: '' }, createdAt: new Date(createdAt).toISOString() })),
    },
    sites: { profile: async () => ({ calls: takes, callBack: site.queue.callBack }), queue: async () => site.queue },
    iceServers: createIceServers({ urls: ['turn:turn.test:3478'], secret: 'secret', clock }),
  });

  const topicsOf = (principal: Principal, connectionId: string): Topic[] => principal.kind === 'visitor'
    ? [`visitor:${principal.id}`, `site:${principal.siteId}`, `connection:${connectionId}`]
    : [`agent:${principal.id}`, `agents:${principal.organisationId}`, `connection:${connectionId}`];

  return {
    database, clock, calls, light, takes, site, said, hub, lines, errors, events, audited, assigned,
    breakLines: (value, code) => void ([broken, refusal] = [value, code]),
    visitor: (id, organisationId = 'org') =>
      ({ kind: 'visitor', id, name: `Visitor ${id}`, organisationId, siteId: `site-${organisationId}`, expiresAt: Infinity }),
    agent: (id, organisationId = 'org') =>
      ({ kind: 'agent', id, name: `Agent ${id}`, organisationId, role: 'agent', sessionId: `session-${id}`, expiresAt: Infinity }),
    async connect(principal) {
      const connectionId = `c${++connections}`;
      const ear: Ear = {
        principal, connectionId, heard: [], snapshot: [],
        take(type) {
          const taken = this.heard.filter((event) => event.type === type);
          this.heard = this.heard.filter((event) => event.type !== type);
          return taken as never;
        },
      };
      for (const topic of topicsOf(principal, connectionId)) ears.set(topic, (ears.get(topic) ?? new Set()).add(ear));
      if (principal.kind === 'agent') {
        online.set(connectionId, principal);
        calls.teamChanged(principal.organisationId);
      }
      ear.snapshot = await calls.snapshot(ear);
      return ear;
    },
    async disconnect(ear, clean, silentMs) {
      for (const set of ears.values()) set.delete(ear);
      if (online.delete(ear.connectionId)) calls.teamChanged(ear.principal.organisationId);
      await calls.disconnected(ear.connectionId, clean, silentMs);
    },
    reachable({ principal }, can) {
      if (can) unreachable.delete(principal.id);
      else unreachable.add(principal.id);
      calls.teamChanged(principal.organisationId);
    },
    async settle() {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    restart() {
      calls.close();
      return build(database, clock, lines, site);
    },
    async close() {
      calls.close();
      await database.close();
    },
  };
}
