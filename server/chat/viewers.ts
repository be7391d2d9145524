import type { Named } from '../../protocol/shapes.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { ConnectionListener } from '../gateway/frames.ts';
import type { Hub } from '../hub/hub.ts';
import type { Chat } from './chat.ts';
import { staffOf, type ConversationFacts } from './memberships.ts';

/** Which agents have which conversation open, so that two do not answer at once. Counts the connections of this process. */
export interface Viewers {
  /** This connection has it open, or no longer. Resolves to the others who have. */
  view(agent: AgentPrincipal, connectionId: string, conversationId: string, on: boolean): Promise<Named[]>;
  /** The connection is gone. */
  left(connectionId: string): void;
}

// A panel shows one conversation, or a few side by side; the oldest goes when a connection claims more.
const openAtMost = 20;

/** Makes viewers; nobody looks at anything yet. */
export function createViewers({ chat, hub }: { chat: Pick<Chat, 'member'>; hub: Pick<Hub, 'publish'> }): Viewers {
  const rooms = new Map<string, { facts: ConversationFacts; connections: Map<string, Named> }>();
  const opened = new Map<string, Set<string>>();

  const of = (conversationId: string): Named[] => {
    const room = rooms.get(conversationId);
    if (!room) return [];
    const agents = new Map([...room.connections.values()].map((agent) => [agent.id, agent]));
    // Somebody who was taken out of a room of agents no longer looks at it, even with the page still open.
    return [...agents.values()].filter(({ id }) => room.facts.members?.includes(id) ?? true).sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  /** Makes a change, and tells the agents who see the conversation if it made one of who is there. */
  const change = (conversationId: string, facts: ConversationFacts, connectionId: string, work: () => void) => {
    const before = of(conversationId);
    work();
    const viewers = of(conversationId);
    if (viewers.length === before.length && viewers.every(({ id }, at) => id === before[at]!.id)) return;
    hub.publish(staffOf(facts), { type: 'conversation.viewers', conversationId, viewers }, { except: connectionId });
  };
  const close = (conversationId: string, connectionId: string) => {
    const room = rooms.get(conversationId);
    if (!room?.connections.has(connectionId)) return;
    change(conversationId, room.facts, connectionId, () => {
      room.connections.delete(connectionId);
      if (room.connections.size === 0) rooms.delete(conversationId);
    });
    const own = opened.get(connectionId);
    own?.delete(conversationId);
    if (own?.size === 0) opened.delete(connectionId);
  };

  return {
    async view({ id, name, organisationId, ...agent }, connectionId, conversationId, on) {
      const facts = await chat.member({ id, name, organisationId, ...agent }, conversationId);
      if (!on) close(conversationId, connectionId);
      else {
        const own = opened.get(connectionId) ?? new Set();
        opened.set(connectionId, own.add(conversationId));
        const room = rooms.get(conversationId) ?? { facts, connections: new Map<string, Named>() };
        room.facts = facts;
        rooms.set(conversationId, room);
        change(conversationId, facts, connectionId, () => void room.connections.set(connectionId, { id, name }));
        if (own.size > openAtMost) close([...own][0]!, connectionId);
      }
      return of(conversationId).filter((viewer) => viewer.id !== id);
    },
    left(connectionId) {
      for (const conversationId of [...(opened.get(connectionId) ?? [])]) close(conversationId, connectionId);
    },
  };
}

/** What a connection has open ends with it. */
export function viewersListener(viewers: Viewers): ConnectionListener {
  return { closed: ({ connectionId }) => viewers.left(connectionId) };
}
