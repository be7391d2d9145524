import { and, desc, eq, gte, isNull } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { Row } from '../store/tables.ts';

/** What a notice is decided by. */
export interface NoticeSituation {
  conversation: Row<'conversations'>;
  visitor: Pick<Row<'visitors'>, 'id' | 'name' | 'email' | 'locale'>;
  /** The newest lines, newest first. */
  lines: Pick<Row<'messages'>, 'seq' | 'authorKind' | 'kind' | 'text' | 'data' | 'createdAt'>[];
  /** How far the visitor has read. */
  readSeq: number;
}

/** The queries of notices. */
export interface NoticesStore {
  situation(organisationId: string, conversationId: string): Promise<NoticeSituation | null>;
  /** Agents of the organisation who can sign in. */
  activeAgents(organisationId: string): Promise<Pick<Row<'agents'>, 'id' | 'name' | 'email' | 'settings'>[]>;
  /** The page that the visitor opened last; null when none is known. */
  lastPage(organisationId: string, visitorId: string): Promise<string | null>;
  visitor(organisationId: string, id: string): Promise<NoticeSituation['visitor'] | null>;
  /** Conversations with a line since then, of every organisation. */
  livelySince(since: number): Promise<{ organisationId: string; id: string }[]>;
}

/** A notice quotes no more lines than this. */
const linesAtMost = 50;

/** Queries over conversations and who belongs to them. */
export function createNoticesStore({ q, tables: { agents, conversations, messages, pageViews, reads, visitors } }: Database): NoticesStore {
  return {
    async situation(organisationId, conversationId) {
      const { id, name, email, locale } = visitors;
      const [found] = await q.select({ conversation: conversations, visitor: { id, name, email, locale } }).from(conversations)
        .innerJoin(visitors, and(eq(visitors.id, conversations.visitorId), eq(visitors.organisationId, conversations.organisationId)))
        .where(and(eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId)));
      if (!found) return null;
      const { seq, authorKind, kind, text, data, createdAt } = messages;
      const lines = await q.select({ seq, authorKind, kind, text, data, createdAt }).from(messages)
        .where(and(eq(messages.conversationId, conversationId), eq(messages.organisationId, organisationId))).orderBy(desc(seq)).limit(linesAtMost);
      const [read] = await q.select({ readSeq: reads.readSeq }).from(reads).where(and(
        eq(reads.conversationId, conversationId), eq(reads.memberKind, 'visitor'), eq(reads.memberId, found.conversation.visitorId)));
      return { ...found, lines, readSeq: read?.readSeq ?? 0 };
    },
    activeAgents: async (organisationId) => q.select({ id: agents.id, name: agents.name, email: agents.email, settings: agents.settings }).from(agents)
      .where(and(eq(agents.organisationId, organisationId), eq(agents.status, 'active'))),
    async lastPage(organisationId, visitorId) {
      const [page] = await q.select({ url: pageViews.url }).from(pageViews)
        .where(and(eq(pageViews.visitorId, visitorId), eq(pageViews.organisationId, organisationId))).orderBy(desc(pageViews.id)).limit(1);
      return page?.url ?? null;
    },
    async visitor(organisationId, visitorId) {
      const { id, name, email, locale } = visitors;
      const [row] = await q.select({ id, name, email, locale }).from(visitors).where(and(eq(visitors.organisationId, organisationId), eq(id, visitorId)));
      return row ?? null;
    },
    livelySince: async (since) => q.select({ organisationId: conversations.organisationId, id: conversations.id }).from(conversations).where(and(gte(conversations.lastMessageAt, since), isNull(conversations.teamKind))),
  };
}
