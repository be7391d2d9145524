import type { Asker } from '../auth/principal.ts';
import { problem } from '../errors.ts';
import type { Topic } from '../hub/hub.ts';
import type { Row } from '../store/tables.ts';
import type { ChatStore } from './chat.store.ts';

/** What hardly ever changes about a conversation, and all that one needs to judge who belongs to it. */
export interface ConversationFacts {
  id: string;
  organisationId: string;
  /** Empty in a room of the team. */
  siteId: string;
  /** Empty in a room of the team. */
  visitorId: string;
  kind: 'visitor' | 'direct' | 'group';
  /** The agents of a room of the team, as this process last read them; null in a visitor's conversation, which all agents see. */
  members: readonly string[] | null;
}

/** The columns that facts are made of. */
export type FactsRow = Pick<Row<'conversations'>, 'id' | 'organisationId' | 'siteId' | 'visitorId'>;

/** Who belongs to which conversation. Whoever does not gets `not_found`, as if it did not exist. */
export interface Memberships {
  /** Takes note of a visitor's conversation whose row was just read. */
  remember(row: FactsRow): ConversationFacts;
  /** The facts of a conversation of the organisation. */
  require(organisationId: string, conversationId: string): Promise<ConversationFacts>;
  /** The same, if `asker` belongs to it: its visitor, an agent or a key of its organisation; of a room of the team its members alone. */
  member(asker: Pick<Asker, 'kind' | 'id' | 'organisationId'>, conversationId: string): Promise<ConversationFacts>;
  /** The same at once, for a visitor's conversation that is remembered; null says nothing. */
  recall(asker: Pick<Asker, 'kind' | 'id' | 'organisationId'>, conversationId: string): ConversationFacts | null;
  /** Conversations went to another visitor, or away. */
  forget(conversationIds: readonly string[]): void;
}

// Facts of so many conversations are remembered. 10,000 are 2 MB, and save a query for each message.
const remembered = 10_000;

/** Everybody of the team who hears of it: all agents of the organisation, or the members of a room of theirs. */
export function staffOf({ organisationId, members }: Pick<ConversationFacts, 'organisationId' | 'members'>): Topic[] {
  return members === null ? [`agents:${organisationId}`] : members.map((id): Topic => `agent:${id}`);
}

// A visitor's conversation keeps its audience: every message asks for it.
const audiences = new WeakMap<ConversationFacts, Topic[]>();

/** Everybody who hears of what visitors may know: every connection of the visitor and of the team. */
export function audienceOf(facts: ConversationFacts): Topic[] {
  if (facts.members !== null) return staffOf(facts);
  let audience = audiences.get(facts);
  if (!audience) audiences.set(facts, (audience = [`visitor:${facts.visitorId}`, `agents:${facts.organisationId}`]));
  return audience;
}

/** Refuses what can only be done with a visitor's conversation. Only for somebody who belongs to it: it tells that it is there. */
export function requireVisitors({ kind }: Pick<ConversationFacts, 'kind'>): void {
  if (kind !== 'visitor') throw problem('unprocessable', 'This is a room of the team: it has no visitor, nobody is assigned to it, and it has no end.');
}

/** Makes memberships that know nothing yet. */
export function createMemberships(store: Pick<ChatStore, 'conversation' | 'membersOf'>): Memberships {
  const known = new Map<string, ConversationFacts>();

  const keep = (facts: ConversationFacts): ConversationFacts => {
    if (known.size >= remembered) known.delete(known.keys().next().value!);
    known.set(facts.id, facts);
    return facts;
  };
  const remember: Memberships['remember'] = ({ id, organisationId, siteId, visitorId }) => keep({ id, organisationId, siteId, visitorId, kind: 'visitor', members: null });
  const read = async (organisationId: string, id: string): Promise<ConversationFacts> => {
    const row = await store.conversation(organisationId, id);
    if (!row) {
      known.delete(id);
      throw problem('not_found');
    }
    const { teamKind, siteId, visitorId } = row.conversation;
    if (teamKind === null) return remember(row.conversation);
    const members = (await store.membersOf([id])).map(({ member }) => member.id);
    const present = known.get(id);
    // The same object as long as it is known: what is published after a commit goes to those who are members by then.
    if (present) return Object.assign(present, { members });
    return keep({ id, organisationId, siteId, visitorId, kind: teamKind, members });
  };
  const require: Memberships['require'] = async (organisationId, id) => {
    const facts = known.get(id);
    if (facts && facts.organisationId !== organisationId) throw problem('not_found');
    // Who is in a room of the team is asked each time: another process may have let somebody in, or out.
    return facts?.members === null ? facts : read(organisationId, id);
  };

  return {
    remember,
    require,
    recall({ kind, id, organisationId }, conversationId) {
      const facts = known.get(conversationId);
      return facts?.members === null && facts.organisationId === organisationId && (kind !== 'visitor' || facts.visitorId === id) ? facts : null;
    },
    async member({ kind, id, organisationId }, conversationId) {
      const facts = await require(organisationId, conversationId);
      const belongs = facts.members === null ? kind !== 'visitor' || facts.visitorId === id : kind === 'agent' && facts.members.includes(id);
      if (!belongs) throw problem('not_found');
      return facts;
    },
    forget(conversationIds) {
      for (const id of conversationIds) known.delete(id);
    },
  };
}
