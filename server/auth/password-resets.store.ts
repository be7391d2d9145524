import { and, eq, gt, isNull, lt } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { endSessions, killResets } from '../store/end-sessions.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of links for a new password. */
export interface PasswordResetsStore {
  agentByEmail(email: string): Promise<Row<'agents'> | null>;
  agent(organisationId: string, id: string): Promise<Row<'agents'> | null>;
  /** Writes a link down, and forgets the agent's old ones. */
  insert(row: NewRow<'passwordResets'>): Promise<void>;
  /** The active agent of a link that is open. */
  holder(tokenHash: string, now: number): Promise<Row<'agents'> | null>;
  /**
   * Uses a link, once: sets the password, makes the agent's other links worthless and ends all its sign-ins. False when the link
   * is no longer open, or the agent no longer active; nothing is changed then.
   */
  use(tokenHash: string, agent: Row<'agents'>, passwordHash: string, at: number): Promise<boolean>;
}

/** What ends a transaction that has nothing to keep. */
const nothing = new Error('Nothing to keep.');

/** Queries over `password_resets` and what hangs on a password. */
export function createPasswordResetsStore(database: Database): PasswordResetsStore {
  const { q, tables } = database;
  const { agents, passwordResets, sessions } = tables;
  const open = (tokenHash: string, now: number) => and(eq(passwordResets.tokenHash, tokenHash), isNull(passwordResets.usedAt), gt(passwordResets.expiresAt, now));
  return {
    async agentByEmail(email) {
      const [row] = await q.select().from(agents).where(eq(agents.email, email));
      return row ?? null;
    },
    async agent(organisationId, id) {
      const [row] = await q.select().from(agents).where(and(eq(agents.organisationId, organisationId), eq(agents.id, id)));
      return row ?? null;
    },
    async insert(row) {
      await q.delete(passwordResets).where(and(eq(passwordResets.agentId, row.agentId), lt(passwordResets.expiresAt, row.createdAt)));
      await q.insert(passwordResets).values(row);
    },
    async holder(tokenHash, now) {
      const [found] = await q.select({ agent: agents }).from(passwordResets)
        .innerJoin(agents, and(eq(agents.id, passwordResets.agentId), eq(agents.organisationId, passwordResets.organisationId)))
        .where(and(open(tokenHash, now), eq(agents.status, 'active')));
      return found?.agent ?? null;
    },
    use: (tokenHash, { id, organisationId }, passwordHash, at) => database.atomic(async (inside) => {
      // The agent's row first, as everybody does who touches its password: whoever races waits here, and finds the link used.
      const changed = await inside.update(agents).set({ passwordHash, updatedAt: at })
        .where(and(eq(agents.id, id), eq(agents.organisationId, organisationId), eq(agents.status, 'active'))).returning({ id: agents.id });
      const used = await inside.update(passwordResets).set({ usedAt: at }).where(and(open(tokenHash, at), eq(passwordResets.agentId, id))).returning({ id: passwordResets.id });
      if (changed.length === 0 || used.length === 0) throw nothing;
      await killResets(inside, tables, id, at);
      await endSessions(inside, tables, and(eq(sessions.agentId, id), eq(sessions.organisationId, organisationId)), at);
      return true;
    }).catch((error: unknown) => {
      if (error === nothing) return false;
      throw error;
    }),
  };
}
