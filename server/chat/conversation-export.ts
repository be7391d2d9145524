import type { Call, Message, Recording } from '../../protocol/shapes.ts';
import type { ConversationExport } from '../../protocol/work.ts';
import type { Asker } from '../auth/principal.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import type { Chat } from './chat.ts';
import { transcriptText } from './transcript.ts';

/** Conversations as files. */
export interface ConversationExports {
  /** All of a conversation that `asker` may see, for programs. */
  data(asker: Asker, conversationId: string): Promise<ConversationExport>;
  /** The same for people, with a name for the file, without its extension. Times are those of the site's business hours. */
  text(asker: Asker, conversationId: string, locale: string): Promise<{ name: string; text: string }>;
}

/** What exports read. */
export interface ConversationExportsParts {
  chat: Pick<Chat, 'member' | 'conversation' | 'history'>;
  calls: { ofConversation(organisationId: string, conversationId: string): Promise<Call[]> };
  recordings: { ofConversation(organisationId: string, conversationId: string): Promise<Recording[]> };
  sites: Pick<Sites, 'byId'>;
}

const pageSize = 100;

/** Makes exports. */
export function createConversationExports({ chat, calls, recordings, sites }: ConversationExportsParts): ConversationExports {
  const data: ConversationExports['data'] = async (asker, conversationId) => {
    const { organisationId } = await chat.member(asker, conversationId);
    const messages: Message[] = [];
    for (let after = 0; ;) {
      const page = await chat.history(asker, { conversationId, after, limit: pageSize });
      messages.push(...page.messages);
      if (!page.more) break;
      after = page.messages.at(-1)!.seq;
    }
    return {
      conversation: await chat.conversation(asker, conversationId), messages,
      calls: await calls.ofConversation(organisationId, conversationId),
      recordings: await recordings.ofConversation(organisationId, conversationId),
    };
  };
  return {
    data,
    async text(asker, conversationId, locale) {
      const { conversation, messages, calls } = await data(asker, conversationId);
      const site = await sites.byId(asker.organisationId, conversation.siteId);
      const timeZone = site ? settingsOf(site.settings).hours.timeZone : 'UTC';
      // A room of the team is called by its title, or by who is in it.
      const visitor = conversation.kind === 'visitor' ? conversation.visitor
        : { id: '', name: conversation.title ?? (conversation.members ?? []).map((member) => member.name).join(', ') };
      const name = `${visitor.name} ${conversation.createdAt.slice(0, 10)}`.trim();
      return { name, text: transcriptText({ conversation: { ...conversation, visitor }, messages, calls, locale, timeZone }) };
    },
  };
}
