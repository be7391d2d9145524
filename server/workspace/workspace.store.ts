import { and, asc, eq, gt, or } from 'drizzle-orm';
import type { Tag } from '../../protocol/shapes.ts';
import type { SavedFilter } from '../../protocol/work.ts';
import type { Place } from '../page-cursor.ts';
import { isUniqueViolation, type Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of tags, canned replies and saved filters. Every one that takes an id takes the organisation too. */
export interface WorkspaceStore {
  /** By name. */
  tags(organisationId: string): Promise<Tag[]>;
  /** Null when the name is taken. */
  addTag(row: NewRow<'tags'>): Promise<Tag | null>;
  changeTag(organisationId: string, id: string, changes: Partial<NewRow<'tags'>>): Promise<Tag | 'taken' | null>;
  /** Removes it from every conversation too; null when there is none. */
  removeTag(organisationId: string, id: string): Promise<{ name: string; conversations: number } | null>;
  /** The oldest first, those after a place. */
  replies(organisationId: string, after: Place | undefined, limit: number): Promise<Row<'cannedReplies'>[]>;
  /** Null when the shortcut is taken. */
  addReply(row: NewRow<'cannedReplies'>): Promise<Row<'cannedReplies'> | null>;
  changeReply(organisationId: string, id: string, changes: Partial<NewRow<'cannedReplies'>>): Promise<Row<'cannedReplies'> | 'taken' | null>;
  /** Its shortcut; null when there is none. */
  removeReply(organisationId: string, id: string): Promise<string | null>;
  /** An agent's own, the oldest first. */
  filters(organisationId: string, agentId: string): Promise<SavedFilter[]>;
  addFilter(row: NewRow<'savedFilters'>): Promise<void>;
  changeFilter(organisationId: string, agentId: string, id: string, changes: Partial<NewRow<'savedFilters'>>): Promise<SavedFilter | null>;
  removeFilter(organisationId: string, agentId: string, id: string): Promise<boolean>;
}

const tagOnWire = ({ id, name, colour }: Row<'tags'>): Tag => ({ id, name, colour: colour as Tag['colour'] });
const filterOnWire = ({ id, name, query }: Row<'savedFilters'>): SavedFilter => ({ id, name, query });

/** Queries over `tags`, `conversation_tags`, `canned_replies` and `saved_filters`. */
export function createWorkspaceStore(database: Database): WorkspaceStore {
  const { q, tables: { tags, conversationTags, cannedReplies, savedFilters } } = database;
  const ownTag = (organisationId: string, id: string) => and(eq(tags.organisationId, organisationId), eq(tags.id, id));
  const ownReply = (organisationId: string, id: string) => and(eq(cannedReplies.organisationId, organisationId), eq(cannedReplies.id, id));
  const ownFilter = (organisationId: string, agentId: string, id: string) =>
    and(eq(savedFilters.organisationId, organisationId), eq(savedFilters.agentId, agentId), eq(savedFilters.id, id));
  const unlessTaken = async <T>(work: () => Promise<T>): Promise<T | 'taken'> => {
    try {
      return await work();
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  };

  return {
    tags: async (organisationId) => (await q.select().from(tags).where(eq(tags.organisationId, organisationId)).orderBy(asc(tags.key))).map(tagOnWire),
    async addTag(row) {
      const [added] = await q.insert(tags).values(row).onConflictDoNothing().returning();
      return added ? tagOnWire(added) : null;
    },
    changeTag: (organisationId, id, changes) => unlessTaken(async () => {
      const [row] = Object.keys(changes).length === 0 ? await q.select().from(tags).where(ownTag(organisationId, id))
        : await q.update(tags).set(changes).where(ownTag(organisationId, id)).returning();
      return row ? tagOnWire(row) : null;
    }),
    removeTag: (organisationId, id) => database.atomic(async (q) => {
      const [row] = await q.delete(tags).where(ownTag(organisationId, id)).returning({ name: tags.name });
      if (!row) return null;
      const gone = await q.delete(conversationTags).where(and(eq(conversationTags.organisationId, organisationId), eq(conversationTags.tagId, id)))
        .returning({ conversationId: conversationTags.conversationId });
      return { name: row.name, conversations: gone.length };
    }),
    replies: async (organisationId, after, limit) => q.select().from(cannedReplies).where(and(
      eq(cannedReplies.organisationId, organisationId),
      after && or(gt(cannedReplies.createdAt, after.at), and(eq(cannedReplies.createdAt, after.at), gt(cannedReplies.id, after.id))),
    )).orderBy(asc(cannedReplies.createdAt), asc(cannedReplies.id)).limit(limit),
    async addReply(row) {
      const [added] = await q.insert(cannedReplies).values(row).onConflictDoNothing().returning();
      return added ?? null;
    },
    changeReply: (organisationId, id, changes) => unlessTaken(async () => {
      const [row] = await q.update(cannedReplies).set(changes).where(ownReply(organisationId, id)).returning();
      return row ?? null;
    }),
    async removeReply(organisationId, id) {
      const [row] = await q.delete(cannedReplies).where(ownReply(organisationId, id)).returning({ shortcut: cannedReplies.shortcut });
      return row?.shortcut ?? null;
    },
    filters: async (organisationId, agentId) => (await q.select().from(savedFilters)
      .where(and(eq(savedFilters.organisationId, organisationId), eq(savedFilters.agentId, agentId))).orderBy(asc(savedFilters.id))).map(filterOnWire),
    async addFilter(row) {
      await q.insert(savedFilters).values(row);
    },
    async changeFilter(organisationId, agentId, id, changes) {
      const own = ownFilter(organisationId, agentId, id);
      const [row] = Object.keys(changes).length === 0 ? await q.select().from(savedFilters).where(own)
        : await q.update(savedFilters).set(changes).where(own).returning();
      return row ? filterOnWire(row) : null;
    },
    async removeFilter(organisationId, agentId, id) {
      return (await q.delete(savedFilters).where(ownFilter(organisationId, agentId, id)).returning({ id: savedFilters.id })).length > 0;
    },
  };
}
