import type { Named, PresenceStatus, TeamPresence } from '../../protocol/shapes.ts';
import { HEARTBEAT_MS } from '../../protocol/version.ts';
import type { AgentPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import type { PresenceStore } from './presence.store.ts';

/** One agent as colleagues see it. */
export type TeamMember = Named & { status: PresenceStatus };

/** Who of a team is there. An agent is, while a panel's connection is open (or was, up to 10 s ago) and the status allows it. */
export interface Presence {
  /** Ids of the agents who can be reached now: connected, and neither `away` nor `off`. */
  agentsOnline(organisationId: string): string[];
  /** Whether this agent can be reached now. */
  isOnline(agentId: string): boolean;
  /** The status that colleagues see: `off` when no connection is open. */
  statusOf(agentId: string): PresenceStatus;
  /** What visitors of the organisation are told: `online` as soon as one agent can be reached. */
  teamPresence(organisationId: string): TeamPresence;
  /** The same for one visitor; null when its site hides it. */
  seenBy(visitor: Pick<VisitorPrincipal, 'organisationId' | 'siteId'>): Promise<TeamPresence | null>;
  /** The whole team, also who is away. */
  team(organisationId: string): Promise<TeamMember[]>;
  /** Sets the agent's own status, for all its tabs and until its last one is gone. */
  set(agent: AgentPrincipal, status: PresenceStatus): void;
  /** A panel's connection is there. */
  arrived(agent: AgentPrincipal, connectionId: string): void;
  /** It is gone. `silentMs`: how long ago its last sign of life came; who was silent for long gets no grace on top. */
  left(agentId: string, connectionId: string, silentMs: number): void;
  /** Told of the organisation whenever the status of one of its agents has changed. */
  observe(observer: (organisationId: string) => void): void;
}

/** An agent stays online for so long after the last connection, so that a reload is no coming and going, in ms. */
export const GRACE_MS = 10_000;

interface Entry {
  agent: Named & { organisationId: string };
  connections: Set<string>;
  status: PresenceStatus;
  grace?: Timer | undefined;
}

/** Counts the connections of this process. */
export function createPresence({ store, hub, clock, failed }: {
  store: PresenceStore; hub: Pick<Hub, 'publish'>; clock: Clock; failed: (error: unknown) => void;
}): Presence {
  const entries = new Map<string, Entry>();
  const organisations = new Map<string, Set<Entry>>();
  const observers: ((organisationId: string) => void)[] = [];

  const statusOf = (agentId: string): PresenceStatus => entries.get(agentId)?.status ?? 'off';
  const reachable = (status: PresenceStatus) => status === 'online' || status === 'busy';
  const membersOf = (organisationId: string) => [...(organisations.get(organisationId) ?? [])];
  const teamPresence = (organisationId: string): TeamPresence =>
    ({ status: membersOf(organisationId).some(({ status }) => reachable(status)) ? 'online' : 'offline' });

  const tellVisitors = async (organisationId: string) => {
    const sites = await store.showingSites(organisationId);
    // Asked again now: what has changed meanwhile is told as it is, and never an older state last.
    hub.publish(sites.map((id) => `site:${id}` as const), { type: 'presence', presence: teamPresence(organisationId) });
  };

  /** Makes a change, and tells colleagues and visitors what came of it. */
  const change = ({ id, name, organisationId }: Entry['agent'], work: () => void) => {
    const [status, team] = [statusOf(id), teamPresence(organisationId).status];
    work();
    if (statusOf(id) !== status) {
      hub.publish([`agents:${organisationId}`], { type: 'presence', agent: { id, name, status: statusOf(id) } });
      for (const observer of observers) observer(organisationId);
    }
    if (teamPresence(organisationId).status !== team) tellVisitors(organisationId).catch(failed);
  };

  const enter = ({ id, name, organisationId }: AgentPrincipal): Entry => {
    const entry: Entry = { agent: { id, name, organisationId }, connections: new Set(), status: 'online' };
    entries.set(id, entry);
    const team = organisations.get(organisationId) ?? new Set();
    organisations.set(organisationId, team.add(entry));
    return entry;
  };
  const exit = (entry: Entry) => {
    const { id, organisationId } = entry.agent;
    entries.delete(id);
    const team = organisations.get(organisationId);
    team?.delete(entry);
    if (team?.size === 0) organisations.delete(organisationId);
  };

  return {
    observe: (observer) => void observers.push(observer),
    statusOf,
    teamPresence,
    isOnline: (agentId) => reachable(statusOf(agentId)),
    agentsOnline: (organisationId) => membersOf(organisationId).filter(({ status }) => reachable(status)).map(({ agent }) => agent.id),
    async seenBy({ organisationId, siteId }) {
      return (await store.showingSites(organisationId)).includes(siteId) ? teamPresence(organisationId) : null;
    },
    team: async (organisationId) => (await store.team(organisationId)).map(({ id, name }) => ({ id, name, status: statusOf(id) })),
    set(agent, status) {
      change(agent, () => {
        const entry = entries.get(agent.id);
        if (entry) entry.status = status;
      });
    },
    arrived(agent, connectionId) {
      change(agent, () => {
        const entry = entries.get(agent.id) ?? enter(agent);
        entry.connections.add(connectionId);
        entry.grace?.cancel();
        entry.grace = undefined;
      });
    },
    left(agentId, connectionId, silentMs) {
      const entry = entries.get(agentId);
      if (!entry?.connections.delete(connectionId) || entry.connections.size > 0) return;
      if (silentMs >= 2 * HEARTBEAT_MS) change(entry.agent, () => exit(entry));
      else entry.grace = clock.after(GRACE_MS, () => change(entry.agent, () => exit(entry)));
    },
  };
}
