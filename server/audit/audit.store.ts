import { and, asc, desc, eq, gte, lt } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** Which entries are asked for. */
export interface AuditFilter {
  /** The actor's id. */
  actor?: string | undefined;
  /** The whole action, `agent.disabled`, or its thing alone, `agent`. */
  action?: string | undefined;
  /** The id of what was acted upon. */
  target?: string | undefined;
  /** At this moment or later, ms since the epoch. */
  from?: number | undefined;
  /** Before this moment, ms since the epoch. */
  to?: number | undefined;
}

/** The queries of the audit log. There is none that changes or removes an entry. */
export interface AuditStore {
  insert(rows: readonly NewRow<'audit'>[]): Promise<void>;
  /** Newest first; only those with ids below `before`. */
  list(organisationId: string, filter: AuditFilter, before: string | undefined, limit: number): Promise<Row<'audit'>[]>;
  /** What was done to one thing, by entries with ids from `first` to before `end`; oldest first. */
  about(organisationId: string, target: { kind: string; id: string }, first: string, end: string, limit: number): Promise<Row<'audit'>[]>;
}

/** Queries over `audit`. */
export function createAuditStore({ q, tables: { audit } }: Database): AuditStore {
  return {
    async insert(rows) {
      // Said twice after an answer was lost, it is still there once.
      await q.insert(audit).values([...rows]).onConflictDoNothing();
    },
    list: async (organisationId, { actor, action, target, from, to }, before, limit) =>
      q.select().from(audit).where(and(
        eq(audit.organisationId, organisationId),
        before === undefined ? undefined : lt(audit.id, before),
        actor === undefined ? undefined : eq(audit.actorId, actor),
        // `/` comes right after `.`: between the two lies every action of the thing.
        action === undefined ? undefined : action.includes('.') ? eq(audit.action, action) : and(gte(audit.action, `${action}.`), lt(audit.action, `${action}/`)),
        target === undefined ? undefined : eq(audit.targetId, target),
        from === undefined ? undefined : gte(audit.createdAt, from),
        to === undefined ? undefined : lt(audit.createdAt, to),
      )).orderBy(desc(audit.id)).limit(limit),
    // Only the index over ids is there: between two of them few entries lie, however long the log is.
    about: async (organisationId, { kind, id }, first, end, limit) => q.select().from(audit).where(and(
      eq(audit.organisationId, organisationId), gte(audit.id, first), lt(audit.id, end), eq(audit.targetKind, kind), eq(audit.targetId, id),
    )).orderBy(asc(audit.id)).limit(limit),
  };
}
