import type { Author, Conversation } from '../../protocol/shapes.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import { ownId } from '../own-id.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { ChatNews } from './chat-news.ts';
import type { Belongings } from './conversation-removal.store.ts';
import type { ConversationFacts, Memberships } from './memberships.ts';
import type { RoomsStore } from './rooms.store.ts';

/**
 * Agents among themselves, and agents who take part in a visitor's conversation. Nobody but its members knows that a room of the
 * team is there, whatever their role.
 */
export interface Rooms {
  /**
   * The one room of `by` and a colleague, which `created` says was made now. Throws `not_found` for nobody of the organisation,
   * `unprocessable` for oneself, and for a colleague who is deactivated when there is no room yet.
   */
  direct(by: AgentPrincipal, agentId: string): Promise<{ conversation: Conversation; created: boolean }>;
  /**
   * A new group with a title; with the same `clientId` again the same one, not `created`. Throws `not_found` or `unprocessable` for whom it
   * cannot have.
   */
  group(by: AgentPrincipal, group: { title: string; agentIds: readonly string[]; clientId?: string | undefined }): Promise<{ conversation: Conversation; created: boolean }>;
  /** Takes part in a visitor's conversation from now on. Harmless when one does already. */
  join(by: AgentPrincipal, conversationId: string): Promise<Conversation>;
  /** Takes no part any more; null when there is nothing of it to be seen from now on. The last one takes a group away. Throws `unprocessable` for a room of two. */
  leave(by: AgentPrincipal, conversationId: string): Promise<Conversation | null>;
  /** Brings colleagues into a group or a visitor's conversation. Throws `not_found` or `unprocessable` for whom it cannot have. */
  addMembers(by: AgentPrincipal, conversationId: string, agentIds: readonly string[]): Promise<Conversation>;
  /** Takes somebody out of a group or a visitor's conversation. Throws `not_found` for who is not in it. */
  removeMember(by: AgentPrincipal, conversationId: string, agentId: string): Promise<void>;
}

/** What rooms are made of. */
export interface RoomsParts {
  store: RoomsStore;
  memberships: Memberships;
  news: ChatNews;
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
  /** A room went with its last member: its bytes go too. */
  eraseBelongings(belongings: Belongings): Promise<void>;
}

/** So many agents take part in one conversation at most. */
export const MEMBERS_AT_MOST = 100;

const authorOf = ({ id, name }: AgentPrincipal): Author => ({ kind: 'agent', id, name });

/** Makes rooms. */
export function createRooms({ store, memberships, news, hub, clock, eraseBelongings }: RoomsParts): Rooms {
  const requireActive = async (organisationId: string, agentIds: readonly string[]) => {
    const found = await store.agents(organisationId, agentIds);
    if (found.length < new Set(agentIds).size) throw problem('not_found', 'There is no such agent here.');
    if (found.some(({ status }) => status !== 'active')) throw problem('unprocessable', 'This agent is deactivated.');
  };
  const newRoom = (organisationId: string) => {
    const now = clock.now();
    return { id: clock.id(), organisationId, siteId: '', visitorId: '', status: 'open', lastSeq: 0, lastMessageAt: now, createdAt: now, updatedAt: now } as const;
  };
  const requireOpenToOthers = ({ kind }: ConversationFacts) => {
    if (kind === 'direct') throw problem('unprocessable', 'A room of two stays one of these two.');
  };

  const takeOut = async (by: AgentPrincipal, facts: ConversationFacts, agentId: string): Promise<'missing' | 'stranger' | 'left'> => {
    const { id, organisationId } = facts;
    const outcome = await store.leave(organisationId, id, agentId, clock.now());
    if (outcome === 'missing') memberships.forget([id]);
    if (outcome === 'missing' || outcome === 'stranger') return outcome;
    if (facts.members !== null) hub.publish([`agent:${agentId}`], { type: 'conversation.removed', conversationId: id });
    if (typeof outcome === 'object') {
      memberships.forget([id]);
      await eraseBelongings(outcome.emptied);
      return 'left';
    }
    try {
      await news.changed(await memberships.require(organisationId, id), ['left'], authorOf(by));
    } catch (error) {
      // The others have left meanwhile, and it went with the last one: there is nobody to be told.
      if (!(error instanceof Problem) || error.code !== 'not_found') throw error;
    }
    return outcome;
  };
  const letIn = async (by: AgentPrincipal, facts: ConversationFacts, agentIds: readonly string[]): Promise<Conversation> => {
    const { id, organisationId } = facts;
    const fresh = await store.join(organisationId, id, agentIds, MEMBERS_AT_MOST, clock.now());
    if (fresh === 'missing') {
      memberships.forget([id]);
      throw problem('not_found');
    }
    if (fresh === 'full') throw problem('unprocessable', `At most ${MEMBERS_AT_MOST} agents take part in a conversation.`);
    const now = await memberships.require(organisationId, id);
    if (fresh.length > 0) await news.changed(now, ['joined'], authorOf(by));
    return news.view(now, by);
  };

  return {
    async direct(by, agentId) {
      const { organisationId } = by;
      if (agentId === by.id) throw problem('unprocessable', 'A conversation with oneself has nobody to read it.');
      const directKey = [by.id, agentId].sort().join(' ');
      let id = await store.direct(organisationId, directKey);
      let created = false;
      if (id === null) {
        await requireActive(organisationId, [agentId]);
        const room = newRoom(organisationId);
        created = await store.create({ ...room, teamKind: 'direct', directKey }, [by.id, agentId]);
        id = created ? room.id : await store.direct(organisationId, directKey);
      }
      if (id === null) throw problem('conflict');
      const facts = await memberships.member(by, id);
      if (created) await news.changed(facts, ['created'], authorOf(by));
      return { conversation: await news.view(facts, by), created };
    },
    async group(by, { title, agentIds, clientId }) {
      const { organisationId } = by;
      const others = [...new Set(agentIds)].filter((id) => id !== by.id);
      if (others.length === 0) throw problem('unprocessable', 'A group needs somebody else.');
      await requireActive(organisationId, others);
      const room = { ...newRoom(organisationId), ...(clientId !== undefined && { id: ownId(by, 'group', clientId) }) };
      const created = await store.create({ ...room, teamKind: 'group', title: title.trim() }, [by.id, ...others]);
      const facts = await memberships.member(by, room.id);
      if (created) await news.changed(facts, ['created'], authorOf(by));
      return { conversation: await news.view(facts, by), created };
    },
    async join(by, conversationId) {
      return letIn(by, await memberships.member(by, conversationId), [by.id]);
    },
    async leave(by, conversationId) {
      const facts = await memberships.member(by, conversationId);
      requireOpenToOthers(facts);
      const outcome = await takeOut(by, facts, by.id);
      if (outcome === 'missing') throw problem('not_found');
      return facts.members === null ? news.view(facts, by) : null;
    },
    async addMembers(by, conversationId, agentIds) {
      const facts = await memberships.member(by, conversationId);
      requireOpenToOthers(facts);
      await requireActive(facts.organisationId, agentIds);
      return letIn(by, facts, agentIds);
    },
    async removeMember(by, conversationId, agentId) {
      const facts = await memberships.member(by, conversationId);
      requireOpenToOthers(facts);
      const outcome = await takeOut(by, facts, agentId);
      if (outcome === 'missing' || outcome === 'stranger') throw problem('not_found', 'There is no such member.');
    },
  };
}
