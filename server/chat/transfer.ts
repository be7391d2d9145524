import type { Conversation } from '../../protocol/shapes.ts';
import { MAX_TEXT_LENGTH, textLength } from '../../protocol/version.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { ChatNews } from './chat-news.ts';
import { messageOnWire } from './chat-shapes.ts';
import type { ConversationWorkStore } from './conversation-work.store.ts';
import { requireVisitors, staffOf, type Memberships } from './memberships.ts';
import type { TransferStore } from './transfer.store.ts';

/** Giving a conversation to a colleague. */
export interface Transfer {
  /**
   * Gives a visitor's conversation to a colleague, with a private note at will; both are kept, or neither. The same again does nothing.
   * Throws `not_found` for nobody of the organisation, `unprocessable` for who is deactivated or a note that is too long.
   */
  transfer(by: AgentPrincipal, conversationId: string, to: { agentId: string; note?: string | undefined }): Promise<Conversation>;
}

/** What transferring needs. */
export interface TransferParts {
  store: TransferStore;
  workStore: Pick<ConversationWorkStore, 'agent'>;
  memberships: Memberships;
  news: ChatNews;
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
}

/** Makes transferring. */
export function createTransfer({ store, workStore, memberships, news, hub, clock }: TransferParts): Transfer {
  return {
    async transfer(by, conversationId, { agentId, note = '' }) {
      const facts = await memberships.member(by, conversationId);
      requireVisitors(facts);
      const text = note.trim();
      if (textLength(text) > MAX_TEXT_LENGTH) throw problem('unprocessable', `note must have at most ${MAX_TEXT_LENGTH} characters after trimming.`);
      const { organisationId } = facts;
      const agent = await workStore.agent(organisationId, agentId);
      if (!agent) throw problem('not_found', 'There is no such agent here.');
      if (agent.status !== 'active') throw problem('unprocessable', 'This agent is deactivated.');
      const author = { kind: 'agent', id: by.id, name: by.name } as const;
      const now = clock.now();
      const transferred = await store.transfer({
        organisationId, conversationId, agentId, now,
        note: text === '' ? null : { organisationId, conversationId, id: clock.id(), clientId: clock.id(), author, kind: 'note', text, createdAt: now },
      });
      if (!transferred) {
        memberships.forget([conversationId]);
        throw problem('not_found');
      }
      const { changed, written } = transferred;
      if (written) hub.publish(staffOf(facts), { type: 'message', message: messageOnWire(written) });
      if (changed) await news.changed(facts, ['transferred'], author);
      return news.view(facts, by);
    },
  };
}
