import { and, desc, eq, gt, isNull, lt, ne } from 'drizzle-orm';
import type { Database, Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** The queries of invitations. */
export interface InvitationsStore {
  /** Whether an account has this e-mail. */
  taken(email: string): Promise<boolean>;
  organisationName(id: string): Promise<string>;
  /** Writes an invitation; open ones to the same address die. */
  insert(row: NewRow<'invitations'>): Promise<Row<'invitations'>>;
  /** Newest first; only those with ids below `before`. */
  list(organisationId: string, before: string | undefined, limit: number): Promise<Row<'invitations'>[]>;
  byId(organisationId: string, id: string): Promise<Row<'invitations'> | null>;
  /** An invitation that can be accepted. */
  open(tokenHash: string, now: number): Promise<Row<'invitations'> | null>;
  /** Gives an invitation that was neither accepted nor revoked another secret and a new end; null otherwise. */
  renew(organisationId: string, id: string, tokenHash: string, expiresAt: number): Promise<Row<'invitations'> | null>;
  /** Revokes one that was not accepted; false otherwise. */
  revoke(organisationId: string, id: string, at: number): Promise<boolean>;
  /**
   * Accepts an open invitation, once, and writes its agent. `gone` when it is not open any more, `email_taken` when somebody has
   * the e-mail by now; nothing is written then.
   */
  accept(tokenHash: string, agent: NewRow<'agents'>, at: number): Promise<Row<'agents'> | 'gone' | 'email_taken'>;
}

/** What ends a transaction that has nothing to keep. */
const taken = new Error('The e-mail is taken.');

/** Queries over `invitations`. */
export function createInvitationsStore(database: Database): InvitationsStore {
  const { q, tables: { agents, invitations, organisations } } = database;
  const mine = (organisationId: string, id: string) => and(eq(invitations.organisationId, organisationId), eq(invitations.id, id));
  const untouched = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));
  const revokeOthers = (inside: Queries, { organisationId, email, id }: Pick<Row<'invitations'>, 'organisationId' | 'email' | 'id'>, at: number) =>
    inside.update(invitations).set({ revokedAt: at }).where(and(eq(invitations.organisationId, organisationId), eq(invitations.email, email), ne(invitations.id, id), untouched));

  return {
    async taken(email) {
      const [row] = await q.select({ id: agents.id }).from(agents).where(eq(agents.email, email));
      return row !== undefined;
    },
    async organisationName(id) {
      const [row] = await q.select({ name: organisations.name }).from(organisations).where(eq(organisations.id, id));
      return row?.name ?? '';
    },
    insert: (row) => database.atomic(async (inside) => {
      await revokeOthers(inside, row, row.createdAt);
      const [written] = await inside.insert(invitations).values(row).returning();
      return written!;
    }),
    list: async (organisationId, before, limit) =>
      q.select().from(invitations).where(and(eq(invitations.organisationId, organisationId), before === undefined ? undefined : lt(invitations.id, before)))
        .orderBy(desc(invitations.id)).limit(limit),
    async byId(organisationId, id) {
      const [row] = await q.select().from(invitations).where(mine(organisationId, id));
      return row ?? null;
    },
    async open(tokenHash, now) {
      const [row] = await q.select().from(invitations).where(and(eq(invitations.tokenHash, tokenHash), untouched, gt(invitations.expiresAt, now)));
      return row ?? null;
    },
    async renew(organisationId, id, tokenHash, expiresAt) {
      const [row] = await q.update(invitations).set({ tokenHash, expiresAt }).where(and(mine(organisationId, id), untouched)).returning();
      return row ?? null;
    },
    async revoke(organisationId, id, at) {
      const rows = await q.update(invitations).set({ revokedAt: at }).where(and(mine(organisationId, id), isNull(invitations.acceptedAt))).returning({ id: invitations.id });
      return rows.length === 1;
    },
    async accept(tokenHash, agent, at) {
      const written = await database.atomic(async (inside) => {
        const [accepted] = await inside.update(invitations).set({ acceptedAt: at })
          .where(and(eq(invitations.tokenHash, tokenHash), untouched, gt(invitations.expiresAt, at))).returning();
        if (!accepted) return 'gone' as const;
        const [row] = await inside.insert(agents).values(agent).onConflictDoNothing({ target: agents.email }).returning();
        if (!row) throw taken;
        return { accepted, row };
      }).catch((error: unknown) => {
        if (error === taken) return 'email_taken' as const;
        throw error;
      });
      if (typeof written === 'string') return written;
      // Afterwards: inside, two that are accepted at once would each wait for the other's row.
      await revokeOthers(q, written.accepted, at);
      return written.row;
    },
  };
}
