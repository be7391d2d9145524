import { and, desc, eq, gt, isNull, ne } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { endSessions, killResets } from '../store/end-sessions.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A sign-in with the agent that it belongs to. */
export interface SessionOfAgent {
  session: Row<'sessions'>;
  agent: Row<'agents'>;
}

/** Whose rows are meant. */
export interface AgentKey {
  id: string;
  organisationId: string;
}

/** The queries of sign-ins. */
export interface AuthStore {
  agentByEmail(email: string): Promise<Row<'agents'> | null>;
  session(id: string): Promise<SessionOfAgent | null>;
  /**
   * Writes a sign-in, unless its agent was disabled meanwhile or has another password than `passwordHash`; null then. Whoever
   * changes a password or disables an account finds every sign-in that got through before.
   */
  begin(row: NewRow<'sessions'>, passwordHash: string): Promise<Row<'agents'> | null>;
  /** Puts `hash` in the place of `from`; false when `from` is no longer the current one. */
  rotate(id: string, from: string, hash: string, rotatedAt: number, expiresAt: number): Promise<boolean>;
  /** Notes that the agent was there. */
  seen(agentId: string, at: number): Promise<void>;
  /** Ends a sign-in; false when it had ended before. */
  revoke(id: string, revokedAt: number): Promise<boolean>;
  /** The agent's sign-ins that are not over, newest first. */
  live(agent: AgentKey, now: number): Promise<Row<'sessions'>[]>;
  /** Ends one sign-in of the agent; false when there is none such. */
  revokeOf(agent: AgentKey, id: string, at: number): Promise<boolean>;
  /** Ends all sign-ins of the agent. */
  revokeAll(agent: AgentKey, at: number): Promise<void>;
  /**
   * Sets a password in the place of `from`, ends all other sign-ins of the agent and makes open reset links worthless. Gives the
   * ids of the sign-ins that ended, or null when the password is no longer `from`.
   */
  changePassword(agent: AgentKey, from: string, passwordHash: string, keepSessionId: string, at: number): Promise<string[] | null>;
  /** Changes an agent's own name and switches, in one step. */
  changeProfile(agent: AgentKey, at: number, change: (row: Row<'agents'>) => Pick<Row<'agents'>, 'name' | 'settings'>): Promise<Row<'agents'> | null>;
}

/** Queries over `agents` and `sessions`. */
export function createAuthStore(database: Database): AuthStore {
  const { tables } = database;
  const { agents, sessions } = tables;
  const self = ({ id, organisationId }: AgentKey) => and(eq(agents.id, id), eq(agents.organisationId, organisationId));
  const ofAgent = ({ id, organisationId }: AgentKey) => and(eq(sessions.agentId, id), eq(sessions.organisationId, organisationId));
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
    begin: (row, passwordHash) => database.atomic(async (q) => {
      const [agent] = await q.update(agents).set({ lastSeenAt: row.createdAt })
        .where(and(self({ id: row.agentId, organisationId: row.organisationId }), eq(agents.status, 'active'), eq(agents.passwordHash, passwordHash))).returning();
      if (!agent) return null;
      await q.insert(sessions).values(row);
      return agent;
    }),
    async rotate(id, from, hash, rotatedAt, expiresAt) {
      const rows = await database.q.update(sessions).set({ refreshHash: hash, previousHash: from, rotatedAt, expiresAt })
        .where(and(eq(sessions.id, id), eq(sessions.refreshHash, from), isNull(sessions.revokedAt))).returning({ id: sessions.id });
      return rows.length === 1;
    },
    async seen(agentId, at) {
      await database.q.update(agents).set({ lastSeenAt: at }).where(eq(agents.id, agentId));
    },
    revoke: (id, revokedAt) => database.atomic(async (q) => (await endSessions(q, tables, eq(sessions.id, id), revokedAt)).length === 1),
    live: async (agent, now) =>
      database.q.select().from(sessions).where(and(ofAgent(agent), isNull(sessions.revokedAt), gt(sessions.expiresAt, now))).orderBy(desc(sessions.id)),
    revokeOf: (agent, id, at) => database.atomic(async (q) => (await endSessions(q, tables, and(ofAgent(agent), eq(sessions.id, id), gt(sessions.expiresAt, at)), at)).length === 1),
    revokeAll: (agent, at) => database.atomic(async (q) => void (await endSessions(q, tables, ofAgent(agent), at))),
    changePassword: (agent, from, passwordHash, keepSessionId, at) => database.atomic(async (q) => {
      const changed = await q.update(agents).set({ passwordHash, updatedAt: at }).where(and(self(agent), eq(agents.passwordHash, from))).returning({ id: agents.id });
      if (changed.length === 0) return null;
      await killResets(q, tables, agent.id, at);
      return endSessions(q, tables, and(ofAgent(agent), ne(sessions.id, keepSessionId)), at);
    }),
    changeProfile: (agent, at, change) => database.atomic(async (q) => {
      // Written first, so that of two changes at a time the second builds on the first.
      const [row] = await q.update(agents).set({ updatedAt: at }).where(self(agent)).returning();
      if (!row) return null;
      const [changed] = await q.update(agents).set(change(row)).where(self(agent)).returning();
      return changed ?? null;
    }),
  };
}
