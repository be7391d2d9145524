import type { Asker } from '../auth/principal.ts';
import { problem } from '../errors.ts';
import type { Topic } from '../hub/hub.ts';
import type { ChatStore } from './chat.store.ts';

/** What hardly ever changes about a conversation, and all that one needs to judge who belongs to it. */
export interface ConversationFacts {
  id: string;
  organisationId: string;
  siteId: string;
  visitorId: string;
}

/** Who belongs to which conversation. Whoever does not gets `not_found`, as if it did not exist. */
export interface Memberships {
  remember(facts: ConversationFacts): ConversationFacts;
  /** The facts of a conversation of the organisation. */
  require(organisationId: string, conversationId: string): Promise<ConversationFacts>;
  /** The same, if `asker` belongs to it: its visitor, an agent or a key of its organisation. */
  member(asker: Pick<Asker, 'kind' | 'id' | 'organisationId'>, conversationId: string): Promise<ConversationFacts>;
  /** Conversations went to another visitor, or away. */
  forget(conversationIds: readonly string[]): void;
}

// Facts of so many conversations are remembered. 10,000 are 2 MB, and save a query for each message.
const remembered = 10_000;

/** Everybody who hears of what visitors may know: every connection of the visitor and of the organisation's agents. */
export function audienceOf({ visitorId, organisationId }: ConversationFacts): Topic[] {
  return [`visitor:${visitorId}`, `agents:${organisationId}`];
}

/** Makes memberships that know nothing yet. */
export function createMemberships(store: Pick<ChatStore, 'conversation'>): Memberships {
  const known = new Map<string, ConversationFacts>();

  const remember = ({ id, organisationId, siteId, visitorId }: ConversationFacts): ConversationFacts => {
    if (known.size >= remembered) known.delete(known.keys().next().value!);
    const facts = { id, organisationId, siteId, visitorId };
    known.set(id, facts);
    return facts;
  };
  const require = async (organisationId: string, id: string): Promise<ConversationFacts> => {
    let facts = known.get(id);
    if (!facts) {
      const row = await store.conversation(organisationId, id);
      if (!row) throw problem('not_found');
      facts = remember(row.conversation);
    }
    if (facts.organisationId !== organisationId) throw problem('not_found');
    return facts;
  };

  return {
    remember,
    require,
    async member({ kind, id, organisationId }, conversationId) {
      const facts = await require(organisationId, conversationId);
      if (kind === 'visitor' && facts.visitorId !== id) throw problem('not_found');
      return facts;
    },
    forget(conversationIds) {
      for (const id of conversationIds) known.delete(id);
    },
  };
}
