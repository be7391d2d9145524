import type { Author, Conversation } from '../../protocol/shapes.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import { conversationOnWire, readBy, visibleSeq, type Beside, type Reader } from './chat-shapes.ts';
import type { ChatStore, ConversationRow } from './chat.store.ts';
import type { ConversationFacts } from './memberships.ts';

/** Why `conversation.updated` is told. `silence`: closed because nobody wrote for long. */
export type ChangeReason = 'created' | 'closed' | 'silence' | 'reopened' | 'assigned' | 'tagged' | 'handed_over' | 'bot' | 'rated' | 'titled' | 'joined' | 'left' | 'transferred' | (string & {});

// What the team notes for itself.
const unknownToVisitors: ReadonlySet<ChangeReason> = new Set(['tagged', 'titled', 'joined', 'left']);

/** Shows conversations to their readers, and tells of what changed. */
export interface ChatNews {
  /** Conversations as `reader` sees them. */
  views(rows: readonly ConversationRow[], reader: Reader): Promise<Conversation[]>;
  /** One as it is now. Throws `not_found`. */
  view(facts: ConversationFacts, reader: Reader): Promise<Conversation>;
  /** Tells everybody who belongs to it, each as it sees it, and whoever hears of events; of a room of the team its members alone. */
  changed(facts: ConversationFacts, reasons: readonly ChangeReason[], by: Author | null): Promise<void>;
}

/** Makes the news of conversations. */
export function createChatNews({ store, hub, events }: {
  store: Pick<ChatStore, 'conversation' | 'cursors' | 'tagsOf' | 'membersOf' | 'notesBetween'>; hub: Pick<Hub, 'publish'>; events: Pick<Events, 'emit'>;
}): ChatNews {
  const besideOf = async (rows: readonly ConversationRow[], ...readers: Reader['kind'][]): Promise<Beside> => {
    const ids = rows.map(({ conversation }) => conversation.id);
    const cursors = await store.cursors(ids);
    const staff = readers.some((kind) => kind !== 'visitor');
    const tags = staff ? await store.tagsOf(ids) : [];
    const members = staff ? await store.membersOf(ids) : [];
    const hidden = new Map<string, number>();
    if (readers.includes('visitor')) {
      for (const { conversation } of rows) {
        if (conversation.notes === null) continue;
        const from = readBy({ kind: 'visitor', id: conversation.visitorId }, conversation.id, cursors).own;
        const to = visibleSeq(conversation);
        if (from < to) hidden.set(conversation.id, await store.notesBetween(conversation.id, from, to));
      }
    }
    return { cursors, tags, members, hidden };
  };
  const rowOf = async ({ organisationId, id }: ConversationFacts): Promise<ConversationRow> => {
    const row = await store.conversation(organisationId, id);
    if (!row) throw problem('not_found');
    return row;
  };

  const emit = ({ organisationId, siteId }: ConversationFacts, conversation: Conversation, reason: ChangeReason, by: Author | null) => {
    const place = { organisationId, siteId, conversation };
    if (reason === 'created') events.emit({ ...place, type: 'conversation.created' });
    else if (reason === 'closed' || reason === 'silence') events.emit({ ...place, type: 'conversation.closed', by });
    else if (reason === 'rated') events.emit({ ...place, type: 'conversation.rated', rating: conversation.rating?.score ?? 0, comment: conversation.rating?.comment ?? '' });
    else events.emit({ ...place, type: 'conversation.updated', reason, by });
  };

  return {
    async views(rows, reader) {
      const beside = await besideOf(rows, reader.kind);
      return rows.map((row) => conversationOnWire(row, beside, reader));
    },
    async view(facts, reader) {
      const row = await rowOf(facts);
      return conversationOnWire(row, await besideOf([row], reader.kind), reader);
    },
    async changed(facts, reasons, by) {
      if (reasons.length === 0) return;
      const row = await rowOf(facts);
      if (facts.members !== null) {
        const beside = await besideOf([row], 'agent');
        for (const reason of reasons) {
          for (const id of facts.members) hub.publish([`agent:${id}`], { type: 'conversation.updated', conversation: conversationOnWire(row, beside, { kind: 'agent', id }), reason });
        }
        return;
      }
      const beside = await besideOf([row], 'visitor', 'agent');
      const anybody = conversationOnWire(row, beside, { kind: 'agent', id: '' });
      // `readSeq` and `unread` are each reader's own: agents who have opened the conversation are told one by one.
      const readers = beside.cursors.filter(({ memberKind }) => memberKind === 'agent').map(({ memberId }) => memberId);
      for (const reason of reasons) {
        const tell = (topic: Topic, conversation: Conversation, unless?: Topic[]) =>
          hub.publish([topic], { type: 'conversation.updated', conversation, reason }, unless && { unless });
        const visitor = { kind: 'visitor', id: facts.visitorId } as const;
        if (!unknownToVisitors.has(reason)) tell(`visitor:${facts.visitorId}`, conversationOnWire(row, beside, visitor));
        for (const id of readers) tell(`agent:${id}`, conversationOnWire(row, beside, { kind: 'agent', id }));
        tell(`agents:${facts.organisationId}`, anybody, readers.map((id): Topic => `agent:${id}`));
        emit(facts, anybody, reason, by);
      }
    },
  };
}
