import { and, desc, eq, isNull, lt, or } from 'drizzle-orm';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A key with the name of who made it; null when there is no such agent any more. */
export interface ApiKeyRow {
  key: Row<'apiKeys'>;
  maker: string | null;
}

/** The queries of API keys. */
export interface ApiKeysStore {
  /** Newest first; `before`: only those that sort after this one. */
  list(organisationId: string, before: Place | undefined, limit: number): Promise<ApiKeyRow[]>;
  insert(key: NewRow<'apiKeys'>): Promise<Row<'apiKeys'>>;
  /** Revokes it unless it is; null when the organisation has no such key. */
  revoke(organisationId: string, id: string, now: number): Promise<{ key: Row<'apiKeys'>; changed: boolean } | null>;
  byHash(hash: string): Promise<Row<'apiKeys'> | null>;
  /** Notes a use, unless one was noted after `unlessAfter`. */
  used(id: string, now: number, unlessAfter: number): Promise<void>;
}

/** Queries over `api_keys`. */
export function createApiKeysStore({ q, tables: { agents, apiKeys } }: Database): ApiKeysStore {
  const own = (organisationId: string, id: string) => and(eq(apiKeys.organisationId, organisationId), eq(apiKeys.id, id));
  return {
    list: async (organisationId, before, limit) =>
      q.select({ key: apiKeys, maker: agents.name }).from(apiKeys)
        .leftJoin(agents, and(eq(agents.id, apiKeys.createdById), eq(agents.organisationId, apiKeys.organisationId)))
        .where(and(eq(apiKeys.organisationId, organisationId), before && or(lt(apiKeys.createdAt, before.at), and(eq(apiKeys.createdAt, before.at), lt(apiKeys.id, before.id)))))
        .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id)).limit(limit),
    async insert(key) {
      const [row] = await q.insert(apiKeys).values(key).returning();
      return row!;
    },
    async revoke(organisationId, id, now) {
      const [revoked] = await q.update(apiKeys).set({ revokedAt: now }).where(and(own(organisationId, id), isNull(apiKeys.revokedAt))).returning();
      if (revoked) return { key: revoked, changed: true };
      const [key] = await q.select().from(apiKeys).where(own(organisationId, id));
      return key ? { key, changed: false } : null;
    },
    async byHash(hash) {
      const [row] = await q.select().from(apiKeys).where(eq(apiKeys.hash, hash));
      return row ?? null;
    },
    async used(id, now, unlessAfter) {
      await q.update(apiKeys).set({ lastUsedAt: now }).where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, unlessAfter))));
    },
  };
}
