import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A sign-in with the agent that it belongs to. */
export interface SessionOfAgent {
  session: Row<'sessions'>;
  agent: Row<'agents'>;
}

/** The queries of sign-ins. */
export interface AuthStore {
  agentByEmail(email: string): Promise<Row<'agents'> | null>;
  session(id: string): Promise<SessionOfAgent | null>;
  insertSession(row: NewRow<'sessions'>): Promise<void>;
  /** Puts `hash` in the place of `from`; false when `from` is no longer the current one. */
  rotate(id: string, from: string, hash: string, rotatedAt: number, expiresAt: number): Promise<boolean>;
  /** Ends a sign-in; false when it had ended before. */
  revoke(id: string, revokedAt: number): Promise<boolean>;
  /** Sets a password and ends all other sign-ins of the agent; gives their ids. */
  changePassword(agent: { id: string; organisationId: string }, passwordHash: string, keepSessionId: string, at: number): Promise<string[]>;
}

/** Queries over `agents` and `sessions`. */
export function createAuthStore(database: Database): AuthStore {
  const { agents, sessions } = database.tables;
  const revokeOthers = (q: Queries, agentId: string, keep: string, at: number) => q.update(sessions).set({ revokedAt: at })
    .where(and(eq(sessions.agentId, agentId), ne(sessions.id, keep), isNull(sessions.revokedAt))).returning({ id: sessions.id });
  return {
    async agentByEmail(email) {
      const [row] = await database.q.select().from(agents).where(eq(agents.email, email));
      return row ?? null;
    },
    async session(id) {
      const [row] = await database.q.select({ session: sessions, agent: agents }).from(sessions)
        .innerJoin(agents, and(eq(agents.id, sessions.agentId), eq(agents.organisationId, sessions.organisationId))).where(eq(sessions.id, id));
      return row ?? null;
    },
    async insertSession(row) {
      await database.q.insert(sessions).values(row);
    },
    async rotate(id, from, hash, rotatedAt, expiresAt) {
      const rows = await database.q.update(sessions).set({ refreshHash: hash, previousHash: from, rotatedAt, expiresAt })
        .where(and(eq(sessions.id, id), eq(sessions.refreshHash, from), isNull(sessions.revokedAt))).returning({ id: sessions.id });
      return rows.length === 1;
    },
    async revoke(id, revokedAt) {
      const rows = await database.q.update(sessions).set({ revokedAt })
        .where(and(eq(sessions.id, id), isNull(sessions.revokedAt))).returning({ id: sessions.id });
      return rows.length === 1;
    },
    changePassword: (agent, passwordHash, keepSessionId, at) => database.atomic(async (q) => {
      await q.update(agents).set({ passwordHash, updatedAt: at })
        .where(and(eq(agents.id, agent.id), eq(agents.organisationId, agent.organisationId)));
      return (await revokeOthers(q, agent.id, keepSessionId, at)).map((row) => row.id);
    }),
  };
}
